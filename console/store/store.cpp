#include "console/store/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "console/store/append_plan.hpp"
#include "console/store/audit_chain.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/ledger.hpp"
#include "console/store/schema.hpp"
#include "console/store/sqlite.hpp"

namespace wf::store {
namespace {

/// WAL above which checkpoint() also lets the next writer begin it anew, and what a restarted one is cut to.
constexpr int kRestartFrames = 4096;
constexpr std::int64_t kKeptWalBytes = 64LL << 20U;

std::int64_t as_signed(std::uint64_t number) { return static_cast<std::int64_t>(number); }

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> make(const std::filesystem::path& data) {
    auto out = std::make_unique<SqliteStore>();
    if (Result<void> opened = out->open_files(data); !opened) return opened.error();
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
    std::map<std::string, std::int64_t> new_agents;
    const auto agent_id = [&](const std::string& name) {
      if (const auto known = agents_.find(name); known != agents_.end()) return known->second;
      const auto next = static_cast<std::int64_t>(agents_.size() + new_agents.size() + 1);
      return new_agents.emplace(name, next).first->second;
    };
    if (Result<void> planned = make_plan(commit.records, ledger_, agent_id, plan); !planned) return planned;
    std::vector<AuditLine> chained;
    std::string head = audit_head_;
    if (!plan.rows.empty() || !commit.incidents.empty() || !commit.alerts.empty() || !commit.audit.empty()) {
      Result<void> stored = in_transaction([&]() -> Result<void> {
        if (Result<void> done = write(commit.records, plan, new_agents); !done) return done;
        if (Result<void> done = write(commit.incidents); !done) return done;
        if (Result<void> done = write(commit.alerts); !done) return done;
        chained = commit.audit;
        return write(chained, head);
      });
      if (!stored) return stored;
    }
    publish(plan, new_agents);
    hand_back(commit.records, plan);
    audit_number_ += chained.size();
    audit_head_ = head;
    commit.audit = std::move(chained);
    return {};
  }

  std::vector<LaneStored> stored(const std::string& agent) const override {
    const std::lock_guard hold(shared_);
    std::vector<LaneStored> out;
    const auto id = agents_.find(agent);
    if (id == agents_.end()) return out;
    for (auto it = ledger_.lower_bound({id->second, 0, 0}); it != ledger_.end() && it->first.agent == id->second; ++it)
      out.push_back({it->first.epoch, it->first.lane, it->second.whole_up_to()});
    return out;
  }

  std::vector<LedgerRange> ledger() const override {
    const std::lock_guard hold(shared_);
    std::map<std::int64_t, std::string> names;
    for (const auto& [name, id] : agents_) names.emplace(id, name);
    std::vector<LedgerRange> out;
    for (const auto& [key, set] : ledger_)
      for (const auto& [first, last] : set.ranges())
        out.push_back({names[key.agent], key.epoch, key.lane, first, last});
    return out;
  }

  std::uint64_t events() const override { return events_; }

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
  Result<void> open_files(const std::filesystem::path& data) {
    if (Result<void> made = make_private_directory(data); !made) return made;
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
    Result<Database> second = Database::open(file, Database::Mode::read_write);
    if (!second) return second.error();
    checkpoint_ = std::move(*second);
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
    return {};
  }

  Result<void> load() {
    Result<Statement> agents = db_.prepare("SELECT id, name FROM agents");
    if (!agents) return agents.error();
    while (true) {
      Result<bool> row = agents->step();
      if (!row) return row.error();
      if (!*row) break;
      agents_.emplace(std::string(agents->bytes(1)), agents->integer(0));
    }
    Result<Statement> ranges = db_.prepare("SELECT agent, epoch, lane, first, last FROM ledger");
    if (!ranges) return ranges.error();
    while (true) {
      Result<bool> row = ranges->step();
      if (!row) return row.error();
      if (!*row) break;
      const LaneKey key{ranges->integer(0), static_cast<std::uint64_t>(ranges->integer(1)),
                        static_cast<std::uint8_t>(ranges->integer(2))};
      const Range range{static_cast<std::uint64_t>(ranges->integer(3)), static_cast<std::uint64_t>(ranges->integer(4))};
      ledger_[key].insert(range);
      events_ += range.last - range.first + 1;
    }
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

  Result<void> write(const std::vector<Record>& records, const AppendPlan& plan,
                     const std::map<std::string, std::int64_t>& new_agents) {
    for (const auto& [name, id] : new_agents)
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
    const auto known = ledger_.find(key);
    for (const auto& [first, last] : added.ranges()) {
      if (known != ledger_.end()) {
        for (const Range& range : known->second.touching({first, last})) {
          merged.insert(range);
          replaced.push_back(range);
        }
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

  /// Makes what is durable now visible to the other threads, never earlier: an agent drops what stored() says.
  void publish(const AppendPlan& plan, const std::map<std::string, std::int64_t>& new_agents) {
    if (plan.rows.empty()) return;
    const std::lock_guard hold(shared_);
    agents_.insert(new_agents.begin(), new_agents.end());
    for (const auto& [key, added] : plan.added)
      for (const auto& [first, last] : added.ranges()) ledger_[key].insert({first, last});
    events_ += plan.events;
    last_position_ += plan.rows.size();
  }

  /// Tells the caller what became of its records. Rows follow each other from `last_position_` downwards.
  void hand_back(std::vector<Record>& records, AppendPlan& plan) const {
    for (const std::size_t i : plan.duplicates) {
      records[i].count = 0;
      records[i].position = 0;
      records[i].payload.clear();
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
  Statement begin_, commit_, insert_agent_, insert_record_, put_range_, drop_range_, insert_incident_, put_alert_,
      insert_audit_, set_audit_number_;

  std::mutex writing_;         ///< the writer's transaction, and the short end of a checkpoint
  std::mutex checkpointing_;   ///< checkpoint_; taken before writing_
  mutable std::mutex shared_;  ///< agents_ and ledger_: the writer changes them under it, others read under it
  std::map<std::string, std::int64_t> agents_;
  Ledger ledger_;
  std::atomic<std::uint64_t> events_ = 0;
  std::uint64_t last_position_ = 0;
  std::uint64_t audit_number_ = 0;
  std::string audit_head_;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& data) { return SqliteStore::make(data); }

}  // namespace wf::store
