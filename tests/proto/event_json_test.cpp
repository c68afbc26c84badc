#include "proto/event_json.hpp"

#include <algorithm>

#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

using test::EventGenerator;

std::string line_of(const Event& event) {
  std::string out;
  append_json_line(event, out);
  return out;
}

std::vector<Field> flat(std::string_view json, std::string_view prefix = "") {
  std::vector<Field> fields;
  const auto done = flatten_json(json, prefix, fields);
  if (!done) FAIL(done.error().text());
  return fields;
}

// Fields of one name stand together in a line, at the place of the first.
std::vector<Field> grouped(const std::vector<Field>& fields) {
  std::vector<Field> out;
  for (const Field& f : fields) {
    const auto same = [&](const Field& o) { return o.name == f.name; };
    if (std::any_of(out.begin(), out.end(), same)) continue;
    std::copy_if(fields.begin(), fields.end(), std::back_inserter(out), same);
  }
  return out;
}

TEST_CASE("an event is one line with every part of it") {
  Event event;
  event.id = "door-1:7:1:42";
  event.time = 1'769'846'400'123'000'000;
  event.seen = 1'769'846'401'000'000'000;
  event.agent = "door-1";
  event.source = "mapped:/var/door.csv";
  event.kind = "access.denied";
  event.severity = 2;
  event.logsource = {"watchfloor", "access", "access"};
  event.drill = true;
  event.add("door.id", "D \"1\"\n");
  event.add("zone", "1", ValueType::number);
  event.add("tag", "a");
  event.add("open", "true", ValueType::boolean);
  event.add("tag", "", ValueType::null);
  CHECK(line_of(event) ==
        R"({"v":1,"id":"door-1:7:1:42","time":"2026-01-31T08:00:00.123Z","seen":"2026-01-31T08:00:01Z",)"
        R"("agent":"door-1","source":"mapped:/var/door.csv","kind":"access.denied","severity":2,)"
        R"("logsource":{"product":"watchfloor","service":"access","category":"access"},"drill":true,)"
        R"("fields":{"door.id":"D \"1\"\n","zone":1,"tag":["a",null],"open":true}})");
}

TEST_CASE("a line that was written is read back as the same event") {
  EventGenerator generator(51);
  for (int round = 0; round < 2000; ++round) {
    Event event = generator.event();
    event.id = generator.text();
    event.agent = generator.text();
    if (event.kind.empty()) event.kind = "other";
    event.time = 1'700'000'000 * kSecond + static_cast<std::int64_t>(generator.below(1'000'000'000'000));
    if (event.seen != 0) event.seen = event.time + 5;
    const std::string line = line_of(event);
    REQUIRE(line.find('\n') == std::string::npos);
    const auto read = parse_json_line(line);
    INFO(line);
    REQUIRE(read);
    event.fields = grouped(event.fields);
    REQUIRE(*read == event);
    REQUIRE(line_of(*read) == line);
  }
}

TEST_CASE("what calls itself a number or a boolean and is none is written as text, so that the line stays JSON") {
  Event event;
  event.kind = "other";
  const char* text = GENERATE("", "01", "1.", ".5", "+1", "0x1f", "NaN", "1e", "-", "1 ", "true,\"x\":1", "1\n");
  event.add("n", text, ValueType::number);
  event.add("b", text, ValueType::boolean);
  const auto read = parse_json_line(line_of(event));
  REQUIRE(read);
  CHECK(read->fields == std::vector<Field>{{"n", text, ValueType::string}, {"b", text, ValueType::string}});
}

TEST_CASE("bytes that are not UTF-8 become replacement characters in a line") {
  Event event;
  event.kind = "other";
  event.add("x", "a\xff");
  CHECK(parse_json_line(line_of(event))->field("x") == "a\xef\xbf\xbd");
  CHECK(parse_json_line("{\"time\":1,\"kind\":\"a\xff\"}")->kind == "a\xef\xbf\xbd");
}

TEST_CASE("nested fields are flattened with dots, arrays become repeated fields") {
  CHECK(flat(R"({"a":{"b":[1,[2,"x"],{"c":null}],"d":{}},"e":[],"f":false})") ==
        std::vector<Field>{{"a.b", "1", ValueType::number},
                           {"a.b", "2", ValueType::number},
                           {"a.b", "x", ValueType::string},
                           {"a.b.c", "", ValueType::null},
                           {"f", "false", ValueType::boolean}});
  CHECK(flat(R"({"a":1})", "eve.") == std::vector<Field>{{"eve.a", "1", ValueType::number}});
  CHECK(parse_json_line(R"({"time":1,"fields":{"alert":{"severity":2},"id.orig_h":"10.0.0.1"}})")->fields ==
        std::vector<Field>{{"alert.severity", "2", ValueType::number}, {"id.orig_h", "10.0.0.1", ValueType::string}});
}

TEST_CASE("numbers keep the text that their source wrote") {
  CHECK(flat(R"({"a":1.50,"b":123456789012345678901234567890,"c":-0,"d":1E+2})") ==
        std::vector<Field>{{"a", "1.50", ValueType::number},
                           {"b", "123456789012345678901234567890", ValueType::number},
                           {"c", "-0", ValueType::number},
                           {"d", "1E+2", ValueType::number}});
}

TEST_CASE("escapes of RFC 8259 are read; half a surrogate pair costs one character") {
  CHECK(flat(R"({"\u0061":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})") ==
        std::vector<Field>{{"a", "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80", ValueType::string}});
  CHECK(flat(R"({"a":"\ud83dx","b":"\ude00","c":"\ud83d\u0041","d":"\u0000"})") ==
        std::vector<Field>{{"a", "\xef\xbf\xbdx", ValueType::string},
                           {"b", "\xef\xbf\xbd", ValueType::string},
                           {"c",
                            "\xef\xbf\xbd"
                            "A",
                            ValueType::string},
                           {"d", std::string(1, '\0'), ValueType::string}});
}

TEST_CASE("everything but the time may be absent, and what a newer version adds is passed over") {
  const auto bare = parse_json_line(R"({"time":"2026-01-31T08:00:00Z"})");
  REQUIRE(bare);
  CHECK(bare->time == 1'769'846'400 * kSecond);
  CHECK(bare->kind == "other");
  const auto newer = parse_json_line(
      R"({"v":9,"time":1,"kind":"door.held","severity":6,"weather":{"rain":[true]},"logsource":{"product":"x","colour":3}})");
  REQUIRE(newer);
  CHECK(newer->time == 1);
  CHECK(newer->severity == 5);
  CHECK(newer->logsource == Logsource{"x", "", ""});
  CHECK(parse_json_line(R"({"time":1,"severity":77})")->severity == 0);
  CHECK(parse_json_line(R"({"time":1,"agent":null,"seen":null})")->agent.empty());
}

TEST_CASE("what is no event is refused in one line that says why") {
  const auto [line, why] = GENERATE(table<const char*, const char*>({
      {"", "not a JSON object"},
      {"   ", "not a JSON object"},
      {"null", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"\"x\"", "not a JSON object"},
      {"{}", "has no 'time'"},
      {R"({"time":null})", "'time' is not a time"},
      {R"({"time":"yesterday"})", "is not a time"},
      {R"({"time":1.5})", "whole number of nanoseconds"},
      {R"({"time":99999999999999999999})", "whole number of nanoseconds"},
      {R"({"time":1,"kind":5})", "'kind' is not text"},
      {R"({"time":1,"severity":"high"})", "'severity' is not a number"},
      {R"({"time":1,"fields":[1]})", "'fields' is not an object"},
      {R"({"time":1} x)", "not a JSON object"},
      {R"({"time":1}{"time":2})", "not a JSON object"},
      {R"({"time":1,})", "not a JSON object"},
      {R"({"time":1 "kind":"x"})", "not a JSON object"},
      {R"({"time":1,"a":tru})", "not a JSON object"},
      {R"({"time":1,"a":01})", "not a JSON object"},
      {R"({"time":1,"a":"\q"})", "not a JSON object"},
      {R"({"time":1,"a":"\u12"})", "not a JSON object"},
      {R"({"time":1,"a":[1,2}})", "not a JSON object"},
      {R"({"time":1,"a":{"b":1]})", "not a JSON object"},
      {"{\"time\":1,\"a\":\"\x01\"}", "not a JSON object"},
  }));
  const auto read = parse_json_line(line);
  INFO(line);
  REQUIRE_FALSE(read);
  CHECK(read.error().text().find(why) != std::string::npos);
  CHECK(read.error().text().find('\n') == std::string::npos);
}

TEST_CASE("a line that stands for too much is refused") {
  std::string deep = R"({"time":1,"fields":)";
  for (int i = 0; i < 70; ++i) deep += R"({"a":)";
  deep += "1" + std::string(71, '}');
  CHECK(parse_json_line(deep).error().what.find("nested deeper") != std::string::npos);
  std::string arrays = R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  std::vector<Field> fields;
  CHECK_FALSE(flatten_json(arrays, "", fields));
  std::string many = R"({"a":[1)";
  for (int i = 0; i < 9000; ++i) many += ",1";
  CHECK(flatten_json(many + "]}", "", fields).error().what.find("more than 8192 fields") != std::string::npos);
  CHECK(flatten_json("{\"" + std::string(2000, 'n') + "\":1}", "", fields).error().what.find("name is longer") !=
        std::string::npos);
  CHECK(flatten_json(R"({"a":")" + std::string(5U << 20U, 'x') + "\"}", "", fields).error().what.find("limit") !=
        std::string::npos);
  CHECK(fields.empty());  // a refusal leaves nothing behind
  CHECK(flatten_json(R"({"a":")" + std::string(2U << 20U, 'x') + "\"}", "", fields));
  CHECK(fields.size() == 1);
}

TEST_CASE("a line cut short anywhere is refused") {
  EventGenerator generator(52);
  for (int round = 0; round < 30; ++round) {
    const std::string line = line_of(generator.event());
    for (std::size_t length = 0; length < line.size(); ++length) {
      const std::vector<char> cut(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(length));
      REQUIRE_FALSE(parse_json_line({cut.data(), cut.size()}));
    }
  }
}

TEST_CASE("random damage to a line never crashes, and what is still read is written as a line again") {
  EventGenerator generator(53);
  std::vector<std::string> lines;
  for (int i = 0; i < 50; ++i) {
    Event event = generator.event();
    event.time = i;
    lines.push_back(line_of(event));
  }
  int read = 0;
  for (int round = 0; round < 30'000; ++round) {
    const auto event = parse_json_line(generator.mutated(lines[generator.below(lines.size())]));
    if (!event) continue;
    ++read;
    const auto again = parse_json_line(line_of(*event));
    REQUIRE(again);
    REQUIRE(line_of(*again) == line_of(*event));
  }
  CHECK(read > 0);
}

}  // namespace
}  // namespace wf
