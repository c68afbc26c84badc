#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "proto/result.hpp"

namespace wf::network {

/// An IPv4 or IPv6 address; IPv4 mapped into IPv6 (::ffff:a.b.c.d).
using IpAddress = std::array<std::uint8_t, 16>;
[[nodiscard]] IpAddress ipv4_address(std::string_view four_bytes);
[[nodiscard]] std::string text_of(const IpAddress& address);

/// One flow as an exporter counted it. `sampling`: one of so many packets was looked at (1: each); the counts are not
/// multiplied yet.
struct FlowRecord {
  IpAddress source{}, destination{};
  std::uint64_t bytes = 0, packets = 0, flows = 1;
  std::uint64_t reverse_bytes = 0, reverse_packets = 0;  ///< the way back, where one record has both (RFC 5103)
  std::uint32_t sampling = 1;
};

/// What one datagram held.
struct NetflowRead {
  std::uint64_t records = 0;           ///< flows
  std::uint64_t without_template = 0;  ///< sets of data that cannot be read until the exporter sends their template
  std::uint64_t lost = 0;              ///< by the exporter's sequence numbers: flows (5), datagrams (9), records (10)
};

/// Reads NetFlow version 5 and 9 (Cisco, RFC 3954) and IPFIX (version 10, RFC 7011; RFC 5103 for both ways in one
/// record). Remembers templates and sampling rates of each exporter and observation domain, at most kMostTemplates and
/// kMostExporters; the one not heard of longest goes. One thread.
class NetflowDecoder {
 public:
  static constexpr std::size_t kMostTemplates = 1024, kMostFields = 128, kMostExporters = 256;

  /// Calls `take` with each flow. An error means that the datagram is no such export or is broken; what came before the
  /// fault was handed over.
  [[nodiscard]] Result<NetflowRead> read(std::string_view datagram, std::string_view exporter,
                                         const std::function<void(const FlowRecord&)>& take);
  [[nodiscard]] std::size_t templates() const { return templates_.size(); }

 private:
  struct Column {
    std::uint16_t type = 0;
    std::uint16_t length = 0;  ///< 0xffff: each value says its own
    std::uint32_t enterprise = 0;
  };
  struct Template {
    std::vector<Column> columns;
    bool options = false;
    std::uint64_t heard = 0;
  };
  struct Exporter {
    std::uint32_t sampling = 1;                       ///< of all its flows
    std::map<std::uint64_t, std::uint32_t> samplers;  ///< by sampler
    bool counted = false;
    std::uint32_t next = 0;  ///< the sequence number that is expected
    std::uint64_t heard = 0;
  };
  class Bytes;
  using Take = std::function<void(const FlowRecord&)>;
  using Domain = std::pair<std::string, std::uint32_t>;
  using TemplateKey = std::tuple<std::string, std::uint32_t, std::uint16_t>;

  Exporter& exporter_of(const Domain& domain);
  std::uint64_t gap(Exporter& exporter, std::uint32_t sequence, std::uint32_t advance);
  Result<NetflowRead> read_v5(Bytes in, const Domain& domain, const Take& take);
  Result<void> read_sets(Bytes in, int version, const Domain& domain, NetflowRead& out, std::uint32_t& records,
                         bool& all_known, const Take& take);
  Result<void> read_templates(Bytes in, int version, bool options, const Domain& domain);
  bool read_record(Bytes& in, const Template& of, Exporter& exporter, NetflowRead& out, const Take& take);
  void remember(const TemplateKey& key, Template&& made);

  std::map<TemplateKey, Template> templates_;
  std::map<Domain, Exporter> exporters_;
  std::uint64_t turn_ = 0;
};

}  // namespace wf::network
