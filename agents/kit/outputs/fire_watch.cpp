#include "agents/kit/outputs/fire_watch.hpp"

#include <algorithm>
#include <charconv>

#include "agents/kit/spool/disk.hpp"
#include "proto/event_json.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostBytes = 256U << 10U, kLongestPlace = 96;
constexpr const char* kSomewhere = "";

/// The finest place that the event names.
std::string place_of(const Event& event) {
  for (const char* name : {"alarm.point", "zone.id", "door.id", "device.id"})
    if (const std::string_view value = event.field(name); !value.empty())
      return std::string(value.substr(0, kLongestPlace));
  return kSomewhere;
}

bool take_time(std::string_view text, UtcNs& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

}  // namespace

FireWatch FireWatch::open(std::filesystem::path file, const Moment& moment, std::string& problem, Write write) {
  FireWatch out;
  out.file_ = std::move(file);
  out.write_ =
      write ? std::move(write)
            : Write([](const std::filesystem::path& to, std::string_view text) { return replace_file(to, text); });
  std::error_code failed;
  if (!std::filesystem::exists(out.file_, failed)) return out;
  const Result<std::string> text = read_small_file(out.file_, kMostBytes);
  bool whole = text.ok();
  std::string_view rest = whole ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const Result<Event> read = parse_json_line(line);
    UtcNs told = 0;
    if (read && read->kind == "fire" && take_time(read->field("told"), told)) {
      // A clock that was set back makes no fire last longer.
      const std::int64_t age = std::max<std::int64_t>(moment.now - told, 0);
      out.burning_[std::string(read->field("place"))] = {told, moment.mono + std::max<std::int64_t>(kLongest - age, 0)};
    } else {
      whole = false;
    }
  }
  if (!whole) {
    out.burning_[kSomewhere] = {moment.now, moment.mono + kLongest};
    problem = out.file_.string() +
              ": the list of fires is damaged; nothing is locked until a panel reports its reset, or "
              "for a day";
  }
  out.age(moment);
  return out;
}

bool FireWatch::take(const Event& event, const Moment& moment) {
  if (event.kind == "fire.restored") {
    // With a reason it is a fault of the fire system that ended, and no fire.
    if (event.field("reason").empty() && burning_.erase(place_of(event)) > 0) save();
    return false;
  }
  if (event.kind != "fire.alarm" && event.kind != "fire.release" && event.kind != "fire.gas") return false;
  // One that was told late, as after an outage, began then.
  const std::int64_t old = std::max<std::int64_t>(moment.now - event.time, 0);
  if (old >= kLongest) return false;
  age(moment);
  std::string place = place_of(event);
  if (burning_.size() >= kMost && !burning_.contains(place)) place = kSomewhere;
  const auto [it, fresh] = burning_.emplace(std::move(place), Fire{});
  if (const std::int64_t until = moment.mono + kLongest - old; until > it->second.until)
    it->second = {moment.now - old, until};
  save();
  return fresh;
}

std::string FireWatch::refusal(const Moment& moment) {
  age(moment);
  if (burning_.empty()) return {};
  const std::string& place = burning_.begin()->first;
  return "there is a fire" + (place.empty() ? place : " at " + place) + ": nothing is locked until its panel is reset";
}

void FireWatch::age(const Moment& moment) {
  std::erase_if(burning_, [&](const auto& one) { return moment.mono >= one.second.until; });
}

/// What cannot be written is written with the next fire; until then it holds as long as this agent runs.
void FireWatch::save() const {
  if (file_.empty()) return;
  std::string text;
  for (const auto& [place, fire] : burning_) {
    Event line;
    line.kind = "fire";
    line.add("place", place);
    line.add("told", std::to_string(fire.told), ValueType::number);
    append_json_line(line, text);
    text += '\n';
  }
  (void)write_(file_, text);
}

}  // namespace wf::kit
