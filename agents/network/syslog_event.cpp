#include "agents/network/syslog_event.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "agents/kit/read/log_classify.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/network/cef.hpp"
#include "agents/network/firewall_line.hpp"
#include "agents/network/suricata.hpp"
#include "agents/network/windows_event.hpp"
#include "proto/event_json.hpp"

namespace wf::network {
namespace {

constexpr std::size_t kMostParams = 64;

constexpr std::array<std::string_view, 24> kFacilities{"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                       "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                       "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                       "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::array<std::string_view, 8> kSeverities{"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};

std::uint8_t severity_of(int syslog) {
  static constexpr std::array<std::uint8_t, 8> kOurs{4, 4, 4, 3, 2, 1, 1, 1};
  return syslog < 0 ? 1 : kOurs[static_cast<std::size_t>(syslog)];
}

/// STRUCTURED-DATA (RFC 5424, section 6.3): [ID NAME="value" …]…; in a value '\' escapes '"', '\' and ']'.
void add_structured(std::string_view text, Event& e) {
  std::size_t params = 0;
  while (text.starts_with('[')) {
    text.remove_prefix(1);
    const std::size_t id_end = std::min(text.find_first_of(" ]"), text.size());
    const std::string prefix = "syslog.sd." + std::string(text.substr(0, std::min<std::size_t>(id_end, 64))) + ".";
    text.remove_prefix(id_end);
    while (text.starts_with(' ')) {
      text.remove_prefix(1);
      const std::size_t equals = text.find("=\"");
      if (equals == std::string_view::npos || equals > 64) return;
      const std::string name = prefix + std::string(text.substr(0, equals));
      text.remove_prefix(equals + 2);
      std::string value;
      std::size_t i = 0;
      for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\' || text[i + 1] == ']'))
          ++i;
        value.push_back(text[i]);
      }
      text.remove_prefix(std::min(i + 1, text.size()));
      if (++params > kMostParams) return;
      e.add(name, std::move(value));
    }
    if (!text.starts_with(']')) return;
    text.remove_prefix(1);
  }
}

/// Syslog's own parts of an event that says what it says by itself.
void add_parts(const kit::LogLine& line, std::string_view peer, Event& e) {
  if (e.field("host.name").empty()) {
    const std::string_view host = line.host.empty() ? peer : line.host;
    if (!host.empty()) e.add("host.name", std::string(host));
  }
  if (!peer.empty()) e.add("syslog.peer", std::string(peer));
}

bool is_json(std::string_view text) { return text.starts_with('{') && text.find_last_not_of(" \r\n\t") != 0; }

}  // namespace

Result<void> SyslogReader::read(std::string_view message, std::string_view peer, bool strict, UtcNs now,
                                std::vector<Event>& out) {
  while (!message.empty() && (message.back() == '\n' || message.back() == '\r' || message.back() == '\0'))
    message.remove_suffix(1);
  kit::LogLine line;
  if (Result<kit::LogLine> parsed = kit::parse_log_line(message, {now, &zone_, before_})) {
    line = *parsed;
  } else {
    // RFC 3164, section 4.3: whatever comes is a message, at the time when it came; behind its priority if it has one.
    if (strict && !message.starts_with('<')) return parsed.error();
    line.time = now;
    line.message = message;
    const std::size_t close = message.find('>');
    if (message.starts_with('<') && close != std::string_view::npos && close >= 2 && close <= 4) {
      int priority = 0;
      for (const char c : message.substr(1, close - 1))
        priority = c >= '0' && c <= '9' ? priority * 10 + (c - '0') : 1000;
      if (priority <= 191) {
        line.facility = priority / 8;
        line.severity = priority % 8;
        line.message = message.substr(close + 1);
      } else if (strict) {
        return parsed.error();
      }
    }
  }
  before_ = line.time;

  Event e;
  e.time = line.time;
  std::string_view text = line.message;
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (line.program == "CEF" || text.starts_with("CEF:")) {
    if (line.program != "CEF") text.remove_prefix(4);
    if (Result<void> done = read_cef(text, e); !done) return done.error();
    add_parts(line, peer, e);
    out.push_back(std::move(e));
    return {};
  }
  if (text.starts_with("@cee:")) {
    text.remove_prefix(5);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (is_json(text)) {
    if (json(text, line, peer, out)) return {};
  }
  if ((line.program == "kernel" || line.program.empty() || line.program == "ulogd") && text.size() < 2048) {
    e.fields.reserve(40);
    if (read_firewall_line(text, e)) {
      e.add("message", std::string(text));
      add_parts(line, peer, e);
      out.push_back(std::move(e));
      return {};
    }
  }
  for (Event& event : kit::events_of(line)) {
    if (event.kind == "host.log" && event.logsource.service == "syslog") {
      event.kind = "syslog.message";
      event.severity = severity_of(line.severity);
    }
    if (line.facility >= 0)
      event.add("syslog.facility", std::string(kFacilities[static_cast<std::size_t>(line.facility)]));
    if (line.severity >= 0)
      event.add("syslog.severity", std::string(kSeverities[static_cast<std::size_t>(line.severity)]));
    if (!line.message_id.empty()) event.add("syslog.msgid", std::string(line.message_id));
    if (!line.structured.empty()) add_structured(line.structured, event);
    add_parts(line, peer, event);
    out.push_back(std::move(event));
  }
  return {};
}

Result<void> SyslogReader::read_json(std::string_view object, std::string_view peer, UtcNs now,
                                     std::vector<Event>& out) {
  kit::LogLine line;
  line.time = now;
  return json(object, line, peer, out);
}

Result<void> SyslogReader::json(std::string_view text, const kit::LogLine& line, std::string_view peer,
                                std::vector<Event>& out) {
  Event e;
  e.time = line.time;
  e.fields.reserve(48);
  if (Result<void> flat = flatten_json(text, "", e.fields); !flat) return flat.error();
  const auto hand_over = [&](Event& event) {
    add_parts(line, peer, event);
    out.push_back(std::move(event));
    return Result<void>();
  };
  if (read_windows_event(e, zone_)) return hand_over(e);
  // Sensors that write their records to syslog.
  if (!e.field("event_type").empty() && !e.field("timestamp").empty())
    if (Result<Event> event = suricata_event(text, zone_)) return hand_over(*event);
  if (!e.field("_path").empty() && !(e.field("ts").empty() && e.field("_write_ts").empty()))
    if (Result<std::optional<Event>> event = zeek_.read(text); event && *event) return hand_over(**event);
  e.kind = "syslog.message";
  e.severity = severity_of(line.severity);
  e.logsource = {"linux", "syslog", ""};
  if (!line.program.empty()) e.add("process.name", std::string(line.program));
  add_parts(line, peer, e);
  if (e.field("message").empty()) e.add("message", std::string(text));
  out.push_back(std::move(e));
  return {};
}

}  // namespace wf::network
