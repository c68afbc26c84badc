#include "agents/network/eve_record.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "agents/network/web_request.hpp"

namespace wf::network {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array kSame{Pair{"src.ip", "src_ip"},   Pair{"src.port", "src_port"},
                           Pair{"dst.ip", "dest_ip"},  Pair{"dst.port", "dest_port"},
                           Pair{"net.proto", "proto"}, Pair{"alert.title", "alert.signature"}};
/// What depends on more than one field.
constexpr std::array<std::string_view, 8> kMade{"message",    "query",      "host.name",   "user.name",
                                                "dns.rrname", "dns.rrtype", "record_type", "answer"};

}  // namespace

std::string_view eve_kind(std::string_view event_type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kKinds{{
      {"alert", "network.alert"},
      {"anomaly", "network.anomaly"},
      {"flow", "network.flow"},
      {"netflow", "network.flow"},
      {"dns", "network.dns"},
      {"mdns", "network.dns"},
      {"llmnr", "network.dns"},
      {"http", "network.http"},
      {"http2", "network.http"},
      {"doh2", "network.dns"},
      {"tls", "network.tls"},
      {"quic", "network.tls"},
      {"ssh", "network.ssh"},
      {"fileinfo", "network.file"},
      {"ftp_data", "network.file"},
      {"smb", "network.smb"},
  }};
  for (const auto& [type, kind] : kKinds)
    if (type == event_type) return kind;
  return "network.other";
}

kit::RawRecord::Known EveRecord::field(std::string_view name, std::string_view& value) {
  for (const auto& [ours, theirs] : kSame)
    if (name == ours)
      if (const Known known = glance_.find(theirs, value); known != Known::absent) return known;
  if (name == "kind" || name == "logsource.service") {
    const Known known = glance_.find("event_type", value);
    if (known == Known::value && name == "kind") value = eve_kind(value);
    return known;
  }
  if (name.starts_with("logsource.") || is_web_name(name) || std::find(kMade.begin(), kMade.end(), name) != kMade.end())
    return Known::unknown;
  return glance_.find(name, value);
}

UtcNs EveRecord::time() {
  std::string_view text;
  if (glance_.find("timestamp", text) != Known::value) return 0;
  if (const Result<UtcNs> time = parse_rfc3339(text)) return *time;
  const Result<UtcNs> local = parse_rfc3339(std::string(text) + "Z");
  return local ? zone_.to_utc(*local) : 0;
}

}  // namespace wf::network
