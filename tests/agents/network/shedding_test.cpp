// What the sensors' sources shed: before an event is made the same as after it, and the real program at a flood.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "agents/kit/configuration.hpp"
#include "agents/kit/spool/spool.hpp"
#include "agents/network/eve_record.hpp"
#include "agents/network/suricata.hpp"
#include "agents/network/syslog.hpp"
#include "agents/network/syslog_event.hpp"
#include "agents/network/zeek.hpp"
#include "agents/network/zeek_event.hpp"
#include "proto/event_codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/system/program.hpp"

namespace wf::network {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

constexpr const char* kRules =
    "    shed:\n"
    "      - keep: {kind: network.alert}\n"
    "      - drop: {event_type: stats}\n"
    "      - one_in: 10\n"
    "        of: {event_type: [flow, dns]}\n"
    "      - drop: {dest_port: 123, src_ip: 10.0.0.0/8}\n";

/// Of each eight records: an alert, two of statistics, four of two flows, one http to NTP's port or not.
std::string eve(std::uint64_t i) {
  const std::string head = R"({"timestamp":"2026-02-25T06:)" + std::to_string(10 + i / 10'000 % 50) + ":" +
                           std::to_string(10 + i / 200 % 50) + R"(.000000+0000","flow_id":)" + std::to_string(i / 2) +
                           R"(,"src_ip":")" + (i % 16 < 8 ? "10.0.0.1" : "192.0.2.1") + R"(","dest_port":123,)";
  switch (i % 8) {
    case 0:
      return head + R"("event_type":"alert","alert":{"signature":"S )" + std::to_string(i) + R"(","severity":1}})";
    case 1:
    case 2:
      return head + R"("event_type":"stats","stats":{"uptime":)" + std::to_string(i) + "}}";
    case 3:
      return head + R"("event_type":"http","http":{"hostname":"h"}})";
    default:
      return head + (i % 2 == 0 ? R"("event_type":"flow","n":)" : R"("event_type":"dns","n":)") + std::to_string(i) +
             "}";
  }
}

std::vector<kit::ShedRule> rules() {
  std::vector<Error> problems;
  const kit::Configuration read = kit::read_configuration(
      std::string("v: 1\nsources:\n  - kind: suricata\n    address: /x\n") + kRules, "agent.yaml", problems);
  REQUIRE(problems.empty());
  return read.sources[0].shed;
}

TEST_CASE("a sensor's records that are shed early are those that would be shed as events") {
  const TemporaryFolder folder;
  std::string text;
  for (std::uint64_t i = 0; i < 4000; ++i) text += eve(i) + "\n";
  const std::string file = folder.write("eve.json", text + "broken {\n");
  const auto read = [&](const char* kind, const std::string& path) {
    const kit::SourceSpec spec = *kit::parse_source_spec(std::string(kind) + ":" + path);
    kit::SourceMade made = std::string(kind) == "zeek" ? make_zeek(spec) : make_suricata(spec);
    REQUIRE(made.problems.empty());
    made.source->set_shedder(std::make_unique<kit::Shedder>(rules()));
    const ReadOnce once = read_once(*made.source);
    CHECK(once.status.read == 4001);
    CHECK(once.status.refused == 1);
    std::uint64_t shed = 0, matched = 0;
    for (const kit::Shedder::Count& count : made.source->shedder()->counts()) {
      shed += count.shed;
      matched += count.matched;
    }
    CHECK(matched + made.source->shedder()->unmatched() == 4000);
    CHECK(once.events.size() + shed == 4000);
    CHECK(once.status.events == once.events.size());
    return once.events;
  };
  const std::vector<Event> early = read("suricata", file);
  // Once more with the rules asked of whole events.
  kit::Shedder late(rules());
  kit::Zone zone = *kit::Zone::find("UTC", "test");
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const Result<Event> event = suricata_event(eve(i), zone);
    REQUIRE(event);
    if (!late.late(*event, {})) continue;
    REQUIRE(at < early.size());
    CHECK(early[at++].fields == event->fields);
  }
  CHECK(at == early.size());
}

TEST_CASE("what a syslog message says before its events are made is what they say, or not known") {
  SyslogReader reader(*kit::Zone::find("UTC", "test"));
  const UtcNs now = utc_from_civil(2026, 3, 13);
  std::set<std::string> names{"kind",
                              "logsource.product",
                              "logsource.service",
                              "logsource.category",
                              "host.name",
                              "message",
                              "user.name",
                              "src.ip",
                              "src_port",
                              "dst.port",
                              "net.proto",
                              "syslog.msgid",
                              "syslog.procid",
                              "syslog.peer",
                              "action",
                              "none",
                              "DPT",
                              "flags",
                              "process.pid",
                              "EventID"};
  int known = 0, asked = 0;
  const auto compare = [&](std::string_view text, const std::string& peer) {
    INFO(text);
    const Result<SyslogMessage> message = reader.parse(text, false, now);
    REQUIRE(message);
    std::vector<Event> events;
    if (!reader.make(*message, peer, false, now, events)) return;
    SyslogRecord raw(*message, peer);
    CHECK(raw.single() == (events.size() == 1));
    if (!raw.single()) return;
    if (raw.time() != 0) CHECK(raw.time() == events[0].time);
    for (const Field& f : events[0].fields) names.insert(f.name);
    for (const std::string& name : names) {
      std::string_view value;
      const auto what = raw.field(name, value);
      INFO(name);
      if (what == kit::RawRecord::Known::value) CHECK(value == kit::shed_field(events[0], name));
      if (what == kit::RawRecord::Known::absent) CHECK(kit::shed_field(events[0], name).empty());
      known += what == kit::RawRecord::Known::unknown ? 0 : 1;
      ++asked;
    }
  };
  const char* const messages[] = {
      "<38>Mar 12 22:31:05 srv-1 sshd[7]: Accepted password for avos from 192.0.2.9 port 5 ssh2",
      "<38>Mar 12 22:31:05 srv-1 sshd[7]: message repeated 3 times: [ Failed password for a from 192.0.2.9 port 5 "
      "ssh2]",
      "<30>Mar 12 22:31:05 srv-1 dhcpd: DHCPACK on 10.0.0.5 to 00:11:22:33:44:55 via eth0  ",
      "<30>Mar 12 22:31:05 srv-1 systemd[1]: Started Daily apt upgrade and clean activities.",
      "<30>Mar 12 22:31:05 srv-1 systemd[1]: Reached target Timers.",
      "<6>Mar 12 22:31:05 srv-1 kernel: [ 7.1] usb 1-2: New USB device found, idVendor=1d6b, idProduct=0002",
      "<6>Mar 12 22:31:05 srv-1 kernel: [ 7.1] eth0: link up",
      "<86>Mar 12 22:31:05 srv-1 su: pam_unix(su:session): session opened for user root by avos(uid=1000)",
      "<85>Mar 12 22:31:05 srv-1 polkitd[9]: something about nobody",
      "<4>Mar 12 22:31:05 fw kernel: [ 203.842973] [UFW BLOCK] IN=eth0 OUT= MAC=00:08 SRC=203.0.113.9 DST=10.20.3.7 "
      "LEN=76 PROTO=TCP SPT=49007 DPT=23 SYN [SRC=1.2.3.4 DST=5.6.7.8 ] MARK=0x1 ",
      R"(<165>1 2026-03-12T22:31:05Z h app main ID7 [a@1 k="v"] hello)",
      R"(<165>1 2026-03-12T22:31:05Z - - - - - hello)",
      "<189>77: Mar 12 22:31:05: %PARSER-5-CFGLOG_LOGGEDCMD: User:a logged command:clear logging",
      "<13>no time at all",
      "<134>Mar 12 22:31:05 fw CEF:0|Acme|Gate|1|7|Login|8|src=192.0.2.9 dvchost=x msg=hello",
      R"(<134>Mar 12 22:31:05 fw CEF:0|Ac\|me|Gate|1|7|Login|2|src=192.0.2.9)",
      R"(<14>Mar 12 22:31:05 dc fwd: {"EventTime":"2026-03-12 22:31:04","Hostname":"dc","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"avos","LogonType":3,"IpAddress":"192.0.2.9"})",
      R"(<14>Mar 12 22:31:05 dc fwd: {"@timestamp":"2026-03-12T22:31:04Z","winlog":{"channel":"Security","event_id":4634,"provider_name":"x","event_data":{"TargetUserName":"avos"}},"host":{"name":"y"}})",
      R"(<14>Mar 12 22:31:05 ids suricata: {"timestamp":"2026-03-12T22:31:04+0000","event_type":"http","src_ip":"10.0.0.1","dest_ip":"192.0.2.9","http":{"url":"/x","hostname":"h"}})",
      R"(<14>Mar 12 22:31:05 h app: {"message":"x","n":1.5,"list":[1,2],"deep":{"a":{"b":1}}})",
      R"(<14>Mar 12 22:31:05 h app: {"broken":)",
      "<134>Mar 12 22:31:05 fw filterlog[7]: "
      "5,,,1,em0,match,block,in,4,0x0,,64,1,0,DF,6,TCP,60,203.0.113.9,10.20.3.7,5,"
      "23,0,S,1,,65535,,mss",
      "<134>Mar 12 22:31:05 filterlog: "
      "9,,,1,em1,match,pass,in,4,0x0,,64,7,0,none,1,icmp,84,192.0.2.1,192.0.2.2,reply,7,1",
      "<134>Mar 12 22:31:05 filterlog: 9,,,1,em1,match,pass,in,4,cut",
      "<134>Mar 12 22:31:05 filterlog: message repeated 3 times: [ x]",
      "<13>Mar 12 22:31:05 pve x: 100 6 tap100i0-IN 12/Mar/2026:23:31:05 +0100 policy DROP: IN=a OUT=b SRC=203.0.113.9 "
      "DST=10.20.3.7 PROTO=TCP SPT=5 DPT=23",
      "<30>firewall,info DROP input: in:e1 out:(unknown 0), proto TCP (SYN), 203.0.113.9:5->192.0.2.2:23, len 44",
      "<30>system,info,account user admin logged in from 192.0.2.9 via ssh",
      "<189>date=2026-03-12 time=22:31:05 devname=\"f\" logid=\"1\" type=\"traffic\" action=\"deny\" srcip=192.0.2.9",
      "<13>Mar 12 22:31:05 dc MSWinEventLog\t1\tSecurity\t7\tThu Mar 12 22:31:05 2026\t4625\tP\tu\tN/A\tA\tdc\tL\t\tM",
      R"({"version":"1.1","host":"h","short_message":"m","_EventID":4625,"_Channel":"Security","_own":"x","level":3})",
      R"(<14>Mar 12 22:31:05 h sysmon: <Event><System><Provider Name="Linux-Sysmon"/><EventID>1</EventID><Channel>x</Channel></System></Event>)",
  };
  for (const char* message : messages)
    for (const char* peer : {"192.0.2.1", ""}) compare(message, peer);
  CHECK(known * 3 > asked);
}

TEST_CASE("what a raw record says is what its event says, or not known") {
  static const char* const kNames[] = {
      "kind",      "logsource.service", "src.ip",         "dst.port", "net.proto", "uid",     "ts",  "service",
      "id.orig_h", "local_orig",        "tunnel_parents", "message",  "query",     "history", "none"};
  ZeekReader reader("conn.log");
  for (const char* line :
       {"#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn",
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tlocal_orig\thistory\ttunnel_"
        "parents",
        "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tbool\tstring\tset[string]"})
    REQUIRE(reader.read(line));
  ZeekReader json("dns.log");
  int known = 0;
  const auto compare = [&](ZeekReader& by, std::string_view text) {
    INFO(text);
    const Result<std::optional<Event>> event = by.read(text);
    REQUIRE(event);
    ZeekRecord raw(by, text);
    CHECK(raw.time() == (*event)->time);
    for (const char* name : kNames) {
      std::string_view value;
      const auto what = raw.field(name, value);
      INFO(name);
      if (what == kit::RawRecord::Known::value) CHECK(value == kit::shed_field(**event, name));
      if (what == kit::RawRecord::Known::absent) CHECK(kit::shed_field(**event, name).empty());
      known += what == kit::RawRecord::Known::unknown ? 0 : 1;
    }
  };
  compare(reader, "1773354665.5\tCabc\t10.0.0.1\t4711\t192.0.2.7\t443\ttcp\tssl\tT\tSh\\x41\t-");
  compare(reader, "1773354665.5\tCabc\t10.0.0.1\t4711\t192.0.2.7\t443\ttcp\t-\t-\t(empty)\ta,b");
  compare(json,
          R"({"ts":1773354665.5,"uid":"C","id.orig_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"a.example"})");
  compare(json, R"({"_path":"conn","ts":1773354665.5,"id":{"orig_h":"10.0.0.1"},"local_orig":true,"service":null})");
  CHECK(known > 30);
}

std::string configuration(const TemporaryFolder& folder) {
  return folder.write(
      "agent.yaml",
      "v: 1\nname: net-1\nengines: ['ipc://" + folder.file("no-engine") + "']\nstate: " + folder.file("state") +
          "\nsources:\n  - kind: suricata\n    name: ids\n    address: " + folder.file("eve.json") + "\n" + kRules);
}

std::uint64_t number_behind(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  return at == std::string::npos ? ~std::uint64_t{0} : std::strtoull(text.c_str() + at + words.size(), nullptr, 10);
}

TEST_CASE("the real program sheds most of 120,000 lines and says how many by which rule") {
  const TemporaryFolder folder;
  constexpr std::uint64_t kLines = 120'000;
  std::string text;
  for (std::uint64_t i = 0; i < kLines; ++i) text += eve(i) + "\n";
  folder.write("eve.json", text);
  const std::string config = configuration(folder);
  const Outcome printed = run("wf-agent-network", {"--config", config, "--print", "--once"});
  INFO(printed.err);
  REQUIRE(printed.status == 0);
  const auto lines = static_cast<std::uint64_t>(std::count(printed.out.begin(), printed.out.end(), '\n'));
  std::uint64_t alerts = 0;
  for (std::size_t at = 0; (at = printed.out.find("\"kind\":\"network.alert\"", at)) != std::string::npos; ++at)
    ++alerts;
  CHECK(alerts == kLines / 8);
  CHECK(printed.err.find("ids: 120000 lines read, " + std::to_string(lines) + " events, 0 refused") !=
        std::string::npos);
  CHECK(number_behind(printed.err, "rule 1 (keep kind=network.alert): ") == 0);
  CHECK(number_behind(printed.err, "rule 2 (drop event_type=stats): ") == kLines / 4);
  const std::uint64_t flows = number_behind(printed.err, "rule 3 (one in 10 of event_type=flow|dns): ");
  CHECK(flows > kLines / 2 * 85 / 100);
  CHECK(flows < kLines / 2 * 95 / 100);
  CHECK(number_behind(printed.err, "rule 4 (drop dest_port=123 src_ip=10.0.0.0/8): ") == kLines / 16);
  CHECK(lines + kLines / 4 + flows + kLines / 16 == kLines);
  // The same again, line by line: nothing is left to chance.
  CHECK(run("wf-agent-network", {"--config", config, "--print", "--once"})
            .err.find(std::to_string(flows) + " of 60000") != std::string::npos);
  const Outcome checked = run("wf-agent-network", {"--config", config, "--check"});
  CHECK(checked.out.find("ok   source ids: rule 2: records with event_type stats: all are shed") != std::string::npos);
  CHECK(checked.out.find("warn source ids: rule") == std::string::npos);
}

TEST_CASE("the real program keeps a site above water: of a flood of syslog as much as its rule says, and all alarms") {
  const TemporaryFolder folder;
  // Five seconds of the records' own time with 4,000 a second, then two with ten, and one failed login in each hundred.
  std::string text;
  std::uint64_t lines = 0, logins = 0;
  const auto second = [&](int at, int count) {
    for (int i = 0; i < count; ++i, ++lines) {
      const std::string stamp = "<30>Mar 12 22:31:0" + std::to_string(at) + " h";
      if (i % 100 == 50) {
        ++logins;
        text += stamp + " sshd[7]: Failed password for avos from 203.0.113.9 port 5 ssh2\n";
      } else {
        text += stamp + " dhcpd[7]: DHCPACK on 10.0.0." + std::to_string(i % 250) + "\n";
      }
    }
  };
  for (int at = 0; at < 5; ++at) second(at, 4000);
  for (int at = 5; at < 7; ++at) second(at, 10);
  const std::string config =
      folder.write("agent.yaml", "v: 1\nsources:\n  - kind: syslog\n    address: " + folder.write("remote.log", text) +
                                     "\n    options: {tz: UTC}\n    shed:\n"
                                     "      - keep: {kind: host.login_failed}\n"
                                     "      - above: 500\n");
  const Outcome printed = run("wf-agent-network", {"--config", config, "--print", "--once"});
  INFO(printed.err);
  REQUIRE(printed.status == 0);
  std::uint64_t kept = 0, failed = 0;
  for (std::string_view out = printed.out; !out.empty();
       out.remove_prefix(std::min(out.find('\n'), out.size() - 1) + 1)) {
    const std::string_view line = out.substr(0, out.find('\n'));
    if (line.find(R"("kind":"syslog.message")") != std::string_view::npos) ++kept;
    if (line.find(R"("kind":"host.login_failed")") != std::string_view::npos) ++failed;
  }
  CHECK(failed == logins);
  // About 500 a second: how soon it is seen that one is a flood depends on how it lies among the others.
  CHECK(kept >= 5 * 250);
  CHECK(kept <= 5 * 1100);
  const std::uint64_t shed = number_behind(printed.err, "shed by rule 2 (above 500 a second of everything): ");
  CHECK(kept + failed + shed == lines);
  CHECK(printed.err.find("only some of them are kept from now on") != std::string::npos);
}

TEST_CASE("killed at any time, the program's counts and its spool account for each line once") {
  const TemporaryFolder folder;
  const std::string config = configuration(folder);
  constexpr std::uint64_t kLines = 100'000;
  constexpr int kParts = 8;
  std::mt19937 random(11);
  std::uint64_t written = 0;
  const fs::path spool_folder = fs::path(folder.file("state")) / "spool";
  const auto spooled = [&] {
    std::uintmax_t out = 0;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(spool_folder, gone))
      out += entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    return out;
  };
  std::string said;
  for (int part = 0; part < kParts; ++part) {
    std::string text;
    for (; written < kLines * static_cast<std::uint64_t>(part + 1) / kParts; ++written) text += eve(written) + "\n";
    folder.append("eve.json", text);
    const bool last = part + 1 == kParts;
    const std::uintmax_t had = spooled();
    Program program("wf-agent-network", {"--config", config});
    if (!last) {
      if (random() % 4 != 0)
        (void)eventually([&] { return spooled() != had || !program.running(); }, std::chrono::seconds(1));
      program.signal(SIGKILL);
      (void)program.wait();
      continue;
    }
    // Until all is read, as its own copy of the spool says, and it may say so itself at its end.
    const bool all = eventually([&] {
      const TemporaryFolder copy;
      std::error_code code;
      fs::copy(spool_folder, copy.path() / "spool", fs::copy_options::recursive, code);
      if (code || program.err().empty()) return false;
      kit::SpoolOptions options;
      options.directory = copy.path() / "spool";
      const std::string id = read_text("/etc/machine-id");
      options.machine = id.substr(0, id.find('\n'));
      const Result<kit::Spool> spool = kit::Spool::open(options);
      if (!spool) return false;
      kit::Shedder counts(rules());
      counts.go_on(spool->position(std::string(kit::spool::kShed) + "ids"));
      std::uint64_t counted = counts.unmatched();
      for (const kit::Shedder::Count& count : counts.counts()) counted += count.matched;
      return counted >= kLines;
    });
    program.signal(SIGTERM);
    CHECK(program.wait() == 0);
    said = program.err();
    INFO(said);
    CHECK(all);
  }
  kit::SpoolOptions options;
  options.directory = spool_folder;
  const std::string id = read_text("/etc/machine-id");
  options.machine = id.substr(0, id.find('\n'));
  Result<kit::Spool> spool = kit::Spool::open(options);
  REQUIRE(spool);
  kit::Shedder counts(rules());
  counts.go_on(spool->position(std::string(kit::spool::kShed) + "ids"));
  std::uint64_t kept = counts.unmatched(), shed = 0;
  for (const kit::Shedder::Count& count : counts.counts()) {
    kept += count.kept();
    shed += count.shed;
  }
  CHECK(kept + shed == kLines);
  std::uint64_t events = 0;
  std::set<std::string> rules_said;
  kit::StoredBatch batch;
  for (std::uint8_t lane = 0; lane < kit::kLanes; ++lane)
    while (spool->read(lane, batch)) {
      const auto read = decode_batch(batch.bytes, {"net-1", spool->epoch(), lane, batch.first_sequence});
      REQUIRE(read);
      for (const Event& event : *read) {
        if (event.kind == "agent.shed") rules_said.insert(std::string(event.field("shed.rule")));
        events += event.kind.starts_with("agent.") ? 0 : 1;
      }
    }
  CHECK(events == kept);
  // At its end it said what each rule shed.
  CHECK(rules_said == std::set<std::string>{"drop dest_port=123 src_ip=10.0.0.0/8", "drop event_type=stats",
                                            "one in 10 of event_type=flow|dns"});
}

}  // namespace
}  // namespace wf::network
