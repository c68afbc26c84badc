#include "agents/network/firewall_line.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace wf::network {
namespace {

constexpr std::size_t kMostTokens = 64;

bool has_word(std::string_view text, std::string_view upper) {
  const auto same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b; };
  return std::search(text.begin(), text.end(), upper.begin(), upper.end(), same) != text.end();
}

struct Verdict {
  std::string_view action, blocked;
};
// Netfilter does not say what became of the packet; whoever wrote the rule usually says it in its prefix.
Verdict verdict_of(std::string_view prefix) {
  for (const std::string_view word : {"DROP", "BLOCK", "DENY", "DENIED"})
    if (has_word(prefix, word)) return {"drop", "true"};
  if (has_word(prefix, "REJECT")) return {"reject", "true"};
  for (const std::string_view word : {"ACCEPT", "ALLOW", "PASS"})
    if (has_word(prefix, word)) return {"accept", "false"};
  return {};
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

struct Name {
  std::string_view native, rule, normal;
};
constexpr std::array kNames{
    Name{"SRC", "src_ip", "src.ip"},
    Name{"DST", "dst_ip", "dst.ip"},
    Name{"SPT", "src_port", "src.port"},
    Name{"DPT", "dst_port", "dst.port"},
};

}  // namespace

bool read_firewall_line(std::string_view message, Event& event) {
  const std::size_t source = message.find("SRC=");
  if (source == std::string_view::npos || message.find(" DST=", source) == std::string_view::npos) return false;
  // "[50028442.088484] ", the kernel's own clock.
  std::string_view text = message;
  if (text.starts_with('['))
    if (const std::size_t close = text.find("] ");
        close != std::string_view::npos && close < 24 &&
        text.substr(1, close - 1).find_first_not_of(" .0123456789") == std::string_view::npos)
      text.remove_prefix(close + 2);
  std::size_t begin = text.find("IN=");
  // Without it the first of the kernel's names.
  if (begin == std::string_view::npos || (begin > 0 && is_name(text.substr(begin - 1, 1))))
    begin = std::min({text.find("OUT="), text.find("MAC="), text.find("SRC=")});
  std::string_view prefix = text.substr(0, begin);
  text.remove_prefix(begin);
  while (!prefix.empty() && (prefix.back() == ' ' || prefix.back() == ':')) prefix.remove_suffix(1);
  if (!prefix.empty()) event.add("PREFIX", std::string(prefix));
  bool inner = false;
  for (std::size_t tokens = 0; !text.empty() && tokens < kMostTokens; ++tokens) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string_view token = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // An ICMP error quotes the packet that it is about in brackets: another's addresses.
    if (token.starts_with('[')) inner = true;
    const bool closes = token.ends_with(']');
    if (!inner && !token.empty()) {
      const std::size_t equals = token.find('=');
      const std::string_view name = token.substr(0, equals);
      if (equals == std::string_view::npos) {
        if (is_name(token)) event.add("flags", std::string(token));
      } else if (is_name(name)) {
        const std::string_view value = token.substr(equals + 1);
        const ValueType type = is_number(value) ? ValueType::number : ValueType::string;
        event.add(std::string(name), std::string(value), type);
        for (const Name& known : kNames) {
          if (known.native != name || value.empty()) continue;
          event.add(std::string(known.rule), std::string(value), type);
          event.add(std::string(known.normal), std::string(value), type);
        }
        if (name == "PROTO") {
          std::string proto(value);
          for (char& c : proto)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
          event.add("net.proto", std::move(proto));
        }
      }
    }
    if (closes) inner = false;
  }
  if (const Verdict verdict = verdict_of(prefix); !verdict.action.empty()) {
    event.add("action", std::string(verdict.action));
    event.add("blocked", std::string(verdict.blocked), ValueType::boolean);
  }
  event.kind = "network.flow";
  event.severity = 1;
  event.logsource = {"linux", "iptables", "firewall"};
  return true;
}

}  // namespace wf::network
