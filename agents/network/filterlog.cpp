#include "agents/network/filterlog.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

namespace wf::network {
namespace {

constexpr std::array<std::string_view, 9> kCommon{"rule",   "subrule", "anchor",    "tracker",   "interface",
                                                  "reason", "action",  "direction", "ip_version"};
constexpr std::array<std::string_view, 11> kFour{"tos",         "ecn",      "ttl",    "id",     "offset", "ip_flags",
                                                 "protocol_id", "protocol", "length", "src_ip", "dst_ip"};
constexpr std::array<std::string_view, 8> kSix{"class",       "flow_label", "hop_limit", "protocol",
                                               "protocol_id", "length",     "src_ip",    "dst_ip"};
constexpr std::array<std::string_view, 9> kTcp{"src_port", "dst_port", "data_length", "tcp_flags",  "sequence",
                                               "ack",      "window",   "urgent",      "tcp_options"};
constexpr std::array<std::string_view, 3> kUdp{"src_port", "dst_port", "data_length"};
constexpr std::array<std::string_view, 6> kCarp{"carp_type",    "carp_ttl",     "carp_vhid",
                                                "carp_version", "carp_advbase", "carp_advskew"};

class Values {
 public:
  explicit Values(std::string_view text) : text_(text) {}
  bool next(std::string_view& value) {
    if (over_) return false;
    const std::size_t comma = text_.find(',');
    value = text_.substr(0, comma);
    over_ = comma == std::string_view::npos;
    text_.remove_prefix(over_ ? text_.size() : comma + 1);
    return true;
  }
  /// False: there are fewer than names.
  bool take(const auto& names, PacketLine& out) {
    std::string_view value;
    for (const std::string_view name : names) {
      if (!next(value)) return false;
      out.add(name, value);
    }
    return true;
  }

 private:
  std::string_view text_;
  bool over_ = false;
};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What ICMP for IPv4 says, by its type; the addresses in it are those of the packet that it answers.
void take_icmp(std::string_view type, Values& values, PacketLine& out) {
  out.add("icmp_type", type);
  if (one_of(type, {"request", "reply", "tstamp", "tstampreply"})) {
    constexpr std::array<std::string_view, 5> kNames{"icmp_id", "icmp_sequence", "icmp_otime", "icmp_rtime",
                                                     "icmp_ttime"};
    (void)values.take(kNames, out);
  } else if (type == "unreachport" || type == "unreachproto") {
    constexpr std::array<std::string_view, 3> kNames{"icmp_dst_ip", "icmp_protocol", "icmp_port"};
    (void)values.take(kNames, out);
  } else if (type == "needfrag") {
    constexpr std::array<std::string_view, 2> kNames{"icmp_dst_ip", "icmp_mtu"};
    (void)values.take(kNames, out);
  } else if (std::string_view text; values.next(text)) {
    out.add("icmp_description", text);
  }
}

}  // namespace

bool read_filterlog(std::string_view text, PacketLine& out) {
  Values values(text);
  if (!values.take(kCommon, out)) return false;
  if (!one_of(out.find("direction"), {"in", "out"}) || out.find("action").empty()) return false;
  const std::string_view version = out.find("ip_version");
  if (version != "4" && version != "6") return false;
  if (!(version == "4" ? values.take(kFour, out) : values.take(kSix, out)) || out.find("dst_ip").empty()) return false;
  const std::string_view protocol = out.find("protocol_id");
  if (protocol == "6") {
    (void)values.take(kTcp, out);
    return true;
  }
  if (protocol == "17") {
    (void)values.take(kUdp, out);
    return true;
  }
  std::string_view value;
  bool first = true;
  while (values.next(value)) {
    if (const std::size_t equals = value.find('='); equals != std::string_view::npos && equals > 0) {
      out.add(value.substr(0, equals), value.substr(equals + 1));
    } else if (first && protocol == "112") {
      out.add(kCarp[0], value);
      (void)values.take(std::span(kCarp).subspan(1), out);
    } else if (first && protocol == "1") {
      take_icmp(value, values, out);
    } else {
      out.add("data", value);
    }
    first = false;
  }
  return true;
}

}  // namespace wf::network
