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

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Verdict {
  std::string_view action, blocked;
};
// Netfilter does not say what became of the packet; whoever wrote the rule usually says it in its prefix.
Verdict verdict_of(std::string_view prefix) {
  // Ubiquiti's: "[WAN_LOCAL-D-4000]" (UniFi), "[WAN_IN-2000-A]", "[WAN_LOCAL-default-D]" (EdgeOS), whatever the rule's
  // description says.
  if (const std::size_t open = prefix.find('['); open != std::string_view::npos) {
    const std::size_t close = std::min(prefix.find(']', open), prefix.size());
    std::string_view rule = prefix.substr(open + 1, close - open - 1);
    const std::size_t number = rule.rfind('-');
    if (number != std::string_view::npos && is_number(rule.substr(number + 1))) rule = rule.substr(0, number);
    if (rule.ends_with("-D")) return {"drop", "true"};
    if (rule.ends_with("-R")) return {"reject", "true"};
    if (rule.ends_with("-A")) return {"accept", "false"};
  }
  for (const std::string_view word : {"DROP", "BLOCK", "DENY", "DENIED"})
    if (has_word(prefix, word)) return {"drop", "true"};
  if (has_word(prefix, "REJECT")) return {"reject", "true"};
  for (const std::string_view word : {"ACCEPT", "ALLOW", "PASS"})
    if (has_word(prefix, word)) return {"accept", "false"};
  return {};
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

/// The tokens of a packet one after the other, without those of the packet that an ICMP error quotes in brackets:
/// another's addresses.
class Tokens {
 public:
  explicit Tokens(std::string_view message) : text_(message) {
    // "[50028442.088484] ", the kernel's own clock.
    if (text_.starts_with('['))
      if (const std::size_t close = text_.find("] ");
          close != std::string_view::npos && close < 24 &&
          text_.substr(1, close - 1).find_first_not_of(" .0123456789") == std::string_view::npos)
        text_.remove_prefix(close + 2);
    std::size_t begin = text_.find("IN=");
    // Without it the first of the kernel's names.
    if (begin == std::string_view::npos || (begin > 0 && is_name(text_.substr(begin - 1, 1))))
      begin = std::min({text_.find("OUT="), text_.find("MAC="), text_.find("SRC=")});
    prefix_ = text_.substr(0, begin);
    text_.remove_prefix(begin);
    while (!prefix_.empty() && (prefix_.back() == ' ' || prefix_.back() == ':')) prefix_.remove_suffix(1);
  }
  /// What whoever wrote the rule put before it.
  [[nodiscard]] std::string_view prefix() const { return prefix_; }
  /// "NAME=value", or a flag, whose name is empty. False: there are no more.
  bool next(std::string_view& name, std::string_view& value) {
    while (!text_.empty() && count_++ < kMostTokens) {
      const std::size_t end = std::min(text_.find(' '), text_.size());
      const std::string_view token = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      if (token.starts_with('[')) inner_ = true;
      const bool quoted = inner_;
      if (token.ends_with(']')) inner_ = false;
      if (quoted || token.empty()) continue;
      const std::size_t equals = token.find('=');
      name = equals == std::string_view::npos ? std::string_view() : token.substr(0, equals);
      value = equals == std::string_view::npos ? token : token.substr(equals + 1);
      if (equals == std::string_view::npos ? is_name(token) : is_name(name)) return true;
    }
    return false;
  }

 private:
  std::string_view text_, prefix_;
  std::size_t count_ = 0;
  bool inner_ = false;
};

}  // namespace

std::string_view packet_action(std::string_view prefix) { return verdict_of(prefix).action; }

bool is_firewall_line(std::string_view message) {
  const std::size_t source = message.find("SRC=");
  return source != std::string_view::npos && message.find(" DST=", source) != std::string_view::npos;
}

kit::RawRecord::Known firewall_field(std::string_view message, std::string_view name, std::string_view& value) {
  using Known = kit::RawRecord::Known;
  Tokens tokens(message);
  const auto is = [&](std::string_view text) {
    value = text;
    return text.empty() ? Known::absent : Known::value;
  };
  if (name == "PREFIX") return is(tokens.prefix());
  if (name == "action") return is(verdict_of(tokens.prefix()).action);
  if (name == "blocked") return is(verdict_of(tokens.prefix()).blocked);
  if (name == "flags" || name == "net.proto") return Known::unknown;
  bool second = false;  // one of ours, which there is not for an empty value
  for (const Name& known : kNames)
    if (name == known.rule || name == known.normal) {
      name = known.native;
      second = true;
    }
  if (!is_name(name)) return Known::unknown;
  std::string_view token, text;
  while (tokens.next(token, text)) {
    if (token != name || (second && text.empty())) continue;
    value = text;
    return Known::value;
  }
  return Known::absent;
}

bool read_firewall_line(std::string_view message, Event& event) {
  if (!is_firewall_line(message)) return false;
  Tokens tokens(message);
  if (!tokens.prefix().empty()) event.add("PREFIX", std::string(tokens.prefix()));
  std::string_view name, value;
  while (tokens.next(name, value)) {
    if (name.empty()) {
      event.add("flags", std::string(value));
      continue;
    }
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
  if (const Verdict verdict = verdict_of(tokens.prefix()); !verdict.action.empty()) {
    event.add("action", std::string(verdict.action));
    event.add("blocked", std::string(verdict.blocked), ValueType::boolean);
  }
  event.kind = "network.flow";
  event.severity = 1;
  event.logsource = {"linux", "iptables", "firewall"};
  return true;
}

std::optional<UtcNs> take_proxmox_front(std::string_view& text, std::string_view& front) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::array<std::string_view, 5> words;
  std::string_view rest = text;
  for (std::string_view& word : words) {
    const std::size_t end = rest.find(' ');
    if (end == std::string_view::npos || end == 0) return {};
    word = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  const std::string_view day = words[3], zone = words[4];
  // "12/Mar/2026:22:31:05 +0100"
  if (!is_number(words[0]) || !is_number(words[1]) || day.size() != 20 || day[2] != '/' || day[6] != '/' ||
      day[11] != ':' || day[14] != ':' || day[17] != ':' || zone.size() != 5 || (zone[0] != '+' && zone[0] != '-'))
    return {};
  const auto number = [](std::string_view digits) {
    if (!is_number(digits)) return -1;
    int out = 0;
    for (const char c : digits) out = out * 10 + (c - '0');
    return out;
  };
  const std::size_t month = kMonths.find(day.substr(3, 3));
  const int date = number(day.substr(0, 2)), year = number(day.substr(7, 4)), hour = number(day.substr(12, 2)),
            minute = number(day.substr(15, 2)), second = number(day.substr(18, 2)),
            offset_hours = number(zone.substr(1, 2)), offset_minutes = number(zone.substr(3, 2));
  if (month == std::string_view::npos || month % 3 != 0 || date < 1 || date > 31 || year < 1970 || year > 2200 ||
      hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || offset_hours < 0 ||
      offset_hours > 14 || offset_minutes < 0 || offset_minutes > 59)
    return {};
  const std::int64_t offset = (offset_hours * 60 + offset_minutes) * kMinute * (zone[0] == '-' ? -1 : 1);
  front = text.substr(0, static_cast<std::size_t>(words[2].data() + words[2].size() - text.data()));
  text = rest;
  return utc_from_civil(year, static_cast<int>(month / 3 + 1), date, hour, minute, second) - offset;
}

std::string_view proxmox_field(std::string_view front, std::string_view name) {
  const std::size_t level = std::min(front.find(' '), front.size()), chain = std::min(front.rfind(' '), front.size());
  if (name == "vmid") return front.substr(0, level);
  if (chain <= level) return {};
  return name == "loglevel" ? front.substr(level + 1, chain - level - 1) : front.substr(chain + 1);
}

}  // namespace wf::network
