#include "agents/network/syslog_message.hpp"

#include <algorithm>
#include <array>

#include "agents/network/filterlog.hpp"
#include "agents/network/firewall_line.hpp"
#include "agents/network/routeros.hpp"
#include "agents/network/windows_names.hpp"

namespace wf::network {
namespace {

constexpr std::array<std::string_view, 24> kFacilities{"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                       "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                       "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                       "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::array<std::string_view, 8> kSeverities{"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};

/// What must be known of the whole of a CEF message or a record in JSON.
bool is_made(std::string_view name) { return name == "kind" || name.starts_with("logsource."); }

/// A field of CEF's header, in which no bar is escaped.
kit::RawRecord::Known cef_header(std::string_view text, std::string_view name, std::string_view& value) {
  static constexpr std::array<std::string_view, 7> kHeader{
      "cefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"};
  for (const std::string_view field : kHeader) {
    const std::size_t bar = text.find('|');
    if (bar == std::string_view::npos) return kit::RawRecord::Known::unknown;
    value = text.substr(0, bar);
    if (value.find('\\') != std::string_view::npos) return kit::RawRecord::Known::unknown;
    if (field == name) return kit::RawRecord::Known::value;
    text.remove_prefix(bar + 1);
  }
  return kit::RawRecord::Known::unknown;
}

}  // namespace

std::string_view facility_name(int facility) {
  return facility < 0 || facility >= static_cast<int>(kFacilities.size())
             ? std::string_view()
             : kFacilities[static_cast<std::size_t>(facility)];
}

std::string_view severity_name(int severity) {
  return severity < 0 || severity >= static_cast<int>(kSeverities.size())
             ? std::string_view()
             : kSeverities[static_cast<std::size_t>(severity)];
}

bool is_plain_service(std::string_view service) {
  static constexpr std::array<std::string_view, 5> kPlain{"syslog", "apache", "nginx", "clamav", "guacamole"};
  return std::find(kPlain.begin(), kPlain.end(), service) != kPlain.end();
}

std::string_view cisco_service(const kit::LogLine& line) {
  std::string_view tag = line.program.empty() ? line.message : line.program;
  if (!tag.starts_with('%')) return {};
  tag = tag.substr(1, tag.find(':') - 1);
  const std::size_t severity = tag.find('-');
  if (severity == std::string_view::npos || severity == 0 || severity + 2 >= tag.size() || tag[severity + 1] < '0' ||
      tag[severity + 1] > '7' || tag[severity + 2] != '-' || tag.find(' ') != std::string_view::npos)
    return {};
  const std::string_view facility = tag.substr(0, severity);
  if (facility == "BGP" || tag.ends_with("BADAUTH")) return "bgp";
  if (facility == "LDP") return "ldp";
  for (const std::string_view aaa : {"AAA", "PARSER", "SEC_LOGIN", "HA_EM", "SYS"})
    if (facility == aaa) return "aaa";
  return "syslog";
}

kit::RawRecord::Known SyslogRecord::plain(std::string_view name, std::string_view& value) {
  const kit::LogLine& line = message_.line;
  const auto part = [&](std::string_view text) {
    value = text;
    return text.empty() ? Known::absent : Known::value;
  };
  if (name == "host.name") return part(line.host.empty() ? peer_ : line.host);
  if (name == "syslog.facility") return part(facility_name(line.facility));
  if (name == "syslog.severity") return part(severity_name(line.severity));
  if (name == "syslog.msgid") return part(line.message_id);
  if (name == "syslog.procid") return part(line.process);
  if (name.starts_with("syslog.sd.")) return line.structured.empty() ? Known::absent : Known::unknown;
  if (name == "kind" || name.starts_with("logsource.")) {
    // What no pattern knows is syslog.message, but for what is about who comes and goes.
    std::string_view service;
    if (log_.field("logsource.service", service) != Known::value || !cisco_service(line).empty()) return Known::unknown;
    if (name == "kind" && !is_plain_service(service)) return Known::unknown;
  }
  return log_.field(name, value);
}

kit::RawRecord::Known SyslogRecord::packet(std::string_view name, std::string_view& value) const {
  const auto is = [&](std::string_view text) {
    value = text;
    return text.empty() ? Known::absent : Known::value;
  };
  if (name == "kind") return is("network.flow");
  if (name == "logsource.product") return is("linux");
  if (name == "logsource.service") return is("iptables");
  if (name == "logsource.category") return is("firewall");
  if (name == "host.name") return is(message_.line.host.empty() ? peer_ : message_.line.host);
  if (name == "message") return is(message_.text);
  if (name == "vmid" || name == "loglevel" || name == "chain") return is(proxmox_field(message_.front, name));
  return firewall_field(message_.text, name, value);
}

kit::RawRecord::Known SyslogRecord::parts(std::string_view name, std::string_view& value) {
  const bool pf = message_.form == SyslogMessage::Form::filterlog;
  if (!line_) {
    PacketLine& line = line_.emplace();
    whole_ = pf ? read_filterlog(message_.text, line)
                : tells_of_packets(message_.front) && read_routeros_packet(message_.text, line);
  }
  if (!whole_) return Known::unknown;
  const auto is = [&](std::string_view text) {
    value = text;
    return text.empty() ? Known::absent : Known::value;
  };
  if (name == "kind") return is("network.flow");
  if (name == "logsource.product") return is(pf ? "pfsense" : "mikrotik");
  if (name == "logsource.service") return is(pf ? "filterlog" : "firewall");
  if (name == "logsource.category") return is("firewall");
  if (name == "host.name") return is(message_.line.host.empty() ? peer_ : message_.line.host);
  if (name == "message") return is(message_.text);
  if (name == "topics") return is(message_.front);
  return line_->field(name, value);
}

kit::RawRecord::Known SyslogRecord::json(std::string_view name, std::string_view& value) {
  // GELF's own fields lose what they begin with.
  if (is_made(name) || name.starts_with('_') || is_renamed_by_windows(name)) return Known::unknown;
  // What the record does not say by this name may be made of others.
  const Known known = glance_.find(name, value);
  return known == Known::value ? known : Known::unknown;
}

kit::RawRecord::Known SyslogRecord::field(std::string_view name, std::string_view& value) {
  if (name == "syslog.peer") {
    value = peer_;
    return peer_.empty() ? Known::absent : Known::value;
  }
  if (name == "syslog.certificate") return Known::unknown;
  switch (message_.form) {
    case SyslogMessage::Form::plain:
      return plain(name, value);
    case SyslogMessage::Form::packet:
      return packet(name, value);
    case SyslogMessage::Form::filterlog:
    case SyslogMessage::Form::routeros:
      return parts(name, value);
    case SyslogMessage::Form::json:
      return json(name, value);
    case SyslogMessage::Form::cef:
      return is_made(name) ? Known::unknown : cef_header(message_.text, name, value);
    case SyslogMessage::Form::snare:
    case SyslogMessage::Form::fortigate:
    case SyslogMessage::Form::audit:
    case SyslogMessage::Form::xml:
      break;
  }
  return Known::unknown;
}

UtcNs SyslogRecord::time() {
  // Of the others the record itself may tell another time.
  const bool here = message_.form <= SyslogMessage::Form::routeros;
  return here ? message_.line.time : 0;
}

}  // namespace wf::network
