#pragma once
#include <functional>
#include <map>
#include <vector>

#include "console/store/ledger.hpp"
#include "console/store/store.hpp"

namespace wf::store {

/// What one append() will store, worked out before the transaction begins: nothing of the caller's records
/// and nothing of the ledger changes until it is committed.
struct AppendPlan {
  /// A row of the log to be: a record as it came, or a part cut from one.
  struct Row {
    std::size_t record = 0;  ///< index in the caller's records; of an extra part: of the one that it is cut from
    bool extra = false;      ///< a further part, which the caller gets behind its own records
    bool cut = false;        ///< `part` replaces the record
    std::int64_t agent = 0;  ///< row in `agents`; batches only
    Record part;             ///< valid if cut
    [[nodiscard]] const Record& of(const std::vector<Record>& records) const { return cut ? part : records[record]; }
  };
  std::vector<Row> rows;                ///< in log order
  std::vector<std::size_t> duplicates;  ///< records of which nothing is new
  std::vector<std::size_t> conflicts;   ///< records whose numbers are taken by other events
  std::map<LaneKey, RangeSet> added;    ///< numbers that the transaction adds
  std::uint64_t events = 0;
};

/// What the plan has to ask.
struct PlanQuestions {
  /// The row of an agent, made if need be.
  std::function<std::int64_t(const std::string&)> agent_id;
  /// Does the log have the same events as the record under these of its numbers? Asked of records to compare.
  std::function<Result<bool>(const Record&, std::int64_t agent, const Range&)> agree;
};

/// Checks the batches of `records` against the ledger and against each other. Fails when an origin's numbers are
/// impossible.
[[nodiscard]] Result<void> make_plan(const std::vector<Record>& records, const Ledger& ledger,
                                     const PlanQuestions& questions, AppendPlan& plan);

}  // namespace wf::store
