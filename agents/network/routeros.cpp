#include "agents/network/routeros.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "agents/kit/kinds.hpp"
#include "agents/kit/read/log_pattern.hpp"
#include "agents/network/firewall_line.hpp"

namespace wf::network {
namespace {

// How bad a message is stands among its topics, as a topic like any other.
struct Level {
  std::string_view topic;
  std::uint8_t severity;
};
constexpr std::array kLevels{Level{"critical", 4}, Level{"error", 3}, Level{"warning", 2}, Level{"info", 1},
                             Level{"debug", 1}};

bool has_topic(std::string_view topics, std::string_view topic) {
  while (!topics.empty()) {
    const std::size_t comma = std::min(topics.find(','), topics.size());
    if (topics.substr(0, comma) == topic) return true;
    topics.remove_prefix(std::min(comma + 1, topics.size()));
  }
  return false;
}

std::uint8_t severity_of(std::string_view topics) {
  for (const Level& level : kLevels)
    if (has_topic(topics, level.topic)) return level.severity;
  return 0;
}

/// "192.0.2.1:5", "[2001:db8::1]:5", "2001:db8::1", "192.0.2.1"
void add_end(std::string_view text, std::string_view ip, std::string_view port, PacketLine& out) {
  if (text.starts_with('[')) {
    const std::size_t close = std::min(text.find(']'), text.size());
    out.add(ip, text.substr(1, close - 1));
    if (text.substr(close).starts_with("]:")) out.add(port, text.substr(close + 2));
    return;
  }
  const std::size_t colon = text.find(':');
  const bool one = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  out.add(ip, one ? text.substr(0, colon) : text);
  if (one) out.add(port, text.substr(colon + 1));
}

/// The next of what commas separate outside of parentheses.
std::string_view take_part(std::string_view& text) {
  int depth = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '(') ++depth;
    if (text[end] == ')') --depth;
    if (depth <= 0 && text.substr(end).starts_with(", ")) break;
  }
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 2, text.size()));
  return part;
}

/// "proto TCP (SYN,ACK)", "proto ICMP (type 8, code 0)", "proto 2"
void add_protocol(std::string_view part, PacketLine& out) {
  const std::size_t blank = std::min(part.find(' '), part.size());
  const std::string_view protocol = part.substr(0, blank);
  out.add("protocol", protocol);
  part.remove_prefix(blank);
  if (!part.starts_with(" (") || !part.ends_with(')')) return;
  part = part.substr(2, part.size() - 3);
  if (!part.starts_with("type ")) return out.add("tcp_flags", part);
  const std::size_t comma = std::min(part.find(','), part.size());
  out.add("icmp_type", part.substr(5, comma - 5));
  if (const std::size_t code = part.find("code "); code != std::string_view::npos)
    out.add("icmp_code", part.substr(code + 5));
}

/// "connection-state:new,snat src-mac 00:11:22:33:44:55"
void add_words(std::string_view part, PacketLine& out) {
  while (!part.empty()) {
    const std::size_t end = std::min(part.find(' '), part.size());
    const std::string_view word = part.substr(0, end);
    part.remove_prefix(std::min(end + 1, part.size()));
    if (word == "src-mac") {
      const std::size_t behind = std::min(part.find(' '), part.size());
      out.add("src-mac", part.substr(0, behind));
      part.remove_prefix(std::min(behind + 1, part.size()));
    } else if (const std::size_t colon = word.find(':'); colon != std::string_view::npos && colon > 0) {
      out.add(word.substr(0, colon), word.substr(colon + 1));
    }
  }
}

struct Row {
  std::string_view pattern, kind, remote;
};
constexpr std::array kAccount{
    Row{"user {user.name~} logged in from {src.ip} via {via}", "host.login", "true"},
    Row{"user {user.name~} logged in via {via}", "host.login", "false"},
    Row{"user {user.name~} logged out from {src.ip} via {via}", "host.logout", "true"},
    Row{"user {user.name~} logged out via {via}", "host.logout", "false"},
    Row{"login failure for user {user.name~} from {src.ip} via {via}", "host.login_failed", "true"},
    Row{"login failure for user {user.name~} via {via}", "host.login_failed", "false"},
};
// Of who dials in: PPP and what is made of it.
constexpr std::array kDialled{
    Row{"{user.name~} logged in, {address} from {src.ip}", "host.login", "true"},
    Row{"{user.name~} logged out, {*} from {src.ip}", "host.logout", "true"},
};

bool read_account(const auto& rows, std::string_view text, Event& event) {
  for (const Row& row : rows) {
    if (!kit::match(text, row.pattern, event.fields)) continue;
    event.kind = row.kind;
    event.add("session.remote", std::string(row.remote), ValueType::boolean);
    // Who is beside it may come by Ethernet alone.
    for (Field& f : event.fields)
      if (f.name == "src.ip" && std::count(f.value.begin(), f.value.end(), ':') == 5 && f.value.size() == 17)
        f.name = "src.mac";
    return true;
  }
  return false;
}

}  // namespace

bool is_routeros_topics(std::string_view word) {
  if (word.size() > 64 || word.find(',') == std::string_view::npos) return false;
  const auto of_topic = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ','; };
  return std::all_of(word.begin(), word.end(), of_topic) && severity_of(word) != 0;
}

std::string_view take_routeros_topics(std::string_view& text) {
  std::string_view rest = text;
  for (int words = 0; words < 2; ++words) {
    // Most messages have no comma here, and are none of these.
    const std::size_t end = rest.substr(0, 66).find(' ');
    if (end == std::string_view::npos) return {};
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!is_routeros_topics(word)) continue;
    text = rest;
    return word;
  }
  return {};
}

bool is_routeros_packet(std::string_view text) {
  const std::size_t in = text.substr(0, 160).find(": in:");
  if (in == std::string_view::npos) return false;
  const std::size_t out = text.find(" out:", in + 5), proto = text.find("proto ", in + 5);
  return out != std::string_view::npos && proto != std::string_view::npos && out < proto &&
         text.find("->", proto) != std::string_view::npos;
}

bool read_routeros_packet(std::string_view text, PacketLine& out) {
  const std::size_t in = text.find(": in:");
  if (in == std::string_view::npos) return false;
  std::string_view prefix = text.substr(0, in);
  const std::size_t blank = prefix.rfind(' ');
  const std::string_view chain = blank == std::string_view::npos ? prefix : prefix.substr(blank + 1);
  prefix = blank == std::string_view::npos ? std::string_view() : prefix.substr(0, blank);
  text.remove_prefix(in + 5);
  out.add("prefix", prefix);
  out.add("chain", chain);
  std::string_view interfaces = take_part(text);
  // Version 7 has no blank behind this comma.
  if (const std::size_t state = interfaces.find(",connection-state:"); state != std::string_view::npos) {
    add_words(interfaces.substr(state + 1), out);
    interfaces = interfaces.substr(0, state);
  }
  const std::size_t to = interfaces.find(" out:");
  out.add("in", interfaces.substr(0, to));
  if (to != std::string_view::npos) out.add("out", interfaces.substr(to + 5));
  bool ends = false;
  while (!text.empty()) {
    const std::string_view part = take_part(text);
    const std::size_t arrow = part.find("->");
    if (part.starts_with("proto ")) {
      add_protocol(part.substr(6), out);
    } else if (part.starts_with("len ")) {
      out.add("length", part.substr(4));
    } else if (part.starts_with("NAT ")) {
      out.add("nat", part.substr(4));
    } else if (part.starts_with("prio ")) {
      out.add("priority", part.substr(5));
    } else if (arrow != std::string_view::npos && !ends) {
      add_end(part.substr(0, arrow), "src_ip", "src_port", out);
      add_end(part.substr(arrow + 2), "dst_ip", "dst_port", out);
      ends = true;
    } else {
      add_words(part, out);
    }
  }
  out.add("action", packet_action(prefix));
  return ends;
}

bool tells_of_packets(std::string_view topics) { return topics.empty() || has_topic(topics, "firewall"); }

void read_routeros(std::string_view topics, std::string_view text, Event& event) {
  event.logsource = {"mikrotik", "system", ""};
  event.severity = 0;
  if (PacketLine packet; tells_of_packets(topics) && read_routeros_packet(text, packet)) {
    packet.make(event);
    event.kind = "network.flow";
    event.logsource = {"mikrotik", "firewall", "firewall"};
  } else if ((has_topic(topics, "account") || text.starts_with("login failure")) &&
             (read_account(kAccount, text, event) ||
              ((has_topic(topics, "ppp") || topics.starts_with("ovpn")) && read_account(kDialled, text, event)))) {
    event.logsource.service = "account";
  } else {
    event.kind = "syslog.message";
    event.severity = severity_of(topics);
  }
  if (!topics.empty()) event.add("topics", std::string(topics));
  event.add("message", std::string(text));
  if (event.severity == 0)
    if (const kit::KindInfo* info = kit::find_kind(event.kind)) event.severity = info->severity;
}

}  // namespace wf::network
