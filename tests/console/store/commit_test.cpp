#include <sqlite3.h>

#include "tests/console/store/fault_vfs.hpp"
#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

Commit everything() {
  Commit c;
  Record command;
  command.kind = RecordKind::command;
  command.time = 5;
  command.payload = "{}";
  c.records = {batch("a", 1, 1, 1, 3), command};
  c.incidents = {{7, 1, 5, true, R"({"id":7})"}};
  c.alerts = {{3, 9, R"({"repeats":1})"}, {3, 9, R"({"repeats":2})"}};
  c.audit = {{0, 5, "operator", "acknowledge", "INC-0007", "", ""}};
  return c;
}

}  // namespace

TEST_CASE("a commit stores all of its parts or none, and can be tried again") {
  const Scratch dir;
  FaultVfs faults;
  const auto store = must(Store::open(dir / "data"));
  Commit c = everything();
  faults.fail_after(0, SQLITE_FULL);
  REQUIRE_FALSE(store->commit(c).ok());
  CHECK(c.records[0].position == 0);
  CHECK(c.records[0].count == 3);
  CHECK(c.audit[0].number == 0);
  faults.heal();
  const auto reader = must(Reader::open(dir / "data"));
  CHECK(must(reader->incidents(0, 100, 10)).empty());
  CHECK(must(reader->audit(0, 100, 10)).empty());
  must(store->commit(c));
  CHECK(c.records[1].position == 2);
  CHECK(c.audit[0].number == 1);
  CHECK(must(reader->incidents(0, 100, 10)).size() == 1);
  CHECK(must(reader->audit(0, 100, 10)).size() == 1);
  CHECK(must(reader->verify()).whole());
}

TEST_CASE("an alert is kept with its newest count, and found by the time of its event") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  Commit c = everything();
  must(store->commit(c));
  const auto reader = must(Reader::open(dir / "data"));
  const std::vector<StoredAlert> alerts = must(reader->alerts(0, 100, 10));
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].json == R"({"repeats":2})");
  CHECK(must(reader->alerts(10, 100, 10)).empty());
}
