#include "agents/access/unifi_json.hpp"

#include <algorithm>

#include "agents/kit/kinds.hpp"
#include "proto/utf8.hpp"

namespace wf::access::unifi {
namespace {

constexpr std::size_t kMostValue = 1024;

std::string fit(std::string_view text) {
  std::string out;
  append_utf8(text.substr(0, kMostValue), out);
  return out;
}

}  // namespace

std::string text(dom::element at, std::initializer_list<const char*> path) {
  for (const char* name : path)
    if (at[name].get(at) != simdjson::SUCCESS) return {};
  std::string_view value;
  return at.get(value) == simdjson::SUCCESS ? fit(value) : std::string();
}

bool object(dom::element at, const char* name, dom::element& out) {
  return at[name].get(out) == simdjson::SUCCESS && out.is_object();
}

std::optional<UtcNs> time_of(dom::element at, const char* name) {
  dom::element value;
  if (at[name].get(value) != simdjson::SUCCESS) return std::nullopt;
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number > 0 && number < std::int64_t{1} << 43U)
    return number * kMillisecond;
  std::string_view written;
  if (value.get(written) == simdjson::SUCCESS)
    if (const Result<UtcNs> time = parse_rfc3339(written)) return *time;
  return std::nullopt;
}

const Row* find(std::span<const Row> rows, std::string_view type) {
  const auto it = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.type == type; });
  return it == rows.end() ? nullptr : &*it;
}

void set_kind(Event& event, const char* kind) {
  event.kind = kind;
  if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
}

Event event_of(const Row* row, const std::string& type, UtcNs time) {
  Event event;
  event.time = time;
  set_kind(event, row == nullptr ? "other" : row->kind.data());
  event.logsource = {"watchfloor", "access", "access"};
  event.add("type", type);
  if (row != nullptr && !row->reason.empty()) event.add("reason", std::string(row->reason));
  if (row != nullptr && !row->mode.empty()) event.add("mode", std::string(row->mode));
  return event;
}

void put(Event& event, const char* name, const std::string& value) {
  if (!value.empty()) event.add(name, value);
}

void say(Event& event, const Row* row, const std::string& type, const std::string& where) {
  const std::string words = row == nullptr ? type : std::string(row->words);
  event.add("message", one_line(where.empty() ? words : words + ": " + where));
}

}  // namespace wf::access::unifi
