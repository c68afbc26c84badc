#include "tests/faults/relay.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <stdexcept>
#include <string>

namespace wf::test {
namespace {

constexpr std::size_t kMostBuffered = 1U << 20U;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void close_by_reset(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

}  // namespace

/// One direction of a connection.
struct Relay::Flow {
  struct Piece {
    std::int64_t due = 0;
    std::string bytes;
  };
  int from = -1, to = -1;
  std::deque<Piece> waiting;
  std::size_t buffered = 0, passed = 0;
  bool ended = false;   ///< the sender has no more
  bool closed = false;  ///< and the receiver knows
};

struct Relay::Pair {
  Flow out, back;
  bool dead() const { return out.closed && back.closed; }
};

Relay::Relay(int target_port, std::uint64_t seed) : target_port_(target_port), random_(seed) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the relay cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Relay::~Relay() {
  stop_ = true;
  thread_.join();
  for (const auto& pair : pairs_) {
    ::close(pair->out.from);
    ::close(pair->out.to);
  }
  ::close(listener_);
}

void Relay::set(const Line& line) {
  const std::lock_guard hold(mutex_);
  line_ = line;
}

void Relay::accept_one(const Line& line) {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  ++accepted_;
  const int target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(target_port_);
  if (line.refuse || ::connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(target);
    return close_by_reset(client);
  }
  ::fcntl(target, F_SETFL, O_NONBLOCK);
  const int at_once = 1;
  for (const int fd : {client, target}) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  auto pair = std::make_unique<Pair>();
  pair->out.from = pair->back.to = client;
  pair->out.to = pair->back.from = target;
  pairs_.push_back(std::move(pair));
}

/// False: the connection is to end by reset.
bool Relay::move(Pair& pair, const Line& line, std::int64_t now) {
  std::array<char, 65536> buffer{};
  for (Flow* const flow : {&pair.out, &pair.back}) {
    while (!flow->ended && flow->buffered < kMostBuffered) {
      const ssize_t n = ::recv(flow->from, buffer.data(), std::min(buffer.size(), line.piece), 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (n < 0) return false;
      if (n == 0) {
        flow->ended = true;
        break;
      }
      std::int64_t due = now + line.delay_ms;
      if (line.jitter_ms > 0) due += static_cast<std::int64_t>(random_() % static_cast<unsigned>(line.jitter_ms + 1));
      // A connection keeps its order: a piece that is late holds up those behind it.
      if (!flow->waiting.empty()) due = std::max(due, flow->waiting.back().due);
      flow->waiting.push_back({due, std::string(buffer.data(), static_cast<std::size_t>(n))});
      flow->buffered += static_cast<std::size_t>(n);
    }
    while (!flow->waiting.empty() && flow->waiting.front().due <= now) {
      std::string& bytes = flow->waiting.front().bytes;
      std::size_t size = std::min(bytes.size(), line.piece);
      const bool last = line.cut_after > 0 && flow->passed + size >= line.cut_after;
      if (last) size = line.cut_after > flow->passed ? line.cut_after - flow->passed : 0;
      const ssize_t n = size == 0 ? 0 : ::send(flow->to, bytes.data(), size, MSG_NOSIGNAL);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (n < 0 || last) return false;
      flow->passed += static_cast<std::size_t>(n);
      flow->buffered -= static_cast<std::size_t>(n);
      bytes.erase(0, static_cast<std::size_t>(n));
      if (bytes.empty()) flow->waiting.pop_front();
    }
    if (flow->ended && flow->waiting.empty() && !flow->closed) {
      ::shutdown(flow->to, SHUT_WR);
      flow->closed = true;
    }
  }
  return true;
}

void Relay::run() {
  while (!stop_) {
    Line line;
    {
      const std::lock_guard hold(mutex_);
      line = line_;
    }
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    std::int64_t wake = now_ms() + 20;
    for (const auto& pair : pairs_)
      for (const Flow* flow : {&pair->out, &pair->back}) {
        if (!flow->ended && !line.frozen && flow->buffered < kMostBuffered) fds.push_back({flow->from, POLLIN, 0});
        if (!flow->waiting.empty()) wake = std::min(wake, flow->waiting.front().due);
      }
    ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(wake - now_ms(), 1)));
    accept_one(line);
    const bool cut = cut_.exchange(false);
    const int half = half_close_.exchange(0);
    const std::int64_t now = now_ms();
    for (auto& pair : pairs_) {
      Flow& flow = half == 1 ? pair->out : pair->back;
      if (half != 0 && !flow.closed) {
        flow.waiting.clear();
        flow.buffered = 0;
        flow.ended = flow.closed = true;
        ::shutdown(flow.from, SHUT_RD);
        ::shutdown(flow.to, SHUT_WR);
      }
      if (!cut && (line.frozen || move(*pair, line, now)) && !pair->dead()) continue;
      if (!pair->dead()) ++resets_;
      close_by_reset(pair->out.from);
      close_by_reset(pair->out.to);
      pair.reset();
    }
    std::erase(pairs_, nullptr);
  }
}

}  // namespace wf::test
