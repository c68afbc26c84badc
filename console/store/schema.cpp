#include "console/store/schema.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>

#include "console/store/data_directory.hpp"

namespace wf::store {
namespace {

// The log has one row a record: a batch of events stays one row, which is why a few indices on
// it cost little. Unsigned 64-bit numbers (epochs) are kept as SQLite's signed ones, bit by bit.
std::string version_1() {
  return fmt::format(R"sql(
    CREATE TABLE agents(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE log(
      position INTEGER PRIMARY KEY,
      kind     INTEGER NOT NULL,
      time     INTEGER NOT NULL,
      agent    INTEGER,
      epoch    INTEGER,
      lane     INTEGER,
      first    INTEGER,
      count    INTEGER,
      min_time INTEGER,
      max_time INTEGER,
      payload  BLOB NOT NULL) STRICT;
    CREATE INDEX log_short ON log(max_time, min_time, kind) WHERE {};
    CREATE INDEX log_long ON log(max_time, min_time, kind) WHERE {};
    CREATE TABLE ledger(
      agent INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      lane  INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last  INTEGER NOT NULL,
      PRIMARY KEY(agent, epoch, lane, first)) STRICT, WITHOUT ROWID;
    CREATE TABLE incidents(
      id       INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      changed  INTEGER NOT NULL,
      open     INTEGER NOT NULL,
      json     TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX incidents_id ON incidents(id, revision, changed);
    CREATE INDEX incidents_changed ON incidents(changed, id);
    CREATE TABLE alerts(
      id   INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      json TEXT NOT NULL) STRICT;
    CREATE INDEX alerts_time ON alerts(time, id);
    CREATE TABLE audit(
      number  INTEGER PRIMARY KEY,
      time    INTEGER NOT NULL,
      actor   TEXT NOT NULL,
      action  TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail  TEXT NOT NULL,
      hash    BLOB NOT NULL) STRICT;
    CREATE INDEX audit_time ON audit(time);
    CREATE TABLE meta(key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES('audit_number', 0);
  )sql",
                     kShortBatch, kLongBatch);
}

/// What the link's second version needs: ranges that agents gave up (disjoint within a lane, as they were declared;
/// stored numbers win over them), the lease that each epoch's owner said last, and a way from an agent's number to the
/// record that has it. Terms and postings are the search's index, made in the background (batch_index.hpp): which
/// records have events of a source or kind; `long` tells batches that reach over more than kShortSpan.
std::string version_2() {
  return R"sql(
    CREATE TABLE given_up(
      agent  INTEGER NOT NULL,
      epoch  INTEGER NOT NULL,
      lane   INTEGER NOT NULL,
      first  INTEGER NOT NULL,
      last   INTEGER NOT NULL,
      time   INTEGER NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY(agent, epoch, lane, first)) STRICT, WITHOUT ROWID;
    CREATE TABLE leases(
      agent INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      lease BLOB NOT NULL,
      time  INTEGER NOT NULL,
      PRIMARY KEY(agent, epoch)) STRICT, WITHOUT ROWID;
    CREATE INDEX log_numbers ON log(agent, epoch, lane, first) WHERE kind = 1;
    CREATE TABLE terms(
      id   INTEGER PRIMARY KEY,
      what INTEGER NOT NULL,
      text TEXT NOT NULL,
      UNIQUE(what, text)) STRICT;
    CREATE TABLE postings(
      term     INTEGER NOT NULL,
      long     INTEGER NOT NULL,
      max_time INTEGER NOT NULL,
      position INTEGER NOT NULL,
      min_time INTEGER NOT NULL,
      PRIMARY KEY(term, long, max_time, position)) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES('indexed', 0), ('lease_secret', randomblob(32));
  )sql";
}

}  // namespace

Result<void> check_not_lost(const std::filesystem::path& data) {
  std::error_code failed;
  const std::filesystem::path file = data / kDatabaseFile;
  const bool there = std::filesystem::exists(file, failed);
  if (there && std::filesystem::file_size(file, failed) > 0) return {};
  const bool ran = std::filesystem::exists(data / kBegunFile, failed) &&
                   std::filesystem::exists(data / kKeysFolder / "engine.key", failed);
  if (!ran) return {};
  return Error{
      there ? "an engine ran here, and its database is cut to nothing" : "an engine ran here, and its database is gone",
      file.string(),
      "put the file back, or restore a backup into a new directory (`watchfloor restore`); to begin an empty "
      "record with the same agents, start once with --fresh"};
}

std::span<const std::string> migrations() {
  static const std::array<std::string, 2> steps = {version_1(), version_2()};
  return steps;
}

std::int64_t schema_version() { return static_cast<std::int64_t>(migrations().size()); }

Result<std::int64_t> check_version(const Database& db, std::int64_t known) {
  const Result<std::int64_t> version = db.integer("PRAGMA user_version");
  if (!version) return version.error();
  const Result<std::int64_t> application = db.integer("PRAGMA application_id");
  if (!application) return application.error();
  const Result<std::int64_t> tables = db.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables != 0 && *application != kApplicationId)
    return Error{"this is a database of another program", db.where(), "choose another data directory"};
  if (*version > known)
    return Error{fmt::format("the database has version {}, this Watchfloor knows versions up to {}", *version, known),
                 db.where(), "run the newer Watchfloor that wrote it, or restore a backup made before the upgrade"};
  return *version;
}

Result<void> migrate(const Database& db, const std::filesystem::path& file, std::span<const std::string> steps) {
  const auto target = static_cast<std::int64_t>(steps.size());
  const Result<std::int64_t> version = check_version(db, target);
  if (!version) return version.error();
  if (*version == target) return {};
  if (*version > 0) {
    const std::filesystem::path copy = fmt::format("{}.v{}", file.string(), *version);
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);  // a copy that an earlier, failed migration left
    if (Result<void> made = make_private_file(copy); !made) return made;
    Result<Statement> vacuum = db.prepare("VACUUM INTO ?1");
    if (!vacuum) return vacuum.error();
    vacuum->bind_text(1, copy.native());
    if (Result<void> copied = vacuum->run(); !copied) return copied;
    if (Result<void> synced = sync_path(copy); !synced) return synced;
  }
  for (std::int64_t at = *version; at < target; ++at) {
    const Result<void> done =
        db.exec(fmt::format("BEGIN IMMEDIATE;{};PRAGMA application_id={};PRAGMA user_version={};"
                            "COMMIT",
                            steps[static_cast<std::size_t>(at)], kApplicationId, at + 1));
    if (!done) {
      db.roll_back();
      return done;
    }
  }
  return {};
}

}  // namespace wf::store
