#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "console/store/schema.hpp"
#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

void sql(const std::filesystem::path& file, const std::string& text) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat s {};
  REQUIRE(::stat(path.c_str(), &s) == 0);
  return s.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a data directory and its files are for their owner alone") {
  const Scratch dir;
  const mode_t before = ::umask(0);
  const auto store = must(Store::open(dir / "deep/data"));
  ::umask(before);
  CHECK(mode_of(dir / "deep") == 0700);
  CHECK(mode_of(dir / "deep/data") == 0700);
  for (const char* file : {"watchfloor.db", "watchfloor.db-wal", "watchfloor.db-shm", "lock"})
    CHECK(mode_of(dir / "deep/data" / file) == 0600);
}

TEST_CASE("a second owner is refused and told who the first is") {
  const Scratch dir;
  {
    const auto store = must(Store::open(dir / "data"));
    const auto second = Store::open(dir / "data");
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().what.find("in use by process " + std::to_string(::getpid())) != std::string::npos);
    CHECK(second.error().where == (dir / "data").string());
    CHECK_FALSE(second.error().to_do.empty());
  }
  CHECK(Store::open(dir / "data").ok());
}

TEST_CASE("a database of a newer version is refused by name and left alone") {
  const Scratch dir;
  must(Store::open(dir / "data"));
  const int newer = static_cast<int>(schema_version()) + 6;
  sql(dir / "data/watchfloor.db", "PRAGMA user_version = " + std::to_string(newer));
  const auto opened = Store::open(dir / "data");
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().what.find("version " + std::to_string(newer)) != std::string::npos);
  CHECK(opened.error().to_do.find("newer Watchfloor") != std::string::npos);
  CHECK_FALSE(Reader::open(dir / "data").ok());
  CHECK_FALSE(backup(dir / "data", dir / "copy").ok());
  CHECK_FALSE(std::filesystem::exists(dir / "copy"));
}

TEST_CASE("a damaged file, and a database of another program, give one clear line") {
  const Scratch dir;
  std::filesystem::create_directories(dir / "data");
  std::ofstream(dir / "data/watchfloor.db") << std::string(8192, 'x');
  const auto damaged = Store::open(dir / "data");
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().what.find("damaged or no Watchfloor database") != std::string::npos);
  CHECK(damaged.error().to_do.find("backup") != std::string::npos);
  std::filesystem::remove(dir / "data/watchfloor.db");
  sql(dir / "data/watchfloor.db", "CREATE TABLE cookies(a)");
  const auto foreign = Store::open(dir / "data");
  REQUIRE_FALSE(foreign.ok());
  CHECK(foreign.error().what == "this is a database of another program");
}

TEST_CASE("a database that is gone or empty where an engine ran is not begun anew in silence") {
  const Scratch dir;
  {
    const auto store = must(Store::open(dir / "data"));
    std::vector<Record> records = {batch("net-1", 7, 1, 1, 3)};
    must(store->append(records));
  }
  std::filesystem::create_directories(dir / "data/keys");
  std::ofstream(dir / "data/keys/engine.key") << "secret";
  CHECK(Store::open(dir / "data").ok());
  const std::filesystem::path file = dir / "data/watchfloor.db";
  for (const bool gone : {false, true}) {
    for (const char* more : {"-wal", "-shm"}) std::filesystem::remove(file.string() + more);
    if (gone)
      std::filesystem::remove(file);
    else
      std::filesystem::resize_file(file, 0);
    const auto refused = Store::open(dir / "data");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().what.find("an engine ran here") != std::string::npos);
    CHECK(refused.error().to_do.find("--fresh") != std::string::npos);
    CHECK(refused.error().to_do.find("restore") != std::string::npos);
    CHECK(std::filesystem::exists(file) != gone);  // nothing was touched
  }
  {
    const auto fresh = must(Store::open(dir / "data", Store::Missing::begin_anew));
    CHECK(fresh->events() == 0);
  }
  CHECK(Store::open(dir / "data").ok());
}

TEST_CASE("keys that were made before the first start are no reason to refuse it") {
  const Scratch dir;
  std::filesystem::create_directories(dir / "data/keys");
  std::ofstream(dir / "data/keys/engine.key") << "secret";
  CHECK(Store::open(dir / "data").ok());
}

TEST_CASE("a first start that was killed before it had a database is no reason to refuse the next") {
  const Scratch dir;
  std::filesystem::create_directories(dir / "data/keys");
  std::filesystem::permissions(dir / "data", std::filesystem::perms::owner_all);
  for (const char* made : {"keys/engine.key", "lock", "watchfloor.db"}) std::ofstream(dir / "data" / made) << "";
  CHECK(Store::open(dir / "data").ok());
}

TEST_CASE("a directory that cannot be made is an error that names it") {
  const Scratch dir;
  std::ofstream(dir / "file") << "x";
  const auto opened = Store::open(dir / "file/data");
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().where.find("file") != std::string::npos);
}

TEST_CASE("migrations go forward step by step, with a copy made first, and a failed one changes nothing") {
  const Scratch dir;
  std::filesystem::create_directories(dir / "data");
  const std::filesystem::path file = dir / "data/watchfloor.db";
  std::ofstream(file).flush();
  const std::string first = migrations()[0];
  const Database db = must(Database::open(file, Database::Mode::read_write));
  must(migrate(db, file, std::array<std::string, 1>{first}));
  const std::array<std::string, 2> broken = {first, "CREATE TABLE more(a); INSERT INTO nowhere VALUES(1)"};
  CHECK_FALSE(migrate(db, file, broken).ok());
  CHECK(must(db.integer("PRAGMA user_version")) == 1);
  CHECK(must(db.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'more'")) == 0);
  const std::array<std::string, 3> steps = {first, "CREATE TABLE more(a)", "INSERT INTO more VALUES(42)"};
  must(migrate(db, file, steps));
  CHECK(must(db.integer("PRAGMA user_version")) == 3);
  CHECK(must(db.integer("SELECT a FROM more")) == 42);
  const std::filesystem::path copy = dir / "data/watchfloor.db.v1";
  CHECK(mode_of(copy) == 0600);
  const Database old = must(Database::open(copy, Database::Mode::read_only));
  CHECK(must(old.integer("PRAGMA user_version")) == 1);
}

TEST_CASE("a backup made while the owner runs is restored whole, keys and modes included") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> records = {batch("a", 1, 1, 1, 100)};
  must(store->append(records));
  std::filesystem::create_directories(dir / "data/keys/agents");
  std::ofstream(dir / "data/keys/engine.key") << "secret";
  std::ofstream(dir / "data/keys/agents/net-1.json") << "{}";
  must(backup(dir / "data", dir / "copy"));
  std::vector<Record> later = {batch("a", 1, 1, 101, 1)};
  must(store->append(later));

  CHECK(mode_of(dir / "copy") == 0700);
  CHECK(mode_of(dir / "copy/watchfloor.db") == 0600);
  CHECK_FALSE(std::filesystem::exists(dir / "copy.partial"));
  const auto again = backup(dir / "data", dir / "copy");
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().what == "it exists already");

  must(restore(dir / "copy", dir / "restored"));
  CHECK(mode_of(dir / "restored") == 0700);
  CHECK(mode_of(dir / "restored/keys") == 0700);
  CHECK(mode_of(dir / "restored/keys/engine.key") == 0600);
  std::string secret;
  std::ifstream(dir / "restored/keys/engine.key") >> secret;
  CHECK(secret == "secret");
  CHECK(std::filesystem::exists(dir / "restored/keys/agents/net-1.json"));
  const auto restored = must(Store::open(dir / "restored"));
  CHECK(restored->events() == 100);
  CHECK(all_ids(dir / "restored").size() == 100);

  const auto refused = restore(dir / "copy", dir / "data");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().what == "the data directory is not empty");
}

TEST_CASE("a damaged database is not taken for a backup") {
  const Scratch dir;
  must(Store::open(dir / "data"));
  {
    std::fstream file(dir / "data/watchfloor.db", std::ios::in | std::ios::out | std::ios::binary);
    const std::string noise(3000, '\x5a');
    for (int page = 2; page < 8; ++page) {
      file.seekp(page * 4096);
      file << noise;
    }
  }
  const auto copied = backup(dir / "data", dir / "copy");
  REQUIRE_FALSE(copied.ok());
  CHECK(copied.error().text().find("damaged") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(dir / "copy"));
}

TEST_CASE("a damaged backup and a directory that is none are refused, and nothing is left behind") {
  const Scratch dir;
  {
    const auto store = must(Store::open(dir / "data"));
    std::filesystem::create_directories(dir / "data/keys");
    std::ofstream(dir / "data/keys/engine.key") << "secret";
    must(backup(dir / "data", dir / "copy"));
  }
  CHECK_FALSE(restore(dir / "data", dir / "to").ok());
  std::ofstream(dir / "copy/keys/engine.key") << "Secret";
  const auto damaged = restore(dir / "copy", dir / "to");
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().what == "the file is not as it was backed up");
  CHECK(std::filesystem::is_empty(dir / "to"));
  std::ofstream(dir / "copy/MANIFEST") << "watchfloor backup 1\nabc  ../../evil\n";
  CHECK_FALSE(restore(dir / "copy", dir / "to").ok());
}
