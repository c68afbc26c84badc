#include "agents/network/windows_snare.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "agents/kit/read/log_stamp.hpp"
#include "agents/network/windows_event.hpp"
#include "agents/network/windows_message.hpp"

namespace wf::network {
namespace {

constexpr std::string_view kMark = "MSWinEventLog";
// As relays that take tabs for control characters write them.
constexpr std::array<std::string_view, 4> kSeparators{"\t", "#011", "\\t", "\\011"};
// Empty: of no use to anybody.
constexpr std::array<std::string_view, 13> kNames{"Criticality",   "Channel",    "",       "EventTime", "EventID",
                                                  "Provider_Name", "UserName",   "",       "EventType", "Computer",
                                                  "Category",      "DataString", "Message"};

std::string_view separator_behind(std::string_view text) {
  for (const std::string_view separator : kSeparators)
    if (text.starts_with(separator)) return separator;
  return {};
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::size_t find_snare(std::string_view text) {
  if (text.starts_with(kMark)) return separator_behind(text.substr(kMark.size())).empty() ? std::string_view::npos : 0;
  const std::size_t at = text.find(kMark);
  if (at == std::string_view::npos || separator_behind(text.substr(at + kMark.size())).empty())
    return std::string_view::npos;
  return text[at - 1] == '\t' || text[at - 1] == ' ' || text[at - 1] == '1' || text[at - 1] == 't'
             ? at
             : std::string_view::npos;
}

bool read_snare(std::string_view text, kit::Zone& zone, Event& event) {
  text.remove_prefix(std::min(kMark.size(), text.size()));
  const std::string_view separator = separator_behind(text);
  if (separator.empty()) return false;
  text.remove_prefix(separator.size());
  std::array<std::string_view, kNames.size()> values;
  std::size_t count = 0;
  for (; count < values.size() && !text.empty(); ++count) {
    const std::size_t end = std::min(text.find(separator), text.size());
    values[count] = text.substr(0, end);
    text.remove_prefix(std::min(end + separator.size(), text.size()));
  }
  if (count < 6 || !is_digits(values[4]) || values[1].empty()) return false;
  event.fields.reserve(48);
  for (std::size_t i = 0; i < count; ++i)
    // Sysmon has an EventType of its own, in its message.
    if (!kNames[i].empty() && !values[i].empty() && values[i] != "N/A" &&
        !(kNames[i] == "EventType" && values[1].find("Sysmon") != std::string_view::npos))
      event.add(std::string(kNames[i]), std::string(values[i]),
                kNames[i] == "EventID" ? ValueType::number : ValueType::string);
  int id = 0;
  std::from_chars(values[4].data(), values[4].data() + values[4].size(), id);
  name_windows_message(values[1], id, event);
  std::string_view stamp = values[3];
  const Result<kit::LogStamp> time = kit::take_log_stamp(stamp, {event.time, &zone, {}});
  if (!read_windows_event(event, zone)) return false;
  if (time) event.time = time->time;
  return true;
}

}  // namespace wf::network
