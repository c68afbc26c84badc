#include "console/engine/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "console/engine/clock.hpp"
#include "console/link/line.hpp"

namespace wf::engine {
namespace {

/// A line that had less than this in a second's transactions sends little; one that had anything in so long is about.
/// Life safety may be more: fires have many sensors. What calls itself that and is more yet has no more right than
/// others.
constexpr std::size_t kQuiet = 64U << 10U, kQuietUrgent = 1U << 20U;
constexpr std::int64_t kRecent = 10 * kSecond;

/// One that gives up a range has no events, and still waits.
std::size_t cost(const link::ReceivedBatch& batch) { return std::max<std::size_t>(batch.payload.size(), 1); }

template <class T>
void move_to(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) {
    to.swap(from);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

void move_to(Findings& to, Findings& from) {
  move_to(to.incidents, from.incidents);
  move_to(to.alerts, from.alerts);
  move_to(to.audit, from.audit);
}

}  // namespace

bool Intake::offer(link::ReceivedBatch& batch) {
  const std::lock_guard hold(mutex_);
  const std::size_t bytes = cost(batch);
  const std::string line = link::line_of(batch.origin);
  // One batch always fits, however large it is.
  const bool room =
      batches_.empty() || (batches_.size() < kMostBatches && batches_.bytes() + bytes <= kMostBytes) ||
      (batches_.bytes_of(line) == 0 && bytes <= kShare && batches_.bytes() + bytes <= kMostBytes + kSpare);
  if (closed_ || !room) return false;
  batches_.push(line, bytes, std::move(batch));
  if (batches_.bytes_of(line) > bytes) return true;  // its first one woke the writer
  quiet_waits_ = quiet_waits_ || quiet(line, monotonic_ns());
  changed_.notify_one();
  return true;
}

bool Intake::order(Order& order) {
  const std::lock_guard hold(mutex_);
  // Who is in danger waits behind nobody's clicks.
  const std::size_t most = kMostOrders + (order.command.kind == CommandKind::panic ? kSpareOrders : 0);
  if (closed_ || orders_.size() >= most) return false;
  orders_.push_back(std::move(order));
  changed_.notify_one();
  return true;
}

void Intake::findings(Findings&& findings) {
  if (findings.empty()) return;
  const std::lock_guard hold(mutex_);
  move_to(findings_, findings);
  changed_.notify_one();
}

void Intake::note(store::AuditLine line) {
  const std::lock_guard hold(mutex_);
  if (findings_.audit.size() >= kMostNotes) {
    ++unnoted_;
    return;
  }
  findings_.audit.push_back(std::move(line));
  changed_.notify_one();
}

void Intake::note(store::AuditLine line, Event own) {
  {
    const std::lock_guard hold(mutex_);
    if (own_.size() < kMostNotes) own_.push_back(std::move(own));
  }
  note(std::move(line));
}

bool Intake::quiet(const std::string& line, std::int64_t mono) const {
  const auto spent = spent_.find(line);
  return spent == spent_.end() || mono - spent->second.begin > kSecond ||
         spent->second.bytes < (link::urgent(line) ? kQuietUrgent : kQuiet);
}

void Intake::take_batches(Haul& haul, Batches wanted, std::size_t most, std::size_t bytes) {
  quiet_waits_ = false;
  const std::int64_t mono = monotonic_ns();
  std::erase_if(spent_, [&](const auto& spent) { return mono - spent.second.last > kRecent; });
  const bool alone =
      batches_.owners() == 1 && (spent_.empty() || (spent_.size() == 1 && spent_.begin()->first == batches_.largest()));
  link::ReceivedBatch batch;
  const auto take = [&](const auto& may) {
    std::size_t taken = 0;
    while (haul.batches.size() < most &&
           batches_.pop(batch, [&](const std::string& line, std::size_t next) { return may(line, taken, next); })) {
      Spent& spent = spent_[link::line_of(batch.origin)];
      if (mono - spent.begin > kSecond) {
        spent.begin = mono;
        spent.bytes = 0;
      }
      spent.bytes += cost(batch);
      spent.last = mono;
      taken += cost(batch);
      haul.batches.push_back(std::move(batch));
    }
    return taken;
  };
  // Life safety first, then who sends little.
  std::size_t pressing =
      take([&](const std::string& line, std::size_t, std::size_t) { return link::urgent(line) && quiet(line, mono); });
  pressing += take([&](const std::string& line, std::size_t, std::size_t) { return quiet(line, mono); });
  if (wanted == Batches::quiet) return;
  // Those wait for the whole transaction: every other one has little else in it.
  pressed_ = pressing > 0 && !pressed_;
  const std::size_t bound = pressed_ ? std::min(bytes, kShare) : bytes;
  (void)take([&](const std::string&, std::size_t taken, std::size_t next) {
    return alone || taken == 0 || taken + next <= bound;
  });
}

bool Intake::take(Haul& haul, Batches wanted, std::size_t most, std::chrono::nanoseconds wait, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] {
    return woken_ || closed_ || !orders_.empty() || !findings_.empty() ||
           (wanted == Batches::all && !batches_.empty()) || (wanted == Batches::quiet && quiet_waits_);
  });
  woken_ = false;
  move_to(haul.orders, orders_);
  move_to(haul.findings, findings_);
  move_to(haul.own, own_);
  if (const std::size_t lost = std::exchange(unnoted_, 0); lost != 0)
    haul.findings.audit.push_back({0, haul.findings.audit.empty() ? 0 : haul.findings.audit.back().time, "Engine",
                                   "audit", "", fmt::format("{} more lines than could be kept", lost), ""});
  if (wanted != Batches::none) take_batches(haul, wanted, most, bytes);
  return !closed_ || !batches_.empty() || !haul.batches.empty() || !haul.orders.empty();
}

void Intake::wake() {
  const std::lock_guard hold(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void Intake::close() {
  const std::lock_guard hold(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool Intake::closed() const {
  const std::lock_guard hold(mutex_);
  return closed_;
}

std::size_t Intake::depth() const {
  const std::lock_guard hold(mutex_);
  return batches_.size();
}

}  // namespace wf::engine
