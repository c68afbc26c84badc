#pragma once
#include <array>
#include <cstdint>

#include "agents/kit/clock.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// How many bytes a link should have under way: as many as keep it busy, and few more, since an event of life safety
/// waits behind them. That is the rate at which bytes are confirmed, times the smallest delay of a confirmation and
/// what may wait beside it (the thought of LEDBAT, RFC 6817, and of BBR). It grows by itself, each round trip by what
/// may wait, as long as more under way is confirmed faster. What it knows it learns from confirmations; when the
/// smallest delay was not seen again for a while it lets the link run empty to measure it. Knows no clock: times are
/// CLOCK_MONOTONIC and come in. One thread.
class Pace {
 public:
  /// A connection begins; what was learned on the one before counts no more.
  void restart();
  /// May so many bytes go out now? One batch always may.
  [[nodiscard]] bool may(std::uint64_t bytes, std::int64_t mono);
  /// Nothing is left to send: what is confirmed from here on says nothing of what the link could take.
  void ran_dry() { dry_until_ = delivered_ + under_way_; }

  /// What was known when a batch was sent, to be kept with it.
  struct Sent {
    std::int64_t at = 0;
    bool dry = false;    ///< there was no more to send about then
    bool alone = false;  ///< too little was under way to wait for itself
  };
  [[nodiscard]] Sent sent(std::uint64_t bytes, std::int64_t mono);
  void confirmed(const Sent& sent, std::uint64_t bytes, std::int64_t mono);

  /// Bytes that may be under way.
  [[nodiscard]] std::uint64_t limit() const;
  [[nodiscard]] std::uint64_t under_way() const { return under_way_; }
  /// Smallest delay of a confirmation; 0: none came yet.
  [[nodiscard]] std::int64_t quickest() const { return quickest_ == kNone ? 0 : quickest_; }

  static constexpr std::uint64_t kFirst = 512U << 10U;  ///< before anything is known
  static constexpr std::uint64_t kLeast = 64U << 10U;
  /// What may wait beside the smallest delay: so much, and once more the delay (an engine that syncs one transaction
  /// gathers the next meanwhile), but of that no more than kMostWait.
  static constexpr std::int64_t kWait = 3 * kMillisecond / 2, kMostWait = 50 * kMillisecond;

 private:
  static constexpr std::int64_t kNone = INT64_MAX;
  void learn_delay(const Sent& sent, std::int64_t delay, std::int64_t mono);
  void learn_rate(const Sent& sent, std::int64_t mono);
  void begin_span(std::int64_t mono);

  std::uint64_t under_way_ = 0, delivered_ = 0, dry_until_ = 0;
  std::array<double, 3> rates_{};  ///< bytes a second, of the last spans of time: the best counts
  std::int64_t span_begun_ = 0;
  std::uint64_t span_delivered_ = 0;
  bool span_dry_ = false;  ///< the link was not full all the time
  std::int64_t quickest_ = kNone, quickest_at_ = 0;
  std::int64_t probed_ = kNone;  ///< smallest delay seen while the link runs empty
  int probes_ = 0;               ///< confirmations still to come until that counts; 0: it does not run empty
};

}  // namespace wf::kit
