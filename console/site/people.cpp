#include <fstream>
#include <map>
#include <sstream>

#include "console/site/site_files.hpp"

namespace wf::site {
namespace {

/// One record of RFC 4180, which may span lines; `line` is the number of its first line.
struct Record {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

std::vector<Record> read_records(const std::string& text) {
  std::vector<Record> out;
  Record record;
  std::string cell;
  std::size_t line = 1;
  bool quoted = false, any = false;
  record.line = 1;
  auto end_record = [&] {
    if (any || !cell.empty() || !record.cells.empty()) {
      record.cells.push_back(std::move(cell));
      out.push_back(std::move(record));
    }
    record = {line, {}};
    cell.clear();
    any = false;
  };
  for (std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else
        quoted = false;
    } else if (c == '"' && cell.empty()) {
      quoted = any = true;
    } else if (c == ',') {
      record.cells.push_back(std::move(cell));
      cell.clear();
      any = true;
    } else if (c == '\n') {
      end_record();
    } else if (c != '\r') {
      cell += c;
    }
  }
  end_record();
  return out;
}

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

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

constexpr const char* kColumns[] = {"id", "name", "role", "department", "site", "credentials", "accounts"};

}  // namespace

Result<void> read_people_file(const std::filesystem::path& path, std::vector<Person>& people, Warnings& warnings) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  std::error_code failed;
  if (!in || std::filesystem::is_directory(path, failed))
    return Error{"cannot be read", path.string(), "check its permissions"};
  const std::vector<Record> records = read_records(text.str());
  const std::string file = path.filename().string();
  std::map<std::string, std::size_t> columns;
  if (!records.empty())
    for (std::size_t i = 0; i < records[0].cells.size(); ++i) columns[lower(records[0].cells[i])] = i;
  if (!columns.contains("id") || !columns.contains("name"))
    return Error{"has no header with id and name", path.string(),
                 "begin it with: id,name,role,department,site,credentials,accounts"};
  std::map<std::string, std::string> ids, credentials, accounts;  // → who has it, for messages
  for (const Person& p : people) {
    ids[p.id] = p.name;
    for (const std::string& c : p.credentials) credentials[c] = p.id;
    for (const std::string& a : p.accounts) accounts[lower(a)] = p.id;
  }
  for (std::size_t i = 1; i < records.size(); ++i) {
    const Record& record = records[i];
    const std::string place = "line " + std::to_string(record.line);
    if (record.cells.size() != records[0].cells.size())
      warnings.add(file, place,
                   "has " + std::to_string(record.cells.size()) + " cells where the header has " +
                       std::to_string(records[0].cells.size()),
                   "missing cells are empty, further ones are left out");
    std::map<std::string, std::string> cell;
    for (const char* column : kColumns)
      if (const auto it = columns.find(column); it != columns.end() && it->second < record.cells.size())
        cell[column] = record.cells[it->second];
    Person person{cell["id"], cell["name"], cell["role"], cell["department"], cell["site"], {}, {}};
    if (person.id.empty() || person.name.empty()) {
      warnings.add(file, place, person.id.empty() ? "has no id" : "has no name", "the person is left out");
      continue;
    }
    if (const auto [it, fresh] = ids.emplace(person.id, person.name); !fresh) {
      warnings.add(file, place, "person '" + person.id + "' is there already (" + it->second + ")",
                   "the first one is kept; give each person one id");
      continue;
    }
    for (std::string& credential : split(cell["credentials"])) {
      if (const auto [it, fresh] = credentials.emplace(credential, person.id); fresh)
        person.credentials.push_back(std::move(credential));
      else
        warnings.add(file, place, "credential '" + credential + "' belongs to " + it->second + " already",
                     "it stays there; a credential has one holder");
    }
    for (std::string& account : split(cell["accounts"])) {
      if (const auto [it, fresh] = accounts.emplace(lower(account), person.id); fresh)
        person.accounts.push_back(std::move(account));
      else
        warnings.add(file, place, "account '" + account + "' belongs to " + it->second + " already",
                     "it stays there; an account has one holder");
    }
    people.push_back(std::move(person));
  }
  return {};
}

}  // namespace wf::site
