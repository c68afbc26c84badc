#pragma once
#include <vector>

#include "console/store/ledger.hpp"
#include "console/store/sqlite.hpp"
#include "console/store/store.hpp"

namespace wf::store {

/// Do two batches hold the same events under the numbers of `range`, which both must cover? Those that cannot be
/// decoded are the same only if their bytes are.
[[nodiscard]] bool same_events(const Record& a, const Record& b, const Range& range);

/// Compares batches with what the log has under the same numbers. One thread at a time.
class StoredEvents {
 public:
  [[nodiscard]] Result<void> prepare(const Database& db);
  /// True when the log's records hold, of the numbers of `range`, the same events as `record`.
  [[nodiscard]] Result<bool> agree(const Record& record, std::int64_t agent, const Range& range);

 private:
  Statement overlapping_;
};

}  // namespace wf::store
