#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/network/netflow_packet.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Networks whose addresses are hosts of ours.
class OwnNetworks {
 public:
  /// "10.0.0.0/8+2001:db8::/32". Private addresses (RFC 1918, RFC 4193) if the text is empty.
  [[nodiscard]] static Result<OwnNetworks> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  struct Network {
    IpAddress address{};
    int bits = 128;
  };
  std::vector<Network> networks_;
};

/// Adds flows up and makes one event a host and interval of them, and one of the whole. Counts are multiplied by the
/// sampling rate. Bounded: at most kMostHosts hosts (what further ones do is in the whole's figures), of each the
/// kPeers peers with the most bytes, which are found approximately (Metwally's space-saving: a peer with more than an
/// eighth of a host's bytes is never missed). One thread.
class NetflowVolume {
 public:
  static constexpr std::size_t kMostHosts = 2048, kPeers = 8, kPeersTold = 3;

  explicit NetflowVolume(OwnNetworks own) : own_(std::move(own)) {}
  void add(const FlowRecord& flow);
  /// Appends the interval's events, those of most bytes first, and begins anew. Nothing if nothing came.
  void take(UtcNs time, std::int64_t interval, std::vector<Event>& out);

 private:
  struct Peer {
    IpAddress address{};
    std::uint64_t bytes = 0;
  };
  struct Host {
    std::uint64_t bytes_out = 0, bytes_in = 0, packets_out = 0, packets_in = 0, flows = 0;
    std::array<Peer, kPeers> peers{};
    std::array<std::uint64_t, 4> seen{};  ///< of peers, for about how many there were (linear counting)
  };
  void count(const IpAddress& host, const IpAddress& peer, std::uint64_t out_bytes, std::uint64_t out_packets,
             std::uint64_t in_bytes, std::uint64_t in_packets, std::uint64_t flows);

  OwnNetworks own_;
  std::map<IpAddress, Host> hosts_;
  std::uint64_t bytes_ = 0, packets_ = 0, flows_ = 0, beyond_ = 0;
  std::uint32_t sampling_ = 1;
};

}  // namespace wf::network
