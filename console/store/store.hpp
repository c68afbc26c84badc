#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
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
  /// Batches only, before append(): another copy of the agent may use the same numbers, so what is stored under them
  /// must be the same events.
  bool compare = false;
  /// After append(): other events are stored under some of its numbers; nothing of it was stored (count 0).
  bool conflict = false;
};

/// Numbers that one agent's lane has had stored, as closed ranges, ascending and disjoint.
struct LedgerRange {
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  std::uint64_t first = 0, last = 0;
};

/// Numbers that an agent said will never come.
struct GivenUp {
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  std::uint64_t first = 0, last = 0;
  UtcNs time = 0;
  std::string reason;
  bool refused = false;  ///< after commit(): too many separate ranges of this lane are given up already
};

/// The lease that an epoch's owner said last (console/link/leases.hpp).
struct ConfirmedLease {
  std::string agent;
  std::uint64_t epoch = 0;
  std::string lease;
  UtcNs time = 0;
};

/// How the numbers of an agent's lane stand. Ranges beyond the first kMostShown are only counted.
struct LaneAccount {
  static constexpr std::size_t kMostShown = 100;
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  struct Part {
    std::uint64_t first = 0, last = 0;
    std::string reason;  ///< of what was given up
  };
  std::uint64_t stored = 0;        ///< numbers that are stored
  std::uint64_t up_to = 0;         ///< the highest number that is stored or given up
  std::uint64_t missing = 0;       ///< numbers below the highest that are neither stored nor given up
  std::vector<Part> gaps;          ///< the newest of them
  std::uint64_t given_up = 0;      ///< numbers given up and not stored after all
  std::vector<Part> given_ranges;  ///< the newest of them
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
  std::vector<GivenUp> given_up;          ///< accounted for from now on, unless they are stored
  std::vector<ConfirmedLease> leases;     ///< replaces the one of that agent and epoch
};

/// An attachment as events name it.
struct NamedAttachment {
  std::string agent;
  std::uint64_t position = 0;  ///< record of the log that holds the first event that names it
  UtcNs time = 0;              ///< of that event
};

struct VerifyReport {
  std::uint64_t events = 0, batches = 0, audit_lines = 0;
  std::vector<std::string> gaps;  ///< "net-1 epoch 7 lane 1: 120–188 missing (69 events)"
  /// "net-1 epoch 7 lane 1: 120–188 (69 events): spool full"; declared by the agent, so no fault of the record
  std::vector<std::string> given_up;
  std::vector<std::string> damages;                    ///< broken audit chain, ledger and batches that disagree…
  std::map<std::string, NamedAttachment> attachments;  ///< that events name, by hash; whether they are there it does
                                                       ///< not say: check_attachments()
  [[nodiscard]] bool whole() const { return gaps.empty() && damages.empty(); }
};

/// The database behind one narrow interface: SQLite in WAL mode, synchronous=FULL, in a data directory that
/// one process owns (a lock file). append() and the other writers: from one thread only. Readers open a
/// Reader of their own.
class Store {
 public:
  /// What to do when an engine ran on the directory and its database is missing or empty.
  enum class Missing { refuse, begin_anew };
  /// Opens or makes the database. Refuses: a newer user_version, a directory that another process owns
  /// (the error names it), a disk that cannot be written, and, unless told to begin anew, a directory that has keys and
  /// a lock but no database any more: the record is lost, and nobody should learn that from an empty wall.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::filesystem::path& data,
                                                           Missing missing = Missing::refuse);
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

  /// What is accounted for of an agent, stored or given up: for each epoch and lane, the end of the range that begins
  /// at 1. May be called from any thread.
  [[nodiscard]] virtual std::vector<LaneStored> stored(const std::string& agent) const = 0;
  [[nodiscard]] virtual std::vector<LedgerRange> ledger() const = 0;  ///< any thread
  /// Lanes with gaps or given-up numbers, and one of each epoch. Any thread.
  [[nodiscard]] virtual std::vector<LaneAccount> accounts() const = 0;
  /// The lease that the owner of an agent's epoch said last, durably; empty: none. Any thread.
  [[nodiscard]] virtual std::string lease(const std::string& agent, std::uint64_t epoch) const = 0;
  /// Random and this database's own: what leases are signed with.
  [[nodiscard]] virtual const std::string& lease_secret() const = 0;
  [[nodiscard]] virtual std::uint64_t events() const = 0;  ///< any thread
  /// Moves the WAL into the database; call from a background thread, never fails loudly.
  virtual void checkpoint() = 0;
  /// Brings the search's index nearer to the log, some records at once; call from a background thread until it says
  /// false: nothing is left, or it cannot now. A search finds what is not indexed too, only slower.
  virtual bool index_more() = 0;
};

/// What batches a search wants: those that may have an event of each of these; empty: any. Compared without case.
struct BatchFilter {
  std::string source, kind, agent;
};

/// Reads a data directory, also while another process owns it. One thread at a time.
class Reader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& data);
  virtual ~Reader() = default;
  /// Calls `each` for every record with position > after, in order, until it returns false.
  [[nodiscard]] virtual Result<void> read_log(std::uint64_t after, const std::function<bool(Record&)>& each) const = 0;
  /// Position of the newest record; 0: none.
  [[nodiscard]] virtual Result<std::uint64_t> newest() const = 0;
  /// Batches whose event times touch [since, until], newest position first. With a filter those that cannot match are
  /// left out; those that are given need not match.
  [[nodiscard]] virtual Result<void> read_batches(UtcNs since, UtcNs until, const std::function<bool(Record&)>& each,
                                                  const BatchFilter& filter = {}) const = 0;
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
