#include "console/engine/intake.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace wf::engine {
namespace {

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
  // One batch always fits, however large it is.
  const bool room = batches_.empty() || (batches_.size() < kMostBatches && bytes_ + batch.payload.size() <= kMostBytes);
  if (closed_ || !room) return false;
  bytes_ += batch.payload.size();
  batches_.push_back(std::move(batch));
  if (batches_.size() == 1) changed_.notify_one();
  return true;
}

bool Intake::order(Order& order) {
  const std::lock_guard hold(mutex_);
  if (closed_ || orders_.size() >= kMostOrders) return false;
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

bool Intake::take(Haul& haul, bool with_batches, std::size_t most, std::chrono::nanoseconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] {
    return woken_ || closed_ || !orders_.empty() || !findings_.empty() || (with_batches && !batches_.empty());
  });
  woken_ = false;
  move_to(haul.orders, orders_);
  move_to(haul.findings, findings_);
  if (const std::size_t lost = std::exchange(unnoted_, 0); lost != 0)
    haul.findings.audit.push_back({0, haul.findings.audit.empty() ? 0 : haul.findings.audit.back().time, "Engine",
                                   "audit", "", fmt::format("{} more lines than could be kept", lost), ""});
  while (with_batches && !batches_.empty() && haul.batches.size() < most) {
    bytes_ -= batches_.front().payload.size();
    haul.batches.push_back(std::move(batches_.front()));
    batches_.pop_front();
  }
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
