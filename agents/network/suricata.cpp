#include "agents/network/suricata.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/kit/read/follow_source.hpp"
#include "agents/network/eve_record.hpp"
#include "agents/network/suricata_socket.hpp"
#include "agents/network/web_request.hpp"
#include "proto/event_json.hpp"

namespace wf::network {
namespace {

// Suricata's priority counts down from 1, the highest; OCSF's severity counts up.
std::uint8_t severity_of(std::string_view kind, std::string_view priority) {
  if (kind == "network.alert") {
    if (priority == "1") return 4;
    if (priority == "2") return 3;
    if (priority == "3") return 2;
    if (!priority.empty() && priority != "0") return 1;
  }
  const kit::KindInfo* info = kit::find_kind(kind);
  return info == nullptr ? 0 : info->severity;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

void append_words(std::string& out, std::initializer_list<std::string_view> words) {
  for (std::string_view word : words) {
    if (word.empty()) continue;
    if (!out.empty()) out.push_back(' ');
    out.append(word);
  }
}

// The record in a line for people, where Suricata has no text of its own.
std::string message_of(const Event& e, std::string_view type) {
  std::string out;
  if (type == "alert") {
    out = e.field("alert.signature");
  } else if (type == "anomaly") {
    append_words(out, {e.field("anomaly.type"), e.field("anomaly.event")});
  } else if (type == "dns" || type == "mdns" || type == "llmnr") {
    append_words(out, {e.field("dns.type"), e.field("dns.rrtype"), e.field("dns.rrname"), e.field("dns.rcode")});
  } else if (type == "http") {
    append_words(out,
                 {e.field("http.http_method"), std::string(e.field("http.hostname")) + std::string(e.field("http.url")),
                  e.field("http.status")});
  } else if (type == "tls") {
    append_words(out,
                 {e.field("tls.version"), e.field("tls.sni").empty() ? e.field("tls.subject") : e.field("tls.sni")});
  } else if (type == "ssh") {
    append_words(out, {e.field("ssh.client.software_version"), e.field("ssh.server.software_version")});
  } else if (type == "fileinfo") {
    append_words(out, {e.field("fileinfo.filename"), e.field("fileinfo.magic")});
  } else if (type == "smb") {
    append_words(out, {e.field("smb.command"), e.field("smb.filename"), e.field("smb.status")});
  }
  return out;
}

/// What a name stands for, in the three versions of the record.
void add_answers(Event& e) {
  const std::size_t count = e.fields.size();
  for (std::size_t i = 0; i < count; ++i)
    if ((e.fields[i].name == "dns.rdata" || e.fields[i].name == "dns.answers.rdata") && !e.fields[i].value.empty())
      e.add("answer", std::string(e.fields[i].value));
}

// What the rest of Watchfloor and rules for every sensor look for, beside Suricata's own names.
void normalise(Event& e, std::string_view type) {
  const auto copy = [&](std::string_view from, std::string to, ValueType value_type = ValueType::string) {
    if (const std::string_view value = e.field(from); !value.empty())
      e.add(std::move(to), std::string(value), value_type);
  };
  copy("src_ip", "src.ip");
  copy("src_port", "src.port", ValueType::number);
  copy("dest_ip", "dst.ip");
  copy("dest_port", "dst.port", ValueType::number);
  if (const std::string_view proto = e.field("proto"); !proto.empty()) e.add("net.proto", lower(proto));
  copy("alert.signature", "alert.title");
  // Version 3 of the dns record moved the question into a list; rules know it under its name of versions 1 and 2.
  if (e.field("dns.rrname").empty()) {
    copy("dns.queries.rrname", "dns.rrname");
    copy("dns.queries.rrtype", "dns.rrtype");
  }
  // What public rules for any name server call it.
  if (e.kind == "network.dns") {
    copy("dns.rrname", "query");
    copy("dns.rrtype", "record_type");
    add_answers(e);
  }
  if (type == "http") {
    const std::string server(e.field("dest_ip"));
    add_web_names(
        {e.field("http.http_method"), e.field("http.hostname"), e.field("http.url"), e.field("http.http_user_agent"),
         e.field("http.http_refer"), e.field("http.status"), e.field("http.http_content_type"), ""},
        server, e);
  }
  if (type == "dhcp") copy("dhcp.hostname", "host.name");
  if (type == "smb") copy("smb.ntlmssp.user", "user.name");
  if (type == "krb5") copy("krb5.cname", "user.name");
  if (std::string message = message_of(e, type); !message.empty()) e.add("message", std::move(message));
}

class SuricataSource final : public kit::FollowSource {
 public:
  SuricataSource(const kit::SourceSpec& spec, kit::Zone zone) : FollowSource(spec, options()), zone_(zone) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    if (shedder() != nullptr) {
      EveRecord raw(record.text, zone_);
      if (!wanted(raw, moment)) return {};
    }
    Result<Event> event = suricata_event(record.text, zone_);
    if (!event) return event.error();
    emit(sink, std::move(*event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.framing = kit::json_framing;
    return options;
  }
  kit::Zone zone_;
};

}  // namespace

Result<Event> suricata_event(std::string_view record, kit::Zone& zone) {
  Event event;
  // A field has about 14 bytes of a record; more room would be memory for each event that waits for the disk.
  event.fields.reserve(std::min<std::size_t>(record.size() / 14 + 8, 64));
  if (Result<void> flat = flatten_json(record, "", event.fields); !flat) return flat.error();
  const std::string type(event.field("event_type"));
  const std::string_view timestamp = event.field("timestamp");
  if (type.empty()) return Error{"the record has no event_type", "", "is this an EVE file?"};
  if (timestamp.empty()) return Error{"the record has no timestamp", "", ""};
  Result<UtcNs> time = parse_rfc3339(timestamp);
  if (!time) {
    // Without an offset it is local time of the sensor.
    const Result<UtcNs> local = parse_rfc3339(std::string(timestamp) + "Z");
    if (!local) return time.error();
    time = zone.to_utc(*local);
  }
  // A flow that a capture's end cut short has the epoch for a time stamp; when it ended it says besides.
  if (*time == 0)
    for (const char* name : {"flow.end", "netflow.end"})
      if (const Result<UtcNs> end = parse_rfc3339(event.field(name)); end && *time == 0) time = *end;
  event.time = *time;
  event.kind = eve_kind(type);
  event.severity = severity_of(event.kind, event.field("alert.severity"));
  const bool dns = event.kind == "network.dns";
  event.logsource = {"suricata", type, dns ? "dns" : ""};
  normalise(event, type);
  return event;
}

kit::SourceMade make_suricata(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  const bool socket = spec.address.starts_with("unix:");
  made.problems = socket ? spec.unknown_options({"tz", "type"}) : spec.unknown_options({"tz"});
  if (spec.address.empty() || spec.address == "unix:")
    made.problems.push_back(
        {"a suricata source needs the path of an EVE file", spec.where, "write suricata:/var/log/suricata/eve.json"});
  Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "UTC"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  const std::string type = spec.option("type", "stream");
  if (socket && type != "stream" && type != "dgram")
    made.problems.push_back(
        {"a socket of type '" + type + "' is not known", spec.where, "write type=stream or type=dgram"});
  if (made.problems.empty())
    made.source = socket ? make_suricata_socket(spec, *zone) : std::make_unique<SuricataSource>(spec, *zone);
  return made;
}

}  // namespace wf::network
