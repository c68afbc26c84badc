#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "console/model/snapshot.hpp"
#include "proto/time.hpp"

namespace wf::engine {

/// The numbers of the top bar and the time strip, counted by the log's times, so that a replay counts the
/// same. One thread.
class Figures {
 public:
  void add(const std::string& agent, std::uint32_t events, UtcNs time);
  /// Writes totals, rates and histogram as of `now` into a snapshot.
  void fill(Snapshot& snapshot, UtcNs now) const;
  /// Writes one agent's counts into its state.
  void fill(AgentState& agent, UtcNs now) const;
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Agents that ever sent something.
  [[nodiscard]] std::vector<std::string> agents() const;

 private:
  static constexpr std::int64_t kSpan = 2 * kMinute;
  static constexpr std::size_t kSpans = 60;
  static constexpr std::int64_t kShortSpan = 3 * kSecond;
  /// Counts in spans of fixed length, the newest `N` of them.
  template <std::size_t N>
  struct Ring {
    std::array<std::uint32_t, N> counts{};
    std::int64_t newest = -1;  ///< number of the newest span since 1970
    void add(std::int64_t span, std::uint32_t n);
    [[nodiscard]] std::uint32_t at(std::int64_t span) const;
  };
  struct Agent {
    std::uint64_t events = 0;
    Ring<21> recent;
  };
  std::uint64_t total_ = 0;
  Ring<32> seconds_;
  Ring<kSpans + 1> spans_;
  std::map<std::string, Agent> agents_;
};

}  // namespace wf::engine
