#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "agents/kit/shed/shed_rule.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// What a firewall that is not netfilter says of a packet, in parts that lie in its line. One thread.
class PacketLine {
 public:
  /// Of what an event has besides, these names are read: src_ip, dst_ip, src_port, dst_port, protocol, action. A part
  /// beyond the 48th, or one without a value, is left out.
  void add(std::string_view name, std::string_view value);
  /// Empty: there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  /// The event's fields: all parts, and those that every firewall's packet has (src.ip, net.proto, blocked…).
  void make(Event& event) const;
  /// What that event's field of this name will be.
  [[nodiscard]] kit::RawRecord::Known field(std::string_view name, std::string_view& value) const;

 private:
  struct Part {
    std::string_view name, value;
  };
  std::array<Part, 48> parts_{};
  std::size_t count_ = 0;
};

}  // namespace wf::network
