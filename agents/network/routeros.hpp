#pragma once
#include <string_view>

#include "agents/network/packet_line.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Takes the topics that MikroTik's RouterOS puts before each message ("firewall,info ", "system,error,critical ") off
/// the text's front; behind one more word if need be, of an identity that has a blank. Empty: there are none.
[[nodiscard]] std::string_view take_routeros_topics(std::string_view& text);
/// Whether a word is such topics; some relays take them for a program's name.
[[nodiscard]] bool is_routeros_topics(std::string_view word);

/// Whether a text is likely to be a packet as RouterOS logs it, where nobody says which topics it has: cheap.
[[nodiscard]] bool is_routeros_packet(std::string_view text);
/// A packet that a rule with `log=yes` met: "PREFIX chain: in:ether1 out:bridge, connection-state:new src-mac …, proto
/// TCP (SYN), 192.0.2.1:5->198.51.100.2:443, NAT …, len 60". RouterOS does not say what became of it: `action` is what
/// the rule's prefix says, as for netfilter. False: it is none.
[[nodiscard]] bool read_routeros_packet(std::string_view text, PacketLine& out);

/// Whether messages with these topics, or with none, may be packets.
[[nodiscard]] bool tells_of_packets(std::string_view topics);
/// What a message of RouterOS says, whatever it is of: fills kind, severity, logsource and fields.
void read_routeros(std::string_view topics, std::string_view text, Event& event);

}  // namespace wf::network
