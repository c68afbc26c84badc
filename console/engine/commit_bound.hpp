#pragma once
#include <cstddef>
#include <cstdint>

#include "proto/time.hpp"

namespace wf::engine {

/// How many bytes of events a transaction may hold so that it is durable in a few milliseconds: learned from what
/// transactions took. On a disk whose sync alone takes longer, as many as take as long again, so that syncs are not all
/// that is done. Knows no clock: times are CLOCK_MONOTONIC, ns, and come in. One thread.
class CommitBound {
 public:
  static constexpr std::int64_t kSoon = 4 * kMillisecond;
  static constexpr std::size_t kFirst = 1U << 20U, kLeast = 256U << 10U, kMost = 8U << 20U;

  /// A transaction with so many bytes of events is durable.
  void took(std::size_t bytes, std::int64_t begun, std::int64_t done);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = kFirst;
  std::int64_t quickest_ = 0,
               quickest_before_ = 0;  ///< transactions of this span of time and of the one before; 0: none
  std::int64_t span_begun_ = 0;
};

}  // namespace wf::engine
