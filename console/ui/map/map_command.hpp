#pragma once
#include <string>
#include <vector>

#include "console/ui/map/map_memory.hpp"

namespace wf::ui {

/// One action that an agent offers at a device.
struct Offer {
  std::string action;  ///< unlock, lock, release, sounder_on, sounder_off
  const AgentState* agent = nullptr;
  std::uint32_t seconds = 0;  ///< for how long the console asks; 0: it has no end of its own
  std::string never;          ///< why the site forbids it for good; empty: it does not
  [[nodiscard]] bool there() const {
    return agent->health == AgentState::Health::live || agent->health == AgentState::Health::late;
  }
};
/// What agents offer at the device, by their own lists, in the order of the buttons; of each action a connected agent
/// before a silent one. Nothing else is ever shown as a button.
[[nodiscard]] std::vector<Offer> offers_of(const Snapshot& s, const Site& site, const Device& d);

/// How far a command came, step by step: "sent", "received", "executed", "confirmed"; what ended it early stands last.
struct OrderStep {
  std::string text;
  enum class Look : std::uint8_t { done, last, open, bad } look = Look::open;
};
[[nodiscard]] std::vector<OrderStep> steps_of(const DeviceOrder& order);

/// Something can be commanded there, or was: a card with little room shows it before all else.
[[nodiscard]] bool has_commands(const Snapshot& s, const Site& site, const Device& d, const DeviceState* state);

/// The commands of a device's card and what became of the last one, from `y` down; gives the height. `dry` measures
/// only. A command takes two steps: the button, then what exactly will happen, for five seconds.
float draw_device_commands(Frame& f, const Rect& r, float y, bool dry, MapMemory& m, const Site& site, const Device& d,
                           const DeviceState* state, std::size_t most_lines);

}  // namespace wf::ui
