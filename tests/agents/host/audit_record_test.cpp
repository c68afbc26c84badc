#include "agents/audit/audit_record.hpp"

#include <random>

#include "agents/audit/audit_event.hpp"
#include "agents/audit/syscall_names.hpp"
#include "tests/support/catch.hpp"

namespace wf::audit {
namespace {

AuditRecord record_of(std::string_view line) {
  Result<AuditRecord> record = parse_audit_record(line);
  INFO(line);
  if (!record) FAIL(record.error().text());
  return *record;
}

Event event_of_lines(std::initializer_list<const char*> lines, bool logins = true) {
  AuditEvent audit;
  for (const char* line : lines) {
    audit.records.push_back(record_of(line));
    audit.id = audit.records.back().id;
  }
  return event_of(std::move(audit), {"vault-1", logins});
}

std::vector<std::string> all(const Event& e, std::string_view name) {
  std::vector<std::string> out;
  for (const Field& f : e.fields)
    if (f.name == name) out.push_back(f.value);
  return out;
}

TEST_CASE("a record has node, type, time, serial and its fields") {
  const AuditRecord r = record_of(
      "node=vault-1.example type=SYSCALL msg=audit(1773350921.407:88): arch=c000003e syscall=59 success=no exit=-13 "
      "tty=(none) ses=4294967295 comm=\"sh\" exe=2F746D702F6120622F7368 key=(null)");
  CHECK(r.id == AuditId{"vault-1.example", 1'773'350'921'407'000'000, 88});
  CHECK(r.type == "SYSCALL");
  CHECK(r.fields == std::vector<Field>{{"arch", "c000003e", ValueType::string},
                                       {"syscall", "59", ValueType::number},
                                       {"success", "no", ValueType::string},
                                       {"exit", "-13", ValueType::number},
                                       {"tty", "(none)", ValueType::string},
                                       {"ses", "4294967295", ValueType::number},
                                       {"comm", "sh", ValueType::string},
                                       {"exe", "/tmp/a b/sh", ValueType::string}});
}

TEST_CASE("what a program says stands within quotes of its own, in the forms of 2008 and of today") {
  const AuditRecord today = record_of(
      "type=USER_CHAUTHTOK msg=audit(1773350921.407:89): pid=7 uid=0 msg='op=change password acct=\"bo\" "
      "exe=\"/usr/bin/passwd\" hostname=? addr=? terminal=pts/0 res=failed'\x1dUID=\"root\" AUID=\"ana\"");
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Field& f : today.fields) fields.emplace_back(f.name, f.value);
  CHECK(fields == std::vector<std::pair<std::string, std::string>>{{"pid", "7"},
                                                                   {"uid", "0"},
                                                                   {"op", "change password"},
                                                                   {"acct", "bo"},
                                                                   {"exe", "/usr/bin/passwd"},
                                                                   {"terminal", "pts/0"},
                                                                   {"res", "failed"},
                                                                   {"UID", "root"},
                                                                   {"AUID", "ana"}});
  const AuditRecord old = record_of(
      "type=USER_AUTH msg=audit(1220000000.000:9): user pid=3 uid=0 auid=1 msg='PAM: authentication acct=\"bo\" : "
      "exe=\"/bin/su\" (hostname=?, addr=10.1.1.9, terminal=pts/0 res=success)'");
  CHECK(old.words == "user PAM: authentication");
  CHECK(old.fields.back() == Field{"res", "success", ValueType::string});
  CHECK(std::find(old.fields.begin(), old.fields.end(), Field{"addr", "10.1.1.9", ValueType::string}) !=
        old.fields.end());
}

TEST_CASE("what LOGIN said until 2013 has the names of today, and stamps with fewer decimals are read") {
  const AuditRecord r = record_of(
      "type=LOGIN msg=audit(1773350921.4:90): pid=7 uid=0 old auid=4294967295 new auid=1000 old ses=4294967295 new "
      "ses=3");
  CHECK(r.id.time == 1'773'350'921'400'000'000);
  CHECK(r.words.empty());
  CHECK(r.fields == std::vector<Field>{{"pid", "7", ValueType::number},
                                       {"uid", "0", ValueType::number},
                                       {"old-auid", "4294967295", ValueType::number},
                                       {"auid", "1000", ValueType::number},
                                       {"old-ses", "4294967295", ValueType::number},
                                       {"ses", "3", ValueType::number}});
}

TEST_CASE("an enriched record whose separator was lost on the way is read as if it stood there") {
  const AuditRecord call =
      record_of("type=SYSCALL msg=audit(1773350921.407:88): pid=7 key=(null)ARCH=x86_64 SYSCALL=execve AUID=\"unset\"");
  CHECK(call.fields == std::vector<Field>{{"pid", "7", ValueType::number},
                                          {"ARCH", "x86_64", ValueType::string},
                                          {"SYSCALL", "execve", ValueType::string},
                                          {"AUID", "unset", ValueType::string}});
  const AuditRecord path =
      record_of("type=PATH msg=audit(1773350921.407:88): name=\"/a\" cap_frootid=0OUID=\"root\" OGID=\"root\"");
  CHECK(path.fields[1] == Field{"cap_frootid", "0", ValueType::string});
  CHECK(path.fields[2] == Field{"OUID", "root", ValueType::string});
  CHECK(record_of("type=A msg=audit(1.001:2): opt=MYUID=5").fields[0] == Field{"opt", "MYUID=5", ValueType::string});
}

TEST_CASE("several keys are several fields, and a line that a forwarder put words before is read") {
  const AuditRecord r = record_of(
      "Mar 12 22:31:05 vault-1 audispd: type=CONFIG_CHANGE msg=audit(1773350921.001:3): op=add_rule "
      "key=6964656E746974790170617373 list=4 res=1");
  CHECK(r.fields[1] == Field{"key", "identity", ValueType::string});
  CHECK(r.fields[2] == Field{"key", "pass", ValueType::string});
}

TEST_CASE("what is no record says what is wrong with it") {
  for (const char* line :
       {"", "type=SYSCALL", "msg=audit(1.001:2): x=1", "xtype=A msg=audit(1.001:2):", "type=A msg=audit(1.:2):",
        "type=A msg=audit(-1.001:2):", "type=A msg=audit(99999999999999.001:2):", "type=A msg=audit(1.001:x):",
        "type= msg=audit(1.001:2):", "type=UNKNOWN[1329] msg=?"}) {
    INFO(line);
    const Result<AuditRecord> r = parse_audit_record(line);
    REQUIRE_FALSE(r);
    CHECK(r.error().to_do.find("audit log") != std::string::npos);
  }
  std::string many = "type=A msg=audit(1.001:2):";
  for (int i = 0; i < 3000; ++i) many += " a=b";
  CHECK_FALSE(parse_audit_record(many));
}

TEST_CASE("an executed program is one event: arguments, call by name, files, and Sigma's words for a process") {
  const Event e = event_of_lines(
      {"type=SYSCALL msg=audit(1773350921.407:88): arch=c000003e syscall=59 success=yes exit=0 a0=7ffd1 a1=55aa a2=0 "
       "a3=8 "
       "items=2 ppid=40 pid=41 auid=1000 uid=33 euid=33 tty=pts0 ses=3 comm=\"wget\" exe=\"/usr/bin/wget\" key=\"www\"",
       "type=EXECVE msg=audit(1773350921.407:88): argc=3 a0=\"wget\" a1=\"--post-file=/etc/shadow\" a2=6120622063",
       "type=CWD msg=audit(1773350921.407:88): cwd=\"/var/www\"",
       "type=PATH msg=audit(1773350921.407:88): item=0 name=\"/usr/bin/wget\" inode=7 nametype=NORMAL",
       "type=PATH msg=audit(1773350921.407:88): item=1 name=\"/lib64/ld-linux-x86-64.so.2\" inode=8 nametype=NORMAL",
       "type=PROCTITLE msg=audit(1773350921.407:88): proctitle=7767657400612062"});
  CHECK(e.kind == "host.process");
  CHECK(e.logsource == Logsource{"linux", "auditd", "process_creation"});
  CHECK(all(e, "type") == std::vector<std::string>{"SYSCALL", "EXECVE", "CWD", "PATH", "PATH", "PROCTITLE"});
  CHECK(all(e, "a0") == std::vector<std::string>{"wget"});
  CHECK(all(e, "syscall.a0") == std::vector<std::string>{"7ffd1"});
  CHECK(all(e, "name") == std::vector<std::string>{"/usr/bin/wget", "/lib64/ld-linux-x86-64.so.2"});
  CHECK(e.field("SYSCALL") == "execve");
  CHECK(e.field("a2") == "a b c");
  CHECK(e.field("CommandLine") == "wget --post-file=/etc/shadow a b c");
  CHECK(e.field("Image") == "/usr/bin/wget");
  CHECK(e.field("proctitle") == "wget a b");
  CHECK(e.field("host.name") == "vault-1");
  CHECK(e.field("key") == "www");
}

TEST_CASE("an argument that came in parts is one, whatever the parts are written as") {
  const Event e = event_of_lines({"type=EXECVE msg=audit(1773350921.407:88): argc=2 a0=\"sh\" a1_len=12 a1[0]=61622063",
                                  "type=EXECVE msg=audit(1773350921.407:88): a1[1]=\"defg\" a1[2]=206869"});
  CHECK(e.field("a1") == "ab cdefg hi");
  CHECK(e.field("process.command_line") == "sh ab cdefg hi");
  CHECK(all(e, "a1_len").empty());
}

TEST_CASE("a file that was made is named by its whole path, and an address is read") {
  const Event e = event_of_lines(
      {"type=SYSCALL msg=audit(1773350921.407:90): arch=c00000b7 syscall=56 success=yes pid=41 exe=\"/usr/bin/tee\"",
       "type=CWD msg=audit(1773350921.407:90): cwd=\"/etc\"",
       "type=PATH msg=audit(1773350921.407:90): item=0 name=\"/etc\" nametype=PARENT",
       "type=PATH msg=audit(1773350921.407:90): item=1 name=\"ld.so.preload\" nametype=CREATE"});
  CHECK(e.kind == "host.file");
  CHECK(e.field("SYSCALL") == "openat");
  CHECK(all(e, "file.path") == std::vector<std::string>{"/etc/ld.so.preload"});
  CHECK(e.field("TargetFilename") == "/etc/ld.so.preload");
  CHECK(e.logsource.category == "file_event");
  const Event socket = event_of_lines({"type=SOCKADDR msg=audit(1.000:1): saddr=02000050A9FEA9FE0000000000000000"});
  CHECK(socket.field("dst.ip") == "169.254.169.254");
  CHECK(socket.field("dst.port") == "80");
}

TEST_CASE("a connection that a program made has Sigma's words for one") {
  const Event e =
      event_of_lines({"type=SYSCALL msg=audit(1773350921.407:88): arch=c000003e syscall=42 success=yes exit=0 a0=3 "
                      "items=0 pid=7 comm=\"nc\" "
                      "exe=\"/usr/bin/nc\"",
                      "type=SOCKADDR msg=audit(1773350921.407:88): saddr=020001BBCB0071090000000000000000"});
  CHECK(e.logsource == Logsource{"linux", "auditd", "network_connection"});
  CHECK(e.field("DestinationIp") == "203.0.113.9");
  CHECK(e.field("DestinationPort") == "443");
  CHECK(e.field("Image") == "/usr/bin/nc");
  CHECK(e.field("Initiated") == "true");
}

TEST_CASE("logins say who, from where and how it ended; where another source tells of them they are host.log") {
  constexpr const char* kLine =
      "type=USER_LOGIN msg=audit(1773350921.407:91): pid=9 uid=0 auid=4294967295 ses=4294967295 msg='op=login "
      "acct=\"root\" exe=\"/usr/sbin/sshd\" hostname=? addr=203.0.113.9 terminal=ssh res=failed'";
  const Event e = event_of_lines({kLine});
  CHECK(e.kind == "host.login_failed");
  CHECK(e.field("user.name") == "root");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("session.remote") == "true");
  CHECK(e.field("session.id").empty());
  CHECK(event_of_lines({kLine}, false).kind == "host.log");
}

TEST_CASE("what an audit event says before it is made is what it says then, or not known") {
  const std::vector<std::vector<std::string>> all{
      {"type=SYSCALL msg=audit(1773350921.407:88): arch=c000003e syscall=59 success=yes exit=0 a0=7ffd1 items=2 ppid=1 "
       "pid=7 auid=1000 uid=0 tty=(none) ses=3 comm=\"sh\" exe=\"/bin/sh\" key=\"k\"",
       "type=EXECVE msg=audit(1773350921.407:88): argc=2 a0=\"sh\" a1=\"-c\"",
       "type=PATH msg=audit(1773350921.407:88): item=0 name=\"/bin/sh\" nametype=NORMAL"},
      {"type=USER_LOGIN msg=audit(1773350921.407:91): pid=9 uid=0 auid=4294967295 ses=4294967295 msg='op=login "
       "acct=\"root\" exe=\"/usr/sbin/sshd\" addr=203.0.113.9 terminal=ssh res=failed'"},
      {"type=SERVICE_START msg=audit(1773350921.407:92): pid=1 uid=0 msg='unit=cron comm=\"systemd\" res=success'"},
      {"type=CONFIG_CHANGE msg=audit(1773350921.407:93): op=add_rule key=\"k\" list=4 res=1"},
      {"type=USER msg=audit(1773350921.407:94): pid=1 uid=0 logsource.other=x logsource.category=y res=1"}};
  for (const std::vector<std::string>& lines : all) {
    AuditEvent audit;
    for (const std::string& line : lines) audit.records.push_back(record_of(line));
    audit.id = audit.records.front().id;
    AuditEvent again = audit;
    const Event e = event_of(std::move(again), {});
    AuditRaw raw(audit);
    CHECK(raw.time() == e.time);
    std::vector<std::string> names{
        "kind",   "type", "logsource.product", "logsource.service", "logsource.category", "none", "exe", "user.name",
        "src.ip", "a0"};
    for (const Field& f : e.fields) names.push_back(f.name);
    int known = 0;
    for (const std::string& name : names) {
      INFO(name);
      std::string_view value;
      const auto what = raw.field(name, value);
      if (what == kit::RawRecord::Known::value) CHECK(value == kit::shed_field(e, name));
      if (what == kit::RawRecord::Known::absent) CHECK(kit::shed_field(e, name).empty());
      known += what == kit::RawRecord::Known::unknown ? 0 : 1;
    }
    CHECK(known > 6);
  }
}

TEST_CASE("what ausearch interpreted: values without quotes and with blanks, names of users, dates of the locale") {
  const std::string id = " msg=audit(03/12/2026 22:31:05.371:479) : ";
  const auto read = [&](const std::string& type, const std::string& text) {
    Result<AuditRecord> record = parse_audit_record("type=" + type + id + text);
    if (!record) FAIL(record.error().text());
    CHECK(record->id.serial == 479);
    CHECK(record->id.time == utc_from_civil(2026, 3, 12, 22, 31, 5) + 371 * kMillisecond);
    return std::move(*record);
  };
  AuditEvent audit;
  // In the order in which ausearch writes them.
  audit.records.push_back(read("PROCTITLE", "proctitle=tar cf /x a=b --to=/y "));
  audit.records.push_back(
      read("PATH",
           "item=0 name=/home/avos/my file inode=12 dev=fd:01 mode=file,755 ouid=root ogid=root rdev=00:00 "
           "nametype=NORMAL cap_fp=none"));
  audit.records.push_back(read("CWD", "cwd=/home/avos/a b=c "));
  audit.records.push_back(read("EXECVE", "argc=3 a0=tar a1=cf /x a=b a2=cafe "));
  audit.records.push_back(
      read("SYSCALL",
           "arch=x86_64 syscall=execve success=no exit=ENOENT(No such file or directory) a0=0x55d1 a1=0x1 "
           "items=2 ppid=7 pid=8 auid=avos uid=root gid=root euid=root tty=pts0 ses=3 comm=tar exe=/usr/bin/tar "
           "subj=unconfined key=exec"));
  audit.id = audit.records.back().id;
  const Event e = event_of(std::move(audit), {"h", true});
  CHECK(e.kind == "host.process");
  CHECK(e.field("proctitle") == "tar cf /x a=b --to=/y");
  CHECK(e.field("name") == "/home/avos/my file");
  CHECK(e.field("inode") == "12");
  CHECK(e.field("cwd") == "/home/avos/a b=c");
  CHECK(all(e, "a1") == std::vector<std::string>{"cf /x a=b"});
  CHECK(e.field("a2") == "cafe");
  CHECK(e.field("CommandLine") == "tar cf /x a=b cafe");
  CHECK(e.field("exit") == "ENOENT(No such file or directory)");
  CHECK(e.field("SYSCALL") == "execve");
  CHECK(e.field("syscall") == "execve");
  CHECK(e.field("AUID") == "avos");
  CHECK(e.field("user.name") == "avos");
  CHECK(e.field("Image") == "/usr/bin/tar");
  CHECK(e.field("key") == "exec");

  const AuditRecord login =
      read("USER_LOGIN",
           "pid=9 uid=root auid=unset ses=unset msg='op=login id=avos exe=/usr/sbin/sshd hostname=? "
           "addr=203.0.113.9 terminal=ssh res=failed' ");
  AuditEvent user{login.id, {login}, 0};
  const Event tried = event_of(std::move(user), {"h", true});
  CHECK(tried.kind == "host.login_failed");
  CHECK(tried.field("src.ip") == "203.0.113.9");
  CHECK(tried.field("session.id").empty());
  CHECK(tried.field("hostname").empty());
  for (const char* saddr :
       {"saddr={ saddr_fam=inet laddr=203.0.113.9 lport=443 } ", "saddr=inet host:203.0.113.9 serv:443 "}) {
    AuditEvent to{login.id, {read("SOCKADDR", saddr)}, 0};
    const Event connected = event_of(std::move(to), {"h", true});
    CHECK(connected.field("dst.ip") == "203.0.113.9");
    CHECK(connected.field("dst.port") == "443");
  }

  const UtcNs at = utc_from_civil(2026, 3, 12, 22, 31, 5) + 371 * kMillisecond;
  const auto time = [&](const std::string& date, bool day_first = false) -> UtcNs {
    const Result<AuditRecord> r =
        parse_audit_record("type=CWD msg=audit(" + date + " 22:31:05.371:7) : cwd=/", {nullptr, day_first});
    return r ? r->id.time : 0;
  };
  for (const char* date : {"03/12/26", "03/12/2026", "12.03.2026", "12.03.26", "2026-03-12"}) CHECK(time(date) == at);
  CHECK(time("12/03/2026", true) == at);
  CHECK(time("22/03/2026") == utc_from_civil(2026, 3, 22, 22, 31, 5) + 371 * kMillisecond);
  for (const char* date : {"03/32/26", "03/12/", "1/2", "03-12/26", "00/00/00", "x"}) CHECK(time(date) == 0);
  kit::Zone zone = *kit::Zone::find("+01:00", "test");
  CHECK(parse_audit_record("type=CWD msg=audit(03/12/26 23:31:05.371:7) : cwd=/", {&zone, false})->id.time == at);
}

TEST_CASE("records of the kernel's log have numbers for types; what journald hands on has no time and no serial") {
  const auto type = [](const std::string& text) {
    const Result<AuditRecord> r = parse_audit_record(text);
    return r ? r->type : std::string();
  };
  CHECK(type("audit: type=1400 audit(1773354665.371:479): apparmor=\"DENIED\" operation=\"open\"") == "AVC");
  CHECK(type("type=UNKNOWN[1334] msg=audit(1773354665.371:479): prog-id=7 op=LOAD") == "BPF");
  CHECK(type("type=UNKNOWN[9999] msg=audit(1773354665.371:479): x=7") == "UNKNOWN[9999]");
  CHECK(type("type=1123x msg=audit(1773354665.371:479): x=7") == "1123x");
  const Result<AuditRecord> bare = parse_audit_text("USER_CMD pid=7 uid=1000 msg='cwd=\"/\" cmd=6C73 res=success'", 5);
  REQUIRE(bare);
  CHECK(bare->type == "USER_CMD");
  CHECK(bare->id.time == 5);
  CHECK(bare->fields.at(3).value == "ls");
  for (const char* none : {"", "USER_CMD", "user pid=7", "Hello world=1", "USER_CMD nothing here"})
    CHECK_FALSE(parse_audit_text(none, 5));
  CHECK(is_audit_record("node=a type=CWD msg=audit(1.000:7): x"));
  CHECK(is_audit_record("audit: type=1400 audit(1.000:7): x"));
  CHECK_FALSE(is_audit_record("a type=x of audit(1)"));
}

TEST_CASE("calls have the names of their architecture") {
  CHECK(syscall_name(0xc000003e, 59) == "execve");
  CHECK(syscall_name(0x40000003, 11) == "execve");
  CHECK(syscall_name(0xc00000b7, 221) == "execve");
  CHECK(syscall_name(0xc00000b7, 79) == "newfstatat");
  CHECK(syscall_name(0xc000003e, 99999).empty());
  CHECK(syscall_name(1, 1).empty());
}

TEST_CASE("records that were damaged anywhere are read or refused, and take no more than they should") {
  const std::string good =
      "node=a type=EXECVE msg=audit(1773350921.407:88): argc=3 a0=\"wget\" a1[0]=61 a2_len=9 key=6101 msg='op=x y "
      "\"(a=1)' "
      "saddr=02000050A9FEA9FE { x=1 }\x1d"
      "ARCH=x86_64 SADDR={ saddr_fam=inet laddr=1.2.3.4 }";
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string line = good;
    for (auto k = random() % 4 + 1; k > 0; --k) {
      const std::size_t at = random() % line.size();
      switch (random() % 4) {
        case 0:
          line[at] = static_cast<char>(random());
          break;
        case 1:
          line.erase(at, random() % 9);
          break;
        case 2:
          line.insert(at, 1, "='\" ([{\x1d,"[random() % 9]);
          break;
        default:
          line.resize(at);
      }
      if (line.empty()) line = "x";
    }
    Result<AuditRecord> r = parse_audit_record(line);
    if (!r) continue;
    std::size_t bytes = r->words.size();
    for (const Field& f : r->fields) bytes += f.name.size() + f.value.size();
    for (const auto& p : r->parts) bytes += p.text.size();
    CHECK(bytes <= line.size() + 3 * r->fields.size());
    AuditEvent audit{r->id, {}, 0};
    audit.records.push_back(std::move(*r));
    (void)event_of(std::move(audit), {});
  }
}

}  // namespace
}  // namespace wf::audit
