#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "proto/time.hpp"

namespace wf::link {

/// Who flooded the link and is kept out for a while: after the first time for `first`, then four times as long each
/// time, a minute at most. Who keeps the peace for ten minutes after the end of a penalty begins anew. It is remembered
/// by the enrolled name, so that neither another connection nor another key of the same agent ends it, and in memory
/// only: an engine that starts again has forgotten it. Times are CLOCK_MONOTONIC in nanoseconds. One thread.
class PenaltyBox {
 public:
  explicit PenaltyBox(std::int64_t first = kSecond) : first_(first) {}

  struct Penalty {
    std::int64_t lasts = 0;   ///< ns
    std::uint32_t times = 0;  ///< its how-manieth this is
  };
  /// It flooded. Nothing: it is kept out already, and what is left of its connections changes nothing.
  std::optional<Penalty> strike(const std::string& who, std::int64_t mono);
  /// For how long it is still kept out; 0: it may come in.
  [[nodiscard]] std::int64_t left(const std::string& who, std::int64_t mono) const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }

  static constexpr std::int64_t kLongest = kMinute, kForgiven = 10 * kMinute;
  /// Remembered at most; who was kept out longest ago is forgotten first.
  static constexpr std::size_t kMost = 1024;

 private:
  struct Known {
    std::int64_t until = 0, lasts = 0;
    std::uint32_t times = 0;
  };
  void make_room(std::int64_t mono);

  const std::int64_t first_;
  std::map<std::string, Known> known_;
};

}  // namespace wf::link
