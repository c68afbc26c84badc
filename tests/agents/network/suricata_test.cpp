#include "agents/network/suricata.hpp"

#include <filesystem>
#include <map>

#include "tests/agents/network/public_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

Event event_of(std::string_view record, const char* zone = "UTC") {
  kit::Zone local = *kit::Zone::find(zone, "test");
  Result<Event> event = suricata_event(record, local);
  if (!event) FAIL(event.error().text());
  return std::move(*event);
}

std::unique_ptr<kit::Source> source_of(const std::string& text) {
  kit::SourceMade made = make_suricata(*kit::parse_source_spec(text));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

constexpr const char* kAlert =
    R"({"timestamp":"2026-03-12T22:31:05.120000+0100","flow_id":77,"event_type":"alert","src_ip":"203.0.113.9",)"
    R"("src_port":40122,"dest_ip":"10.20.3.7","dest_port":22,"proto":"TCP","alert":{"action":"allowed","gid":1,)"
    R"("signature_id":2001219,"rev":20,"signature":"ET SCAN Potential SSH Scan","category":"Attempted Information Leak",)"
    R"("severity":2,"metadata":{"tag":["a","b"]}}})";

TEST_CASE("an alert keeps its native fields and has the normalised ones beside them") {
  const Event e = event_of(kAlert);
  CHECK(e.kind == "network.alert");
  CHECK(e.time == utc_from_civil(2026, 3, 12, 21, 31, 5) + 120 * kMillisecond);
  CHECK(e.severity == 3);
  CHECK(e.logsource == Logsource{"suricata", "alert", ""});
  CHECK(e.field("alert.signature") == "ET SCAN Potential SSH Scan");
  CHECK(e.field("dest_port") == "22");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("src.port") == "40122");
  CHECK(e.field("dst.ip") == "10.20.3.7");
  CHECK(e.field("dst.port") == "22");
  CHECK(e.field("net.proto") == "tcp");
  CHECK(e.field("alert.title") == "ET SCAN Potential SSH Scan");
  CHECK(e.field("alert.category") == "Attempted Information Leak");
  CHECK(e.field("message") == "ET SCAN Potential SSH Scan");
  CHECK(std::count_if(e.fields.begin(), e.fields.end(),
                      [](const Field& f) { return f.name == "alert.metadata.tag"; }) == 2);
  CHECK(std::count_if(e.fields.begin(), e.fields.end(), [](const Field& f) { return f.name == "alert.category"; }) ==
        1);
}

TEST_CASE("Suricata's priority 1 is high, 2 medium, 3 low, further ones information") {
  const auto severity = [](const std::string& alert) {
    return static_cast<int>(
        event_of(R"({"timestamp":"2026-03-12T22:31:05+0000","event_type":"alert","alert":)" + alert + "}").severity);
  };
  CHECK(severity(R"({"severity":1})") == 4);
  CHECK(severity(R"({"severity":2})") == 3);
  CHECK(severity(R"({"severity":3})") == 2);
  CHECK(severity(R"({"severity":4})") == 1);
  CHECK(severity(R"({"severity":255})") == 1);
  CHECK(severity("{}") == 3);
}

TEST_CASE("every event_type has a kind") {
  const auto [type, kind] = GENERATE(table<std::string, std::string>({
      {"alert", "network.alert"},   {"anomaly", "network.anomaly"}, {"flow", "network.flow"},
      {"netflow", "network.flow"},  {"dns", "network.dns"},         {"http", "network.http"},
      {"tls", "network.tls"},       {"ssh", "network.ssh"},         {"fileinfo", "network.file"},
      {"smb", "network.smb"},       {"stats", "network.other"},     {"engine", "network.other"},
      {"drop", "network.other"},    {"dhcp", "network.other"},      {"mdns", "network.dns"},
      {"doh2", "network.dns"},      {"quic", "network.tls"},        {"http2", "network.http"},
      {"ftp_data", "network.file"}, {"krb5", "network.other"},      {"not heard of", "network.other"},
  }));
  const Event e = event_of(R"({"timestamp":"2026-03-12T22:31:05+0000","event_type":")" + type + "\"}");
  CHECK(e.kind == kind);
  CHECK(e.logsource.service == type);
}

TEST_CASE("the question of a dns record has one name in all three versions") {
  const std::string head = R"({"timestamp":"2026-03-12T22:31:05+0000","event_type":"dns","dns":)";
  const char* dns = GENERATE(
      R"({"type":"query","id":5,"rrname":"www.example.org","rrtype":"A","tx_id":0})",
      R"({"version":2,"type":"answer","id":5,"rrname":"www.example.org","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"www.example.org","rrtype":"A","ttl":9,"rdata":"192.0.2.1"}],"grouped":{"A":["192.0.2.1"]}})",
      R"({"version":3,"type":"request","tx_id":0,"id":5,"queries":[{"rrname":"www.example.org","rrtype":"A"}]})");
  const Event e = event_of(head + dns + "}");
  CHECK(e.kind == "network.dns");
  CHECK(e.field("dns.rrname") == "www.example.org");
  CHECK(e.field("dns.rrtype") == "A");
  CHECK(std::string(e.field("message")).find("A www.example.org") != std::string::npos);
}

TEST_CASE("a public rule for any name server fires on Suricata's dns records") {
  const Event e = event_of(
      R"({"timestamp":"2026-03-12T22:31:05+0000","event_type":"dns","src_ip":"10.20.3.7","dns":{"version":3,"type":"request","queries":[{"rrname":"pool.minexmr.com","rrtype":"A"}]}})");
  CHECK(e.logsource == Logsource{"suricata", "dns", "dns"});
  CHECK(e.field("query") == "pool.minexmr.com");
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  CHECK(fired(rules / "network/dns/net_dns_pua_cryptocoin_mining_xmr.yml", e) ==
        std::vector<std::string>{"Monero Crypto Coin Mining Pool Lookup"});
}

TEST_CASE("requests and answers of names have the names of public rules that are for no sensor in particular") {
  const Event e = event_of(
      R"({"timestamp":"2026-03-12T22:31:05Z","event_type":"http","src_ip":"10.20.3.7","dest_ip":"203.0.113.9",)"
      R"("http":{"hostname":"a.example","url":"/x?y","http_user_agent":"curl/8","http_method":"GET","status":200}})");
  CHECK(e.logsource == Logsource{"suricata", "http", "proxy"});
  CHECK(e.field("c-useragent") == "curl/8");
  CHECK(e.field("c-uri") == "/x?y");
  CHECK(e.field("cs-method") == "GET");
  for (
      const char* dns :
      {R"("dns":{"type":"answer","rrname":"a.example","rrtype":"TXT","rdata":"hello"})",
       R"("dns":{"version":2,"type":"answer","rrname":"a.example","rrtype":"TXT","answers":[{"rdata":"hello"}]})",
       R"("dns":{"version":3,"type":"response","queries":[{"rrname":"a.example","rrtype":"TXT"}],"answers":[{"rdata":"hello"}]})"}) {
    const Event answer =
        event_of(R"({"timestamp":"2026-03-12T22:31:05Z","event_type":"dns",)" + std::string(dns) + "}");
    CHECK(answer.field("query") == "a.example");
    CHECK(answer.field("record_type") == "TXT");
    CHECK(answer.field("answer") == "hello");
  }
}

TEST_CASE("records without addresses have no normalised addresses") {
  const Event e = event_of(
      R"({"timestamp":"2026-03-12T22:31:05+0000","event_type":"stats","stats":{"uptime":3,"decoder":{"pkts":9}}})");
  CHECK(e.field("stats.decoder.pkts") == "9");
  for (const Field& f : e.fields) CHECK(f.name != "src.ip");
}

TEST_CASE("a time stamp without an offset is the sensor's local time") {
  const char* record = R"({"timestamp":"2026-07-01T12:00:00.5","event_type":"flow"})";
  CHECK(event_of(record).time == utc_from_civil(2026, 7, 1, 12) + kSecond / 2);
  CHECK(event_of(record, "Europe/Amsterdam").time == utc_from_civil(2026, 7, 1, 10) + kSecond / 2);
}

TEST_CASE("broken and null lines are refused, counted and named, and the rest is read") {
  const TemporaryFolder folder;
  std::string text = std::string(kAlert) + "\nnull\n{\"timestamp\":\"2026-03\n\n{}\n";
  text += R"({"event_type":"flow"})"
          "\n"
          R"({"timestamp":"soon","event_type":"flow"})"
          "\n";
  text += std::string(kAlert).substr(0, 200) + "\n" + kAlert + "\n";
  const std::string path = folder.write("eve.json", text);
  const ReadOnce read = read_once(*source_of("suricata:" + path), {42, 0});
  CHECK(read.events.size() == 2);
  CHECK(read.status.read == 8);
  CHECK(read.status.refused == 6);
  CHECK(read.status.events == 2);
  CHECK(read.status.state == "ended");
  CHECK(read.status.problem.find(path + ":8: not a JSON object") == 0);
  CHECK(read.events[0].source == "suricata:" + path);
  CHECK(read.events[0].seen == 42);
}

TEST_CASE("an EVE file that was exported as one JSON array is read as well") {
  const TemporaryFolder folder;
  const std::string path = folder.write("eve.json", "[\n" + std::string(kAlert) + ",\n" + kAlert + "\n]\n");
  const ReadOnce read = read_once(*source_of("suricata:" + path));
  CHECK(read.events.size() == 2);
  CHECK(read.status.refused == 0);
}

TEST_CASE("records that are laid out over several lines are read as well") {
  const TemporaryFolder folder;
  const std::string laid_out =
      "{\n  \"timestamp\": \"2026-03-12T22:31:05Z\",\n  \"event_type\": \"dns\",\n  \"dns\": {\n"
      "    \"rrname\": \"}{\"\n  }\n}\n";
  const std::string path = folder.write("eve.json", laid_out + laid_out + "null\n" + laid_out);
  const ReadOnce read = read_once(*source_of("suricata:" + path));
  CHECK(read.events.size() == 3);
  CHECK(read.status.refused == 1);
}

TEST_CASE("a flow that the end of a capture cut short ended when it says, not at the epoch") {
  const Event e = event_of(
      R"({"timestamp":"1970-01-01T01:00:00.000000+0100","event_type":"flow","flow":{"end":"2026-03-12T23:31:05.000000+0100"}})");
  CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
}

TEST_CASE("a restart hands over no event twice and none is lost") {
  const TemporaryFolder folder;
  const std::string path = folder.write("eve.json", "");
  std::string position;
  std::size_t events = 0;
  for (int i = 0; i < 20; ++i) {
    folder.append("eve.json", std::string(kAlert) + "\n");
    auto source = source_of("suricata:" + path);
    REQUIRE(source->start(position, false, {}));
    Collected sink;
    while (source->step(sink, {})) {
    }
    events += sink.events.size();
    position = source->position();
  }
  CHECK(events == 20);
}

TEST_CASE("a step ends when the sink is full, and the next goes on behind it") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 10; ++i) text += std::string(kAlert) + "\n";
  auto source = source_of("suricata:" + folder.write("eve.json", text));
  REQUIRE(source->start("", true, {}));
  Collected sink;
  sink.room = 4;
  CHECK(source->step(sink, {}));
  CHECK(sink.events.size() == 4);
  sink.events.clear();
  CHECK(source->step(sink, {}));
  sink.events.clear();
  CHECK_FALSE(source->step(sink, {}));
  CHECK(sink.events.size() == 2);
}

TEST_CASE("what is wrong with a suricata source is said in one line each") {
  const auto problems = [](const char* spec) { return problems_of(make_suricata(*kit::parse_source_spec(spec))); };
  CHECK(problems("suricata:").find("needs the path") != std::string::npos);
  CHECK(problems("suricata:/x,tz=Mars").find("there is no time zone 'Mars'") != std::string::npos);
  CHECK(problems("suricata:/x,colour=red").find("no option 'colour'") != std::string::npos);
}

TEST_CASE("alerts of four real captures are all read") {
  const std::filesystem::path captures = std::filesystem::path(WF_SHARED_DATA) / "suricata";
  if (!std::filesystem::exists(captures)) {
    WARN("the sample captures are absent: not compared");
    return;
  }
  const std::map<std::string, std::size_t> expected{
      {"first-org-conf-2015", 136}, {"honeypot-2018", 44}, {"wrccdc-2017", 161}, {"wrccdc-2018", 207}};
  for (const auto& [name, count] : expected) {
    const ReadOnce read = read_once(*source_of("suricata:" + (captures / (name + ".json")).string()));
    INFO(name);
    CHECK(read.events.size() == count);
    CHECK(read.status.refused == 0);
    for (const Event& e : read.events) {
      REQUIRE(e.kind == "network.alert");
      REQUIRE(e.severity >= 2);
      REQUIRE_FALSE(e.field("src.ip").empty());
      REQUIRE_FALSE(e.field("alert.title").empty());
    }
  }
}

TEST_CASE("the documents' own records are all read, with every type of event among them") {
  const std::filesystem::path samples = std::filesystem::path(WF_SHARED_DATA) / "field/suricata";
  if (!std::filesystem::exists(samples)) {
    WARN("the sample records are absent: not compared");
    return;
  }
  const ReadOnce documents = read_once(*source_of("suricata:" + (samples / "doc_examples.ndjson").string()));
  CHECK(documents.events.size() == 14);
  CHECK(documents.status.refused == 7);  // fragments, which have no time stamp
  const ReadOnce vast = read_once(*source_of("suricata:" + (samples / "vast_eve.json").string()));
  CHECK(vast.events.size() == 7);
  CHECK(vast.status.refused == 0);
  std::map<std::string, int> kinds;
  for (const Event& e : vast.events) ++kinds[e.kind];
  CHECK(kinds == std::map<std::string, int>{{"network.alert", 1},
                                            {"network.dns", 1},
                                            {"network.file", 1},
                                            {"network.flow", 2},
                                            {"network.http", 1},
                                            {"network.other", 1}});
}

}  // namespace
}  // namespace wf::network
