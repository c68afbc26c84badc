#include "console/engine/commit_bound.hpp"

#include <algorithm>

namespace wf::engine {
namespace {

/// The quickest transaction of so long counts for as long again.
constexpr std::int64_t kSpan = 5 * kSecond;

}  // namespace

void CommitBound::took(std::size_t bytes, std::int64_t begun, std::int64_t done) {
  const std::int64_t took = std::max<std::int64_t>(done - begun, 1);
  if (done - span_begun_ > kSpan) {
    quickest_before_ = quickest_;
    quickest_ = 0;
    span_begun_ = done;
  }
  quickest_ = quickest_ == 0 ? took : std::min(quickest_, took);
  const std::int64_t quickest = quickest_before_ == 0 ? quickest_ : std::min(quickest_, quickest_before_);
  const std::int64_t aim = std::max(kSoon, 2 * quickest);
  // Only one that was about as large as it may be says whether that is right.
  if (bytes < bytes_ / 2) return;
  // One line alone is not bounded: its transaction says what its own bytes took, many times these.
  if (took > aim)
    bytes_ = std::clamp(
        static_cast<std::size_t>(static_cast<double>(bytes) * static_cast<double>(aim) / static_cast<double>(took)),
        std::max(kLeast, bytes_ / 2), bytes_);
  else if (took < aim - aim / 8)
    bytes_ = std::min(kMost, bytes_ + bytes_ / 4);
}

}  // namespace wf::engine
