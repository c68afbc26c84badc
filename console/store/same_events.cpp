#include "console/store/same_events.hpp"

#include <algorithm>

namespace wf::store {
namespace {

bool same(const Event& a, const Event& b) {
  // Written by the link in place of what an agent may not say, with the link's time (console/link/scope.hpp).
  if (a.kind == "link.claim" && b.kind == a.kind) return a.fields == b.fields;
  return a == b;
}

}  // namespace

bool same_events(const Record& a, const Record& b, const Range& range) {
  if (a.payload == b.payload && a.origin.first_sequence == b.origin.first_sequence) return true;
  // Decoded under one name, so that only what happened is compared.
  const Result<std::vector<Event>> of_a = decode_batch(a.payload, a.origin);
  const Result<std::vector<Event>> of_b =
      decode_batch(b.payload, {a.origin.agent, a.origin.epoch, a.origin.lane, b.origin.first_sequence});
  if (!of_a || !of_b || of_a->size() != a.count || of_b->size() != b.count) return false;
  for (std::uint64_t n = range.first; n <= range.last; ++n)
    if (!same((*of_a)[n - a.origin.first_sequence], (*of_b)[n - b.origin.first_sequence])) return false;
  return true;
}

Result<void> StoredEvents::prepare(const Database& db) {
  // A batch begins at most kMaxBatchEvents below a number that it holds.
  Result<Statement> made = db.prepare(
      "SELECT first, count, payload FROM log INDEXED BY log_numbers WHERE kind = 1 AND agent = ?1 AND epoch = ?2 AND "
      "lane = ?3 AND first BETWEEN ?4 AND ?5 ORDER BY first DESC");
  if (!made) return made.error();
  overlapping_ = std::move(*made);
  return {};
}

Result<bool> StoredEvents::agree(const Record& record, std::int64_t agent, const Range& range) {
  const Resetter reset(overlapping_);
  const std::uint64_t from = range.first > kMaxBatchEvents ? range.first - kMaxBatchEvents : 1;
  overlapping_.bind(1, agent).bind(2, static_cast<std::int64_t>(record.origin.epoch)).bind(3, record.origin.lane);
  overlapping_.bind(4, static_cast<std::int64_t>(from)).bind(5, static_cast<std::int64_t>(range.last));
  while (true) {
    Result<bool> row = overlapping_.step();
    if (!row) return row.error();
    if (!*row) return true;
    Record stored;
    stored.origin = record.origin;
    stored.origin.first_sequence = static_cast<std::uint64_t>(overlapping_.integer(0));
    stored.count = static_cast<std::uint32_t>(overlapping_.integer(1));
    const Range common{std::max(range.first, stored.origin.first_sequence),
                       std::min(range.last, stored.origin.first_sequence + stored.count - 1)};
    if (stored.count > 0 && common.first <= common.last) {
      stored.payload = overlapping_.bytes(2);
      if (!same_events(record, stored, common)) return false;
    }
    // No two rows hold the same number. Without an end here, an agent that sends old events one by one again has the
    // writer read thousands of rows for each of them, and all agents wait.
    if (stored.origin.first_sequence <= range.first) return true;
  }
}

}  // namespace wf::store
