#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "agents/kit/clock.hpp"
#include "proto/link_message.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// What is wrong with a source that reads well: it is silent for longer than ever at this hour, its records cannot be
/// read any more, or its clock is ahead. Learned from the source itself, and explained by what was learned:
/// - Silence. For each hour of the day, weekdays and weekends apart, by this machine's zone: the longest silence of
/// each
///   of the last kDays such days. Once kEnough of them have passed and something came in most, a silence of twice the
///   longest, and of five minutes at least, is told.
/// - Format. The share of records that were refused, of the last 200 (of 20, where it is more than half): four times
///   the usual share and a fifth at least is told, with the last reason.
/// - Clock. Three events in a row that are more than two minutes ahead of this machine's clock.
/// Each is over when it is in order again. One thread.
class SourceHealth {
 public:
  static constexpr std::size_t kDays = 10, kEnough = 4;

  /// Goes on with what kept() gave; what cannot be read is learned anew.
  explicit SourceHealth(std::string_view kept = {});

  /// The source's status as it is now; call it in every turn, at least once a minute. `ahead`: how far the newest
  /// event was ahead of the clock when it was handed over.
  void look(const SourceStatus& status, std::int64_t ahead, UtcNs now);
  /// What is wrong, in words; empty: nothing.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// When silence may have to be told; the greatest time: never, as far as is known.
  [[nodiscard]] UtcNs due() const { return due_; }
  /// What was learned, to be kept; it changes once an hour at most.
  [[nodiscard]] std::string kept() const;
  /// What was learned changed since the last call.
  [[nodiscard]] bool learned();

 private:
  /// One hour of the day.
  struct Hour {
    std::array<std::uint32_t, kDays> longest{};  ///< seconds; of day n at n % kDays; kNothing: nothing came
    std::uint32_t days = 0;                      ///< that passed
  };
  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;
  struct Local {
    int hour = 0;
    bool weekend = false;
    std::int64_t begins = 0;  ///< UtcNs of the hour's beginning
  };
  [[nodiscard]] static Local local(UtcNs now);
  [[nodiscard]] static std::size_t slot(const Local& at) {
    return static_cast<std::size_t>(at.hour + (at.weekend ? 24 : 0));
  }
  void close_hour(UtcNs now);
  /// Where the silence at hand begins, for this hour's habit: one from longer ago than the hour before is not its own.
  [[nodiscard]] UtcNs silent_since() const;
  void look_at_format(const SourceStatus& status);
  void look_at_clock(std::int64_t ahead, bool came);
  [[nodiscard]] std::string silence(UtcNs now);
  /// Seconds of silence from which it is told in this hour; 0: not known, or nothing usually comes.
  [[nodiscard]] std::uint32_t limit_of(const Hour& hour, std::uint32_t& longest) const;

  std::array<Hour, 48> hours_{};
  Local at_{};                         ///< the hour that runs; begins 0: none yet
  std::uint32_t longest_ = 0;          ///< silence in it, so far
  bool came_ = false, whole_ = false;  ///< in it: something came; it was seen from its beginning
  UtcNs last_ = 0;                     ///< when something came last; 0: nothing yet
  std::uint64_t seen_ = 0;             ///< records and events by then
  UtcNs due_ = 0;
  // Format.
  std::uint64_t read_ = 0, refused_ = 0;  ///< at the window's beginning
  double usual_ = -1;                     ///< share that is refused; < 0: not known yet
  std::string drifted_;
  // Clock.
  int ahead_ = 0, right_ = 0;  ///< events in a row
  std::string clock_;
  std::string problem_;
  bool learned_ = false;
};

}  // namespace wf::kit
