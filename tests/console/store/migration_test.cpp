#include <array>
#include <fstream>

#include "console/store/audit_chain.hpp"
#include "console/store/schema.hpp"
#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

/// A small database as version 1 left it: two agents, four batches with a gap between them, a tick, an incident and a
/// line of the audit.
void record_version_1(const std::filesystem::path& file) {
  std::ofstream(file).flush();
  const Database db = must(Database::open(file, Database::Mode::read_write));
  must(migrate(db, file, std::array<std::string, 1>{migrations()[0]}));
  must(db.exec("INSERT INTO agents VALUES(1, 'net-1'), (2, 'door-1')"));
  Statement insert = must(
      db.prepare("INSERT INTO log(position, kind, time, agent, epoch, lane, first, count, min_time, max_time, payload) "
                 "VALUES(?1, 1, 5000, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  const std::array<std::pair<int, Record>, 4> batches = {{{1, batch("net-1", 7, 1, 1, 10)},
                                                          {1, batch("net-1", 7, 1, 11, 5)},
                                                          {1, batch("net-1", 7, 1, 20, 2)},
                                                          {2, batch("door-1", 0xffff'ffff'ffff'fff0, 0, 1, 3)}}};
  std::int64_t position = 0;
  for (const auto& [agent, r] : batches) {
    insert.bind(1, ++position).bind(2, agent).bind(3, static_cast<std::int64_t>(r.origin.epoch));
    insert.bind(4, r.origin.lane).bind(5, static_cast<std::int64_t>(r.origin.first_sequence)).bind(6, r.count);
    must(insert.bind(7, r.min_time).bind(8, r.max_time).bind_blob(9, r.payload).run());
  }
  must(db.exec("INSERT INTO log(position, kind, time, payload) VALUES(5, 4, 6000, x'')"));
  must(db.exec("INSERT INTO ledger VALUES(1, 7, 1, 1, 15), (1, 7, 1, 20, 21), (2, -16, 0, 1, 3)"));
  must(db.exec("INSERT INTO incidents VALUES(1, 2, 5500, 1, '{\"id\":1}')"));
  AuditLine line{1, 5600, "operator", "acknowledge", "INC-0001", "{}", ""};
  Statement audit =
      must(db.prepare("INSERT INTO audit VALUES(1, 5600, 'operator', 'acknowledge', 'INC-0001', '{}', ?1)"));
  const std::string hash = audit_hash(audit_chain_start(), line);
  must(audit.bind_blob(1, hash).run());
  must(db.exec("UPDATE meta SET value = 1 WHERE key = 'audit_number'"));
}

}  // namespace

TEST_CASE("a database of version 1 is brought up to date, reads as before and goes on") {
  const Scratch dir;
  std::filesystem::create_directories(dir / "data");
  record_version_1(dir / "data/watchfloor.db");
  CHECK_FALSE(Reader::open(dir / "data").ok());  // only the engine migrates
  const std::vector<std::string> before = {"net-1:7:1:1", "net-1:7:1:2"};
  {
    const auto store = must(Store::open(dir / "data"));
    CHECK(std::filesystem::exists(dir / "data/watchfloor.db.v1"));
    CHECK(store->events() == 20);
    CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, 15}});
    CHECK(store->stored("door-1") == std::vector<LaneStored>{{0xffff'ffff'ffff'fff0, 0, 3}});
    CHECK(store->lease("net-1", 7).empty());
    CHECK(store->lease_secret().size() == 32);
    const std::vector<LaneAccount> accounts = store->accounts();
    REQUIRE(accounts.size() == 2);
    CHECK(accounts[0].missing == 4);
    CHECK(accounts[1].missing == 0);
    // Numbers are where they were: the gap is filled, and what is known is not stored twice.
    std::vector<Record> records = {batch("net-1", 7, 1, 14, 8)};
    must(store->append(records));
    CHECK(store->events() == 24);
    CHECK(store->stored("net-1") == std::vector<LaneStored>{{7, 1, 21}});
  }
  const std::vector<std::string> ids = all_ids(dir / "data");
  CHECK(ids.size() == 24);
  CHECK(std::vector<std::string>(ids.begin(), ids.begin() + 2) == before);
  const auto reader = must(Reader::open(dir / "data"));
  CHECK(must(reader->incidents(0, 10'000, 10)).size() == 1);
  const VerifyReport report = must(reader->verify());
  CHECK(report.whole());
  CHECK(report.audit_lines == 1);
}

TEST_CASE("each database has a secret of its own for leases, and keeps it") {
  const Scratch dir;
  std::string first;
  {
    const auto a = must(Store::open(dir / "a"));
    const auto b = must(Store::open(dir / "b"));
    first = a->lease_secret();
    CHECK(first != b->lease_secret());
  }
  CHECK(must(Store::open(dir / "a"))->lease_secret() == first);
}
