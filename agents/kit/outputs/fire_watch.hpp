#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "agents/kit/clock.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// The fires that this agent's sources told of and whose panel was not reset yet: fire.alarm, fire.release and fire.gas
/// begin one at their point, zone or device; fire.restored of the same, without a reason, ends it: one with a reason is
/// a fault that ended. What nobody resets is over a day after it was told of last. Kept in a file, so that a new start
/// forgets no fire; one that cannot be written counts all the same. One thread.
class FireWatch {
 public:
  using Write = std::function<Result<void>(const std::filesystem::path&, std::string_view)>;
  static constexpr std::int64_t kLongest = 24 * kHour;
  static constexpr std::size_t kMost = 256;  ///< beyond it they count as one

  FireWatch() = default;
  /// A damaged file counts as a fire that nobody reset: `problem` says so.
  static FireWatch open(std::filesystem::path file, const Moment& moment, std::string& problem, Write write = {});

  /// True: a fire began that was not known.
  bool take(const Event& event, const Moment& moment);
  /// Why nothing is locked, in words; empty: there is no fire.
  [[nodiscard]] std::string refusal(const Moment& moment);

 private:
  /// A clock that is set must not end a fire: while this agent runs CLOCK_MONOTONIC counts, the file has the time.
  struct Fire {
    UtcNs told = 0;
    std::int64_t until = 0;
  };
  void age(const Moment& moment);
  void save() const;

  std::filesystem::path file_;
  Write write_;
  std::map<std::string, Fire> burning_;  ///< by place
};

}  // namespace wf::kit
