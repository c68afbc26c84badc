#include "agents/network/fortigate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "agents/kit/kinds.hpp"
#include "agents/kit/read/log_classify.hpp"

namespace wf::network {
namespace {

constexpr std::size_t kMostFields = 128, kMostName = 64;

/// The next "name=value" or "name="value"", a quote and a backslash in which are escaped. False: there are no more.
bool take_pair(std::string_view& text, std::string_view& name, std::string& value) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals > kMostName) return false;
  name = text.substr(0, equals);
  text.remove_prefix(equals + 1);
  value.clear();
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(' '), text.size());
    value = text.substr(0, end);
    text.remove_prefix(end);
    return true;
  }
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    value.push_back(text[i]);
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  return true;
}

struct Name {
  std::string_view native, rule, normal;
  ValueType type = ValueType::string;
};
constexpr std::array kNames{
    Name{"srcip", "src_ip", "src.ip"},
    Name{"dstip", "dst_ip", "dst.ip"},
    Name{"srcport", "src_port", "src.port", ValueType::number},
    Name{"dstport", "dst_port", "dst.port", ValueType::number},
};

struct Level {
  std::string_view name;
  std::uint8_t severity;
};
constexpr std::array kLevels{Level{"emergency", 4}, Level{"alert", 4},  Level{"critical", 4},   Level{"error", 3},
                             Level{"warning", 2},   Level{"notice", 1}, Level{"information", 1}};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Of administrators, and of users who come by SSL VPN; empty: it is nothing of these.
std::string_view login_kind(std::string_view action, const Event& e) {
  if (action == "login") return e.field("status") == "failed" ? "host.login_failed" : "host.login";
  if (action == "logout") return "host.logout";
  if (!e.field("tunneltype").starts_with("ssl")) return {};
  if (action == "ssl-login-fail") return "host.login_failed";
  if (e.field("user").empty() || e.field("user") == "N/A") return {};
  return action == "tunnel-up" ? "host.login" : action == "tunnel-down" ? "host.logout" : "";
}

void read_time(kit::Zone& zone, Event& e) {
  // Seconds since 1970, or since version 6.2 nanoseconds.
  std::int64_t number = 0;
  const std::string_view text = e.field("eventtime");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number > 100'000'000) {
    if (number < 100'000'000'000) e.time = number * kSecond;
    if (number > 100'000'000'000'000'000) e.time = number;
    return;
  }
  const std::string stamp = std::string(e.field("date")) + "T" + std::string(e.field("time"));
  if (const Result<UtcNs> time = parse_rfc3339(stamp + std::string(e.field("tz"))))
    e.time = *time;
  else if (const Result<UtcNs> local = parse_rfc3339(stamp + "Z"))
    e.time = zone.to_utc(*local);
}

}  // namespace

bool is_fortigate(std::string_view text) {
  return text.starts_with("date=") && text.find(" logid=") != std::string_view::npos &&
         text.find(" type=") != std::string_view::npos;
}

void read_fortigate(std::string_view text, kit::Zone& zone, Event& event) {
  const std::string_view whole = text;
  event.fields.reserve(64);
  std::string_view name;
  std::string value;
  for (std::size_t count = 0; count < kMostFields && take_pair(text, name, value); ++count) {
    for (const Name& known : kNames) {
      if (known.native != name || value.empty()) continue;
      event.add(std::string(known.rule), value, known.type);
      event.add(std::string(known.normal), value, known.type);
    }
    event.add(std::string(name), value);
  }
  read_time(zone, event);
  const std::string type(event.field("type")), action(event.field("action"));
  event.logsource = {"fortigate", type, type == "traffic" ? "firewall" : ""};
  event.severity = 0;
  if (type == "traffic") {
    event.kind = "network.flow";
    const bool blocked = one_of(action, {"deny", "block", "blocked", "ip-conn"});
    event.add("blocked", blocked ? "true" : "false", ValueType::boolean);
  } else if (type == "utm" || type == "anomaly") {
    event.kind = "network.alert";
    for (const char* title : {"attack", "virus", "msg", "logdesc"})
      if (const std::string_view said = event.field(title); !said.empty() && event.field("alert.title").empty())
        event.add("alert.title", std::string(said));
  } else if (const std::string_view kind = login_kind(action, event); !kind.empty()) {
    event.kind = kind;
  } else {
    event.kind = "syslog.message";
  }
  if (event.kind == "syslog.message" || event.kind == "network.alert")
    for (const Level& level : kLevels)
      if (level.name == event.field("level")) event.severity = level.severity;
  if (event.severity == 0)
    if (const kit::KindInfo* info = kit::find_kind(event.kind)) event.severity = info->severity;
  if (const std::string_view proto = event.field("proto"); !proto.empty())
    event.add("net.proto", std::string(proto == "6"    ? "tcp"
                                       : proto == "17" ? "udp"
                                       : proto == "1"  ? "icmp"
                                       : proto == "58" ? "icmpv6"
                                                       : proto));
  if (const std::string_view user = event.field("user"); !user.empty() && user != "N/A")
    event.add("user.name", std::string(user));
  if (const std::string_view device = event.field("devname"); !device.empty())
    event.add("host.name", std::string(device));
  if (event.kind.starts_with("host.log") && event.kind != "host.log") {
    // "GUI(192.0.2.9)", "ssh(192.0.2.9)", "console"
    const std::string_view ui = event.field("ui");
    const std::size_t open = ui.find('(');
    if (open != std::string_view::npos && ui.ends_with(')') && event.field("src.ip").empty())
      if (const std::string_view from = ui.substr(open + 1, ui.size() - open - 2); kit::is_address(from))
        event.add("src.ip", std::string(from));
    // Who comes by VPN
    if (const std::string_view from = event.field("remip"); event.field("src.ip").empty() && kit::is_address(from))
      event.add("src.ip", std::string(from));
    event.add("session.remote", event.field("src.ip").empty() ? "false" : "true", ValueType::boolean);
  }
  std::string message(event.field("msg"));
  if (message.empty()) message = event.field("logdesc");
  event.add("message", message.empty() ? std::string(whole) : std::move(message));
}

}  // namespace wf::network
