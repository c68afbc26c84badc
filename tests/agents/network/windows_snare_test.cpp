// Events of Windows in Snare's form: a syslog message of values between tabs, the last of them what Windows says in
// words.
#include <algorithm>

#include "agents/network/syslog_event.hpp"
#include "tests/agents/network/public_rules.hpp"
#include "tests/support/catch.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

constexpr UtcNs kNow = 1'773'440'000 * kSecond;  // 2026-03-13T22:13:20Z
using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

Event event_of(std::string_view message) {
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  const Result<void> read = reader.read(message, "192.0.2.77", false, kNow, out);
  if (!read) FAIL(read.error().text());
  REQUIRE(out.size() == 1);
  return std::move(out.front());
}

std::string snare(std::string_view channel, int id, std::string_view provider, std::string_view message) {
  return "MSWinEventLog\t1\t" + std::string(channel) + "\t4711\tThu Mar 12 22:31:05 2026\t" + std::to_string(id) +
         "\t" + std::string(provider) + "\tCORP\\avos\tN/A\tSuccess Audit\tdc-1.corp.example\tLogon\t\t" +
         std::string(message) + "\t981";
}
constexpr const char* kAudit = "Microsoft-Windows-Security-Auditing";

// Snare writes a blank for each of Windows' line ends' two bytes, and for each tab.
constexpr const char* kFailed =
    "An account failed to log on.    Subject:   Security ID:  S-1-0-0   Account Name:  -   Account Domain:  -   Logon "
    "ID: "
    " 0x0    Logon Type:   3    Account For Which Logon Failed:   Security ID:  S-1-0-0   Account Name:  bo   Account "
    "Domain:  CORP    Failure Information:   Failure Reason:  Unknown user name or bad password.   Status:   "
    "0xC000006D   "
    "Sub Status:  0xC0000064    Process Information:   Caller Process ID: 0x0   Caller Process Name: -    Network "
    "Information:   Workstation Name: PC-7   Source Network Address: 203.0.113.9   Source Port:  49152    Detailed "
    "Authentication Information:   Logon Process:  NtLmSsp    Authentication Package: NTLM   Transited Services: -   "
    "Package Name (NTLM only): -   Key Length:  0    This event is generated when a logon request fails.";

TEST_CASE("Snare: Windows' own names, also of what only the message says") {
  struct Case {
    std::string text;
    std::string_view kind;
    Logsource logsource;
    Pairs fields;
  };
  const Logsource security{"windows", "security", ""};
  const std::vector<Case> cases{
      {"<13>Mar 12 22:31:06 dc-1 " + snare("Security", 4625, kAudit, kFailed),
       "host.login_failed",
       security,
       {{"EventID", "4625"},
        {"Channel", "Security"},
        {"Provider_Name", kAudit},
        {"Computer", "dc-1.corp.example"},
        {"host.name", "dc-1.corp.example"},
        {"SubjectUserSid", "S-1-0-0"},
        {"SubjectUserName", "-"},
        {"TargetUserName", "bo"},
        {"TargetUserSid", "S-1-0-0"},
        {"TargetDomainName", "CORP"},
        {"LogonType", "3"},
        {"Status", "0xC000006D"},
        {"SubStatus", "0xC0000064"},
        {"FailureReason", "Unknown user name or bad password."},
        {"IpAddress", "203.0.113.9"},
        {"src.ip", "203.0.113.9"},
        {"src.port", "49152"},
        {"WorkstationName", "PC-7"},
        {"AuthenticationPackageName", "NTLM"},
        {"KeyLength", "0"},
        {"user.name", "bo"},
        {"session.remote", "true"}}},
      // A relay took the tabs for control characters.
      {"<13>1 2026-03-12T22:31:06Z dc-1 app - - - MSWinEventLog#0111#011Security#0117#011Thu Mar 12 22:31:05 "
       "2026#0114634#011Microsoft-Windows-Security-Auditing#011CORP\\avos#011N/A#011Success "
       "Audit#011dc-1#011Logoff#011#011An account was logged off.    Subject:   Security ID:  S-1-5-21-7   Account "
       "Name: "
       " avos   Account Domain:  CORP   Logon ID:  0x8d2    Logon Type:   3    This event is generated",
       "host.logout",
       security,
       {{"TargetUserName", "avos"}, {"SubjectUserName", ""}, {"TargetLogonId", "0x8d2"}, {"LogonType", "3"}}},
      // No syslog at all, and a tab behind the host.
      {"dc-1\t" +
           snare("Security", 4732, kAudit,
                 "A member was added to a security-enabled local group.    Subject:   Security ID:  S-1-5-1   "
                 "Account Name:  avos   Account Domain:  CORP   Logon ID:  0x1    Member:   Security ID:  S-1-5-2   "
                 "Account Name:  -    Group:   Security ID:  S-1-5-32-544   Group Name:  Administrators   Group "
                 "Domain:  Builtin    Additional Information:   Privileges:  -"),
       "host.log",
       security,
       {{"SubjectUserName", "avos"},
        {"MemberSid", "S-1-5-2"},
        {"TargetSid", "S-1-5-32-544"},
        {"TargetUserName", "Administrators"},
        {"TargetDomainName", "Builtin"}}},
      {"<13>Mar 12 22:31:06 dc-1\t" +
           snare(
               "Security", 4688, kAudit,
               "A new process has been created.    Creator Subject:   Security ID:  S-1-5-18   Account Name:  DC-1$   "
               "Account Domain:  CORP   Logon ID:  0x3e7    Target Subject:   Security ID:  S-1-0-0   Account Name:  - "
               " "
               " Account Domain:  -   Logon ID:  0x0    Process Information:   New Process ID:  0x5a8   New Process "
               "Name: "
               "C:\\Windows\\System32\\whoami.exe   Token Elevation Type: %%1936   Mandatory Label:  S-1-16-16384   "
               "Creator Process ID: 0x2b4   Creator Process Name: C:\\Windows\\System32\\cmd.exe   Process Command "
               "Line: "
               "whoami /priv    Token Elevation Type indicates the type of token"),
       "host.process",
       {"windows", "security", "process_creation"},
       {{"NewProcessName", "C:\\Windows\\System32\\whoami.exe"},
        {"CommandLine", "whoami /priv"},
        {"Image", "C:\\Windows\\System32\\whoami.exe"},
        {"ParentImage", "C:\\Windows\\System32\\cmd.exe"},
        {"host.name", "dc-1.corp.example"}}},
      {"<13>Mar 12 22:31:06 dc-1 " +
           snare("System", 7045, "Service Control Manager",
                 "A service was installed in the system.    Service Name:  upd   Service File Name:  C:\\a b\\x.exe   "
                 "Service "
                 "Type:  user mode service   Service Start Type:  auto start   Service Account:  LocalSystem"),
       "host.service",
       {"windows", "system", ""},
       {{"ServiceName", "upd"},
        {"ImagePath", "C:\\a b\\x.exe"},
        {"StartType", "auto start"},
        {"AccountName", "LocalSystem"}}},
      {"<13>Mar 12 22:31:06 dc-1 " + snare("Microsoft-Windows-Sysmon/Operational", 1, "Microsoft-Windows-Sysmon",
                                           "Process Create:  RuleName: -  UtcTime: 2026-03-12 22:31:04.500  ProcessId: "
                                           "7  Image: C:\\x.exe  CommandLine: "
                                           "x: y /z  User: CORP\\avos  ParentImage: C:\\p.exe"),
       "host.process",
       {"windows", "sysmon", "process_creation"},
       {{"Image", "C:\\x.exe"}, {"CommandLine", "x: y /z"}, {"ParentImage", "C:\\p.exe"}, {"ProcessId", "7"}}},
      {"<13>Mar 12 22:31:06 dc-1 " +
           snare("Microsoft-Windows-PowerShell/Operational", 4104, "Microsoft-Windows-PowerShell",
                 "Creating Scriptblock text (1 of 1):  Get-Item  x: y    ScriptBlock ID: 8-7  Path: C:\\s.ps1"),
       "host.log",
       {"windows", "powershell", "ps_script"},
       {{"ScriptBlockText", "Get-Item  x: y"}}},
      {"<13>Mar 12 22:31:06 dc-1 " + snare("Security", 4672, kAudit,
                                           "Special privileges assigned to new logon.    Subject:   Security ID:  "
                                           "S-1-5-18   Account Name:  SYSTEM   "
                                           "Account Domain:  NT AUTHORITY   Logon ID:  0x3e7    Privileges:  "
                                           "SeSecurityPrivilege     SeBackupPrivilege"),
       "host.log",
       security,
       {{"SubjectUserName", "SYSTEM"}, {"PrivilegeList", "SeSecurityPrivilege SeBackupPrivilege"}}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Event e = event_of(c.text);
    CHECK(e.kind == c.kind);
    CHECK(e.logsource == c.logsource);
    CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
    for (const auto& [name, value] : c.fields) {
      INFO(name);
      CHECK(e.field(name) == value);
    }
  }
}

TEST_CASE("Snare: labels that nobody asks for are no part of the value before them") {
  const Event renamed = event_of(
      "<13>Mar 12 22:31:06 dc-1 " +
      snare("Security", 4781, kAudit,
            "The name of an account was changed:    Subject:   Security ID:  S-1-5-18   Account Name:  DC-1$    Target "
            "Account:   Security ID:  S-1-5-7   Account Domain:  CORP   Unheard Of: d   Old Account Name: a b   New "
            "Account "
            "Name: c   Process Creation Time: x"));
  CHECK(renamed.field("TargetDomainName") == "CORP");
  CHECK(renamed.field("OldTargetUserName") == "a b");
  CHECK(renamed.field("NewTargetUserName") == "c");
  const Event passed = event_of(
      "<13>Mar 12 22:31:06 dc-1 " +
      snare(
          "Security", 5156, kAudit,
          "The Windows Filtering Platform has permitted a connection.    Application Information:   Process ID:  948   "
          "Application Name: \\device\\a b.exe    Network Information:   Direction:  Outbound   Source Address:  "
          "10.0.0.9   "
          "Source Port:  5   Destination Address: 198.51.100.7   Destination Port:  443   Protocol:  6"));
  CHECK(passed.field("Application") == "\\device\\a b.exe");
  CHECK(passed.field("DestAddress") == "198.51.100.7");
  CHECK(passed.field("SourcePort") == "5");
  CHECK(passed.field("IpAddress").empty());
}

TEST_CASE("Snare: what is cut off or only looks alike is kept as text") {
  for (const char* text :
       {"<13>Mar 12 22:31:05 dc-1 MSWinEventLog\t1\tSecurity\t7", "<13>Mar 12 22:31:05 dc-1 MSWinEventLog",
        "<13>Mar 12 22:31:05 dc-1 MSWinEventLog\t1\tSecurity\t7\tThu\tx\tP\tu", "MSWinEventLog\t"}) {
    INFO(text);
    const Event e = event_of(text);
    CHECK(e.kind == "syslog.message");
    CHECK(e.field("EventID").empty());
    CHECK(e.field("message").find("MSWinEventLog") != std::string::npos);
  }
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  CHECK_FALSE(reader.read("MSWinEventLog\t1\tSecurity\t7", "", true, kNow, out));
  CHECK(reader.read(snare("Security", 4625, kAudit, kFailed), "", true, kNow, out));
}

TEST_CASE("public rules fire on what Snare sends") {
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  const Event e =
      event_of("<13>Mar 12 22:31:06 dc-1 " +
               snare("Security", 4720, kAudit,
                     "A user account was created.    Subject:   Security ID:  S-1-5-1   Account Name:  avos   "
                     "Account Domain:  CORP   Logon ID:  0x1    New Account:   Security ID:  S-1-5-2   Account "
                     "Name:  eve   Account Domain:  CORP    Attributes:   SAM Account Name: eve"));
  CHECK(e.field("TargetUserName") == "eve");
  const std::vector<std::string> titles = fired(rules / "windows/builtin/security/win_security_user_creation.yml", e);
  CHECK(std::find(titles.begin(), titles.end(), "Local User Creation") != titles.end());
}

}  // namespace
}  // namespace wf::network
