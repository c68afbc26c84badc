#include "agents/kit/read/log_classify.hpp"

#include <filesystem>
#include <map>
#include <random>

#include "agents/host/authlog.hpp"
#include "agents/kit/read/log_pattern.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;
using kit::events_of, kit::LogLine, kit::match;

Event event_of(std::string_view program, std::string_view message, bool old_pam = false) {
  LogLine line;
  line.time = 5;
  line.host = "srv-1";
  line.program = program;
  line.pid = "7";
  line.message = message;
  line.old_pam = old_pam;
  std::vector<Event> events = events_of(line);
  REQUIRE(events.size() == 1);
  return std::move(events.front());
}

// kind, service and the fields that were asked for, as "kind service name=value…".
std::string told(const Event& e, std::initializer_list<std::string_view> names) {
  std::string out = e.kind + " " + e.logsource.service;
  for (std::string_view name : names) out += " " + std::string(name) + "=" + std::string(e.field(name));
  return out;
}

TEST_CASE("a capture for any text takes as much as it can, a word and a number only what they are") {
  std::vector<Field> fields;
  REQUIRE(match("for x from 10.0.0.1 port 22 from 203.0.113.9 port 4", "for {u~} from {ip} port {p#}", fields));
  CHECK(fields ==
        std::vector<Field>{{"u", "x from 10.0.0.1 port 22"}, {"ip", "203.0.113.9"}, {"p", "4", ValueType::number}});
  fields.clear();
  CHECK_FALSE(match("for x from a b", "for {u~} from {ip}", fields));
  CHECK_FALSE(match("port 4x", "port {p#}", fields));
  CHECK_FALSE(match("port ", "port {p#}", fields));
  CHECK(fields.empty());
  CHECK(match("abcabc", "{*}abc", fields));
  CHECK(match("user  from 1", "user {u~} from {ip}", fields));
  CHECK(match("", "", fields));
  CHECK_FALSE(match("x", "", fields));
}

TEST_CASE("su as BSD and the examples of the syslog RFCs have it, and the SSH of routers") {
  for (const char* text :
       {"'su root' failed for lonvick on /dev/pts/8", "\xef\xbb\xbf'su root' failed for lonvick on /dev/pts/8",
        "BOM'su root' failed for lonvick on /dev/pts/8"})
    CHECK(told(event_of("su", text), {"user.name", "USER", "tty", "session.remote"}) ==
          "host.login_failed auth user.name=lonvick USER=root tty=/dev/pts/8 session.remote=false");
  CHECK(told(event_of("su", "BAD SU avos to root on /dev/ttyp1"), {"user.name", "USER"}) ==
        "host.login_failed auth user.name=avos USER=root");
  CHECK(told(event_of("su", "avos to root on /dev/ttyp1"), {"user.name", "USER", "tty"}) ==
        "host.sudo auth user.name=avos USER=root tty=/dev/ttyp1");
  CHECK(told(event_of("dropbear", "Password auth succeeded for 'root' from 10.20.3.9:49242"),
             {"user.name", "src.ip", "src.port", "auth.method"}) ==
        "host.login auth user.name=root src.ip=10.20.3.9 src.port=49242 auth.method=password");
  CHECK(told(event_of("dropbear",
                      "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:x/y from 2001:db8::9:49242"),
             {"user.name", "src.ip", "src.port", "auth.method"}) ==
        "host.login auth user.name=root src.ip=2001:db8::9 src.port=49242 auth.method=publickey");
  CHECK(told(event_of("dropbear", "Bad PAM password attempt for 'x' from 10.20.3.9:1' from 203.0.113.9:49242"),
             {"user.name", "src.ip"}) == "host.login_failed auth user.name=x' from 10.20.3.9:1 src.ip=203.0.113.9");
  CHECK(told(event_of("dropbear", "Login attempt for nonexistent user from 203.0.113.9:49906"), {"src.ip", "reason"}) ==
        "host.login_failed auth src.ip=203.0.113.9 reason=credential unknown");
  CHECK(told(event_of("dropbear", "Exit (root) from <10.20.3.9:49242>: Disconnect received"),
             {"user.name", "src.ip"}) == "host.logout auth user.name=root src.ip=10.20.3.9");
  CHECK(event_of("dropbear", "Exit (root): Disconnect received").kind == "host.logout");
  CHECK(told(event_of("vsftpd", "[avos] FAIL LOGIN: Client \"::ffff:203.0.113.9\""), {"user.name", "src.ip"}) ==
        "host.login_failed vsftpd user.name=avos src.ip=203.0.113.9");
  CHECK(told(event_of("vsftpd", "[avos] OK LOGIN: Client \"203.0.113.9\", anon password \"x\""),
             {"user.name", "src.ip"}) == "host.login vsftpd user.name=avos src.ip=203.0.113.9");
}

TEST_CASE("sshd: who came, by what, from where") {
  CHECK(told(event_of("sshd", "Accepted publickey for alice from 203.0.113.9 port 40122 ssh2: ED25519 SHA256:abc"),
             {"user.name", "src.ip", "src.port", "auth.method", "session.remote", "host.name", "process.name"}) ==
        "host.login sshd user.name=alice src.ip=203.0.113.9 src.port=40122 auth.method=publickey session.remote=true "
        "host.name=srv-1 process.name=sshd");
  CHECK(event_of("sshd-session", "Accepted password for a from ::1 port 1 ssh2").logsource.service == "sshd");
}

TEST_CASE("sshd: who tried") {
  const auto fields = {std::string_view("user.name"), std::string_view("src.ip"), std::string_view("reason")};
  CHECK(told(event_of("sshd", "Failed password for root from 203.0.113.9 port 1 ssh2"), fields) ==
        "host.login_failed sshd user.name=root src.ip=203.0.113.9 reason=");
  CHECK(told(event_of("sshd", "Failed password for invalid user admin from 203.0.113.9 port 1 ssh2"), fields) ==
        "host.login_failed sshd user.name=admin src.ip=203.0.113.9 reason=credential unknown");
  CHECK(told(event_of("sshd", "Invalid user admin from 203.0.113.9"), fields) ==
        "host.login_failed sshd user.name=admin src.ip=203.0.113.9 reason=credential unknown");
  CHECK(told(event_of("sshd", "Invalid user  from 203.0.113.9 port 5"), fields) ==
        "host.login_failed sshd user.name= src.ip=203.0.113.9 reason=credential unknown");
  CHECK(told(event_of("sshd", "User bob from 203.0.113.9 not allowed because not listed in AllowUsers"), fields) ==
        "host.login_failed sshd user.name=bob src.ip=203.0.113.9 reason=not authorised");
}

TEST_CASE("a user name cannot forge the address that it came from") {
  const Event e =
      event_of("sshd", "Failed password for invalid user x from 10.0.0.1 port 22 ssh2 from 203.0.113.9 port 4 ssh2");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("user.name") == "x from 10.0.0.1 port 22 ssh2");
}

TEST_CASE("one failed try is one event: what PAM says of sshd's is a log line") {
  const Event e = event_of(
      "sshd",
      "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root");
  CHECK(told(e, {"src.ip", "user.name"}) == "host.log sshd src.ip=203.0.113.9 user.name=root");
  const Event old = event_of(
      "sshd", "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=a.example  user=root", true);
  CHECK(told(old, {"src.ip", "rhost", "user.name"}) == "host.login_failed sshd src.ip= rhost=a.example user.name=root");
  CHECK(event_of("gdm-password]", "pam_unix(gdm-password:auth): authentication failure; tty=:0 rhost= user=a").kind ==
        "host.login_failed");
}

TEST_CASE("sessions open and close; closing an interactive one is a logout") {
  const auto fields = {std::string_view("user.name"), std::string_view("session.state"),
                       std::string_view("session.remote")};
  CHECK(told(event_of("sshd", "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)"), fields) ==
        "host.session sshd user.name=alice session.state=opened session.remote=true");
  CHECK(told(event_of("sshd", "pam_unix(sshd:session): session closed for user alice"), fields) ==
        "host.logout sshd user.name=alice session.state=closed session.remote=true");
  CHECK(told(event_of("login", "pam_unix(login:session): session closed for user alice"), fields) ==
        "host.logout auth user.name=alice session.state=closed session.remote=false");
  CHECK(told(event_of("CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"), fields) ==
        "host.session cron user.name=root session.state=opened session.remote=");
  CHECK(told(event_of("gdm-password]",
                      "pam_unix(gdm-password:session): session opened for user alice(uid=1000) by (uid=0)"),
             fields) == "host.login auth user.name=alice session.state=opened session.remote=false");
  CHECK(told(event_of("systemd-logind", "New session 5 of user alice."), {"user.name", "session.id"}) ==
        "host.session auth user.name=alice session.id=5");
}

TEST_CASE("sudo: who, as whom, what; a command cannot forge who it was") {
  const Event e = event_of(
      "sudo",
      "   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh -c bob : TTY=x ; USER=mallory ; COMMAND=y");
  CHECK(told(e, {"user.name", "USER", "TTY", "COMMAND"}) ==
        "host.sudo sudo user.name=alice USER=root TTY=pts/0 COMMAND=/bin/sh -c bob : TTY=x ; USER=mallory ; COMMAND=y");
  CHECK(e.field("process.command_line") == e.field("COMMAND"));
  const Event failed =
      event_of("sudo", "bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id");
  CHECK(told(failed, {"user.name"}) == "host.login_failed sudo user.name=bob");
  const Event refused =
      event_of("sudo", "bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id");
  CHECK(told(refused, {"reason"}) == "host.sudo sudo reason=not authorised");
  CHECK(refused.severity == 3);
}

TEST_CASE("su, login at the console and cron") {
  CHECK(told(event_of("su", "(to root) alice on pts/1"), {"user.name", "USER"}) ==
        "host.sudo auth user.name=alice USER=root");
  CHECK(told(event_of("su", "FAILED SU (to root) alice on pts/1"), {"user.name"}) ==
        "host.login_failed auth user.name=alice");
  CHECK(told(event_of("login", "LOGIN ON tty1 BY alice"), {"user.name", "session.remote", "tty"}) ==
        "host.login auth user.name=alice session.remote=false tty=tty1");
  // shadow's login, which Debian 12 has, writes it with two blanks
  CHECK(told(event_of("login", "ROOT LOGIN  on '/dev/tty1'"), {"user.name", "session.remote"}) ==
        "host.login auth user.name=root session.remote=false");
  CHECK(told(event_of("login", "ROOT LOGIN  on '/dev/pts/2' from 'desk.example'"), {"user.name", "session.remote"}) ==
        "host.login auth user.name=root session.remote=true");
  CHECK(told(event_of("login", "ROOT LOGIN ON tty1"), {"user.name", "session.remote"}) ==
        "host.login auth user.name=root session.remote=false");
  CHECK(told(event_of("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure"), {"user.name"}) ==
        "host.login_failed auth user.name=root");
  CHECK(told(event_of("CRON", "(root) CMD (run-parts /etc/cron.hourly)"), {"user.name", "process.command_line"}) ==
        "host.process cron user.name=root process.command_line=run-parts /etc/cron.hourly");
}

TEST_CASE("what nobody knows is a log line with its text") {
  const Event e = event_of("frobnicator", "spun \"up\"");
  CHECK(told(e, {"message", "process.name"}) == "host.log syslog message=spun \"up\" process.name=frobnicator");
  CHECK(e.severity == 1);
}

TEST_CASE("a message that was repeated is as many events as it says, within reason") {
  LogLine line;
  line.program = "sshd";
  line.message = "message repeated 3 times: [ Failed password for root from 203.0.113.9 port 1 ssh2]";
  CHECK(events_of(line).size() == 3);
  CHECK(events_of(line)[2].field("src.ip") == "203.0.113.9");
  line.message = "message repeated 999999999999 times: [ x]";
  CHECK(events_of(line).size() == 1);
  line.message = "message repeated 5000 times: [ x]";
  CHECK(events_of(line).size() == 100);
}

TEST_CASE("hostile messages cost little and never crash") {
  std::mt19937 random(5);
  const std::string_view pieces[] = {" from ",
                                     "user ",
                                     " port ",
                                     "Failed ",
                                     "Accepted ",
                                     " for ",
                                     "1",
                                     " ; ",
                                     "COMMAND=",
                                     " : ",
                                     "pam_unix(",
                                     "): ",
                                     "session opened for user ",
                                     "{*}",
                                     "=",
                                     "\xff",
                                     "[ ",
                                     "]"};
  for (int i = 0; i < 3000; ++i) {
    std::string message = i % 2 == 0 ? "Failed password for " : "Connection closed by ";
    for (auto n = random() % 200; n > 0; --n) message += pieces[random() % std::size(pieces)];
    LogLine line;
    line.program = i % 3 == 0 ? "sudo" : "sshd";
    line.message = message;
    REQUIRE_FALSE(events_of(line).empty());
  }
}

std::unique_ptr<kit::Source> authlog(const std::string& spec) {
  kit::SourceMade made = make_authlog(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

TEST_CASE("a log is followed, its unusable lines are counted, only=auth leaves the rest out") {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("auth.log",
                   "Mar 12 22:31:05 h sshd[1]: Accepted password for a from 192.0.2.1 port 9 ssh2\n"
                   "garbage\n"
                   "Mar 12 22:31:06 h kernel: something\n");
  const kit::Moment moment{utc_from_civil(2026, 3, 13), 0};
  const ReadOnce all = read_once(*authlog("authlog:" + path + ",tz=Europe/Amsterdam"), moment);
  CHECK(all.events.size() == 2);
  CHECK(all.status.refused == 1);
  CHECK(all.status.problem.find(path + ":2: no time stamp") == 0);
  CHECK(all.events[0].time == utc_from_civil(2026, 3, 12, 21, 31, 5));
  CHECK(read_once(*authlog("authlog:" + path + ",only=auth"), moment).events.size() == 1);
}

TEST_CASE("what is wrong with an authlog source is said") {
  const auto problems = [](const char* spec) { return problems_of(make_authlog(*kit::parse_source_spec(spec))); };
  CHECK(problems("authlog:").find("needs the path") != std::string::npos);
  CHECK(problems("authlog:/x,tz=Mars").find("no time zone 'Mars'") != std::string::npos);
  CHECK(problems("authlog:/x,only=fun").find("only=auth") != std::string::npos);
}

TEST_CASE("two thousand lines of a real sshd are all read, and the failed tries are the ones that sshd counted") {
  const std::filesystem::path log = std::filesystem::path(WF_SHARED_DATA) / "field/syslog-auth/loghub_OpenSSH_2k.log";
  if (!std::filesystem::exists(log)) {
    WARN("the sample log is absent: not compared");
    return;
  }
  const ReadOnce read = read_once(*authlog("authlog:" + log.string() + ",tz=UTC"), {utc_from_civil(2026, 3, 13), 0});
  CHECK(read.status.read == 2000);
  CHECK(read.status.refused == 0);
  std::map<std::string, int> kinds;
  for (const Event& e : read.events) ++kinds[e.kind];
  CHECK(kinds["host.login"] == 1);
  CHECK(kinds["host.logout"] == 1);
  // 522 "Failed …" lines, two lines that say "repeated 5 times" of one, 113 "Invalid user".
  CHECK(kinds["host.login_failed"] == 522 + 10 + 113);
}

}  // namespace
}  // namespace wf::host
