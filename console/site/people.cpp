// The files of the directory: people.csv, people.yaml, credentials.csv, accounts.csv.
#include <map>

#include "console/site/csv.hpp"
#include "console/site/site_files.hpp"
#include "console/site/yaml_file.hpp"

namespace wf::site {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : list + ' ') {
    if (c != ' ' && c != ';') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  return out;
}

UtcNs day(const std::string& text, bool end, const Place& place, Warnings& warnings) {
  if (text.empty()) return 0;
  const Result<UtcNs> time = parse_day(text, end);
  if (time) return *time;
  warnings.add(place.file, place.line, time.error().what, time.error().to_do + "; it is left out");
  return 0;
}

/// Rows of a CSV file by the names of its header.
class Table {
 public:
  /// `needed`: columns without which the file is of no use; `example`: the right header.
  static Result<Table> read(const fs::path& path, std::initializer_list<const char*> needed,
                            const std::string& example) {
    auto records = read_csv(path);
    if (!records) return records.error();
    Table out;
    out.records_ = std::move(*records);
    if (!out.records_.empty())
      for (std::size_t i = 0; i < out.records_[0].cells.size(); ++i) out.columns_[lower(out.records_[0].cells[i])] = i;
    std::string missing;
    for (const char* column : needed)
      if (!out.columns_.contains(column)) (missing += missing.empty() ? "" : " and ") += column;
    if (!missing.empty()) return Error{"has no header with " + missing, path.string(), "begin it with: " + example};
    return out;
  }

  [[nodiscard]] std::size_t rows() const { return records_.size(); }
  [[nodiscard]] std::string line(std::size_t row) const { return "line " + std::to_string(records_[row].line); }
  [[nodiscard]] std::string cell(std::size_t row, const char* column) const {
    const auto it = columns_.find(column);
    return it != columns_.end() && it->second < records_[row].cells.size() ? records_[row].cells[it->second]
                                                                           : std::string();
  }
  /// Names a row that has other than the header's cells.
  void check(std::size_t row, const Place& place, Warnings& warnings) const {
    const std::size_t has = records_[row].cells.size(), header = records_[0].cells.size();
    if (has != header)
      warnings.add(place.file, place.line,
                   "has " + std::to_string(has) + " cells where the header has " + std::to_string(header),
                   "missing cells are empty, further ones are left out");
  }

 private:
  std::vector<Record> records_;
  std::map<std::string, std::size_t> columns_;
};

Result<void> read_people(const fs::path& path, const std::string& shown, Directory& directory, Warnings& warnings) {
  const auto table = Table::read(path, {"id", "name"}, "id,name,role,department,site,credentials,accounts");
  if (!table) return table.error();
  for (std::size_t i = 1; i < table->rows(); ++i) {
    const Place place{shown, table->line(i)};
    table->check(i, place, warnings);
    Person person;
    person.id = table->cell(i, "id");
    person.name = table->cell(i, "name");
    person.role = table->cell(i, "role");
    person.department = table->cell(i, "department");
    person.site_id = table->cell(i, "site");
    person.credentials = split(table->cell(i, "credentials"));
    person.accounts = split(table->cell(i, "accounts"));
    person.aliases = split(table->cell(i, "aliases"));
    person.from = day(table->cell(i, "from"), false, place, warnings);
    person.until = day(table->cell(i, "until"), true, place, warnings);
    directory.person(std::move(person), place, warnings);
  }
  return {};
}

Result<void> read_issued(const fs::path& path, const std::string& shown, Directory::Kind kind, Directory& directory,
                         Warnings& warnings) {
  const auto table = Table::read(path, {"id"}, "id,person,aliases,from,until,revoked,replaced_by,replaced");
  if (!table) return table.error();
  for (std::size_t i = 1; i < table->rows(); ++i) {
    const Place place{shown, table->line(i)};
    table->check(i, place, warnings);
    Issued issued;
    issued.id = table->cell(i, "id");
    issued.person = table->cell(i, "person");
    issued.aliases = split(table->cell(i, "aliases"));
    issued.from = day(table->cell(i, "from"), false, place, warnings);
    issued.until = day(table->cell(i, "until"), true, place, warnings);
    issued.revoked = day(table->cell(i, "revoked"), false, place, warnings);
    issued.replaced_by = table->cell(i, "replaced_by");
    issued.replaced = day(table->cell(i, "replaced"), false, place, warnings);
    directory.issued(kind, std::move(issued), place, warnings);
  }
  return {};
}

class PeopleYaml {
 public:
  PeopleYaml(std::string shown, Directory& directory, Warnings& warnings)
      : shown_(std::move(shown)), directory_(directory), warnings_(warnings) {}

  void read(const YAML::Node& root) {
    check_keys(root, {"v", "people", "credentials", "accounts"}, file(), "", warnings_);
    for (const YAML::Node& node : maps(root, "people", file(), warnings_)) person(node);
    for (const YAML::Node& node : maps(root, "credentials", file(), warnings_))
      issued(Directory::Kind::credential, node, {});
    for (const YAML::Node& node : maps(root, "accounts", file(), warnings_)) issued(Directory::Kind::account, node, {});
  }

 private:
  [[nodiscard]] const char* file() const { return shown_.c_str(); }
  std::string text(const YAML::Node& node, const char* key) {
    return value<std::string>(node, key, {}, file(), line_of(node), warnings_);
  }
  UtcNs time(const YAML::Node& node, const char* key, bool end) {
    return day(text(node, key), end, {shown_, line_of(node)}, warnings_);
  }

  void person(const YAML::Node& node) {
    check_keys(node,
               {"id", "name", "role", "department", "site", "aliases", "from", "until", "credentials", "accounts"},
               file(), line_of(node), warnings_);
    Person p;
    p.id = text(node, "id");
    p.name = text(node, "name");
    p.role = text(node, "role");
    p.department = text(node, "department");
    p.site_id = text(node, "site");
    p.aliases = texts(node, "aliases", file(), line_of(node), warnings_);
    p.from = time(node, "from", false);
    p.until = time(node, "until", true);
    const std::string id = p.id;
    const std::vector<YAML::Node> credentials = held(node, "credentials", p.credentials);
    const std::vector<YAML::Node> accounts = held(node, "accounts", p.accounts);
    directory_.person(std::move(p), {shown_, line_of(node)}, warnings_);
    for (const YAML::Node& c : credentials) issued(Directory::Kind::credential, c, id);
    for (const YAML::Node& a : accounts) issued(Directory::Kind::account, a, id);
  }

  /// A list of names and of maps; the names go into `plain`.
  std::vector<YAML::Node> held(const YAML::Node& node, const char* key, std::vector<std::string>& plain) {
    std::vector<YAML::Node> out;
    const YAML::Node list = node[key];
    if (!list.IsDefined() || list.IsNull()) return out;
    if (list.IsScalar()) {
      plain.push_back(list.Scalar());
      return out;
    }
    if (!list.IsSequence()) {
      warnings_.add(shown_, line_of(list), std::string(key) + " is not a list", "it is left out");
      return out;
    }
    for (const YAML::Node& item : list)
      if (item.IsScalar())
        plain.push_back(item.Scalar());
      else if (item.IsMap())
        out.push_back(item);
      else
        warnings_.add(shown_, line_of(item), std::string(key) + " has what is neither a name nor a map",
                      "it is left out");
    return out;
  }

  void issued(Directory::Kind kind, const YAML::Node& node, const std::string& holder) {
    check_keys(node, {"id", "person", "aliases", "from", "until", "revoked", "replaced_by", "replaced"}, file(),
               line_of(node), warnings_);
    Issued i;
    i.id = text(node, "id");
    i.person = text(node, "person");
    if (i.person.empty()) i.person = holder;
    i.aliases = texts(node, "aliases", file(), line_of(node), warnings_);
    i.from = time(node, "from", false);
    i.until = time(node, "until", true);
    i.revoked = time(node, "revoked", false);
    i.replaced_by = text(node, "replaced_by");
    i.replaced = time(node, "replaced", false);
    directory_.issued(kind, std::move(i), {shown_, line_of(node)}, warnings_);
  }

  std::string shown_;
  Directory& directory_;
  Warnings& warnings_;
};

}  // namespace

Result<void> read_directory_files(const fs::path& folder, const std::string& prefix, Directory& directory,
                                  Warnings& warnings) {
  if (const fs::path path = folder / "people.csv"; fs::exists(path))
    if (auto done = read_people(path, prefix + "people.csv", directory, warnings); !done) return done.error();
  if (const fs::path path = folder / "people.yaml"; fs::exists(path)) {
    const auto root = read_yaml(path);
    if (!root) return root.error();
    PeopleYaml(prefix + "people.yaml", directory, warnings).read(*root);
  }
  for (const auto& [name, kind] :
       {std::pair{"credentials.csv", Directory::Kind::credential}, std::pair{"accounts.csv", Directory::Kind::account}})
    if (const fs::path path = folder / name; fs::exists(path))
      if (auto done = read_issued(path, prefix + name, kind, directory, warnings); !done) return done.error();
  return {};
}

}  // namespace wf::site
