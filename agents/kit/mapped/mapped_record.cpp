#include "agents/kit/mapped/mapped_record.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/kit/mapped/mapped_csv.hpp"
#include "agents/kit/read/log_line.hpp"
#include "proto/event_json.hpp"
#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMaxShown = 60;
constexpr std::size_t kMostAttached = 8;  ///< files of one record

}  // namespace

RecordMapper::RecordMapper(Mapping mapping, std::string holder)
    : mapping_(std::move(mapping)), holder_(std::move(holder)), names_(mapping_.columns) {}

std::unique_ptr<Framing> RecordMapper::framing() const {
  switch (mapping_.format) {
    case Mapping::Format::csv:
      return csv_framing(mapping_.separator);
    case Mapping::Format::json:
      return json_array_framing();
    case Mapping::Format::json_lines:
    case Mapping::Format::text:
      break;
  }
  return line_framing();
}

std::size_t RecordMapper::record_limit() const {
  if (mapping_.format == Mapping::Format::text) return TextPattern::kLongestLine;
  return mapping_.format == Mapping::Format::csv ? 256U << 10U : 1U << 20U;
}

Result<void> RecordMapper::take(std::string_view text, bool first, const Out& out) {
  std::string converted;
  if (mapping_.latin1) {
    converted = latin1_to_utf8(text);
    text = converted;
  }
  if (mapping_.format == Mapping::Format::csv) {
    if (mapping_.header && (first || text == header_)) return take_header(text);
    Event event;
    if (Result<void> split = read_csv(text, event.fields); !split) return split;
    return make(std::move(event), out);
  }
  if (mapping_.format == Mapping::Format::text) return take_text(text, out);
  if (!mapping_.records.empty()) return take_list(text, out);
  Event event;
  event.fields.reserve(32);
  if (Result<void> flat = flatten_json(text, "", event.fields); !flat) return flat;
  return make(std::move(event), out);
}

Result<void> RecordMapper::take_header(std::string_view text) {
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
  if (Result<void> resolved = mapping_.resolve_columns(names_, holder_); !resolved) {
    header_error_ = resolved.error();
    return resolved;
  }
  return {};
}

Result<void> RecordMapper::read_csv(std::string_view text, std::vector<Field>& fields) {
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
Result<void> RecordMapper::take_text(std::string_view text, const Out& out) {
  Event event;
  event.fields.reserve(16);
  if (mapping_.syslog) {
    const Result<LogLine> line = parse_log_line(text, {out.now, &mapping_.zone, before_});
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
      return make(std::move(event), out);
    }
  if (!mapping_.syslog) {
    std::string good;
    append_utf8(text, good);
    event.add("message", std::move(good));
  }
  return make(std::move(event), out);
}

// One JSON object that holds a list of records.
Result<void> RecordMapper::take_list(std::string_view text, const Out& out) {
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
    if (made) made = make(std::move(event), out);
    if (!made && first.what.empty()) first = made.error();
  }
  if (!first.what.empty()) return first;
  return {};
}

// A record whose columns are the event's fields so far.
Result<void> RecordMapper::make(Event&& event, const Out& out) {
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
  if (Result<void> time = read_time(event, out); !time) return time;
  event.kind = rule == nullptr ? "other" : rule->kind;
  const KindInfo* info = find_kind(event.kind);
  event.severity = rule != nullptr && rule->severity > 0 ? rule->severity : info != nullptr ? info->severity : 0;
  event.logsource = mapping_.logsource;
  const std::vector<std::string> files = files_to_attach(event.fields, out);
  add_fields(rule, event);
  attach(files, event, out);
  out.emit(std::move(event));
  return {};
}

std::vector<std::string> RecordMapper::files_to_attach(const std::vector<Field>& fields, const Out& out) {
  std::vector<std::string> names;
  if (!folder_ || out.attachments == nullptr) return names;
  for (const ColumnRef& column : mapping_.attach) {
    if (first_value(column, fields) == nullptr) continue;
    for (const Field* field : found_)
      if (!field->value.empty() && names.size() < kMostAttached) names.push_back(field->value);
  }
  return names;
}

// An event is worth more than its picture: it goes on without, and says so.
void RecordMapper::attach(const std::vector<std::string>& files, Event& event, const Out& out) {
  for (const std::string& file : files) {
    Result<Descriptor> opened = folder_->open(file);
    Result<std::string> hash = opened ? out.attachments->add_file(opened->get()) : opened.error();
    if (hash) {
      event.add("attachment", *hash);
      continue;
    }
    ++unattached_;
    last_unattached_ = file.substr(0, kMaxShown) + ": " + hash.error().what;
    event.add("attachment.problem", hash.error().what);
  }
}

Result<void> RecordMapper::read_time(Event& event, const Out& out) {
  if (mapping_.arrival) event.time = out.now;
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

const Field* RecordMapper::first_value(const ColumnRef& column, const std::vector<Field>& fields) {
  found_.clear();
  column.find(fields, found_);
  for (const Field* field : found_)
    if (!field->value.empty()) return field;
  return nullptr;
}

void RecordMapper::add_fields(const KindRule* rule, Event& event) {
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

void RecordMapper::remember_unknown(const std::vector<Field>& fields) {
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

std::string RecordMapper::note() const {
  if (unattached_ > 0)
    return std::to_string(unattached_) + (unattached_ == 1 ? " file was" : " files were") +
           " not attached, the last: " + last_unattached_;
  if (unknown_ == 0 && !mapping_.attach.empty() && !folder_)
    return mapping_.file + " names files to attach; say with attachments_from=DIR where they may come from";
  if (unknown_ == 0) return {};
  return std::to_string(unknown_) + (unknown_ == 1 ? " record has" : " records have") + " no kind in " + mapping_.file +
         ", the last: " + last_unknown_;
}

}  // namespace wf::kit
