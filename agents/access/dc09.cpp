#include "agents/access/dc09.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "agents/access/dc09_receiver.hpp"
#include "agents/kit/read/socket_listen.hpp"

namespace wf::access {
namespace {

constexpr std::int64_t kRetry = 5 * kSecond;
constexpr std::int64_t kHalfFrame = 30 * kSecond;  ///< an unfinished message may take this long
constexpr std::int64_t kStranger = 30 * kSecond;   ///< who never said anything of use may stay this long
constexpr std::int64_t kQuiet = 15 * kMinute;      ///< a panel that keeps its connection may be quiet this long
constexpr std::size_t kMostWaiting = 256;          ///< answers that wait for the disk
constexpr std::size_t kMostUnsent = 16U << 10U;
constexpr int kMostBroken = 8;                 ///< in a row, then the connection is closed
constexpr int kAccepts = 16, kDatagrams = 64;  ///< in one step
constexpr std::size_t kMostConfig = 1U << 20U;

/// A panel's TCP connection.
struct Connection {
  kit::Descriptor socket;
  std::uint64_t number = 0;
  std::string peer;
  std::string in, out;
  std::int64_t last = 0;  ///< CLOCK_MONOTONIC when bytes came
  bool known = false;     ///< a message of an account of ours came
  int broken = 0;
};

/// An answer that waits until its events are durable.
struct Waiting {
  std::uint64_t connection = 0;  ///< 0: a datagram
  kit::SocketAddress to;
  std::string bytes;
};

/// More than line ends: a message has begun.
bool begun(std::string_view bytes) { return bytes.find_first_not_of(" \t\r\n") != std::string_view::npos; }

class Dc09Source final : public kit::Source {
 public:
  Dc09Source(const kit::SourceSpec& spec, Dc09Config config, Dc09Keys keys)
      : Source(spec), receiver_(std::move(config), std::move(keys), [](std::span<std::uint8_t> bytes) {
          randombytes_buf(bytes.data(), bytes.size());
        }) {}

  std::vector<Error> check() override {
    std::vector<Error> out;
    const Dc09Config& config = receiver_.config();
    for (const auto& [address, type] : {std::pair{&config.tcp, SOCK_STREAM}, std::pair{&config.udp, SOCK_DGRAM}}) {
      if (address->text.empty() || (address == &config.tcp ? tcp_ : udp_).open()) continue;
      const Result<kit::Descriptor> tried = kit::listen_on(address->host, address->port, type, config.file);
      // An agent that runs listens there already.
      if (!tried && errno != EADDRINUSE) out.push_back(tried.error());
    }
    return out;
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a receiver has no end at which it could stop", spec().name, "leave out --once"};
    receiver_.start(position, moment);
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!listening() && moment.mono >= retry_at_) open(moment);
    bool more = accept_new(moment);
    for (Connection& connection : connections_) {
      if (sink.full() || waiting_.size() >= kMostWaiting) break;
      more |= read(connection, moment);
      hand_over(sink, moment);
    }
    if (!sink.full() && waiting_.size() < kMostWaiting) more |= receive(moment);
    receiver_.supervise(moment, events_);
    hand_over(sink, moment);
    drop_idle(moment);
    std::erase_if(connections_, [](const Connection& connection) { return !connection.socket.open(); });
    return more && !sink.full() && waiting_.size() < kMostWaiting;
  }

  std::string position() const override { return receiver_.position(); }

  void durable(const kit::Moment&) override {
    handed_over_ = false;
    for (Waiting& answer : std::exchange(waiting_, {})) {
      if (answer.connection == 0) {
        send_datagram(answer.to, answer.bytes);
        continue;
      }
      const auto it = std::find_if(connections_.begin(), connections_.end(),
                                   [&](const Connection& one) { return one.number == answer.connection; });
      if (it != connections_.end()) send(*it, answer.bytes);
    }
  }

  void add_fds(std::vector<pollfd>& fds) const override {
    // What waits for the disk is answered first.
    const bool reads = waiting_.size() < kMostWaiting;
    if (tcp_.open()) fds.push_back({tcp_.get(), POLLIN, 0});
    if (udp_.open() && reads) fds.push_back({udp_.get(), POLLIN, 0});
    for (const Connection& connection : connections_) {
      const int events = (reads ? POLLIN : 0) | (connection.out.empty() ? 0 : POLLOUT);
      if (connection.socket.open()) fds.push_back({connection.socket.get(), static_cast<short>(events), 0});
    }
  }

  /// Alarms do not wait for room on the disk: they take the place of what is worth less.
  bool can_wait() const override { return false; }

  std::int64_t next_wake() const override {
    std::int64_t wake = std::min(receiver_.next_wake(), listening() ? kit::kNever : retry_at_);
    for (const Connection& connection : connections_) wake = std::min(wake, connection.last + patience(connection));
    return wake;
  }

 private:
  [[nodiscard]] bool listening() const {
    const Dc09Config& config = receiver_.config();
    return (config.tcp.text.empty() || tcp_.open()) && (config.udp.text.empty() || udp_.open());
  }

  [[nodiscard]] static std::int64_t patience(const Connection& connection) {
    return begun(connection.in) ? kHalfFrame : connection.known ? kQuiet : kStranger;
  }

  void open(const kit::Moment& moment) {
    const Dc09Config& config = receiver_.config();
    std::string problem;
    const auto listen = [&](const ListenAddress& address, int type, kit::Descriptor& out) {
      if (address.text.empty() || out.open()) return;
      Result<kit::Descriptor> opened =
          kit::listen_on(address.host, address.port, type, spec().name + " " + address.text);
      if (opened)
        out = std::move(*opened);
      else if (problem.empty())
        problem = opened.error().text();
    };
    listen(config.tcp, SOCK_STREAM, tcp_);
    listen(config.udp, SOCK_DGRAM, udp_);
    retry_at_ = moment.mono + kRetry;
    set_state(problem.empty() ? "running" : "waiting", problem);
  }

  bool accept_new(const kit::Moment& moment) {
    for (int i = 0; tcp_.open() && i < kAccepts; ++i) {
      kit::SocketAddress from;
      kit::Descriptor socket(::accept4(tcp_.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket.open()) return false;
      const std::string peer = from.host();
      if (!make_room(peer)) {
        refuse({"more connections than there may be", peer, "raise 'connections' in " + receiver_.config().file});
        continue;
      }
      Connection connection;
      connection.socket = std::move(socket);
      connection.number = ++numbers_;
      connection.peer = peer;
      connection.last = moment.mono;
      connections_.push_back(std::move(connection));
    }
    return tcp_.open();
  }

  /// One address may have a quarter of the connections; who never said anything of use goes first.
  bool make_room(const std::string& peer) {
    const std::size_t most = receiver_.config().connections, each = std::max<std::size_t>(4, most / 4);
    const auto count = [&](const auto& which) {
      return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), which));
    };
    const auto open = [](const Connection& one) { return one.socket.open(); };
    if (count([&](const Connection& one) { return one.socket.open() && one.peer == peer; }) >= each &&
        !drop_stranger([&](const Connection& one) { return one.peer == peer; }))
      return false;
    return count(open) < most || drop_stranger([](const Connection&) { return true; });
  }

  template <class Which>
  bool drop_stranger(Which which) {
    Connection* oldest = nullptr;
    for (Connection& one : connections_)
      if (one.socket.open() && !one.known && which(one) && (oldest == nullptr || one.last < oldest->last))
        oldest = &one;
    if (oldest != nullptr) oldest->socket.reset();
    return oldest != nullptr;
  }

  bool read(Connection& connection, const kit::Moment& moment) {
    if (!connection.socket.open()) return false;
    if (!connection.out.empty()) send(connection, {});
    std::array<char, 4096> bytes;
    const ssize_t n = connection.socket.open() ? ::recv(connection.socket.get(), bytes.data(), bytes.size(), 0) : 0;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) {
      if (begun(connection.in))
        refuse({"the connection ended in the middle of a message", connection.peer, "the panel will send it again"});
      connection.socket.reset();
      return false;
    }
    connection.last = moment.mono;
    connection.in.append(bytes.data(), static_cast<std::size_t>(n));
    cut(connection, moment);
    return static_cast<std::size_t>(n) == bytes.size();
  }

  void cut(Connection& connection, const kit::Moment& moment) {
    std::string_view left = connection.in;
    while (connection.socket.open()) {
      const Dc09Cut found = cut_frame(left);
      left.remove_prefix(found.consumed);
      if (found.what == Dc09Cut::What::more && found.consumed == 0) break;
      if (found.what == Dc09Cut::What::more) continue;
      count_read();
      if (found.what == Dc09Cut::What::broken) {
        refuse({found.error.what, connection.peer, found.error.to_do});
        if (++connection.broken >= kMostBroken) connection.socket.reset();
        continue;
      }
      connection.broken = 0;
      Dc09Answer answer = receiver_.take(found.body, found.binary_crc, connection.peer, moment, events_);
      if (answer.refused) refuse(*answer.refused);
      // Whose message is refused is answered and stays a stranger.
      connection.known |= !answer.refused && !answer.bytes.empty();
      if (answer.bytes.empty()) continue;
      if (answer.when_durable && undecided())
        waiting_.push_back({connection.number, {}, std::move(answer.bytes)});
      else
        send(connection, answer.bytes);
    }
    connection.in.erase(0, connection.in.size() - left.size());
  }

  /// Events are on their way that are not durable yet.
  [[nodiscard]] bool undecided() const { return handed_over_ || !events_.empty(); }

  bool receive(const kit::Moment& moment) {
    std::array<char, kDc09Longest + 1> bytes;
    for (int i = 0; udp_.open() && i < kDatagrams && waiting_.size() < kMostWaiting; ++i) {
      kit::SocketAddress from;
      const ssize_t n = ::recvfrom(udp_.get(), bytes.data(), bytes.size(), 0, from.get(), &from.size);
      if (n < 0) return false;
      const std::string peer = from.host();
      std::string_view left(bytes.data(), static_cast<std::size_t>(n));
      while (!left.empty()) {
        const Dc09Cut found = cut_frame(left);
        left.remove_prefix(found.consumed);
        if (found.what == Dc09Cut::What::more && found.consumed > 0) continue;
        if (!begun(left) && found.what == Dc09Cut::What::more) break;
        count_read();
        if (found.what == Dc09Cut::What::more) {
          refuse({"half a message in a datagram", peer, "a datagram holds whole messages"});
          break;
        }
        if (found.what == Dc09Cut::What::broken) {
          refuse({found.error.what, peer, found.error.to_do});
          continue;
        }
        Dc09Answer answer = receiver_.take(found.body, found.binary_crc, peer, moment, events_);
        if (answer.refused) refuse(*answer.refused);
        if (answer.bytes.empty()) continue;
        if (answer.when_durable && undecided())
          waiting_.push_back({0, from, std::move(answer.bytes)});
        else
          send_datagram(from, answer.bytes);
      }
    }
    return udp_.open();
  }

  void hand_over(kit::Sink& sink, const kit::Moment& moment) {
    for (Event& event : events_) emit(sink, std::move(event), moment);
    handed_over_ |= !events_.empty();
    events_.clear();
  }

  void send_datagram(const kit::SocketAddress& to, const std::string& bytes) {
    // A panel that gets no answer asks again.
    if (udp_.open()) (void)::sendto(udp_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, to.get(), to.size);
  }

  void send(Connection& connection, const std::string& bytes) {
    if (!connection.socket.open()) return;
    connection.out += bytes;
    while (!connection.out.empty()) {
      const ssize_t n = ::send(connection.socket.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN && connection.out.size() <= kMostUnsent) return;
      if (n < 0) return connection.socket.reset();
      connection.out.erase(0, static_cast<std::size_t>(n));
    }
  }

  void drop_idle(const kit::Moment& moment) {
    for (Connection& connection : connections_) {
      if (!connection.socket.open() || moment.mono - connection.last < patience(connection)) continue;
      if (begun(connection.in))
        refuse({"half a message, and no more of it for 30 s", connection.peer, "the panel will send it again"});
      connection.socket.reset();
    }
  }

  Dc09Receiver receiver_;
  kit::Descriptor tcp_, udp_;
  std::vector<Connection> connections_;
  std::vector<Waiting> waiting_;
  std::vector<Event> events_;  ///< made, and not handed over yet
  bool handed_over_ = false;   ///< something was, since durable() was called
  std::uint64_t numbers_ = 0;
  std::int64_t retry_at_ = 0;
};

Result<std::string> read_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return Error{std::string("the configuration cannot be read: ") + std::strerror(errno), file, "check path and mode"};
  std::string text(kMostConfig + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (text.size() > kMostConfig) return Error{"the configuration is larger than 1 MiB", file, "is it the right file?"};
  return text;
}

}  // namespace

const char* const kDc09Help =
    "FILE.yaml; receives the reports of intrusion and fire panels (ANSI/SIA DC-09 on TCP and UDP)";

kit::SourceMade make_dc09(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({});
  if (spec.address.empty()) {
    made.problems.push_back(
        {"a dc09 source needs its configuration", spec.where, "write dc09:/etc/watchfloor/dc09.yaml"});
    return made;
  }
  Result<std::string> text = read_text(spec.address);
  if (!text) {
    made.problems.push_back(text.error());
    return made;
  }
  Dc09Config config = read_dc09_config(*text, spec.address, made.problems);
  Dc09Keys keys;
  if (!config.keys_file.empty()) keys = read_dc09_keys(config.keys_file, made.problems);
  for (const PanelAccount& account : config.accounts) {
    if (!account.encrypted || keys.contains(account.account) || keys.contains("*") || account.account.empty()) continue;
    // A file of keys that could not be read was named already.
    if (!made.problems.empty() && keys.empty() && !config.keys_file.empty()) continue;
    made.problems.push_back(
        {"account " + account.account + " has no key", spec.address,
         "add its key to the file that 'keys:' names, or say 'encrypted: false' if the panel cannot"});
  }
  if (made.problems.empty()) made.source = std::make_unique<Dc09Source>(spec, std::move(config), std::move(keys));
  return made;
}

}  // namespace wf::access
