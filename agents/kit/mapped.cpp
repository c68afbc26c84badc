#include "agents/kit/mapped.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "agents/kit/attachment_folder.hpp"
#include "agents/kit/follow_source.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/log_line.hpp"
#include "agents/kit/mapped_csv.hpp"
#include "agents/kit/mapped_mapping.hpp"
#include "proto/event_json.hpp"
#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMaxShown = 60;
constexpr std::size_t kMostAttached = 8;  ///< files of one record

class MappedSource final : public FollowSource {
 public:
  MappedSource(const SourceSpec& spec, Mapping mapping)
      : FollowSource(spec, options(mapping)), mapping_(std::move(mapping)), names_(mapping_.columns) {
    if (const std::string from = spec.option("attachments_from"); !from.empty()) folder_.emplace(from);
  }

  std::vector<Error> check() override {
    std::vector<Error> problems = FollowSource::check();
    if (folder_)
      if (Result<void> good = folder_->check(); !good) problems.push_back(good.error());
    if (!problems.empty() || mapping_.format != Mapping::Format::csv || !mapping_.header) return problems;
    std::ifstream in(spec().address, std::ios::binary);
    std::string line;
    std::getline(in, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    if (Result<void> header = take_header(line); !header) problems.push_back(header.error());
    names_.clear();
    return problems;
  }

 protected:
  Result<void> take(const FollowedRecord& record, Sink& sink, const Moment& moment) override {
    std::string converted;
    std::string_view text = record.text;
    if (mapping_.latin1) {
      converted = latin1_to_utf8(text);
      text = converted;
    }
    if (mapping_.format == Mapping::Format::csv) {
      if (mapping_.header && (record.first || text == header_)) return take_header(text);
      Event event;
      if (Result<void> split = read_csv(text, event.fields); !split) return split;
      return make(std::move(event), sink, moment);
    }
    if (mapping_.format == Mapping::Format::text) return take_text(text, sink, moment);
    if (!mapping_.records.empty()) return take_list(text, sink, moment);
    Event event;
    event.fields.reserve(32);
    if (Result<void> flat = flatten_json(text, "", event.fields); !flat) return flat;
    return make(std::move(event), sink, moment);
  }

  std::string note() const override {
    if (unattached_ > 0)
      return std::to_string(unattached_) + (unattached_ == 1 ? " file was" : " files were") +
             " not attached, the last: " + last_unattached_;
    if (unknown_ == 0 && !mapping_.attach.empty() && !folder_)
      return mapping_.file + " names files to attach; say with attachments_from=DIR where they may come from";
    if (unknown_ == 0) return {};
    return std::to_string(unknown_) + (unknown_ == 1 ? " record has" : " records have") + " no kind in " +
           mapping_.file + ", the last: " + last_unknown_;
  }

 private:
  static FollowOptions options(const Mapping& mapping) {
    FollowOptions options;
    switch (mapping.format) {
      case Mapping::Format::csv: {
        const char separator = mapping.separator;
        options.framing = [separator](std::string_view) { return csv_framing(separator); };
        options.repeat_first = mapping.header;
        options.record_limit = 256U << 10U;
        break;
      }
      case Mapping::Format::json_lines:
        break;
      case Mapping::Format::text:
        options.record_limit = TextPattern::kLongestLine;
        break;
      case Mapping::Format::json:
        options.framing = [](std::string_view) { return json_array_framing(); };
        break;
    }
    return options;
  }

  Result<void> take_header(std::string_view text) {
    header_ = text;
    header_error_ = {};
    if (Result<void> split = split_csv(text, mapping_.separator, names_); !split) {
      header_error_ = split.error();
      return split;
    }
    for (std::string& name : names_) {
      while (!name.empty() && name.back() == ' ') name.pop_back();
      while (!name.empty() && name.front() == ' ') name.erase(0, 1);
    }
    if (Result<void> resolved = mapping_.resolve_columns(names_, spec().address); !resolved) {
      header_error_ = resolved.error();
      return resolved;
    }
    return {};
  }

  Result<void> read_csv(std::string_view text, std::vector<Field>& fields) {
    // Without its columns no record of this file can be used.
    if (!header_error_.what.empty()) return header_error_;
    if (Result<void> split = split_csv(text, mapping_.separator, values_); !split) return split;
    while (values_.size() > names_.size() && values_.back().empty() && !names_.empty()) values_.pop_back();
    if (!names_.empty() && values_.size() != names_.size())
      return Error{
          "the record has " + std::to_string(values_.size()) + " columns, the header " + std::to_string(names_.size()),
          "", "is the separator right?"};
    fields.reserve(values_.size() + 16);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      std::string value;
      append_utf8(values_[i], value);
      fields.push_back({names_.empty() ? "#" + std::to_string(i + 1) : names_[i], std::move(value), ValueType::string});
    }
    return {};
  }

  // A line of text: what its head says, and the holes of the first pattern that it fits.
  Result<void> take_text(std::string_view text, Sink& sink, const Moment& moment) {
    Event event;
    event.fields.reserve(16);
    if (mapping_.syslog) {
      const Result<LogLine> line = parse_log_line(text, {moment.now, &mapping_.zone, before_});
      if (!line) return line.error();
      event.time = line->time;
      for (const auto& [name, value] : {std::pair{"host", line->host}, std::pair{"program", line->program},
                                        std::pair{"pid", line->pid}, std::pair{"message", line->message}}) {
        if (value.empty()) continue;
        std::string good;
        append_utf8(value, good);
        event.add(name, std::move(good));
      }
      text = line->message;
    }
    for (const Mapping::Named& one : mapping_.patterns)
      if (one.pattern.match(text, event.fields)) {
        event.add("pattern", one.name);
        return make(std::move(event), sink, moment);
      }
    if (!mapping_.syslog) {
      std::string good;
      append_utf8(text, good);
      event.add("message", std::move(good));
    }
    return make(std::move(event), sink, moment);
  }

  // One JSON object that holds a list of records.
  Result<void> take_list(std::string_view text, Sink& sink, const Moment& moment) {
    namespace dom = simdjson::dom;
    dom::parser parser;
    dom::element list;
    std::string pointer = "/" + mapping_.records;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    if (parser.parse(simdjson::padded_string(text)).at_pointer(pointer).get(list) || !list.is_array())
      return Error{"there is no list '" + mapping_.records + "' in it", "", ""};
    Error first;
    for (const dom::element item : list.get_array()) {
      Event event;
      Result<void> made = flatten_json(simdjson::to_string(item), "", event.fields);
      if (made) made = make(std::move(event), sink, moment);
      if (!made && first.what.empty()) first = made.error();
    }
    if (!first.what.empty()) return first;
    return {};
  }

  // A record whose columns are the event's fields so far.
  Result<void> make(Event&& event, Sink& sink, const Moment& moment) {
    const KindRule* rule = nullptr;
    for (const KindRule& r : mapping_.kinds)
      if (r.matches(event.fields)) {
        rule = &r;
        break;
      }
    if (rule == nullptr) {
      remember_unknown(event.fields);
      if (mapping_.unknown == Mapping::Unknown::skip) return {};
      if (mapping_.unknown == Mapping::Unknown::refuse)
        return Error{"no kind for " + last_unknown_, "", "add a row to 'kinds'"};
    } else if (rule->kind.empty()) {
      return {};
    }
    if (Result<void> time = read_time(event); !time) return time;
    event.kind = rule == nullptr ? "other" : rule->kind;
    const KindInfo* info = find_kind(event.kind);
    event.severity = rule != nullptr && rule->severity > 0 ? rule->severity : info != nullptr ? info->severity : 0;
    event.logsource = mapping_.logsource;
    const std::vector<std::string> files = files_to_attach(event.fields);
    add_fields(rule, event);
    attach(files, event);
    emit(sink, std::move(event), moment);
    return {};
  }

  std::vector<std::string> files_to_attach(const std::vector<Field>& fields) {
    std::vector<std::string> out;
    if (!folder_ || attachments() == nullptr) return out;
    for (const ColumnRef& column : mapping_.attach) {
      if (first_value(column, fields) == nullptr) continue;
      for (const Field* field : found_)
        if (!field->value.empty() && out.size() < kMostAttached) out.push_back(field->value);
    }
    return out;
  }

  // An event is worth more than its picture: it goes on without, and says so.
  void attach(const std::vector<std::string>& files, Event& event) {
    for (const std::string& file : files) {
      Result<Descriptor> opened = folder_->open(file);
      Result<std::string> hash = opened ? attachments()->add_file(opened->get()) : opened.error();
      if (hash) {
        event.add("attachment", *hash);
        continue;
      }
      ++unattached_;
      last_unattached_ = file.substr(0, kMaxShown) + ": " + hash.error().what;
      event.add("attachment.problem", hash.error().what);
    }
  }

  Result<void> read_time(Event& event) {
    if (mapping_.time_columns.empty()) {  // the line's head had it
      before_ = event.time;
      return {};
    }
    std::string text;
    for (const ColumnRef& column : mapping_.time_columns) {
      const Field* field = first_value(column, event.fields);
      if (field == nullptr) return Error{"there is no time in column '" + column.text + "'", "", ""};
      text += (text.empty() ? "" : " ") + field->value;
    }
    const Result<UtcNs> time = mapping_.time.read(text, mapping_.zone, before_);
    if (!time) return time.error();
    event.time = *time;
    before_ = *time;
    return {};
  }

  const Field* first_value(const ColumnRef& column, const std::vector<Field>& fields) {
    found_.clear();
    column.find(fields, found_);
    for (const Field* field : found_)
      if (!field->value.empty()) return field;
    return nullptr;
  }

  void add_fields(const KindRule* rule, Event& event) {
    const std::size_t native = event.fields.size();
    std::vector<Field> added;
    const auto set = [&](const Field& field) {
      std::erase_if(added, [&](const Field& f) { return f.name == field.name; });
      added.push_back(field);
    };
    for (const Mapping::Target& target : mapping_.fields) {
      for (const ColumnRef& column : target.columns) {
        if (first_value(column, event.fields) == nullptr) continue;
        if (column.name == target.field) break;  // the native field is the normalised one
        for (const Field* field : found_)
          if (!field->value.empty()) added.push_back({target.field, field->value, field->type});
        break;
      }
    }
    for (const Field& field : mapping_.constants) set(field);
    if (rule != nullptr)
      for (const Field& field : rule->set) set(field);
    // Of what the device wrote: not what is empty, dropped, or said by a normalised field of the same name.
    std::size_t i = 0;
    std::erase_if(event.fields, [&](const Field& f) {
      if (i++ >= native) return false;
      return (f.value.empty() && f.type != ValueType::null) ||
             std::find(mapping_.drop.begin(), mapping_.drop.end(), f.name) != mapping_.drop.end() ||
             std::any_of(added.begin(), added.end(), [&](const Field& a) { return a.name == f.name; });
    });
    for (Field& field : added) event.fields.push_back(std::move(field));
  }

  void remember_unknown(const std::vector<Field>& fields) {
    ++unknown_;
    last_unknown_.clear();
    for (const KindRule& rule : mapping_.kinds)
      for (const KindRule::Condition& condition : rule.when) {
        const std::string name = condition.column.text + "=";
        if (last_unknown_.find(name) != std::string::npos) continue;
        const Field* field = first_value(condition.column, fields);
        if (!last_unknown_.empty()) last_unknown_ += ", ";
        last_unknown_ += name + (field == nullptr ? "" : field->value.substr(0, kMaxShown));
      }
    // A line that fits no pattern is known by its words.
    if (mapping_.format != Mapping::Format::text) return;
    for (const Field& field : fields)
      if (field.name == "message") last_unknown_ += " '" + field.value.substr(0, kMaxShown) + "'";
  }

  Mapping mapping_;
  std::vector<std::string> names_, values_;
  std::string header_;
  Error header_error_;
  std::vector<const Field*> found_;
  std::optional<UtcNs> before_;
  std::uint64_t unknown_ = 0, unattached_ = 0;
  std::string last_unknown_, last_unattached_;
  std::optional<AttachmentFolder> folder_;
};

}  // namespace

const char* const kMappedHelp =
    "FILE of CSV, JSON or text records; map=MAPPING that describes them, tz=ZONE instead of the mapping's, "
    "attachments_from=DIR with the files that they name";

SourceMade make_mapped(const SourceSpec& spec, const std::string& domain) {
  SourceMade made;
  made.problems = spec.unknown_options({"map", "tz", "attachments_from"});
  if (spec.address.empty())
    made.problems.push_back({"a mapped source needs the path of a file", spec.where, "write mapped:FILE,map=MAPPING"});
  const std::string file = spec.option("map");
  if (file.empty()) {
    made.problems.push_back({"a mapped source needs a mapping", spec.where, "write mapped:FILE,map=MAPPING"});
    return made;
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    made.problems.push_back({"the mapping cannot be read", file, "name a mapping file; assets/mappings has examples"});
    return made;
  }
  Mapping mapping = read_mapping(text.str(), file, made.problems);
  if (mapping.logsource.product.empty()) mapping.logsource.product = "watchfloor";
  if (mapping.logsource.service.empty()) mapping.logsource.service = domain;
  if (mapping.logsource.category.empty()) mapping.logsource.category = domain;
  if (const std::string tz = spec.option("tz"); !tz.empty()) {
    const Result<Zone> zone = Zone::find(tz, spec.where);
    if (zone)
      mapping.zone = *zone;
    else
      made.problems.push_back(zone.error());
  }
  if (!spec.option("attachments_from").empty() && mapping.attach.empty())
    made.problems.push_back({"this mapping names no files to attach", file,
                             "add attach: {path: COLUMN} to it, or leave out attachments_from"});
  if (made.problems.empty()) made.source = std::make_unique<MappedSource>(spec, std::move(mapping));
  return made;
}

}  // namespace wf::kit
