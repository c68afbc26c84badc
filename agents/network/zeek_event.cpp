#include "agents/network/zeek_event.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/network/web_request.hpp"
#include "proto/event_json.hpp"

namespace wf::network {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// What is not here is network.other.
constexpr std::array kKinds{
    Pair{"conn", "network.flow"},       Pair{"conn_long", "network.flow"},
    Pair{"dns", "network.dns"},         Pair{"http", "network.http"},
    Pair{"ssl", "network.tls"},         Pair{"x509", "network.tls"},
    Pair{"quic", "network.tls"},        Pair{"ssh", "network.ssh"},
    Pair{"files", "network.file"},      Pair{"smb_files", "network.smb"},
    Pair{"smb_mapping", "network.smb"}, Pair{"smb_cmd", "network.smb"},
    Pair{"notice", "network.notice"},   Pair{"notice_alarm", "network.notice"},
    Pair{"intel", "network.notice"},    Pair{"signatures", "network.notice"},
    Pair{"weird", "network.anomaly"},
};

// Fields that only one log has; they tell which log it is where nothing else does.
constexpr std::array kMarks{
    Pair{"conn_state", "conn"},  Pair{"qtype_name", "dns"},       Pair{"rcode_name", "dns"},
    Pair{"note", "notice"},      Pair{"status_code", "http"},     Pair{"certificate.serial", "x509"},
    Pair{"auth_success", "ssh"}, Pair{"seen.indicator", "intel"}, Pair{"share_type", "smb_mapping"},
};

// Names that every reader of events knows, for fields that mean the same in every log.
constexpr std::array kNames{
    Pair{"id.orig_h", "src.ip"},   Pair{"id.orig_p", "src.port"}, Pair{"id.resp_h", "dst.ip"},
    Pair{"id.resp_p", "dst.port"}, Pair{"proto", "net.proto"},
};

// … and for those that mean it in one log alone.
struct Meaning {
  std::string_view path, field, name;
};
constexpr std::array kMeanings{
    Meaning{"dhcp", "host_name", "host.name"},
    Meaning{"ntlm", "hostname", "host.name"},
    Meaning{"ntlm", "username", "user.name"},
    Meaning{"kerberos", "client", "user.name"},
    Meaning{"ftp", "user", "user.name"},
    Meaning{"http", "username", "user.name"},
    Meaning{"socks", "user", "user.name"},
    Meaning{"radius", "username", "user.name"},
    Meaning{"notice", "note", "alert.title"},
    Meaning{"notice", "msg", "message"},
    Meaning{"intel", "seen.indicator", "alert.title"},
    Meaning{"signatures", "sig_id", "alert.title"},
    Meaning{"signatures", "event_msg", "message"},
};

// Where a record has no id: the addresses that it is about.
constexpr std::array kAddresses{
    Meaning{"notice", "src", "src.ip"},          Meaning{"notice", "dst", "dst.ip"},
    Meaning{"notice", "p", "dst.port"},          Meaning{"dhcp", "client_addr", "src.ip"},
    Meaning{"files", "tx_hosts", "src.ip"},      Meaning{"files", "rx_hosts", "dst.ip"},
    Meaning{"software", "host", "src.ip"},       Meaning{"known_hosts", "host", "src.ip"},
    Meaning{"known_services", "host", "src.ip"}, Meaning{"known_certs", "host", "src.ip"},
    Meaning{"signatures", "src_addr", "src.ip"}, Meaning{"signatures", "dst_addr", "dst.ip"},
    Meaning{"traceroute", "src", "src.ip"},      Meaning{"traceroute", "dst", "dst.ip"},
};

// The record in a line for people, by these fields.
struct Words {
  std::string_view path;
  std::array<std::string_view, 4> fields;
};
constexpr std::array kWords{
    Words{"dns", {"qtype_name", "query", "rcode_name"}},
    Words{"ssl", {"version", "server_name"}},
    Words{"x509", {"certificate.subject"}},
    Words{"quic", {"version", "server_name", "client_protocol"}},
    Words{"ssh", {"client", "server"}},
    Words{"files", {"filename", "mime_type"}},
    Words{"smb_files", {"action", "path", "name"}},
    Words{"smb_mapping", {"path", "share_type"}},
    Words{"weird", {"name", "addl"}},
    Words{"kerberos", {"request_type", "client", "service", "error_msg"}},
    Words{"dce_rpc", {"endpoint", "operation"}},
    Words{"ntlm", {"domainname", "username"}},
    Words{"rdp", {"cookie", "result"}},
    Words{"ftp", {"user", "command", "arg"}},
    Words{"smtp", {"from", "subject"}},
    Words{"dhcp", {"msg_types", "host_name"}},
    Words{"software", {"software_type", "name", "unparsed_version"}},
};

std::string_view found(const auto& table, std::string_view name) {
  for (const auto& [key, value] : table)
    if (key == name) return value;
  return {};
}

std::string_view kind_of(std::string_view path) {
  const std::string_view kind = found(kKinds, path);
  return kind.empty() ? "network.other" : kind;
}

std::string_view also_of(std::string_view path, std::string_view field) {
  if (const std::string_view name = found(kNames, field); !name.empty()) return name;
  for (const Meaning& m : kMeanings)
    if (m.path == path && m.field == field) return m.name;
  return {};
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  bool digits = false, point = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9')
      digits = true;
    else if (text[i] != '.' || point || !digits || i + 1 == text.size())
      return false;
    else
      point = true;
  }
  return digits;
}

void append_words(std::string& out, std::string_view word) {
  if (word.empty()) return;
  if (!out.empty()) out.push_back(' ');
  out.append(word);
}

/// Each value of a field under a second name.
void add_all(Event& e, std::string_view from, const char* to) {
  const std::size_t count = e.fields.size();
  for (std::size_t i = 0; i < count; ++i)
    if (e.fields[i].name == from && e.fields[i].type != ValueType::null) e.add(to, std::string(e.fields[i].value));
}

/// What is the same for both formats, once the native fields and those of kNames and kMeanings are there.
void finish(std::string_view path, Event& e) {
  e.kind = kind_of(path);
  if (const kit::KindInfo* info = kit::find_kind(e.kind)) e.severity = info->severity;
  // What public rules for any name server look at is what Zeek calls it too.
  e.logsource = {"zeek", std::string(path), path == "dns" ? "dns" : ""};
  if (path == "conn") return;
  for (const Meaning& m : kAddresses) {
    if (m.path != path || !e.field(m.name).empty()) continue;
    if (const std::string_view value = e.field(m.field); !value.empty())
      e.add(std::string(m.name), std::string(value), m.name.ends_with("port") ? ValueType::number : ValueType::string);
  }
  if (path == "intel") e.add("message", "seen in " + std::string(e.field("seen.where")));
  if (path == "http") {
    std::string message(e.field("method"));
    append_words(message, std::string(e.field("host")) + std::string(e.field("uri")));
    append_words(message, e.field("status_code"));
    if (!message.empty()) e.add("message", std::move(message));
    const std::string server(e.field("dst.ip"));
    add_web_names({e.field("method"), e.field("host"), e.field("uri"), e.field("user_agent"), e.field("referrer"),
                   e.field("status_code"), e.field("resp_mime_types"), e.field("username")},
                  server, e);
    return;
  }
  if (path == "dns") {
    // What public rules for any name server call it, beside the query, whose name is the same.
    if (const std::string_view type = e.field("qtype_name"); !type.empty()) e.add("record_type", std::string(type));
    add_all(e, "answers", "answer");
  }
  for (const Words& w : kWords) {
    if (w.path != path) continue;
    std::string message;
    for (const std::string_view field : w.fields)
      if (!field.empty()) append_words(message, e.field(field));
    if (!message.empty()) e.add("message", std::move(message));
    return;
  }
}

}  // namespace

Result<UtcNs> zeek_time(std::string_view text) {
  const auto bad = [&] { return Error{"'" + std::string(text.substr(0, 64)) + "' is not a time", "", ""}; };
  const char* const end = text.data() + text.size();
  if (text.find('-') == std::string_view::npos && text.find_first_of("eE") != std::string_view::npos) {
    double seconds = 0;
    const auto [last, wrong] = std::from_chars(text.data(), end, seconds);
    if (wrong != std::errc{} || last != end || !(seconds >= 0 && seconds < 9e9)) return bad();
    return std::llround(seconds * 1e6) * 1000;
  }
  std::int64_t whole = 0;
  const auto [at, error] = std::from_chars(text.data(), end, whole);
  if (error != std::errc{}) return bad();
  if (at == end || *at == '.') {
    // Nothing was recorded before 1973 in milliseconds, and nothing will be after 5138 in seconds.
    constexpr std::int64_t kMostSeconds = 100'000'000'000;
    const bool milliseconds = whole >= kMostSeconds || whole <= -kMostSeconds;
    if (whole >= kMostSeconds * 90 || whole <= -kMostSeconds * 90 || whole < 0) return bad();
    const std::int64_t unit = milliseconds ? kMillisecond : kSecond;
    if (!milliseconds && whole > 9'000'000'000) return bad();  // beyond what 64 bits of nanoseconds hold
    UtcNs out = whole * unit;
    if (at != end) {
      std::int64_t place = unit;
      for (const char* digit = at + 1; digit != end; ++digit) {
        if (*digit < '0' || *digit > '9') return bad();
        place /= 10;
        out += (*digit - '0') * place;
      }
    }
    return out;
  }
  return parse_rfc3339(text);
}

ZeekReader::ZeekReader(std::string_view file) : file_path_(path_of(file)) {}

std::string ZeekReader::path_of(std::string_view file) {
  if (const std::size_t slash = file.rfind('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
  if (file.starts_with("json_streaming_")) file.remove_prefix(15);
  file = file.substr(0, file.find('.'));
  // zeek-archiver: conn__2026-03-12-22-00-00__2026-03-12-23-00-00__
  return std::string(file.substr(0, file.find("__")));
}

void ZeekReader::restart() {
  header_ = {};
  header_seen_ = false;
  also_.clear();
}

Result<std::optional<Event>> ZeekReader::read(std::string_view record, UtcNs now) {
  if (record.starts_with('#')) {
    const Result<void> taken = header_.take(record);
    if (!taken) return taken.error();
    header_seen_ = true;
    also_.clear();
    return std::optional<Event>();
  }
  Result<Event> event = is_json(record) ? read_json(record, now) : read_columns(record, now);
  if (!event) return event.error();
  return std::optional<Event>(std::move(*event));
}

void ZeekReader::know_columns() {
  const std::vector<ZeekColumn>& columns = header_.columns();
  const std::string_view path = this->path();
  time_column_ = columns.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    also_.push_back(columns[i].many ? "" : also_of(path, columns[i].name));
    if (columns[i].name == "ts" || (columns[i].time && time_column_ == columns.size())) time_column_ = i;
  }
}

Result<UtcNs> ZeekReader::timeless(UtcNs now) const {
  if (header_.opened() > 0) return header_.opened();
  if (now > 0) return now;
  return Error{"the record has no time", "", "is this a log of Zeek?"};
}

Result<Event> ZeekReader::read_columns(std::string_view record, UtcNs now) {
  if (const std::string missing = header_.missing(); !missing.empty())
    return Error{missing, "", "is this a log of Zeek, read from its beginning?"};
  const std::vector<ZeekColumn>& columns = header_.columns();
  const std::string_view path = this->path();
  if (also_.empty()) know_columns();

  Event e;
  e.fields.reserve(columns.size() + 8);
  const auto add = [&](std::string_view name, ZeekColumn::Type type, std::string_view raw) {
    Field& f = e.fields.emplace_back();
    f.name = name;
    if (type == ZeekColumn::Type::boolean && (raw == "T" || raw == "F")) {
      f.value = raw == "T" ? "true" : "false";
      f.type = ValueType::boolean;
    } else if (type == ZeekColumn::Type::number && is_number(raw)) {
      f.value = raw;
      f.type = ValueType::number;
    } else if (raw.find('\\') == std::string_view::npos) {
      f.value = raw;
    } else {
      append_zeek_text(raw, f.value);
    }
  };
  const std::string_view unset = header_.unset_field(), empty = header_.empty_field();
  ZeekPieces pieces(record, header_.separator());
  std::string_view raw, time;
  std::size_t i = 0;
  for (; pieces.next(raw); ++i) {
    if (i >= columns.size() || raw == unset) continue;
    const ZeekColumn& column = columns[i];
    if (!column.many) {
      if (i == time_column_) time = raw;
      const std::size_t at = e.fields.size();
      add(column.name, column.type, raw == empty ? std::string_view{} : raw);
      if (also_[i].empty()) continue;
      Field& f = e.fields.emplace_back();
      f.name = also_[i];
      f.value = e.fields[at].value;
      f.type = e.fields[at].type;
      continue;
    }
    if (raw == empty) continue;
    ZeekPieces elements(raw, header_.set_separator());
    for (std::string_view element; elements.next(element);) {
      if (element == unset)
        e.add(column.name, "", ValueType::null);
      else
        add(column.name, column.type, element == empty ? std::string_view{} : element);
    }
  }
  if (i != columns.size())
    return Error{std::to_string(i) + (i == 1 ? " value" : " values") + ", but the header has " +
                     std::to_string(columns.size()) + " fields",
                 "", "a line that was cut off, or not of this log"};
  const bool dated = time_column_ < columns.size();
  if (dated && time.empty()) return Error{"the record's " + columns[time_column_].name + " is unset", "", ""};
  const Result<UtcNs> at = dated ? zeek_time(time) : timeless(now);
  if (!at) return at.error();
  e.time = *at;
  finish(path, e);
  return e;
}

Result<Event> ZeekReader::read_json(std::string_view record, UtcNs now) {
  Event e;
  e.fields.reserve(48);
  if (Result<void> flat = flatten_json(record, "", e.fields); !flat) return flat.error();
  std::string_view time = e.field("ts");
  if (time.empty()) time = e.field("_write_ts");
  if (time.empty()) time = e.field("@timestamp");
  // Of Zeek's logs this one alone has no times; another may be one of somebody's own, if it says its name.
  const bool own = !e.field("_path").empty() || file_path_ == "loaded_scripts";
  if (time.empty() && !own) return Error{"the record has neither ts nor _write_ts", "", "is this a log of Zeek?"};
  const Result<UtcNs> at = time.empty() ? timeless(now) : zeek_time(time);
  if (!at) return at.error();
  e.time = *at;
  std::string path(e.field("_path"));
  if (path.empty() && found(kKinds, file_path_).empty()) {
    for (const auto& [mark, log] : kMarks) {
      if (e.field(mark).empty()) continue;
      path = log;
      break;
    }
  }
  if (path.empty()) path = file_path_;
  const std::size_t native = e.fields.size();
  for (std::size_t i = 0; i < native; ++i) {
    const std::string_view name = also_of(path, e.fields[i].name);
    if (name.empty() || e.fields[i].type == ValueType::null) continue;
    e.add(std::string(name), e.fields[i].value, e.fields[i].type);
  }
  finish(path, e);
  return e;
}

kit::RawRecord::Known ZeekRecord::native(std::string_view name, std::string_view& value) {
  if (json_) return glance_.find(name, value);
  const ZeekHeader& header = reader_.header_;
  const std::vector<ZeekColumn>& columns = header.columns();
  ZeekPieces pieces(record_, header.separator());
  for (const ZeekColumn& column : columns) {
    if (!pieces.next(value)) return Known::unknown;
    if (column.name != name) continue;
    if (value == header.unset_field()) return Known::absent;
    if (column.many || column.type == ZeekColumn::Type::boolean || value.find('\\') != std::string_view::npos)
      return Known::unknown;
    if (value == header.empty_field()) value = {};
    return Known::value;
  }
  return header.missing().empty() ? Known::absent : Known::unknown;
}

/// Empty: not known.
std::string_view ZeekRecord::path() {
  if (!json_) return reader_.path();
  std::string_view path;
  const Known known = glance_.find("_path", path);
  if (known == Known::value) return path;
  return known == Known::absent && !found(kKinds, reader_.file_path_).empty() ? std::string_view(reader_.file_path_)
                                                                              : std::string_view();
}

kit::RawRecord::Known ZeekRecord::field(std::string_view name, std::string_view& value) {
  if (name == "kind" || name == "logsource.service") {
    value = path();
    if (value.empty()) return Known::unknown;
    if (name == "kind") value = kind_of(value);
    return Known::value;
  }
  if (name.starts_with("logsource.")) return Known::unknown;
  const Known known = native(name, value);
  if (known != Known::absent) return known;
  for (const auto& [theirs, ours] : kNames)
    if (ours == name && native(theirs, value) == Known::value) return Known::value;
  // What other fields may have said under this name.
  static constexpr std::array<std::string_view, 11> kMade{"src.ip",    "src.port",    "dst.ip",      "dst.port",
                                                          "net.proto", "host.name",   "alert.title", "user.name",
                                                          "message",   "record_type", "answer"};
  return is_web_name(name) || std::find(kMade.begin(), kMade.end(), name) != kMade.end() ? Known::unknown
                                                                                         : Known::absent;
}

UtcNs ZeekRecord::time() {
  std::string_view text;
  if (native("ts", text) != Known::value && native("_write_ts", text) != Known::value) return 0;
  const Result<UtcNs> time = zeek_time(text);
  return time ? *time : 0;
}

}  // namespace wf::network
