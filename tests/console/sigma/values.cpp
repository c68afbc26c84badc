// Forms of values (Sigma rules specification 2.1, "Detection").
#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using wf::test::detects;

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
  CHECK_FALSE(detects("{s: {A|lt: 10}, condition: s}", R"({"A":"-inf"})"));
  CHECK_FALSE(detects("{s: {A|lt: 10}, condition: s}", "{}"));
  CHECK(detects("{s: {A|neq: [x, y]}, condition: s}", R"({"A":"z"})"));
  CHECK_FALSE(detects("{s: {A|neq: [x, y]}, condition: s}", R"({"A":"y"})"));
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

TEST_CASE("Patterns built to backtrack cost no more than linear time") {
  std::string text(20'000, 'a');
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK_FALSE(detects("{s: {A: '" + pattern + "*b'}, condition: s}", "{\"A\":\"" + text + "\"}"));
  CHECK_FALSE(detects("{s: {A|re: '(a+)+b'}, condition: s}", "{\"A\":\"" + text + "\"}"));
}

TEST_CASE("Every count of backslashes before a wildcard means what the specification says") {
  CHECK(detects(R"({s: {A: 'a\b'}, condition: s})", R"({"A":"a\\b"})"));
  CHECK(detects(R"({s: {A: 'a\\b'}, condition: s})", R"({"A":"a\\b"})"));
  CHECK(detects(R"({s: {A: 'a\\\b'}, condition: s})", R"({"A":"a\\\\b"})"));
  CHECK(detects(R"({s: {A: 'a\\\\b'}, condition: s})", R"({"A":"a\\\\b"})"));
  CHECK(detects(R"({s: {A: 'a\?'}, condition: s})", R"({"A":"a?"})"));
  CHECK_FALSE(detects(R"({s: {A: 'a\?'}, condition: s})", R"({"A":"ab"})"));
  CHECK(detects(R"({s: {A: 'a\\?'}, condition: s})", R"({"A":"a\\b"})"));
  CHECK(detects(R"({s: {A: 'a\\*'}, condition: s})", R"({"A":"a\\"})"));
  CHECK_FALSE(detects(R"({s: {A: 'a\\\*'}, condition: s})", R"({"A":"a\\b"})"));
  CHECK(detects(R"({s: {A: 'a\'}, condition: s})", R"({"A":"a\\"})"));
}

TEST_CASE("A wildcard stands anywhere, and a question mark for exactly one character") {
  CHECK(detects("{s: {A: 'prog?.exe'}, condition: s}", R"({"A":"progA.exe"})"));
  CHECK_FALSE(detects("{s: {A: 'prog?.exe'}, condition: s}", R"({"A":"prog.exe"})"));
  CHECK_FALSE(detects("{s: {A: 'prog?.exe'}, condition: s}", R"({"A":"progAB.exe"})"));
  CHECK(detects("{s: {A: 'antivirus_V*.exe'}, condition: s}", R"({"A":"antivirus_V21.2.1.exe"})"));
  CHECK(detects("{s: {A: '*a*b*'}, condition: s}", R"({"A":"xxaxxbxx"})"));
  CHECK_FALSE(detects("{s: {A: '*a*b*'}, condition: s}", R"({"A":"xxbxxaxx"})"));
  CHECK(detects("{s: {A: '?\?'}, condition: s}", R"({"A":"äé"})"));
  CHECK(detects("{s: {A: '*'}, condition: s}", R"({"A":""})"));
  CHECK_FALSE(detects("{s: {A: '*'}, condition: s}", "{}"));
  CHECK(detects("{s: {A: 'ab*ab'}, condition: s}", R"({"A":"abab"})"));
  CHECK_FALSE(detects("{s: {A: 'ab*ab'}, condition: s}", R"({"A":"ab"})"));
}

TEST_CASE("Case is folded for the letters that the folding names, and only for them") {
  CHECK(detects("{s: {A: 'ÀÉÖŠΩЖＡ'}, condition: s}", R"({"A":"àéöšωжａ"})"));
  CHECK(detects("{s: {A|contains: 'àéöš'}, condition: s}", R"({"A":"x ÀÉÖŠ y"})"));
  CHECK_FALSE(detects("{s: {A: 'ss'}, condition: s}", R"({"A":"ß"})"));
  CHECK_FALSE(detects("{s: {A: 'k'}, condition: s}", "{\"A\":\"\u212A\"}"));
}

TEST_CASE("A regular expression without regard to case finds the letters that we do not fold") {
  CHECK(detects("{s: {A|re|i: 'fork'}, condition: s}", "{\"A\":\"for\u212A\"}"));
  CHECK(detects("{s: {A|re|i: 'pass'}, condition: s}", "{\"A\":\"paſſ\"}"));
  CHECK(detects("{s: {A|re: '(?i)pass'}, condition: s}", "{\"A\":\"paſs\"}"));
  CHECK_FALSE(detects("{s: {A|re: 'pass'}, condition: s}", "{\"A\":\"paſs\"}"));
}

TEST_CASE("A value is its text as it is written, quoted or not") {
  CHECK(detects("{s: {A: 00000429}, condition: s}", R"({"A":"00000429"})"));
  CHECK_FALSE(detects("{s: {A: 00000429}, condition: s}", R"({"A":"429"})"));
  CHECK(detects("{s: {A: 10.0}, condition: s}", R"({"A":"10.0"})"));
  CHECK(detects("{s: {A: -5}, condition: s}", R"({"A":-5})"));
  CHECK(detects("{s: {A: '0x17'}, condition: s}", R"({"A":"0X17"})"));
  CHECK(detects("{s: {A: !!str 5}, condition: s}", R"({"A":5})"));
  CHECK(detects("{s: {A: yes}, condition: s}", R"({"A":"yes"})"));
  CHECK(detects("{s: {A: True}, condition: s}", R"({"A":true})"));
  CHECK(detects("{s: {A: 2026-01-01}, condition: s}", R"({"A":"2026-01-01"})"));
}

TEST_CASE("Null and empty are told apart in lists of events' values, and under not") {
  CHECK(detects("{s: {A: null}, condition: s}", R"({"A":[null,"x"]})"));
  CHECK(detects("{s: {A: x}, condition: s}", R"({"A":[null,"x"]})"));
  CHECK(detects("{a: {A: null}, condition: not a}", R"({"A":""})"));
  CHECK_FALSE(detects("{a: {A: null}, condition: not a}", "{}"));
  CHECK(detects("{m: {B: y}, e1: {A: ''}, e2: {A: null}, condition: m and 1 of e*}", R"({"B":"y"})"));
  CHECK(detects("{s: {A: ~}, condition: s}", "{}"));
}
