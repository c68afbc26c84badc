#include "console/engine/commit_bound.hpp"

#include "tests/support/catch.hpp"

using namespace wf;
using engine::CommitBound;

namespace {

/// Transactions as large as they may be on a disk with such a sync and speed; how long the last one took.
std::int64_t last_of(CommitBound& bound, int count, std::int64_t sync, double bytes_a_second, std::int64_t& mono) {
  std::int64_t took = 0;
  for (int i = 0; i < count; ++i) {
    bound.took(500, mono, mono + sync);  // one event
    mono += sync;
    took = sync + static_cast<std::int64_t>(static_cast<double>(bound.bytes()) / bytes_a_second * 1e9);
    bound.took(bound.bytes(), mono, mono + took);
    mono += took;
  }
  return took;
}

}  // namespace

TEST_CASE("a transaction is as large as takes a few milliseconds") {
  CommitBound bound;
  std::int64_t mono = kSecond;
  CHECK(last_of(bound, 50, kMillisecond, 500e6, mono) <= CommitBound::kSoon * 5 / 4);
  CHECK(bound.bytes() > CommitBound::kFirst);
  CHECK(last_of(bound, 50, kMillisecond, 150e6, mono) <= CommitBound::kSoon * 5 / 4);
  CHECK(bound.bytes() < CommitBound::kFirst);
}

TEST_CASE("where a sync takes long a transaction may take twice as long, and where it becomes quick, short again") {
  CommitBound bound;
  std::int64_t mono = kSecond;
  const std::int64_t slow = last_of(bound, 50, 20 * kMillisecond, 200e6, mono);
  CHECK(slow > 30 * kMillisecond);
  CHECK(slow <= 50 * kMillisecond);
  mono += 20 * kSecond;
  (void)last_of(bound, 5000, kMillisecond, 200e6, mono);
  CHECK(last_of(bound, 1, kMillisecond, 200e6, mono) <= CommitBound::kSoon * 5 / 4);
}

TEST_CASE("small transactions, however long they took, say nothing of large ones") {
  CommitBound bound;
  for (int i = 0; i < 100; ++i) bound.took(500, i * kSecond, i * kSecond + 500 * kMillisecond);
  CHECK(bound.bytes() == CommitBound::kFirst);
}

TEST_CASE("a large transaction of one line alone does not make small what may be together") {
  CommitBound bound;
  for (int i = 1; i <= 50; ++i) {
    bound.took(500, i * kSecond, i * kSecond + kMillisecond);
    bound.took(32U << 20U, i * kSecond, i * kSecond + 80 * kMillisecond);  // 400 MiB a second
  }
  CHECK(bound.bytes() == CommitBound::kFirst);
}
