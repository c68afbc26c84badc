#include "console/link/guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <utility>

#include "proto/time.hpp"

namespace wf::link {
namespace {

/// How often those are looked at that send, and have not said anything yet; and all. Nothing less will do: what libzmq
/// reads at once wakes nobody else who waits for the same connection.
constexpr long kHotMs = 10, kAllMs = 50, kSlowestMs = 250;
/// With more connections all are looked at more rarely, so that it costs at most a hundredth of a core.
constexpr std::size_t kConnectionsPerStep = 200;
/// libzmq tells of an end before it hands over what came before it.
constexpr std::int64_t kLastMessages = 20 * kMillisecond;
/// Bytes inside libzmq above which a connection is looked at closely: more than an honest handshake and one batch.
constexpr std::uint64_t kGrowth = 512U << 10U;
/// A handshake that ZAP does not let through lasts at most so long (the socket's handshake_ivl), and something.
constexpr std::int64_t kHandshakes = 4 * kSecond;
/// Of tcp(7); linux/tcp.h does not name it.
constexpr std::uint8_t kEstablished = 1;

bool ask(int descriptor, tcp_info& info) {
  info = {};
  socklen_t size = sizeof info;
  return ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
}

std::uint64_t unread(int descriptor) {
  int bytes = 0;
  return ::ioctl(descriptor, SIOCINQ, &bytes) == 0 && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

}  // namespace

std::uint64_t Guard::on_wire(std::uint64_t size) {
  // "\x07MESSAGE", a short nonce, the box's tag, one byte of flags; then ZMTP's own flags and length.
  const std::uint64_t body = size + 8 + 8 + 16 + 1;
  return body + (body > 255 ? 9 : 2);
}

std::uint64_t Guard::cost(std::uint64_t wire_bytes) {
  // What is little is not counted so, or hundreds of honest agents in the midst of a batch would look like a flood.
  return wire_bytes <= kGrowth ? wire_bytes : wire_bytes * 9 / 2;
}

Guard::Guard(GuardLimits limits, Says says) : limits_(limits), says_(std::move(says)) {}

Guard::~Guard() {
  for (auto& [door, entry] : by_door_)
    if (entry.own >= 0) ::close(entry.own);
}

std::int64_t Guard::wait_all() const {
  return std::min(kAllMs * static_cast<long>(1 + by_door_.size() / kConnectionsPerStep), kSlowestMs) * kMillisecond;
}

long Guard::wait_ms() const { return hot_.empty() && leaving_.empty() ? wait_all() / kMillisecond : kHotMs; }

Guard::Entry* Guard::find(std::uint64_t door) {
  const auto found = by_door_.find(door);
  return found == by_door_.end() ? nullptr : &found->second;
}

std::string Guard::name_of(const Entry& entry) {
  const std::string at = entry.address.find(':') == std::string::npos
                             ? fmt::format("{}:{}", entry.address, entry.port)
                             : fmt::format("[{}]:{}", entry.address, entry.port);
  return entry.agent.empty() ? at : fmt::format("{} ({})", entry.agent, at);
}

void Guard::accepted(int descriptor, std::int64_t mono) {
  // An end that libzmq did not tell.
  gone_.erase(descriptor);
  if (const auto stale = by_descriptor_.find(descriptor); stale != by_descriptor_.end()) {
    if (find(stale->second)->ended != 0) say_end(*find(stale->second));
    remove(stale->second, mono);
  }
  Entry entry;
  entry.door = ++counter_;
  entry.descriptor = descriptor;
  entry.since = mono;
  entry.own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const bool known = entry.own >= 0 && ::getpeername(entry.own, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
                     ::getnameinfo(reinterpret_cast<sockaddr*>(&peer), size, host.data(), host.size(), port.data(),
                                   port.size(), NI_NUMERICHOST | NI_NUMERICSERV) == 0;
  if (!known) {
    // It is gone already; or there are no descriptors left, and then it must go.
    const bool none_left = entry.own < 0 && errno == EMFILE;
    if (entry.own >= 0) ::close(entry.own);
    if (none_left) ::shutdown(descriptor, SHUT_RDWR);
    if (none_left)
      says_.fact({Topic::flood, {}, {}, "there are no descriptors left for connections; one was closed"});
    else
      gone_.insert(descriptor);
    return;
  }
  entry.address = host.data();
  entry.port = port.data();
  by_descriptor_[descriptor] = entry.door;
  ++unspoken_;
  entry.hot = true;
  hot_.push_back(entry.door);
  const Entry& kept = by_door_.emplace(entry.door, std::move(entry)).first->second;
  if (unspoken_ > limits_.unspoken || by_door_.size() > limits_.connections) make_room(kept);
}

/// Ends the oldest connection without a word of the address that has the most of those, so that who fills the house
/// from one address is in its own way. With none of those the newest connection goes.
void Guard::make_room(const Entry& newest) {
  std::map<std::string_view, std::size_t> count;
  for (const auto& [door, entry] : by_door_)
    if (!entry.spoken && !entry.closing && entry.ended == 0) ++count[entry.address];
  std::string_view crowded;
  std::size_t most = 0;
  for (const auto& [address, n] : count)
    if (n > most) {
      most = n;
      crowded = address;
    }
  Entry* oldest = nullptr;
  for (auto& [door, entry] : by_door_)
    if (!entry.spoken && !entry.closing && entry.ended == 0 && entry.address == crowded &&
        (oldest == nullptr || door < oldest->door))
      oldest = &entry;
  if (oldest == nullptr) return end(*find(newest.door), Topic::flood, "one connection too many was closed");
  end(*oldest, Topic::flood, fmt::format("{} connections from there that say nothing; the oldest was closed", most));
}

void Guard::disconnected(int descriptor, std::int64_t mono) {
  const bool broke = std::exchange(failed_, false);
  const auto found = by_descriptor_.find(descriptor);
  if (found == by_descriptor_.end()) {
    if (gone_.erase(descriptor) > 0)
      says_.fact({Topic::handshake, {}, {}, "a connection did not speak the link's protocol and was closed at once"});
    return;
  }
  Entry& entry = *find(found->second);
  if (entry.ended != 0) return;
  tcp_info info{};
  entry.ended = std::max<std::int64_t>(mono, 1);
  entry.broke = broke;
  // The peer did not leave, so it was libzmq that dropped it.
  entry.dropped = !broke && ask(entry.own, info) && info.tcpi_state == kEstablished;
  leaving_.push_back(entry.door);
}

void Guard::expect_failure(const std::string& address, std::int64_t mono) {
  while (!expected_.empty() && (expected_.size() >= limits_.unspoken || mono - expected_.front().second > kHandshakes))
    expected_.pop_front();
  expected_.emplace_back(address, mono);
}

bool Guard::expected(const Entry& entry) {
  const auto found = std::find_if(expected_.begin(), expected_.end(), [&](const auto& failure) {
    return failure.first == entry.address && entry.ended - failure.second <= kHandshakes;
  });
  if (found == expected_.end()) return false;
  expected_.erase(found);
  return true;
}

/// Once its last messages were read, so that it has its name.
void Guard::say_end(const Entry& entry) {
  if (entry.closing) return;
  if (!entry.spoken && expected(entry)) return;
  if (entry.broke && entry.spoken)
    says_.fact({Topic::broken, entry.agent, entry.address,
                fmt::format("{}: broke the encryption's protocol and was closed", name_of(entry))});
  else if (entry.broke || (entry.dropped && !entry.spoken))
    says_.fact({Topic::handshake,
                {},
                entry.address,
                fmt::format("a connection from {} did not speak the link's protocol and was closed", name_of(entry))});
  else if (entry.dropped) {
    says_.fact({Topic::flood, entry.agent, entry.address,
                fmt::format("{}: a frame over the limit; the connection was closed", name_of(entry))});
    if (says_.flooded) says_.flooded(entry.door);
  }
}

void Guard::count_failure(const std::string& address, std::int64_t mono) {
  const auto agents = [&, house = origin_of(address)] {
    return static_cast<std::size_t>(std::count_if(by_door_.begin(), by_door_.end(), [&](const auto& entry) {
      return !entry.second.agent.empty() && entry.second.ended == 0 && origin_of(entry.second.address) == house;
    }));
  };
  if (crowds_.failed(address, agents, mono))
    says_.fact(
        {Topic::flood,
         {},
         address,
         fmt::format("{}: too many connections from there come to nothing; few new ones get in until it is quiet",
                     address)});
}

void Guard::remove(std::uint64_t door, std::int64_t mono) {
  Entry* const entry = find(door);
  if (entry == nullptr) return;
  if (entry->own >= 0) ::close(entry->own);
  if (!entry->spoken) {
    --unspoken_;
    count_failure(entry->address, mono);
  }
  held_ -= entry->cost;
  by_descriptor_.erase(entry->descriptor);
  std::erase(hot_, door);
  by_door_.erase(door);
  says_.ended(door);
}

std::uint64_t Guard::door(int descriptor, std::uint64_t number) const {
  const auto found = by_descriptor_.find(descriptor);
  // One that was accepted after this number was given is another connection.
  return found == by_descriptor_.end() || found->second > number ? 0 : found->second;
}

void Guard::spoke(std::uint64_t door, const std::string& agent) {
  Entry* const entry = find(door);
  if (entry == nullptr) return;
  if (!entry->spoken) --unspoken_;
  entry->spoken = true;
  entry->agent = agent;
}

void Guard::took(std::uint64_t door, std::uint64_t wire_bytes) {
  if (Entry* const entry = find(door)) entry->taken += wire_bytes;
}

void Guard::close(std::uint64_t door) {
  Entry* const entry = find(door);
  if (entry == nullptr || entry->closing || entry->ended != 0) return;
  entry->closing = true;
  // libzmq finds the end of its stream and clears away the rest.
  ::shutdown(entry->own, SHUT_RDWR);
}

void Guard::end(Entry& entry, Topic topic, const std::string& what) {
  says_.fact({topic, entry.agent, entry.address, fmt::format("{}: {}", name_of(entry), what)});
  close(entry.door);
  if (topic == Topic::flood && entry.spoken && says_.flooded) says_.flooded(entry.door);
}

void Guard::look(Entry& entry) {
  tcp_info info{};
  if (!ask(entry.own, info)) return;
  const std::uint64_t waiting = unread(entry.own);
  entry.received = info.tcpi_bytes_received;
  const std::uint64_t out = waiting + entry.taken;
  const std::uint64_t held = entry.received > out ? entry.received - out : 0;
  entry.held = held;
  held_ -= std::exchange(entry.cost, cost(held));
  held_ += entry.cost;
  if (entry.closing) return;
  if (!entry.spoken && entry.received > limits_.unspoken_bytes)
    return end(entry, Topic::handshake, "sent much before its first message and was closed");
  if (entry.held > limits_.held_bytes)
    return end(entry, Topic::flood,
               fmt::format("{} MiB of it without an end of a message; it was closed", entry.held >> 20U));
}

void Guard::watch(std::int64_t mono) {
  while (!leaving_.empty()) {
    Entry* const entry = find(leaving_.front());
    if (entry != nullptr && mono - entry->ended < kLastMessages) break;
    leaving_.pop_front();
    if (entry == nullptr) continue;
    say_end(*entry);
    remove(entry->door, mono);
  }
  if (mono - looked_at_all_ >= wait_all()) {
    looked_at_all_ = mono;
    for (auto& [door, entry] : by_door_) {
      if (entry.ended != 0) continue;
      const std::uint64_t before = entry.held;
      look(entry);
      if (entry.held <= before + kGrowth || entry.hot) continue;
      entry.hot = true;
      hot_.push_back(door);
    }
  } else if (mono - looked_at_hot_ >= kHotMs * kMillisecond) {
    for (const std::uint64_t door : hot_)
      if (Entry& entry = *find(door); entry.ended == 0) look(entry);
  } else {
    return;
  }
  looked_at_hot_ = mono;
  std::erase_if(hot_, [&](std::uint64_t door) {
    Entry& entry = *find(door);
    entry.hot = !entry.closing && entry.ended == 0 && (!entry.spoken || entry.held > kGrowth);
    return !entry.hot;
  });
  if (held_ <= limits_.all_held_bytes) return;
  Entry* largest = nullptr;
  for (auto& [door, entry] : by_door_)
    if (!entry.closing && entry.ended == 0 && (largest == nullptr || entry.held > largest->held)) largest = &entry;
  if (largest != nullptr && largest->held > kGrowth)
    end(*largest, Topic::flood,
        fmt::format("the link's memory is used up, {} MiB of it by this connection; it was closed",
                    largest->held >> 20U));
}

void Guard::tick(std::int64_t mono) {
  for (auto& [door, entry] : by_door_)
    if (!entry.spoken && !entry.closing && entry.ended == 0 && mono - entry.since > limits_.speak_within_ns)
      end(entry, Topic::handshake, "connected and said nothing; it was closed");
  if (crowds_.look(mono) && says_.crowds) says_.crowds(crowds_.crowds());
}

}  // namespace wf::link
