#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/console/store/fault_vfs.hpp"
#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

/// A batch large enough to need several pages.
std::vector<Record> large(std::uint64_t first) { return {batch("a", 1, 1, first, 400), batch("b", 1, 1, first, 1)}; }

}  // namespace

TEST_CASE("after a full disk nothing is half stored, and the same append works once there is room") {
  const Scratch dir;
  FaultVfs faults;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> first = large(1);
  must(store->append(first));
  faults.fail_after(0, SQLITE_FULL);
  std::vector<Record> records = large(401);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Result<void> done = store->append(records);
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().what == "cannot store: the disk is full");
    CHECK(done.error().where == (dir / "data" / "watchfloor.db").string());
    CHECK(done.error().to_do.find("free space") == 0);
    REQUIRE(records.size() == 2);
    CHECK(records[0].count == 400);
    CHECK(records[0].position == 0);
    CHECK(store->stored("a") == std::vector<LaneStored>{{1, 1, 400}});
    std::vector<AuditLine> lines = {{0, 1, "engine", "problem", "disk", "full", ""}};
    CHECK_FALSE(store->append_audit(lines).ok());
    CHECK(lines[0].number == 0);
  }
  faults.heal();
  must(store->append(records));
  CHECK(records[0].position == 3);
  std::vector<AuditLine> lines = {{0, 1, "engine", "problem", "disk", "full", ""}};
  must(store->append_audit(lines));
  CHECK(lines[0].number == 1);
  CHECK(all_ids(dir / "data").size() == 802);
}

TEST_CASE("wherever in an append or a checkpoint the disk fails, every event is stored exactly once in the end") {
  int operations = 1;
  for (int good = 0; good < operations; ++good) {
    CAPTURE(good);
    const Scratch dir;
    {
      FaultVfs faults;
      auto store = must(Store::open(dir / "data"));
      std::vector<Record> before = large(1);
      must(store->append(before));
      faults.fail_after(good, SQLITE_IOERR_WRITE);
      std::vector<Record> records = large(401);
      const bool stored = store->append(records).ok();
      store->checkpoint();
      operations = std::max(operations, faults.operations());
      faults.heal();
      if (stored) CHECK(store->events() == 802);
      std::vector<Record> again = stored ? large(401) : records;
      must(store->append(again));
      CHECK(store->events() == 802);
      store->checkpoint();
    }
    CHECK(all_ids(dir / "data").size() == 802);
    CHECK(must(must(Reader::open(dir / "data"))->verify()).damages.empty());
  }
  CHECK(operations > 8);
}

TEST_CASE("a file size limit of the system is an error in words, not a death") {
  const Scratch dir;
  int channel[2];
  REQUIRE(::pipe(channel) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = Store::open(dir / "data");
    const rlimit limit{1U << 20U, 1U << 20U};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::string said = "never failed";
    for (std::uint64_t i = 0; store.ok() && i < 2000; ++i) {
      std::vector<Record> records = {batch("a", 1, 1, i * 400 + 1, 400)};
      if (const Result<void> done = (*store)->append(records); !done) {
        said = done.error().text();
        break;
      }
    }
    const ssize_t written = ::write(channel[1], said.data(), said.size());
    ::_exit(written > 0 ? 0 : 1);
  }
  ::close(channel[1]);
  char buffer[1024];
  const ssize_t n = ::read(channel[0], buffer, sizeof buffer);
  ::close(channel[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  const std::string said(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
  INFO(said);
  // Whether the kernel cuts the last write short (a full disk) or refuses it depends on where the limit falls.
  CHECK(said.find("watchfloor.db: cannot store: the disk") != std::string::npos);
  const auto store = must(Store::open(dir / "data"));
  CHECK(must(must(Reader::open(dir / "data"))->verify()).whole());
  CHECK(store->events() > 0);
}

TEST_CASE("what append returned for survives a kill at any moment") {
  const Scratch dir;
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 8; ++round) {
    CAPTURE(round);
    int channel[2];
    REQUIRE(::pipe(channel) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto store = Store::open(dir / "data");
      if (!store) ::_exit(3);
      const std::vector<LaneStored> stored = (*store)->stored("a");
      for (std::uint64_t next = (stored.empty() ? 0 : stored[0].sequence) + 1;; next += 5) {
        std::vector<Record> records = {batch("a", 1, 1, next, 2), batch("a", 1, 1, next + 2, 3)};
        if (!(*store)->append(records)) ::_exit(4);
        const std::uint64_t done = next + 4;
        if (::write(channel[1], &done, sizeof done) != sizeof done) ::_exit(5);
        if (done % 50 == 0) (*store)->checkpoint();
      }
    }
    ::close(channel[1]);
    // Killed after so many acknowledgements, while it goes on with the next transaction.
    for (int n = 0; n < 7 + 9 * round; ++n) {
      std::uint64_t done = 0;
      REQUIRE(::read(channel[0], &done, sizeof done) == sizeof done);
      acknowledged = done;
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    std::uint64_t done = 0;
    while (::read(channel[0], &done, sizeof done) == sizeof done) acknowledged = done;
    ::close(channel[0]);
    CHECK(WIFSIGNALED(status));
    const auto store = must(Store::open(dir / "data"));
    const std::vector<LaneStored> stored = store->stored("a");
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].sequence >= acknowledged);
    CHECK(stored[0].sequence % 5 == 0);  // a transaction is there whole or not at all
    CHECK(all_ids(dir / "data").size() == stored[0].sequence);
    CHECK(must(must(Reader::open(dir / "data"))->verify()).whole());
  }
}
