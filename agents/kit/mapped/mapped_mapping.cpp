#include "agents/kit/mapped/mapped_mapping.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "agents/kit/kinds.hpp"

namespace wf::kit {
namespace {

// Reads one file; every complaint goes to one list with the line that it is about.
class Reader {
 public:
  Reader(std::string file, std::vector<Error>& problems) : file_(std::move(file)), problems_(problems) {}

  void read(const YAML::Node& root, Mapping& m) {
    if (!root.IsMap()) return complain(root, "a mapping is a table of keys", "begin with v: 1");
    known(root, "",
          {"v", "format", "separator", "header", "encoding", "records", "line", "patterns", "time", "fields",
           "constants", "attach", "drop", "logsource", "kinds", "unknown"});
    if (text(root["v"]) != "1")
      complain(root["v"] ? root["v"] : root, "this build reads mappings with v: 1", "begin the mapping with v: 1");
    read_format(root, m);
    read_time(root, m);
    for (const auto& [key, node] : pairs(root["fields"], "fields"))
      m.fields.push_back({key, columns(node, "fields." + key)});
    m.constants = constants(root["constants"], "constants");
    if (const YAML::Node attach = root["attach"]) {
      known(attach, "attach.", {"path"});
      if (attach.IsMap() && attach["path"])
        m.attach = columns(attach["path"], "attach.path");
      else if (attach.IsMap())
        complain(attach, "'attach.path' is missing", "say which column names the file: attach: {path: …}");
    }
    if (const YAML::Node drop = root["drop"]) m.drop = texts(drop, "drop");
    if (const YAML::Node source = root["logsource"]) {
      known(source, "logsource.", {"product", "service", "category"});
      m.logsource = {text(source["product"]), text(source["service"]), text(source["category"])};
    }
    read_kinds(root, m);
  }

  void complain(const YAML::Node& node, std::string what, std::string to_do = {}) {
    problems_.push_back({std::move(what), where(node), std::move(to_do)});
  }

 private:
  [[nodiscard]] std::string where(const YAML::Node& node) const {
    const YAML::Mark mark = node.Mark();
    return mark.line < 0 ? file_ : file_ + ":" + std::to_string(mark.line + 1);
  }

  void known(const YAML::Node& map, const std::string& prefix, std::initializer_list<std::string_view> keys) {
    if (!map.IsMap()) return complain(map, "'" + prefix.substr(0, prefix.size() - 1) + "' is a table of keys");
    std::string list;
    for (std::string_view key : keys) list += (list.empty() ? "" : ", ") + std::string(key);
    for (const auto& pair : map) {
      const std::string key = text(pair.first);
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        complain(pair.first, "unknown key '" + prefix + key + "'", "there are: " + list);
    }
  }

  static std::string text(const YAML::Node& node) { return node && node.IsScalar() ? node.Scalar() : std::string(); }

  std::vector<std::string> texts(const YAML::Node& node, const std::string& what) {
    std::vector<std::string> out;
    if (node.IsNull()) {
      out.emplace_back();
    } else if (node.IsScalar()) {
      out.push_back(node.Scalar());
    } else if (node.IsSequence()) {
      for (const YAML::Node& item : node) {
        if (item.IsScalar() || item.IsNull())
          out.push_back(text(item));
        else
          complain(item, "'" + what + "' is text or a list of texts");
      }
    } else {
      complain(node, "'" + what + "' is text or a list of texts");
    }
    return out;
  }

  std::vector<std::pair<std::string, YAML::Node>> pairs(const YAML::Node& node, const std::string& what) {
    std::vector<std::pair<std::string, YAML::Node>> out;
    if (!node) return out;
    if (!node.IsMap()) {
      complain(node, "'" + what + "' is a table of keys");
      return out;
    }
    for (const auto& pair : node) out.emplace_back(text(pair.first), pair.second);
    return out;
  }

  std::vector<Field> constants(const YAML::Node& node, const std::string& what) {
    std::vector<Field> out;
    for (const auto& [name, value] : pairs(node, what)) {
      if (!value.IsScalar()) {
        complain(value, "'" + what + "." + name + "' is one value");
        continue;
      }
      const std::string& v = value.Scalar();
      // Quoted text is text; yaml-cpp tags it "!".
      const bool plain = value.Tag() != "!";
      const bool number = plain && !v.empty() && v.find_first_not_of("0123456789") == std::string::npos &&
                          (v[0] != '0' || v.size() == 1);
      const ValueType type = number                                   ? ValueType::number
                             : plain && (v == "true" || v == "false") ? ValueType::boolean
                                                                      : ValueType::string;
      out.push_back({name, v, type});
    }
    return out;
  }

  ColumnRef column(const YAML::Node& node, const std::string& name) {
    ColumnRef ref;
    ref.text = ref.name = name;
    ref.where = where(node);
    const std::size_t open = name.find('['), close = name.find(']');
    const std::size_t equals = name.find('=', open);
    if (open == std::string::npos) return ref;
    if (open == 0 || close == std::string::npos || equals == std::string::npos || equals > close ||
        name.substr(close + 1, 1) != "." || close + 2 >= name.size()) {
      complain(node, "column '" + name + "' cannot be read", "write LIST[key=value].name");
      return ref;
    }
    const std::string list = name.substr(0, open) + ".";
    ref.key = list + name.substr(open + 1, equals - open - 1);
    ref.key_value = name.substr(equals + 1, close - equals - 1);
    ref.name = list + name.substr(close + 2);
    return ref;
  }

  std::vector<ColumnRef> columns(const YAML::Node& node, const std::string& what) {
    std::vector<ColumnRef> out;
    for (const std::string& name : texts(node, what)) {
      if (name.empty()) complain(node, "'" + what + "' names no column");
      out.push_back(column(node, name));
    }
    return out;
  }

  void read_format(const YAML::Node& root, Mapping& m) {
    const std::string format = text(root["format"]);
    if (format == "csv")
      m.format = Mapping::Format::csv;
    else if (format == "json_lines")
      m.format = Mapping::Format::json_lines;
    else if (format == "json")
      m.format = Mapping::Format::json;
    else if (format == "text")
      m.format = Mapping::Format::text;
    else
      complain(root["format"] ? root["format"] : root,
               "'format' is " + (format.empty() ? "missing" : "'" + format + "'"),
               "write csv, json_lines, json or text");
    const bool csv = m.format == Mapping::Format::csv;
    for (const char* key : {"separator", "header"})
      if (root[key] && !csv) complain(root[key], std::string("'") + key + "' is for csv only");
    read_patterns(root, m);
    if (root["records"] && m.format != Mapping::Format::json)
      complain(root["records"], "'records' is for format: json only");
    m.records = text(root["records"]);
    if (const YAML::Node separator = root["separator"]) {
      const std::string s = text(separator) == "tab" ? "\t" : text(separator);
      if (s.size() == 1 && s[0] != '"' && s[0] != '\n')
        m.separator = s[0];
      else
        complain(separator, "'separator' is one character", "write for example \";\" or tab");
    }
    if (const YAML::Node header = root["header"]) {
      m.header = text(header) == "true";
      if (header.IsSequence())
        m.columns = texts(header, "header");
      else if (text(header) != "true" && text(header) != "false")
        complain(header, "'header' is true, false or a list of names");
    }
    if (const YAML::Node encoding = root["encoding"]) {
      m.latin1 = text(encoding) == "latin-1";
      if (!m.latin1 && text(encoding) != "utf-8") complain(encoding, "'encoding' is utf-8 or latin-1");
    }
  }

  void read_patterns(const YAML::Node& root, Mapping& m) {
    const bool of_text = m.format == Mapping::Format::text;
    for (const char* key : {"line", "patterns"})
      if (root[key] && !of_text) complain(root[key], std::string("'") + key + "' is for format: text only");
    if (!of_text) return;
    if (const YAML::Node line = root["line"]) {
      m.syslog = text(line) == "syslog";
      if (!m.syslog && text(line) != "plain") complain(line, "'line' is syslog or plain");
    }
    for (const auto& [name, node] : pairs(root["patterns"], "patterns")) {
      if (!node.IsScalar() || name.empty()) {
        complain(node, "'patterns." + name + "' is one line of text");
        continue;
      }
      Result<TextPattern> pattern = TextPattern::parse(node.Scalar(), where(node));
      if (pattern)
        m.patterns.push_back({name, std::move(*pattern)});
      else
        problems_.push_back(pattern.error());
    }
    if (!root["patterns"])
      complain(root, "'patterns' is missing",
               "write patterns: {denied: \"Door {door.id} denied card {credential.id:word}\", …}");
  }

  void read_time(const YAML::Node& root, Mapping& m) {
    const YAML::Node time = root["time"];
    if (m.format == Mapping::Format::text && m.syslog && (!time || (time.IsMap() && !time["column"])))
      return read_syslog_zone(time, m);
    if (!time)
      return complain(root, "'time' is missing", "say which column has the time: time: {column: …, format: …}");
    m.arrival = time.IsScalar() && time.Scalar() == "arrival";
    if (m.arrival) return;
    known(time, "time.", {"column", "format", "zone"});
    if (!time.IsMap()) return;
    if (time["column"])
      m.time_columns = columns(time["column"], "time.column");
    else
      complain(time, "'time.column' is missing");
    const YAML::Node format_node = time["format"] ? time["format"] : time;
    const Result<TimeFormat> format =
        TimeFormat::parse(time["format"] ? text(time["format"]) : "rfc3339", where(format_node));
    if (!format) {
      problems_.push_back(format.error());
      return;
    }
    m.time = *format;
    if (const YAML::Node zone = time["zone"]) {
      const Result<Zone> found = Zone::find(text(zone), where(zone));
      if (found)
        m.zone = *found;
      else
        problems_.push_back(found.error());
    } else if (m.time.is_local()) {
      complain(format_node, "this time format has no offset, so 'time.zone' is needed",
               "write zone: Europe/Amsterdam, or UTC");
    }
  }

  /// A system log's line has its time; only the zone of stamps without one may be said.
  void read_syslog_zone(const YAML::Node& time, Mapping& m) {
    std::string name = "local", at = file_;
    if (time) {
      known(time, "time.", {"zone"});
      if (time["zone"]) {
        name = text(time["zone"]);
        at = where(time["zone"]);
      }
    }
    const Result<Zone> found = Zone::find(name, at);
    if (found)
      m.zone = *found;
    else
      problems_.push_back(found.error());
  }

  static std::uint8_t severity(const std::string& word) {
    static constexpr std::array<std::string_view, 5> kWords{"information", "low", "medium", "high", "critical"};
    for (std::size_t i = 0; i < kWords.size(); ++i)
      if (word == kWords[i] || word == std::to_string(i + 1)) return static_cast<std::uint8_t>(i + 1);
    return 0;
  }

  void read_kinds(const YAML::Node& root, Mapping& m) {
    const YAML::Node kinds = root["kinds"];
    if (!kinds || !kinds.IsSequence() || kinds.size() == 0)
      return complain(kinds ? kinds : root, "'kinds' is missing or is no list",
                      "write kinds: [{when: {Event: Access granted}, kind: access.granted}, …]");
    for (const YAML::Node& node : kinds) {
      KindRule rule;
      known(node, "kinds.", {"when", "kind", "reason", "severity", "set"});
      if (!node.IsMap()) continue;
      for (const auto& [name, patterns] : pairs(node["when"], "when"))
        rule.when.push_back({column(patterns, name), texts(patterns, "when." + name)});
      rule.kind = text(node["kind"]);
      if (rule.kind == "skip") {
        rule.kind.clear();
      } else if (rule.kind.empty()) {
        complain(node, "a row of 'kinds' has no kind", "write kind: access.granted, or kind: skip for no event");
      } else if (find_kind(rule.kind) == nullptr) {
        complain(node["kind"], "there is no kind '" + rule.kind + "'", "did you mean " + nearest_kind(rule.kind) + "?");
      }
      if (const YAML::Node reason = node["reason"]) rule.set.push_back({"reason", text(reason), ValueType::string});
      if (const YAML::Node level = node["severity"]) {
        rule.severity = severity(text(level));
        if (rule.severity == 0) complain(level, "'severity' is information, low, medium, high, critical or 1 to 5");
      }
      for (Field& field : constants(node["set"], "set")) rule.set.push_back(std::move(field));
      m.kinds.push_back(std::move(rule));
    }
    if (const YAML::Node unknown = root["unknown"]) {
      const std::string word = text(unknown);
      if (word == "skip")
        m.unknown = Mapping::Unknown::skip;
      else if (word == "refuse")
        m.unknown = Mapping::Unknown::refuse;
      else if (word != "other")
        complain(unknown, "'unknown' is other, skip or refuse");
    }
  }

  std::string file_;
  std::vector<Error>& problems_;
};

}  // namespace

bool wildcard(std::string_view text, std::string_view pattern) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void ColumnRef::find(const std::vector<Field>& record, std::vector<const Field*>& out) const {
  bool inside = key.empty();
  for (const Field& field : record) {
    if (!key.empty() && field.name == key) inside = field.value == key_value;
    if (inside && field.name == name) out.push_back(&field);
  }
}

bool KindRule::matches(const std::vector<Field>& record) const {
  thread_local std::vector<const Field*> values;
  for (const Condition& condition : when) {
    values.clear();
    condition.column.find(record, values);
    const auto holds = [&](const std::string& pattern) {
      if (pattern.empty())
        return std::all_of(values.begin(), values.end(), [](const Field* f) { return f->value.empty(); });
      return std::any_of(values.begin(), values.end(), [&](const Field* f) { return wildcard(f->value, pattern); });
    };
    if (std::none_of(condition.patterns.begin(), condition.patterns.end(), holds)) return false;
  }
  return true;
}

Result<void> Mapping::resolve_columns(const std::vector<std::string>& names, const std::string& holder) {
  std::vector<ColumnRef*> all;
  for (ColumnRef& c : time_columns) all.push_back(&c);
  for (Target& target : fields)
    for (ColumnRef& c : target.columns) all.push_back(&c);
  for (ColumnRef& c : attach) all.push_back(&c);
  for (KindRule& rule : kinds)
    for (KindRule::Condition& condition : rule.when) all.push_back(&condition.column);
  for (ColumnRef* column : all) {
    if (std::find(names.begin(), names.end(), column->text) != names.end()) continue;
    std::size_t number = 0;
    const char* end = column->text.data() + column->text.size();
    if (column->text.starts_with('#') && std::from_chars(column->text.data() + 1, end, number).ptr == end &&
        number > 0 && number <= names.size()) {
      column->name = names[number - 1];
      continue;
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return Error{"column '" + column->text + "' is not in the header of " + holder, column->where, "it has: " + list};
  }
  return {};
}

Mapping read_mapping(const std::string& text, const std::string& file, std::vector<Error>& problems) {
  Mapping mapping;
  mapping.file = file;
  try {
    Reader(file, problems).read(YAML::Load(text), mapping);
    if (!mapping.columns.empty())
      if (const Result<void> resolved = mapping.resolve_columns(mapping.columns, file); !resolved)
        problems.push_back(resolved.error());
  } catch (const YAML::Exception& e) {
    const std::string line = e.mark.line < 0 ? "" : ":" + std::to_string(e.mark.line + 1);
    problems.push_back({"not YAML: " + e.msg, file + line, ""});
  }
  return mapping;
}

}  // namespace wf::kit
