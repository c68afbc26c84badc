#include "console/store/append_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "console/store/same_events.hpp"

namespace wf::store {
namespace {

constexpr auto kLargestNumber = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - 1;

Result<void> check_origin(const Record& record) {
  const BatchOrigin& o = record.origin;
  const bool possible = !o.agent.empty() && o.lane <= 2 && o.first_sequence >= 1 && record.count >= 1 &&
                        o.first_sequence <= kLargestNumber - record.count;
  if (possible) return {};
  return Error{
      fmt::format("a batch cannot have lane {}, first number {} and {} events", o.lane, o.first_sequence, record.count),
      o.agent.empty() ? "an agent without a name" : o.agent, "report this: the link should have refused it"};
}

/// The numbers of `range` under the record's name.
Record part_of(const Record& record, const Range& range) {
  Record part;
  part.kind = record.kind;
  part.time = record.time;
  part.origin = record.origin;
  part.origin.first_sequence = range.first;
  part.count = static_cast<std::uint32_t>(range.last - range.first + 1);
  part.min_time = record.min_time;
  part.max_time = record.max_time;
  return part;
}

/// The new parts of a batch that was stored in part: decoded, and encoded again without what is known. One that
/// cannot be read is kept as it came, under the numbers that are new: nothing is lost, and who reads it counts it.
std::vector<Record> cut(const Record& record, const std::vector<Range>& missing) {
  const Result<std::vector<Event>> events = decode_batch(record.payload, record.origin);
  const bool readable = events.ok() && events->size() == record.count;
  std::vector<Record> out;
  BatchEncoder encoder;
  for (const Range& range : missing) {
    Record part = part_of(record, range);
    if (readable) {
      const auto events_of_part =
          std::span<const Event>(*events).subspan(range.first - record.origin.first_sequence, part.count);
      const auto [earliest, latest] = std::minmax_element(
          events_of_part.begin(), events_of_part.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
      part.min_time = earliest->time;
      part.max_time = latest->time;
      encoder.encode(events_of_part, part.payload);
    } else {
      part.payload = record.payload;
    }
    out.push_back(std::move(part));
  }
  return out;
}

/// The parts of `whole` that `ledger` has and that are not in `missing`.
std::vector<Range> known_parts(const Range& whole, const std::vector<Range>& missing) {
  RangeSet fresh;
  for (const Range& range : missing) fresh.insert(range);
  return fresh.missing(whole);
}

/// Has the log, or a record of this very transaction, other events under the numbers that are not new?
Result<bool> conflicts(const std::vector<Record>& records, const AppendPlan& plan, const Record& record,
                       std::int64_t agent, const Range& whole, const std::vector<Range>& missing,
                       const PlanQuestions& questions) {
  for (const Range& range : known_parts(whole, missing)) {
    Result<bool> agree = questions.agree(record, agent, range);
    if (!agree) return agree.error();
    if (!*agree) return true;
  }
  for (const AppendPlan::Row& row : plan.rows) {
    const Record& other = row.of(records);
    if (other.kind != RecordKind::batch || row.agent != agent || other.origin.epoch != record.origin.epoch ||
        other.origin.lane != record.origin.lane)
      continue;
    const Range common{std::max(whole.first, other.origin.first_sequence),
                       std::min(whole.last, other.origin.first_sequence + other.count - 1)};
    if (common.first <= common.last && !same_events(record, other, common)) return true;
  }
  return false;
}

}  // namespace

Result<void> make_plan(const std::vector<Record>& records, const Ledger& ledger, const PlanQuestions& questions,
                       AppendPlan& plan) {
  plan.rows.reserve(records.size());
  std::vector<AppendPlan::Row> extras;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    if (record.kind != RecordKind::batch) {
      plan.rows.push_back({.record = i, .part = {}});
      continue;
    }
    if (record.count == 0 && record.payload.empty()) {  // what an earlier append() found to be known
      plan.duplicates.push_back(i);
      continue;
    }
    if (Result<void> possible = check_origin(record); !possible) return possible;
    const LaneKey key{questions.agent_id(record.origin.agent), record.origin.epoch, record.origin.lane};
    const Range whole{record.origin.first_sequence, record.origin.first_sequence + record.count - 1};
    RangeSet& added = plan.added[key];
    std::vector<Range> missing = added.missing(whole);
    if (const auto known = ledger.find(key); known != ledger.end()) {
      std::vector<Range> both;
      for (const Range& range : missing) {
        const std::vector<Range> part = known->second.missing(range);
        both.insert(both.end(), part.begin(), part.end());
      }
      missing = std::move(both);
    }
    const bool all_new = missing.size() == 1 && missing.front() == whole;
    if (record.compare && !all_new) {
      Result<bool> taken = conflicts(records, plan, record, key.agent, whole, missing, questions);
      if (!taken) return taken.error();
      if (*taken) {
        plan.conflicts.push_back(i);
        continue;
      }
    }
    if (missing.empty()) {
      plan.duplicates.push_back(i);
      continue;
    }
    if (all_new) {
      plan.rows.push_back({.record = i, .agent = key.agent, .part = {}});
    } else {
      std::vector<Record> parts = cut(record, missing);
      for (std::size_t p = 0; p < parts.size(); ++p) {
        AppendPlan::Row row{.record = i, .extra = p > 0, .cut = true, .agent = key.agent, .part = {}};
        row.part = std::move(parts[p]);
        (p == 0 ? plan.rows : extras).push_back(std::move(row));
      }
    }
    for (const Range& range : missing) {
      added.insert(range);
      plan.events += range.last - range.first + 1;
    }
  }
  std::move(extras.begin(), extras.end(), std::back_inserter(plan.rows));
  return {};
}

}  // namespace wf::store
