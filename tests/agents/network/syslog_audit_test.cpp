// Audit records that come by syslog: those of one event are one event, whatever comes in between and whatever is
// killed.
#include <algorithm>
#include <set>

#include "agents/network/syslog.hpp"
#include "agents/network/syslog_event.hpp"
#include "tests/agents/network/public_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

constexpr UtcNs kNow = 1'773'440'000 * kSecond;  // 2026-03-13T22:13:20Z

struct Reading {
  SyslogReader reader{*kit::Zone::find("UTC", "test")};
  std::vector<Event> out;
  void take(const std::string& message, const std::string& peer = "192.0.2.77", UtcNs now = kNow) {
    const Result<void> read = reader.read(message, peer, false, now, out);
    if (!read) FAIL(read.error().text());
  }
};

std::string id(int serial) { return " msg=audit(1773350921.407:" + std::to_string(serial) + "): "; }
std::string syscall_of(int serial) {
  return "type=SYSCALL" + id(serial) + R"(arch=c000003e syscall=59 pid=4 auid=1000 comm="wget" exe="/usr/bin/wget")";
}
std::string execve_of(int serial) { return "type=EXECVE" + id(serial) + R"(argc=2 a0="wget" a1="http://a/b")"; }
std::string end_of(int serial) { return "type=PROCTITLE" + id(serial) + "proctitle=7767"; }

TEST_CASE("audit records in syslog messages are joined by machine, however they got there") {
  Reading r;
  r.take("<13>Mar 12 22:31:05 srv-1 audispd: " + syscall_of(7));
  r.take("<13>Mar 12 22:31:05 srv-2 tag_audit_log: " + syscall_of(7), "192.0.2.78");
  r.take("<13>1 2026-03-12T22:31:05Z relay audisp-syslog 9 - - node=srv-3 " + syscall_of(7), "192.0.2.79");
  CHECK(r.out.empty());
  CHECK(r.reader.waiting());
  r.take("<13>Mar 12 22:31:05 srv-1 app: in between");
  CHECK(r.out.size() == 1);
  for (const auto& [front, peer] :
       {std::pair<std::string, std::string>{"<13>Mar 12 22:31:05 srv-1 audispd: ", "192.0.2.77"},
        {"<13>Mar 12 22:31:05 srv-2 tag_audit_log: ", "192.0.2.78"},
        {"<13>Mar 12 22:31:05 relay audisp-syslog: node=srv-3 ", "192.0.2.79"}}) {
    r.out.clear();
    r.take(front + execve_of(7), peer);
    CHECK(r.out.empty());
    r.take(front + end_of(7), peer);
    REQUIRE(r.out.size() == 1);
    const Event& e = r.out[0];
    CHECK(e.kind == "host.process");
    CHECK(e.logsource == Logsource{"linux", "auditd", "process_creation"});
    CHECK(e.field("CommandLine") == "wget http://a/b");
    CHECK(e.field("Image") == "/usr/bin/wget");
    CHECK(e.field("syslog.peer") == peer);
    CHECK(e.field("host.name") == (peer == "192.0.2.77" ? "srv-1" : peer == "192.0.2.78" ? "srv-2" : "srv-3"));
    CHECK(e.time == 1'773'350'921 * kSecond + 407 * kMillisecond);
  }
  CHECK_FALSE(r.reader.waiting());
}

TEST_CASE("an audit event of which no more comes is handed over after two seconds, and at the end") {
  Reading r;
  r.take("<13>Mar 12 22:31:05 srv-1 audispd: " + syscall_of(7));
  r.reader.flush(kNow + kSecond, false, r.out);
  CHECK(r.out.empty());
  r.reader.flush(kNow + 2 * kSecond, false, r.out);
  CHECK(r.out.size() == 1);
  r.take("<13>Mar 12 22:31:05 srv-1 audispd: " + syscall_of(8));
  r.reader.flush(kNow, true, r.out);
  CHECK(r.out.size() == 2);
}

TEST_CASE("what the kernel and journald write of audit, and what only looks alike") {
  Reading r;
  r.take(
      "<5>Mar 12 22:31:05 srv-1 kernel: [ 203.842973] audit: type=1400 audit(1773350921.407:88): apparmor=\"DENIED\" "
      "operation=\"open\" profile=\"cups\" name=\"/etc/shadow\" pid=7 comm=\"cupsd\"");
  r.reader.flush(kNow, true, r.out);
  REQUIRE(r.out.size() == 1);
  CHECK(r.out[0].field("type") == "AVC");
  CHECK(r.out[0].field("apparmor") == "DENIED");
  CHECK(r.out[0].logsource == Logsource{"linux", "auditd", ""});
  r.out.clear();
  r.take(
      "<13>Mar 12 22:31:05 srv-1 audit[812]: USER_CMD pid=812 uid=1000 auid=1000 ses=3 msg='cwd=\"/\" cmd=6C73 "
      "exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'");
  REQUIRE(r.out.size() == 1);
  CHECK(r.out[0].field("cmd") == "ls");
  // sudo says it itself: once is enough.
  CHECK(r.out[0].kind == "host.log");
  CHECK(r.out[0].time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  for (const char* text :
       {"<13>Mar 12 22:31:05 h app: type=a of audit(1)", "<13>Mar 12 22:31:05 h audit[1]: Hello",
        "<13>Mar 12 22:31:05 h app: type=X msg=audit(garbled): a=b", "<13>Mar 12 22:31:05 h node=1 x"}) {
    INFO(text);
    r.out.clear();
    r.take(text);
    REQUIRE(r.out.size() == 1);
    CHECK(r.out[0].kind == "syslog.message");
  }
  SyslogReader both(*kit::Zone::find("UTC", "test"), true);
  std::vector<Event> out;
  REQUIRE(both.read("<13>Mar 12 22:31:05 srv-1 audispd: type=USER_LOGIN" + id(9) +
                        "pid=9 uid=0 msg='op=login acct=\"avos\" exe=\"/usr/sbin/sshd\" addr=203.0.113.9 res=success'",
                    "", false, kNow, out));
  REQUIRE(out.size() == 1);
  CHECK(out[0].kind == "host.login");
}

TEST_CASE("a file of syslog lines with audit records in it: no event is lost or told twice, wherever reading stopped") {
  std::string text;
  std::size_t lines = 0;
  std::set<std::string> expected;
  std::vector<std::string> waiting;
  for (int i = 0; i < 4; ++i) {
    const std::string front = "Mar 12 22:31:05 srv-1 ";
    text += front + "app: line " + std::to_string(i) + "\n" + front + "audispd: " + syscall_of(i) + "\n";
    // Every other event ends only after the next one.
    waiting.push_back(front + "audispd: " + execve_of(i) + "\n" + front + "audispd: " + end_of(i) + "\n");
    lines += 4;
    if (i % 2 == 1)
      for (; !waiting.empty(); waiting.pop_back()) text += waiting.back();
    expected.insert("line " + std::to_string(i));
    expected.insert("serial " + std::to_string(i));
  }
  const auto named = [](const Event& e) {
    return e.field("serial").empty() ? std::string(e.field("message")) : "serial " + std::string(e.field("serial"));
  };
  // Stopped after each line, and the rest read by another.
  std::vector<std::size_t> ends;
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) ends.push_back(at + 1);
  REQUIRE(ends.size() == lines);
  for (const std::size_t end : ends) {
    const TemporaryFolder folder;
    const std::string path = folder.write("remote.log", text.substr(0, end));
    std::string position;
    Collected sink;
    const auto source = [&] {
      kit::SourceMade made = make_syslog(*kit::parse_source_spec("syslog:" + path + ",tz=UTC"));
      REQUIRE(made.problems.empty());
      return std::move(made.source);
    };
    for (int starts = 0; starts < 2; ++starts) {
      const auto one = source();
      REQUIRE(one->start(position, false, {kNow, 0}));
      while (one->step(sink, {kNow, 0})) {
      }
      position = one->position();
    }
    folder.write("remote.log", text);
    const auto last = source();
    REQUIRE(last->start(position, true, {kNow, 0}));
    while (!last->over()) last->step(sink, {kNow, 0});
    INFO(end << ": " << position);
    CHECK(last->status().problem.empty());
    CHECK(sink.events.size() == expected.size());
    std::set<std::string> seen;
    for (const Event& e : sink.events) {
      seen.insert(named(e));
      if (!e.field("serial").empty()) CHECK(e.field("CommandLine") == "wget http://a/b");
    }
    CHECK(seen == expected);
  }
}

TEST_CASE("public rules for audit records fire on those that come by syslog") {
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  Reading r;
  r.take("<13>Mar 12 22:31:05 srv-1 audispd: type=EXECVE" + id(7) + R"(argc=2 a0="chattr" a1="-i" a2="/etc/passwd")");
  r.reader.flush(kNow, true, r.out);
  REQUIRE(r.out.size() == 1);
  CHECK_FALSE(fired(rules / "linux/auditd", r.out[0]).empty());
}

}  // namespace
}  // namespace wf::network
