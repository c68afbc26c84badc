#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "proto/time.hpp"

namespace wf {

/// The last command that somebody gave to a device, and how far it came.
struct DeviceOrder {
  std::string id, action, agent, actor;
  std::uint32_t seconds = 0;  ///< for how long; 0: the action has no end of its own
  UtcNs asked = 0, expires = 0;
  /// asked, sent, received, executed, confirmed, not_confirmed, refused, expired, no_answer, failed, ended, not_ended.
  std::string state;
  /// What happened to it, in words for people, oldest first, at most 8: "sent to gate-7".
  std::vector<std::pair<UtcNs, std::string>> lines;
  bool operator==(const DeviceOrder&) const = default;
};

/// Something may still happen to it within seconds.
[[nodiscard]] inline bool under_way(const DeviceOrder& order) {
  return order.state == "asked" || order.state == "sent" || order.state == "received";
}

/// "Unlock D-231 for 5 s".
[[nodiscard]] std::string words_of_order(std::string_view action, std::string_view device, std::uint32_t seconds);

}  // namespace wf
