// Modifiers, one by one and chained (Sigma modifiers appendix 2.1).
#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using wf::test::detects;
using wf::test::refusal;

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

TEST_CASE("Contains, startswith and endswith put wildcards where they say, beside those that are there") {
  CHECK(detects("{s: {A|contains: b}, condition: s}", R"({"A":"abc"})"));
  CHECK(detects("{s: {A|startswith: ab}, condition: s}", R"({"A":"ABc"})"));
  CHECK_FALSE(detects("{s: {A|startswith: b}, condition: s}", R"({"A":"abc"})"));
  CHECK(detects("{s: {A|endswith: bc}, condition: s}", R"({"A":"abC"})"));
  CHECK_FALSE(detects("{s: {A|endswith: b}, condition: s}", R"({"A":"abc"})"));
  CHECK(detects("{s: {A|contains: 'a*c'}, condition: s}", R"({"A":"xabcx"})"));
  CHECK(detects("{s: {A|startswith: '*b'}, condition: s}", R"({"A":"abc"})"));
  CHECK(detects("{s: {A|contains: 1}, condition: s}", R"({"A":213})"));
  CHECK(detects("{s: {A|contains: ''}, condition: s}", R"({"A":""})"));
}

TEST_CASE("All makes every value of a list needed") {
  CHECK(detects("{s: {A|contains|all: [x, y]}, condition: s}", R"({"A":"y x"})"));
  CHECK_FALSE(detects("{s: {A|contains|all: [x, y]}, condition: s}", R"({"A":"x"})"));
  CHECK(detects("{s: {A|all|contains: [x, y]}, condition: s}", R"({"A":"y x"})"));
  CHECK(detects("{s: {A|re|all: [x$, ^y]}, condition: s}", R"({"A":"y x"})"));
  CHECK(detects("{s: {A|all: [x, y]}, condition: s}", R"({"A":["x","y"]})"));
}

TEST_CASE("Exists looks at the field and not at its value") {
  CHECK(detects("{s: {A|exists: true}, condition: s}", R"({"A":""})"));
  CHECK_FALSE(detects("{s: {A|exists: true}, condition: s}", "{}"));
  CHECK_FALSE(detects("{s: {A|exists: false}, condition: s}", R"({"A":null})"));
  CHECK(detects("{s: {A|exists: true, B|exists: false}, condition: s}", R"({"A":1})"));
}

TEST_CASE("Cased stays with every place that a text can have") {
  CHECK(detects("{s: {A|startswith|cased: Ab}, condition: s}", R"({"A":"Abc"})"));
  CHECK_FALSE(detects("{s: {A|startswith|cased: Ab}, condition: s}", R"({"A":"abc"})"));
  CHECK(detects("{s: {A|cased|endswith: 'B?'}, condition: s}", R"({"A":"aBc"})"));
  CHECK_FALSE(detects("{s: {A|cased|contains: ÄB}, condition: s}", R"({"A":"xäbx"})"));
  CHECK(detects("{s: {A|fieldref|cased: B}, condition: s}", R"({"A":"x","B":"x"})"));
  CHECK_FALSE(detects("{s: {A|fieldref|cased: B}, condition: s}", R"({"A":"x","B":"X"})"));
  CHECK(detects("{k: {'|cased': [Evil, x]}, condition: k}", R"({"M":"so Evil"})"));
}

TEST_CASE("Neq turns the whole item, whatever else it says") {
  CHECK(detects("{s: {A|neq: x}, condition: s}", "{}"));
  CHECK_FALSE(detects("{s: {A|neq: x}, condition: s}", R"({"A":["x","y"]})"));
  CHECK(detects("{s: {A|contains|neq: x}, condition: s}", R"({"A":"abc"})"));
  CHECK_FALSE(detects("{s: {A|re|neq: '^a'}, condition: s}", R"({"A":"abc"})"));
  CHECK(detects("{s: {A|contains|all|neq: [x, y]}, condition: s}", R"({"A":"x"})"));
  CHECK_FALSE(detects("{s: {A|contains|all|neq: [x, y]}, condition: s}", R"({"A":"xy"})"));
  CHECK(detects("{s: {A|cidr|neq: 10.0.0.0/8}, condition: s}", R"({"A":"11.0.0.1"})"));
  CHECK(detects("{s: {A|neq: 5}, condition: s}", R"({"A":6})"));
  CHECK_FALSE(detects("{s: {A|neq: null}, condition: s}", "{}"));
  CHECK(detects("{s: {ts|hour|neq: 3}, condition: s}", R"({"ts":"2026-08-05T23:37:10Z"})"));
}

TEST_CASE("Comparisons are of numbers, from both sides of the limit") {
  const auto compares = [](const std::string& item, const std::string& value) {
    return detects("{s: {A|" + item + "}, condition: s}", "{\"A\":" + value + "}");
  };
  CHECK(compares("lt: 10", "9.5"));
  CHECK_FALSE(compares("lt: 10", "10"));
  CHECK(compares("lte: 10", "10"));
  CHECK_FALSE(compares("lte: 10", "10.1"));
  CHECK(compares("gt: -1", "0"));
  CHECK_FALSE(compares("gt: 0", "0"));
  CHECK(compares("gte: 2.5", "2.5"));
  CHECK(compares("gte: 1000", "\"1e3\""));
  CHECK_FALSE(compares("gte: 1", "true"));
  CHECK_FALSE(compares("gte: 0", "null"));
  CHECK(compares("lt: [1, 100]", "50"));
  CHECK(compares("lt: '100'", "50"));
  CHECK(detects("{s: {A|gte: 5, A|lt: 10}, condition: s}", R"({"A":7})"));
}

TEST_CASE("Parts of dates compare, and weeks are those of ISO 8601") {
  const std::string event = R"({"ts":"2026-08-05 06:07:08"})";
  CHECK(detects("{s: {ts|hour: 6}, condition: s}", event));
  CHECK(detects("{s: {ts|minute|lt: 8}, condition: s}", event));
  CHECK_FALSE(detects("{s: {ts|minute|lt: 7}, condition: s}", event));
  CHECK(detects("{s: {ts|gte|year: 2026}, condition: s}", event));
  CHECK(detects("{s: {ts|month: [1, 8]}, condition: s}", event));
  CHECK(detects("{s: {ts|week: 1}, condition: s}", R"({"ts":"2024-12-30"})"));
  CHECK(detects("{s: {ts|week: 52}, condition: s}", R"({"ts":"2023-01-01"})"));
  CHECK_FALSE(detects("{s: {ts|year: 2026}, condition: s}", R"({"ts":"05.08.2026"})"));
}

TEST_CASE("Regular expressions read $ and classes as PCRE does, though RE2 runs them") {
  CHECK(detects(R"({s: {A|re: '^a\sb$'}, condition: s})", R"({"A":"a\u000bb"})"));
  CHECK_FALSE(detects(R"({s: {A|re: '^a\Sb$'}, condition: s})", R"({"A":"a\u000bb"})"));
  CHECK(detects(R"({s: {A|re: '^a[\s]b'}, condition: s})", R"({"A":"a\u000bb"})"));
  CHECK_FALSE(detects(R"({s: {A|re: '^a[\S]b'}, condition: s})", R"({"A":"a\u000bb"})"));
  CHECK(detects(R"({s: {A|re: '^a[\Sx]b'}, condition: s})", R"({"A":"aäb"})"));
  CHECK(detects(R"({s: {A|re: 'a\vb'}, condition: s})", R"({"A":"a\nb"})"));
  CHECK(detects(R"({s: {A|re: '[[:alpha:]$]{3}'}, condition: s})", R"({"A":"1a$b1"})"));
  CHECK(detects(R"({s: {A|re: '[]$]x'}, condition: s})", R"({"A":"]x"})"));
  CHECK(detects(R"({s: {A|re: '\Qa$b\E'}, condition: s})", R"({"A":"a$b"})"));
  CHECK(detects(R"({s: {A|re: 'a\$'}, condition: s})", R"({"A":"a$"})"));
  CHECK(detects(R"({s: {A|re: '(?m)^b$'}, condition: s})", R"({"A":"a\nb\nc"})"));
  CHECK(detects(R"({s: {A|re: '(?i:foo)Bar'}, condition: s})", R"({"A":"FOOBar"})"));
  CHECK_FALSE(detects(R"({s: {A|re: 'b$'}, condition: s})", R"({"A":"b\n\n"})"));
  CHECK(detects(R"({s: {A|re|ignorecase|multiline|dotall: '^B.c$'}, condition: s})", R"({"A":"a\nb\nc"})"));
  CHECK(detects("{s: {'|re': 'e.il'}, condition: s}", R"({"M":"an evil deed"})"));
  CHECK(refusal("{s: {A|re: 'a(?m)b$'}, condition: s}").find("flag m") != std::string::npos);
  CHECK(refusal(R"({s: {A|re: '(a)\1'}, condition: s})").find("back references") != std::string::npos);
  CHECK(refusal("{s: {A|re: 'a{1,5000}'}, condition: s}").find("cannot be used") != std::string::npos);
  CHECK(refusal("{s: {A|re: '[a'}, condition: s}").find("cannot be used") != std::string::npos);
}

TEST_CASE("Encodings stay texts: they chain with places, and are compared like other texts") {
  CHECK(detects("{s: {A|base64|contains: foobar}, condition: s}", R"({"A":"x Zm9vYmFy y"})"));
  CHECK(detects("{s: {A|base64: foobar}, condition: s}", R"({"A":"zM9VyMfY"})"));
  CHECK_FALSE(detects("{s: {A|base64|cased: foobar}, condition: s}", R"({"A":"zM9VyMfY"})"));
  CHECK(detects("{s: {A|base64|windash: '-'}, condition: s}", R"({"A":"LQ=="})"));
  CHECK(detects("{s: {A|windash|base64: ' -x'}, condition: s}", R"({"A":"IC94"})"));
  CHECK(detects("{s: {A|utf16le: ab}, condition: s}", R"({"A":"a\u0000b\u0000"})"));
  CHECK(detects("{s: {A|utf16be: ab}, condition: s}", R"({"A":"\u0000a\u0000b"})"));
  CHECK(detects("{s: {A|wide|contains: ab}, condition: s}", R"({"A":"xa\u0000b\u0000x"})"));
  CHECK(
      detects("{s: {A|base64offset|contains|all: [foobar, quux]}, condition: s}", R"({"A":"eGZvb2Jhcg== cXV1eA=="})"));
}

TEST_CASE("Two fields compare in every place, and any of their values will do") {
  CHECK(detects("{s: {A|fieldref|startswith: B}, condition: s}", R"({"A":"x/y","B":"X"})"));
  CHECK(detects("{s: {A|fieldref|contains: B}, condition: s}", R"({"A":"a x b","B":"x"})"));
  CHECK(detects("{s: {A|fieldref: B}, condition: s}", R"({"A":["a","b"],"B":["c","b"]})"));
  CHECK(detects("{s: {A|fieldref: [B, C]}, condition: s}", R"({"A":"a","C":"a"})"));
  CHECK_FALSE(detects("{s: {A|fieldref|all: [B, C]}, condition: s}", R"({"A":"a","C":"a"})"));
  CHECK(detects("{s: {A|fieldref: B}, condition: s}", R"({"A":1,"B":"1"})"));
  CHECK_FALSE(detects("{s: {A|fieldref: B}, condition: s}", R"({"A":null,"B":null})"));
  CHECK(detects("{s: {A|fieldref|neq: B}, condition: s}", R"({"A":"x"})"));
}
