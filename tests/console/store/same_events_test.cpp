#include "console/store/same_events.hpp"

#include <sqlite3.h>

#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

TEST_CASE("an old event that comes again is compared with its own row, not with all rows before it") {
  const Scratch dir;
  std::vector<Record> records;
  for (std::uint64_t n = 1; n <= 2000; ++n) records.push_back(batch("net-1", 7, 1, n, 1));
  must(must(Store::open(dir / "data"))->append(records));

  const Database db = must(Database::open(dir / "data" / "watchfloor.db", Database::Mode::read_only));
  const auto agent = must(db.integer("SELECT id FROM agents WHERE name = 'net-1'"));
  StoredEvents stored;
  must(stored.prepare(db));
  const auto pages = [&] {
    int out = 0, peak = 0;
    for (const int counter : {SQLITE_DBSTATUS_CACHE_HIT, SQLITE_DBSTATUS_CACHE_MISS}) {
      int count = 0;
      REQUIRE(sqlite3_db_status(db.handle(), counter, &count, &peak, 0) == SQLITE_OK);
      out += count;
    }
    return out;
  };
  (void)must(stored.agree(batch("net-1", 7, 1, 1, 1), agent, {1, 1}));
  const int before = pages();
  CHECK(must(stored.agree(batch("net-1", 7, 1, 1999, 1), agent, {1999, 1999})));
  CHECK(must(stored.agree(batch("net-1", 7, 1, 1990, 3), agent, {1990, 1992})));
  CHECK(pages() - before < 40);

  Record other = batch("net-1", 7, 1, 1990, 3);
  std::vector<Event> events = must(decode_batch(other.payload, other.origin));
  events.front().fields.front().value = "another";
  BatchEncoder().encode(events, other.payload);
  CHECK_FALSE(must(stored.agree(other, agent, {1990, 1992})));
  CHECK(must(stored.agree(other, agent, {1991, 1992})));
}
