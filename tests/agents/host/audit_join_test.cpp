#include "agents/audit/audit_join.hpp"

#include <map>
#include <random>
#include <set>

#include "tests/support/catch.hpp"

namespace wf::audit {
namespace {

AuditRecord record(std::string type, std::int64_t milliseconds, std::uint64_t serial, std::string node = {}) {
  AuditRecord out;
  out.type = std::move(type);
  out.id = {std::move(node), milliseconds * kMillisecond, serial};
  return out;
}

struct Joined {
  AuditJoin join;
  std::vector<AuditEvent> out;
  void take(AuditRecord&& r, const std::string& before = "p", std::int64_t mono = 0, std::size_t size = 100) {
    join.take(std::move(r), size, before, mono, out);
  }
};

TEST_CASE(
    "records of events that are interleaved are told apart by serial, time and node, and end with PROCTITLE or EOE") {
  Joined j;
  j.take(record("SYSCALL", 1000, 7));
  j.take(record("SYSCALL", 1000, 8));
  j.take(record("SYSCALL", 1000, 7, "other"));
  j.take(record("EXECVE", 1000, 7));
  j.take(record("PROCTITLE", 1000, 8));
  REQUIRE(j.out.size() == 1);
  CHECK(j.out[0].id.serial == 8);
  CHECK(j.out[0].records.size() == 2);
  j.take(record("EOE", 1000, 7));
  REQUIRE(j.out.size() == 2);
  CHECK(j.out[1].records.size() == 2);
  CHECK(j.out[1].id.node.empty());
  CHECK(j.join.pending() == 1);
  j.take(record("EOE", 1000, 8));  // the end of what has ended is no event
  CHECK(j.out.size() == 2);
}

TEST_CASE("records that ausearch wrote, PROCTITLE first and SYSCALL last, are one event") {
  Joined j;
  for (const std::uint64_t serial : {7U, 8U})
    for (const char* type : {"PROCTITLE", "PATH", "CWD", "EXECVE", "SYSCALL"}) j.take(record(type, 1000, serial));
  CHECK(j.out.empty());
  j.join.flush_older(0, true, j.out);
  REQUIRE(j.out.size() == 2);
  CHECK(j.out[0].records.size() == 5);
  CHECK(j.out[1].records.size() == 5);
}

TEST_CASE("what programs say is complete at once") {
  Joined j;
  for (const char* type : {"USER_LOGIN", "CRED_ACQ", "SERVICE_START", "DAEMON_START", "ADD_USER", "USER"})
    j.take(record(type, 1000, 7));
  CHECK(j.out.size() == 6);
  CHECK(j.join.next_wake() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("an event is complete when the log is two seconds younger, or nothing came for two seconds, or all is read") {
  Joined j;
  j.take(record("SYSCALL", 1000, 7), "p", 5 * kSecond);
  j.take(record("SYSCALL", 2999, 8), "p", 5 * kSecond);
  CHECK(j.out.empty());
  CHECK(j.join.next_wake() == 7 * kSecond);
  j.take(record("USER_LOGIN", 3000, 9), "p", 6 * kSecond);
  REQUIRE(j.out.size() == 2);
  CHECK(j.out[0].id.serial == 7);
  j.join.flush_older(7 * kSecond - 1, false, j.out);
  CHECK(j.out.size() == 2);
  j.join.flush_older(7 * kSecond, false, j.out);
  CHECK(j.out.size() == 3);
  j.take(record("SYSCALL", 3000, 10));
  j.join.flush_older(0, true, j.out);
  CHECK(j.out.size() == 4);
}

TEST_CASE("files that a call names and that come late still belong to it") {
  Joined j;
  const auto call = [](std::int64_t at, std::uint64_t serial, const char* items) {
    AuditRecord r = record("SYSCALL", at, serial);
    r.fields.push_back({"items", items, ValueType::number});
    return r;
  };
  j.take(call(1000, 7, "2"));
  j.take(record("PATH", 1000, 7));
  j.take(call(9000, 8, "0"));
  CHECK(j.out.empty());
  j.take(record("PATH", 1000, 7));
  j.take(record("USER_LOGIN", 9001, 9));
  REQUIRE(j.out.size() == 2);
  CHECK(j.out[0].id.serial == 7);
  CHECK(j.out[0].records.size() == 3);
  // One that never gets its files waits thirty seconds of the log, not for ever.
  j.take(call(20'000, 10, "3"));
  j.take(record("USER_LOGIN", 49'999, 11));
  CHECK(std::none_of(j.out.begin(), j.out.end(), [](const AuditEvent& e) { return e.id.serial == 10; }));
  j.take(record("USER_LOGIN", 50'000, 12));
  CHECK(std::any_of(j.out.begin(), j.out.end(), [](const AuditEvent& e) { return e.id.serial == 10; }));
}

TEST_CASE("neither many events that never end nor one without end takes more memory than it may") {
  Joined many;
  for (std::uint64_t n = 0; n < 10'000; ++n) many.take(record("SYSCALL", 1000, n));
  CHECK(many.join.pending() <= kAuditPending);
  CHECK(many.out.size() >= 10'000 - kAuditPending);
  CHECK(many.join.position("x").size() < 40'000);

  Joined one;
  for (int n = 0; n < 400; ++n) one.take(record("EXECVE", 1000, 1), "p", 0, 8000);
  one.take(record("PROCTITLE", 1000, 1));
  REQUIRE(one.out.size() == 1);
  CHECK(one.out[0].records.size() + one.out[0].left_out == 401);
  CHECK(one.out[0].left_out > 380);
}

TEST_CASE("positions that cannot be read are said to be so") {
  AuditJoin join;
  std::string where;
  CHECK(join.resume("", where));
  CHECK(join.resume("a1  v1 1 2 3 4 5", where));
  CHECK(where == "v1 1 2 3 4 5");
  CHECK(join.resume("a1 1000:7:0,1000:8:0 v1 1 2 3 4 5", where));
  for (const char* bad : {"v1 1 2 3 4 5", "a1 ", "a1 x v1", "a1 1:2 v1", "a1 1:2:3;4 v1", "a1 -1:2:3 v1"})
    CHECK_FALSE(join.resume(bad, where));
}

// A log of events whose records are interleaved at random, read with stops anywhere: each event comes once and whole.
TEST_CASE("wherever a reader is stopped and begins again, each event is handed over once and whole") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<AuditRecord> log;
    std::map<std::uint64_t, std::size_t> wanted;
    std::vector<std::vector<AuditRecord>> open;
    std::uint64_t serial = 0;
    std::int64_t now = 1'000'000;
    while (log.size() < 400 || !open.empty()) {
      if (log.size() < 400 && open.size() < 6 && random() % 2 == 0) {
        std::vector<AuditRecord> records;
        ++serial;
        now += random() % 30;
        for (auto n = random() % 5 + 1; n > 0; --n) records.push_back(record("SYSCALL", now, serial));
        records.push_back(record("PROCTITLE", now, serial));
        wanted[serial] = records.size();
        std::reverse(records.begin(), records.end());
        open.push_back(std::move(records));
      } else if (!open.empty()) {
        auto& records = open[random() % open.size()];
        log.push_back(std::move(records.back()));
        records.pop_back();
        std::erase_if(open, [](const auto& r) { return r.empty(); });
      }
    }
    std::map<std::uint64_t, std::size_t> had;
    std::string position;
    std::size_t at = 0;
    int starts = 0;
    while (at < log.size()) {
      ++starts;
      AuditJoin join;
      std::string where;
      REQUIRE(join.resume(position, where));
      at = where.empty() ? 0 : std::stoul(where);
      std::vector<AuditEvent> out;
      const bool stops = starts < 200;
      while (at < log.size() && !(stops && random() % 25 == 0)) {
        AuditRecord copy = log[at];
        join.take(std::move(copy), 100, std::to_string(at), 0, out);
        ++at;
        // What is handed over and the position are kept together; what was read after that is read again.
        if (random() % 3 != 0 && at < log.size()) continue;
        for (const AuditEvent& e : out) {
          INFO("serial " << e.id.serial << " round " << round);
          REQUIRE(had.emplace(e.id.serial, e.records.size()).second);
        }
        out.clear();
        position = join.position(std::to_string(at));
      }
    }
    CHECK(had == wanted);
    CHECK(starts > 1);
  }
}

}  // namespace
}  // namespace wf::audit
