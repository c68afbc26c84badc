#include "agents/network/netflow_volume.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace wf::network {
namespace {

constexpr std::string_view kPrivate = "10.0.0.0/8+172.16.0.0/12+192.168.0.0/16+fc00::/7";
// Of one flow, so that no sum overflows whatever an exporter says.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 44U, kMostPackets = std::uint64_t{1} << 40U;

std::uint64_t times(std::uint64_t count, std::uint32_t sampling, std::uint64_t most) {
  return std::min(std::min(count, most) * sampling, most);
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits{" B", " kB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  std::uint64_t tenths = bytes * 10;
  while (tenths >= 10'000 && unit + 1 < kUnits.size()) {
    tenths /= 1000;
    ++unit;
  }
  std::string out = std::to_string(tenths / 10);
  if (unit > 0) out += "." + std::to_string(tenths % 10);
  return out + kUnits[unit];
}

void add_number(Event& e, const char* name, std::uint64_t value) {
  e.add(name, std::to_string(value), ValueType::number);
}

/// Whang's linear counting over 256 bits.
std::uint64_t counted(const std::array<std::uint64_t, 4>& seen) {
  int zeros = 256;
  for (const std::uint64_t word : seen) zeros -= std::popcount(word);
  return static_cast<std::uint64_t>(std::llround(256.0 * std::log(256.0 / std::max(zeros, 1))));
}

std::uint64_t hash_of(const IpAddress& address) {
  std::uint64_t out = 0xcbf29ce484222325U;
  for (const std::uint8_t byte : address) out = (out ^ byte) * 0x100000001b3U;
  return out ^ out >> 29U;
}

}  // namespace

Result<OwnNetworks> OwnNetworks::parse(std::string_view text) {
  if (text.empty()) text = kPrivate;
  OwnNetworks out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('+'), text.size());
    const std::string one(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t slash = std::min(one.find('/'), one.size());
    const std::string address = one.substr(0, slash);
    Network network;
    std::array<char, 4> four{};
    const bool v4 = ::inet_pton(AF_INET, address.c_str(), four.data()) == 1;
    int bits = v4 ? 32 : 128;
    bool good = v4 || ::inet_pton(AF_INET6, address.c_str(), network.address.data()) == 1;
    if (slash < one.size()) {
      const char* const last = one.data() + one.size();
      const int most = bits;
      const auto [at, error] = std::from_chars(one.data() + slash + 1, last, bits);
      good = good && error == std::errc{} && at == last && bits >= 0 && bits <= most;
    }
    if (!good) return Error{"'" + one + "' is no network", "local", "write local=10.0.0.0/8+2001:db8::/32"};
    if (v4) network.address = ipv4_address({four.data(), four.size()});
    network.bits = v4 ? bits + 96 : bits;
    out.networks_.push_back(network);
  }
  return out;
}

bool OwnNetworks::contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& n) {
    const auto whole = static_cast<std::size_t>(n.bits / 8);
    if (!std::equal(address.begin(), address.begin() + n.bits / 8, n.address.begin())) return false;
    if (n.bits % 8 == 0) return true;
    const int shift = 8 - n.bits % 8;
    return address[whole] >> shift == n.address[whole] >> shift;
  });
}

void NetflowVolume::add(const FlowRecord& flow) {
  const std::uint64_t bytes = times(flow.bytes, flow.sampling, kMostBytes),
                      packets = times(flow.packets, flow.sampling, kMostPackets),
                      back = times(flow.reverse_bytes, flow.sampling, kMostBytes),
                      packets_back = times(flow.reverse_packets, flow.sampling, kMostPackets);
  bytes_ += bytes + back;
  packets_ += packets + packets_back;
  flows_ += flow.flows;
  sampling_ = std::max(sampling_, flow.sampling);
  if (own_.contains(flow.source)) count(flow.source, flow.destination, bytes, packets, back, packets_back, flow.flows);
  if (own_.contains(flow.destination))
    count(flow.destination, flow.source, back, packets_back, bytes, packets, flow.flows);
}

void NetflowVolume::count(const IpAddress& host, const IpAddress& peer, std::uint64_t out_bytes,
                          std::uint64_t out_packets, std::uint64_t in_bytes, std::uint64_t in_packets,
                          std::uint64_t flows) {
  auto it = hosts_.find(host);
  if (it == hosts_.end()) {
    if (hosts_.size() == kMostHosts) {
      beyond_ += flows;
      return;
    }
    it = hosts_.try_emplace(host).first;
  }
  Host& h = it->second;
  h.bytes_out += out_bytes;
  h.bytes_in += in_bytes;
  h.packets_out += out_packets;
  h.packets_in += in_packets;
  h.flows += flows;
  const std::uint64_t hash = hash_of(peer);
  h.seen[hash / 64 % 4] |= std::uint64_t{1} << hash % 64;
  // The smallest makes place, and who comes inherits its count.
  auto place =
      std::find_if(h.peers.begin(), h.peers.end(), [&](const Peer& p) { return p.bytes > 0 && p.address == peer; });
  if (place == h.peers.end()) {
    place = std::min_element(h.peers.begin(), h.peers.end(),
                             [](const Peer& a, const Peer& b) { return a.bytes < b.bytes; });
    place->address = peer;
  }
  place->bytes += std::max<std::uint64_t>(out_bytes + in_bytes, 1);
}

void NetflowVolume::take(UtcNs time, std::int64_t interval, std::vector<Event>& out) {
  if (flows_ == 0) return;
  const auto begun = [&](std::string service) {
    Event e;
    e.time = time;
    e.kind = "network.flow";
    e.severity = 1;
    e.logsource = {"netflow", std::move(service), ""};
    add_number(e, "netflow.interval_s", static_cast<std::uint64_t>(interval / kSecond));
    if (sampling_ > 1) add_number(e, "netflow.sampling", sampling_);
    return e;
  };
  Event all = begun("total");
  add_number(all, "netflow.bytes", bytes_);
  add_number(all, "netflow.packets", packets_);
  add_number(all, "netflow.flows", flows_);
  add_number(all, "netflow.hosts", hosts_.size());
  if (beyond_ > 0) add_number(all, "netflow.flows_of_further_hosts", beyond_);
  all.add("message", size_text(bytes_) + " in " + std::to_string(flows_) + " flows, of " +
                         std::to_string(hosts_.size()) + " hosts of ours");
  out.push_back(std::move(all));
  std::vector<std::pair<const IpAddress*, Host*>> order;
  for (auto& [address, host] : hosts_) order.emplace_back(&address, &host);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second->bytes_out + a.second->bytes_in > b.second->bytes_out + b.second->bytes_in;
  });
  for (const auto& [address, host] : order) {
    Event e = begun("host");
    const std::string name = text_of(*address);
    e.add("src.ip", name);
    add_number(e, "netflow.bytes_out", host->bytes_out);
    add_number(e, "netflow.bytes_in", host->bytes_in);
    add_number(e, "netflow.packets_out", host->packets_out);
    add_number(e, "netflow.packets_in", host->packets_in);
    add_number(e, "netflow.flows", host->flows);
    add_number(e, "netflow.peers", counted(host->seen));
    std::sort(host->peers.begin(), host->peers.end(), [](const Peer& a, const Peer& b) { return a.bytes > b.bytes; });
    for (std::size_t i = 0; i < kPeersTold && host->peers[i].bytes > 0; ++i) {
      e.add("netflow.peer", text_of(host->peers[i].address));
      add_number(e, "netflow.peer_bytes", host->peers[i].bytes);
    }
    e.add("message", name + " sent " + size_text(host->bytes_out) + " and got " + size_text(host->bytes_in) + " in " +
                         std::to_string(host->flows) + " flows, most with " + text_of(host->peers[0].address));
    out.push_back(std::move(e));
  }
  hosts_.clear();
  bytes_ = packets_ = flows_ = beyond_ = 0;
  sampling_ = 1;
}

}  // namespace wf::network
