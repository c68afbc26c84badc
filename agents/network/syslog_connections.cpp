#include "agents/network/syslog_connections.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>

#include "agents/kit/read/socket_listen.hpp"

namespace wf::network {
namespace {

constexpr std::size_t kStepBytes = 256U << 10U;  ///< of one connection, before the others have their turn

/// A peer that is gone without a word is noticed after about two minutes.
void keep_alive(const kit::Descriptor& socket) {
  const int on = 1, idle = 60, every = 20, times = 3;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
}

}  // namespace

bool SyslogConnections::step(const Receiver& receiver, const kit::Moment& moment) {
  accept_all(receiver, moment);
  for (Connection& c : connections_) c.waits = false;
  bool more = false;
  for (std::size_t i = 0; i < connections_.size() && !receiver.full(); ++i)
    more |= receive(connections_[(turn_ + i) % connections_.size()], receiver, moment);
  if (!connections_.empty()) turn_ = (turn_ + 1) % connections_.size();
  for (Connection& c : connections_)
    if (c.socket.open()) bound(c, receiver, moment);
  std::erase_if(connections_, [](const Connection& c) { return !c.socket.open(); });
  return more;
}

void SyslogConnections::end(Connection& c) {
  c.tls.reset();
  c.socket.reset();
}

void SyslogConnections::accept_all(const Receiver& receiver, const kit::Moment& moment) {
  while (listener_.open()) {
    kit::SocketAddress from;
    kit::Descriptor socket(::accept4(listener_.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.open()) return;
    std::string peer = from.host();
    const auto of_peer = std::count_if(connections_.begin(), connections_.end(),
                                       [&](const Connection& c) { return c.sender.address == peer; });
    if (static_cast<std::size_t>(of_peer) >= kMostOfOnePeer) {
      receiver.turned_away({"more than 32 connections", peer, "it is turned away until it ends some"});
      continue;
    }
    if (connections_.size() >= kMost && !make_room(moment)) {
      receiver.turned_away({"more than 128 connections", peer, "it is turned away until others end"});
      continue;
    }
    keep_alive(socket);
    Connection c;
    c.socket = std::move(socket);
    c.sender.address = std::move(peer);
    if (credentials_ != nullptr) c.tls = std::make_unique<tls::Session>(credentials_, c.socket.get());
    c.since = c.last = moment.mono;
    connections_.push_back(std::move(c));
  }
}

/// Ends the connection that has been silent longest, if it has been for a minute.
bool SyslogConnections::make_room(const kit::Moment& moment) {
  const auto oldest = std::min_element(connections_.begin(), connections_.end(),
                                       [](const Connection& a, const Connection& b) { return a.last < b.last; });
  if (moment.mono - oldest->last < kSilent) return false;
  end(*oldest);
  connections_.erase(oldest);
  return true;
}

/// What takes too long is ended, unless it is the receiver that others wait for.
void SyslogConnections::bound(Connection& c, const Receiver& receiver, const kit::Moment& moment) {
  if (!c.waits) return;
  if (c.tls != nullptr && !c.tls->established()) {
    if (moment.mono - c.since < kHandshake) return;
    receiver.turned_away(
        {"it did not end the TLS handshake within 10 s", c.sender.address, "its connection was ended"});
    return end(c);
  }
  if (!c.framing.waits_for_counted()) {
    c.unfinished = 0;
  } else if (c.unfinished == 0) {
    c.unfinished = moment.mono;
  } else if (moment.mono - c.unfinished >= kUnfinished) {
    receiver.broken({"a message was not finished within a minute", c.sender.address, "its connection was ended"});
    end(c);
  }
}

/// True once messages may be read.
bool SyslogConnections::shake(Connection& c, const Receiver& receiver, const kit::Moment& moment) {
  using Step = tls::Session::Step;
  const Step step = c.tls->handshake();
  if (step == Step::wait) c.waits = true;
  if (step == Step::wait) return false;
  if (step == Step::done) {
    c.sender.certificate = c.tls->peer();
    c.last = moment.mono;
    return true;
  }
  if (step == Step::failed) {
    Error why = c.tls->problem();
    why.where = c.sender.address;
    receiver.turned_away(why);
  }
  end(c);
  return false;
}

SyslogConnections::Got SyslogConnections::read(Connection& c, const Receiver& receiver, std::size_t& got) {
  using Step = tls::Session::Step;
  if (c.tls != nullptr) {
    const Step step = c.tls->read(in_.data(), in_.size(), got);
    if (step == Step::failed) {
      Error why = c.tls->problem();
      why.where = c.sender.address;
      receiver.turned_away(why);
    }
    return step == Step::done ? Got::bytes : step == Step::wait ? Got::nothing : Got::end;
  }
  for (;;) {
    const ssize_t n = ::recv(c.socket.get(), in_.data(), in_.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Got::nothing;
    if (n <= 0) return Got::end;
    got = static_cast<std::size_t>(n);
    return Got::bytes;
  }
}

/// True when there may be more at once.
bool SyslogConnections::receive(Connection& c, const Receiver& receiver, const kit::Moment& moment) {
  if (!c.socket.open()) return false;
  if (c.tls != nullptr && !c.tls->established() && !shake(c, receiver, moment)) return false;
  std::size_t bytes = 0;
  c.unread = false;
  while (c.socket.open() && !receiver.full() && bytes < kStepBytes) {
    std::size_t got = 0;
    const Got what = read(c, receiver, got);
    if (what == Got::nothing) {
      c.waits = true;
      return false;
    }
    if (what == Got::bytes) {
      c.last = moment.mono;
      bytes += got;
      c.framing.feed({in_.data(), got});
    }
    cut(c, what == Got::end, receiver);
    if (what == Got::end) end(c);
  }
  c.unread = c.socket.open() && c.tls != nullptr && c.tls->has_more();
  return c.socket.open();
}

void SyslogConnections::cut(Connection& c, bool ended, const Receiver& receiver) {
  const std::string& peer = c.sender.address;
  for (;;) {
    std::string_view message;
    switch (c.framing.next(ended, message)) {
      case SyslogFraming::Next::message:
        c.unfinished = 0;
        receiver.take(message, c.sender);
        continue;
      case SyslogFraming::Next::too_long:
        receiver.broken({"a message of more than 64 KiB", peer, "it was passed over; let its sender shorten it"});
        continue;
      case SyslogFraming::Next::broken:
        receiver.broken({"the connection ended in the middle of a message", peer, ""});
        continue;
      case SyslogFraming::Next::more:
        break;
    }
    break;
  }
  // Many that each hold half a message: whoever goes beyond what all may hold loses it.
  std::size_t held = 0;
  for (const Connection& other : connections_) held += other.framing.held();
  if (held <= kMostHeld) return;
  receiver.broken(
      {"unfinished messages of all connections together are more than 1 MiB", peer, "this connection was ended"});
  end(c);
}

void SyslogConnections::add_fds(std::vector<pollfd>& fds) const {
  if (listener_.open()) fds.push_back({listener_.get(), POLLIN, 0});
  for (const Connection& c : connections_) {
    const bool write = c.tls != nullptr && !c.tls->established() && c.tls->wants_write();
    fds.push_back({c.socket.get(), static_cast<short>(write ? POLLOUT : POLLIN), 0});
  }
}

std::int64_t SyslogConnections::next_wake() const {
  std::int64_t out = kit::kNever;
  for (const Connection& c : connections_) {
    if (c.unread) return 0;
    if (c.tls != nullptr && !c.tls->established()) out = std::min(out, c.since + kHandshake);
    if (c.unfinished != 0) out = std::min(out, c.unfinished + kUnfinished);
  }
  return out;
}

}  // namespace wf::network
