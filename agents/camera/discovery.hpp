#pragma once
#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::camera {

/// A device that answered a probe (WS-Discovery, April 2005, 5.3; ONVIF Core, 7).
struct FoundDevice {
  std::string id;       ///< its endpoint's address, the same whatever its network address is
  std::string from;     ///< the address that the answer came from
  std::string address;  ///< of its ONVIF service, at `from` if it names one there
  std::string name, hardware, location;
};

/// The probe for ONVIF's devices; `id` is 16 random bytes.
[[nodiscard]] std::string write_probe(const std::uint8_t* id);
/// The devices of one answer. Bounded; an error: it is none.
[[nodiscard]] Result<std::vector<FoundDevice>> read_probe_matches(std::string_view xml, const std::string& from);
/// Sends the probe to each, and gathers answers for so many milliseconds. Blocks.
[[nodiscard]] std::vector<FoundDevice> probe(const std::vector<sockaddr_in>& to, int wait_ms);
struct Network {
  in_addr from{};  ///< this machine's address on it
  std::string name;
};
/// The networks of this machine that carry multicast, IPv4.
[[nodiscard]] std::vector<Network> networks();
/// Sends the probe to the group of WS-Discovery on each of them, and gathers likewise.
[[nodiscard]] std::vector<FoundDevice> probe_networks(const std::vector<Network>& list, int wait_ms);
/// A configuration of `sources:` for what was found, with what was found out as comments. Nothing in it can be more
/// than a comment or a quoted text.
[[nodiscard]] std::string propose(const std::vector<FoundDevice>& found);

}  // namespace wf::camera
