// What is shed: which rule, which of its records, and that every one of them is counted.
#include "agents/kit/shed/shedder.hpp"

#include <map>
#include <random>
#include <set>

#include "agents/kit/configuration.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/json_glance.hpp"
#include "proto/event_json.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

std::vector<ShedRule> rules_of(const std::string& shed, std::vector<Error>* problems = nullptr) {
  std::vector<Error> found;
  const Configuration read = read_configuration(
      "v: 1\nname: n\nsources:\n  - kind: suricata\n    address: /x\n    shed:\n" + shed, "agent.yaml", found);
  if (problems != nullptr)
    *problems = found;
  else
    for (const Error& one : found) FAIL(one.text());
  REQUIRE(read.sources.size() == 1);
  return read.sources[0].shed;
}

std::string problem_of(const std::string& shed) {
  std::vector<Error> problems;
  (void)rules_of(shed, &problems);
  std::string out;
  for (const Error& one : problems) out += one.text() + "\n";
  return out;
}

Event event_of(const std::string& kind, std::vector<std::pair<std::string, std::string>> fields) {
  Event out;
  out.kind = kind;
  out.time = utc_from_civil(2026, 3, 12);
  for (auto& [name, value] : fields) out.add(name, value);
  return out;
}

/// What a JSON object says, as sources ask it before they make an event.
struct Glance final : RawRecord {
  explicit Glance(std::string_view text) : glance(text) {}
  Known field(std::string_view name, std::string_view& value) override { return glance.find(name, value); }
  UtcNs time() override { return at; }
  JsonGlance glance;
  UtcNs at = 0;
};

const Moment kNow{utc_from_civil(2026, 3, 12), kSecond};

TEST_CASE("the first rule that fits counts, and what none fits is kept") {
  Shedder shedder(
      rules_of("      - keep: {kind: network.alert}\n"
               "      - drop: {event_type: [stats, Flow]}\n"
               "      - drop: {src_ip: 10.0.0.0/8, dest_port: '>1023', tls.sni: '*.Example.com'}\n"));
  CHECK(shedder.late(event_of("network.alert", {{"event_type", "flow"}}), kNow));
  CHECK_FALSE(shedder.late(event_of("network.flow", {{"event_type", "FLOW"}}), kNow));
  const auto tls = [](const char* ip, const char* port, const char* sni) {
    return event_of("network.tls", {{"event_type", "tls"}, {"src_ip", ip}, {"dest_port", port}, {"tls.sni", sni}});
  };
  CHECK_FALSE(shedder.late(tls("10.9.8.7", "8443", "a.example.com"), kNow));
  CHECK(shedder.late(tls("11.9.8.7", "8443", "a.example.com"), kNow));
  CHECK(shedder.late(tls("10.9.8.7", "443", "a.example.com"), kNow));
  CHECK(shedder.late(tls("10.9.8.7", "8443", "a.example.org"), kNow));
  CHECK(shedder.late(tls("not an address", "x", ""), kNow));
  CHECK(shedder.counts()[0].matched == 1);
  CHECK(shedder.counts()[1].shed == 1);
  CHECK(shedder.counts()[2].shed == 1);
  CHECK(shedder.unmatched() == 4);
}

TEST_CASE("values fit in all their forms") {
  const auto fits = [](const char* pattern, const char* value) { return ShedValue(pattern).fits(value); };
  CHECK(fits("Dns", "dNS"));
  CHECK_FALSE(fits("dns", "dns2"));
  CHECK((fits("a*", "ABC") && !fits("a*", "ba") && fits("*c", "abC") && fits("*b*", "abc") && !fits("*d*", "abc")));
  CHECK((fits("*", "*") && !fits("*", "a") && fits("**", "") && fits("", "")));
  CHECK((fits("<10", "9.5") && !fits("<10", "10") && fits(">10", "11") && !fits(">10", "x") && fits("<x", "<x")));
  CHECK((fits("10.0.0.0/8", "10.255.1.1") && !fits("10.0.0.0/8", "11.0.0.1") && fits("0.0.0.0/0", "1.2.3.4")));
  CHECK((fits("10.1.2.128/25", "10.1.2.129") && !fits("10.1.2.128/25", "10.1.2.127")));
  CHECK((fits("fe80::/10", "FE80::1") && !fits("fe80::/10", "10.0.0.1") && !fits("fe80::/10", "ff00::1")));
  CHECK((fits("10.0.0.0/33", "10.0.0.0/33") && !fits("10.0.0.0/33", "10.0.0.0") && fits("GET /8", "get /8")));
}

TEST_CASE("life safety is never shed, whatever a rule says") {
  Shedder shedder(rules_of("      - drop: {message: '*'}\n      - drop: {a: b}\n      - above: 1\n"));
  for (int i = 0; i < 50; ++i) {
    CHECK(shedder.late(event_of("fire.alarm", {{"a", "b"}}), kNow));
    CHECK(shedder.late(event_of("fire.of_a_new_kind", {{"a", "b"}}), kNow));
    CHECK_FALSE(shedder.late(event_of("door.opened", {{"a", "b"}}), kNow));
  }
  CHECK(shedder.unmatched() == 100);
}

TEST_CASE("of a flow all is kept or nothing, by every rule, every agent and every start alike") {
  Shedder one(rules_of("      - one_in: 10\n        of: {event_type: [flow, dns]}\n"));
  Shedder two(rules_of("      - keep: {event_type: alert}\n      - one_in: 10\n        of: {event_type: http}\n"));
  std::uint64_t kept = 0;
  for (int flow = 0; flow < 20'000; ++flow) {
    const std::string id = std::to_string(1'000'000'007ULL * static_cast<unsigned>(flow));
    const bool first = one.late(event_of("network.flow", {{"event_type", "flow"}, {"flow_id", id}}), kNow);
    CHECK(one.late(event_of("network.dns", {{"event_type", "dns"}, {"flow_id", id}}), kNow) == first);
    CHECK(two.late(event_of("network.http", {{"event_type", "http"}, {"flow_id", id}}), kNow) == first);
    kept += first ? 1 : 0;
  }
  CHECK(kept > 1800);
  CHECK(kept < 2200);
  // What this version keeps, later ones keep: the hash is part of what was promised.
  std::string found;
  for (int flow = 0; flow < 60; ++flow)
    if (one.late(event_of("network.flow", {{"event_type", "flow"}, {"flow_id", std::to_string(flow)}}), kNow))
      found += std::to_string(flow) + " ";
  CHECK(found == "0 2 4 12 35 38 39 51 57 ");
}

TEST_CASE("what names no flow is counted: the first of each n is kept") {
  Shedder shedder(rules_of("      - one_in: 3\n        of: {kind: syslog.message}\n        by: process.pid\n"));
  std::string kept;
  for (int i = 0; i < 9; ++i) kept += shedder.late(event_of("syslog.message", {}), kNow) ? "k" : "-";
  CHECK(kept == "k--k--k--");
}

TEST_CASE("above a rate as many as needed are shed; beginning and end are said once each") {
  Shedder shedder(rules_of("      - above: 100\n        of: {event_type: dns}\n"));
  Moment moment = kNow;
  std::uint64_t kept = 0;
  const auto second = [&](int count) {
    kept = 0;
    for (int i = 0; i < count; ++i) {
      Event event = event_of("network.dns", {{"event_type", "dns"}});
      event.time = moment.now;
      kept += shedder.late(event, moment) ? 1 : 0;
    }
    moment.now += kSecond;
    moment.mono += kSecond;
    shedder.tick(moment);
  };
  for (int i = 0; i < 5; ++i) second(100);
  CHECK(shedder.counts()[0].shed == 0);
  CHECK(shedder.news().empty());
  second(5000);
  CHECK(shedder.news() ==
        std::vector<std::string>{"rule 1 (above 100 a second of event_type=dns): more than that come; "
                                 "only some of them are kept from now on"});
  CHECK(shedder.factor(0) == 64);
  CHECK(kept < 400);
  for (int i = 0; i < 20; ++i) {
    second(5000);
    CHECK(kept >= 50);
    CHECK(kept <= 100);
  }
  CHECK(shedder.news().empty());
  for (int i = 0; i < 30; ++i) second(90);
  CHECK(shedder.factor(0) == 1);
  CHECK(kept == 90);
  const std::vector<std::string> ended = shedder.news();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].find("all are kept again") != std::string::npos);
  // A flood that just stops ends too.
  second(5000);
  for (int i = 0; i < 11; ++i) second(0);
  CHECK(shedder.factor(0) == 1);
  CHECK(shedder.news().size() == 2);
}

TEST_CASE("a backlog that is read at once is no flood; a time that stands still does not hide one") {
  Shedder calm(rules_of("      - above: 100\n        of: {event_type: dns}\n"));
  Event event = event_of("network.dns", {{"event_type", "dns"}});
  event.time = kNow.now - kDay;
  for (int i = 0; i < 100'000; ++i) {
    if (i % 100 == 0) event.time += kSecond;
    CHECK(calm.late(event, kNow));
  }
  CHECK(calm.news().empty());
  // One record from the year 2100 stops no counting.
  event.time = utc_from_civil(2100, 1, 1);
  CHECK(calm.late(event, kNow));
  Shedder flood(rules_of("      - above: 100\n        of: {event_type: dns}\n"));
  Moment moment = kNow;
  std::uint64_t kept = 0;
  for (int i = 0; i < 50'000; ++i) {
    moment.mono += kSecond / 1000;
    moment.now += kSecond / 1000;
    kept += flood.late(event, moment) ? 1 : 0;
  }
  CHECK(kept < 8'000);
  CHECK(flood.news().size() == 1);
}

TEST_CASE("counts go on after a restart for rules that are still written alike") {
  const std::string text = "      - keep: {event_type: alert}\n      - drop: {event_type: stats}\n";
  Shedder before(rules_of(text));
  for (int i = 0; i < 7; ++i) (void)before.late(event_of("network.other", {{"event_type", "stats"}}), kNow);
  (void)before.late(event_of("network.alert", {{"event_type", "alert"}}), kNow);
  (void)before.late(event_of("network.tls", {{"event_type", "tls"}}), kNow);
  Shedder after(rules_of("      - drop: {event_type: stats}\n      - drop: {event_type: smb}\n"));
  after.go_on(before.kept());
  CHECK(after.counts()[0].matched == 7);
  CHECK(after.counts()[0].shed == 7);
  CHECK(after.counts()[1].matched == 0);
  CHECK(after.unmatched() == 1);
  for (const char* broken :
       {"", "x", "1", "1 2", "1 0 -\n5 9 drop event_type=stats\n", "1 0 -\n99999999999999999999 0 x"}) {
    Shedder other(rules_of(text));
    other.go_on(broken);
    CHECK(other.counts()[1].matched == 0);
  }
}

TEST_CASE("what is wrong with rules is said with its line") {
  CHECK(problem_of("      - drop: {}\n").find("agent.yaml:7: a rule that drops has to say what") != std::string::npos);
  CHECK(problem_of("      - drop: {a: b}\n        keep: {a: b}\n").find("exactly one of them") != std::string::npos);
  CHECK(problem_of("      - one_in: 1\n").find("one_in") != std::string::npos);
  CHECK(problem_of("      - one_in: 5\n        off: {a: b}\n").find("unknown key 'off'") != std::string::npos);
  CHECK(problem_of("      - drop: {kind: network.flows}\n").find("do you mean network.flow?") != std::string::npos);
  CHECK(problem_of("      - drop: {kind: fire.alarm}\n").find("life safety, which is never shed") != std::string::npos);
  CHECK(problem_of("      - drop: {a: {b: c}}\n").find("must be a text") != std::string::npos);
  CHECK(problem_of("      - 7\n").find("a rule must be a mapping") != std::string::npos);
  CHECK(problem_of("      drop: {a: b}\n").find("must be a list of rules") != std::string::npos);
}

TEST_CASE("rules are explained, and what may not be meant is said") {
  const auto said = [](const std::string& shed) {
    std::string out;
    for (const ShedExplained& one : explain(rules_of(shed))) out += (one.warning ? "! " : "") + one.text + "\n";
    return out;
  };
  CHECK(
      said("      - keep: {kind: network.alert}\n      - one_in: 100\n        of: {event_type: flow}\n") ==
      "rule 1: records with kind network.alert: all are kept\n"
      "rule 2: records with event_type flow: one in 100 is kept, chosen by flow_id, else uid, else community_id, else "
      "counted\n");
  CHECK(said("      - drop: {src_ip: [10.0.0.1, 10.0.0.2]}\n") ==
        "rule 1: records with src_ip 10.0.0.1 or 10.0.0.2: all are shed\n"
        "! rule 1 may shed alerts too; write '- keep: {kind: network.alert}' before it if it must not\n");
  CHECK(said("      - above: 50\n      - drop: {event_type: x}\n")
            .find("! rule 2 is never reached: rule 1 takes everything") != std::string::npos);
  CHECK(said("      - above: 50\n").find("! rule 1 sheds alerts too") != std::string::npos);
  CHECK(said("      - keep: {event_type: alert}\n      - above: 50\n").find('!') == std::string::npos);
}

// ---- before the event is made ----

TEST_CASE("single fields are found without reading the rest") {
  JsonGlance glance(
      R"({"a": "x", "n":-1.5e3 ,"b":{"c":true,"d":{"e":1},"f":["y"],"g":"z"},"h":null,"i\n":"","j":"\u0041"})");
  const auto find = [&](std::string_view name) {
    std::string_view value;
    const RawRecord::Known known = glance.find(name, value);
    return known == RawRecord::Known::value ? std::string(value) : known == RawRecord::Known::absent ? "-" : "?";
  };
  CHECK(find("a") == "x");
  CHECK(find("n") == "-1.5e3");
  CHECK(find("b.c") == "true");
  CHECK(find("b.d.e") == "?");
  CHECK(find("b.f") == "?");
  CHECK(find("b.g") == "z");
  CHECK(find("h") == "-");
  CHECK(find("never") == "?");  // a name that must be unescaped could be it
  JsonGlance whole(R"({"a":1})");
  std::string_view value;
  CHECK(whole.find("b", value) == RawRecord::Known::absent);
  for (const char* broken : {"", "{", "[1]", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":{\"b\":1", "{\"a\":[[[",
                             "{\"b\":1 \"a\":2}", "null"}) {
    JsonGlance other(broken);
    CHECK(other.find("a", value) == RawRecord::Known::unknown);
  }
}

/// A JSON object of any content, with names that rules look at among them.
std::string any_json(std::mt19937& random, int depth) {
  static const std::vector<std::string> names{"event_type", "flow_id", "a",       "b", "src_ip",
                                              "a.b",        "x y",     "\\u0061", "ü"};
  static const std::vector<std::string> values{"\"flow\"", "\"dns\"", "1",           "-2.5e1",       "true",
                                               "null",     "\"\"",    "\"a\\\"b\"",  "\"\xc3\xbc\"", "[1,2]",
                                               "[]",       "{}",      "\"10.0.0.1\""};
  std::string out = random() % 4 == 0 ? "{ " : "{";
  std::set<std::string> used;
  const int count = static_cast<int>(random() % 7);
  for (int i = 0; i < count; ++i) {
    const std::string& name = names[random() % names.size()];
    if (!used.insert(name == "\\u0061" ? "a" : name).second) continue;
    if (used.size() > 1) out += random() % 4 == 0 ? " , " : ",";
    out += "\"" + name + "\"" + (random() % 4 == 0 ? " : " : ":");
    out += depth < 3 && random() % 4 == 0 ? any_json(random, depth + 1) : values[random() % values.size()];
  }
  return out + "}";
}

TEST_CASE("what is decided of a record early is what would be decided of its event, and all are counted") {
  const std::string text =
      "      - keep: {event_type: dns, a: '*'}\n"
      "      - drop: {a.b: [1, flow, true, '']}\n"
      "      - drop: {b.a: dns}\n"
      "      - one_in: 2\n        of: {event_type: flow}\n"
      "      - one_in: 3\n        of: {src_ip: 10.0.0.0/8}\n        by: a\n"
      "      - drop: {a.b.a: flow}\n";
  std::mt19937 random(7);
  std::map<Shedder::Verdict, int> verdicts;
  Shedder early(rules_of(text)), late(rules_of(text));
  int records = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::string json = any_json(random, 0);
    Event event;
    event.kind = "network.other";
    if (!flatten_json(json, "", event.fields)) continue;
    // Two names for one field are two values; a rule may see either.
    std::set<std::string> names;
    bool twice = false;
    for (const Field& field : event.fields) twice |= !names.insert(field.name).second;
    if (twice) continue;
    ++records;
    Glance raw(json);
    const Shedder::Verdict verdict = early.early(raw, kNow);
    ++verdicts[verdict];
    const bool wanted = late.late(event, kNow);
    if (verdict == Shedder::Verdict::later) {
      INFO(json);
      CHECK(early.late(event, kNow) == wanted);
    } else {
      INFO(json);
      CHECK((verdict == Shedder::Verdict::keep) == wanted);
      if (verdict == Shedder::Verdict::keep) early.made();
    }
  }
  std::uint64_t counted = early.unmatched();
  for (std::size_t i = 0; i < early.counts().size(); ++i) {
    CHECK(early.counts()[i].matched == late.counts()[i].matched);
    CHECK(early.counts()[i].shed == late.counts()[i].shed);
    CHECK(early.counts()[i].shed + early.counts()[i].kept() == early.counts()[i].matched);
    counted += early.counts()[i].matched;
  }
  CHECK(counted == static_cast<std::uint64_t>(records));
  for (const Shedder::Verdict one : {Shedder::Verdict::keep, Shedder::Verdict::shed, Shedder::Verdict::later})
    CHECK(verdicts[one] > 1000);
}

}  // namespace
