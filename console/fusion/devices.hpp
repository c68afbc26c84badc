#pragma once
#include <map>
#include <string>

#include "console/fusion/facts.hpp"
#include "console/model/snapshot.hpp"

namespace wf::fusion {

/// Live state of the site's doors, readers, cameras and hosts, as the events say. Devices that no site knows have
/// none, so its size is the estate's. A late event adds its line and changes no state.
class Devices {
 public:
  /// Takes an event; `words` is its line. True if something to be seen changed.
  bool take(const Event& event, const Facts& facts, const std::string& words);
  /// Counts an event that is not worth a line (a sensor's flow).
  void heard(const Event& event, const Facts& facts);
  /// What the open incidents that touch a device say of it.
  void touch(const std::string& device, bool in_incident, Priority worst);
  /// The last command to a device. The device must be the estate's.
  void order(const std::string& device, DeviceOrder order) { states_[device].order = std::move(order); }
  /// Forgets devices that a changed estate no longer has.
  void keep(const Estate& estate);
  [[nodiscard]] const std::map<std::string, DeviceState>& all() const { return states_; }

 private:
  DeviceState& at(const Device& device) { return states_[device.id]; }
  std::map<std::string, DeviceState> states_;
};

}  // namespace wf::fusion
