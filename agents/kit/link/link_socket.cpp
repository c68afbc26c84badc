#include "agents/kit/link/link_socket.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>
#include <zmq.hpp>

namespace wf::kit {
namespace {

constexpr int kHandshakeMs = 3000;
constexpr int kConnectMs = 3000;
/// Answers of an engine are headers only.
constexpr std::int64_t kMostAnswerBytes = 1 << 20;
constexpr int kMessagesAhead = 2000;
/// Below it a copy costs less than a message that knows whose its bytes are.
constexpr std::size_t kCopied = 8192;
constexpr int kWatched = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED |
                         ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                         ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// Payloads that libzmq has sent, whose memory the next ones take: the batches of a backlog are of like size, and
/// memory that is new for each of them costs as much as a copy.
class SentBuffers {
 public:
  /// The message takes what is in `bytes`, which gets the memory of an earlier one.
  zmq::message_t message_of(std::string& bytes) {
    std::unique_ptr<Buffer> out = take();
    out->bytes.swap(bytes);
    Buffer* const sent = out.release();
    return {sent->bytes.data(), sent->bytes.size(), [](void*, void* hint) { give_back(hint); }, sent};
  }

 private:
  static constexpr std::size_t kMostKept = 512 << 10;  ///< bytes
  struct Buffer {
    SentBuffers* home = nullptr;
    std::string bytes;
  };
  std::unique_ptr<Buffer> take() {
    const std::lock_guard hold(mutex_);
    if (free_.empty()) return std::make_unique<Buffer>(Buffer{this, {}});
    std::unique_ptr<Buffer> out = std::move(free_.back());
    free_.pop_back();
    kept_ -= out->bytes.capacity();
    return out;
  }
  /// On a thread of libzmq's.
  static void give_back(void* sent) {
    std::unique_ptr<Buffer> buffer(static_cast<Buffer*>(sent));
    SentBuffers& home = *buffer->home;
    const std::lock_guard hold(home.mutex_);
    if (home.kept_ + buffer->bytes.capacity() > kMostKept) return;
    home.kept_ += buffer->bytes.capacity();
    home.free_.push_back(std::move(buffer));
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<Buffer>> free_;
  std::size_t kept_ = 0;
};

}  // namespace

struct LinkSocket::Impl {
  SentBuffers sent;  // before the context, whose end gives back the last ones
  zmq::context_t context{1, 16};
  std::optional<zmq::socket_t> dealer, monitor;
  std::uint64_t connections = 0;
  bool connected = false, agreed = false;
  Fate fate = Fate::alive;

  void close() {
    if (dealer) zmq_socket_monitor(dealer->handle(), nullptr, 0);
    dealer.reset();
    monitor.reset();
  }
};

LinkSocket::LinkSocket() : impl_(std::make_unique<Impl>()) {}
LinkSocket::~LinkSocket() { impl_->close(); }
void LinkSocket::close() { impl_->close(); }
bool LinkSocket::agreed() const { return impl_->agreed && impl_->fate == Fate::alive; }
bool LinkSocket::open() const { return impl_->dealer.has_value(); }

Result<void> LinkSocket::connect(const std::string& endpoint, const ConnectionKeys& keys) {
  Impl& in = *impl_;
  in.close();
  in.connected = in.agreed = false;
  in.fate = Fate::alive;
  try {
    zmq::socket_t dealer(in.context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::linger, 0);
    dealer.set(zmq::sockopt::reconnect_ivl, -1);
    dealer.set(zmq::sockopt::connect_timeout, kConnectMs);
    dealer.set(zmq::sockopt::handshake_ivl, kHandshakeMs);
    dealer.set(zmq::sockopt::maxmsgsize, kMostAnswerBytes);
    dealer.set(zmq::sockopt::sndhwm, kMessagesAhead);
    dealer.set(zmq::sockopt::ipv6, endpoint.find('[') != std::string::npos ? 1 : 0);
    // ZMTP's heartbeats stay off: libzmq 4.3.4 aborts when they meet a full pipe.
    dealer.set(zmq::sockopt::tcp_keepalive, 1);
    if (!keys.engine_key.empty()) {
      dealer.set(zmq::sockopt::curve_serverkey, keys.engine_key);
      dealer.set(zmq::sockopt::curve_publickey, keys.public_key);
      dealer.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    }
    const std::string watch = "inproc://link-events-" + std::to_string(++in.connections);
    if (zmq_socket_monitor(dealer.handle(), watch.c_str(), kWatched) != 0) throw zmq::error_t();
    zmq::socket_t monitor(in.context, zmq::socket_type::pair);
    monitor.set(zmq::sockopt::linger, 0);
    monitor.connect(watch);
    dealer.connect(endpoint);
    in.dealer = std::move(dealer);
    in.monitor = std::move(monitor);
  } catch (const zmq::error_t& e) {
    in.close();
    return Error{std::string("cannot connect: ") + e.what(), endpoint, "check the engine's address"};
  }
  return {};
}

bool LinkSocket::send(std::string_view header, std::string_view payload) {
  if (!impl_->dealer) return false;
  try {
    const auto flags =
        payload.empty() ? zmq::send_flags::dontwait : zmq::send_flags::dontwait | zmq::send_flags::sndmore;
    if (!impl_->dealer->send(zmq::buffer(header), flags)) return false;
    // A message is taken whole or not at all: once the first frame was taken, the others are too.
    if (!payload.empty()) impl_->dealer->send(zmq::buffer(payload), zmq::send_flags::none);
    return true;
  } catch (const zmq::error_t&) {
    impl_->fate = Fate::ended;
    return false;
  }
}

bool LinkSocket::give(std::string_view header, std::string& payload) {
  if (payload.size() < kCopied) return send(header, payload);
  if (!impl_->dealer) return false;
  try {
    if (!impl_->dealer->send(zmq::buffer(header), zmq::send_flags::dontwait | zmq::send_flags::sndmore)) return false;
    zmq::message_t frame = impl_->sent.message_of(payload);
    impl_->dealer->send(frame, zmq::send_flags::none);
    return true;
  } catch (const zmq::error_t&) {
    impl_->fate = Fate::ended;
    return false;
  }
}

bool LinkSocket::receive(std::string& header, std::string& payload) {
  if (!impl_->dealer) return false;
  try {
    zmq::message_t frame;
    if (!impl_->dealer->recv(frame, zmq::recv_flags::dontwait)) return false;
    header = frame.to_string_view();
    payload.clear();
    for (bool first = true; frame.more(); first = false) {
      if (!impl_->dealer->recv(frame, zmq::recv_flags::none)) break;
      if (first) payload = frame.to_string_view();
    }
    return true;
  } catch (const zmq::error_t&) {
    impl_->fate = Fate::ended;
    return false;
  }
}

LinkSocket::Fate LinkSocket::fate() {
  Impl& in = *impl_;
  if (!in.monitor) return in.fate;
  try {
    for (zmq::message_t frame; in.monitor->recv(frame, zmq::recv_flags::dontwait);) {
      // zmq_socket_monitor(3): a frame of event and value, and one of the address.
      std::uint16_t event = 0;
      if (frame.size() >= sizeof event) std::memcpy(&event, frame.data(), sizeof event);
      while (frame.more())
        if (!in.monitor->recv(frame, zmq::recv_flags::none)) break;
      if (event == ZMQ_EVENT_CONNECTED) in.connected = true;
      if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) in.agreed = true;
      if (in.fate != Fate::alive) continue;
      if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) in.fate = Fate::unwelcome;
      if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL || event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
        in.fate = Fate::incompatible;
      if (event == ZMQ_EVENT_DISCONNECTED) in.fate = in.agreed ? Fate::ended : Fate::incompatible;
      if (event == ZMQ_EVENT_CLOSED && !in.connected) in.fate = Fate::unreachable;
    }
  } catch (const zmq::error_t&) {
    in.fate = Fate::ended;
  }
  return in.fate;
}

void LinkSocket::add_fds(std::vector<pollfd>& fds) const {
  for (const auto* socket : {&impl_->dealer, &impl_->monitor})
    if (*socket) fds.push_back({(*socket)->get(zmq::sockopt::fd), POLLIN, 0});
}

}  // namespace wf::kit
