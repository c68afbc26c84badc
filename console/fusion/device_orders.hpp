#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "console/model/device_order.hpp"
#include "proto/device_command.hpp"

namespace wf::fusion {

/// A command to a device on its way.
struct LiveOrder {
  DeviceCommand command;
  DeviceOrder shown;
  int rank = 0;   ///< how far it came; a word that says less than what is known is passed over
  UtcNs due = 0;  ///< when silence has to be said; 0: nothing is awaited
};

/// The commands to devices that fusion knows, by id. Answers may come hours late, from a spool; so the newest are
/// kept when they are over.
class DeviceOrders {
 public:
  static constexpr std::size_t kMost = 1000;
  LiveOrder& add(LiveOrder order);
  [[nodiscard]] LiveOrder* find(const std::string& id);
  [[nodiscard]] std::map<std::string, LiveOrder>& all() { return all_; }
  [[nodiscard]] std::vector<DeviceCommand> unsent() const;

 private:
  std::map<std::string, LiveOrder> all_;
  std::deque<std::string> in_order_;
};

}  // namespace wf::fusion
