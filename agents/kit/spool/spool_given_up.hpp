#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/spool/spool_slots.hpp"

namespace wf::kit {

/// Why numbered events will never come.
enum class GiveUpReason : char {
  full = 'f',     ///< the spool was at its limit
  disk = 'x',     ///< its disk had no room
  age = 'a',      ///< older than the spool keeps events
  damaged = 'd',  ///< what was on the disk could not be read any more
};
/// In words, for the engine and for people.
[[nodiscard]] std::string_view words_of(GiveUpReason reason);

/// Numbers of one epoch and lane, as the engine knows them, that will never come.
struct GivenUpRange {
  std::uint64_t serial = 0;  ///< grows; each range is said once by an event
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  std::uint64_t first = 0, last = 0;
  GiveUpReason reason = GiveUpReason::full;
  bool settled = false;  ///< the engine has it, or has the events after all
  [[nodiscard]] std::uint64_t count() const { return last - first + 1; }
  bool operator==(const GivenUpRange&) const = default;
};

namespace spool {

/// The ranges that were given up and are not forgotten yet, in the file `given_up`. Every change is durable before
/// it counts, or did not happen.
class GivenUp {
 public:
  /// Ranges are merged when there are more than this, and damage is no longer taken: it is found again later.
  static constexpr std::size_t kMostRanges = 128;

  [[nodiscard]] Result<void> open(Disk& disk, const std::filesystem::path& file);
  [[nodiscard]] const std::vector<GivenUpRange>& ranges() const { return ranges_; }
  /// Adds what of `range` is not there yet, under new serials.
  [[nodiscard]] Result<void> add(const GivenUpRange& range);
  /// How many numbers of `range` are not among the ranges.
  [[nodiscard]] std::uint64_t missing(const GivenUpRange& range) const;
  /// The engine knows what became of these numbers.
  void settle(std::uint64_t epoch, std::uint8_t lane, std::uint64_t first, std::uint64_t last);
  /// Forgets settled ranges of other epochs, and of this lane and epoch those up to `done`: they cannot be met again.
  void forget(std::uint64_t epoch, std::uint8_t lane, std::uint64_t done);
  /// Ranges up to this serial were said: neighbours among them become one.
  void said(std::uint64_t serial) { said_ = serial; }

 private:
  [[nodiscard]] Result<void> replace(std::vector<GivenUpRange> ranges);
  void merge(std::vector<GivenUpRange>& ranges) const;

  SlotFile file_;
  std::vector<GivenUpRange> ranges_;
  std::uint64_t serial_ = 0, said_ = 0;
};

}  // namespace spool
}  // namespace wf::kit
