#include "console/store/books.hpp"

#include <set>

namespace wf::store {
namespace {

/// Calls `row` for each row of a query.
template <class Row>
Result<void> each(const Database& db, const char* sql, const Row& row) {
  Result<Statement> statement = db.prepare(sql);
  if (!statement) return statement.error();
  while (true) {
    Result<bool> more = statement->step();
    if (!more) return more.error();
    if (!*more) return {};
    row(*statement);
  }
}

std::uint64_t number(const Statement& s, int column) { return static_cast<std::uint64_t>(s.integer(column)); }

/// Agent, epoch and lane in a row's first three columns.
LaneKey key_of(const Statement& s) { return {s.integer(0), number(s, 1), static_cast<std::uint8_t>(s.integer(2))}; }

const RangeSet kNoRanges;
const GivenUpRanges kNothingGivenUp;

/// The newest ranges, up to what is shown.
template <class T>
void keep_newest(std::vector<T>& parts) {
  if (parts.size() > LaneAccount::kMostShown)
    parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(LaneAccount::kMostShown));
}

}  // namespace

Result<void> Books::load(const Database& db) {
  Result<void> read = each(db, "SELECT id, name FROM agents",
                           [&](const Statement& s) { agents_.emplace(std::string(s.bytes(1)), s.integer(0)); });
  if (!read) return read;
  read = each(db, "SELECT agent, epoch, lane, first, last FROM ledger", [&](const Statement& s) {
    const Range range{number(s, 3), number(s, 4)};
    ledger_[key_of(s)].insert(range);
    events_ += range.last - range.first + 1;
  });
  if (!read) return read;
  read = each(db, "SELECT agent, epoch, lane, first, last, time, reason FROM given_up", [&](const Statement& s) {
    given_up_[key_of(s)].put(number(s, 3), {number(s, 4), s.integer(5), std::string(s.bytes(6))});
  });
  if (!read) return read;
  return each(db, "SELECT agent, epoch, lease FROM leases", [&](const Statement& s) {
    leases_[{s.integer(0), number(s, 1)}] = std::string(s.bytes(2));
  });
}

void Books::enter(const BookEntries& entries) {
  const std::lock_guard hold(mutex_);
  agents_.insert(entries.agents.begin(), entries.agents.end());
  for (const auto& [key, added] : entries.stored)
    for (const auto& [first, last] : added.ranges()) ledger_[key].insert({first, last});
  for (const auto& [key, rows] : entries.given_up)
    for (const auto& [first, row] : rows) given_up_[key].put(first, row);
  for (const auto& [owner, lease] : entries.leases) leases_[owner] = lease;
  events_ += entries.events;
}

std::int64_t Books::agent(const std::string& name) const {
  const auto found = agents_.find(name);
  return found != agents_.end() ? found->second : 0;
}

const RangeSet& Books::ranges_of(const LaneKey& key) const {
  const auto found = ledger_.find(key);
  return found != ledger_.end() ? found->second : kNoRanges;
}

const GivenUpRanges& Books::given_up_of(const LaneKey& key) const {
  const auto found = given_up_.find(key);
  return found != given_up_.end() ? found->second : kNothingGivenUp;
}

std::map<std::int64_t, std::string> Books::names() const {
  std::map<std::int64_t, std::string> out;
  for (const auto& [name, id] : agents_) out.emplace(id, name);
  return out;
}

std::vector<LaneStored> Books::stored(const std::string& agent) const {
  const std::lock_guard hold(mutex_);
  std::vector<LaneStored> out;
  const auto id = agents_.find(agent);
  if (id == agents_.end()) return out;
  std::set<LaneKey> lanes;
  const LaneKey from{id->second, 0, 0};
  for (auto it = ledger_.lower_bound(from); it != ledger_.end() && it->first.agent == id->second; ++it)
    lanes.insert(it->first);
  for (auto it = given_up_.lower_bound(from); it != given_up_.end() && it->first.agent == id->second; ++it)
    lanes.insert(it->first);
  for (const LaneKey& key : lanes)
    out.push_back({key.epoch, key.lane, whole_up_to(ranges_of(key), given_up_of(key).set())});
  return out;
}

std::vector<LedgerRange> Books::ledger() const {
  const std::lock_guard hold(mutex_);
  const std::map<std::int64_t, std::string> known = names();
  std::vector<LedgerRange> out;
  for (const auto& [key, set] : ledger_)
    for (const auto& [first, last] : set.ranges())
      out.push_back({known.at(key.agent), key.epoch, key.lane, first, last});
  return out;
}

std::vector<LaneAccount> Books::accounts() const {
  const std::lock_guard hold(mutex_);
  const std::map<std::int64_t, std::string> known = names();
  std::set<LaneKey> lanes;
  for (const auto& [key, set] : ledger_) lanes.insert(key);
  for (const auto& [key, ranges] : given_up_) lanes.insert(key);
  std::vector<LaneAccount> out;
  for (const LaneKey& key : lanes) {
    LaneAccount account;
    account.agent = known.at(key.agent);
    account.epoch = key.epoch;
    account.lane = key.lane;
    const RangeSet& ranges = ranges_of(key);
    account.stored = ranges.size();
    for (const RangeSet* set : {&ranges, &given_up_of(key).set()})
      if (!set->ranges().empty()) account.up_to = std::max(account.up_to, set->ranges().rbegin()->second);
    LaneStanding standing = standing_of(ranges, given_up_of(key));
    for (const Range& gap : standing.gaps) account.missing += gap.last - gap.first + 1;
    for (const LaneStanding::Given& given : standing.given_up)
      account.given_up += given.range.last - given.range.first + 1;
    keep_newest(standing.gaps);
    keep_newest(standing.given_up);
    for (const Range& gap : standing.gaps) account.gaps.push_back({gap.first, gap.last, {}});
    for (LaneStanding::Given& given : standing.given_up)
      account.given_ranges.push_back({given.range.first, given.range.last, std::move(given.reason)});
    out.push_back(std::move(account));
  }
  return out;
}

std::string Books::lease(const std::string& agent, std::uint64_t epoch) const {
  const std::lock_guard hold(mutex_);
  const auto id = agents_.find(agent);
  if (id == agents_.end()) return {};
  const auto found = leases_.find({id->second, epoch});
  return found != leases_.end() ? found->second : std::string();
}

}  // namespace wf::store
