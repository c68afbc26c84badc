#include "agents/host/journal.hpp"

#include "tests/agents/host/journal_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;

constexpr std::uint64_t kStart = 1'773'350'921'000'000;

std::unique_ptr<kit::Source> journal(const std::string& spec) {
  kit::SourceMade made = make_journal(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

JournalFile sample() {
  JournalFile file;
  file.add(kStart, {"_HOSTNAME=srv-1", "SYSLOG_IDENTIFIER=sshd", "_PID=77", "_SYSTEMD_UNIT=ssh.service", "PRIORITY=6",
                    "MESSAGE=Accepted publickey for alice from 203.0.113.9 port 40122 ssh2"});
  file.add(kStart + 1'000'000, {"_HOSTNAME=srv-1", "_COMM=frobnicator", "MESSAGE=spun up"});
  file.add(kStart + 2'000'000, {"_HOSTNAME=srv-1", "SYSLOG_IDENTIFIER=sudo",
                                "MESSAGE=alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id"});
  return file;
}

TEST_CASE("entries of a journal become events with their native fields beside the normalised ones") {
  const TemporaryFolder folder;
  sample().write(folder.file("system.journal"));
  const ReadOnce read = read_once(*journal("journal:" + folder.path().string()), {42, 0});
  INFO(read.status.problem);
  REQUIRE(read.events.size() == 3);
  CHECK(read.status.state == "ended");
  const Event& login = read.events[0];
  CHECK(login.kind == "host.login");
  CHECK(login.time == static_cast<std::int64_t>(kStart) * 1000);
  CHECK(login.seen == 42);
  CHECK(login.logsource == Logsource{"linux", "sshd", ""});
  CHECK(login.field("user.name") == "alice");
  CHECK(login.field("host.name") == "srv-1");
  CHECK(login.field("process.pid") == "77");
  CHECK(login.field("_SYSTEMD_UNIT") == "ssh.service");
  CHECK(read.events[1].kind == "host.log");
  CHECK(read.events[1].field("process.name") == "frobnicator");
  CHECK(read.events[2].kind == "host.sudo");
  CHECK(read_once(*journal("journal:" + folder.path().string() + ",only=auth")).events.size() == 2);
}

TEST_CASE("what systemd says of a unit is told by its number, in any language, and only if process 1 said it") {
  const TemporaryFolder folder;
  JournalFile file;
  file.add(kStart, {"_PID=1", "SYSLOG_IDENTIFIER=systemd", "UNIT=ssh.service",
                    "MESSAGE=OpenBSD Secure Shell server gestartet.", "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf"});
  file.add(kStart + 1,
           {"_PID=1", "SYSLOG_IDENTIFIER=systemd", "UNIT=ssh.service", "UNIT_RESULT=exit-code",
            "MESSAGE=ssh.service: Failed with result 'exit-code'.", "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c"});
  file.add(kStart + 2, {"_PID=77", "SYSLOG_IDENTIFIER=systemd", "UNIT=ssh.service", "MESSAGE=I say so",
                        "MESSAGE_ID=9d1aaa27d60140bd96365438aad20286"});
  file.write(folder.file("system.journal"));
  const ReadOnce read = read_once(*journal("journal:" + folder.path().string()));
  REQUIRE(read.events.size() == 3);
  CHECK(read.events[0].kind == "host.service");
  CHECK(read.events[0].field("service") == "ssh.service");
  CHECK(read.events[0].field("service.state") == "started");
  CHECK(read.events[1].field("service.state") == "failed");
  CHECK(read.events[1].field("reason") == "exit-code");
  CHECK(read.events[1].severity == 2);
  CHECK(read.events[2].kind == "host.log");
}

TEST_CASE("a restart goes on behind the cursor, and says when that entry is no longer kept") {
  const TemporaryFolder folder;
  sample().write(folder.file("system.journal"));
  const std::string spec = "journal:" + folder.path().string();
  auto first = journal(spec);
  REQUIRE(first->start("", true, {}));
  Collected sink;
  sink.room = 1;
  CHECK(first->step(sink, {}));
  const std::string cursor = first->position();
  CHECK(cursor.starts_with("s="));

  const auto rest = [&](const std::string& position) {
    auto source = journal(spec);
    REQUIRE(source->start(position, true, {}));
    const std::string note = source->status().problem;
    Collected all;
    while (!source->over()) source->step(all, {});
    CHECK(source->status().state == "ended");
    return std::pair{all.events.size(), note};
  };
  CHECK(rest(cursor) == std::pair{std::size_t{2}, std::string()});
  const auto [events, note] = rest("nonsense");
  CHECK(events == 3);
  CHECK(note.find("saved position cannot be read") != std::string::npos);

  auto last = journal(spec);
  REQUIRE(last->start("", true, {}));
  Collected all;
  while (!last->over()) last->step(all, {});
  CHECK(rest(last->position()).first == 0);

  sample().write(folder.file("system.journal"), 1);  // the first entry was vacuumed
  const auto [left, lost] = rest(cursor);
  CHECK(left == 2);
  CHECK(lost.find("no longer kept") != std::string::npos);
}

TEST_CASE("a journal that cannot be opened is waited for, or with once is the end; check says it before") {
  const TemporaryFolder folder;
  const std::string spec = "journal:" + folder.file("missing");
  CHECK(journal(spec)->check().size() == 1);
  const ReadOnce read = read_once(*journal(spec));
  CHECK(read.status.state == "failed");
  CHECK(read.status.problem.find("cannot be opened") != std::string::npos);

  auto source = journal(spec);
  REQUIRE(source->start("", false, {}));
  Collected sink;
  CHECK_FALSE(source->step(sink, {0, 10 * kSecond}));
  CHECK(source->status().state == "waiting");
  CHECK(source->next_wake() > 10 * kSecond);
  std::filesystem::create_directory(folder.file("missing"));
  sample().write(folder.file("missing/system.journal"));
  while (source->step(sink, {0, 20 * kSecond})) {
  }
  CHECK(sink.events.size() == 3);
  CHECK(source->status().state == "running");
  std::vector<pollfd> fds;
  source->add_fds(fds);
  CHECK(fds.size() == 1);
}

TEST_CASE("an empty directory with once is said to hold nothing") {
  const TemporaryFolder folder;
  const ReadOnce read = read_once(*journal("journal:" + folder.path().string()));
  CHECK(read.status.state == "failed");
  CHECK(read.status.problem.find("nothing in it can be read") != std::string::npos);
}

}  // namespace
}  // namespace wf::host
