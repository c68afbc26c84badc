#include "console/link/link_server.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <span>
#include <thread>
#include <zmq.hpp>

#include "console/link/address.hpp"
#include "console/link/inbox.hpp"
#include "console/link/key_files.hpp"
#include "console/link/private_file.hpp"
#include "console/link/sessions.hpp"
#include "console/link/socket_guard.hpp"
#include "console/link/zap.hpp"

namespace wf::link {
namespace {

/// ZMQ_ZAP_ENFORCE_DOMAIN. libzmq 4.3 has it in every build; its header names it for draft builds only.
constexpr int kEnforceDomain = 93;
constexpr int kHandshakeMs = 3000;
/// A frame above it costs its sender the connection, before it is read. Somewhat more than the largest batch, so that
/// a batch that is merely too large is refused with a reason.
constexpr std::int64_t kMaxFrameBytes = static_cast<std::int64_t>(kMaxSentBytes) + (256 << 10);
/// No mark (socket_guard.hpp): the Guard bounds in bytes what libzmq reads ahead.
constexpr int kReceiveAhead = 0;
/// Answers beside acknowledgements.
constexpr int kSendAhead = 32;
/// Of the kernel, for each connection; it keeps twice as much. Left to itself it keeps megabytes of answers for a peer
/// that does not read them, and how many differs from machine to machine.
constexpr int kSendBuffer = 128 << 10;
/// Acknowledgements wait for the end of a round; 32 cost a tenth to a third of what the store takes in, 256 do not.
constexpr int kMessagesAtOnce = 256;
/// Messages between two looks at the files of those that send them: each look is right before what it judges.
constexpr int kMessagesOfRound = 32;
constexpr std::size_t kMostFrames = 4;
constexpr long kTickMs = 250;
constexpr long kOfferMs = 2;

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
                  [this](const std::string& route, const std::string& header, const std::string& payload) {
                    return send(route, header, payload);
                  },
                  {[this](std::uint64_t door, const std::string& agent) { guard_.spoke(door, agent); },
                   [this](std::uint64_t door) { guard_.close(door); }}),
        socket_guard_(SocketGuard::limits(options_.connections, options_.budget),
                      {[this](Fact fact) { sessions_.report(std::move(fact), steady_ns()); },
                       [this](std::uint64_t door) { sessions_.ended(door); },
                       [this](std::uint64_t door) { sessions_.flooded(door, steady_ns()); }}) {}

  ~Server() override {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
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
      if (Result<void> good = check_private_endpoint(options_.endpoint); !good) return good;
    try {
      // Before the socket that it guards: without a handler libzmq admits unknown keys.
      zap_.bind("inproc://zeromq.zap.01");
      configure(*keys);
      if (!plain_) socket_guard_.open(context_, router_);
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

  void acknowledge(std::span<const Acknowledgement> done) override {
    if (done_.put(done)) wake();
  }
  void send_command(const std::string& agent, const std::string& id, std::string payload) override {
    {
      const std::lock_guard hold(mutex_);
      commands_.push_back({agent, id, std::move(payload)});
    }
    wake();
  }
  void answer_piece(PieceAnswer answer) override {
    {
      const std::lock_guard hold(mutex_);
      answers_.push_back(std::move(answer));
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
    router_.set(zmq::sockopt::sndhwm, static_cast<int>(options_.window) + kSendAhead);
    if (!plain_) router_.set(zmq::sockopt::sndbuf, kSendBuffer);
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
        library_failed(e, steady_ns());
      }
    }
  }
  void library_failed(const zmq::error_t& e, std::int64_t mono) {
    sessions_.report({Topic::library, {}, {}, fmt::format("link: libzmq says {}", e.what())}, mono);
  }

  /// One round: wait, admit, acknowledge, read, tick.
  void turn() {
    std::array<zmq::pollitem_t, 4> items{{{zap_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, wake_, ZMQ_POLLIN, 0},
                                          {router_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, -1, 0, 0}}};
    if (!plain_) items[3] = {socket_guard_.monitor().handle(), 0, ZMQ_POLLIN, 0};
    long wait = sessions_.holding() ? kOfferMs : plain_ ? kTickMs : guard_.wait_ms();
    if (const auto pause = sessions_.pause(steady_ns())) wait = std::min<long>(wait, *pause / kMillisecond + 1);
    zmq::poll(items.data(), plain_ ? items.size() - 1 : items.size(), std::chrono::milliseconds(wait));
    const std::int64_t mono = steady_ns();
    last_turn_ = mono;
    admission_.begin_round();
    hear_monitor(mono);
    if ((items[0].revents & ZMQ_POLLIN) != 0) answer_handshakes(mono);
    if ((items[1].revents & ZMQ_POLLIN) != 0) {
      std::uint64_t count = 0;
      // Nonblocking; a failed read only means that another wake-up already counted.
      if (::read(wake_, &count, sizeof count) < 0 && errno != EAGAIN)
        sessions_.report({Topic::library, {}, {}, fmt::format("link: its wake-up fails: {}", std::strerror(errno))},
                         mono);
      take_acknowledgements(mono);
    }
    sessions_.release(mono);
    sessions_.offer();
    const bool drained = read_messages(mono);
    guard_.watch(mono);
    if (mono - ticked_ >= kTickMs * kMillisecond) {
      ticked_ = mono;
      guard_.tick(mono);
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
      // The number is later than the connection's acceptance, and earlier than any after it.
      hear_monitor(mono);
      const ZapAnswer answer = answer_zap(request, admission_, plain_, guard_.next_number(),
                                          [&](const std::string& who) { return sessions_.kept_out(who, mono); });
      if (answer.later || !answer.kept_out.empty()) guard_.expect_failure(answer.address, mono);
      if (!answer.kept_out.empty())
        sessions_.knocked(answer.kept_out, answer.address, mono);
      else if (!answer.admitted)
        sessions_.report({answer.later ? Topic::flood : Topic::refused_key,
                          {},
                          answer.address,
                          fmt::format("a connection from {} was {}: {}", answer.address,
                                      answer.later ? "put off" : "refused", answer.why)},
                         mono);
      if (answer.frames.empty()) continue;
      zap_.send(zmq::buffer(parts[0]), zmq::send_flags::sndmore);
      zap_.send(zmq::buffer(parts[1]), zmq::send_flags::sndmore);
      for (std::size_t i = 0; i < answer.frames.size(); ++i)
        zap_.send(zmq::buffer(answer.frames[i]),
                  i + 1 < answer.frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }

  void hear_monitor(std::int64_t mono) {
    if (!plain_) socket_guard_.hear(mono);
  }

  void take_acknowledgements(std::int64_t mono) {
    if (const std::vector<Acknowledgement>& taken = done_.take(); !taken.empty()) sessions_.acknowledge(taken, mono);
    std::vector<CommandToSend> commands;
    std::vector<PieceAnswer> answers;
    {
      const std::lock_guard hold(mutex_);
      commands.swap(commands_);
      answers.swap(answers_);
    }
    for (PieceAnswer& answer : answers) sessions_.answer_piece(std::move(answer), mono);
    for (CommandToSend& command : commands)
      sessions_.command(command.agent, command.id, std::move(command.payload), mono);
  }

  /// True when nothing is left to read.
  bool read_messages(std::int64_t mono) {
    for (int i = 0; i < kMessagesAtOnce; ++i) {
      if (!router_.recv(frame_, zmq::recv_flags::dontwait)) return true;
      if (i % kMessagesOfRound == 0) admission_.begin_round();
      incoming_.route.assign(frame_.data<char>(), frame_.size());
      std::uint64_t wire = 0;
      std::size_t frames = 0;
      while (frame_.more()) {
        if (!router_.recv(frame_, zmq::recv_flags::none)) break;
        if (frames == 0) recognise();
        wire += Guard::on_wire(frame_.size());
        if (frames++ >= kMostFrames) continue;
        if (incoming_.frames.size() < frames) incoming_.frames.emplace_back();
        incoming_.frames[frames - 1].assign(frame_.data<char>(), frame_.size());
      }
      incoming_.frames.resize(std::min(frames, kMostFrames));
      guard_.took(incoming_.door, wire);
      sessions_.on_message(incoming_, mono);
    }
    return false;
  }

  /// Whose message the first frame of one begins.
  void recognise() {
    const char* const number = zmq_msg_gets(frame_.handle(), kNumberProperty);
    incoming_.admitted = number == nullptr ? 0 : std::strtoull(number, nullptr, 10);
    if (const std::uint64_t* const door = sessions_.known(incoming_.route, incoming_.admitted)) {
      incoming_.door = *door;
      return;
    }
    incoming_.user_id = property(frame_, "User-Id");
    incoming_.public_key = property(frame_, kKeyProperty);
    incoming_.remote = property(frame_, "Peer-Address");
    incoming_.door = plain_ ? 0 : guard_.door(zmq_msg_get(frame_.handle(), ZMQ_SRCFD), incoming_.admitted);
  }

  Outbox::Sent send(const std::string& route, const std::string& header, const std::string& payload) {
    try {
      // With ROUTER_MANDATORY the first part already says whether the peer can take the message.
      if (!router_.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
        return Outbox::Sent::full;
      const auto more = payload.empty() ? zmq::send_flags::none : zmq::send_flags::sndmore;
      router_.send(zmq::buffer(header), zmq::send_flags::dontwait | more);
      if (!payload.empty()) router_.send(zmq::buffer(payload), zmq::send_flags::dontwait);
      return Outbox::Sent::sent;
    } catch (const zmq::error_t& e) {
      if (e.num() == ETERM) throw;
      if (e.num() != EHOSTUNREACH) library_failed(e, steady_ns());
      // An acknowledgement that did not go is not lost: the agent's next message finds no connection, so that it says
      // hello and sends again what it has no acknowledgement for.
      return Outbox::Sent::gone;
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
  zmq::context_t context_ = SocketGuard::frugal_context();
  zmq::socket_t zap_{context_, zmq::socket_type::router};
  zmq::socket_t router_{context_, zmq::socket_type::router};
  Sessions sessions_;
  SocketGuard socket_guard_;
  Guard& guard_ = socket_guard_.guard();
  zmq::message_t frame_;  ///< reused
  Incoming incoming_;     ///< reused
  std::string endpoint_;
  int wake_ = -1;
  std::int64_t ticked_ = 0;
  Inbox<Acknowledgement> done_;
  std::mutex mutex_;
  struct CommandToSend {
    std::string agent, id, payload;
  };
  std::vector<CommandToSend> commands_;  ///< guarded by mutex_
  std::vector<PieceAnswer> answers_;     ///< guarded by mutex_
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
