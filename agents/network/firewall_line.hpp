#pragma once
#include <optional>
#include <string_view>

#include "agents/kit/shed/shed_rule.hpp"
#include "proto/event.hpp"
#include "proto/time.hpp"

namespace wf::network {

/// A packet as netfilter logs it (iptables LOG, nftables log, ufw; net/ipv4/netfilter/nf_log_ipv4.c): "PREFIX IN=eth0
/// OUT= SRC=… DST=… PROTO=TCP SPT=… DPT=… SYN". Fills kind, logsource and fields: the kernel's own names, those that
/// public firewall rules look at (src_ip, dst_port, action, blocked), and the normalised ones. False: it is none.
[[nodiscard]] bool read_firewall_line(std::string_view message, Event& event);
/// What became of a packet, by what whoever wrote the rule put before it: drop, reject or accept; empty: it says
/// nothing.
[[nodiscard]] std::string_view packet_action(std::string_view prefix);
/// Whether it is one.
[[nodiscard]] bool is_firewall_line(std::string_view message);
/// What that event's field of this name will be, of a message that is one.
[[nodiscard]] kit::RawRecord::Known firewall_field(std::string_view message, std::string_view name,
                                                   std::string_view& value);

/// Takes off the text's front what Proxmox VE's pvefw-logger writes before each line of /var/log/pve-firewall.log: "100
/// 6 tap100i0-IN 12/Mar/2026:22:31:05 +0100 ", the guest (0: the host), the level and the chain ("-": the logger
/// itself). Returns the time, and `front` the three; nothing: it is none.
[[nodiscard]] std::optional<UtcNs> take_proxmox_front(std::string_view& text, std::string_view& front);
/// Of these three vmid, loglevel or chain.
[[nodiscard]] std::string_view proxmox_field(std::string_view front, std::string_view name);

}  // namespace wf::network
