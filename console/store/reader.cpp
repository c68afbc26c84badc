#include <fmt/format.h>

#include <limits>
#include <unordered_map>

#include "console/store/audit_chain.hpp"
#include "console/store/batch_index.hpp"
#include "console/store/schema.hpp"
#include "console/store/sqlite.hpp"
#include "console/store/store.hpp"
#include "console/store/verify.hpp"

namespace wf::store {
namespace {

/// Records read under one read transaction: a longer one would keep the owner's WAL from being begun anew.
constexpr std::int64_t kRecordsAtOnce = 512;

constexpr const char* kColumns = "position, kind, time, agent, epoch, lane, first, count, min_time, max_time, payload";

UtcNs add_clamped(UtcNs time, std::int64_t span) {
  return time > std::numeric_limits<UtcNs>::max() - span ? std::numeric_limits<UtcNs>::max() : time + span;
}

class SqliteReader final : public Reader {
 public:
  explicit SqliteReader(Database db) : db_(std::move(db)) {}

  Result<void> prepare() {
    const std::string positions = fmt::format(
        "SELECT position FROM log INDEXED BY log_short"
        " WHERE {} AND max_time >= ?1 AND max_time <= ?3 AND min_time <= ?2 "
        "UNION ALL SELECT position FROM log INDEXED BY log_long"
        " WHERE {} AND max_time >= ?1 AND min_time <= ?2 "
        "ORDER BY position DESC",
        kShortBatch, kLongBatch);
    // Terms 1 and 2: the name, and the one of batches with too many names. What the index has not reached is searched
    // by time alone.
    const std::string filtered = fmt::format(
        "SELECT position FROM postings WHERE term IN(?4, ?5) AND long = 0"
        " AND max_time BETWEEN ?1 AND ?3 AND min_time <= ?2 "
        "UNION SELECT position FROM postings WHERE term IN(?4, ?5) AND long = 1 AND max_time >= ?1 AND min_time <= ?2 "
        "UNION SELECT position FROM log WHERE position > (SELECT value FROM meta WHERE key = 'indexed')"
        " AND kind = {} AND max_time >= ?1 AND min_time <= ?2 ORDER BY position DESC",
        static_cast<int>(RecordKind::batch));
    const std::pair<Statement*, std::string> all[] = {
        {&read_log_, fmt::format("SELECT {} FROM log WHERE position > ?1 ORDER BY position LIMIT ?2", kColumns)},
        {&newest_, "SELECT max(position) FROM log"},
        {&positions_, positions},
        {&filtered_, filtered},
        {&term_, "SELECT id FROM terms WHERE what = ?1 AND text = ?2"},
        {&record_, fmt::format("SELECT {} FROM log WHERE position = ?1", kColumns)},
        {&agent_, "SELECT name FROM agents WHERE id = ?1"},
        {&incidents_,
         "SELECT id, revision, changed, open, json FROM incidents AS i WHERE changed BETWEEN ?1 AND ?2 AND NOT EXISTS("
         "SELECT 1 FROM incidents AS later WHERE later.id = i.id AND later.revision > i.revision "
         "AND later.changed BETWEEN ?1 AND ?2) ORDER BY changed DESC, id DESC LIMIT ?3"},
        {&alerts_,
         "SELECT id, time, json FROM alerts WHERE time BETWEEN ?1 AND ?2 ORDER BY time DESC, id DESC LIMIT ?3"},
        {&audit_,
         "SELECT number, time, actor, action, subject, detail, hash FROM audit WHERE time BETWEEN ?1 AND ?2 "
         "ORDER BY time DESC, number DESC LIMIT ?3"},
    };
    for (const auto& [statement, sql] : all) {
      Result<Statement> made = db_.prepare(sql);
      if (!made) return made.error();
      *statement = std::move(*made);
    }
    return {};
  }

  Result<void> read_log(std::uint64_t after, const std::function<bool(Record&)>& each) const override {
    const auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    while (true) {
      const Resetter reset(read_log_);
      read_log_.bind(1, static_cast<std::int64_t>(std::min(after, largest))).bind(2, kRecordsAtOnce);
      std::int64_t rows = 0;
      while (true) {
        Result<bool> row = read_log_.step();
        if (!row) return row.error();
        if (!*row) break;
        ++rows;
        Record record;
        if (Result<void> filled = fill(read_log_, record); !filled) return filled;
        after = record.position;
        if (!each(record)) return {};
      }
      if (rows < kRecordsAtOnce) return {};
    }
  }

  Result<std::uint64_t> newest() const override {
    const Resetter reset(newest_);
    Result<bool> row = newest_.step();
    if (!row) return row.error();
    return *row ? static_cast<std::uint64_t>(newest_.integer(0)) : 0;
  }

  Result<void> read_batches(UtcNs since, UtcNs until, const std::function<bool(Record&)>& each,
                            const BatchFilter& filter) const override {
    // One name narrows it enough, and a source is the rarest.
    const std::pair<TermKind, const std::string*> names[] = {
        {TermKind::source, &filter.source}, {TermKind::agent, &filter.agent}, {TermKind::kind, &filter.kind}};
    for (const auto& [what, name] : names) {
      if (name->empty() || name->size() > kLongestTerm) continue;
      const Result<std::int64_t> id = term(what, *name), many = term(what, kManyTerm);
      if (!id) return id.error();
      if (!many) return many.error();
      filtered_.bind(4, *id).bind(5, *many);
      return read_positions(filtered_, since, until, each);
    }
    return read_positions(positions_, since, until, each);
  }

  Result<std::vector<StoredIncident>> incidents(UtcNs since, UtcNs until, std::size_t limit) const override {
    const Resetter reset(incidents_);
    incidents_.bind(1, since).bind(2, until).bind(3, bound(limit));
    std::vector<StoredIncident> out;
    while (true) {
      Result<bool> row = incidents_.step();
      if (!row) return row.error();
      if (!*row) return out;
      out.push_back({static_cast<std::uint64_t>(incidents_.integer(0)),
                     static_cast<std::uint32_t>(incidents_.integer(1)), incidents_.integer(2),
                     incidents_.integer(3) != 0, std::string(incidents_.bytes(4))});
    }
  }

  Result<std::vector<StoredAlert>> alerts(UtcNs since, UtcNs until, std::size_t limit) const override {
    const Resetter reset(alerts_);
    alerts_.bind(1, since).bind(2, until).bind(3, bound(limit));
    std::vector<StoredAlert> out;
    while (true) {
      Result<bool> row = alerts_.step();
      if (!row) return row.error();
      if (!*row) return out;
      out.push_back(
          {static_cast<std::uint64_t>(alerts_.integer(0)), alerts_.integer(1), std::string(alerts_.bytes(2))});
    }
  }

  Result<std::vector<AuditLine>> audit(UtcNs since, UtcNs until, std::size_t limit) const override {
    const Resetter reset(audit_);
    audit_.bind(1, since).bind(2, until).bind(3, bound(limit));
    std::vector<AuditLine> out;
    while (true) {
      Result<bool> row = audit_.step();
      if (!row) return row.error();
      if (!*row) return out;
      out.push_back({static_cast<std::uint64_t>(audit_.integer(0)), audit_.integer(1), std::string(audit_.bytes(2)),
                     std::string(audit_.bytes(3)), std::string(audit_.bytes(4)), std::string(audit_.bytes(5)),
                     to_hex(audit_.bytes(6))});
    }
  }

  Result<VerifyReport> verify() const override { return verify_database(db_); }

 private:
  /// The term's number in the index; 0: no indexed batch has it.
  Result<std::int64_t> term(TermKind what, std::string_view name) const {
    const std::string text = term_of(name);
    const Resetter reset(term_);
    Result<bool> row = term_.bind(1, static_cast<std::int64_t>(what)).bind_text(2, text).step();
    if (!row) return row.error();
    return *row ? term_.integer(0) : std::int64_t{0};
  }

  Result<void> read_positions(Statement& positions, UtcNs since, UtcNs until,
                              const std::function<bool(Record&)>& each) const {
    const Resetter reset(positions);
    positions.bind(1, since).bind(2, until).bind(3, add_clamped(until, kShortSpan));
    while (true) {
      Result<bool> more = positions.step();
      if (!more) return more.error();
      if (!*more) return {};
      const Resetter reset_record(record_);
      Result<bool> row = record_.bind(1, positions.integer(0)).step();
      if (!row) return row.error();
      if (!*row) continue;
      Record record;
      if (Result<void> filled = fill(record_, record); !filled) return filled;
      if (!each(record)) return {};
    }
  }

  static std::int64_t bound(std::size_t limit) {
    const auto largest = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(limit, largest));
  }

  Result<void> fill(const Statement& s, Record& record) const {
    record.position = static_cast<std::uint64_t>(s.integer(0));
    record.kind = static_cast<RecordKind>(s.integer(1));
    record.time = s.integer(2);
    record.payload = s.bytes(10);
    if (record.kind != RecordKind::batch) return {};
    Result<std::string> name = agent_name(s.integer(3));
    if (!name) return name.error();
    record.origin.agent = std::move(*name);
    record.origin.epoch = static_cast<std::uint64_t>(s.integer(4));
    record.origin.lane = static_cast<std::uint8_t>(s.integer(5));
    record.origin.first_sequence = static_cast<std::uint64_t>(s.integer(6));
    record.count = static_cast<std::uint32_t>(s.integer(7));
    record.min_time = s.integer(8);
    record.max_time = s.integer(9);
    return {};
  }

  Result<std::string> agent_name(std::int64_t id) const {
    if (const auto known = names_.find(id); known != names_.end()) return known->second;
    const Resetter reset(agent_);
    Result<bool> row = agent_.bind(1, id).step();
    if (!row) return row.error();
    if (!*row)
      return Error{fmt::format("the log speaks of agent number {}, which is not in the table of agents", id),
                   db_.where(), "run `watchfloor verify`, and restore the newest backup"};
    return names_.emplace(id, std::string(agent_.bytes(0))).first->second;
  }

  Database db_;
  mutable Statement read_log_, newest_, positions_, filtered_, term_, record_, agent_, incidents_, alerts_, audit_;
  mutable std::unordered_map<std::int64_t, std::string> names_;
};

}  // namespace

Result<std::unique_ptr<Reader>> Reader::open(const std::filesystem::path& data) {
  const std::filesystem::path file = data / kDatabaseFile;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed))
    return Error{"there is no database", file.string(),
                 "name the data directory with --data, or start the engine on it once"};
  Result<Database> db = Database::open(file, Database::Mode::read_only);
  if (!db) return db.error();
  const Result<std::int64_t> version = check_version(*db, schema_version());
  if (!version) return version.error();
  if (*version < schema_version())
    return Error{
        fmt::format("the database has version {}, this Watchfloor reads version {}", *version, schema_version()),
        file.string(), "start the engine on it once: it brings the database up to date"};
  auto reader = std::make_unique<SqliteReader>(std::move(*db));
  if (Result<void> prepared = reader->prepare(); !prepared) return prepared.error();
  return Result<std::unique_ptr<Reader>>(std::move(reader));
}

}  // namespace wf::store
