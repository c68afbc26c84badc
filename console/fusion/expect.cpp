// Evidence that rules expect: what would tell it, whether it came in its time, and whether its absence says anything.
#include "console/fusion/expect.hpp"

#include <algorithm>

#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

using At = sigma::Expectation::At;
using State = Evidence::State;

constexpr std::size_t kMostSources = 4;

void add_source(Expected& to, const char* family, const std::string& id) {
  const std::string key = std::string(family) + ' ' + id;
  if (id.empty() || to.sources.size() >= kMostSources ||
      std::any_of(to.sources.begin(), to.sources.end(), [&](const Expected::Source& s) { return s.key == key; }))
    return;
  to.sources.push_back({key, id, false});
  to.shown.sources.push_back(id);
}

void add_person(Expected& to, const std::string& person, const Site* site) {
  if (person.empty() || site == nullptr) return;
  to.sources.push_back({"person " + person, site->id, true});
  to.shown.sources.push_back(person);
}

/// "12 s after", "3 min before".
std::string apart_in_words(UtcNs time, UtcNs alert) {
  const std::int64_t span = time < alert ? alert - time : time - alert;
  const std::string words = span < 2 * kMinute ? std::to_string(span / kSecond) + " s" : span_in_words(span);
  return words + (time < alert ? " before" : " after");
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

bool counts(const Expected& e, const Digest& d) {
  return d.time >= e.shown.from && d.time <= e.shown.until &&
         std::find(e.kinds.begin(), e.kinds.end(), d.kind) != e.kinds.end();
}

/// The event happened there; it is not only near.
bool tells(const Link& link) {
  return link.tie == Tie::door || link.tie == Tie::camera || link.tie == Tie::host || link.tie == Tie::person;
}

void came(Expected& e, const Digest& d) {
  e.shown.state = State::came;
  e.shown.event_id = d.event_id;
  e.shown.finding = d.brief + ", " + apart_in_words(d.time, e.alert);
}

}  // namespace

void Lookout::wait(std::uint64_t incident, const std::string& key) {
  by_key_[key].insert(incident);
  keys_[incident].insert(key);
}

std::vector<std::uint64_t> Lookout::of(const std::string& key) const {
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? std::vector<std::uint64_t>{}
                             : std::vector<std::uint64_t>(it->second.begin(), it->second.end());
}

void Lookout::forget(std::uint64_t incident) {
  const auto it = keys_.find(incident);
  if (it == keys_.end()) return;
  for (const std::string& key : it->second)
    if (const auto at = by_key_.find(key); at != by_key_.end()) {
      at->second.erase(incident);
      if (at->second.empty()) by_key_.erase(at);
    }
  keys_.erase(it);
}

std::uint64_t Lookout::take_due() {
  const std::uint64_t incident = due_.begin()->second;
  due_.erase(due_.begin());
  return incident;
}

/// What would tell it. Without any of it (the event names no door, no camera watches there) nothing is expected.
void Fusion::Impl::find_sources(Expected& to, const Facts& f) const {
  const auto cameras = [&](const std::string& place) {
    if (const auto it = cameras_at.find(place); it != cameras_at.end())
      for (const Device* camera : it->second)
        if (camera != f.camera) add_source(to, "camera", camera->id);
  };
  std::vector<const Unit*> zones = f.zones;
  if (zones.empty() && f.unit != nullptr) zones.push_back(f.unit);
  switch (to.at) {
    case At::door:
      if (f.door != nullptr) add_source(to, "door", f.door->id);
      // Of a camera's event: the doors that it watches.
      for (const Device* door : f.doors) add_source(to, "door", door->id);
      break;
    case At::camera:
      if (f.door != nullptr) cameras(f.door->id);
      for (const Device* door : f.doors) cameras(door->id);
      for (const Unit* unit : zones) cameras(unit->id);
      break;
    case At::zone:
      if (f.site != nullptr)
        for (const Unit* unit : zones)
          for (const Device& device : f.site->devices)
            if (device.kind == DeviceKind::door && sides_of(*f.site, device).first == unit)
              add_source(to, "door", device.id);
      break;
    case At::host:
      if (f.host != nullptr) add_source(to, "host", f.host->id);
      break;
    case At::person:
      if (f.person != nullptr) add_person(to, f.person->id, f.site);
      break;
    case At::owner:
      if (f.host != nullptr) add_person(to, f.host->owner, f.site);
      break;
  }
}

void Fusion::Impl::look_back(Expected& e, const AlertShare& share, bool drill) const {
  std::vector<Remembered> some;
  for (const Expected::Source& source : e.sources) {
    some.clear();
    e.forgotten |= !recall.touching(source.key, e.shown.from, some);
    for (const Remembered& r : some)
      if (e.shown.state != State::came && r->drill == drill && counts(e, *r) &&
          std::find(share.alert.event_ids.begin(), share.alert.event_ids.end(), r->event_id) ==
              share.alert.event_ids.end() &&
          std::any_of(r->links.begin(), r->links.end(), [&](const Link& l) { return l.key == source.key && tells(l); }))
        came(e, *r);
  }
}

void Fusion::Impl::expect(LiveIncident& live, AlertShare& share, const std::vector<sigma::Expectation>& expectations,
                          const Scene& scene, UtcNs time) {
  // A repeat is judged anew once what was expected of the one before is settled.
  if (!share.expected.empty() && std::any_of(share.expected.begin(), share.expected.end(), [&](const Expected& e) {
        return e.shown.state == State::awaited || time <= e.shown.until;
      }))
    return;
  share.expected.clear();
  for (const sigma::Expectation& x : expectations) {
    Expected e;
    e.kinds = x.kinds;
    e.at = x.at;
    e.alert = time;
    e.shown.role = x.refutes ? Evidence::Role::would_refute : Evidence::Role::would_confirm;
    e.shown.text = x.text;
    e.shown.state = State::awaited;
    e.shown.from = time - x.before;
    e.shown.until = time + x.within;
    e.due = std::max(e.shown.until, now) + policy.evidence_lateness;
    find_sources(e, scene.facts);
    if (e.sources.empty()) continue;
    look_back(e, share, live.draft.drill);
    share.expected.push_back(std::move(e));
  }
}

void Fusion::Impl::look_out(const LiveIncident& live) {
  for (const AlertShare& share : live.alerts)
    for (const Expected& e : share.expected) {
      if (e.shown.state == State::came) continue;
      for (const Expected::Source& source : e.sources) lookout.wait(live.draft.id, source.key);
      if (e.shown.state != State::awaited) continue;
      lookout.judge_at(live.draft.id, e.due);
      wait_until(e.due);
    }
}

void Fusion::Impl::say_evidence(LiveIncident& live, const Evidence& e) {
  const bool confirms = e.role == Evidence::Role::would_confirm;
  const std::string word = e.state == State::came     ? confirms ? "Confirmed" : "Refuted"
                           : e.state == State::absent ? confirms ? "Not confirmed" : "Not refuted"
                                                      : "Not known";
  if (e.state == State::came) live.draft.last_change = word;
  log(live.draft, now, "Engine", word + ": " + e.text + ": " + e.finding);
}

void Fusion::Impl::take_evidence(const Digest& d) {
  if (lookout.empty()) return;
  for (const Link& link : d.links) {
    if (!tells(link)) continue;
    for (const std::uint64_t id : lookout.of(link.key)) {
      LiveIncident* const live = incidents.find(id);
      if (live == nullptr || !live->draft.open() || live->draft.drill != d.drill) continue;
      bool any = false;
      for (AlertShare& share : live->alerts)
        for (Expected& e : share.expected) {
          // One that was judged already and comes late after all has come.
          if (e.shown.state == State::came || !counts(e, d) ||
              std::none_of(e.sources.begin(), e.sources.end(),
                           [&](const Expected::Source& s) { return s.key == link.key; }) ||
              std::find(share.alert.event_ids.begin(), share.alert.event_ids.end(), d.event_id) !=
                  share.alert.event_ids.end())
            continue;
          came(e, d);
          touch(*live, true);
          say_evidence(*live, e.shown);
          any = true;
        }
      if (any) list_evidence(*live);
    }
  }
}

void Fusion::Impl::judge(Expected& e) const {
  std::vector<std::string> alive, deaf;
  for (const Expected::Source& s : e.sources) {
    const std::string why = s.person ? liveness.why_deaf_to_badges(s.id, e.shown.from, e.shown.until, policy)
                                     : liveness.why_deaf(s.id, e.shown.from, e.shown.until, policy);
    if (why.empty())
      alive.push_back(s.person ? s.key.substr(s.key.find(' ') + 1) : s.id);
    else
      deaf.push_back(s.person ? why : s.id + " " + why);
  }
  if (alive.empty() || e.forgotten) {
    e.shown.state = State::unknown;
    e.shown.finding = alive.empty() ? listed(deaf) : "too much happened to remember the time before";
    return;
  }
  e.shown.state = State::absent;
  e.shown.finding = e.at == At::camera ? listed(alive) + " saw nothing" : "nothing from " + listed(alive);
  if (!deaf.empty()) e.shown.finding += "; not known: " + listed(deaf);
}

void Fusion::Impl::evidence_due() {
  while (lookout.next_due() != 0 && lookout.next_due() <= now) {
    LiveIncident* const live = incidents.find(lookout.take_due());
    if (live == nullptr || !live->draft.open()) continue;
    bool any = false;
    for (AlertShare& share : live->alerts)
      for (Expected& e : share.expected) {
        if (e.shown.state != State::awaited || e.due > now) continue;
        judge(e);
        touch(*live, true);
        say_evidence(*live, e.shown);
        any = true;
      }
    if (any) list_evidence(*live);
  }
  if (lookout.next_due() != 0) wait_until(lookout.next_due());
}

}  // namespace wf::fusion
