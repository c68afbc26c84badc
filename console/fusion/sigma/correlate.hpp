#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "console/fusion/sigma/windows.hpp"

namespace wf::sigma {

/// All correlations over one stream of events. Its time is the greatest that it was told; it knows no clock.
/// Deterministic: the same calls give the same matches, and what is remembered depends on nothing else.
class Correlator {
 public:
  explicit Correlator(const Compiled& rules);
  /// Moves the stream's time forward, never back, and appends what turns out to be absent, with what that completes.
  void advance(UtcNs now, std::vector<Match>& out);
  /// Appends every correlation that the event completes, given the plain rules that it matches, by index.
  void take(const Event& event, const std::vector<std::uint32_t>& matched, std::vector<Match>& out);
  /// Takes over what `old` remembers of those correlations that mean the same here. `old` is empty afterwards.
  void adopt(Correlator& old);
  /// True while something can turn out to be absent.
  [[nodiscard]] bool waiting() const;

 private:
  void spread(std::vector<Match>& out);

  const Compiled& rules_;
  std::unique_ptr<EventIds> ids_;
  std::vector<std::unique_ptr<Windows>> windows_;  ///< by correlation
  std::vector<std::uint32_t> absences_;            ///< those that wait for something
  std::vector<Hit> hits_;
  std::uint64_t sequence_ = 0;
  UtcNs now_ = 0;
};

}  // namespace wf::sigma
