#include "console/seat/health_probe.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <zmq.hpp>

#include "console/seat/seat_codec.hpp"
#include "proto/version.hpp"

namespace wf::seat {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kEvents = "inproc://probe-events";
constexpr int kWatched = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED |
                         ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                         ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// One connection that is tried once. libzmq does not connect again by itself.
class Attempt {
 public:
  Attempt(const SeatToken& token, const std::string& endpoint, milliseconds limit)
      : endpoint_(endpoint), end_(SteadyClock::now() + limit) {
    const int ms = static_cast<int>(limit.count());
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, -1);
    socket_.set(zmq::sockopt::connect_timeout, ms);
    // Longer than the attempt, so that a peer that says nothing is told by the attempt's own end.
    socket_.set(zmq::sockopt::handshake_ivl, ms + 1000);
    socket_.set(zmq::sockopt::maxmsgsize, kMaxUpdateBytes);
    if (endpoint.find('[') != std::string::npos) socket_.set(zmq::sockopt::ipv6, 1);
    if (!token.engine_key.empty()) {
      socket_.set(zmq::sockopt::curve_serverkey, token.engine_key);
      socket_.set(zmq::sockopt::curve_publickey, token.public_key);
      socket_.set(zmq::sockopt::curve_secretkey, token.secret_key);
    }
    if (zmq_socket_monitor(socket_.handle(), kEvents, kWatched) != 0) throw zmq::error_t();
    monitor_.set(zmq::sockopt::linger, 0);
    monitor_.connect(kEvents);
    socket_.connect(endpoint);
  }
  ~Attempt() { zmq_socket_monitor(socket_.handle(), nullptr, 0); }

  zmq::socket_t& socket() { return socket_; }
  [[nodiscard]] bool agreed() const { return agreed_; }

  /// Waits for something to happen; false: the time is over, or the attempt has failed (failure() says how).
  bool wait(int cancel) {
    const auto left = std::chrono::ceil<milliseconds>(end_ - SteadyClock::now());
    if (left.count() <= 0 || failure_) return false;
    std::array<zmq::pollitem_t, 3> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0},
                                          {monitor_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, cancel, ZMQ_POLLIN, 0}}};
    zmq::poll(items.data(), cancel >= 0 ? 3 : 2, left);
    if (cancel >= 0 && (items[2].revents & ZMQ_POLLIN) != 0) return false;
    look();
    return !failure_;
  }

  /// What to say when the time is over, or the connection has failed.
  [[nodiscard]] Probe failure() const {
    if (failure_) return *failure_;
    if (!connected_) return {Reach::unreachable, endpoint_ + ": nothing takes connections there", {}};
    return {Reach::silent, endpoint_ + ": it takes connections and does not answer", {}};
  }

 private:
  void fail(Reach reach, const std::string& why) {
    if (!failure_) failure_ = Probe{reach, endpoint_ + ": " + why, {}};
  }

  void look() {
    for (zmq::message_t frame; monitor_.recv(frame, zmq::recv_flags::dontwait);) {
      // zmq_socket_monitor(3): a frame of event and value, and one of the address.
      std::uint16_t event = 0;
      if (frame.size() >= sizeof event) std::memcpy(&event, frame.data(), sizeof event);
      while (frame.more())
        if (!monitor_.recv(frame)) break;
      if (event == ZMQ_EVENT_CONNECTED) connected_ = true;
      if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) agreed_ = true;
      if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
        fail(Reach::refused, "the engine does not admit this key; it was removed, or belongs to another engine");
      // A peer that does not answer the handshake in its time is silent; one that answers nonsense is strange.
      if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
        fail(Reach::strange, "what answers there is not the engine of this token");
      if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL || event == ZMQ_EVENT_DISCONNECTED)
        fail(agreed_ ? Reach::silent : Reach::strange,
             agreed_ ? "the connection was cut" : "the connection was closed before it was agreed on");
      if (event == ZMQ_EVENT_CLOSED && !connected_) fail(Reach::unreachable, "nothing takes connections there");
    }
  }

  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
  zmq::socket_t monitor_{context_, zmq::socket_type::pair};
  const std::string endpoint_;
  const SteadyClock::time_point end_;
  bool connected_ = false, agreed_ = false;
  std::optional<Probe> failure_;
};

void send(zmq::socket_t& socket, const Request& request) {
  std::string bytes;
  encode_request(request, bytes);
  socket.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
}

Probe asked(Attempt& attempt, const std::string& endpoint, int cancel) {
  Request hello;
  hello.hello = Request::Hello{kSeatWireVersion, std::string("watchfloor ") + kVersion, "watch"};
  send(attempt.socket(), hello);
  UpdateDecoder decoder;
  while (attempt.wait(cancel)) {
    for (zmq::message_t frame; attempt.socket().recv(frame, zmq::recv_flags::dontwait);) {
      std::shared_ptr<const Snapshot> ignored;
      const Result<Update> update = decoder.decode({frame.data<char>(), frame.size()}, ignored);
      if (!update) return {Reach::strange, endpoint + ": " + update.error().what, {}};
      if (update->health) return {Reach::answered, {}, update->health};
      if (!update->refused.empty()) return {Reach::refused, endpoint + ": " + update->refused, {}};
      if (!update->welcome) continue;
      if (update->welcome->wire_version < kHealthWireVersion)
        return {Reach::strange, endpoint + ": this engine is too old to tell its health; update it", {}};
      Request ask;
      ask.health = true;
      send(attempt.socket(), ask);
    }
  }
  return attempt.failure();
}

}  // namespace

Probe ask_health(const SeatToken& token, milliseconds limit, int cancel) {
  try {
    Attempt attempt(token, token.endpoint, limit);
    return asked(attempt, token.endpoint, cancel);
  } catch (const zmq::error_t& e) {
    return {Reach::unreachable, token.endpoint + ": " + e.what(), {}};
  }
}

Probe knock(const SeatToken& token, const std::string& agents_at, milliseconds limit, int cancel) {
  try {
    Attempt attempt(token, agents_at, limit);
    while (!attempt.agreed() && attempt.wait(cancel)) {
    }
    if (attempt.agreed()) return {Reach::answered, {}, {}};
    return attempt.failure();
  } catch (const zmq::error_t& e) {
    return {Reach::unreachable, agents_at + ": " + e.what(), {}};
  }
}

std::string agents_door(const std::string& seats, const std::string& bound) {
  if (!bound.starts_with("tcp://")) return {};
  // Over ipc the watcher stands on the engine's machine and has no key that agents' door would admit.
  if (!seats.starts_with("tcp://")) return {};
  const auto host_of = [](const std::string& endpoint) { return endpoint.substr(6, endpoint.rfind(':') - 6); };
  const auto loopback = [](const std::string& host) {
    return host.starts_with("127.") || host == "localhost" || host == "[::1]";
  };
  const std::string at = host_of(bound), port = bound.substr(bound.rfind(':')), from = host_of(seats);
  const bool any = at == "0.0.0.0" || at == "*" || at == "[::]";
  if (any) return "tcp://" + from + port;
  if (loopback(at) && !loopback(from)) return {};
  return bound;
}

}  // namespace wf::seat
