#include <sqlite3.h>

#include <functional>

#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

void sql(const std::filesystem::path& data, const std::string& text) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((data / "watchfloor.db").c_str(), &db) == SQLITE_OK);
  char* message = nullptr;
  const int code = sqlite3_exec(db, text.c_str(), nullptr, nullptr, &message);
  INFO((message != nullptr ? message : ""));
  CHECK(code == SQLITE_OK);
  sqlite3_free(message);
  sqlite3_close(db);
}

void write_lines(const std::filesystem::path& data) {
  const auto store = must(Store::open(data));
  std::vector<AuditLine> lines = {{0, 10, "anna", "acknowledge", "INC-0001", "seen", ""},
                                  {0, 11, "anna", "resolve", "INC-0001", "false alarm", ""}};
  must(store->append_audit(lines));
  CHECK(lines[0].number == 1);
  CHECK(lines[1].number == 2);
  CHECK(lines[1].hash.size() == 64);
  std::vector<AuditLine> more = {{0, 12, "ben", "shelve", "INC-0002", "", ""}};
  must(store->append_audit(more));
  CHECK(more[0].number == 3);
}

VerifyReport verified(const std::filesystem::path& data) { return must(must(Reader::open(data))->verify()); }

}  // namespace

TEST_CASE("audit lines are chained over restarts and read newest first") {
  const Scratch dir;
  write_lines(dir / "data");
  {
    const auto store = must(Store::open(dir / "data"));
    std::vector<AuditLine> lines = {{0, 13, "anna", "note", "INC-0002", "", ""}};
    must(store->append_audit(lines));
    CHECK(lines[0].number == 4);
  }
  const VerifyReport report = verified(dir / "data");
  CHECK(report.whole());
  CHECK(report.audit_lines == 4);
  const std::vector<AuditLine> lines = must(must(Reader::open(dir / "data"))->audit(11, 13, 2));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].number == 4);
  CHECK(lines[1].number == 3);
  CHECK(lines[1].actor == "ben");
}

TEST_CASE("a line that was changed, taken out or cut off the end is found") {
  const std::pair<const char*, const char*> cases[] = {
      {"UPDATE audit SET actor = 'eve' WHERE number = 1", "line 1 was changed"},
      {"UPDATE audit SET time = 9 WHERE number = 2", "line 2 was changed"},
      {"UPDATE audit SET actor = 'ann', action = 'aacknowledge' WHERE number = 1", "line 1 was changed"},
      {"DELETE FROM audit WHERE number = 2", "line 3 follows line 1"},
      {"DELETE FROM audit WHERE number = 3", "3 lines were written, 2 are there"},
  };
  for (const auto& [change, expected] : cases) {
    CAPTURE(change);
    const Scratch dir;
    write_lines(dir / "data");
    REQUIRE(verified(dir / "data").whole());
    sql(dir / "data", change);
    const VerifyReport report = verified(dir / "data");
    REQUIRE_FALSE(report.damages.empty());
    CHECK(report.damages[0].find(expected) != std::string::npos);
  }
}

TEST_CASE("verify names what the ledger misses and where ledger and log disagree") {
  const Scratch dir;
  {
    const auto store = must(Store::open(dir / "data"));
    std::vector<Record> records = {batch("net-1", 7, 1, 1, 119), batch("net-1", 7, 1, 189, 2),
                                   batch("net-1", 7, 1, 192, 1), batch("door", 9, 0, 3, 1)};
    must(store->append(records));
  }
  VerifyReport report = verified(dir / "data");
  CHECK(report.events == 123);
  CHECK(report.batches == 4);
  CHECK(report.damages.empty());
  const std::vector<std::string> gaps = {"net-1 epoch 7 lane 1: 120–188 missing (69 events)",
                                         "net-1 epoch 7 lane 1: 191 missing (1 event)",
                                         "door epoch 9 lane 0: 1–2 missing (2 events)"};
  CHECK(report.gaps == gaps);

  sql(dir / "data", "DELETE FROM log WHERE position = 3");
  report = verified(dir / "data");
  const std::vector<std::string> damages = {"log: record 3 is missing",
                                            "net-1 epoch 7 lane 1: 192 in the ledger but not in the log"};
  CHECK(report.damages == damages);

  sql(dir / "data", "UPDATE log SET payload = x'ff01' WHERE position = 4; DELETE FROM ledger WHERE lane = 0");
  report = verified(dir / "data");
  REQUIRE(report.damages.size() == 4);
  CHECK(report.damages[1].find("log record 4: ") == 0);
  CHECK(report.damages[3] == "door epoch 9 lane 0: 3 in the log but not in the ledger");
}
