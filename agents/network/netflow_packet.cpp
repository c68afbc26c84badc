#include "agents/network/netflow_packet.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace wf::network {
namespace {

// IANA, "IP Flow Information Export (IPFIX) Entities"; the first hundred are NetFlow's own.
enum Element : std::uint16_t {
  kOctets = 1,
  kPackets = 2,
  kFlows = 3,
  kSourceV4 = 8,
  kDestinationV4 = 12,
  kOutOctets = 23,
  kOutPackets = 24,
  kSourceV6 = 27,
  kDestinationV6 = 28,
  kSamplingInterval = 34,
  kSamplerId = 48,
  kSamplerInterval = 50,
  kOctetTotal = 85,
  kPacketTotal = 86,
  kInitiatorOctets = 231,
  kResponderOctets = 232,
  kInitiatorPackets = 298,
  kResponderPackets = 299,
  kSelectorId = 302,
  kSamplingPackets = 305,
  kSamplingSpace = 306,
};
constexpr std::uint32_t kReverse = 29305;  ///< the enterprise number that means "the way back" (RFC 5103)
constexpr std::uint16_t kVariable = 0xffff;
constexpr std::uint32_t kMostLost = 1'000'000;  ///< a larger gap is an exporter that began anew
constexpr std::uint32_t kMostSampling = 10'000'000;
constexpr std::size_t kMostSamplers = 64;

Error broken(std::string what) { return {std::move(what), "", "is this NetFlow 5 or 9, or IPFIX?"}; }

}  // namespace

IpAddress ipv4_address(std::string_view four) {
  IpAddress out{};
  out[10] = out[11] = 0xff;
  std::memcpy(out.data() + 12, four.data(), 4);
  return out;
}

std::string text_of(const IpAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool four = std::equal(kMapped.begin(), kMapped.end(), address.begin());
  ::inet_ntop(four ? AF_INET : AF_INET6, four ? address.data() + 12 : address.data(), text.data(), text.size());
  return text.data();
}

/// Big-endian numbers off the front of a text; empty pieces where nothing is left, which overran() then says.
class NetflowDecoder::Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  std::string_view piece(std::size_t size) {
    if (size > text_.size()) {
      overran_ = true;
      text_ = {};
      return {};
    }
    const std::string_view out = text_.substr(0, size);
    text_.remove_prefix(size);
    return out;
  }
  std::uint64_t number(std::size_t size) { return value(piece(size)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] bool overran() const { return overran_; }
  [[nodiscard]] bool only_zeros() const { return text_.find_first_not_of('\0') == std::string_view::npos; }

  static std::uint64_t value(std::string_view bytes) {
    std::uint64_t out = 0;
    for (const char c : bytes.substr(0, 8)) out = out << 8U | static_cast<std::uint8_t>(c);
    return out;
  }

 private:
  std::string_view text_;
  bool overran_ = false;
};

NetflowDecoder::Exporter& NetflowDecoder::exporter_of(const Domain& domain) {
  const auto it = exporters_.find(domain);
  if (it == exporters_.end() && exporters_.size() >= kMostExporters)
    exporters_.erase(std::min_element(exporters_.begin(), exporters_.end(),
                                      [](const auto& a, const auto& b) { return a.second.heard < b.second.heard; }));
  Exporter& out = it == exporters_.end() ? exporters_[domain] : it->second;
  out.heard = turn_;
  return out;
}

std::uint64_t NetflowDecoder::gap(Exporter& exporter, std::uint32_t sequence, std::uint32_t advance) {
  const std::uint32_t ahead = sequence - exporter.next;  // modulo 2^32, as they count
  const std::uint64_t lost = exporter.counted && ahead < kMostLost ? ahead : 0;
  // One that comes late (out of order) does not turn the count back.
  const bool late = exporter.counted && static_cast<std::uint32_t>(exporter.next - sequence) < kMostLost && ahead != 0;
  if (!late) exporter.next = sequence + advance;
  exporter.counted = true;
  return lost;
}

Result<NetflowRead> NetflowDecoder::read(std::string_view datagram, std::string_view exporter, const Take& take) {
  ++turn_;
  Bytes in(datagram);
  const std::uint16_t version = in.u16();
  if (version == 5) return read_v5(in, {std::string(exporter), 0}, take);
  if (version != 9 && version != 10) return broken("a datagram of version " + std::to_string(version));
  NetflowRead out;
  const std::uint16_t count = in.u16();  // 10: the length of all
  if (version == 10) {
    if (count > datagram.size() || count < 16) return broken("an IPFIX message whose length is not its own");
    in = Bytes(datagram.substr(4, count - std::size_t{4}));
  } else {
    in.u32();  // uptime
  }
  in.u32();  // time
  const std::uint32_t sequence = in.u32();
  const Domain domain{std::string(exporter), in.u32()};
  if (in.overran()) return broken("a header that is cut off");
  std::uint32_t records = 0;
  bool all_known = true;
  Result<void> sets = read_sets(in, version, domain, out, records, all_known, take);
  Exporter& from = exporter_of(domain);
  if (version == 9) {
    out.lost = gap(from, sequence, 1);
  } else {
    out.lost = gap(from, sequence, records);
    // How many records are in a set that cannot be read is not known.
    if (!all_known || !sets) from.counted = false;
  }
  if (!sets) return sets.error();
  return out;
}

Result<NetflowRead> NetflowDecoder::read_v5(Bytes in, const Domain& domain, const Take& take) {
  constexpr std::size_t kRecord = 48;
  NetflowRead out;
  const std::uint16_t count = in.u16();
  in.piece(12);  // uptime, time
  const std::uint32_t sequence = in.u32();
  const std::uint32_t engine = in.u16();
  const std::uint32_t interval = in.u16() & 0x3fffU;  // two bits say how it samples
  if (in.overran() || in.size() < count * kRecord) return broken("a datagram of version 5 that is cut off");
  for (std::uint16_t i = 0; i < count; ++i) {
    Bytes record(in.piece(kRecord));
    FlowRecord flow;
    flow.source = ipv4_address(record.piece(4));
    flow.destination = ipv4_address(record.piece(4));
    record.piece(8);  // next hop, interfaces
    flow.packets = record.u32();
    flow.bytes = record.u32();
    flow.sampling = std::max<std::uint32_t>(interval, 1);
    take(flow);
    ++out.records;
  }
  out.lost = gap(exporter_of({domain.first, engine}), sequence, count);
  return out;
}

Result<void> NetflowDecoder::read_sets(Bytes in, int version, const Domain& domain, NetflowRead& out,
                                       std::uint32_t& records, bool& all_known, const Take& take) {
  const std::uint16_t templates = version == 9 ? 0 : 2;
  while (in.size() >= 4) {
    const std::uint16_t id = in.u16(), length = in.u16();
    // Some exporters fill a datagram up with zeros.
    if (id == 0 && length == 0 && in.only_zeros()) return {};
    if (length < 4 || length - std::size_t{4} > in.size())
      return broken("a set of " + std::to_string(length) + " bytes, where " + std::to_string(in.size() + 4) +
                    " are left");
    Bytes set(in.piece(length - std::size_t{4}));
    if (id == templates || id == templates + 1) {
      if (Result<void> read = read_templates(set, version, id != templates, domain); !read) return read;
      continue;
    }
    if (id < 256) continue;  // reserved
    const auto found = templates_.find({domain.first, domain.second, id});
    if (found == templates_.end()) {
      ++out.without_template;
      all_known = false;
      continue;
    }
    found->second.heard = turn_;
    std::size_t least = 0;
    for (const Column& c : found->second.columns) least += c.length == kVariable ? 1 : c.length;
    // What is left is padding.
    while (set.size() >= std::max<std::size_t>(least, 1)) {
      if (!read_record(set, found->second, exporter_of(domain), out, take))
        return broken("a record that is longer than its set");
      ++records;
    }
  }
  return {};
}

Result<void> NetflowDecoder::read_templates(Bytes in, int version, bool options, const Domain& domain) {
  while (in.size() >= 4) {
    const std::uint16_t id = in.u16();
    std::size_t count = in.u16();
    if (options) {
      const std::size_t second = version == 9 || count > 0 ? in.u16() : 0;
      // Version 9 says bytes of scopes and of options; IPFIX the number of all and of scopes.
      if (version == 9) count = (count + second) / 4;
    }
    if (id < 256) {
      if (id == 0) return {};  // padding
      return broken("a template of number " + std::to_string(id));
    }
    const TemplateKey key{domain.first, domain.second, id};
    if (count == 0) {
      templates_.erase(key);  // withdrawn
      continue;
    }
    if (count > kMostFields) return broken("a template of " + std::to_string(count) + " fields");
    Template made;
    made.options = options;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      Column column;
      column.type = in.u16();
      column.length = in.u16();
      if (version == 10 && (column.type & 0x8000U) != 0) {
        column.type &= 0x7fffU;
        column.enterprise = in.u32();
      }
      bytes += column.length;
      made.columns.push_back(column);
    }
    if (in.overran()) return broken("a template that is cut off");
    if (bytes == 0) return broken("a template whose records are empty");
    remember(key, std::move(made));
  }
  return {};
}

void NetflowDecoder::remember(const TemplateKey& key, Template&& made) {
  made.heard = turn_;
  if (!templates_.contains(key) && templates_.size() >= kMostTemplates)
    templates_.erase(std::min_element(templates_.begin(), templates_.end(),
                                      [](const auto& a, const auto& b) { return a.second.heard < b.second.heard; }));
  templates_[key] = std::move(made);
}

bool NetflowDecoder::read_record(Bytes& in, const Template& of, Exporter& exporter, NetflowRead& out,
                                 const Take& take) {
  FlowRecord flow;
  bool source = false, destination = false, counted = false;
  std::uint64_t sampler = 0, interval = 0, packets = 0, space = 0, out_bytes = 0, out_packets = 0;
  for (const Column& column : of.columns) {
    std::size_t length = column.length;
    if (length == kVariable) {
      length = in.number(1);
      if (length == 255) length = in.u16();
    }
    const std::string_view value = in.piece(length);
    if (in.overran()) return false;
    const std::uint64_t number = Bytes::value(value);
    if (column.enterprise == kReverse) {
      if (column.type == kOctets || column.type == kOctetTotal) flow.reverse_bytes = number;
      if (column.type == kPackets || column.type == kPacketTotal) flow.reverse_packets = number;
      continue;
    }
    if (column.enterprise != 0) continue;
    switch (column.type) {
      case kOctets:
      case kOctetTotal:
      case kInitiatorOctets:
        flow.bytes = number;
        counted = true;
        break;
      case kPackets:
      case kPacketTotal:
      case kInitiatorPackets:
        flow.packets = number;
        break;
      case kOutOctets:
        out_bytes = number;
        break;
      case kOutPackets:
        out_packets = number;
        break;
      case kResponderOctets:
        flow.reverse_bytes = number;
        break;
      case kResponderPackets:
        flow.reverse_packets = number;
        break;
      case kFlows:
        flow.flows = std::clamp<std::uint64_t>(number, 1, 1'000'000);
        break;
      case kSourceV4:
      case kDestinationV4:
        if (value.size() != 4) break;
        (column.type == kSourceV4 ? flow.source : flow.destination) = ipv4_address(value);
        (column.type == kSourceV4 ? source : destination) = true;
        break;
      case kSourceV6:
      case kDestinationV6: {
        if (value.size() != 16) break;
        // A template for both families has the other's addresses as zeros.
        if (value.find_first_not_of('\0') == std::string_view::npos &&
            (column.type == kSourceV6 ? source : destination))
          break;
        std::memcpy((column.type == kSourceV6 ? flow.source : flow.destination).data(), value.data(), 16);
        (column.type == kSourceV6 ? source : destination) = true;
        break;
      }
      case kSamplingInterval:
      case kSamplerInterval:
        interval = number;
        break;
      case kSamplerId:
      case kSelectorId:
        sampler = number;
        break;
      case kSamplingPackets:
        packets = number;
        break;
      case kSamplingSpace:
        space = number;
        break;
      default:
        break;
    }
  }
  // RFC 5477: so many packets taken, so many passed over.
  if (packets > 0) interval = (packets + space) / packets;
  interval = std::min<std::uint64_t>(interval, kMostSampling);
  if (of.options) {
    if (interval == 0) return true;
    if (sampler != 0 && (exporter.samplers.contains(sampler) || exporter.samplers.size() < kMostSamplers))
      exporter.samplers[sampler] = static_cast<std::uint32_t>(interval);
    else
      exporter.sampling = static_cast<std::uint32_t>(interval);
    return true;
  }
  if (!counted) {
    flow.bytes = out_bytes;
    flow.packets = out_packets;
  }
  if (!source || !destination) return true;  // of layer 2, or of something else
  if (const auto known = exporter.samplers.find(sampler);
      interval == 0 && sampler != 0 && known != exporter.samplers.end())
    interval = known->second;
  flow.sampling = interval > 0 ? static_cast<std::uint32_t>(interval) : std::max<std::uint32_t>(exporter.sampling, 1);
  take(flow);
  ++out.records;
  return true;
}

}  // namespace wf::network
