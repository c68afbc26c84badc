#pragma once
#include <string_view>

#include "agents/network/packet_line.hpp"

namespace wf::network {

/// A packet as pfSense and OPNsense log it ("filterlog: 5,,,1000000103,em0,match,block,in,4,0x0,,64,…": the raw filter
/// log of Netgate's documentation): rule, subrule, anchor, tracker, interface, reason, action, direction, ip_version;
/// then what IPv4 or IPv6 have, length, src_ip, dst_ip; then what TCP, UDP, ICMP and CARP have; of others datalength.
/// False: it is none.
[[nodiscard]] bool read_filterlog(std::string_view text, PacketLine& out);

}  // namespace wf::network
