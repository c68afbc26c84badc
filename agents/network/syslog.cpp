#include "agents/network/syslog.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "agents/kit/follow_source.hpp"
#include "agents/kit/socket_listen.hpp"
#include "agents/network/datagrams.hpp"
#include "agents/network/listener.hpp"
#include "agents/network/syslog_event.hpp"
#include "agents/network/syslog_framing.hpp"

namespace wf::network {
namespace {

constexpr std::size_t kMostLine = 64U << 10U;
constexpr std::size_t kMostConnections = 128, kMostOfOnePeer = 32;
constexpr std::size_t kMostHeld = 1U << 20U;  ///< bytes of unfinished messages, of all connections together
constexpr std::size_t kReceiveBytes = 32U << 10U;
constexpr std::size_t kStepBytes = 256U << 10U;  ///< of one connection, before the others have their turn
constexpr int kStepDatagrams = 64;               ///< times sixteen
constexpr std::int64_t kSilent = 60 * kSecond;   ///< whose place may be given to another
constexpr std::int64_t kRetry = kSecond;

/// A file of syslog lines, as a central rsyslog writes it.
class SyslogFile final : public kit::FollowSource {
 public:
  SyslogFile(const kit::SourceSpec& spec, kit::Zone zone) : FollowSource(spec, options()), reader_(zone) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    events_.clear();
    if (Result<void> read = reader_.read(record.text, {}, true, moment.now, events_); !read) return read.error();
    for (Event& event : events_) emit(sink, std::move(event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.record_limit = kMostLine;
    return options;
  }
  SyslogReader reader_;
  std::vector<Event> events_;
};

struct Connection {
  kit::Descriptor socket;
  std::string peer;
  SyslogFraming framing{kMostLine};
  std::int64_t last = 0;  ///< CLOCK_MONOTONIC when bytes came
  bool readable = true;   ///< there may be more to read
};

/// Receives on UDP, TCP or both. What the kernel holds is lost with the agent; nothing else waits here.
class SyslogListener final : public kit::Source {
 public:
  SyslogListener(const kit::SourceSpec& spec, ListenAddress address, kit::Zone zone)
      : Source(spec), address_(std::move(address)), reader_(zone) {}

  [[nodiscard]] std::vector<Error> check() override {
    std::vector<Error> out;
    for (const auto& [wanted, type] : {std::pair{address_.udp, SOCK_DGRAM}, std::pair{address_.tcp, SOCK_STREAM}}) {
      if (!wanted) continue;
      const Result<kit::Descriptor> tried = kit::listen_on(address_.host, address_.port, type, address_.text);
      // An agent that runs listens there already.
      if (!tried && errno != EADDRINUSE) out.push_back(tried.error());
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> remarks() const override {
    std::vector<std::string> out;
    if (address_.udp) {
      out.push_back(
          address_.text +
          ": anybody who reaches the port can forge what comes over UDP, and what is lost on the way is not counted");
      Datagrams tried;
      if (Result<kit::Descriptor> socket =
              kit::listen_on(address_.host.empty() ? "127.0.0.1" : address_.host, 0, SOCK_DGRAM, ""))
        tried.open(std::move(*socket));
      if (tried.is_open() && tried.buffer_bytes() < (1 << 20))
        out.push_back(address_.text + ": the system lets a socket hold " + std::to_string(tried.buffer_bytes() >> 10) +
                      " KiB; a burst beyond is lost (and counted); raise net.core.rmem_max to 4194304");
    }
    if (address_.tcp) out.push_back(address_.text + ": TCP without TLS is readable and can be forged on the way");
    return out;
  }

  [[nodiscard]] Result<void> start(std::string_view, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a listener has no end at which it could stop", spec().name, "leave out --once"};
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (moment.mono >= retry_at_ && !listening()) open(moment);
    bool more = receive_datagrams(sink, moment);
    accept_all(moment);
    for (std::size_t i = 0; i < connections_.size() && !sink.full(); ++i)
      more |= receive(connections_[(turn_ + i) % connections_.size()], sink, moment);
    if (!connections_.empty()) turn_ = (turn_ + 1) % connections_.size();
    std::erase_if(connections_, [](const Connection& c) { return !c.socket.open(); });
    return more;
  }

  [[nodiscard]] std::string position() const override { return {}; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (datagrams_.is_open()) fds.push_back({datagrams_.fd(), POLLIN, 0});
    if (listener_.open()) fds.push_back({listener_.get(), POLLIN, 0});
    for (const Connection& c : connections_) fds.push_back({c.socket.get(), POLLIN, 0});
  }
  /// Datagrams cannot; a sender on TCP is made to wait by the connection itself.
  [[nodiscard]] bool can_wait() const override { return !address_.udp; }
  [[nodiscard]] std::int64_t next_wake() const override { return listening() ? kit::kNever : retry_at_; }

 private:
  [[nodiscard]] bool listening() const {
    return (!address_.udp || datagrams_.is_open()) && (!address_.tcp || listener_.open());
  }

  void open(const kit::Moment& moment) {
    retry_at_ = moment.mono + kRetry;
    std::string problem;
    if (address_.udp && !datagrams_.is_open()) {
      Result<kit::Descriptor> socket = kit::listen_on(address_.host, address_.port, SOCK_DGRAM, spec().name);
      if (socket)
        datagrams_.open(std::move(*socket));
      else
        problem = socket.error().text();
    }
    if (address_.tcp && !listener_.open()) {
      Result<kit::Descriptor> socket = kit::listen_on(address_.host, address_.port, SOCK_STREAM, spec().name);
      if (socket)
        listener_ = std::move(*socket);
      else
        problem = socket.error().text();
    }
    set_state(problem.empty() ? "running" : "waiting", problem);
  }

  void take(std::string_view message, const std::string& peer, kit::Sink& sink, const kit::Moment& moment) {
    if (message.find_first_not_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos) return;
    count_read();
    events_.clear();
    if (Result<void> read = reader_.read(message, peer, false, moment.now, events_); !read) {
      Error why = read.error();
      why.where = peer;
      refuse(why);
      return;
    }
    for (Event& event : events_) emit(sink, std::move(event), moment);
  }

  bool receive_datagrams(kit::Sink& sink, const kit::Moment& moment) {
    std::size_t received = 1;
    int times = 0;
    for (; received > 0 && times < kStepDatagrams && !sink.full(); ++times)
      received = datagrams_.receive(
          [&](std::string_view bytes, const std::string& peer, bool) { take(bytes, peer, sink, moment); });
    if (const std::uint64_t lost = datagrams_.dropped(); lost > 0) {
      count_read(lost);
      refuse({std::to_string(lost) +
                  " datagrams were lost: more came than could be read, and the system's buffer was full",
              address_.text, "raise net.core.rmem_max, or let senders use TCP"},
             lost);
    }
    return received > 0;
  }

  void accept_all(const kit::Moment& moment) {
    while (listener_.open()) {
      kit::SocketAddress from;
      kit::Descriptor socket(::accept4(listener_.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket.open()) return;
      std::string peer = from.host();
      const auto of_peer =
          std::count_if(connections_.begin(), connections_.end(), [&](const Connection& c) { return c.peer == peer; });
      if (static_cast<std::size_t>(of_peer) >= kMostOfOnePeer) {
        refuse({"more than 32 connections", peer, "it is turned away until it ends some"});
        continue;
      }
      if (connections_.size() >= kMostConnections && !make_room(moment)) {
        refuse({"more than 128 connections", peer, "it is turned away until others end"});
        continue;
      }
      Connection c;
      c.socket = std::move(socket);
      c.peer = std::move(peer);
      c.last = moment.mono;
      connections_.push_back(std::move(c));
    }
  }

  /// Ends the connection that has been silent longest, if it has been for a minute.
  bool make_room(const kit::Moment& moment) {
    const auto oldest = std::min_element(connections_.begin(), connections_.end(),
                                         [](const Connection& a, const Connection& b) { return a.last < b.last; });
    if (moment.mono - oldest->last < kSilent) return false;
    connections_.erase(oldest);
    return true;
  }

  /// True when there may be more at once.
  bool receive(Connection& c, kit::Sink& sink, const kit::Moment& moment) {
    std::size_t bytes = 0;
    while (c.socket.open() && !sink.full() && bytes < kStepBytes) {
      const ssize_t n = ::recv(c.socket.get(), in_.data(), in_.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return false;
      if (n > 0) {
        c.last = moment.mono;
        bytes += static_cast<std::size_t>(n);
        c.framing.feed({in_.data(), static_cast<std::size_t>(n)});
      }
      const bool ended = n <= 0;
      cut(c, ended, sink, moment);
      if (ended) c.socket.reset();
    }
    return c.socket.open();
  }

  void cut(Connection& c, bool ended, kit::Sink& sink, const kit::Moment& moment) {
    for (;;) {
      std::string_view message;
      switch (c.framing.next(ended, message)) {
        case SyslogFraming::Next::message:
          take(message, c.peer, sink, moment);
          continue;
        case SyslogFraming::Next::too_long:
          count_read();
          refuse({"a message of more than 64 KiB", c.peer, "it was passed over; let its sender shorten it"});
          continue;
        case SyslogFraming::Next::broken:
          count_read();
          refuse({"the connection ended in the middle of a message", c.peer, ""});
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
    count_read();
    refuse(
        {"unfinished messages of all connections together are more than 1 MiB", c.peer, "this connection was ended"});
    c.socket.reset();
  }

  ListenAddress address_;
  SyslogReader reader_;
  Datagrams datagrams_;
  kit::Descriptor listener_;
  std::vector<Connection> connections_;
  std::size_t turn_ = 0;
  std::int64_t retry_at_ = 0;
  std::array<char, kReceiveBytes> in_{};
  std::vector<Event> events_;
};

}  // namespace

const char* const kSyslogHelp =
    "udp://HOST:PORT, tcp://HOST:PORT, or HOST:PORT for both; or the PATH of a file of syslog lines; tz=ZONE of time "
    "stamps without an offset (this machine's otherwise)";

kit::SourceMade make_syslog(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"tz"});
  Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  if (spec.address.empty()) {
    made.problems.push_back({"a syslog source needs an address to listen on, or the path of a file", spec.where,
                             "write syslog:udp://0.0.0.0:514 or syslog:/var/log/remote.log"});
    return made;
  }
  if (spec.address.find('/') != std::string::npos && spec.address.find("://") == std::string::npos) {
    if (made.problems.empty()) made.source = std::make_unique<SyslogFile>(spec, *zone);
    return made;
  }
  Result<ListenAddress> address = parse_listen_address(spec.address);
  if (!address) {
    made.problems.push_back(address.error());
  } else if (address->tls) {
    made.problems.push_back({"this agent has no TLS yet", spec.where,
                             "listen on tcp://127.0.0.1:PORT behind stunnel, or let rsyslog receive TLS and forward"});
  }
  if (made.problems.empty()) made.source = std::make_unique<SyslogListener>(spec, std::move(*address), *zone);
  return made;
}

}  // namespace wf::network
