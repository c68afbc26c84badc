#include "console/link/link_server.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>
#include <zmq.hpp>

#include "console/link/address.hpp"
#include "console/link/key_files.hpp"
#include "console/link/sessions.hpp"
#include "console/link/zap.hpp"

namespace wf::link {
namespace {

/// ZMQ_ZAP_ENFORCE_DOMAIN. libzmq 4.3 has it in every build; its header names it for draft builds only.
constexpr int kEnforceDomain = 93;
constexpr int kHandshakeMs = 3000;
/// A frame above it costs its sender the connection, before it is read. Twice the largest batch, so that a batch
/// that is merely too large is refused with a reason.
constexpr std::int64_t kMaxFrameBytes = 2 * static_cast<std::int64_t>(kMaxBatchBytes);
/// Batches that wait inside libzmq for one connection; when they are full, TCP holds the agent back.
constexpr int kReceiveAhead = 32;
constexpr int kMessagesAtOnce = 256;
constexpr std::size_t kMostFrames = 4;
constexpr long kTickMs = 250;
constexpr long kOfferMs = 2;
constexpr const char* kMonitor = "inproc://link-monitor";

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error bind_error(const std::string& endpoint, int reason) {
  switch (reason) {
    case EADDRINUSE:
      return {"this port is in use by another program", endpoint,
              "stop that program (`ss -ltnp` names it) or choose another with --listen"};
    case EADDRNOTAVAIL:
    case ENODEV:
      return {"this machine has no such address", endpoint, "listen on one of `ip address`, or on tcp://*:7710"};
    case EACCES:
      return {"this user may not listen there", endpoint, "choose a port above 1023 with --listen"};
    case EINVAL:
    case EPROTONOSUPPORT:
      return {"this is no address to listen on", endpoint, "use tcp://ADDRESS:PORT, for example tcp://127.0.0.1:7710"};
    default:
      return {fmt::format("cannot listen: {}", zmq_strerror(reason)), endpoint, "choose another with --listen"};
  }
}

/// An ipc endpoint has no encryption: only its directory guards it.
Result<void> check_private(const std::string& endpoint) {
  const std::filesystem::path directory = std::filesystem::path(endpoint.substr(6)).parent_path();
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0)
    return Error{fmt::format("cannot listen in this directory: {}", std::strerror(errno)), directory.string(),
                 "make it with mode 0700"};
  if (!S_ISDIR(info.st_mode) || (info.st_mode & 077U) != 0 || info.st_uid != ::geteuid())
    return Error{"others may enter this directory, and ipc has no encryption", directory.string(),
                 "chmod 700 it, as its owner, or listen on tcp://"};
  return {};
}

std::vector<std::string> receive_all(zmq::socket_t& socket, zmq::message_t& first, std::size_t most) {
  std::vector<std::string> out;
  out.emplace_back(first.to_string_view());
  bool more = first.more();
  while (more) {
    zmq::message_t part;
    if (!socket.recv(part, zmq::recv_flags::none)) break;
    more = part.more();
    if (out.size() < most) out.emplace_back(part.to_string_view());
  }
  return out;
}

/// A property of the connection that a message came by; empty if it has none.
std::string property(zmq::message_t& message, const char* name) {
  const char* const text = zmq_msg_gets(message.handle(), name);
  return text == nullptr ? std::string() : std::string(text);
}

class Server final : public LinkServer {
 public:
  Server(LinkOptions options, LinkHandlers handlers)
      : options_(std::move(options)),
        handlers_(std::move(handlers)),
        plain_(options_.endpoint.starts_with("ipc://")),
        admission_(options_.keys, options_.clock),
        sessions_(options_, handlers_, admission_, plain_,
                  [this](const std::string& route, const std::string& header) { return send(route, header); }) {}

  ~Server() override {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
    // The monitor's other end belongs to the router: end it before its reader goes.
    zmq_socket_monitor(router_.handle(), nullptr, 0);
    if (wake_ >= 0) ::close(wake_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Result<void> open() {
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ < 0)
      return Error{fmt::format("cannot make an eventfd: {}", std::strerror(errno)), "link", "raise `ulimit -n`"};
    Result<KeyPair> keys = engine_keys(options_.keys);
    if (!keys) return keys.error();
    if (plain_)
      if (Result<void> good = check_private(options_.endpoint); !good) return good;
    try {
      // Before the socket that it guards: without a handler libzmq admits unknown keys.
      zap_.bind("inproc://zeromq.zap.01");
      configure(*keys);
      if (zmq_socket_monitor(router_.handle(), kMonitor,
                             ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) != 0)
        throw zmq::error_t();
      monitor_.connect(kMonitor);
    } catch (const zmq::error_t& e) {
      return Error{fmt::format("libzmq cannot guard the link: {}", e.what()), options_.endpoint,
                   "install libzmq 4.3 or newer"};
    }
    try {
      router_.bind(options_.endpoint);
    } catch (const zmq::error_t& e) {
      return bind_error(options_.endpoint, e.num());
    }
    endpoint_ = router_.get(zmq::sockopt::last_endpoint);
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void acknowledge(const BatchOrigin& origin, std::uint32_t count, std::uint64_t reply_to) override {
    {
      const std::lock_guard hold(mutex_);
      done_.push_back({origin, count, reply_to});
    }
    wake();
  }
  std::vector<PeerState> peers() const override { return sessions_.peers(); }
  std::string endpoint() const override { return endpoint_; }
  std::int64_t last_turn() const override { return last_turn_; }

 private:
  void configure(const KeyPair& keys) {
    router_.set(zmq::sockopt::linger, 0);
    router_.set(zmq::sockopt::zap_domain, std::string(kZapDomain));
    const int enforce = 1;
    if (zmq_setsockopt(router_.handle(), kEnforceDomain, &enforce, sizeof enforce) != 0) throw zmq::error_t();
    if (!plain_) {
      router_.set(zmq::sockopt::curve_server, 1);
      router_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
      router_.set(zmq::sockopt::curve_publickey, keys.public_key);
    }
    router_.set(zmq::sockopt::router_mandatory, 1);  // else it drops what a peer cannot take
    router_.set(zmq::sockopt::handshake_ivl, kHandshakeMs);
    router_.set(zmq::sockopt::maxmsgsize, kMaxFrameBytes);
    router_.set(zmq::sockopt::rcvhwm, kReceiveAhead);
    router_.set(zmq::sockopt::sndhwm, static_cast<int>(options_.window) + kReceiveAhead);
    // The link's own heartbeats ask whether an agent lives; this clears away connections whose machine is gone.
    // ZMQ_HEARTBEAT_IVL is never set: libzmq 4.3.4 aborts when it meets a full pipe.
    router_.set(zmq::sockopt::tcp_keepalive, 1);
    router_.set(zmq::sockopt::tcp_keepalive_idle, 30);
    router_.set(zmq::sockopt::tcp_keepalive_intvl, 10);
    router_.set(zmq::sockopt::tcp_keepalive_cnt, 3);
    if (options_.endpoint.find('[') != std::string::npos) router_.set(zmq::sockopt::ipv6, 1);
  }

  void run() {
    while (!stopping_) {
      try {
        turn();
      } catch (const zmq::error_t& e) {
        if (e.num() == ETERM) return;
        sessions_.audit("libzmq", "", fmt::format("link: libzmq says {}", e.what()), steady_ns());
      }
    }
  }

  /// One round: wait, admit, acknowledge, read, tick.
  void turn() {
    std::array<zmq::pollitem_t, 4> items{{{zap_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, wake_, ZMQ_POLLIN, 0},
                                          {monitor_.handle(), 0, ZMQ_POLLIN, 0},
                                          {router_.handle(), 0, ZMQ_POLLIN, 0}}};
    // While a batch waits for room in the engine nothing more is read, and the agents spool.
    const bool full = sessions_.holding();
    zmq::poll(items.data(), full ? 3 : 4, std::chrono::milliseconds(full ? kOfferMs : kTickMs));
    const std::int64_t mono = steady_ns();
    last_turn_ = mono;
    if ((items[0].revents & ZMQ_POLLIN) != 0) answer_handshakes(mono);
    if ((items[1].revents & ZMQ_POLLIN) != 0) {
      std::uint64_t count = 0;
      // Nonblocking; a failed read only means that another wake-up already counted.
      if (::read(wake_, &count, sizeof count) < 0 && errno != EAGAIN)
        sessions_.audit("wake", "", fmt::format("link: its wake-up fails: {}", std::strerror(errno)), mono);
      take_acknowledgements(mono);
    }
    if ((items[2].revents & ZMQ_POLLIN) != 0) count_failed_handshakes(mono);
    sessions_.offer();
    const bool drained = !sessions_.holding() && read_messages(mono);
    if (mono - ticked_ >= kTickMs * kMillisecond) {
      ticked_ = mono;
      sessions_.tick(mono, drained);
    }
  }

  void answer_handshakes(std::int64_t mono) {
    zmq::message_t route;
    while (zap_.recv(route, zmq::recv_flags::dontwait)) {
      // Routing id, an empty delimiter, then the request.
      std::vector<std::string> parts = receive_all(zap_, route, 16);
      if (parts.size() < 2) continue;
      const std::vector<std::string> request(parts.begin() + 2, parts.end());
      const ZapAnswer answer = answer_zap(request, admission_, plain_);
      if (!answer.admitted)
        sessions_.audit("refused key", answer.address,
                        fmt::format("a connection from {} was refused: {}", answer.address, answer.why), mono);
      if (answer.frames.empty()) continue;
      zap_.send(zmq::buffer(parts[0]), zmq::send_flags::sndmore);
      zap_.send(zmq::buffer(parts[1]), zmq::send_flags::sndmore);
      for (std::size_t i = 0; i < answer.frames.size(); ++i)
        zap_.send(zmq::buffer(answer.frames[i]),
                  i + 1 < answer.frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }

  void count_failed_handshakes(std::int64_t mono) {
    zmq::message_t event;
    while (monitor_.recv(event, zmq::recv_flags::dontwait)) {
      receive_all(monitor_, event, 2);
      sessions_.audit("handshake", "", "a connection did not speak the link's protocol and was closed", mono);
    }
  }

  void take_acknowledgements(std::int64_t mono) {
    {
      const std::lock_guard hold(mutex_);
      taken_.swap(done_);
    }
    for (const Acknowledgement& done : taken_) sessions_.acknowledge(done, mono);
    taken_.clear();
  }

  /// True when nothing is left to read.
  bool read_messages(std::int64_t mono) {
    for (int i = 0; i < kMessagesAtOnce && !sessions_.holding(); ++i) {
      zmq::message_t route;
      if (!router_.recv(route, zmq::recv_flags::dontwait)) return true;
      Incoming message;
      message.route = route.to_string();
      if (!route.more()) continue;
      zmq::message_t header;
      if (!router_.recv(header, zmq::recv_flags::none)) continue;
      message.user_id = property(header, "User-Id");
      message.public_key = property(header, kKeyProperty);
      message.remote = property(header, "Peer-Address");
      message.frames = receive_all(router_, header, kMostFrames);
      sessions_.on_message(message, mono);
    }
    return false;
  }

  Sessions::Sent send(const std::string& route, const std::string& header) {
    try {
      // With ROUTER_MANDATORY the first part already says whether the peer can take the message.
      if (!router_.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
        return Sessions::Sent::full;
      router_.send(zmq::buffer(header), zmq::send_flags::dontwait);
      return Sessions::Sent::sent;
    } catch (const zmq::error_t& e) {
      if (e.num() == EHOSTUNREACH) return Sessions::Sent::gone;
      throw;
    }
  }

  void wake() const {
    const std::uint64_t one = 1;
    // A full counter is a wake-up that is already due.
    if (wake_ >= 0 && ::write(wake_, &one, sizeof one) < 0 && errno != EAGAIN) return;
  }

  const LinkOptions options_;
  const LinkHandlers handlers_;
  const bool plain_;
  Admission admission_;
  zmq::context_t context_{1};
  zmq::socket_t zap_{context_, zmq::socket_type::router};
  zmq::socket_t router_{context_, zmq::socket_type::router};
  zmq::socket_t monitor_{context_, zmq::socket_type::pair};
  Sessions sessions_;
  std::string endpoint_;
  int wake_ = -1;
  std::int64_t ticked_ = 0;
  std::vector<Acknowledgement> taken_;
  std::mutex mutex_;
  std::vector<Acknowledgement> done_;  ///< guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> last_turn_{steady_ns()};
  std::thread thread_;  ///< owns the sockets from open() on
};

}  // namespace

Result<std::unique_ptr<LinkServer>> LinkServer::start(LinkOptions options, LinkHandlers handlers) {
  if (!options.clock) return Error{"the link was given no clock", options.endpoint, "report this as a fault"};
  if (!can_listen(options.endpoint) && !options.endpoint.starts_with("ipc://"))
    return Error{"this is no address to listen on", options.endpoint,
                 "use tcp://ADDRESS:PORT, for example tcp://127.0.0.1:7710; a port is 65535 at most"};
  try {
    auto server = std::make_unique<Server>(std::move(options), std::move(handlers));
    if (Result<void> opened = server->open(); !opened) return opened.error();
    return std::unique_ptr<LinkServer>(std::move(server));
  } catch (const zmq::error_t& e) {
    return Error{fmt::format("libzmq cannot start: {}", e.what()), "link", "raise `ulimit -n` and the memory limit"};
  }
}

}  // namespace wf::link
