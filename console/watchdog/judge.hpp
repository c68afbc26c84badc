#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/seat/health_probe.hpp"
#include "proto/time.hpp"

namespace wf::watchdog {

/// What can be wrong with an engine as seen from outside, by weight.
enum class Trouble : std::uint8_t {
  none,
  blind,    ///< it works and sees nothing: no agent speaks, or no event comes from anybody
  deaf,     ///< it answers, but a thread stands still, nothing can be stored, or agents cannot connect
  unknown,  ///< who watches cannot tell: its key is not admitted, or somebody else answers
  dead      ///< no answer
};
inline constexpr std::size_t kTroubles = 5;
[[nodiscard]] std::string_view name_of(Trouble trouble);  ///< "well", "blind", …

/// Spans in nanoseconds. A trouble has to last for its span before it is called; see README.md.
struct Policy {
  std::int64_t every = 10 * kSecond;         ///< between two looks
  std::int64_t answer_within = 5 * kSecond;  ///< of one look
  std::int64_t dead_after = 30 * kSecond;
  std::int64_t deaf_after = 60 * kSecond;
  std::int64_t silent_after = 2 * kMinute;  ///< no agent speaks
  std::int64_t blind_after = 15 * kMinute;  ///< no event from anybody; 0: a quiet site is none of the watch's business
  std::int64_t stuck = 10 * kSecond;        ///< a thread of the engine without a round
  std::int64_t repeat = 10 * kMinute;       ///< between two calls for the same trouble
  std::int64_t well_for = kMinute;          ///< all well, before a trouble is over
};

/// One look at an engine.
struct Look {
  seat::Probe engine;
  std::optional<seat::Probe> door;  ///< agents' door, where it was tried
};

/// What one look alone says.
struct Finding {
  Trouble trouble = Trouble::none;
  std::string text;           ///< one line for people; when all is well, what there is to know
  std::int64_t patience = 0;  ///< how long it has to last before it is called
};
[[nodiscard]] Finding judge(const Look& look, const Policy& policy);

/// Something to say to who can help.
struct Call {
  enum class Kind : std::uint8_t { alarm, changed, again, over, helper, test } kind = Kind::alarm;
  Trouble trouble = Trouble::none;  ///< `over`: what it was
  std::string text;
  std::int64_t lasts = 0;  ///< ns since the trouble began
};
[[nodiscard]] std::string_view name_of(Call::Kind kind);

/// Makes calls of findings. A trouble begins with the first bad look after a settled time and is called once bad time
/// has added up to its patience; good looks in between do not take that back until all was well for `well_for` on end,
/// so that an engine that comes and goes is called too, and once. It is over after `well_for`, twice as long for each
/// trouble of the last hour. Knows no clock: every function is given CLOCK_MONOTONIC. One thread.
class Watchdog {
 public:
  explicit Watchdog(Policy policy) : policy_(policy) {}

  [[nodiscard]] std::vector<Call> take(const Finding& finding, std::int64_t mono);
  /// Somebody has taken the trouble over: it is not called again until it changes for the worse or is over.
  void acknowledge() { acknowledged_ = true; }
  /// What was called and is not over.
  [[nodiscard]] Trouble trouble() const { return called_; }
  /// How long to wait before the next look, so that a trouble is called when it is due.
  [[nodiscard]] std::int64_t pause() const { return pause_; }

 private:
  void settle();
  [[nodiscard]] std::int64_t well_needed(std::int64_t mono);
  [[nodiscard]] Call call(Call::Kind kind, const std::string& text, std::int64_t mono);

  const Policy policy_;
  Trouble called_ = Trouble::none;
  bool acknowledged_ = false;
  std::int64_t looked_ = 0;                       ///< 0: never
  std::int64_t bad_ = 0;                          ///< bad time since it was settled
  std::array<std::int64_t, kTroubles> bad_of_{};  ///< the same of each trouble, since it was settled or called
  std::int64_t began_ = 0, good_since_ = 0, spoke_ = 0, pause_ = 0;
  bool good_ = true;
  std::uint32_t relapses_ = 0;
  std::vector<std::int64_t> overs_;  ///< when troubles of the last hour were over
};

}  // namespace wf::watchdog
