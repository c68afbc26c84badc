#include "console/store/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "console/store/append_plan.hpp"
#include "console/store/audit_chain.hpp"
#include "console/store/batch_index.hpp"
#include "console/store/books.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/ledger.hpp"
#include "console/store/same_events.hpp"
#include "console/store/schema.hpp"
#include "console/store/sqlite.hpp"

namespace wf::store {
namespace {

/// WAL above which checkpoint() also lets the next writer begin it anew, and what a restarted one is cut to.
constexpr int kRestartFrames = 4096;
constexpr std::int64_t kKeptWalBytes = 64LL << 20U;
/// Records of one transaction of the search's index: the writer waits for it some milliseconds.
constexpr std::int64_t kIndexedAtOnce = 1024;

std::int64_t as_signed(std::uint64_t number) { return static_cast<std::int64_t>(number); }

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> make(const std::filesystem::path& data, Missing missing) {
    auto out = std::make_unique<SqliteStore>();
    if (Result<void> opened = out->open_files(data, missing); !opened) return opened.error();
    if (Result<void> prepared = out->prepare(); !prepared) return prepared.error();
    if (Result<void> loaded = out->load(); !loaded) return loaded.error();
    return Result<std::unique_ptr<Store>>(std::move(out));
  }

  Result<void> append(std::vector<Record>& records) override { return one_part(&Commit::records, records); }

  Result<void> put_incidents(const std::vector<StoredIncident>& incidents) override {
    Commit commit;
    commit.incidents = incidents;
    return this->commit(commit);
  }

  Result<void> append_audit(std::vector<AuditLine>& lines) override { return one_part(&Commit::audit, lines); }

  Result<void> commit(Commit& commit) override {
    const std::lock_guard hold(writing_);
    AppendPlan plan;
    BookEntries entries;
    const auto agent_id = [&](const std::string& name) {
      if (const std::int64_t known = books_.agent(name); known != 0) return known;
      const auto next = static_cast<std::int64_t>(books_.agents() + entries.agents.size() + 1);
      return entries.agents.emplace(name, next).first->second;
    };
    const PlanQuestions questions{agent_id, [&](const Record& record, std::int64_t agent, const Range& range) {
                                    return stored_events_.agree(record, agent, range);
                                  }};
    if (Result<void> planned = make_plan(commit.records, books_.ranges(), questions, plan); !planned) return planned;
    entries.stored = plan.added;
    entries.events = plan.events;
    plan_given_up(commit.given_up, agent_id, entries);
    for (const ConfirmedLease& lease : commit.leases)
      entries.leases[{agent_id(lease.agent), lease.epoch}] = lease.lease;
    std::vector<AuditLine> chained;
    std::string head = audit_head_;
    if (!plan.rows.empty() || !commit.incidents.empty() || !commit.alerts.empty() || !commit.audit.empty() ||
        !entries.given_up.empty() || !commit.leases.empty()) {
      Result<void> stored = in_transaction([&]() -> Result<void> {
        if (Result<void> done = write(commit.records, plan, entries); !done) return done;
        if (Result<void> done = write_links(entries, commit.leases); !done) return done;
        if (Result<void> done = write(commit.incidents); !done) return done;
        if (Result<void> done = write(commit.alerts); !done) return done;
        chained = commit.audit;
        return write(chained, head);
      });
      if (!stored) return stored;
      books_.enter(entries);
    }
    for (const AppendPlan::Row& row : plan.rows)
      index_.note(static_cast<std::int64_t>(++last_position_), row.of(commit.records));
    hand_back(commit.records, plan);
    audit_number_ += chained.size();
    audit_head_ = head;
    commit.audit = std::move(chained);
    return {};
  }

  std::vector<LaneStored> stored(const std::string& agent) const override { return books_.stored(agent); }
  std::vector<LedgerRange> ledger() const override { return books_.ledger(); }
  std::vector<LaneAccount> accounts() const override { return books_.accounts(); }
  std::string lease(const std::string& agent, std::uint64_t epoch) const override { return books_.lease(agent, epoch); }
  const std::string& lease_secret() const override { return lease_secret_; }
  std::uint64_t events() const override { return books_.events(); }

  bool index_more() override {
    const std::lock_guard hold(indexing_);
    const Result<bool> more = index_.gather(kIndexedAtOnce);
    if (!more || !*more) return false;
    const std::lock_guard hold_writer(writing_);
    const bool committed = in_transaction([&] { return index_.write(); }).ok();
    index_.done(committed);
    return committed;
  }

  void checkpoint() override {
    const std::lock_guard hold(checkpointing_);
    int frames = 0;
    int moved = 0;
    // The long part goes on beside the writer.
    if (sqlite3_wal_checkpoint_v2(checkpoint_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved) !=
        SQLITE_OK)
      return;
    if (frames < kRestartFrames || frames == moved) return;
    // What came meanwhile is little; with the writer held for it the WAL is empty, and the next transaction
    // begins it anew. Without this a busy writer would let it grow for ever.
    const std::lock_guard hold_writer(writing_);
    sqlite3_wal_checkpoint_v2(checkpoint_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }

 private:
  Result<void> open_files(const std::filesystem::path& data, Missing missing) {
    if (Result<void> made = make_private_directory(data); !made) return made;
    if (missing == Missing::refuse)
      if (Result<void> there = check_not_lost(data); !there) return there;
    Result<DirectoryLock> lock = DirectoryLock::take(data);
    if (!lock) return lock.error();
    lock_ = std::move(*lock);
    const std::filesystem::path file = data / kDatabaseFile;
    if (Result<void> made = make_private_file(file); !made) return made;
    Result<Database> db = Database::open(file, Database::Mode::read_write);
    if (!db) return db.error();
    db_ = std::move(*db);
    const Result<std::int64_t> version = check_version(db_, schema_version());
    if (!version) return version.error();
    const Result<std::string> mode = db_.text("PRAGMA journal_mode=WAL");
    if (!mode) return mode.error();
    if (*mode != "wal")
      return Error{"this file system cannot hold the database's write-ahead log", data.string(),
                   "choose a data directory on a local disk"};
    const Result<void> settings =
        db_.exec(fmt::format("PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;PRAGMA temp_store=MEMORY;"
                             "PRAGMA cache_size=-16384;PRAGMA journal_size_limit={}",
                             kKeptWalBytes));
    if (!settings) return settings;
    if (Result<void> migrated = migrate(db_, file, migrations()); !migrated) return migrated;
    if (Result<void> synced = sync_path(data); !synced) return synced;
    // Only now: a start that was killed before it had a database may be made again.
    if (Result<void> begun = make_private_file(data / kBegunFile); !begun) return begun;
    Result<Database> second = Database::open(file, Database::Mode::read_write);
    if (!second) return second.error();
    checkpoint_ = std::move(*second);
    Result<Database> third = Database::open(file, Database::Mode::read_only);
    if (!third) return third.error();
    index_reader_ = std::move(*third);
    return checkpoint_.exec("PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;PRAGMA busy_timeout=0");
  }

  Result<void> prepare() {
    const std::pair<Statement*, const char*> all[] = {
        {&begin_, "BEGIN IMMEDIATE"},
        {&commit_, "COMMIT"},
        {&insert_agent_, "INSERT INTO agents(id, name) VALUES(?1, ?2)"},
        {&insert_record_,
         "INSERT INTO log(position, kind, time, agent, epoch, lane, first, count, min_time, max_time, payload) "
         "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"},
        {&put_range_, "INSERT OR REPLACE INTO ledger(agent, epoch, lane, first, last) VALUES(?1, ?2, ?3, ?4, ?5)"},
        {&drop_range_, "DELETE FROM ledger WHERE agent = ?1 AND epoch = ?2 AND lane = ?3 AND first = ?4"},
        // A revision is kept as it was first made: recovery makes the same ones again.
        {&put_given_up_,
         "INSERT OR REPLACE INTO given_up(agent, epoch, lane, first, last, time, reason) "
         "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&put_lease_, "INSERT OR REPLACE INTO leases(agent, epoch, lease, time) VALUES(?1, ?2, ?3, ?4)"},
        {&insert_incident_,
         "INSERT OR IGNORE INTO incidents(id, revision, changed, open, json) "
         "SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS(SELECT 1 FROM incidents WHERE id = ?1 AND revision = ?2)"},
        {&put_alert_, "INSERT OR REPLACE INTO alerts(id, time, json) VALUES(?1, ?2, ?3)"},
        {&insert_audit_,
         "INSERT INTO audit(number, time, actor, action, subject, detail, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&set_audit_number_, "UPDATE meta SET value = ?1 WHERE key = 'audit_number'"},
    };
    for (const auto& [statement, sql] : all) {
      Result<Statement> made = db_.prepare(sql);
      if (!made) return made.error();
      *statement = std::move(*made);
    }
    if (Result<void> prepared = index_.prepare(index_reader_, db_); !prepared) return prepared;
    return stored_events_.prepare(db_);
  }

  Result<void> load() {
    if (Result<void> loaded = books_.load(db_); !loaded) return loaded;
    Result<std::string> secret = db_.text("SELECT value FROM meta WHERE key = 'lease_secret'");
    if (!secret) return secret.error();
    lease_secret_ = std::move(*secret);
    const Result<std::int64_t> last = db_.integer("SELECT max(position) FROM log");
    if (!last) return last.error();
    last_position_ = static_cast<std::uint64_t>(*last);
    audit_head_ = audit_chain_start();
    Result<Statement> head = db_.prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
    if (!head) return head.error();
    Result<bool> row = head->step();
    if (!row) return row.error();
    if (*row) {
      audit_number_ = static_cast<std::uint64_t>(head->integer(0));
      audit_head_ = std::string(head->bytes(1));
    }
    return {};
  }

  template <class Body>
  Result<void> in_transaction(const Body& body) {
    if (Result<void> begun = begin_.run(); !begun) return begun;
    Result<void> done = body();
    if (done) done = commit_.run();
    if (!done) db_.roll_back();
    return done;
  }

  /// Of each declaration what is new; one of a lane that has too many separate ranges is marked as refused.
  void plan_given_up(std::vector<GivenUp>& declared, const std::function<std::int64_t(const std::string&)>& agent_id,
                     BookEntries& entries) const {
    std::map<LaneKey, GivenUpRanges> changed;  // with what this transaction already adds
    for (GivenUp& given : declared) {
      const LaneKey key{agent_id(given.agent), given.epoch, given.lane};
      const auto [ranges, fresh] = changed.try_emplace(key);
      if (fresh) ranges->second = books_.given_up_of(key);
      given.refused = ranges->second.rows().size() >= GivenUpRanges::kMostRows;
      if (given.refused) continue;
      const auto rows =
          ranges->second.added({given.first, given.last}, books_.ranges_of(key), given.time, given.reason);
      for (const auto& [first, row] : rows) {
        ranges->second.put(first, row);
        entries.given_up[key][first] = row;
      }
    }
  }

  Result<void> write_links(const BookEntries& entries, const std::vector<ConfirmedLease>& leases) {
    for (const auto& [key, rows] : entries.given_up) {
      for (const auto& [first, row] : rows) {
        put_given_up_.bind(1, key.agent).bind(2, as_signed(key.epoch)).bind(3, key.lane).bind(4, as_signed(first));
        put_given_up_.bind(5, as_signed(row.last)).bind(6, row.time).bind_text(7, row.reason);
        if (Result<void> done = put_given_up_.run(); !done) return done;
      }
    }
    for (const ConfirmedLease& lease : leases) {
      const auto made = entries.agents.find(lease.agent);
      put_lease_.bind(1, made != entries.agents.end() ? made->second : books_.agent(lease.agent));
      put_lease_.bind(2, as_signed(lease.epoch)).bind_blob(3, lease.lease).bind(4, lease.time);
      if (Result<void> done = put_lease_.run(); !done) return done;
    }
    return {};
  }

  Result<void> write(const std::vector<Record>& records, const AppendPlan& plan, const BookEntries& entries) {
    for (const auto& [name, id] : entries.agents)
      if (Result<void> done = insert_agent_.bind(1, id).bind_text(2, name).run(); !done) return done;
    std::uint64_t position = last_position_;
    for (const AppendPlan::Row& row : plan.rows)
      if (Result<void> done = insert(row.of(records), row.agent, ++position); !done) return done;
    for (const auto& [key, added] : plan.added)
      if (Result<void> done = save_ranges(key, added); !done) return done;
    return {};
  }

  Result<void> write(const std::vector<StoredIncident>& incidents) {
    for (const StoredIncident& incident : incidents) {
      insert_incident_.bind(1, as_signed(incident.id)).bind(2, incident.revision).bind(3, incident.changed);
      insert_incident_.bind(4, incident.open ? 1 : 0).bind_text(5, incident.json);
      if (Result<void> done = insert_incident_.run(); !done) return done;
    }
    return {};
  }

  Result<void> write(const std::vector<StoredAlert>& alerts) {
    for (const StoredAlert& alert : alerts) {
      put_alert_.bind(1, as_signed(alert.id)).bind(2, alert.time).bind_text(3, alert.json);
      if (Result<void> done = put_alert_.run(); !done) return done;
    }
    return {};
  }

  /// Numbers and chains the lines behind those stored; `head` is the chain's end before and after.
  Result<void> write(std::vector<AuditLine>& lines, std::string& head) {
    if (lines.empty()) return {};
    std::uint64_t number = audit_number_;
    for (AuditLine& line : lines) {
      line.number = ++number;
      head = audit_hash(head, line);
      line.hash = to_hex(head);
      insert_audit_.bind(1, as_signed(line.number)).bind(2, line.time).bind_text(3, line.actor);
      insert_audit_.bind_text(4, line.action).bind_text(5, line.subject).bind_text(6, line.detail);
      if (Result<void> done = insert_audit_.bind_blob(7, head).run(); !done) return done;
    }
    // How many lines there are: without it, lines cut off the end would leave a chain that looks whole.
    return set_audit_number_.bind(1, as_signed(number)).run();
  }

  /// A commit of one part, which the caller gets back as commit() left it.
  template <class T>
  Result<void> one_part(std::vector<T> Commit::*part, std::vector<T>& items) {
    Commit commit;
    (commit.*part).swap(items);
    Result<void> done = this->commit(commit);
    (commit.*part).swap(items);
    return done;
  }

  Result<void> insert(const Record& record, std::int64_t agent, std::uint64_t position) {
    Statement& s = insert_record_;
    s.bind(1, as_signed(position)).bind(2, static_cast<std::int64_t>(record.kind)).bind(3, record.time);
    if (record.kind == RecordKind::batch) {
      s.bind(4, agent).bind(5, as_signed(record.origin.epoch)).bind(6, record.origin.lane);
      s.bind(7, as_signed(record.origin.first_sequence)).bind(8, record.count);
      s.bind(9, record.min_time).bind(10, record.max_time);
    }
    return s.bind_blob(11, record.payload).run();
  }

  /// Writes the ranges that `added` makes together with those stored already.
  Result<void> save_ranges(const LaneKey& key, const RangeSet& added) {
    RangeSet merged;
    std::vector<Range> replaced;
    const RangeSet& known = books_.ranges_of(key);
    for (const auto& [first, last] : added.ranges()) {
      for (const Range& range : known.touching({first, last})) {
        merged.insert(range);
        replaced.push_back(range);
      }
      merged.insert({first, last});
    }
    for (const Range& range : replaced) {
      if (merged.ranges().contains(range.first)) continue;
      drop_range_.bind(1, key.agent).bind(2, as_signed(key.epoch)).bind(3, key.lane).bind(4, as_signed(range.first));
      if (Result<void> done = drop_range_.run(); !done) return done;
    }
    for (const auto& [first, last] : merged.ranges()) {
      put_range_.bind(1, key.agent).bind(2, as_signed(key.epoch)).bind(3, key.lane);
      if (Result<void> done = put_range_.bind(4, as_signed(first)).bind(5, as_signed(last)).run(); !done) return done;
    }
    return {};
  }

  /// Tells the caller what became of its records. Rows follow each other from `last_position_` downwards.
  void hand_back(std::vector<Record>& records, AppendPlan& plan) const {
    const auto nothing = [&](std::size_t i) {
      records[i].count = 0;
      records[i].position = 0;
      records[i].payload.clear();
    };
    for (const std::size_t i : plan.duplicates) nothing(i);
    for (const std::size_t i : plan.conflicts) {
      nothing(i);
      records[i].conflict = true;
    }
    std::uint64_t position = last_position_ - plan.rows.size();
    for (AppendPlan::Row& row : plan.rows) {
      if (row.cut) row.part.position = 0;
      if (row.extra) {
        records.push_back(std::move(row.part));
        records.back().position = ++position;
        continue;
      }
      if (row.cut) records[row.record] = std::move(row.part);
      records[row.record].position = ++position;
    }
  }

  DirectoryLock lock_;  // first, so that it is let go of last
  Database db_;
  Database checkpoint_;
  Statement begin_, commit_, insert_agent_, insert_record_, put_range_, drop_range_, put_given_up_, put_lease_,
      insert_incident_, put_alert_, insert_audit_, set_audit_number_;
  StoredEvents stored_events_;
  Database index_reader_;
  BatchIndex index_;

  std::mutex writing_;        ///< the writer's transaction, and the short end of a checkpoint
  std::mutex checkpointing_;  ///< checkpoint_; taken before writing_
  std::mutex indexing_;       ///< index_ and its reader; taken before writing_
  Books books_;
  std::string lease_secret_;
  std::uint64_t last_position_ = 0;
  std::uint64_t audit_number_ = 0;
  std::string audit_head_;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& data, Missing missing) {
  return SqliteStore::make(data, missing);
}

}  // namespace wf::store
