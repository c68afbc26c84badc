#include "console/link/socket_guard.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <zmq.hpp>

#include "console/link/crowd_filter.hpp"

namespace wf::link {
namespace {

/// ZMQ_ZERO_COPY_RECV, an option of the context. libzmq 4.3 has it in every build; its header names it for drafts only.
constexpr int kZeroCopyReceive = 10;
/// Descriptors that no connection may take: the store's, the seats', what a query opens.
constexpr std::size_t kReservedDescriptors = 64;
constexpr int kWatched = ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                         ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;

}  // namespace

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

SocketGuard::SocketGuard(GuardLimits limits, Guard::Says says) : guard_(limits, with_filter(std::move(says))) {}

SocketGuard::~SocketGuard() {
  // The monitor's other end belongs to the router: end it before its reader goes.
  if (router_ != nullptr) zmq_socket_monitor(router_->handle(), nullptr, 0);
}

void SocketGuard::open(zmq::context_t& context, zmq::socket_t& router) {
  const std::string name = fmt::format("inproc://monitor-{}", fmt::ptr(this));
  monitor_ = std::make_unique<zmq::socket_t>(context, zmq::socket_type::pair);
  if (zmq_socket_monitor(router.handle(), name.c_str(), kWatched) != 0) throw zmq::error_t();
  router_ = &router;
  monitor_->connect(name);
}

Guard::Says SocketGuard::with_filter(Guard::Says says) {
  says.crowds = [this](const std::vector<Origin>& crowds) { filter(crowds); };
  return says;
}

void SocketGuard::filter(const std::vector<Origin>& crowds) {
  // Where the kernel takes no filter the Guard's other limits must do.
  for (const int socket : listening_) (void)filter_crowds(socket, crowds);
}

/// zmq_socket_monitor(3): a frame of event and value, and one of the address, which is our own.
void SocketGuard::hear(std::int64_t mono) {
  zmq::message_t frame;
  while (monitor_->recv(frame, zmq::recv_flags::dontwait)) {
    std::uint16_t event = 0;
    std::int32_t value = 0;
    if (frame.size() >= sizeof event + sizeof value) {
      std::memcpy(&event, frame.data(), sizeof event);
      std::memcpy(&value, frame.data<char>() + sizeof event, sizeof value);
    }
    while (frame.more())
      if (!monitor_->recv(frame, zmq::recv_flags::none)) break;
    if (event == ZMQ_EVENT_LISTENING) listening_.push_back(value);
    if (event == ZMQ_EVENT_ACCEPTED) guard_.accepted(value, mono);
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL || event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) guard_.failed();
    if (event == ZMQ_EVENT_DISCONNECTED) guard_.disconnected(value, mono);
  }
}

zmq::context_t SocketGuard::frugal_context() {
  zmq::context_t out(1);
  if (zmq_ctx_set(out.handle(), kZeroCopyReceive, 0) != 0) throw zmq::error_t();
  return out;
}

GuardLimits SocketGuard::limits(std::size_t connections, std::uint64_t bytes) {
  GuardLimits out;
  rlimit descriptors{};
  out.connections = connections;
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur != RLIM_INFINITY) {
    const auto all = static_cast<std::size_t>(descriptors.rlim_cur);
    const std::size_t reserved = std::max(kReservedDescriptors, all / 8);
    out.connections = std::min(out.connections, all > reserved + 2 ? (all - reserved) / 2 : 1);
  }
  out.unspoken = std::max<std::size_t>(std::min<std::size_t>(256, out.connections / 2), 1);
  out.all_held_bytes = bytes;
  return out;
}

}  // namespace wf::link
