#include "console/seat/seat_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <unordered_map>
#include <zmq.hpp>

#include "console/link/audit_throttle.hpp"
#include "console/link/socket_guard.hpp"
#include "console/link/zap.hpp"
#include "proto/time.hpp"

namespace wf::seat {
namespace {

/// A control room has dozens of seats; each reconnect and each look of a watchdog is one more for a moment.
constexpr std::size_t kMostConnections = 512;
constexpr std::uint64_t kAllHeldBytes = 32U << 20U;
/// Nobody works so fast: a command for each of 2,000 chosen incidents, then 200 requests a second.
constexpr double kAtOnce = 2000.0, kPerSecond = 200.0;
constexpr std::int64_t kFlushEvery = kSecond;

struct Allowance {
  double left = kAtOnce;
  std::int64_t at = 0;
};

}  // namespace

struct SeatGuard::Parts {
  Parts(zmq::socket_t& router, std::function<void(const link::Fact&)> report)
      : throttle([report = std::move(report)](const link::Fact& fact) {
          if (report) report(fact);
        }),
        guard(link::SocketGuard::limits(kMostConnections, kAllHeldBytes),
              {[this](link::Fact fact) { say(std::move(fact)); },
               [this](std::uint64_t door) { allowances.erase(door); }}) {
    router.set(zmq::sockopt::rcvhwm, 0);
  }

  void say(link::Fact fact) {
    // The name in it is a user's and no agent's.
    fact.agent.clear();
    fact.line = "a seat's connection: " + fact.line;
    throttle.say(std::move(fact), link::steady_ns());
  }

  link::AuditThrottle throttle;
  std::unordered_map<std::uint64_t, Allowance> allowances;  ///< by door
  std::set<std::uint64_t> spent;                            ///< numbers of connections that were ended; the newest
  std::int64_t flushed = 0;
  link::SocketGuard guard;  ///< last: its destructor may still say something
};

SeatGuard::SeatGuard(zmq::context_t& context, zmq::socket_t& router, std::function<void(const link::Fact&)> report)
    : parts_(std::make_unique<Parts>(router, std::move(report))) {
  parts_->guard.open(context, router);
}

SeatGuard::~SeatGuard() = default;

zmq::socket_t& SeatGuard::monitor() { return parts_->guard.monitor(); }

void SeatGuard::hear() { parts_->guard.hear(link::steady_ns()); }

std::uint64_t SeatGuard::next_number() {
  // The number is later than the connection's acceptance, and earlier than any after it.
  hear();
  return parts_->guard.guard().next_number();
}

bool SeatGuard::came(zmq::message_t& message, const std::string& user) {
  const char* const number = zmq_msg_gets(message.handle(), link::kNumberProperty);
  link::Guard& guard = parts_->guard.guard();
  const std::uint64_t admitted = number == nullptr ? 0 : std::strtoull(number, nullptr, 10);
  // What it sent before it was ended still comes, when its door is long forgotten.
  if (parts_->spent.contains(admitted)) return false;
  const std::uint64_t door = guard.door(zmq_msg_get(message.handle(), ZMQ_SRCFD), admitted);
  if (door == 0) return true;  // it has ended; this is the last that it sent
  guard.spoke(door, user);
  guard.took(door, link::Guard::on_wire(message.size()));
  const std::int64_t now = link::steady_ns();
  Allowance& allowance = parts_->allowances[door];
  if (allowance.at != 0)
    allowance.left = std::min(kAtOnce, allowance.left + kPerSecond * static_cast<double>(now - allowance.at) / kSecond);
  allowance.at = now;
  allowance.left -= 1.0;
  if (allowance.left >= 0.0) return true;
  parts_->spent.insert(admitted);
  if (parts_->spent.size() > kMostConnections) parts_->spent.erase(parts_->spent.begin());
  guard.close(door);
  parts_->say(
      {link::Topic::flood, {}, {}, fmt::format("{} sends more requests than anybody can; it was closed", user)});
  return false;
}

void SeatGuard::watch() {
  const std::int64_t now = link::steady_ns();
  parts_->guard.guard().watch(now);
  if (now - parts_->flushed < kFlushEvery) return;
  parts_->flushed = now;
  parts_->guard.guard().tick(now);
  parts_->throttle.flush(now);
}

long SeatGuard::wait_ms() const { return parts_->guard.guard().wait_ms(); }

}  // namespace wf::seat
