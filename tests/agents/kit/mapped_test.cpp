#include "agents/kit/mapped/mapped.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "agents/kit/mapped/mapped_csv.hpp"
#include "agents/kit/mapped/mapped_mapping.hpp"
#include "agents/kit/spool/attachments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::kit {
namespace {

using wf::test::Collected;
using wf::test::problems_of;
using wf::test::read_once;
using wf::test::ReadOnce;
using wf::test::TemporaryFolder;

constexpr const char* kDoor =
    "v: 1\n"
    "format: csv\n"
    "separator: \";\"\n"
    "time: {column: Timestamp, format: \"%Y-%m-%d %H:%M:%S.%f\", zone: Europe/Amsterdam}\n"
    "fields: {door.id: Door, credential.id: Card, person.name: Holder}\n"
    "constants: {site.id: rotterdam}\n"
    "kinds:\n"
    "  - {when: {Event: Access granted}, kind: access.granted}\n"
    "  - {when: {Event: Access denied, Detail: Unknown card}, kind: access.denied, reason: credential unknown}\n"
    "  - {when: {Event: Access denied}, kind: access.denied, reason: other, severity: high}\n"
    "  - {when: {Event: Heartbeat}, kind: skip}\n"
    "  - {when: {Event: \"Door*forced*\"}, kind: door.forced}\n";
constexpr const char* kHeader = "Timestamp;Door;Event;Card;Holder;Detail\n";

struct Mapped {
  TemporaryFolder folder;
  std::string path, map;

  Mapped(const std::string& mapping, const std::string& data)
      : path(folder.write("data", data)), map(folder.write("map.yaml", mapping)) {}
  SourceMade make(const std::string& options = {}) const {
    return make_mapped(*parse_source_spec("mapped:" + path + ",map=" + map + options), "access");
  }
  std::unique_ptr<Source> source(const std::string& options = {}) const {
    SourceMade made = make(options);
    if (!made.problems.empty()) FAIL(problems_of(made));
    return std::move(made.source);
  }
  ReadOnce read(const std::string& options = {}) const { return read_once(*source(options)); }
};

std::string problems_with(const std::string& mapping) {
  std::vector<Error> problems;
  static_cast<void>(read_mapping(mapping, "door.yaml", problems));
  std::string out;
  for (const Error& problem : problems) out += problem.text() + "\n";
  return out;
}

TEST_CASE("a CSV record becomes an event with native and normalised fields") {
  const Mapped m(kDoor,
                 std::string(kHeader) + "2026-03-12 22:31:05.120;D-017;Access denied;88-2140;M. Novak;Unknown card\n");
  const ReadOnce read = m.read();
  REQUIRE(read.events.size() == 1);
  const Event& e = read.events[0];
  CHECK(e.time == utc_from_civil(2026, 3, 12, 21, 31, 5) + 120 * kMillisecond);
  CHECK(e.kind == "access.denied");
  CHECK(e.severity == 2);
  CHECK(e.logsource == Logsource{"watchfloor", "access", "access"});
  CHECK(e.field("Event") == "Access denied");
  CHECK(e.field("door.id") == "D-017");
  CHECK(e.field("credential.id") == "88-2140");
  CHECK(e.field("person.name") == "M. Novak");
  CHECK(e.field("site.id") == "rotterdam");
  CHECK(e.field("reason") == "credential unknown");
  CHECK(read.status.read == 2);
  CHECK(read.status.state == "ended");
}

TEST_CASE("the first row that matches decides; empty columns make no fields") {
  const Mapped m(kDoor, std::string(kHeader) +
                            "2026-03-12 22:31:05;D-1;access DENIED;;;Whatever\n"
                            "2026-03-12 22:31:06.5;D-1;Heartbeat;;;\n"
                            "2026-03-12 22:31:07.5;D-1;Door was forced open;;;\n");
  const ReadOnce read = m.read();
  REQUIRE(read.events.size() == 2);
  CHECK(read.events[0].field("reason") == "other");
  CHECK(read.events[0].severity == 4);
  CHECK(read.events[1].kind == "door.forced");
  for (const Field& f : read.events[1].fields) {
    CHECK(f.name != "credential.id");
    CHECK(f.name != "Card");
  }
}

TEST_CASE("a record that no row matches is 'other' unless told otherwise, and is counted and shown in any case") {
  const std::string data = std::string(kHeader) + "2026-03-12 22:31:05.1;D-1;Coffee ready;;;\n";
  const ReadOnce other = Mapped(kDoor, data).read();
  REQUIRE(other.events.size() == 1);
  CHECK(other.events[0].kind == "other");
  CHECK(other.status.problem.find("1 record has no kind in ") == 0);
  CHECK(other.status.problem.find("Event=Coffee ready") != std::string::npos);
  const ReadOnce skipped = Mapped(std::string(kDoor) + "unknown: skip\n", data).read();
  CHECK(skipped.events.empty());
  CHECK(skipped.status.problem.find("1 record has no kind") == 0);
  const ReadOnce refused = Mapped(std::string(kDoor) + "unknown: refuse\n", data).read();
  CHECK(refused.events.empty());
  CHECK(refused.status.refused == 1);
}

TEST_CASE("records that cannot be used are refused with file and line") {
  const Mapped m(kDoor, std::string(kHeader) +
                            "yesterday;D-1;Access granted;;;\n"
                            "2026-03-12 22:31:05.1;D-1;Access granted\n"
                            "2026-03-12 22:31:05.1;D-1;Access granted;1;2;3;4\n"
                            "2026-02-30 22:31:05.1;D-1;Access granted;;;\n"
                            ";D-1;Access granted;;;\n"
                            "2026-03-12 22:31:05.1;D-1;Access granted;;;;;\n"
                            "2026-03-12 22:31:05.1;\"D-1;Access granted;;;\n");
  const ReadOnce read = m.read();
  CHECK(read.events.size() == 1);
  CHECK(read.status.refused == 6);
  CHECK(read.status.problem == m.path + ":8: a quoted column is not closed");
}

TEST_CASE("quoted columns hold separators, quotes and line ends") {
  const Mapped m(kDoor, std::string(kHeader) + "2026-03-12 22:31:05.1;\"D;1\";Access granted;\"8\"\"8\";\"A\nB\";\r\n");
  const ReadOnce read = m.read();
  REQUIRE(read.events.size() == 1);
  CHECK(read.events[0].field("door.id") == "D;1");
  CHECK(read.events[0].field("credential.id") == "8\"8");
  CHECK(read.events[0].field("person.name") == "A\nB");
}

TEST_CASE("columns of RFC 4180, of which no hostile record makes more than it has") {
  const auto split = [](std::string_view record) {
    std::vector<std::string> columns{"old", "old", "old", "old"};
    std::string out;
    if (!split_csv(record, ',', columns)) return std::string("!");
    for (const std::string& c : columns) out += "[" + c + "]";
    return out;
  };
  CHECK(split("") == "[]");
  CHECK(split("a,b") == "[a][b]");
  CHECK(split(",") == "[][]");
  CHECK(split("\"a,b\",c") == "[a,b][c]");
  CHECK(split("\"a\"\"b\"") == "[a\"b]");
  CHECK(split("\"\"") == "[]");
  CHECK(split("\"a\"x,b") == "[ax][b]");
  CHECK(split("a\"b,c") == "[a\"b][c]");
  CHECK(split("\"a") == "!");
  CHECK(split("\"a\"\"") == "!");
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string record;
    for (auto n = random() % 24; n > 0; --n) record += "\",\"a\n;"[random() % 6];
    static_cast<void>(split(record));
  }
}

TEST_CASE("a file with a byte order mark, and one in Latin-1") {
  CHECK(Mapped(kDoor, "\xef\xbb\xbf" + std::string(kHeader) + "2026-03-12 22:31:05.1;D-1;Access granted;;;\n")
            .read()
            .events.size() == 1);
  const Mapped latin(std::string(kDoor) + "encoding: latin-1\n",
                     std::string(kHeader) + "2026-03-12 22:31:05.1;D-1;Access granted;;Ren\xe9;\n");
  CHECK(latin.read().events.at(0).field("person.name") == "Ren\xc3\xa9");
}

TEST_CASE("columns by number and by names of the mapping") {
  const std::string rest =
      "time: {column: ['#1', '#2'], format: '%d/%m/%y %I:%M %p', zone: UTC}\n"
      "fields: {door.id: '#3'}\n"
      "kinds: [{when: {'#4': in}, kind: access.granted}]\n";
  const std::string data = "12/03/26,10:31 pm,D-9,in\n";
  const ReadOnce bare = Mapped("v: 1\nformat: csv\nheader: false\n" + rest, data).read();
  REQUIRE(bare.events.size() == 1);
  CHECK(bare.events[0].time == utc_from_civil(2026, 3, 12, 22, 31));
  CHECK(bare.events[0].field("door.id") == "D-9");
  CHECK(bare.events[0].field("#4") == "in");
  const ReadOnce named = Mapped("v: 1\nformat: csv\nheader: [Date, Time, Door, Way]\n" + rest, data).read();
  REQUIRE(named.events.size() == 1);
  CHECK(named.events[0].field("Way") == "in");
  CHECK(problems_with("v: 1\nformat: csv\nheader: [Date]\n" + rest)
            .find("door.yaml:4: column '#2' is not in the header") == 0);
}

TEST_CASE("a header without a column of the mapping is one clear line, and check says it before") {
  const Mapped m(kDoor, "Timestamp;Dor;Event;Card;Holder;Detail\n2026-03-12 22:31:05.1;D-1;Access granted;;;\n");
  const ReadOnce read = m.read();
  CHECK(read.events.empty());
  CHECK(read.status.refused == 2);
  const std::string expected = m.map + ":5: column 'Door' is not in the header of " + m.path +
                               "; it has: Timestamp, Dor, Event, Card, Holder, Detail";
  CHECK(read.status.problem == expected);
  const std::vector<Error> problems = m.source()->check();
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text() == expected);
  CHECK(Mapped(kDoor, kHeader).source()->check().empty());
}

TEST_CASE("following goes on behind a restart and through a rotation, each file with its own header") {
  const Mapped m(kDoor, std::string(kHeader) + "2026-03-12 22:31:05.1;D-1;Access granted;;;\n");
  std::string position;
  const auto events = [&] {
    auto source = m.source();
    REQUIRE(source->start(position, false, {}));
    Collected sink;
    while (source->step(sink, {})) {
    }
    position = source->position();
    return std::move(sink.events);
  };
  CHECK(events().size() == 1);
  m.folder.append("data", "2026-03-12 22:31:06.1;D-2;Access granted;;;\n");
  const std::vector<Event> second = events();
  REQUIRE(second.size() == 1);
  CHECK(second[0].field("door.id") == "D-2");
  m.folder.rename("data", "data.1");
  m.folder.write("data", "Door;Timestamp;Event;Card;Holder;Detail\nD-3;2026-03-12 22:31:07.1;Access granted;;;\n");
  const std::vector<Event> third = events();
  REQUIRE(third.size() == 1);
  CHECK(third[0].field("door.id") == "D-3");
}

TEST_CASE("in the hour that occurs twice the records stay in order") {
  const Mapped m(kDoor, std::string(kHeader) +
                            "2026-10-25 02:30:00.0;D-1;Access granted;;;\n"
                            "2026-10-25 02:59:00.0;D-1;Access granted;;;\n"
                            "2026-10-25 02:01:00.0;D-1;Access granted;;;\n");
  const ReadOnce read = m.read();
  REQUIRE(read.events.size() == 3);
  CHECK(read.events[0].time == utc_from_civil(2026, 10, 25, 0, 30));
  CHECK(read.events[1].time == utc_from_civil(2026, 10, 25, 0, 59));
  CHECK(read.events[2].time == utc_from_civil(2026, 10, 25, 1, 1));
  CHECK(m.read(",tz=UTC").events[0].time == utc_from_civil(2026, 10, 25, 2, 30));
}

constexpr const char* kCamera =
    "v: 1\n"
    "format: json_lines\n"
    "time: {column: t, format: epoch_ms}\n"
    "fields: {camera.id: [c.new, c.old], object: object, tag: tags}\n"
    "drop: [blob]\n"
    "kinds:\n"
    "  - {when: {e: seen, gone: ''}, kind: camera.object, set: {count: 2, near: true, code: '07'}}\n";

TEST_CASE("JSON lines are mapped by path; lists give repeated fields; constants keep their type") {
  const Mapped m(
      kCamera,
      R"({"t":1773350921000.5,"e":"seen","c":{"old":"C-1"},"object":"person","tags":["a","b"],"blob":"x","gone":null})"
      "\n"
      "broken\n"
      R"({"t":"soon","e":"seen"})"
      "\n"
      R"({"t":1,"e":"seen","gone":"yes"})"
      "\n");
  const ReadOnce read = m.read();
  REQUIRE(read.events.size() == 2);
  const Event& e = read.events[0];
  CHECK(e.time == 1'773'350'921'000 * kMillisecond + 500'000);
  CHECK(e.field("camera.id") == "C-1");
  CHECK(std::count_if(e.fields.begin(), e.fields.end(), [](const Field& f) { return f.name == "object"; }) == 1);
  CHECK(std::count_if(e.fields.begin(), e.fields.end(), [](const Field& f) { return f.name == "tag"; }) == 2);
  CHECK(e.field("blob").empty());
  const auto has = [&](const Field& f) { return std::find(e.fields.begin(), e.fields.end(), f) != e.fields.end(); };
  CHECK(has({"count", "2", ValueType::number}));
  CHECK(has({"near", "true", ValueType::boolean}));
  CHECK(has({"code", "07", ValueType::string}));
  CHECK(read.events[1].kind == "other");
  CHECK(read.status.refused == 2);
}

TEST_CASE("a list of records inside one object, and an element of a list chosen by its key") {
  const Mapped m(
      "v: 1\nformat: json\nrecords: data.Event\n"
      "time: {column: UtcTime}\n"
      "fields: {credential.id: 'KeyValues[Key=Card].Value'}\n"
      "kinds:\n  - {when: {'KeyValues[Key=topic1].Value': AccessGranted}, kind: access.granted}\n",
      "{\"data\": {\"Event\": [\n"
      R"({"UtcTime":"2013-10-28T09:13:23Z","KeyValues":[{"Key":"Card","Value":"7","Tags":["x"]},{"Key":"topic1","Value":"AccessGranted"}]},)"
      "\n"
      R"({"UtcTime":"2013-10-28T09:13:24Z","KeyValues":[{"Key":"topic1","Value":"AccessGranted"},{"Key":"Card","Value":"8"}]})"
      "]}}\n{\"data\": 5}");
  const ReadOnce read = m.read();
  REQUIRE(read.events.size() == 2);
  CHECK(read.events[0].kind == "access.granted");
  CHECK(read.events[0].field("credential.id") == "7");
  CHECK(read.events[1].field("credential.id") == "8");
  CHECK(read.status.refused == 1);
}

TEST_CASE("the time of its arrival is none of a record in a file") {
  const Mapped m("v: 1\nformat: csv\ntime: arrival\nkinds: [{kind: door.held}]\n", "E\na\n");
  CHECK(problems_of(m.make()).find("records of a file did not happen when they are read; name the column") !=
        std::string::npos);
}

TEST_CASE("every mistake of a mapping is one line with its place") {
  const std::string good =
      "v: 1\nformat: csv\ntime: {column: T, format: rfc3339}\nkinds: [{when: {E: a}, kind: door.held}]\n";
  REQUIRE(problems_with(good).empty());
  const auto with = [&](const std::string& line) { return problems_with(good + line); };
  CHECK(with("colums: {a: b}\n").find("door.yaml:5: unknown key 'colums'; there are: v, format") == 0);
  CHECK(with("encoding: utf-16\n").find("door.yaml:5: 'encoding' is utf-8 or latin-1") == 0);
  CHECK(with("separator: ab\n").find("door.yaml:5: 'separator' is one character") == 0);
  CHECK(with("unknown: drop\n").find("door.yaml:5: 'unknown' is other, skip or refuse") == 0);
  CHECK(with("records: a\n").find("door.yaml:5: 'records' is for format: json only") == 0);
  CHECK(with("patterns: {a: b}\n").find("door.yaml:5: 'patterns' is for format: text only") == 0);
  const auto lines = [](const std::string& more) {
    return problems_with("v: 1\nformat: text\nkinds: [{kind: door.held}]\n" + more);
  };
  CHECK(lines("patterns: {a: b}\n").empty());
  CHECK(lines("").find("'patterns' is missing") != std::string::npos);
  CHECK(lines("patterns: {a: \"{b\"}\n").find("door.yaml:4: a '{' is not closed") == 0);
  CHECK(lines("patterns: {a: b}\nline: long\n").find("door.yaml:5: 'line' is syslog or plain") == 0);
  CHECK(lines("patterns: {a: b}\nline: plain\n").find("'time' is missing") != std::string::npos);
  CHECK(lines("patterns: {a: b}\ntime: {zone: Mars}\n").find("door.yaml:5: there is no time zone 'Mars'") == 0);
  CHECK(with("fields: [a]\n").find("door.yaml:5: 'fields' is a table of keys") == 0);
  CHECK(with("fields: {a: 'x[y.z'}\n").find("door.yaml:5: column 'x[y.z' cannot be read") == 0);
  CHECK(with("header: maybe\n").find("door.yaml:5: 'header' is true, false or a list") == 0);
  const auto kind = [](const std::string& row) {
    return problems_with("v: 1\nformat: csv\ntime: {column: T}\nkinds:\n  - " + row + "\n");
  };
  CHECK(kind("{kind: door.force}") == "door.yaml:5: there is no kind 'door.force'; did you mean door.forced?\n");
  CHECK(kind("{when: {E: a}}").find("door.yaml:5: a row of 'kinds' has no kind") == 0);
  CHECK(kind("{kind: door.held, severity: loud}").find("door.yaml:5: 'severity' is information") == 0);
  CHECK(kind("{kind: door.held, wen: {E: a}}").find("door.yaml:5: unknown key 'kinds.wen'") == 0);
  const auto time = [](const std::string& time) {
    return problems_with("v: 1\nformat: csv\ntime: " + time + "\nkinds: [{kind: door.held}]\n");
  };
  CHECK(time("{column: T, format: \"%Y-%m-%d\"}").find("door.yaml:3: this time format has no offset") == 0);
  CHECK(time("{column: T, format: \"%Y-%m-%Q\", zone: UTC}").find("door.yaml:3: time format '%Q' is not known") == 0);
  CHECK(time("{column: T, format: \"%H:%M\", zone: UTC}").find("does not make a date") != std::string::npos);
  CHECK(time("{column: T, zone: Mars}").find("door.yaml:3: there is no time zone 'Mars'") == 0);
  CHECK(time("{format: rfc3339}").find("'time.column' is missing") != std::string::npos);
  CHECK(problems_with("v: 2\nformat: xml\n").find("door.yaml:1: this build reads mappings with v: 1") == 0);
  CHECK(problems_with("v: 1\n").find("'format' is missing") != std::string::npos);
  CHECK(problems_with("a: [b\n").find("door.yaml:") == 0);
  CHECK(problems_with("- a\n").find("a mapping is a table of keys") != std::string::npos);
  CHECK_FALSE(problems_with("").empty());
}

TEST_CASE("what is wrong with a mapped source is said") {
  const auto problems = [](const char* spec) { return problems_of(make_mapped(*parse_source_spec(spec), "access")); };
  CHECK(problems("mapped:/x").find("needs a mapping") != std::string::npos);
  CHECK(problems("mapped:/x,map=/nonexistent").find("/nonexistent: the mapping cannot be read") == 0);
  CHECK(problems("mapped:/x,map=/nonexistent,colour=red").find("no option 'colour'") != std::string::npos);
}

TEST_CASE("a file in order stays in order through both change days") {
  const auto in = [](const char* zone, const std::string& day, std::initializer_list<const char*> times) {
    std::string data = kHeader;
    for (const char* time : times) data += day + " " + time + ";D-1;Access granted;;;\n";
    const ReadOnce read = Mapped(kDoor, data).read(std::string(",tz=") + zone);
    std::vector<UtcNs> out;
    for (const Event& event : read.events) out.push_back(event.time);
    return out;
  };
  const auto at = [](UtcNs day, std::initializer_list<int> minutes) {
    std::vector<UtcNs> out;
    for (const int minute : minutes) out.push_back(day + minute * kMinute);
    return out;
  };
  // Minutes of UTC since midnight; the hour from 02:00 comes twice, and two records of it change places.
  CHECK(in("Europe/Amsterdam", "2026-10-25",
           {"01:50:00", "02:10:00", "02:50:00", "02:48:00", "02:10:00", "02:50:00", "03:10:00"}) ==
        at(utc_from_civil(2026, 10, 25), {-10, 10, 50, 48, 70, 110, 130}));
  CHECK(
      in("Australia/Sydney", "2026-04-05", {"01:50:00", "02:10:00", "02:50:00", "02:10:00", "02:50:00", "03:10:00"}) ==
      at(utc_from_civil(2026, 4, 4, 15), {-10, 10, 50, 70, 110, 130}));
  // With the newest record first only the later of the two hours can be meant.
  CHECK(in("Europe/Amsterdam", "2026-10-25", {"03:10:00", "02:50:00", "02:10:00", "02:50:00", "01:50:00"}) ==
        at(utc_from_civil(2026, 10, 25), {130, 110, 70, 110, -10}));
  // The hour from 02:00 does not come; a clock that is set forward late goes on in it.
  CHECK(in("Europe/Amsterdam", "2026-03-29", {"01:50:00", "02:10:00", "03:20:00"}) ==
        at(utc_from_civil(2026, 3, 29), {50, 70, 80}));
  CHECK(in("Australia/Sydney", "2026-10-04", {"01:50:00", "02:10:00", "03:20:00"}) ==
        at(utc_from_civil(2026, 10, 3, 15), {50, 70, 80}));
}

TEST_CASE("times of every form") {
  const auto [format, text, expected] = GENERATE(table<std::string, std::string, std::int64_t>({
      {"epoch_s", "1773350921", 1'773'350'921 * kSecond},
      {"epoch_s", "1773350921.25", 1'773'350'921 * kSecond + kSecond / 4},
      {"epoch_ms", "1773350921000", 1'773'350'921 * kSecond},
      {"epoch_us", "1773350921000001", 1'773'350'921 * kSecond + 1000},
      {"epoch_ns", "1773350921000000001", 1'773'350'921 * kSecond + 1},
      {"epoch_s", "-1", -kSecond},
      {"rfc3339", "2026-03-12T21:28:41Z", 1'773'350'921 * kSecond},
      {"%Y-%m-%dT%H:%M:%S%z", "2026-03-12T22:28:41+01:00", 1'773'350'921 * kSecond},
      {"%d %b %Y %I:%M:%S %p", "12 Mar 2026 9:28:41 PM", 1'773'350'921 * kSecond},
      {"%d %b %Y %I:%M:%S %p", "12 mar 2026 12:00:00 am", utc_from_civil(2026, 3, 12)},
      {"%Y %j %H%M", "2026 71 2128", utc_from_civil(2026, 3, 12, 21, 28)},
      {"%Y-%m-%d %H:%M:%S.%f", "2026-03-12 21:28:41", 1'773'350'921 * kSecond},
      {"%Y-%m-%d %H:%M:%S,%f", "2026-03-12 21:28:41,5", 1'773'350'921 * kSecond + kSecond / 2},
  }));
  Zone zone;
  const Result<TimeFormat> parsed = TimeFormat::parse(format, "test");
  INFO(format << " " << text);
  REQUIRE(parsed);
  const Result<UtcNs> time = parsed->read(text, zone, {});
  REQUIRE(time);
  CHECK(*time == expected);
  for (const char* bad : {"", "x", "2026-02-30 00:00:00.0", "99999999999999999999", "1773350921x"})
    CHECK_FALSE(parsed->read(bad, zone, {}));
}

TEST_CASE("wildcards") {
  CHECK(wildcard("Door was forced open", "door*FORCED*"));
  CHECK(wildcard("", "*"));
  CHECK(wildcard("aXbXc", "a*b*c"));
  CHECK_FALSE(wildcard("abcd", "a*c"));
  CHECK_FALSE(wildcard("a", "ab"));
  CHECK(wildcard(std::string(5000, 'a') + "b", "*a*a*a*b"));
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST_CASE("the examples of the documentation and the mappings of the sample estate have no mistakes") {
  const std::filesystem::path root = WF_SOURCE_DIR;
  const std::string page = content(root / "agents/kit/mapped/README.md");
  std::size_t at = 0;
  int examples = 0;
  while ((at = page.find("```yaml\n", at)) != std::string::npos) {
    at += 8;
    CHECK(problems_with(page.substr(at, page.find("```", at) - at)).empty());
    ++examples;
  }
  CHECK(examples == 3);
  int mappings = 0;
  for (const auto& file : std::filesystem::directory_iterator(root / "assets/mappings")) {
    INFO(file.path());
    CHECK(problems_with(content(file.path())).empty());
    ++mappings;
  }
  CHECK(mappings >= 3);
}

TEST_CASE("damaged mappings and data never crash") {
  std::mt19937 random(9);
  const auto damaged = [&](std::string text) {
    for (int n = 0; n < 3; ++n) {
      const std::size_t at = random() % text.size();
      text[at] = static_cast<char>(random() % 2 == 0 ? random()
                                                     : static_cast<unsigned char>("{}[]:,'\"#*&\n "[random() % 13]));
    }
    return text;
  };
  for (int i = 0; i < 500; ++i) static_cast<void>(problems_with(damaged(kDoor)));
  for (int i = 0; i < 150; ++i)
    static_cast<void>(
        Mapped(kDoor, damaged(std::string(kHeader) + "2026-03-12 22:31:05.120;\"D\";Access denied;8;M;U\n")).read());
}

constexpr const char* kSnapshots =
    "v: 1\n"
    "format: json_lines\n"
    "time: {column: t, format: epoch_s}\n"
    "fields: {camera.id: camera}\n"
    "attach: {path: [snapshot, clip]}\n"
    "kinds: [{when: {camera: \"*\"}, kind: camera.object}]\n";

TEST_CASE("a mapping attaches the files that a record names, from the installer's directory and nowhere else") {
  const std::string still = "\xff\xd8\xff\xe0 a still", clip = std::string(
                                                            "\0\0\0\x20"
                                                            "ftypisom a clip",
                                                            19);
  const Mapped m(kSnapshots, R"({"t":1,"camera":"c1","snapshot":"one.jpg","clip":"day/one.mp4"})"
                             "\n"
                             R"({"t":2,"camera":"c1","snapshot":"../map.yaml"})"
                             "\n"
                             R"({"t":3,"camera":"c1","snapshot":"absent.jpg"})"
                             "\n"
                             R"({"t":4,"camera":"c1","snapshot":"notes.txt"})"
                             "\n"
                             R"({"t":5,"camera":"c1"})"
                             "\n");
  std::filesystem::create_directories(m.folder.path() / "stills/day");
  m.folder.write("stills/one.jpg", still);
  m.folder.write("stills/day/one.mp4", clip);
  m.folder.write("stills/notes.txt", "of somebody");
  const auto source = m.source(",attachments_from=" + m.folder.file("stills"));
  CHECK(source->check().empty());
  Result<Attachments> kept = Attachments::open({.directory = m.folder.path() / "attachments"});
  REQUIRE(kept);
  source->set_attachments(&*kept);
  const ReadOnce read = read_once(*source);
  REQUIRE(read.events.size() == 5);
  CHECK(read.status.refused == 0);
  std::vector<std::string> attached;
  for (const Field& field : read.events[0].fields)
    if (field.name == "attachment") attached.push_back(field.value);
  AttachmentNames names(1000);
  CHECK(attached == std::vector<std::string>{names.add(still).value(), names.add(clip).value()});
  CHECK(read.events[0].field("snapshot") == "one.jpg");
  CHECK(kept->count() == 2);
  CHECK(read.events[1].field("attachment").empty());
  CHECK(read.events[1].field("attachment.problem") == "it names a file outside of the directory of attachments");
  CHECK(read.events[2].field("attachment.problem") == "cannot attach it: No such file or directory");
  CHECK(read.events[3].field("attachment.problem") == "it is no JPEG, PNG or MP4");
  CHECK(read.events[4].field("attachment.problem").empty());
  CHECK(read.status.problem == "3 files were not attached, the last: notes.txt: it is no JPEG, PNG or MP4");
}

TEST_CASE("without a directory nothing is attached, which the status says; mistakes about it are named") {
  const Mapped m(kSnapshots, R"({"t":1,"camera":"c1","snapshot":"/etc/passwd"})"
                             "\n");
  const auto source = m.source();
  AttachmentNames names(1000);
  source->set_attachments(&names);
  const ReadOnce read = read_once(*source);
  REQUIRE(read.events.size() == 1);
  CHECK(read.events[0].field("attachment").empty());
  CHECK(read.events[0].field("attachment.problem").empty());
  CHECK(read.status.problem.find("say with attachments_from=DIR where they may come from") != std::string::npos);
  CHECK(m.source(",attachments_from=/absent")->check().size() == 1);
  const Mapped plain(kDoor, kHeader);
  CHECK(problems_of(plain.make(",attachments_from=/tmp")).find("this mapping names no files to attach") !=
        std::string::npos);
  CHECK(problems_with(std::string(kDoor) + "attach: {file: Door}\n").find("'attach.path' is missing") !=
        std::string::npos);
  const Mapped unknown(std::string(kDoor) + "attach: {path: Snapshot}\n", std::string(kHeader));
  CHECK(unknown.read().status.problem.find("column 'Snapshot' is not in the header") != std::string::npos);
}

}  // namespace
}  // namespace wf::kit
