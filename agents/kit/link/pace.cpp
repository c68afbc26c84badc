#include "agents/kit/link/pace.hpp"

#include <algorithm>

namespace wf::kit {
namespace {

/// A smallest delay that is older is measured again.
constexpr std::int64_t kBelieved = 5 * kSecond;
constexpr int kProbes = 4;
/// The rate is that of so long a time, and of a round trip: confirmations come in heaps, a transaction's at once.
constexpr std::int64_t kSpan = 10 * kMillisecond;
/// A delay that is shorter was not measured: both ends of it fell into one turn of the agent.
constexpr std::int64_t kShortest = 20'000;

}  // namespace

void Pace::restart() { *this = Pace(); }

std::uint64_t Pace::limit() const {
  if (probes_ > 0) return kLeast;
  const double rate = *std::max_element(rates_.begin(), rates_.end());
  if (rate == 0 || quickest_ == kNone) return kFirst;
  const auto while_ns = static_cast<double>(quickest_ + std::min(quickest_, kMostWait) + kWait);
  return std::max(kLeast, static_cast<std::uint64_t>(rate * while_ns / static_cast<double>(kSecond)));
}

bool Pace::may(std::uint64_t bytes, std::int64_t mono) {
  if (under_way_ == 0) return true;
  if (probes_ == 0 && quickest_ != kNone && mono - quickest_at_ > kBelieved) {
    probes_ = kProbes;
    probed_ = kNone;
  }
  return under_way_ + bytes <= limit();
}

Pace::Sent Pace::sent(std::uint64_t bytes, std::int64_t mono) {
  const Sent out{mono, dry_until_ > 0 && delivered_ <= dry_until_, under_way_ < kLeast};
  under_way_ += bytes;
  return out;
}

void Pace::confirmed(const Sent& sent, std::uint64_t bytes, std::int64_t mono) {
  under_way_ -= std::min(bytes, under_way_);
  delivered_ += bytes;
  const std::int64_t delay = std::max(mono - sent.at, kShortest);
  learn_delay(sent, delay, mono);
  learn_rate(sent, mono);
}

void Pace::learn_delay(const Sent& sent, std::int64_t delay, std::int64_t mono) {
  if (delay <= quickest_) {
    quickest_ = delay;
    quickest_at_ = mono;
  }
  if (probes_ == 0 || !sent.alone) return;
  probed_ = std::min(probed_, delay);
  if (--probes_ > 0) return;
  quickest_ = probed_;
  quickest_at_ = mono;
}

void Pace::learn_rate(const Sent& sent, std::int64_t mono) {
  if (span_begun_ == 0 || sent.at < span_begun_) {
    // Sent before it was known what the link had confirmed.
    if (span_begun_ == 0) begin_span(mono);
    return;
  }
  span_dry_ = span_dry_ || sent.dry || probes_ > 0;
  const std::int64_t took = mono - span_begun_;
  if (took < kSpan) return;
  const double rate =
      static_cast<double>(delivered_ - span_delivered_) * static_cast<double>(kSecond) / static_cast<double>(took);
  // With nothing more to send the link took what there was: that tells of no less than it can.
  if (!span_dry_ || rate > *std::max_element(rates_.begin(), rates_.end())) {
    std::copy_backward(rates_.begin(), rates_.end() - 1, rates_.end());
    rates_[0] = rate;
  }
  begin_span(mono);
}

void Pace::begin_span(std::int64_t mono) {
  span_begun_ = mono;
  span_delivered_ = delivered_;
  span_dry_ = false;
}

}  // namespace wf::kit
