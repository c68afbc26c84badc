// Tickets for what does not work: which events open and close them, what people do with them.
#include <algorithm>
#include <charconv>

#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::uint8_t kVital = 3;                 ///< criticality
constexpr std::int64_t kLookEvery = 10 * kMinute;  ///< for silent devices

std::string joined(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) out += (out.empty() ? "" : ", ") + part;
  return out;
}

/// "MT-0007" or 7; 0: neither.
std::uint64_t ticket_number(std::string_view text) {
  if (text.starts_with("MT-")) text.remove_prefix(3);
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed != std::errc{} || end != text.data() + text.size() ? 0 : out;
}

}  // namespace

Tickets::Subject Fusion::Impl::subject_of(const Site& site, const Device& device) const {
  Tickets::Subject out;
  out.device = device.id;
  out.name = device.name.empty() ? device.id : device.name;
  out.site_id = site.id;
  out.unit_id = device.unit_id;
  if (!device.unit_id.empty()) out.zones = {device.unit_id};
  out.place = joined(estate->place_path(site, device.level_id, device.unit_id));
  const Unit* const unit = site.unit(device.unit_id);
  out.vital = device.criticality >= kVital || (unit != nullptr && unit->criticality >= kVital);
  return out;
}

UtcNs Fusion::Impl::kept_back_until(const Tickets::Subject& subject) {
  UtcNs out = 0;
  for (const Work& work : works) {
    if (work.kind == Work::Kind::inhibition || now < work.begins || now >= work.until) continue;
    const bool covers = work.zone
                            ? std::find(subject.zones.begin(), subject.zones.end(), work.scope) != subject.zones.end()
                            : work.scope == subject.device;
    if (covers && row_of(work) != nullptr) out = std::max(out, work.until);
  }
  return out;
}

void Fusion::Impl::hear_devices(const Facts& facts, UtcNs time) {
  if (!tickets.watching()) return;
  for (const Device* device : {facts.door, facts.reader, facts.camera, facts.host})
    if (device != nullptr) tickets.heard(device->id, time, now);
}

void Fusion::Impl::take_faults(const Scene& scene) {
  const Digest& d = *scene.digest;
  const Facts& f = scene.facts;
  if (d.drill) return;
  if (!Tickets::is_fault(d.condition)) return hear_devices(f, d.time);
  const Device* device = nullptr;
  for (const Device* one : {f.door, f.camera, f.host, f.reader})
    if (one != nullptr && device == nullptr) device = one;
  Tickets::Subject s;
  if (device != nullptr && f.site != nullptr) {
    s = subject_of(*f.site, *device);
    s.vital = s.vital || d.criticality >= kVital;
    for (const Unit* unit : f.zones) s.zones.push_back(unit->id);
    if (f.unit != nullptr) s.zones.push_back(f.unit->id);
  } else {
    // What no site knows: an agent, or a device of a house without a plan.
    s.device = s.name = d.condition.substr(d.condition.find(' ') + 1);
    s.agent = d.condition.starts_with("lost ") || d.condition.starts_with("silent ");
  }
  if (d.condition.starts_with("silent ")) s.why = Ticket::Why::silent;
  s.what = one_line(d.once, 160);
  tickets.begins(d.condition, std::move(s), d.time, now, policy);
  if (tickets.next_due() != 0) wait_until(tickets.next_due());
}

void Fusion::Impl::faults_end(const Event& event, const Facts& facts) {
  if (!tickets.watching()) return;
  for (const std::string& key : conditions_ended(event, facts)) tickets.ends(key, event.time, now);
}

void Fusion::Impl::tickets_due() {
  if (policy.tickets.silent_after != 0 && now >= silence_look) {
    silence_look = now + kLookEvery;
    for (const auto& [id, state] : devices.all()) {
      if (state.last_event == 0 || now - state.last_event < policy.tickets.silent_after) continue;
      const DevicePlace place = estate->find_device(id);
      if (place.device == nullptr) continue;
      Tickets::Subject s = subject_of(*place.site, *place.device);
      s.why = Ticket::Why::silent;
      s.what = "Nothing heard of " + s.name + " for " + span_in_words(policy.tickets.silent_after);
      tickets.begins("silence " + id, std::move(s), state.last_event, now, policy);
    }
    if (tickets.next_due() != 0) wait_until(tickets.next_due());
  }
  if (!tickets.watching()) return;
  if (const UtcNs next = tickets.next_look(); next == 0 || now < next) return;
  tickets.due(now, policy, [&](const Tickets::Subject& s) { return kept_back_until(s); });
}

void Fusion::Impl::test_failed(const Work& work) {
  const DevicePlace place = estate->find_device(work.scope);
  if (place.device == nullptr) return;
  Tickets::Subject s = subject_of(*place.site, *place.device);
  s.why = Ticket::Why::test_failed;
  tickets.open(s, "Said nothing in the test by " + work.who, now, now, "Engine", policy);
}

CommandReply Fusion::Impl::tend_ticket(const Command& c) {
  const auto answer = [&](bool accepted, std::string text) { return CommandReply{c.id, accepted, std::move(text)}; };
  if (c.id.empty()) return answer(false, "The command has no id");
  if (c.actor.empty()) return answer(false, "Nobody is signed in");
  const std::string text = one_line(c.text, 160);
  if (c.action == "open") {
    const DevicePlace place = estate->find_device(c.target);
    if (place.device == nullptr) return answer(false, "The site has no device " + one_line(c.target, 80));
    if (text.empty()) return answer(false, "Say what does not work");
    Tickets::Subject s = subject_of(*place.site, *place.device);
    s.why = Ticket::Why::reported;
    const std::uint64_t id = tickets.open(s, text, now, now, c.actor, policy);
    if (id == 0) return answer(false, "There are too many open tickets; close one");
    return answer(true, ticket_name(id) + ": " + s.name);
  }
  Ticket* const ticket = tickets.find(ticket_number(c.target));
  if (ticket == nullptr) return answer(false, "There is no ticket " + one_line(c.target, 40));
  const std::string name = ticket_name(ticket->id);
  if (!ticket->open_still()) return answer(false, name + " is closed");
  if (c.action == "take") {
    tickets.take(*ticket, c.actor, now);
  } else if (c.action == "patrol") {
    tickets.patrolled(*ticket, c.actor, now);
  } else if (c.action == "close") {
    if (!is_among(policy.maintenance_roles, c.role))
      return answer(false, "The role " + one_line(c.role.empty() ? "of nobody" : c.role, 40) + " may not close it");
    if (text.empty()) return answer(false, "Closing needs a reason");
    tickets.close(*ticket, c.actor, "Closed: " + text, now);
  } else {
    return answer(false, "A ticket is opened, taken, walked past (patrol) or closed");
  }
  return answer(true, name + ": " + ticket->log.back().text);
}

}  // namespace wf::fusion
