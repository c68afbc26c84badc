#include "agents/network/zeek_event.hpp"

#include <algorithm>
#include <random>

#include "tests/agents/network/public_rules.hpp"
#include "tests/support/catch.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

// A header with '|' for each separator.
void give_header(ZeekReader& reader, std::string_view path, std::string fields, std::string types) {
  std::replace(fields.begin(), fields.end(), '|', '\t');
  std::replace(types.begin(), types.end(), '|', '\t');
  for (const std::string& line :
       {std::string("#separator \\x09"), std::string("#set_separator\t,"), std::string("#empty_field\t(empty)"),
        std::string("#unset_field\t-"), "#path\t" + std::string(path), std::string("#open\t2026-03-12-22-31-05"),
        "#fields\t" + fields, "#types\t" + types}) {
    const auto taken = reader.read(line);
    REQUIRE(taken);
    REQUIRE_FALSE(taken->has_value());
  }
}

Event event_of(ZeekReader& reader, std::string record) {
  std::replace(record.begin(), record.end(), '|', '\t');
  Result<std::optional<Event>> event = reader.read(record);
  if (!event) FAIL(event.error().text());
  REQUIRE(event->has_value());
  return std::move(**event);
}

std::string refusal(ZeekReader& reader, std::string record) {
  std::replace(record.begin(), record.end(), '|', '\t');
  const Result<std::optional<Event>> event = reader.read(record);
  REQUIRE_FALSE(event);
  return event.error().text();
}

std::vector<std::string> values(const Event& e, std::string_view name) {
  std::vector<std::string> out;
  for (const Field& f : e.fields)
    if (f.name == name) out.push_back(f.type == ValueType::null ? "<null>" : f.value);
  return out;
}

using Values = std::vector<std::string>;

TEST_CASE("a line of conn.log keeps Zeek's names and has the normalised ones beside them") {
  ZeekReader reader("conn.log");
  give_header(reader, "conn", "ts|uid|id.orig_h|id.orig_p|id.resp_h|id.resp_p|proto|duration|conn_state|local_orig",
              "time|string|addr|port|addr|port|enum|interval|string|bool");
  const Event e = event_of(reader, "1773354665.120000|CAb1|203.0.113.9|40122|10.20.3.7|22|tcp|0.5|REJ|T");
  CHECK(e.kind == "network.flow");
  CHECK(e.severity == 1);
  CHECK(e.time == utc_from_civil(2026, 3, 12, 22, 31, 5) + 120 * kMillisecond);
  CHECK(e.logsource == Logsource{"zeek", "conn", ""});
  CHECK(e.field("id.orig_h") == "203.0.113.9");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("src.port") == "40122");
  CHECK(e.field("dst.ip") == "10.20.3.7");
  CHECK(e.field("dst.port") == "22");
  CHECK(e.field("net.proto") == "tcp");
  CHECK(e.field("local_orig") == "true");
  const auto type = [&](std::string_view name) {
    return std::find_if(e.fields.begin(), e.fields.end(), [&](const Field& f) { return f.name == name; })->type;
  };
  CHECK(type("local_orig") == ValueType::boolean);
  CHECK(type("duration") == ValueType::number);
  CHECK(type("dst.port") == ValueType::number);
  CHECK(type("uid") == ValueType::string);
}

TEST_CASE("unset is no field, empty is an empty one, sets are several; their marks escaped are text") {
  ZeekReader reader("x.log");
  give_header(reader, "x", "ts|a|b|c|s|v|w|n",
              "time|string|string|string|set[string]|vector[string]|vector[count]|count");
  const Event e = event_of(reader, R"(1|-|(empty)|\x2d|a\x2cb,c,(empty)|x,-,y|(empty)|-)");
  CHECK(values(e, "a") == Values{});
  CHECK(values(e, "b") == Values{""});
  CHECK(values(e, "c") == Values{"-"});
  CHECK(values(e, "s") == Values{"a,b", "c", ""});
  CHECK(values(e, "v") == Values{"x", "<null>", "y"});
  CHECK(values(e, "w") == Values{});
  CHECK(values(e, "n") == Values{});
}

TEST_CASE("escapes are undone where they stand for text, and stay where they do not") {
  const auto text = [](std::string_view raw) {
    std::string out;
    append_zeek_text(raw, out);
    return out;
  };
  CHECK(text(R"(a\x09b)") == "a\tb");
  CHECK(text(R"(\x23 no header)") == "# no header");
  CHECK(text(R"(O=VMware\\, Inc)") == R"(O=VMware\, Inc)");
  CHECK(text(R"(caf\xc3\xa9)") == "caf\xc3\xa9");
  CHECK(text(R"(caf\xe9!)") == R"(caf\xe9!)");
  CHECK(text(R"(TXT 4 a\x00)") == R"(TXT 4 a\x00)");
  CHECK(text(R"(\x4)") == R"(\x4)");
  CHECK(text(R"(\xzz\)") == R"(\xzz\)");
  CHECK(text(R"(\\x41)") == R"(\x41)");
}

TEST_CASE("every separator and mark can be another") {
  ZeekReader reader("odd.log");
  for (const char* line :
       {"#separator \\x7c\\x7c", "#set_separator||;", "#empty_field||EMPTY", "#unset_field||none", "#path||odd",
        "#fields||ts||s||e||u||t", "#types||time||set[string]||string||string||string"})
    REQUIRE(reader.read(line));
  const Result<std::optional<Event>> read = reader.read("1.5||a;b;EMPTY||EMPTY||none||one|two");
  REQUIRE(read);
  const Event& e = **read;
  CHECK(values(e, "s") == Values{"a", "b", ""});
  CHECK(values(e, "e") == Values{""});
  CHECK(values(e, "u") == Values{});
  CHECK(values(e, "t") == Values{"one|two"});
  CHECK(e.logsource.service == "odd");
}

TEST_CASE("a header in the middle of a file counts from there") {
  ZeekReader reader("conn.log");
  give_header(reader, "conn", "ts|uid", "time|string");
  CHECK(event_of(reader, "1|C1").field("uid") == "C1");
  REQUIRE(reader.read("#close\t2026-03-12-23-00-00"));
  give_header(reader, "conn", "ts|vlan|uid", "time|count|string");
  const Event e = event_of(reader, "2|7|C2");
  CHECK(e.field("vlan") == "7");
  CHECK(e.field("uid") == "C2");
}

TEST_CASE("times are seconds with decimals, milliseconds or ISO 8601") {
  const UtcNs at = utc_from_civil(2018, 3, 24, 17, 15, 20);
  CHECK(*zeek_time("1521911720") == at);
  CHECK(*zeek_time("1521911720.629574") == at + 629'574'000);
  CHECK(*zeek_time("1521911720.6295741239") == at + 629'574'123);
  CHECK(*zeek_time("1521911720629") == at + 629 * kMillisecond);
  CHECK(*zeek_time("1521911720629.574") == at + 629'574'000);
  CHECK(*zeek_time("1.521911720629574e9") == at + 629'574'000);
  CHECK(*zeek_time("2018-03-24T17:15:20.629574Z") == at + 629'574'000);
  for (const char* bad : {"", "x", "-5", "1521911720x", "15.2.1", "99999999999999999", "1e300", "2018-03"})
    CHECK_FALSE(zeek_time(bad));
}

TEST_CASE("the same record as TSV and as JSON is the same event") {
  ZeekReader columns("dns.log"), json("dns.log");
  give_header(
      columns, "dns",
      "ts|uid|id.orig_h|id.orig_p|id.resp_h|id.resp_p|proto|query|qtype_name|rcode_name|AA|answers|TTLs|rejected|z",
      "time|string|addr|port|addr|port|enum|string|string|string|bool|vector[string]|vector[interval]|bool|set["
      "string]");
  Event one = event_of(columns,
                       "1521911720.629574|C1|10.0.0.5|5353|10.0.0.1|53|udp|www.example.org|A|NOERROR|F|192.0.2.1,192.0."
                       "2.2|60.000000,60.000000|F|(empty)");
  Event other =
      event_of(json, R"({"ts":1521911720.629574,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":5353,)"
                     R"("id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"www.example.org",)"
                     R"("qtype_name":"A","rcode_name":"NOERROR","AA":false,"answers":["192.0.2.1","192.0.2.2"],)"
                     R"("TTLs":[60.000000,60.000000],"rejected":false,"z":[]})");
  for (Event* e : {&one, &other})
    std::stable_sort(e->fields.begin(), e->fields.end(),
                     [](const Field& a, const Field& b) { return a.name < b.name; });
  CHECK(one == other);
  CHECK(one.kind == "network.dns");
  CHECK(one.logsource == Logsource{"zeek", "dns", "dns"});
  CHECK(one.field("message") == "A www.example.org NOERROR");
}

TEST_CASE("a notice is its sensor's judgement, with the addresses that it names") {
  ZeekReader reader("notice.log");
  const Event e =
      event_of(reader, R"({"ts":1521911720.6,"note":"Scan::Port_Scan","msg":"203.0.113.9 scanned 15 ports",)"
                       R"("src":"203.0.113.9","dst":"10.20.3.7","p":22,"actions":["Notice::ACTION_LOG"]})");
  CHECK(e.kind == "network.notice");
  CHECK(e.severity == 2);
  CHECK(e.field("alert.title") == "Scan::Port_Scan");
  CHECK(e.field("message") == "203.0.113.9 scanned 15 ports");
  CHECK(e.field("src.ip") == "203.0.113.9");
  CHECK(e.field("dst.ip") == "10.20.3.7");
  CHECK(e.field("dst.port") == "22");
}

TEST_CASE("the log's path comes from the record, the header, the fields or the file's name") {
  CHECK(ZeekReader::path_of("/opt/zeek/logs/current/conn.log") == "conn");
  CHECK(ZeekReader::path_of("conn.2026-03-12-22-00-00.log") == "conn");
  CHECK(ZeekReader::path_of("json_streaming_dns.log") == "dns");
  CHECK(ZeekReader::path_of("smb_files__2026-03-12-22-00-00__2026-03-12-23-00-00__.log") == "smb_files");
  ZeekReader any("everything.json");
  CHECK(event_of(any, R"({"_path":"ssh","ts":1,"auth_success":true})").logsource.service == "ssh");
  CHECK(event_of(any, R"({"ts":1,"conn_state":"SF"})").kind == "network.flow");
  CHECK(event_of(any, R"({"_write_ts":"2020-04-01T16:20:08Z","cpu":3})").logsource.service == "everything");
  CHECK(event_of(any, R"({"_write_ts":"2020-04-01T16:20:08Z","cpu":3})").kind == "network.other");
}

TEST_CASE("a log without ts has the time of its first column that is one, else of when it was opened, else of now") {
  ZeekReader named("audit.log");
  give_header(named, "audit", "uid|start|end", "string|time|time");
  CHECK(event_of(named, "C1|1773354665.5|1773354999").time == utc_from_civil(2026, 3, 12, 22, 31, 5) + kSecond / 2);
  ZeekReader scripts("loaded_scripts.log");
  give_header(scripts, "loaded_scripts", "name", "string");
  const Event script = event_of(scripts, "  /opt/zeek/share/zeek/base/init-bare.zeek");
  CHECK(script.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  CHECK(script.logsource.service == "loaded_scripts");
  REQUIRE(scripts.read("#open\tlately"));
  CHECK_FALSE(scripts.read("  /opt/zeek/share/zeek/base/init-bare.zeek"));
  CHECK((*scripts.read("  /opt/zeek/share/zeek/base/init-bare.zeek", 7))->time == 7);
  ZeekReader json("loaded_scripts.log"), any("any.log");
  CHECK((*json.read(R"({"name":"  /opt/zeek/a.zeek"})", 7))->time == 7);
  CHECK((*any.read(R"({"_path":"own","x":1})", 7))->logsource.service == "own");
  CHECK_FALSE(any.read(R"({"x":1})", 7));
  CHECK((*any.read(R"({"@timestamp":"2026-03-12T22:31:05Z","_path":"dns","query":"a.example"})"))->time ==
        utc_from_civil(2026, 3, 12, 22, 31, 5));
}

TEST_CASE("requests have the names of public rules for proxies, or for web servers where the server is one of ours") {
  ZeekReader reader("http.log");
  give_header(reader, "http", "ts|id.orig_h|id.resp_h|method|host|uri|referrer|user_agent|status_code",
              "time|addr|addr|string|string|string|string|string|count");
  const Event out = event_of(reader, "1|10.20.3.7|203.0.113.9|GET|a.example|/x/get.php?id=7|-|curl/8|200");
  CHECK(out.logsource == Logsource{"zeek", "http", "proxy"});
  CHECK(values(out, "c-uri") == Values{"/x/get.php?id=7", "http://a.example/x/get.php?id=7"});
  CHECK(out.field("cs-uri-stem") == "/x/get.php");
  CHECK(out.field("c-uri-query") == "id=7");
  CHECK(out.field("c-uri-extension") == "php");
  CHECK(out.field("c-useragent") == "curl/8");
  CHECK(out.field("cs-host") == "a.example");
  CHECK(out.field("sc-status") == "200");
  const Event in = event_of(reader, "1|203.0.113.9|10.20.3.7|GET|a.example|/x?cmd=id|http://b.example/|curl/8|404");
  CHECK(in.logsource.category == "webserver");
  CHECK(in.field("cs-uri-query") == "/x?cmd=id");
  CHECK(in.field("cs-user-agent") == "curl/8");
  CHECK(in.field("cs-referer") == "http://b.example/");
  CHECK(in.field("cs-method") == "GET");
  CHECK(in.field("uri") == "/x?cmd=id");
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  const Event search = event_of(reader, "1|203.0.113.9|10.20.3.7|GET|a.example|/../../../../../etc/passwd|-|x|200");
  const Values titles = fired(rules / "web/webserver_generic", search);
  CHECK(std::find(titles.begin(), titles.end(), "Path Traversal Exploitation Attempts") != titles.end());
}

TEST_CASE("a name look-up has the type and the answers that rules for any name server look at") {
  ZeekReader reader("dns.log");
  give_header(reader, "dns", "ts|query|qtype_name|answers", "time|string|string|vector[string]");
  const Event e = event_of(reader, "1|a.example|TXT|TXT 5 hello,TXT 2 x");
  CHECK(e.field("record_type") == "TXT");
  CHECK(values(e, "answer") == Values{"TXT 5 hello", "TXT 2 x"});
}

TEST_CASE("records that cannot be used say why, and the next is read") {
  ZeekReader reader("conn.log");
  CHECK(refusal(reader, "1|C1").find("no '#fields' came before it") == 0);
  CHECK(refusal(reader, "{\"ts\":1").find("not a JSON object") == 0);
  CHECK(refusal(reader, "null").find("no '#fields'") == 0);
  CHECK(refusal(reader, "{}").find("neither ts nor _write_ts") != std::string::npos);
  give_header(reader, "conn", "ts|uid|proto", "time|string|enum");
  CHECK(refusal(reader, "1|C1").find("2 values, but the header has 3 fields") == 0);
  CHECK(refusal(reader, "1|C1|tcp|x").find("4 values") == 0);
  CHECK(refusal(reader, "soon|C1|tcp").find("'soon' is not a time") == 0);
  CHECK(refusal(reader, "-|C1|tcp").find("ts is unset") != std::string::npos);
  CHECK(event_of(reader, "1|{C1|tcp").field("uid") == "{C1");
  CHECK_FALSE(reader.read("#separator "));
  give_header(reader, "conn", "ts|uid", "time");
  CHECK(refusal(reader, "1|C1").find("2 fields and 1 types") != std::string::npos);
}

TEST_CASE("no bytes bring the reader down, and what it makes is bounded by what it read") {
  std::mt19937 random(7);
  const std::string pieces[] = {"\t",
                                ",",
                                "-",
                                "(empty)",
                                "\\x",
                                "\\x09",
                                "\\",
                                "#fields\t",
                                "#types\t",
                                "#separator ",
                                "#set_separator\t",
                                "{\"ts\":1",
                                "}",
                                "1.5",
                                "ts",
                                "\xff",
                                "vector[string]",
                                "a"};
  ZeekReader reader("conn.log");
  for (int i = 0; i < 20000; ++i) {
    std::string line;
    for (auto n = random() % 12; n > 0; --n) line += pieces[random() % std::size(pieces)];
    if (i % 50 == 0) give_header(reader, "conn", "ts|a|b", "time|vector[string]|string");
    const Result<std::optional<Event>> read = reader.read(line);
    if (!read || !read->has_value()) continue;
    std::size_t bytes = 0;
    for (const Field& f : (*read)->fields) bytes += f.value.size();
    REQUIRE(bytes <= 3 * line.size() + 64);
  }
}

TEST_CASE("public rules fire on Zeek's own lines") {
  const std::filesystem::path rules = public_rules();
  if (rules.empty()) return;
  ZeekReader dns("dns.log");
  give_header(dns, "dns", "ts|uid|id.orig_h|id.orig_p|id.resp_h|id.resp_p|proto|query|Z|answers|rejected",
              "time|string|addr|port|addr|port|enum|string|count|vector[string]|bool");
  const Event mining = event_of(dns, "1773354665.1|C1|10.20.3.7|5353|10.20.0.1|53|udp|eu1.nanopool.org|0|192.0.2.7|F");
  CHECK(fired(rules / "network/zeek/zeek_dns_mining_pools.yml", mining) ==
        Values{"DNS Events Related To Mining Pools"});
  const Event rejected = event_of(dns, "1773354665.1|C1|10.20.3.7|5353|10.20.0.1|53|udp|eu1.nanopool.org|0|-|T");
  CHECK(fired(rules / "network/zeek/zeek_dns_mining_pools.yml", rejected).empty());
  const Event generic = event_of(dns, "1773354665.1|C1|10.20.3.7|5353|10.20.0.1|53|udp|pool.minexmr.com|0|192.0.2.7|F");
  CHECK(fired(rules / "network/dns/net_dns_pua_cryptocoin_mining_xmr.yml", generic) ==
        Values{"Monero Crypto Coin Mining Pool Lookup"});
  const Event odd = event_of(dns, "1773354665.1|C1|10.20.3.7|5353|10.20.0.1|53|udp|www.example.org|1|192.0.2.7|F");
  CHECK(fired(rules / "network/zeek/zeek_dns_susp_zbit_flag.yml", odd) == Values{"Suspicious DNS Z Flag Bit Set"});
  const Event nul = event_of(dns, R"(1773354665.1|C1|10.20.3.7|5353|10.20.0.1|53|udp|www.example.org|1|TXT 4 a\x00|F)");
  CHECK(fired(rules / "network/zeek/zeek_dns_susp_zbit_flag.yml", nul).empty());
  ZeekReader rdp("rdp.log");
  const Event open =
      event_of(rdp, R"({"_path":"rdp","ts":1773354665.1,"id.orig_h":"203.0.113.9","id.resp_h":"10.20.3.7"})");
  CHECK(fired(rules / "network/zeek/zeek_rdp_public_listener.yml", open) == Values{"Publicly Accessible RDP Service"});
}

}  // namespace
}  // namespace wf::network
