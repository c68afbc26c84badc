#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/onvif/notice_event.hpp"
#include "agents/onvif/pull_point.hpp"
#include "proto/event.hpp"

namespace wf::onvif {

/// Says once when a device goes and when it comes back: off line and on line, a clock that is wrong, a user or password
/// that it refuses, events that it gives nobody.
class DeviceHealth {
 public:
  static constexpr std::int64_t kClockWrong = 5 * kSecond, kClockRight = 3 * kSecond;

  DeviceHealth(Role role, std::string device) : role_(role), device_(std::move(device)) {}
  /// What changed since it was asked last.
  [[nodiscard]] std::vector<Event> look(const PullPoint& device, const kit::Moment& moment);
  /// What was said, in one word; and such a word again.
  [[nodiscard]] std::string save() const;
  void load(std::string_view text);

 private:
  Event event(std::string kind, const char* reason, const std::string& message, UtcNs now) const;

  Role role_;
  std::string device_;
  bool offline_ = false, clock_ = false, credential_ = false, events_ = false;  ///< said to be wrong
};

}  // namespace wf::onvif
