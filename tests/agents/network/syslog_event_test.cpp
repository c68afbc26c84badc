#include "agents/network/syslog_event.hpp"

#include <algorithm>
#include <random>

#include "tests/agents/network/public_rules.hpp"
#include "tests/support/catch.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

constexpr UtcNs kNow = 1'773'440'000 * kSecond;  // 2026-03-13T22:13:20Z

std::vector<Event> events_of(std::string_view message, std::string_view peer = "192.0.2.77", bool strict = false) {
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  const Result<void> read = reader.read(message, peer, strict, kNow, out);
  if (!read) FAIL(read.error().text());
  return out;
}

Event event_of(std::string_view message, std::string_view peer = "192.0.2.77") {
  std::vector<Event> events = events_of(message, peer);
  REQUIRE(events.size() == 1);
  return std::move(events.front());
}

std::vector<std::string> values(const Event& e, std::string_view name) {
  std::vector<std::string> out;
  for (const Field& f : e.fields)
    if (f.name == name) out.push_back(f.value);
  return out;
}
using Values = std::vector<std::string>;

TEST_CASE("a login that comes by syslog is the event that the host agent makes of it") {
  const Event e = event_of(
      "<38>Mar 12 22:31:05 srv-1 sshd[24200]: Failed password for invalid user admin from 203.0.113.9 port 40122 "
      "ssh2\n");
  CHECK(e.kind == "host.login_failed");
  CHECK(e.logsource == Logsource{"linux", "sshd", ""});
  CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  CHECK(e.field("user.name") == "admin");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("host.name") == "srv-1");
  CHECK(e.field("syslog.peer") == "192.0.2.77");
  CHECK(e.field("syslog.facility") == "auth");
}

TEST_CASE("what nobody knows is syslog.message with its parts") {
  const Event e = event_of(
      R"(<165>1 2026-03-12T22:31:05.003Z sw-1 evntslog 77 ID47 [ex@32473 iut="3" src="a \"b\" \] \\ c"][y@1 z="1"] An event)");
  CHECK(e.kind == "syslog.message");
  CHECK(e.severity == 1);
  CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5) + 3 * kMillisecond);
  CHECK(e.field("message") == "An event");
  CHECK(e.field("host.name") == "sw-1");
  CHECK(e.field("process.name") == "evntslog");
  CHECK(e.field("process.pid") == "77");
  CHECK(e.field("syslog.facility") == "local4");
  CHECK(e.field("syslog.severity") == "notice");
  CHECK(e.field("syslog.msgid") == "ID47");
  CHECK(e.field("syslog.sd.ex@32473.iut") == "3");
  CHECK(e.field("syslog.sd.ex@32473.src") == R"(a "b" ] \ c)");
  CHECK(e.field("syslog.sd.y@1.z") == "1");
  CHECK(event_of("<8>Mar 12 22:31:05 sw-1 fan: stopped").severity == 4);
  CHECK(event_of("<11>Mar 12 22:31:05 sw-1 fan: slow").severity == 3);
}

TEST_CASE("messages of devices that keep to no standard are kept, with the address that they came from") {
  const Event cisco = event_of("<189>29: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured from console by vty2");
  CHECK(cisco.kind == "syslog.message");
  CHECK(cisco.time == utc_from_civil(2026, 3, 1, 18, 48, 50) + 483 * kMillisecond);
  CHECK(cisco.field("host.name") == "192.0.2.77");
  CHECK(cisco.field("syslog.facility") == "local7");
  CHECK(cisco.field("process.name") == "%SYS-5-CONFIG_I");
  CHECK(cisco.field("message") == "Configured from console by vty2");
  const Event timeless = event_of("<38>sshd[77]: Failed password for avos from 203.0.113.9 port 5 ssh2");
  CHECK(timeless.kind == "host.login_failed");
  CHECK(timeless.time == kNow);
  CHECK(timeless.field("process.pid") == "77");
  CHECK(event_of("<13>app: text").field("process.name") == "app");
  CHECK(event_of("<13>http://x: text").field("message") == "http://x: text");
  CHECK(event_of("<13>app[x]: text").field("message") == "app[x]: text");
  const Event bare = event_of("just text");
  CHECK(bare.field("message") == "just text");
  CHECK(bare.field("host.name") == "192.0.2.77");
  const Event local = event_of("<13>Mar 12 22:31:05 root: no host before the tag");
  CHECK(local.field("process.name") == "root");
  CHECK(local.field("host.name") == "192.0.2.77");
  const Event nil = event_of("<14>1 - - app - - - no clock");
  CHECK(nil.time == kNow);
  CHECK(nil.field("message") == "no clock");
  const Event wrong = event_of("<999>Mar 12 22:31:05 h a: b");
  CHECK(wrong.field("message") == "<999>Mar 12 22:31:05 h a: b");
}

TEST_CASE("a file's line without a time stamp is refused, since nobody knows when it was") {
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  CHECK_FALSE(reader.read("just text", "", true, kNow, out));
  CHECK_FALSE(reader.read("<999>text", "", true, kNow, out));
  CHECK(reader.read("<13>text", "", true, kNow, out));
  CHECK(out.size() == 1);
}

TEST_CASE("a packet of netfilter has the kernel's names, those of public rules and ours") {
  const Event e = event_of(
      "<4>Mar 12 22:31:05 fw-1 kernel: [ 203.842973] [UFW BLOCK] IN=eth0 OUT= MAC=00:08:a2:0c SRC=203.0.113.9 "
      "DST=10.20.3.7 LEN=76 TTL=64 ID=25029 DF PROTO=TCP SPT=49007 DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0 ");
  CHECK(e.kind == "network.flow");
  CHECK(e.logsource == Logsource{"linux", "iptables", "firewall"});
  CHECK(e.field("PREFIX") == "[UFW BLOCK]");
  CHECK(e.field("IN") == "eth0");
  CHECK(values(e, "OUT") == Values{""});
  CHECK(e.field("src_ip") == "203.0.113.9");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("dst_port") == "23");
  CHECK(e.field("dst.port") == "23");
  CHECK(e.field("net.proto") == "tcp");
  CHECK(values(e, "flags") == Values{"DF", "SYN"});
  CHECK(e.field("action") == "drop");
  CHECK(e.field("blocked") == "true");
  CHECK(e.field("host.name") == "fw-1");
}

TEST_CASE("what UniFi's gateways did with a packet says the rule's number, not what somebody called the rule") {
  const auto action = [](const std::string& prefix) {
    return std::string(event_of("<4>Mar 12 22:31:05 gw kernel: " + prefix +
                                " DESCR=\"Block what is not DROPPED\" IN=eth8 OUT= SRC=203.0.113.9 DST=10.20.3.7 "
                                "PROTO=UDP SPT=1 DPT=2")
                           .field("action"));
  };
  CHECK(action("[WAN_LOCAL-A-2147483647]") == "accept");
  CHECK(action("[WAN_IN-D-4000]") == "drop");
  CHECK(action("[LAN_IN-R-2001]") == "reject");
  CHECK(action("[WAN_IN-X-2001]") == "drop");
  CHECK(action("[WAN_LOCAL-default-A]") == "accept");
  CHECK(action("[WAN_IN-2000-R]") == "reject");
  const Event tagged =
      event_of("<4>Mar 12 22:31:05 DENY: IN=eth0 OUT= SRC=203.0.113.9 DST=10.20.3.7 PROTO=UDP SPT=1 DPT=2");
  CHECK(tagged.kind == "network.flow");
  CHECK(tagged.field("PREFIX") == "DENY");
  CHECK(tagged.field("action") == "drop");
  CHECK(tagged.field("IN") == "eth0");
  CHECK(event_of("<4>Mar 12 22:31:05 h  -- root: IN=eth0 OUT= SRC=203.0.113.9 DST=10.20.3.7").field("SRC") ==
        "203.0.113.9");
  CHECK(event_of("<4>Mar 12 22:31:05 [pid 7] IN=eth0 OUT= SRC=203.0.113.9 DST=10.20.3.7").field("SRC") ==
        "203.0.113.9");
}

TEST_CASE("what an ICMP error quotes is another packet; a line that only looks alike is none") {
  const Event e = event_of(
      "<4>Mar 12 22:31:05 fw kernel: ACCEPT IN=eth0 OUT=eth1 SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=3 CODE=1 "
      "[SRC=10.0.0.1 DST=10.0.0.2 PROTO=UDP SPT=1 DPT=2 ] MARK=0x1");
  CHECK(values(e, "src.ip") == Values{"192.0.2.1"});
  CHECK(values(e, "DPT").empty());
  CHECK(e.field("MARK") == "0x1");
  CHECK(e.field("action") == "accept");
  CHECK(e.field("blocked") == "false");
  CHECK(event_of("<4>Mar 12 22:31:05 h kernel: SRC=x only").kind == "syslog.message");
  CHECK(event_of("<13>Mar 12 22:31:05 h app: SRC=1.2.3.4 DST=1.2.3.5").kind == "syslog.message");
}

TEST_CASE("CEF: header and extension with all escapes of its specification") {
  const Event e = event_of(
      R"(<134>Mar 12 22:31:05 fw-1 CEF:0|Acme \| Co|Gate\\Way|1.0|100|detected a \| in message|8|src=203.0.113.9 spt=1232 )"
      R"(dst=10.20.3.7 act=blocked a \= b msg=Two\nlines  here cs1Label=Rule Name cs1=No\\w request=https://x.example/?a=b&c=d proto=TCP suser=alice)");
  CHECK(e.kind == "network.alert");
  CHECK(e.severity == 4);
  CHECK(e.logsource.product == R"(gate\way)");
  CHECK(e.field("deviceVendor") == "Acme | Co");
  CHECK(e.field("deviceProduct") == R"(Gate\Way)");
  CHECK(e.field("deviceEventClassId") == "100");
  CHECK(e.field("name") == "detected a | in message");
  CHECK(e.field("alert.title") == "detected a | in message");
  CHECK(e.field("act") == "blocked a = b");
  CHECK(e.field("msg") == "Two\nlines  here");
  CHECK(e.field("message") == "Two\nlines  here");
  CHECK(e.field("cs1Label") == "Rule Name");
  CHECK(e.field("cs1") == R"(No\w)");
  CHECK(e.field("request") == "https://x.example/?a=b&c=d");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("src.port") == "1232");
  CHECK(e.field("dst.ip") == "10.20.3.7");
  CHECK(e.field("net.proto") == "tcp");
  CHECK(e.field("user.name") == "alice");
  CHECK(e.field("host.name") == "fw-1");
}

TEST_CASE("CEF without a time stamp, with its own time, in words, and cut off") {
  const Event e = event_of("CEF:0|V|P|1|7|Login|Low|rt=1773354665123 dvchost=gate");
  CHECK(e.kind == "network.other");
  CHECK(e.severity == 2);
  CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5) + 123 * kMillisecond);
  CHECK(e.field("host.name") == "gate");
  CHECK(e.field("message") == "Login");
  CHECK(event_of("<134>Mar 12 22:31:05 fw CEF: 0|V|P|1|7|x|Very-High|").severity == 5);
  CHECK(event_of("CEF:0|V|P|1|7|x|very-high|duser=avos").severity == 5);
  CHECK(event_of("CEF:0|V|P|1|7|x|5|duser=avos").field("user.name") == "avos");
  CHECK(event_of("CEF:0|V|P|1|7|x|5|duser=avos suser=bo").field("user.name") == "bo");
  CHECK(event_of("CEF:0|V|P|1|7|x|10").severity == 5);
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  const Result<void> cut = reader.read("<134>Mar 12 22:31:05 fw CEF:0|V|P|1", "", false, kNow, out);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().what.find("ends after 3 of 7 fields") != std::string::npos);
  CHECK(out.empty());
}

TEST_CASE("CEF behind other words, with dates for times, and in a file without any syslog") {
  CHECK(event_of("<134>Mar 12 22:31:05 fw-1 relay: note CEF:0|V|P|1|7|x|5|src=10.0.0.9").field("src.ip") == "10.0.0.9");
  CHECK(event_of("<134>Mar 12 22:31:05 fw-1 about CEF: nothing").kind == "syslog.message");
  const UtcNs at = utc_from_civil(2026, 3, 12, 22, 31, 5);
  for (const char* rt :
       {"Mar 12 2026 22:31:05", "Mar 12 2026 22:31:05.000 UTC", "2026-03-12T22:31:05Z", "Mar 12 22:31:05"})
    CHECK(event_of("<134>Mar 13 01:00:00 fw-1 CEF:0|V|P|1|7|x|5|rt=" + std::string(rt) + " src=10.0.0.9").time == at);
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  std::vector<Event> out;
  REQUIRE(reader.read("CEF:0|V|P|1|7|x|5|start=1773354600000 GATEutcTime=2026-03-12T22:31:05Z end=1773354665000", "",
                      true, kNow, out));
  CHECK(out.back().time == at);
  REQUIRE(reader.read("CEF: 0|V|P|1|7|x|5|msg=hello", "", true, kNow, out));
  CHECK(out.back().time == kNow);
  CHECK_FALSE(reader.read("0|V|P|1|7|x|5|msg=hello", "", true, kNow, out));
  CHECK_FALSE(reader.read("<no priority> text", "", true, kNow, out));
}

constexpr const char* kNxlog =
    R"(<14>Mar 12 22:31:05 dc-1 Microsoft-Windows-Security-Auditing[652]: {"EventTime":"2026-03-12 22:31:04","Hostname":"dc-1.corp.example",)"
    R"("Keywords":"9232379236109516800","EventType":"AUDIT_FAILURE","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing",)"
    R"("Channel":"Security","TargetUserName":"avos","LogonType":3,"IpAddress":"203.0.113.9","IpPort":"49152","Message":"An account failed to log on.\r\n\r\nSubject:"})";

TEST_CASE("Windows events of NXLog keep Windows' names") {
  const Event e = event_of(kNxlog);
  CHECK(e.kind == "host.login_failed");
  CHECK(e.logsource == Logsource{"windows", "security", ""});
  CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 4));
  CHECK(e.field("EventID") == "4625");
  CHECK(e.field("TargetUserName") == "avos");
  CHECK(e.field("user.name") == "avos");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("src.port") == "49152");
  CHECK(e.field("host.name") == "dc-1.corp.example");
  CHECK(e.field("session.remote") == "true");
  CHECK(e.field("message") == "An account failed to log on.");
}

TEST_CASE("the four shapes of one Windows event give the same names") {
  const std::string data =
      R"("Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /priv","User":"CORP\\avos","ParentImage":"C:\\a.exe")";
  const std::string shapes[] = {
      R"({"EventTime":"2026-03-12T22:31:04+00:00","Hostname":"ws-1","EventID":1,"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational",)" +
          data + "}",
      R"({"@timestamp":"2026-03-12T22:31:04.000Z","winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"1","provider_name":"Microsoft-Windows-Sysmon","computer_name":"ws-1","event_data":{)" +
          data + R"(}},"agent":{"type":"winlogbeat"}})",
      R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"TimeCreated":{"#attributes":{"SystemTime":"2026-03-12T22:31:04Z"}},"Computer":"ws-1","Channel":"Microsoft-Windows-Sysmon/Operational"},"EventData":{)" +
          data + "}}}",
      R"({"win":{"system":{"eventID":"1","systemTime":"2026-03-12T22:31:04Z","computer":"ws-1","channel":"Microsoft-Windows-Sysmon/Operational","providerName":"Microsoft-Windows-Sysmon"},"eventdata":{"image":"C:\\Windows\\System32\\whoami.exe","commandLine":"whoami /priv","user":"CORP\\avos","parentImage":"C:\\a.exe"}}})",
  };
  const std::filesystem::path rules = public_rules();
  for (const std::string& shape : shapes) {
    INFO(shape);
    const Event e = event_of("<14>Mar 12 22:31:05 ws-1 forwarder: " + shape);
    CHECK(e.kind == "host.process");
    CHECK(e.logsource == Logsource{"windows", "sysmon", "process_creation"});
    CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 4));
    CHECK(e.field("EventID") == "1");
    CHECK(e.field("Provider_Name") == "Microsoft-Windows-Sysmon");
    CHECK(e.field("Image") == R"(C:\Windows\System32\whoami.exe)");
    CHECK(e.field("CommandLine") == "whoami /priv");
    CHECK(e.field("process.name") == "whoami.exe");
    CHECK(e.field("process.command_line") == "whoami /priv");
    CHECK(e.field("host.name") == "ws-1");
    if (!rules.empty()) {
      const Values titles = fired(rules / "windows/process_creation/proc_creation_win_whoami_priv_discovery.yml", e);
      CHECK(std::find(titles.begin(), titles.end(), "Security Privileges Enumeration Via Whoami.EXE") != titles.end());
    }
  }
}

TEST_CASE("further shapes of Windows events give the same names") {
  const std::string shapes[] = {
      // Winlogbeat 6
      R"({"@timestamp":"2026-03-12T22:31:04.000Z","log_name":"Security","event_id":4625,"source_name":"Microsoft-Windows-Security-Auditing","computer_name":"dc-1","event_data":{"TargetUserName":"avos","LogonType":"3","IpAddress":"203.0.113.9","IpPort":"49152"}})",
      // OpenTelemetry
      R"({"channel":"Security","computer":"dc-1","event_id":{"id":4625,"qualifiers":0},"provider":{"name":"Microsoft-Windows-Security-Auditing"},"system_time":"2026-03-12T22:31:04.0000000Z","event_data":{"data":[{"TargetUserName":"avos"},{"LogonType":"3"},{"IpAddress":"203.0.113.9"},{"IpPort":"49152"}]}})",
      // EvtxECmd
      R"({"EventId":4625,"Level":"LogAlways","Provider":"Microsoft-Windows-Security-Auditing","Channel":"Security","Computer":"dc-1","EventRecordId":"7","TimeCreated":"2026-03-12T22:31:04.0000000+00:00","Payload":"{\"EventData\":{\"Data\":[{\"@Name\":\"TargetUserName\",\"#text\":\"avos\"},{\"@Name\":\"Empty\"},{\"@Name\":\"LogonType\",\"#text\":\"3\"},{\"@Name\":\"IpAddress\",\"#text\":\"203.0.113.9\"},{\"@Name\":\"IpPort\",\"#text\":\"49152\"}]}}"})",
      // XML that was made JSON
      R"({"Event":{"System":{"Provider":{"@Name":"Microsoft-Windows-Security-Auditing"},"EventID":{"#text":"4625"},"TimeCreated":{"@SystemTime":"2026-03-12T22:31:04Z"},"Channel":"Security","Computer":"dc-1"},"EventData":{"Data":[{"@Name":"TargetUserName","#text":"avos"},{"@Name":"LogonType","#text":"3"},{"@Name":"IpAddress","#text":"203.0.113.9"},{"@Name":"IpPort","#text":"49152"}]}}})",
      // Fluent Bit's winevtlog: data by their order alone
      R"({"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4625,"TimeCreated":"2026-03-12 23:31:04 +0100","Channel":"Security","Computer":"dc-1","StringInserts":["S-1-0-0","-","-","0x0","S-1-0-0","avos","","0xc000006d","%%2313","0xc000006a",3,"NtLmSsp","NTLM","WS-9","-","-",0,"0x0","-","203.0.113.9","49152"]})",
      // PowerShell: Get-WinEvent | ConvertTo-Json
      R"({"Id":4625,"ProviderName":"Microsoft-Windows-Security-Auditing","LogName":"Security","MachineName":"dc-1","TimeCreated":"\/Date(1773354664000)\/","Properties":[{"Value":"S-1-0-0"},{"Value":"-"},{"Value":"-"},{"Value":0},{"Value":"S-1-0-0"},{"Value":"avos"},{"Value":""},{"Value":1},{"Value":"x"},{"Value":2},{"Value":3},{"Value":"NtLmSsp"},{"Value":"NTLM"},{"Value":"WS-9"},{"Value":"-"},{"Value":"-"},{"Value":0},{"Value":0},{"Value":"-"},{"Value":"203.0.113.9"},{"Value":"49152"}]})",
      // XML as it is
      R"(<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{1}'/><EventID>4625</EventID><TimeCreated SystemTime='2026-03-12T22:31:04.000000000Z'/><Channel>Security</Channel><Computer>dc-1</Computer></System><EventData><Data Name='TargetUserName'>avos</Data><Data Name='LogonType'>3</Data><Data Name='IpAddress'>203.0.113.9</Data><Data Name='IpPort'>49152</Data></EventData></Event>)",
  };
  for (const std::string& shape : shapes) {
    INFO(shape);
    const Event e = event_of("<14>Mar 12 22:31:05 dc-1 forwarder: " + shape);
    CHECK(e.kind == "host.login_failed");
    CHECK(e.logsource == Logsource{"windows", "security", ""});
    CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 4));
    CHECK(e.field("EventID") == "4625");
    CHECK(e.field("Channel") == "Security");
    CHECK(e.field("Provider_Name") == "Microsoft-Windows-Security-Auditing");
    CHECK(e.field("TargetUserName") == "avos");
    CHECK(e.field("LogonType") == "3");
    CHECK(e.field("user.name") == "avos");
    CHECK(e.field("src.ip") == "203.0.113.9");
    CHECK(e.field("host.name") == "dc-1");
  }
  CHECK(event_of(R"({"EventID":4624,"Channel":"Security","IpAddress":"::ffff:203.0.113.9"})").field("src.ip") ==
        "203.0.113.9");
  CHECK(event_of(R"(<14>Mar 12 22:31:05 h app: {"event_id":7,"channel":"mail","Id":3})").kind == "syslog.message");
}

TEST_CASE("Sysmon's data stand in its message where a forwarder left them out; on Linux its events are Linux'") {
  const Event e = event_of(
      R"(<14>Mar 12 22:31:05 ws-1 fb: {"ProviderName":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws-1","TimeCreated":"2026-03-12 22:31:04 +0000","Message":"Process Create:\r\nRuleName: -\r\nUtcTime: 2026-03-12 22:31:04.000\r\nImage: C:\\Windows\\System32\\whoami.exe\r\nCommandLine: whoami /priv\r\nUser: CORP\\avos"})");
  CHECK(e.logsource == Logsource{"windows", "sysmon", "process_creation"});
  CHECK(e.field("Image") == R"(C:\Windows\System32\whoami.exe)");
  CHECK(e.field("CommandLine") == "whoami /priv");
  const Event linux_event = event_of(
      R"(<14>Mar 12 22:31:05 srv-1 sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593}"/><EventID>1</EventID><TimeCreated SystemTime="2026-03-12T22:31:04.000000000Z"/><Channel>Linux-Sysmon/Operational</Channel><Computer>srv-1</Computer></System><EventData><Data Name="UtcTime">2026-03-12 22:31:04.001</Data><Data Name="Image">/usr/bin/base64</Data><Data Name="CommandLine">base64 -d /tmp/a &amp;&amp; true</Data><Data Name="User">root</Data></EventData></Event>)");
  CHECK(linux_event.kind == "host.process");
  CHECK(linux_event.logsource == Logsource{"linux", "sysmon", "process_creation"});
  CHECK(linux_event.field("CommandLine") == "base64 -d /tmp/a && true");
  CHECK(linux_event.field("process.name") == "base64");
  CHECK(linux_event.field("host.name") == "srv-1");
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  const Values titles = fired(rules / "linux/process_creation/proc_creation_lnx_base64_decode.yml", linux_event);
  CHECK(std::find(titles.begin(), titles.end(), "Decode Base64 Encoded Text") != titles.end());
}

TEST_CASE("a login is somebody's coming, a service's or a machine's is not") {
  const auto kind = [](const char* type, const char* user) {
    return event_of(R"({"EventID":4624,"Channel":"Security","LogonType":)" + std::string(type) +
                    R"(,"TargetUserName":")" + user + "\"}")
        .kind;
  };
  CHECK(kind("2", "avos") == "host.login");
  CHECK(kind("10", "avos") == "host.login");
  CHECK(kind("5", "SYSTEM") == "host.session");
  CHECK(kind("3", "WS-1$") == "host.session");
}

TEST_CASE("JSON that is not Windows' is what its sensor says, or a message with its fields") {
  const Event eve = event_of(
      R"(<13>Mar 12 22:31:05 nids suricata[9]: {"timestamp":"2026-03-12T22:31:04.5+0000","event_type":"alert","src_ip":"203.0.113.9","alert":{"signature":"X","severity":1}})");
  CHECK(eve.kind == "network.alert");
  CHECK(eve.field("host.name") == "nids");
  const Event cee =
      event_of(R"(<13>Mar 12 22:31:05 h app: @cee: {"_path":"dns","ts":1773354664.5,"query":"www.example.org"})");
  CHECK(cee.kind == "network.dns");
  const Event other = event_of(R"(<13>Mar 12 22:31:05 h app: {"user":"a","SourceName":"x","n":3})");
  CHECK(other.kind == "syslog.message");
  CHECK(other.field("user") == "a");
  CHECK(other.field("SourceName") == "x");
  CHECK(event_of(R"(<13>Mar 12 22:31:05 h app: {"user":)").field("message") == R"({"user":)");
}

TEST_CASE("public rules fire on what comes by syslog") {
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  CHECK(fired(rules / "linux/builtin/sshd",
              event_of("<38>Mar 12 22:31:05 srv-1 sshd[1]: fatal: ssh_dispatch_run_fatal: Connection from 203.0.113.9 "
                       "port 9: error in libcrypto")) == Values{"Suspicious OpenSSH Daemon Error"});
  const Event packet = event_of(
      "<4>Mar 12 22:31:05 fw kernel: ACCEPT IN=eth0 OUT=eth1 SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP SPT=4000 DPT=21");
  CHECK(fired(rules / "network/firewall", packet) == Values{"Cleartext Protocol Usage"});
  const Event created =
      event_of(R"({"EventID":4720,"Channel":"Security","TargetUserName":"eve","SubjectUserName":"avos"})");
  const Values titles = fired(rules / "windows/builtin/security/win_security_user_creation.yml", created);
  CHECK(std::find(titles.begin(), titles.end(), "Local User Creation") != titles.end());
  const Event new_process = event_of(
      R"({"EventID":4688,"Channel":"Security","NewProcessName":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /priv","ParentProcessName":"C:\\a.exe"})");
  const Values of_process =
      fired(rules / "windows/process_creation/proc_creation_win_whoami_priv_discovery.yml", new_process);
  CHECK(std::find(of_process.begin(), of_process.end(), "Security Privileges Enumeration Via Whoami.EXE") !=
        of_process.end());
}

TEST_CASE("what Cisco's devices and well-known servers say has the log source of public rules") {
  const Event cisco = event_of(
      "<189>000077: *Mar 12 22:31:05.500 CET: %PARSER-5-CFGLOG_LOGGEDCMD: User:avos  logged command:clear logging");
  CHECK(cisco.kind == "syslog.message");
  CHECK(cisco.logsource == Logsource{"cisco", "aaa", ""});
  CHECK(event_of("<187>77: Mar 12 22:31:05: %LINK-3-UPDOWN: Interface up").logsource ==
        Logsource{"cisco", "syslog", ""});
  CHECK(event_of("<187>77: Mar 12 22:31:05: %TCP-6-BADAUTH: No MD5 digest").logsource.service == "bgp");
  CHECK(event_of("<13>Mar 12 22:31:05 h app: 100%-5-x").logsource == Logsource{"linux", "syslog", ""});
  CHECK(event_of("<13>Mar 12 22:31:05 h apache2[7]: x").logsource == Logsource{"linux", "apache", ""});
  CHECK(event_of("<13>Mar 12 22:31:05 h clamd[7]: x").kind == "syslog.message");
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  const Values titles = fired(rules / "network/cisco/aaa", cisco);
  CHECK(std::find(titles.begin(), titles.end(), "Cisco Clear Logs") != titles.end());
}

TEST_CASE("no bytes bring it down, and nothing that came from the network is lost without a word") {
  std::mt19937 random(11);
  const std::string pieces[] = {"<13>",
                                "1 ",
                                "Mar 12 22:31:05 ",
                                "2026-03-12T22:31:05Z ",
                                "h ",
                                "app[1]: ",
                                "- ",
                                "[a@1 k=\"",
                                "\\",
                                "\"",
                                "]",
                                "CEF:0|",
                                "|",
                                "=",
                                "src=",
                                "{\"EventID\":",
                                "\"Channel\":\"",
                                "}",
                                ",",
                                "kernel: ",
                                "SRC=",
                                " DST=",
                                "IN=",
                                "[",
                                "\xff",
                                std::string(1, '\0'),
                                "@cee: "};
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  for (int i = 0; i < 30000; ++i) {
    std::string message;
    for (auto n = random() % 14; n > 0; --n) message += pieces[random() % std::size(pieces)];
    std::vector<Event> out;
    const Result<void> read = reader.read(message, "192.0.2.1", false, kNow, out);
    REQUIRE(read.operator bool() == !out.empty());
  }
}

}  // namespace
}  // namespace wf::network
