#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event_codec.hpp"
#include "proto/link_message.hpp"
#include "proto/result.hpp"

namespace wf::store {

enum class RecordKind : std::uint8_t { batch = 1, command = 2, config = 3, tick = 4 };

/// One record of the engine's totally ordered input log.
struct Record {
  std::uint64_t position = 0;  ///< given by append(), 1 and up, no holes
  RecordKind kind = RecordKind::tick;
  UtcNs time = 0;                    ///< engine clock
  BatchOrigin origin;                ///< batches only
  std::uint32_t count = 0;           ///< batches only: events
  UtcNs min_time = 0, max_time = 0;  ///< batches only: range of event times
  std::string payload;               ///< encoded batch, command or configuration
};

/// Numbers that one agent's lane has had stored, as closed ranges, ascending and disjoint.
struct LedgerRange {
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  std::uint64_t first = 0, last = 0;
};

/// One line of the audit chain: who did what. Each line's hash covers the one before.
struct AuditLine {
  std::uint64_t number = 0;
  UtcNs time = 0;
  std::string actor, action, subject, detail;
  std::string hash;  ///< hex BLAKE2b of the previous hash and this line
};

/// An incident as it stood at a moment: one of its revisions.
struct StoredIncident {
  std::uint64_t id = 0;
  std::uint32_t revision = 0;
  UtcNs changed = 0;
  bool open = true;
  std::string json;
};

/// An alert with its newest count of repeats.
struct StoredAlert {
  std::uint64_t id = 0;
  UtcNs time = 0;  ///< event time
  std::string json;
};

/// What one transaction stores. Each part as the function of its name says.
struct Commit {
  std::vector<Record> records;            ///< append()
  std::vector<StoredIncident> incidents;  ///< put_incidents()
  std::vector<StoredAlert> alerts;        ///< an id that is there already is replaced
  std::vector<AuditLine> audit;           ///< append_audit()
};

struct VerifyReport {
  std::uint64_t events = 0, batches = 0, audit_lines = 0;
  std::vector<std::string> gaps;     ///< "net-1 epoch 7 lane 1: 120–188 missing (69 events)"
  std::vector<std::string> damages;  ///< broken audit chain, ledger and batches that disagree…
  [[nodiscard]] bool whole() const { return gaps.empty() && damages.empty(); }
};

/// The database behind one narrow interface: SQLite in WAL mode, synchronous=FULL, in a data directory that
/// one process owns (a lock file). append() and the other writers: from one thread only. Readers open a
/// Reader of their own.
class Store {
 public:
  /// Opens or makes the database. Refuses: a newer user_version, a directory that another process owns
  /// (the error names it), a disk that cannot be written.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::filesystem::path& data);
  virtual ~Store() = default;

  /// Stores all records in one transaction and updates the ledger; durable when it returns. Fills in the
  /// positions. A batch, or the part of one, that is in the ledger already is not stored again: its count
  /// becomes the number of events really stored (0: nothing, position 0, payload empty); when only part of it is
  /// new, payload, count and first_sequence are cut to the new part; further new parts of the same batch are
  /// added behind the caller's records. A batch that has to be cut and cannot be decoded is stored as it came,
  /// under the new numbers. After an error nothing is stored and `records` are as they were: call it again with
  /// the same ones.
  [[nodiscard]] virtual Result<void> append(std::vector<Record>& records) = 0;
  /// One transaction, durable when it returns. A revision that is stored already stays as it was first made.
  [[nodiscard]] virtual Result<void> put_incidents(const std::vector<StoredIncident>& incidents) = 0;
  /// One transaction, durable when it returns. Fills in numbers and hashes.
  [[nodiscard]] virtual Result<void> append_audit(std::vector<AuditLine>& lines) = 0;
  /// All of it in one transaction, so that a command and its line of the audit are there both or not at all.
  [[nodiscard]] virtual Result<void> commit(Commit& commit) = 0;

  /// What is stored of an agent: for each epoch and lane, the end of the range that begins at 1.
  /// May be called from any thread.
  [[nodiscard]] virtual std::vector<LaneStored> stored(const std::string& agent) const = 0;
  [[nodiscard]] virtual std::vector<LedgerRange> ledger() const = 0;  ///< any thread
  [[nodiscard]] virtual std::uint64_t events() const = 0;             ///< any thread
  /// Moves the WAL into the database; call from a background thread, never fails loudly.
  virtual void checkpoint() = 0;
};

/// Reads a data directory, also while another process owns it. One thread at a time.
class Reader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& data);
  virtual ~Reader() = default;
  /// Calls `each` for every record with position > after, in order, until it returns false.
  [[nodiscard]] virtual Result<void> read_log(std::uint64_t after, const std::function<bool(Record&)>& each) const = 0;
  /// Batches whose event times touch [since, until], newest position first.
  [[nodiscard]] virtual Result<void> read_batches(UtcNs since, UtcNs until,
                                                  const std::function<bool(Record&)>& each) const = 0;
  /// Of each incident the newest revision that was made in [since, until], newest first.
  [[nodiscard]] virtual Result<std::vector<StoredIncident>> incidents(UtcNs since, UtcNs until,
                                                                      std::size_t limit) const = 0;
  /// Alerts of [since, until], newest first.
  [[nodiscard]] virtual Result<std::vector<StoredAlert>> alerts(UtcNs since, UtcNs until, std::size_t limit) const = 0;
  /// Lines of [since, until], newest first.
  [[nodiscard]] virtual Result<std::vector<AuditLine>> audit(UtcNs since, UtcNs until, std::size_t limit) const = 0;
  /// Reads everything: the ledger's gaps, whether ledger and log agree, the audit chain, the file itself.
  [[nodiscard]] virtual Result<VerifyReport> verify() const = 0;
};

/// Copies a consistent image of the data directory (database, keys, the sites
/// that the log names, settings) into `archive`, a new directory,
/// mode 0700; works while an engine runs. restore() puts one into an empty or absent data directory.
[[nodiscard]] Result<void> backup(const std::filesystem::path& data, const std::filesystem::path& archive);
[[nodiscard]] Result<void> restore(const std::filesystem::path& archive, const std::filesystem::path& data);

}  // namespace wf::store
