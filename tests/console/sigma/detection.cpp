#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

bool detects(const std::string& detection, const std::string& fields) {
  sigma::LoadReport report;
  const auto rules = rules_of("title: t\nid: r\nlogsource: {category: test}\ndetection: " + detection + "\n", report);
  INFO((report.problems.empty() ? std::string() : report.problems[0]));
  REQUIRE(rules->rules().size() == 1);
  sigma::Matcher matcher(rules);
  return !ids_of(matcher, *rules, event_of(Json::parse(fields))).empty();
}

std::string refusal(const std::string& detection) {
  sigma::LoadReport report;
  const auto rules = rules_of("title: t\nid: r\nlogsource: {category: test}\ndetection: " + detection + "\n", report);
  CHECK(rules->rules().empty());
  CHECK(report.refused == 1);
  return report.problems.empty() ? std::string() : report.problems[0];
}

}  // namespace wf::test

using wf::test::detects;
using wf::test::refusal;

TEST_CASE("A value matches the whole text whatever its case, and wildcards cross newlines") {
  CHECK(detects("{s: {A: foo}, condition: s}", R"({"A":"FOO"})"));
  CHECK_FALSE(detects("{s: {A: foo}, condition: s}", R"({"A":"xfoo"})"));
  CHECK_FALSE(detects("{s: {A: foo}, condition: s}", R"({"a":"foo"})"));
  CHECK(detects("{s: {A: 'f*r'}, condition: s}", R"({"A":"foo\nbar"})"));
  CHECK(detects("{s: {A: 'f?r'}, condition: s}", R"({"A":"fär"})"));
  CHECK_FALSE(detects("{s: {A: 'f?r'}, condition: s}", R"({"A":"fr"})"));
  CHECK(detects("{s: {A|contains: 'ÄRGER'}, condition: s}", R"({"A":"viel ärger hier"})"));
  CHECK(detects("{s: {A|cased: Foo}, condition: s}", R"({"A":"Foo"})"));
  CHECK_FALSE(detects("{s: {A|cased: Foo}, condition: s}", R"({"A":"foo"})"));
  CHECK_FALSE(detects("{s: {A|contains|cased: Foo}, condition: s}", R"({"A":"a foo b"})"));
  CHECK(detects("{s: {A: ['x', 'y']}, condition: s}", R"({"A":["n","Y"]})"));
}

TEST_CASE("A backslash escapes only wildcards and itself") {
  CHECK(detects(R"({s: {A: 'a\*b'}, condition: s})", R"({"A":"a*b"})"));
  CHECK_FALSE(detects(R"({s: {A: 'a\*b'}, condition: s})", R"({"A":"axb"})"));
  CHECK(detects(R"({s: {A: 'C:\\*'}, condition: s})", R"({"A":"C:\\x"})"));
  CHECK(detects(R"({s: {A: 'C:\\\*'}, condition: s})", R"({"A":"C:\\*"})"));
  CHECK(detects(R"({s: {A: 'a\\\\b'}, condition: s})", R"({"A":"a\\\\b"})"));
  CHECK(detects(R"({s: {A|endswith: '\cmd.exe'}, condition: s})", R"({"A":"C:\\CMD.exe"})"));
  CHECK(detects(R"({s: {A|contains: '\temp\'}, condition: s})", R"({"A":"c:\\TEMP\\x"})"));
  CHECK(detects(R"({s: {A: 'a+b|c(d)[e]^$.*'}, condition: s})", R"({"A":"A+B|C(D)[E]^$.zz"})"));
}

TEST_CASE("Null is missing or null, empty is present and empty") {
  CHECK(detects("{s: {A: null}, condition: s}", "{}"));
  CHECK(detects("{s: {A: null}, condition: s}", R"({"A":null})"));
  CHECK_FALSE(detects("{s: {A: null}, condition: s}", R"({"A":""})"));
  CHECK(detects("{s: {A: ''}, condition: s}", R"({"A":""})"));
  CHECK_FALSE(detects("{s: {A: ''}, condition: s}", "{}"));
  CHECK_FALSE(detects("{s: {A: ''}, condition: s}", R"({"A":null})"));
  CHECK_FALSE(detects("{s: {A: '*'}, condition: s}", R"({"A":null})"));
  CHECK(detects("{s: {A|exists: true}, condition: s}", R"({"A":null})"));
  CHECK(detects("{s: {A|exists: false}, condition: s}", "{}"));
}

TEST_CASE("Numbers and booleans compare as their strings, and as numbers where asked") {
  CHECK(detects("{s: {A: 4625}, condition: s}", R"({"A":"4625"})"));
  CHECK(detects("{s: {A: 'true'}, condition: s}", R"({"A":true})"));
  CHECK(detects("{s: {A|gte: 10}, condition: s}", R"({"A":10})"));
  CHECK_FALSE(detects("{s: {A|gt: 10}, condition: s}", R"({"A":"abc"})"));
  CHECK_FALSE(detects("{s: {A|lt: 10}, condition: s}", "{}"));
  CHECK(detects("{s: {A|neq: [x, y]}, condition: s}", R"({"A":"z"})"));
  CHECK_FALSE(detects("{s: {A|neq: [x, y]}, condition: s}", R"({"A":"y"})"));
}

TEST_CASE("Date parts are read as they are written") {
  const std::string event = R"({"ts":"2026-08-05T23:37:10Z"})";
  CHECK(detects("{s: {ts|day: 5}, condition: s}", event));
  CHECK(detects("{s: {ts|hour: 23}, condition: s}", event));
  CHECK(detects("{s: {ts|minute: 37}, condition: s}", event));
  CHECK(detects("{s: {ts|month: 8}, condition: s}", event));
  CHECK(detects("{s: {ts|week: 32}, condition: s}", event));
  CHECK(detects("{s: {ts|year: 2026}, condition: s}", event));
  CHECK(detects("{s: {ts|hour|gte: 20}, condition: s}", event));
  CHECK(detects("{s: {ts|week: 53}, condition: s}", R"({"ts":"2027-01-01"})"));
  CHECK_FALSE(detects("{s: {ts|hour: 0}, condition: s}", R"({"ts":"2027-01-01"})"));
}

TEST_CASE("Networks hold addresses of their own family only") {
  CHECK(detects("{s: {ip|cidr: 10.0.0.0/8}, condition: s}", R"({"ip":"10.200.1.1"})"));
  CHECK_FALSE(detects("{s: {ip|cidr: 10.0.0.0/8}, condition: s}", R"({"ip":"11.0.0.1"})"));
  CHECK_FALSE(detects("{s: {ip|cidr: 10.0.0.0/8}, condition: s}", R"({"ip":"-"})"));
  CHECK(detects("{s: {ip|cidr: 'fe80::/10'}, condition: s}", R"({"ip":"fe80::1%eth0"})"));
  CHECK(detects("{s: {ip|cidr: ['2001:db8::/33', '::1/128']}, condition: s}", R"({"ip":"2001:DB8:7fff::1"})"));
  CHECK_FALSE(detects("{s: {ip|cidr: '2001:db8::/33'}, condition: s}", R"({"ip":"2001:db8:8000::1"})"));
  CHECK(refusal("{s: {ip|cidr: 10.0.0.1/8}, condition: s}").find("no network") != std::string::npos);
}

TEST_CASE("A regular expression is an unanchored, case-sensitive search") {
  CHECK(detects(R"({s: {A|re: 'o{2}\d+'}, condition: s})", R"({"A":"foo12"})"));
  CHECK_FALSE(detects(R"({s: {A|re: 'foo'}, condition: s})", R"({"A":"FOO"})"));
  CHECK(detects(R"({s: {A|re|i: 'foo'}, condition: s})", R"({"A":"xFOO"})"));
  CHECK(detects(R"({s: {A|re|m: '^b$'}, condition: s})", R"({"A":"a\nb\nc"})"));
  CHECK_FALSE(detects(R"({s: {A|re: '^b$'}, condition: s})", R"({"A":"a\nb\nc"})"));
  CHECK(detects(R"({s: {A|re: '^b$'}, condition: s})", R"({"A":"b\n"})"));
  CHECK(detects(R"({s: {A|re|s: 'a.b'}, condition: s})", R"({"A":"a\nb"})"));
  CHECK(detects(R"({s: {A|re: '[$]x'}, condition: s})", R"({"A":"$x"})"));
  CHECK(refusal("{s: {A|re: '(?=x)y'}, condition: s}").find("look-around") != std::string::npos);
}

TEST_CASE("Dashes are interchangeable and stay alternatives under all") {
  for (const char* text : {"cmd /f x", "cmd -f x", "cmd –f x", "cmd —f x", "cmd ―f x"})
    CHECK(detects("{s: {A|contains|windash: ' -f '}, condition: s}", std::string(R"({"A":")") + text + "\"}"));
  CHECK(detects("{s: {A|contains|windash: ' -param-name'}, condition: s}", R"({"A":"x /param-name"})"));
  CHECK_FALSE(detects("{s: {A|contains|windash: ' -param-name'}, condition: s}", R"({"A":"x /param/name"})"));
  CHECK(detects("{s: {A|contains|all|windash: [' -f ', ' /g ']}, condition: s}", R"({"A":"x /f  -g y"})"));
  CHECK_FALSE(detects("{s: {A|contains|all|windash: [' -f ', ' /g ']}, condition: s}", R"({"A":"x /f  y"})"));
  CHECK(detects("{s: {A|windash|contains: '-a*/b'}, condition: s}", R"({"A":"/a zz -b"})"));
}

TEST_CASE("Encodings chain, and base64offset finds a text at any offset") {
  // "foobar" after 0, 1 and 2 bytes.
  for (const char* coded : {"Zm9vYmFy", "eGZvb2Jhcg==", "eHhmb29iYXI="})
    CHECK(detects("{s: {A|base64offset|contains: foobar}, condition: s}", std::string(R"({"A":")") + coded + "\"}"));
  CHECK(detects("{s: {A|base64: foo}, condition: s}", R"({"A":"Zm9v"})"));
  CHECK(detects("{s: {A|base64: fo}, condition: s}", R"({"A":"Zm8="})"));
  CHECK(detects("{s: {A|wide|base64: cmd}, condition: s}", R"({"A":"YwBtAGQA"})"));
  CHECK(detects("{s: {A|utf16be|base64: cmd}, condition: s}", R"({"A":"AGMAbQBk"})"));
  CHECK(detects("{s: {A|utf16|base64: cmd}, condition: s}", R"({"A":"//5jAG0AZAA="})"));
  CHECK(detects("{s: {A|utf16le|base64offset|contains: cmd}, condition: s}", R"({"A":"xxYwBtAGQAyy"})"));
  CHECK(refusal("{s: {A|base64: 'a*'}, condition: s}").find("wildcards") != std::string::npos);
}

TEST_CASE("A field can be compared with another field") {
  CHECK(detects("{s: {A|fieldref: B}, condition: s}", R"({"A":"x","B":"X"})"));
  CHECK_FALSE(detects("{s: {A|fieldref: B}, condition: s}", R"({"A":"x"})"));
  CHECK(detects("{s: {A|fieldref|neq: B}, condition: s}", R"({"A":"x","B":"y"})"));
  CHECK(detects("{s: {A|fieldref|endswith: B}, condition: s}", R"({"A":"path/x","B":"x"})"));
}

TEST_CASE("Keywords are searched in any string value") {
  CHECK(detects("{k: ['evil', 'bad*thing'], condition: k}", R"({"A":{"b":"an EVIL deed"}})"));
  CHECK(detects("{k: ['evil', 'bad*thing'], condition: k}", R"({"A":"a bad, bad thing!"})"));
  CHECK_FALSE(detects("{k: ['evil'], condition: k}", R"({"evil":"good"})"));
  CHECK(detects("{k: {'|all': ['one', 'two']}, condition: k}", R"({"A":"one","B":"two"})"));
  CHECK_FALSE(detects("{k: {'|all': ['one', 'two']}, condition: k}", R"({"A":"one"})"));
  CHECK(detects("{k: lonely, condition: k}", R"({"A":"a lonely word"})"));
}

TEST_CASE("Lists of maps are alternatives whose fields must all hold") {
  CHECK(detects("{s: [{A: x, C: z}, {B: y}], condition: s}", R"({"B":"y"})"));
  CHECK_FALSE(detects("{s: [{A: x, C: z}, {B: y}], condition: s}", R"({"A":"x"})"));
  CHECK(detects("{s: [{A: x}, word], condition: s}", R"({"Q":"a word"})"));
}

TEST_CASE("Conditions follow precedence, patterns and names") {
  const std::string all = "a: {A: 1}, b: {B: 1}, c: {C: 1}, _d: {D: 1}";
  CHECK(detects("{" + all + ", condition: a or b and c}", R"({"A":1})"));
  CHECK_FALSE(detects("{" + all + ", condition: (a or b) and c}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: all of them}", R"({"A":1,"B":1,"C":1})"));
  CHECK_FALSE(detects("{" + all + ", condition: 1 of them}", R"({"D":1})"));
  CHECK(detects("{" + all + ", condition: 1 of _*}", R"({"D":1})"));
  CHECK(detects("{" + all + ", condition: a and not (b or c)}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: a and not not b}", R"({"A":1,"B":1})"));
  CHECK(detects("{sel_a_main: {A: 1}, sel_b_main: {B: 1}, sel_c: {C: 1}, condition: 1 of sel_*_main}", R"({"B":1})"));
  CHECK_FALSE(
      detects("{sel_a_main: {A: 1}, sel_b_main: {B: 1}, sel_c: {C: 1}, condition: 1 of sel_*_main}", R"({"C":1})"));
  CHECK(detects("{not_sel: {A: 1}, condition: not_sel}", R"({"A":1})"));
  CHECK_FALSE(detects("{selection: {A: 1}, selection2: {B: 1}, condition: selection and selection2}", R"({"A":1})"));
  CHECK(detects("{a: {A: 1}, b: {B: 1}, condition: [a, b]}", R"({"B":1})"));
}

TEST_CASE("What cannot be honoured is refused with its line") {
  CHECK(refusal("{s: {A|expand: '%x%'}, condition: s}").find("placeholder not configured") != std::string::npos);
  CHECK(refusal("{s: {A|frobnicate: x}, condition: s}").find("unknown modifier 'frobnicate'") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: t}").find("names 't'") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: s | count() > 5}").find("correlation rule") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: (s}").find("not closed") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: 1 of q*}").find("no search identifier matches") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: 2 of s*}").find("'2 of'") != std::string::npos);
  CHECK(refusal("{s: {A: []}, condition: s}").find("empty list") != std::string::npos);
  CHECK(refusal("{s: {A: x}}").rfind("rules.yml:4: no condition", 0) == 0);
}

TEST_CASE("Rules in one file stand or fall alone, and an id is used once") {
  wf::sigma::LoadReport report;
  const auto rules = wf::test::rules_of(
      "title: good\nid: a\nlogsource: {category: test}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: bad\nid: b\nlogsource: {}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: again\nid: a\nlogsource: {category: test}\ndetection: {s: {A: x}, condition: s}\n",
      report);
  CHECK(rules->rules().size() == 1);
  CHECK(report.loaded == 1);
  CHECK(report.refused == 2);
}

TEST_CASE("An event is tried against the rules whose whole logsource it has") {
  wf::sigma::LoadReport report;
  const auto rules = wf::test::rules_of(
      "title: t\nid: a\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: t\nid: b\nlogsource: {product: linux, service: sshd}\ndetection: {s: {A: x}, condition: s}\n",
      report);
  wf::sigma::Matcher matcher(rules);
  using Set = std::set<std::string>;
  using wf::test::event_of;
  CHECK(wf::test::ids_of(matcher, *rules, event_of({{"A", "x"}}, {{"product", "linux"}})) == Set{"a"});
  CHECK(wf::test::ids_of(matcher, *rules, event_of({{"A", "x"}}, {{"product", "linux"}, {"service", "sshd"}})) ==
        Set{"a", "b"});
  CHECK(wf::test::ids_of(matcher, *rules, event_of({{"A", "x"}}, {{"service", "sshd"}})).empty());
}

TEST_CASE("A filter takes away the matches of the rules that it names") {
  wf::sigma::LoadReport report;
  const auto rules = wf::test::rules_of(
      "title: t\nid: a\nlogsource: {category: test}\ndetection: {selection: {A: x}, condition: selection}\n---\n"
      "title: f\nid: f\nlogsource: {category: test}\nfilter: {rules: [a], selection: {U|startswith: adm_}, condition: "
      "selection}\n",
      report);
  REQUIRE(report.problems.empty());
  wf::sigma::Matcher matcher(rules);
  CHECK_FALSE(wf::test::ids_of(matcher, *rules, wf::test::event_of({{"A", "x"}})).empty());
  CHECK(wf::test::ids_of(matcher, *rules, wf::test::event_of({{"A", "x"}, {"U", "adm_joe"}})).empty());
}

TEST_CASE("Patterns built to backtrack cost no more than linear time") {
  std::string text(20'000, 'a');
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK_FALSE(detects("{s: {A: '" + pattern + "*b'}, condition: s}", "{\"A\":\"" + text + "\"}"));
  CHECK_FALSE(detects("{s: {A|re: '(a+)+b'}, condition: s}", "{\"A\":\"" + text + "\"}"));
}
