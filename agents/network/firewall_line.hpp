#pragma once
#include <string_view>

#include "agents/kit/shed/shed_rule.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// A packet as netfilter logs it (iptables LOG, nftables log, ufw; net/ipv4/netfilter/nf_log_ipv4.c): "PREFIX IN=eth0
/// OUT= SRC=… DST=… PROTO=TCP SPT=… DPT=… SYN". Fills kind, logsource and fields: the kernel's own names, those that
/// public firewall rules look at (src_ip, dst_port, action, blocked), and the normalised ones. False: it is none.
[[nodiscard]] bool read_firewall_line(std::string_view message, Event& event);
/// Whether it is one.
[[nodiscard]] bool is_firewall_line(std::string_view message);
/// What that event's field of this name will be, of a message that is one.
[[nodiscard]] kit::RawRecord::Known firewall_field(std::string_view message, std::string_view name,
                                                   std::string_view& value);

}  // namespace wf::network
