#include "agents/host/sessions.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "agents/host/escaped_text.hpp"
#include "agents/host/session_list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;

std::unique_ptr<kit::Source> sessions(const std::string& spec) {
  kit::SourceMade made = make_sessions(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

std::string entry(const char* user, const char* line, const char* host, int pid, const char* address = nullptr,
                  short type = USER_PROCESS) {
  struct utmp u {};
  u.ut_type = type;
  u.ut_pid = pid;
  std::strncpy(u.ut_user, user, sizeof u.ut_user);
  std::strncpy(u.ut_line, line, sizeof u.ut_line);
  std::strncpy(u.ut_host, host, sizeof u.ut_host);
  if (address != nullptr) ::inet_pton(AF_INET, address, u.ut_addr_v6);
  u.ut_tv.tv_sec = 1'773'350'921;
  return {reinterpret_cast<const char*>(&u), sizeof u};
}

TEST_CASE("who is logged in is told with console, from where and since when") {
  const TemporaryFolder folder;
  folder.write("utmp", entry("reboot", "~", "6.1", 0, nullptr, BOOT_TIME) + entry("ana", "tty1", "", 40) +
                           entry("bo", "pts/0", "desk-7.example", 41, "203.0.113.9") + entry("cy", "tty2", ":0", 42) +
                           entry("dead", "pts/3", "", 43, nullptr, DEAD_PROCESS));
  const ReadOnce read =
      read_once(*sessions("sessions:" + folder.file("utmp") + ",host=vault-1"), {UtcNs{1'800'000'000} * kSecond, 0});
  CHECK(read.status.state == "ended");
  REQUIRE(read.events.size() == 3);
  const Event& local = read.events[0];
  CHECK(local.kind == "host.session");
  CHECK(local.field("session.state") == "opened");
  CHECK(local.field("user.name") == "ana");
  CHECK(local.field("tty") == "tty1");
  CHECK(local.field("session.remote") == "false");
  CHECK(local.field("session.since") == "2026-03-12T21:28:41Z");
  CHECK(local.time == UtcNs{1'773'350'921} * kSecond);
  CHECK(local.field("host.name") == "vault-1");
  CHECK(read.events[1].field("src.ip") == "203.0.113.9");
  CHECK(read.events[1].field("session.remote") == "true");
  CHECK(read.events[2].field("session.remote") == "false");
}

// In a child with a /run/systemd of its own, as logind keeps it (sd-login(3) reads these files); returns what the child
// said.
std::string in_a_machine_with_logind() {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::string said = "not permitted";
    if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) == 0 &&
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("none", "/run/systemd", "tmpfs", 0, nullptr) == 0) {
      for (const char* folder : {"sessions", "seats", "users"})
        ::mkdir((std::string("/run/systemd/") + folder).c_str(), 0755);
      const auto session = [](const char* id, const char* text) {
        std::ofstream(std::string("/run/systemd/sessions/") + id) << text;
      };
      session("7",
              "UID=0\nUSER=root\nACTIVE=1\nSTATE=active\nREMOTE=1\nTYPE=tty\nCLASS=user\nTTY=pts/"
              "0\nREMOTE_HOST=203.0.113.9\n");
      session("c1", "UID=0\nUSER=root\nACTIVE=1\nSTATE=active\nREMOTE=0\nTYPE=wayland\nCLASS=user\nSEAT=seat0\n");
      session("c2", "UID=108\nUSER=gdm\nSTATE=active\nREMOTE=0\nTYPE=wayland\nCLASS=greeter\nSEAT=seat0\n");
      session("c3", "UID=0\nUSER=root\nSTATE=closing\nREMOTE=0\nTYPE=tty\nCLASS=user\n");
      said = logind_runs() ? "" : "no logind";
      Result<std::vector<Session>> all = logind_sessions("/nowhere/utmp");
      if (!all)
        said = all.error().text();
      else
        for (Session& s : *all) s.since = 0;
      if (all) {
        std::sort(all->begin(), all->end(), [](const Session& a, const Session& b) { return a.id < b.id; });
        said += sessions_text(*all);
      }
    }
    (void)!::write(ends[1], said.data(), said.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said(4096, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(ends[0], said.data(), said.size()), 0)));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return said;
}

TEST_CASE("what logind knows of is told: users' sessions, not the greeter's, not one that is over") {
  const std::string said = in_a_machine_with_logind();
  if (said == "not permitted") {
    WARN("no mount namespace may be made here: not tried");
    return;
  }
  CHECK(said == "s1 7;root;pts/0;;tty;203.0.113.9;1;0 c1;root;;seat0;wayland;;0;0");
}

TEST_CASE("who comes and goes is told once, also what happened while nobody looked") {
  const TemporaryFolder folder;
  folder.write("utmp", entry("ana", "tty1", "", 40));
  const std::string spec = "sessions:" + folder.file("utmp");
  kit::Moment moment{UtcNs{1'800'000'000} * kSecond, kSecond};
  std::string position;
  {
    auto source = sessions(spec);
    REQUIRE(source->start("", false, moment));
    Collected sink;
    source->step(sink, moment);
    CHECK(sink.events.size() == 1);
    folder.write("utmp", entry("ana", "tty1", "", 40) + entry("bo", "pts/0", "desk-7", 41));
    std::vector<pollfd> fds;
    source->add_fds(fds);
    REQUIRE(!fds.empty());
    REQUIRE(::poll(fds.data(), static_cast<nfds_t>(fds.size()), 10'000) > 0);
    source->step(sink, moment);
    moment.mono = source->next_wake();
    source->step(sink, moment);
    REQUIRE(sink.events.size() == 2);
    CHECK(sink.events[1].field("user.name") == "bo");
    CHECK(sink.events[1].field("rhost") == "desk-7");
    position = source->position();
  }
  folder.write("utmp", entry("ana", "tty1", "", 44));
  auto source = sessions(spec);
  REQUIRE(source->start(position, false, moment));
  Collected sink;
  source->step(sink, moment);
  std::vector<std::string> told;
  for (const Event& e : sink.events)
    told.push_back(std::string(e.field("session.state")) + " " + std::string(e.field("session.id")));
  CHECK(told == std::vector<std::string>{"closed tty1-40", "closed pts/0-41", "opened tty1-44"});
}

TEST_CASE("sessions are the same when they are read again, whatever they are called") {
  const std::vector<Session> all{{"7", "a b;%\x01", "pts/0", "", "tty", "desk 7", true, -1},
                                 {"8", "", "", "seat0", "", "", false, 5}};
  std::vector<Session> read;
  REQUIRE(read_sessions_text(sessions_text(all), read));
  CHECK(read == all);
  for (const char* bad : {"", "x", "s1 a", "s1 a;b;c;d;e;f;1;x", "s1a", "s1 %;;;;;;0;1", "s1 %zz;;;;;;0;1"})
    CHECK_FALSE(read_sessions_text(bad, read));
  std::vector<std::string> parts;
  CHECK(separated(joined({"", "%", ";"}), parts));
  CHECK(parts == std::vector<std::string>{"", "%", ";"});
}

TEST_CASE("numbers have the names of a passwd file, and keep themselves where it has none") {
  const TemporaryFolder folder;
  folder.write("passwd", "root:x:0:0::/root:/bin/sh\nbroken\nana:x:1000:1000:Ana:/home/ana:/bin/sh\n");
  CHECK(account_name(1000, folder.file("passwd")) == "ana");
  CHECK(account_name(7, folder.file("passwd")) == "7");
  CHECK(account_name(0, folder.file("none")) == "0");
}

TEST_CASE("more sessions than are watched are said to be so") {
  const TemporaryFolder folder;
  std::string all;
  for (int i = 0; i < 600; ++i) all += entry("ana", ("pts/" + std::to_string(i)).c_str(), "", i);
  const ReadOnce read = read_once(*sessions("sessions:" + folder.write("utmp", all)));
  CHECK(read.events.size() == kMostSessions);
  CHECK(read.status.problem.find("the rest is not watched") != std::string::npos);
}

TEST_CASE("a utmp that is not there is waited for; check says it before") {
  CHECK(sessions("sessions:/nowhere/utmp")->check().size() == 1);
  CHECK(read_once(*sessions("sessions:/nowhere/utmp")).status.state == "failed");
}

}  // namespace
}  // namespace wf::host
