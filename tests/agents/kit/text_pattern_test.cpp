#include "agents/kit/mapped/text_pattern.hpp"

#include <random>

#include "agents/kit/mapped/mapped.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::kit {
namespace {

TextPattern pattern(const std::string& text) {
  const Result<TextPattern> made = TextPattern::parse(text, "here");
  if (!made) FAIL(made.error().text());
  return *made;
}

/// "door.id=D-017 card=88-2140", or "-".
std::string read(const std::string& text, std::string_view line) {
  std::vector<Field> fields;
  if (!pattern(text).match(line, fields)) {
    CHECK(fields.empty());
    return "-";
  }
  std::string out;
  for (const Field& f : fields)
    out += (out.empty() ? "" : " ") + f.name + (f.type == ValueType::number ? "#" : "=") + f.value;
  return out;
}

std::string mistake(const std::string& text) {
  const Result<TextPattern> made = TextPattern::parse(text, "door.yaml:7");
  return made ? std::string() : made.error().text();
}

TEST_CASE("a pattern is the whole line, and its holes are what varies") {
  const char* denied = "Door {door.id} denied card {card:word} ({detail})";
  CHECK(read(denied, "Door D-017 denied card 88-2140 (no access (2))") ==
        "door.id=D-017 card=88-2140 detail=no access (2)");
  CHECK(read(denied, "Door West gate denied card 1 (x)  \r") == "door.id=West gate card=1 detail=x");
  CHECK(read(denied, "Door D-017  denied \t card 88 (x)") == "door.id=D-017 card=88 detail=x");
  CHECK(read(denied, "Door D-017 denied card 88 2 (x)") == "-");
  CHECK(read(denied, "Door D-017 denied card 88 (x) twice") == "-");
  CHECK(read(denied, "A Door D-017 denied card 88 (x)") == "-");
  CHECK(read(denied, "") == "-");
}

TEST_CASE("kinds of holes") {
  CHECK(read("{n:number}{unit}", "-12.5mA") == "n#-12.5 unit=mA");
  CHECK(read("t={n:number}", "t=12.") == "-");
  CHECK(read("t={n:number}", "t=+3") == "n=+3");
  CHECK(read("from {src.ip:ip}: {what:rest}", "from 10.0.0.7: a: b") == "src.ip=10.0.0.7 what=a: b");
  CHECK(read("from {src.ip:ip} x", "from fe80::1%eth0 x") == "-");
  CHECK(read("from {src.ip:ip} x", "from fe80::1 x") == "src.ip=fe80::1");
  CHECK(read("user={who:quoted} {:rest}", R"(user="O\"Neil ""Al""" and more)") == R"(who=O"Neil "Al")");
  CHECK(read("user={who:quoted}", "user=\"open") == "-");
  CHECK(read("{a:word}, {b:word}", "x, y") == "a=x b=y");
  CHECK(read("{a:word},{b:word}", "x,y") == "a=x b=y");
  CHECK(read("{{{a}}}", "{x}") == "a=x");
  CHECK(read("{a}{b:rest}", "xyz") == "a= b=xyz");
  CHECK(read("{:word} {b:rest}", "x") == "-");
}

TEST_CASE("a text ends where what follows it first fits, and never costs more than once over") {
  CHECK(read("{a} to {b}", "x to y to z") == "a=x b=y to z");
  CHECK(read("{a} in {n:number} s", "wait in line in 5 s") == "a=wait in line n#5");
  CHECK(read("{a} end", "the end is the end") == "a=the end is the");
  const std::string hostile(TextPattern::kLongestLine, 'x');
  CHECK(read("{a}x{w:word}y{b}x{v:word}y", hostile) == "-");
}

TEST_CASE("what cannot be a pattern is said") {
  CHECK(mistake("") == "door.yaml:7: a pattern is empty; write the line with {NAME} where something varies");
  CHECK(mistake("Door {door") == "door.yaml:7: a '{' is not closed; write {{ for a brace");
  CHECK(mistake("Door }") == "door.yaml:7: a '}' closes nothing; write }} for a brace");
  CHECK(mistake("{a}{b}").find("where {a} ends and {b} begins cannot be told") != std::string::npos);
  CHECK(mistake("{a:rest} x").find("nothing comes behind the rest") != std::string::npos);
  CHECK(mistake("{a:rest}{b:word}").find("nothing comes behind the rest") != std::string::npos);
  CHECK(mistake("{a:float}").find("there are: word, number, ip, quoted, rest, text") != std::string::npos);
}

TEST_CASE("random patterns find what was put into their holes") {
  std::mt19937 twister(11);
  const auto random = [&](unsigned n) { return static_cast<unsigned>(twister()) % n; };
  for (int round = 0; round < 2000; ++round) {
    std::string text, line, expected;
    const unsigned holes = 1 + random(4);
    for (unsigned k = 0; k < holes; ++k) {
      // Literals have capitals, what fills holes has none: only one reading is possible.
      const std::string literal = std::string(1, static_cast<char>('A' + random(26))) + "|";
      const std::string name = "h" + std::to_string(k);
      std::string value;
      for (unsigned n = 1 + random(6); n > 0; --n) value += static_cast<char>('a' + random(26));
      const char* kinds[] = {"", ":word", ":text"};
      text += literal + "{" + name + kinds[random(3)] + "}";
      line += literal + value;
      expected += (expected.empty() ? "" : " ") + name + "=" + value;
    }
    INFO(text << " on " << line);
    CHECK(read(text, line) == expected);
  }
}

TEST_CASE("a mapping reads text by named patterns: a system log's lines, or lines with a time of their own") {
  const test::TemporaryFolder folder;
  const std::string map =
      folder.write("map.yaml",
                   "v: 1\n"
                   "format: text\n"
                   "time: {zone: Europe/Amsterdam}\n"
                   "patterns:\n"
                   "  denied: \"Door {door.id} denied card {credential.id:word} ({detail})\"\n"
                   "  held: \"Door {door.id} open for {open_s:number} s\"\n"
                   "kinds:\n"
                   "  - {when: {pattern: denied, detail: \"*expired*\"}, kind: access.denied, reason: expired}\n"
                   "  - {when: {pattern: denied}, kind: access.denied, reason: other}\n"
                   "  - {when: {pattern: held}, kind: door.held}\n"
                   "  - {when: {program: cron}, kind: skip}\n");
  const std::string log = folder.write(
      "acs.log",
      "<134>1 2026-03-12T22:31:05.5+01:00 acs-1 acsd 212 - - Door D-017 denied card 88-2140 (card expired)\n"
      "2026-03-12T22:31:06+01:00 acs-1 acsd[212]: Door West gate denied card 7 (late)\n"
      "2026-03-12T22:31:07+01:00 acs-1 acsd: Door D-018 open for 31 s\n"
      "2026-03-12T22:31:08+01:00 acs-1 cron: nightly\n"
      "2026-03-12T22:31:09+01:00 acs-1 acsd: Something new\n"
      "no log line\n");
  SourceMade made = make_mapped(*parse_source_spec("mapped:" + log + ",map=" + map), "access");
  if (!made.problems.empty()) FAIL(test::problems_of(made));
  const test::ReadOnce once = test::read_once(*made.source);
  REQUIRE(once.events.size() == 4);
  const Event& e = once.events[0];
  CHECK(e.kind == "access.denied");
  CHECK(e.time == utc_from_civil(2026, 3, 12, 21, 31, 5) + 500 * kMillisecond);
  CHECK(e.field("door.id") == "D-017");
  CHECK(e.field("credential.id") == "88-2140");
  CHECK(e.field("reason") == "expired");
  CHECK(e.field("host") == "acs-1");
  CHECK(e.field("program") == "acsd");
  CHECK(once.events[1].field("door.id") == "West gate");
  CHECK(once.events[1].field("reason") == "other");
  CHECK(once.events[2].kind == "door.held");
  CHECK(once.events[2].field("open_s") == "31");
  CHECK(once.events[3].kind == "other");
  CHECK(once.events[3].field("message") == "Something new");
  CHECK(made.source->status().refused == 1);

  const std::string plain = folder.write("plain.yaml",
                                         "v: 1\n"
                                         "format: text\n"
                                         "line: plain\n"
                                         "time: {column: at, format: \"%d.%m.%Y %H:%M:%S\", zone: UTC}\n"
                                         "patterns: {opened: \"{at} | {door.id} | opened\"}\n"
                                         "kinds: [{when: {pattern: opened}, kind: door.opened}]\n"
                                         "unknown: refuse\n");
  const std::string lines = folder.write("plain.log", "12.03.2026 22:31:05 | D-1 | opened\nrubbish\n");
  SourceMade other = make_mapped(*parse_source_spec("mapped:" + lines + ",map=" + plain), "access");
  if (!other.problems.empty()) FAIL(test::problems_of(other));
  const test::ReadOnce second = test::read_once(*other.source);
  REQUIRE(second.events.size() == 1);
  CHECK(second.events[0].time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  CHECK(second.events[0].field("door.id") == "D-1");
  CHECK(other.source->status().refused == 1);
}

}  // namespace
}  // namespace wf::kit
