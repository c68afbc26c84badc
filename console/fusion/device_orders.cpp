// Commands to devices: who may, what the site allows, and what became of them. console/engine sends what is ordered
// here.
#include "console/fusion/device_orders.hpp"

#include <algorithm>
#include <array>

#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {
namespace {

constexpr std::uint32_t kUsualValid = 10, kMostValid = 60;
constexpr std::uint32_t kMostSeconds = 24 * 3600;
constexpr std::int64_t kOutcomeWithin = kMinute;  ///< an agent's program has half of it
constexpr std::size_t kMostLines = 8;
constexpr std::array<std::string_view, 5> kActions{"unlock", "lock", "release", "sounder_on", "sounder_off"};

/// How far a state is. Silence outranks nothing that an agent says.
int rank_of(std::string_view state) {
  static constexpr std::array<std::pair<std::string_view, int>, 10> kRanks{{{"asked", 0},
                                                                            {"sent", 1},
                                                                            {"received", 2},
                                                                            {"executed", 3},
                                                                            {"refused", 3},
                                                                            {"expired", 3},
                                                                            {"failed", 3},
                                                                            {"confirmed", 4},
                                                                            {"not_confirmed", 4},
                                                                            {"not_ended", 5}}};
  for (const auto& [name, rank] : kRanks)
    if (name == state) return rank;
  return state == "ended" ? 6 : -1;
}

bool door_action(std::string_view action) { return !action.starts_with("sounder_"); }

}  // namespace

LiveOrder& DeviceOrders::add(LiveOrder order) {
  const std::string id = order.command.id;
  in_order_.push_back(id);
  while (in_order_.size() > kMost) {
    all_.erase(in_order_.front());
    in_order_.pop_front();
  }
  return all_[id] = std::move(order);
}

LiveOrder* DeviceOrders::find(const std::string& id) {
  const auto it = all_.find(id);
  return it == all_.end() ? nullptr : &it->second;
}

std::vector<DeviceCommand> DeviceOrders::unsent() const {
  std::vector<DeviceCommand> out;
  for (const std::string& id : in_order_)
    if (const auto it = all_.find(id); it != all_.end() && it->second.shown.state == "asked")
      out.push_back(it->second.command);
  return out;
}

CommandReply Fusion::Impl::order_device(const Command& c, Changes& changes) {
  const auto refuse = [&](std::string why) { return CommandReply{c.id, false, std::move(why)}; };
  if (c.id.empty()) return refuse("The command has no id");
  if (c.actor.empty()) return refuse("Nobody is signed in");
  if (!is_among(policy.device_roles, c.role))
    return refuse("The role " + one_line(c.role.empty() ? "of nobody" : c.role, 40) +
                  " may not give commands to devices");
  if (std::find(kActions.begin(), kActions.end(), c.action) == kActions.end())
    return refuse("\"" + one_line(c.action, 40) + "\" is nothing that a device does");
  if (c.text.empty()) return refuse("A command to a device needs a reason");
  const DevicePlace place = estate->find_device(c.target);
  if (place.device == nullptr) return refuse("The site has no device " + one_line(c.target, 80));
  const std::string& device = place.device->id;
  if (door_action(c.action) && place.device->kind != DeviceKind::door) return refuse(device + " is no door");
  if (c.action == "lock")
    if (std::string why = why_never_locked(*place.site, *place.device); !why.empty()) return refuse(std::move(why));
  if (c.action == "unlock" && c.seconds == 0) return refuse("Say for how long it is unlocked, or release it");
  if ((c.action == "release" || c.action == "sounder_off") && c.seconds != 0)
    return refuse("This has no end of its own");
  if (c.seconds > kMostSeconds) return refuse("A day is the longest");
  const std::uint32_t valid = c.valid_seconds == 0 ? kUsualValid : c.valid_seconds;
  if (valid > kMostValid) return refuse("A command is valid for a minute at most");
  LiveIncident* incident = nullptr;
  if (!c.incidents.empty()) {
    incident = incidents.find(c.incidents.front());
    if (incident == nullptr) return refuse("There is no " + incident_name(c.incidents.front()));
    if (incident->draft.drill) return refuse("A drill never reaches a device");
  }
  if (c.agent.empty()) return refuse("No agent offers this at " + device + "; see `outputs:` of the agent there");

  LiveOrder live;
  live.command = {c.id,
                  c.agent,
                  device,
                  c.action,
                  c.seconds,
                  c.time,
                  c.time + static_cast<std::int64_t>(valid) * kSecond,
                  c.actor,
                  one_line(c.text, 500),
                  c.incidents.empty() ? 0 : c.incidents.front()};
  live.shown = {c.id, c.action, c.agent, c.actor, c.seconds, c.time, live.command.expires, "asked", {}};
  live.due = live.command.expires;
  wait_until(live.due);
  changes.orders.push_back(live.command);
  say_order(orders.add(std::move(live)), "asked", c.actor, "asked: " + one_line(c.text, 200), changes);
  return {c.id, true, words_of_order(c.action, device, c.seconds) + ": on its way to " + c.agent};
}

void Fusion::Impl::order_sent(const Command& command, Changes& changes) {
  LiveOrder* const live = orders.find(command.target);
  if (live == nullptr) return;
  if (!command.text.empty()) {
    if (live->rank > 1) return;
    live->due = 0;
    return say_order(*live, "failed", "Engine", one_line(command.text, 200), changes);
  }
  if (live->rank >= 1) return;
  live->rank = 1;
  say_order(*live, "sent", "Engine", "sent to " + live->command.agent, changes);
}

void Fusion::Impl::take_answer(const Event& event, Changes& changes) {
  LiveOrder* const live = orders.find(std::string(event.field("command.id")));
  // Only the agent that it was meant for knows what became of it.
  if (live == nullptr || event.agent != live->command.agent) return;
  const std::string state(event.field("command.state"));
  const int rank = rank_of(state);
  if (rank < 2 || rank <= live->rank) return;
  live->rank = rank;
  live->due = state == "received" ? now + kOutcomeWithin : 0;
  if (live->due != 0) wait_until(live->due);
  const std::string reason = one_line(event.field("reason"), 200);
  const std::string& agent = live->command.agent;
  std::string text = state;
  std::replace(text.begin(), text.end(), '_', ' ');
  if (state == "received" || state == "executed" || state == "refused") text += " by " + agent;
  if (state == "confirmed") text += " by contact";
  if (!reason.empty()) text += ": " + reason;
  say_order(*live, state, "Engine", text, changes);
}

void Fusion::Impl::orders_due(Changes& changes) {
  for (auto& [id, live] : orders.all()) {
    if (live.due == 0) continue;
    if (now < live.due) {
      wait_until(live.due);
      continue;
    }
    live.due = 0;
    const std::int64_t valid = (live.command.expires - live.command.issued) / kSecond;
    if (live.shown.state == "asked")
      say_order(live, "expired", "Engine", "expired: " + live.command.agent + " was not connected", changes);
    else if (live.shown.state == "sent")
      say_order(live, "no_answer", "Engine", "no answer within " + std::to_string(valid) + " s", changes);
    else
      say_order(live, "no_answer", "Engine", "no outcome within " + std::to_string(kOutcomeWithin / kSecond) + " s",
                changes);
  }
}

void Fusion::Impl::say_order(LiveOrder& live, std::string state, const std::string& actor, const std::string& text,
                             Changes& changes) {
  live.shown.state = std::move(state);
  live.shown.lines.emplace_back(now, text);
  if (live.shown.lines.size() > kMostLines) live.shown.lines.erase(live.shown.lines.begin());
  // A later command to the same device is the one that is shown there.
  const auto shown = devices.all().find(live.command.device);
  const DeviceOrder* const last = shown == devices.all().end() ? nullptr : &shown->second.order;
  if (estate->find_device(live.command.device).device != nullptr &&
      (last == nullptr || last->id == live.shown.id || last->asked <= live.shown.asked)) {
    devices.order(live.command.device, live.shown);
    changes.devices_changed = true;
  }
  LiveIncident* const incident = live.command.incident == 0 ? nullptr : incidents.find(live.command.incident);
  if (incident == nullptr) return;
  touch(*incident, true);
  const std::string line = words_of_order(live.command.action, live.command.device, live.command.seconds) + ": " + text;
  log(incident->draft, now, actor, line);
  incident->draft.last_change = line;
}

}  // namespace wf::fusion
