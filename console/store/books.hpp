#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "console/store/given_up.hpp"
#include "console/store/ledger.hpp"
#include "console/store/sqlite.hpp"
#include "console/store/store.hpp"

namespace wf::store {

/// What one transaction changes in the books.
struct BookEntries {
  std::map<std::string, std::int64_t> agents;  ///< new ones
  std::map<LaneKey, RangeSet> stored;
  std::uint64_t events = 0;
  std::map<LaneKey, std::map<std::uint64_t, GivenUpRanges::Row>> given_up;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::string> leases;  ///< by agent and epoch
};

/// The ledger, given-up ranges and leases as they stand in the database, in memory. The store's writer enters what it
/// committed, never earlier: an agent drops what stored() says. Questions: any thread; the rest: the writer.
class Books {
 public:
  [[nodiscard]] Result<void> load(const Database& db);
  void enter(const BookEntries& entries);

  /// Row in `agents`; 0: none.
  [[nodiscard]] std::int64_t agent(const std::string& name) const;
  [[nodiscard]] std::size_t agents() const { return agents_.size(); }
  [[nodiscard]] const Ledger& ranges() const { return ledger_; }
  /// Of one lane; empty if there is none.
  [[nodiscard]] const RangeSet& ranges_of(const LaneKey& key) const;
  [[nodiscard]] const GivenUpRanges& given_up_of(const LaneKey& key) const;

  // --- any thread; each as Store says ---
  [[nodiscard]] std::vector<LaneStored> stored(const std::string& agent) const;
  [[nodiscard]] std::vector<LedgerRange> ledger() const;
  [[nodiscard]] std::vector<LaneAccount> accounts() const;
  [[nodiscard]] std::string lease(const std::string& agent, std::uint64_t epoch) const;
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  [[nodiscard]] std::map<std::int64_t, std::string> names() const;

  mutable std::mutex mutex_;  ///< the writer changes under it and reads without it, others read under it
  std::map<std::string, std::int64_t> agents_;
  Ledger ledger_;
  GivenUpLedger given_up_;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::string> leases_;
  std::atomic<std::uint64_t> events_ = 0;
};

}  // namespace wf::store
