#include "agents/network/syslog_event.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "agents/kit/read/log_classify.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/network/cef.hpp"
#include "agents/network/filterlog.hpp"
#include "agents/network/firewall_line.hpp"
#include "agents/network/fortigate.hpp"
#include "agents/network/gelf.hpp"
#include "agents/network/routeros.hpp"
#include "agents/network/suricata.hpp"
#include "agents/network/windows_event.hpp"
#include "agents/network/windows_snare.hpp"
#include "agents/network/windows_xml.hpp"
#include "proto/event_json.hpp"

namespace wf::network {
namespace {

constexpr std::size_t kMostParams = 64;

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

/// Audit records as auditd's plugin for syslog and relays of its log send them ("type=…", "node=… type=…"), as the
/// kernel writes them for who has no auditd ("audit: type=1400 audit(…): …"), and as journald hands them on ("AVC
/// apparmor=…"). Takes what the kernel puts before them off the text.
bool is_audit(std::string_view program, std::string_view& text) {
  if (text.starts_with("type=") || text.starts_with("node=")) return audit::is_audit_record(text);
  if (program == "audit")
    return text.size() > 3 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
  if (program != "kernel") return false;
  const std::size_t at = text.substr(0, 32).find("audit: type=");
  if (at == std::string_view::npos || !audit::is_audit_record(text.substr(at))) return false;
  text.remove_prefix(at);
  return true;
}

/// MikroTik's: its topics stand where a program's name should, or the host's, or before the message; a rule's chain, or
/// what whoever set up logging put before it, is taken for a program's name.
bool is_routeros(std::string_view message, SyslogMessage& out, std::string_view text) {
  kit::LogLine& line = out.line;
  const auto with_program = [&] {
    const std::size_t tag = line.program.empty() ? std::string_view::npos : message.find(line.program);
    return tag != std::string_view::npos && message.data() + tag < text.data() ? message.substr(tag) : text;
  };
  out.text = text;
  if (is_routeros_topics(line.program)) {
    out.front = line.program;
  } else if (is_routeros_topics(line.host)) {
    out.front = std::exchange(line.host, {});
    out.text = with_program();
  } else {
    if (line.program.empty()) out.front = take_routeros_topics(out.text);
    if (out.front.empty()) {
      const bool chain = text.starts_with("in:") && !line.program.empty();
      if (chain) out.text = with_program();
      if (!is_routeros_packet(out.text)) return false;
    }
  }
  out.form = SyslogMessage::Form::routeros;
  return true;
}

/// When a record happened of which nothing but itself tells.
void read_json_time(kit::Zone& zone, Event& e) {
  for (const char* name : {"@timestamp", "timestamp", "time", "ts"}) {
    const std::string text(e.field(name));
    if (text.empty()) continue;
    if (const Result<UtcNs> time = parse_rfc3339(text)) {
      e.time = *time;
      return;
    }
    if (const Result<UtcNs> local = parse_rfc3339(text + "Z")) {
      e.time = zone.to_utc(*local);
      return;
    }
  }
}

}  // namespace

Result<void> SyslogReader::read(std::string_view message, std::string_view peer, bool strict, UtcNs now,
                                std::vector<Event>& out) {
  const Result<SyslogMessage> parsed = parse(message, strict, now);
  if (!parsed) return parsed.error();
  return make(*parsed, peer, strict, now, out);
}

Result<SyslogMessage> SyslogReader::parse(std::string_view message, bool strict, UtcNs now) {
  while (!message.empty() && (message.back() == '\n' || message.back() == '\r' || message.back() == '\0'))
    message.remove_suffix(1);
  SyslogMessage out;
  kit::LogLine& line = out.line;
  if (Result<kit::LogLine> parsed = kit::parse_log_line(message, {now, &zone_, before_})) {
    line = *parsed;
  } else {
    // RFC 3164, section 4.3: whatever comes is a message, at the time when it came; behind its priority if it has one.
    // CEF, JSON, Windows' XML and Snare's lines say what they are, and often when.
    out.stamped = false;
    const bool speaks = message.starts_with("CEF:") || is_json(message) || is_windows_xml(message) ||
                        is_fortigate(message) || find_snare(message) != std::string_view::npos;
    bool prioritised = false;
    line.time = now;
    line.message = message;
    if (const std::optional<UtcNs> time = take_proxmox_front(line.message, out.front)) {
      out.stamped = true;
      line.time = *time;
    }
    const std::size_t close = message.find('>');
    if (message.starts_with('<') && close != std::string_view::npos && close >= 2 && close <= 4) {
      int priority = 0;
      for (const char c : message.substr(1, close - 1))
        priority = c >= '0' && c <= '9' ? priority * 10 + (c - '0') : 1000;
      if (priority <= 191) {
        line.facility = priority / 8;
        line.severity = priority % 8;
        line.message = message.substr(close + 1);
        kit::take_log_tag(line);
        prioritised = true;
      }
    }
    if (strict && !speaks && !prioritised && !out.stamped) return parsed.error();
  }
  before_ = line.time;
  std::string_view text = line.message;
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (const std::size_t cef = line.program == "CEF" ? 0 : find_cef(text); cef != std::string_view::npos) {
    out.form = SyslogMessage::Form::cef;
    out.text = text.substr(cef);
    return out;
  }
  const bool tabbed = line.host.find('\t') != std::string_view::npos || !out.stamped;
  if (const std::size_t snare = find_snare(tabbed ? message : text.substr(0, 20)); snare != std::string_view::npos) {
    out.form = SyslogMessage::Form::snare;
    out.text = (tabbed ? message : text).substr(snare);
    line.host = line.host.substr(0, line.host.find('\t'));
    return out;
  }
  if (line.program == "filterlog" && !text.empty() && text.front() >= '0' && text.front() <= '9') {
    out.form = SyslogMessage::Form::filterlog;
    out.text = text;
    return out;
  }
  if (out.front.empty() && !text.empty() && text.front() >= '0' && text.front() <= '9')
    if (const std::optional<UtcNs> time = take_proxmox_front(text, out.front)) line.time = *time;
  if (!out.front.empty()) {
    line.program = "pvefw-logger";
    line.message = out.text = text;
    if (is_firewall_line(text)) out.form = SyslogMessage::Form::packet;
    return out;
  }
  if (is_routeros(message, out, text)) return out;
  if (is_fortigate(text)) {
    out.form = SyslogMessage::Form::fortigate;
    out.text = text;
    return out;
  }
  if (is_audit(line.program, text)) {
    out.form = SyslogMessage::Form::audit;
    out.text = text;
    return out;
  }
  if (text.starts_with("@cee:")) {
    text.remove_prefix(5);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  out.text = text;
  if (is_json(text)) {
    out.form = SyslogMessage::Form::json;
  } else if (is_windows_xml(text)) {
    out.form = SyslogMessage::Form::xml;
  } else if (text.starts_with("IN=") && text.size() < 2048 && is_firewall_line(text)) {
    out.form = SyslogMessage::Form::packet;
    // Where nobody says that it was the kernel, the tag is what whoever wrote the rule put before it. Some programs are
    // named by a constant instead.
    if (const std::size_t tag =
            line.program.empty() || line.program == "kernel" ? std::string_view::npos : message.find(line.program);
        tag != std::string_view::npos && message.data() + tag < text.data())
      out.text = message.substr(tag);
  } else if ((line.program == "kernel" || line.program.empty() || line.program == "ulogd") && text.size() < 2048 &&
             is_firewall_line(text)) {
    out.form = SyslogMessage::Form::packet;
  }
  return out;
}

Result<void> SyslogReader::make(const SyslogMessage& message, std::string_view peer, bool strict, UtcNs now,
                                std::vector<Event>& out, const Origin& origin) {
  const kit::LogLine& line = message.line;
  const auto hand_over = [&](Event& event) {
    add_parts(line, peer, event);
    if (!origin.certificate.empty()) event.add("syslog.certificate", std::string(origin.certificate));
    out.push_back(std::move(event));
    return Result<void>();
  };
  Event e;
  e.time = line.time;
  switch (message.form) {
    case SyslogMessage::Form::cef:
      if (Result<void> done = read_cef(message.text, {now, &zone_, line.time}, message.stamped, e); !done)
        return done.error();
      return hand_over(e);
    case SyslogMessage::Form::json: {
      const std::size_t before = out.size();
      const Result<void> taken = json(message.text, line, message.stamped, peer, out);
      for (std::size_t i = before; i < out.size() && !origin.certificate.empty(); ++i)
        out[i].add("syslog.certificate", std::string(origin.certificate));
      // In a file nothing but the record itself says that this is one.
      if (taken || (strict && !message.stamped)) return taken;
      break;
    }
    case SyslogMessage::Form::xml:
      if (read_windows_xml(message.text, e) && read_windows_event(e, zone_)) return hand_over(e);
      if (strict && !message.stamped) return Error{"an event in XML that cannot be read", "", "was it cut off?"};
      break;
    case SyslogMessage::Form::packet:
      e.fields.reserve(40);
      if (!read_firewall_line(message.text, e)) break;
      for (const char* name : {"vmid", "loglevel", "chain"})
        if (const std::string_view value = proxmox_field(message.front, name); !value.empty())
          e.add(name, std::string(value));
      e.add("message", std::string(message.text));
      return hand_over(e);
    case SyslogMessage::Form::filterlog: {
      PacketLine packet;
      if (!read_filterlog(message.text, packet)) break;
      packet.make(e);
      e.kind = "network.flow";
      e.severity = 1;
      e.logsource = {"pfsense", "filterlog", "firewall"};
      e.add("message", std::string(message.text));
      return hand_over(e);
    }
    case SyslogMessage::Form::routeros:
      read_routeros(message.front, message.text, e);
      return hand_over(e);
    case SyslogMessage::Form::snare:
      if (read_snare(message.text, zone_, e)) return hand_over(e);
      e.fields.clear();
      if (strict && !message.stamped) return Error{"an event in Snare's form that is cut off", "", "was it cut off?"};
      break;
    case SyslogMessage::Form::fortigate:
      read_fortigate(message.text, zone_, e);
      return hand_over(e);
    case SyslogMessage::Form::audit:
      if (!audit(message, peer, now, origin)) break;
      hand_over_audit(out);
      return {};
    case SyslogMessage::Form::plain:
      break;
  }
  for (Event& event : kit::events_of(line)) {
    if (event.kind == "host.log" && is_plain_service(event.logsource.service)) {
      event.kind = "syslog.message";
      event.severity = severity_of(line.severity);
      if (const std::string_view service = cisco_service(line); !service.empty())
        event.logsource = {"cisco", std::string(service), ""};
    }
    if (line.facility >= 0) event.add("syslog.facility", std::string(facility_name(line.facility)));
    if (line.severity >= 0) event.add("syslog.severity", std::string(severity_name(line.severity)));
    if (!line.process.empty()) event.add("syslog.procid", std::string(line.process));
    if (!line.message_id.empty()) event.add("syslog.msgid", std::string(line.message_id));
    if (!line.structured.empty()) add_structured(line.structured, event);
    (void)hand_over(event);
  }
  return {};
}

bool SyslogReader::audit(const SyslogMessage& message, std::string_view peer, UtcNs now, const Origin& origin) {
  const bool whole = audit::is_audit_record(message.text);
  Result<audit::AuditRecord> record = whole ? audit::parse_audit_record(message.text, {&zone_, false})
                                            : audit::parse_audit_text(message.text, message.line.time);
  if (!record) return false;
  // Serials are each machine's own.
  if (record->id.node.empty()) record->id.node = message.line.host.empty() ? peer : message.line.host;
  // Once of all records of an event.
  if (!peer.empty()) record->fields.push_back({"syslog.peer", std::string(peer), ValueType::string});
  if (!origin.certificate.empty())
    record->fields.push_back({"syslog.certificate", std::string(origin.certificate), ValueType::string});
  if (whole)
    join_.take(std::move(*record), message.text.size(), std::string(origin.before), now, ready_);
  else
    ready_.push_back({record->id, {std::move(*record)}, 0});  // without a serial nothing belongs to it
  return true;
}

void SyslogReader::hand_over_audit(std::vector<Event>& out) {
  for (audit::AuditEvent& one : ready_) out.push_back(audit::event_of(std::move(one), words_));
  ready_.clear();
}

void SyslogReader::flush(UtcNs now, bool end, std::vector<Event>& out) {
  join_.flush_older(now, end, ready_);
  hand_over_audit(out);
}

Result<void> SyslogReader::read_json(std::string_view object, std::string_view peer, UtcNs now,
                                     std::vector<Event>& out) {
  kit::LogLine line;
  line.time = now;
  return json(object, line, false, peer, out);
}

Result<void> SyslogReader::json(std::string_view text, const kit::LogLine& line, bool stamped, std::string_view peer,
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
  int level = -1;
  const bool gelf = read_gelf(e, level);
  if (read_windows_event(e, zone_)) return hand_over(e);
  // Sensors that write their records to syslog.
  if (!e.field("event_type").empty() && !e.field("timestamp").empty())
    if (Result<Event> event = suricata_event(text, zone_)) return hand_over(*event);
  if (!e.field("_path").empty() && !(e.field("ts").empty() && e.field("_write_ts").empty()))
    if (Result<std::optional<Event>> event = zeek_.read(text, line.time); event && *event) return hand_over(**event);
  if (!stamped && !gelf) read_json_time(zone_, e);
  e.kind = "syslog.message";
  e.severity = severity_of(level < 0 ? line.severity : level);
  e.logsource = {"linux", "syslog", ""};
  if (!line.program.empty()) e.add("process.name", std::string(line.program));
  add_parts(line, peer, e);
  if (e.field("message").empty()) e.add("message", std::string(text));
  out.push_back(std::move(e));
  return {};
}

}  // namespace wf::network
