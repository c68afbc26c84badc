// Rules of SigmaHQ, tried on what this agent's sources make of the logs of real programs.
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "agents/host/auditd.hpp"
#include "agents/host/authlog.hpp"
#include "agents/host/journal.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

const fs::path kRules = fs::path(WF_SHARED_DATA) / "sigma/rules";
const fs::path kSamples = fs::path(WF_SHARED_DATA) / "field/auditd";
const fs::path kJournalRemote = "/lib/systemd/systemd-journal-remote";

bool absent(const fs::path& path) {
  if (fs::exists(path)) return false;
  WARN(path.filename().string() << " is absent: not tried");
  return true;
}

/// Titles of the rules that fire on what a source reads.
std::set<std::string> fired(const std::string& spec_text) {
  static const std::shared_ptr<const sigma::RuleSet> rules = [] {
    sigma::LoadReport report;
    return sigma::RuleSet::compile(
        sigma::read_rule_files({kRules / "rules/linux", kRules / "rules-emerging-threats/2018/Exploits",
                                kRules / "rules-emerging-threats/2019/Exploits"},
                               report),
        report);
  }();
  const kit::SourceSpec spec = *kit::parse_source_spec(spec_text);
  static const std::map<std::string, kit::SourceFactory> factories{
      {"auditd", make_auditd}, {"authlog", make_authlog}, {"journal", make_journal}};
  kit::SourceMade made = factories.at(spec.kind)(spec);
  if (!made.problems.empty()) FAIL(problems_of(made));
  const ReadOnce read = read_once(*made.source, {utc_from_civil(2026, 3, 13), 0});
  CHECK(!read.events.empty());
  sigma::Matcher matcher(rules);
  std::set<std::string> out;
  for (const Event& e : read.events) {
    std::vector<sigma::Match> matches;
    matcher.match(e, matches);
    for (const sigma::Match& m : matches) out.insert(rules->rules()[m.rule].title);
  }
  return out;
}

TEST_CASE("public rules fire on a real audit log") {
  if (absent(kRules) || absent(kSamples)) return;
  CHECK(fired("auditd:" + (kSamples / "golibaudit_audit-rhel7.log").string()) ==
        std::set<std::string>{"Creation Of An User Account", "Linux Keylogging with Pam.d"});
}

TEST_CASE("public rules fire on programs, files and calls, in the raw and the enriched form") {
  if (absent(kRules)) return;
  const TemporaryFolder folder;
  std::string log;
  int serial = 0;
  const auto add = [&](std::initializer_list<std::string> records) {
    ++serial;
    for (const std::string& r : records) {
      const std::size_t blank = r.find(' ');
      log += "type=" + r.substr(0, blank) + " msg=audit(1773350921.407:" + std::to_string(serial) +
             "):" + r.substr(blank) + "\n";
    }
    log += "type=PROCTITLE msg=audit(1773350921.407:" + std::to_string(serial) + "): proctitle=\"x\"\n";
  };
  const std::string execve =
      "SYSCALL arch=c000003e syscall=59 success=yes a0=7dd a1=41 a2=0 a3=0 uid=33 euid=33 exe=\"/bin/dash\" key=(null)";
  add({execve, "EXECVE argc=2 a0=\"wget\" a1=\"--post-file=/etc/passwd\""});
  add({execve, "EXECVE argc=3 a0=\"chmod\" a1=\"777\" a2=\"/x\""});
  add({"SYSCALL arch=c000003e syscall=135 success=yes a0=40000 exe=\"/usr/bin/setarch\""});
  add(
      {"SYSCALL arch=c000003e syscall=103 a0=5 exe=\"/bin/dmesg\"\x1d"
       "ARCH=x86_64 SYSCALL=syslog"});
  add({"SYSCALL arch=c000003e syscall=257 exe=\"/bin/tee\"", "CWD cwd=\"/\"",
       "PATH item=0 name=\"/etc/ld.so.preload\" nametype=NORMAL"});
  add({"SYSCALL arch=c000003e syscall=59 exe=\"/usr/bin/curl\" key=\"susp_activity\""});
  folder.write("audit.log", log);
  const std::set<std::string> titles = fired("auditd:" + folder.file("audit.log"));
  CHECK(titles == std::set<std::string>{"ASLR Disabled Via Sysctl or Direct Syscall - Linux",
                                        "Clear or Disable Kernel Ring Buffer Logs via Syslog Syscall",
                                        "Code Injection by ld.so Preload", "Data Exfiltration with Wget",
                                        "File or Folder Permissions Change", "Modification of ld.so.preload",
                                        "Suspicious C2 Activities", "Suspicious Commands Linux",
                                        "Webshell Remote Command Execution"});
}

constexpr const char* kSshd =
    "fatal: ssh_dispatch_run_fatal: Connection from 203.0.113.9 port 40122: incorrect signature [preauth]";
constexpr const char* kSudo = "ana : TTY=pts/1 ; PWD=/home/ana ; USER=#-1 ; COMMAND=/usr/bin/vi /etc/shadow";
const std::set<std::string> kBoth{"Sudo Privilege Escalation CVE-2019-14287 - Builtin",
                                  "Suspicious OpenSSH Daemon Error"};

TEST_CASE("public rules for sshd and sudo fire on what they wrote into a system log") {
  if (absent(kRules)) return;
  const TemporaryFolder folder;
  folder.write("auth.log", std::string("Mar 12 22:31:05 vault-1 sshd[77]: ") + kSshd +
                               "\nMar 12 22:31:09 vault-1 sudo[78]:      " + kSudo + "\n");
  CHECK(fired("authlog:" + folder.file("auth.log")) == kBoth);
}

TEST_CASE("public rules for sshd and sudo fire on entries of a journal that systemd wrote") {
  if (absent(kRules) || absent(kJournalRemote)) return;
  const TemporaryFolder folder;
  std::string entries;
  int n = 0;
  for (const auto& [program, message] : {std::pair{"sshd", kSshd}, {"sudo", kSudo}}) {
    ++n;
    entries += "__REALTIME_TIMESTAMP=" + std::to_string(1'773'350'921'000'000 + n) +
               "\n__MONOTONIC_TIMESTAMP=" + std::to_string(n) +
               "\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=vault-1\n_PID=77\nSYSLOG_IDENTIFIER=" + program +
               "\nMESSAGE=" + message + "\n\n";
  }
  fs::create_directory(folder.path() / "journal");
  const std::string command = kJournalRemote.string() + " -o " + folder.file("journal/remote.journal") + " " +
                              folder.write("entries", entries) + " 2>&1";
  std::FILE* out = ::popen(command.c_str(), "r");
  REQUIRE(out != nullptr);
  std::string said(4096, '\0');
  said.resize(std::fread(said.data(), 1, said.size(), out));
  const int code = ::pclose(out);
  INFO(said);
  REQUIRE(code == 0);
  CHECK(fired("journal:" + folder.file("journal")) == kBoth);
}

}  // namespace
}  // namespace wf::host
