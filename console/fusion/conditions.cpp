// What begins a condition and what ends it; how often one came and went.
#include "console/fusion/conditions.hpp"

#include <algorithm>

#include "console/fusion/fusion.hpp"

namespace wf::fusion {
namespace {

enum class Of : std::uint8_t { door, camera, zone, agent, point, host, device, named };

struct Row {
  std::string_view kind;
  Of of;
  std::string_view condition;
};

/// README.md shows this table.
constexpr Row kBegins[] = {
    {"door.forced", Of::door, "open"},          {"door.held", Of::door, "open"},
    {"door.tamper", Of::door, "tamper"},        {"door.fault", Of::door, "fault"},
    {"door.power", Of::door, "power"},          {"camera.covered", Of::camera, "picture"},
    {"camera.blurred", Of::camera, "picture"},  {"camera.moved", Of::camera, "picture"},
    {"camera.dark", Of::camera, "picture"},     {"camera.tamper", Of::camera, "picture"},
    {"camera.offline", Of::camera, "offline"},  {"camera.recording_gap", Of::camera, "recording"},
    {"intrusion.alarm", Of::zone, "intrusion"}, {"agent.lost", Of::agent, "lost"},
    {"device.alarm", Of::point, "alarm"},       {"host.offline", Of::host, "offline"},
    {"device.offline", Of::device, "offline"},  {"device.fault", Of::device, "fault"},
    {"device.tamper", Of::device, "tamper"},    {"fire.fault", Of::zone, "fire fault"},

    {"link.silent", Of::named, "silent"}};

constexpr Row kEnds[] = {{"door.closed", Of::door, "open"},
                         {"door.restored", Of::door, "open"},
                         {"door.restored", Of::door, "tamper"},
                         {"door.restored", Of::door, "fault"},
                         {"door.restored", Of::door, "power"},
                         {"camera.restored", Of::camera, "picture"},
                         {"camera.online", Of::camera, "offline"},
                         {"camera.recorded", Of::camera, "recording"},
                         {"intrusion.restored", Of::zone, "intrusion"},
                         {"agent.started", Of::agent, "lost"},
                         {"device.normal", Of::point, "alarm"},
                         {"host.online", Of::host, "offline"},
                         {"device.online", Of::device, "offline"},
                         {"device.restored", Of::device, "fault"},
                         {"device.restored", Of::device, "tamper"},
                         {"fire.restored", Of::zone, "fire fault"},

                         {"link.heard", Of::named, "silent"}};

constexpr std::size_t kLongestId = 96;

std::string_view or_field(const Device* device, const Event& e, std::string_view field) {
  return device != nullptr ? std::string_view(device->id) : e.field(field).substr(0, kLongestId);
}

/// What the condition is of; empty: the event does not say.
std::string_view thing_of(Of of, const Event& e, const Facts& f) {
  switch (of) {
    case Of::door: {
      const std::string_view door = or_field(f.door, e, "door.id");
      return door.empty() ? or_field(f.reader, e, "reader.id") : door;
    }
    case Of::camera:
      return or_field(f.camera, e, "camera.id");
    case Of::zone:
      return f.unit != nullptr ? std::string_view(f.unit->id) : e.field("zone.id").substr(0, kLongestId);
    case Of::agent:
      return std::string_view(e.agent).substr(0, kLongestId);
    case Of::host:
      return or_field(f.host, e, "host.name");
    case Of::point:
      return e.field("alarm.point").substr(0, kLongestId);
    case Of::device: {
      // A panel tells of its own parts and of itself.
      const std::string_view part = e.field("alarm.point").substr(0, kLongestId);
      return part.empty() ? e.field("device.id").substr(0, kLongestId) : part;
    }
    case Of::named:  // of whom the engine speaks
      return e.field("agent.name").substr(0, kLongestId);
  }
  return {};
}

std::string key_of(const Row& row, const Event& e, const Facts& f) {
  const std::string_view thing = thing_of(row.of, e, f);
  if (thing.empty()) return {};
  std::string key = e.drill ? "drill " : "";
  key += row.condition;
  key += ' ';
  key += thing;
  // A panel has several troubles at once: the end of one says which by its reason.
  if (row.of == Of::device && row.condition != "offline") key.append(" ").append(e.field("reason").substr(0, 64));
  return key;
}

}  // namespace

std::string condition_of(const Event& e, const Facts& f) {
  for (const Row& row : kBegins)
    if (row.kind == e.kind) return key_of(row, e, f);
  return {};
}

bool ends_conditions(std::string_view kind) {
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](const Row& row) { return row.kind == kind; });
}

std::vector<std::string> conditions_ended(const Event& e, const Facts& f) {
  std::vector<std::string> out;
  for (const Row& row : kEnds)
    if (row.kind == e.kind)
      if (std::string key = key_of(row, e, f); !key.empty()) out.push_back(std::move(key));
  return out;
}

Conditions::Condition& Conditions::touch(const std::string& key) {
  Condition& c = all_[key];
  if (c.touched != 0) order_.erase({c.touched, key});
  c.touched = next_++;
  order_.emplace(c.touched, key);
  while (all_.size() > kMost) {
    const std::string oldest = order_.begin()->second;
    Condition& gone = all_.at(oldest);
    timer(oldest, Timer::calm, gone.calm_at, 0);
    timer(oldest, Timer::stands, gone.long_at, 0);
    order_.erase(order_.begin());
    all_.erase(oldest);
  }
  return c;
}

void Conditions::timer(const std::string& key, Timer which, UtcNs& at, UtcNs due) {
  if (at != 0) timers_.erase({at, key, which});
  at = due;
  if (due != 0) timers_.emplace(due, key, which);
}

Conditions::Begun Conditions::begin(const std::string& key, UtcNs time, UtcNs now, const Policy& policy) {
  Condition& c = touch(key);
  Begun out;
  const bool restless = c.chattering || c.fleeting;
  // Several rules may tell of one event. One that does not stand because it came after its own end is known by its
  // time.
  const bool told = time < c.changed && c.begun != 0 && c.times[(c.begun - 1) % kTimes] == time;
  if (!c.stands && !told) {
    out.anew = true;
    if (c.begun != 0 && time >= c.changed) out.gap = time - c.changed;
    // One that comes after the word of its own end is over already.
    if (time >= c.changed) {
      c.stands = true;
      c.changed = time;
    }
    c.times[c.begun++ % kTimes] = time;
    c.last = now;
    const auto near = std::count_if(c.times.begin(), c.times.end(), [&](UtcNs t) {
      return t != 0 && t >= time - policy.chatter_within && t <= time + policy.chatter_within;
    });
    if (policy.chatter_times != 0) {
      if (near >= static_cast<std::ptrdiff_t>(policy.chatter_times)) c.chattering = true;
      c.fleeting = c.fleeting_in_row >= policy.chatter_times;
    }
    if (c.chattering || c.fleeting) timer(key, Timer::calm, c.calm_at, now + policy.chatter_calm);
  }
  out.chattering = c.chattering;
  out.fleeting = c.fleeting;
  out.newly = out.damped() && !restless;
  return out;
}

Conditions::Ended Conditions::end(const std::string& key, UtcNs time, const Policy& policy) {
  const auto it = all_.find(key);
  if (it == all_.end() || !it->second.stands || time < it->second.changed) return {};
  Condition& c = touch(key);
  const std::int64_t stood = time - c.changed;
  const bool fleeting = stood <= policy.fleeting;
  c.fleeting_in_row = fleeting ? c.fleeting_in_row + 1 : 0;
  c.stands = false;
  c.changed = time;
  timer(key, Timer::stands, c.long_at, 0);
  return {true, fleeting, stood};
}

bool Conditions::stands(const std::string& key) const {
  const auto it = all_.find(key);
  return it == all_.end() || it->second.stands;
}

bool Conditions::chatters(const std::string& key) const {
  const auto it = all_.find(key);
  return it != all_.end() && it->second.chattering;
}

bool Conditions::flits(const std::string& key) const {
  const auto it = all_.find(key);
  return it != all_.end() && it->second.fleeting;
}

void Conditions::stands_long_at(const std::string& key, UtcNs due) {
  if (const auto it = all_.find(key); it != all_.end() && it->second.stands && it->second.long_at == 0)
    timer(key, Timer::stands, it->second.long_at, due);
}

std::vector<Conditions::Due> Conditions::due(UtcNs now, const Policy& policy) {
  std::vector<Due> out;
  while (next_due() != 0 && next_due() <= now) {
    const auto [at, key, which] = *timers_.begin();
    timers_.erase(timers_.begin());
    Condition& c = all_.at(key);
    if (which == Timer::stands) {
      c.long_at = 0;
      if (c.stands) out.push_back({key, false, true});
    } else if (c.last + policy.chatter_calm > now) {
      c.calm_at = 0;
      timer(key, Timer::calm, c.calm_at, c.last + policy.chatter_calm);
    } else {
      c.calm_at = 0;
      c.chattering = c.fleeting = false;
      c.fleeting_in_row = 0;
      c.times = {};
      out.push_back({key, true, false});
    }
  }
  return out;
}

}  // namespace wf::fusion
