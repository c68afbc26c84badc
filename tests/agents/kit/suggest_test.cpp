// What --suggest proposes is read by the program's own reader, and then reads the file that it was made from.
#include "agents/kit/mapped/suggest.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "agents/kit/mapped/mapped.hpp"
#include "agents/kit/mapped/mapped_mapping.hpp"
#include "agents/kit/mapped/suggest_sample.hpp"
#include "agents/kit/mapped/suggest_words.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/recording_lines.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::kit {
namespace {

using wf::test::problems_of;
using wf::test::read_once;
using wf::test::ReadOnce;
using wf::test::TemporaryFolder;

struct Suggested {
  TemporaryFolder folder;
  std::string path, mapping, problem;

  explicit Suggested(const std::string& data, const std::string& domain = "access")
      : path(folder.write("export", data)) {
    const Result<std::string> made = suggest_mapping(path, domain);
    if (made)
      mapping = *made;
    else
      problem = made.error().text();
  }
  [[nodiscard]] bool says(std::string_view text) const { return mapping.find(text) != std::string::npos; }
  /// Reads the file through the mapping that was printed.
  [[nodiscard]] ReadOnce read(const std::string& options = {}) const {
    INFO(problem << mapping);
    REQUIRE(problem.empty());
    const std::string map = folder.write("map.yaml", mapping);
    SourceMade made = make_mapped(*parse_source_spec("mapped:" + path + ",map=" + map + options), "access");
    if (!made.problems.empty()) FAIL(problems_of(made));
    return read_once(*made.source);
  }
};

std::vector<std::string> kinds_of(const ReadOnce& read) {
  std::vector<std::string> out;
  for (const Event& event : read.events) out.push_back(event.kind);
  return out;
}

TEST_CASE("the recordings of the sample estate are read as by the mappings that were written by hand") {
  const auto [rec, mapping, domain] = GENERATE(table<std::string, std::string, std::string>({
      {"doors-hq.rec", "door-controller.yaml", "access"},
      {"doors-antwerp.rec", "door-controller-antwerp.yaml", "access"},
      {"cameras.rec", "camera-gateway.yaml", "camera"},
  }));
  const std::string data = test::recording_lines(WF_SOURCE_DIR "/assets/recordings/evening/" + rec);
  REQUIRE(data.size() > 1000);
  const Suggested s(data, domain);
  INFO(s.problem << s.mapping);
  const ReadOnce proposed = s.read(rec == "doors-hq.rec" ? ",tz=Europe/Amsterdam" : "");
  SourceMade made = make_mapped(
      *parse_source_spec("mapped:" + s.path + ",map=" WF_SOURCE_DIR "/assets/mappings/" + mapping), "access");
  REQUIRE(made.source);
  const ReadOnce by_hand = read_once(*made.source);
  CHECK(proposed.status.refused == 0);
  REQUIRE(proposed.events.size() == by_hand.events.size());
  for (std::size_t i = 0; i < by_hand.events.size(); ++i) {
    const Event &a = proposed.events[i], &b = by_hand.events[i];
    INFO(i << ": " << b.field("Event") << b.field("type") << b.field("event"));
    REQUIRE(a.time == b.time);
    REQUIRE(a.kind == b.kind);
    for (const char* field :
         {"door.id", "reader.id", "credential.id", "person.name", "reason", "camera.id", "restored"})
      REQUIRE(a.field(field) == b.field(field));
  }
}

constexpr const char* kDutch =
    "Datum;Tijd;Deur;Kaartnummer;Naam;Melding\r\n"
    "12-03-2026;22:31:05;Voordeur;88-2140;M. Novak;Toegang verleend\r\n"
    "12-03-2026;22:31:15;Voordeur;88-2141;J. de Wit;Toegang geweigerd: kaart onbekend\r\n"
    "12-03-2026;22:31:25;Achterdeur;;;Deur geforceerd\r\n"
    "13-03-2026;22:31:35;Achterdeur;;;Koffie is klaar\r\n";

TEST_CASE("date and time of day in two columns, Dutch words, a value that nobody knows") {
  const Suggested s(kDutch);
  const ReadOnce read = s.read(",tz=Europe/Amsterdam");
  INFO(s.mapping);
  CHECK(kinds_of(read) == std::vector<std::string>{"access.granted", "access.denied", "door.forced", "other"});
  REQUIRE(read.events.size() == 4);
  CHECK(read.events[0].time == utc_from_civil(2026, 3, 12, 21, 31, 5));
  CHECK(read.events[1].field("reason") == "credential unknown");
  CHECK(read.events[0].field("door.id") == "Voordeur");
  CHECK(read.events[0].field("credential.id") == "88-2140");
  CHECK(read.events[0].field("person.name") == "M. Novak");
  CHECK(s.says("TO DECIDE: these times have no time zone"));
  CHECK(s.says("#   - {when: {Melding: Koffie is klaar}, kind: ?}  1 time"));
  CHECK(s.says("zone: local"));
}

TEST_CASE("words of five languages, however they are written") {
  const auto [text, kind, reason] = GENERATE(table<std::string, std::string, std::string>({
      {"ACCESS_GRANTED", "access.granted", ""},
      {"AccessDenied", "access.denied", ""},
      {"Access denied - outside schedule", "access.denied", "outside schedule"},
      {"Zutritt gew\xc3\xa4hrt", "access.granted", ""},
      {"ZUTRITT GEW\xc3\x84HRT", "access.granted", ""},
      {"Zutritt verweigert (Ausweis unbekannt)", "access.denied", "credential unknown"},
      {"T\xc3\xbcr gewaltsam ge\xc3\xb6"
       "ffnet",
       "door.forced", ""},
      {"T\xc3\xbcr zu lange offen", "door.held", ""},
      {"Deur geopend", "door.opened", ""},
      {"Acc\xc3\xa8s refus\xc3\xa9 : badge inconnu", "access.denied", "credential unknown"},
      {"Porte forc\xc3\xa9"
       "e",
       "door.forced", ""},
      {"Acceso denegado", "access.denied", ""},
      {"Puerta forzada", "door.forced", ""},
      {"Sabotage", "door.tamper", ""},
      {"Request to Exit", "door.rex", ""},
      {"Access not granted", "access.denied", ""},
      {"Unauthorised door opening", "door.forced", ""},
      {"Card Accepted", "access.granted", ""},
      {"Access permitted - token only", "access.granted", ""},
      {"Not permitted", "access.denied", ""},
      {"Door unlocked by operator", "access.remote_open", ""},
      {"coffee", "", ""},
      {"", "", ""},
  }));
  INFO(text);
  const Meaning m = meaning_of(text);
  CHECK(m.kind == kind);
  CHECK(m.reason == reason);
  if (!m.kind.empty()) CHECK(wildcard(text, m.pattern));
}

TEST_CASE("a result beside the event decides what the event alone does not say") {
  const Suggested s(
      "time,door,event,result,user\n"
      "2026-03-12T22:31:05Z,D-1,Access,Granted,ann\n"
      "2026-03-12T22:31:06Z,D-1,Access,Denied,bob\n"
      "2026-03-12T22:31:07Z,D-2,Access,Granted,ann\n"
      "2026-03-12T22:31:08Z,D-2,Door forced open,,\n");
  CHECK(kinds_of(s.read()) ==
        std::vector<std::string>{"access.granted", "access.denied", "access.granted", "door.forced"});
}

TEST_CASE(
    "exports as access systems write them: a sentence beside the type, an offset beside the time, a spreadsheet") {
  const auto [data, kinds, second, says] = GENERATE(table<std::string, std::string, std::string, std::string>({
      // What happened stands in sentences with names; a state that changed says nothing by itself.
      {"Date/Time,Message Type,Message Text,Object\n"
       "03/14/2026 06:58:03,Card Admitted,Admitted 'Novak' (Card: 1001) at 'North Door',North Door\n"
       "03/14/2026 06:59:03,Card Rejected,Rejected 'Silva' (Card: 1002) at 'North Door' (Clearance),North Door\n"
       "03/14/2026 07:00:03,Object Changed State,Door 'North Door' is forced open,North Door\n"
       "03/14/2026 07:01:03,Object Changed State,Door 'South Door' is held open,South Door\n"
       "03/14/2026 07:02:03,Object Changed State,Door 'West Door' is forced open,West Door\n"
       "03/14/2026 07:02:13,Card Rejected,Rejected 'Okafor' (Card: 1003) at 'West Door' (Clearance),West Door\n"
       "03/14/2026 07:02:23,Card Admitted,Admitted 'Bakker' (Card: 1004) at 'West Door',West Door\n"
       "03/14/2026 07:02:33,Card Admitted,Admitted 'Lind' (Card: 1005) at 'South Door',South Door\n"
       "03/14/2026 07:02:43,Card Rejected,Rejected Card Not Found (Card: 1006) at 'South Door',South Door\n",
       "access.granted access.denied door.forced door.held door.forced access.denied access.granted access.granted "
       "access.denied",
       "2026-03-14T06:59:03Z", "*forced*"},
      // The particular before the general, and a reason with its own words.
      {"time;door;what\n2026-03-14T06:58:03Z;Gate 1001;Gate 1001 granted to Ann\n"
       "2026-03-14T06:58:04Z;Gate 1002;Gate 1002 granted to Bob\n2026-03-14T06:58:05Z;Gate 1003;Gate 1003 granted to "
       "Cy\n"
       "2026-03-14T06:58:06Z;Gate 1004;Gate 1004 not granted to Di\n2026-03-14T06:58:07Z;Gate 1005;Gate 1005 forced\n"
       "2026-03-14T06:58:08Z;Gate 1006;Gate 1006 forced\n2026-03-14T06:58:09Z;Gate 1007;Gate 1007 forced, restored\n"
       "2026-03-14T06:58:10Z;Gate 1008;Gate 1008 denied Eve, expired\n2026-03-14T06:58:11Z;Gate 1009;Gate 1009 denied "
       "Fay\n",
       "access.granted access.granted access.granted access.denied door.forced door.forced door.restored access.denied "
       "access.denied",
       "2026-03-14T06:58:04Z", "*denied*expired*"},
      {"When,Door,Granted,User\n\"Saturday, March 14, 2026 06:58:03 AM\",D1,1,ann\n"
       "\"Saturday, March 14, 2026 06:58:04 PM\",D1,0,bob\n",
       "access.granted access.denied", "2026-03-14T18:58:04Z", "%a, %b %d, %Y %I:%M:%S %p"},
      {"Date;Name;Status;Cardholder\n2026-05-04T07:03:11Z;Lobby Door;Valid Card Door Not Opened;Ann\n"
       "2026-05-04T07:03:12Z;Lobby Door;Door Open Timed Out (Door Not Closed);\n"
       "2026-05-04T07:03:13Z;Lobby Door;Opened Forcefully;\n2026-05-04T07:03:14Z;Lobby Door;Door Ajar Normal;\n",
       "access.not_taken door.held door.forced door.restored", "2026-05-04T07:03:12Z", "person.name: Cardholder"},
      // What some call an object is a door, and a device a reader.
      {"Time,Device,Event Object,Action\n2026-03-14T06:58:03Z,Rdr 1 - Lobby,Suite 1 Door,Access granted\n"
       "2026-03-14T06:58:04Z,Rdr 2 - Lobby,Suite 2 Door,Access denied\n",
       "access.granted access.denied", "2026-03-14T06:58:04Z",
       "  reader.id: Device  # most of its values are words for readers, such as 'Rdr 1 - Lobby'\n  door.id: Event "
       "Object"},
      // "Novak" is no "no", and what is the same in each record decides nothing.
      {"When,Event,Actor Name,Mode\n2026-03-14T06:58:03Z,Access by User,Novak,Online\n2026-03-14T06:58:04Z,Door "
       "unlocked,Novak,Online\n2026-03-14T06:58:05Z,Door Ajar,,Online\n2026-03-14T06:58:06Z,Door Ajar "
       "Cleared,,Online\n",
       "access.granted other door.held door.restored", "2026-03-14T06:58:04Z", "person.name: Actor Name"},
      {"Timestamp,UTC Offset,Door,Event\n2026-03-14 06:58:03,-05:00,D1,Access granted\n2026-03-14 "
       "06:58:04,+01:00,D2,Access denied\n",
       "access.granted access.denied", "2026-03-14T05:58:04Z", "column: [Timestamp, UTC Offset]"},
      {"Timestamp,Time Zone,Door,Event\n2026-03-14 06:58:03,America/New_York,D1,Access granted\n2026-03-14 "
       "06:58:04,America/New_York,D2,Access denied\n",
       "access.granted access.denied", "2026-03-14T10:58:04Z", "zone: \"America/New_York\""},
      {"Timestamp,TZ,Door,Event\n2026-03-14 06:58:03,EST,D1,Access granted\n2026-03-14 06:58:04,EST,D2,Access "
       "denied\n",
       "access.granted access.denied", "", "TO DECIDE: 'TZ' speaks of zones, for example 'EST'"},
      {"Panel Date;Door;Event\n46095,290313;D1;Access granted\n46095,29032407;D2;Expired card attempt\n",
       "access.granted access.denied", "2026-03-14T06:58:04Z", "format: excel"},
      {"Date;Heure;Porte;\xc3\x89v\xc3\xa9nement\n14/03/2026;6h58;P1;Acc\xc3\xa8s autoris\xc3\xa9\n"
       "14/03/2026;7h05;P1;Porte rest\xc3\xa9"
       "e ouverte\n",
       "access.granted door.held", "2026-03-14T07:05:00Z", "%d/%m/%Y %Hh%M"},
      {"Datum;T\xc3\xbcr;Vorgang\n14.03.2026 06:58;E1;Einbruch: T\xc3\xbcr mit Gewalt ge\xc3\xb6"
       "ffnet\n14.03.2026 06:59;E1;\xc3\x96"
       "ffnung nicht erlaubt: Schl\xc3\xbcssel abgelaufen\n14.03.2026 07:00;E1;T\xc3\xbcr offen gelassen\n",
       "door.forced access.denied door.held", "2026-03-14T06:59:00Z", "reason: expired"},
  }));
  const Suggested s(data);
  const ReadOnce read = s.read(second.empty() || s.says("zone: local") ? ",tz=UTC" : "");
  INFO(s.mapping);
  CHECK(s.says(says));
  CHECK(read.status.refused == 0);
  std::string all;
  for (const std::string& kind : kinds_of(read)) all += (all.empty() ? "" : " ") + kind;
  CHECK(all == kinds);
  if (!second.empty() && read.events.size() > 1) CHECK(format_rfc3339(read.events[1].time) == second);
}

TEST_CASE("a file without a header, JSON lines with a level, and an array") {
  const Suggested bare(
      "1773350921;Front door;Access granted;1234\n1773350922;Front door;Access denied;1234\n"
      "1773350925;Back door;Access granted;99\n1773350935;Back door;Access granted;99\n");
  const ReadOnce read = bare.read();
  INFO(bare.mapping);
  REQUIRE(read.events.size() == 4);
  CHECK(read.events[0].time == 1'773'350'921 * kSecond);
  CHECK(read.events[0].field("door.id") == "Front door");
  CHECK(bare.says("header: false"));

  const std::string one =
      R"({"event":{"type":"access.granted"},"actor":{"user":"ann"},"door":{"id":"D1","name":"Lobby"},"ts":1773350921000})";
  const std::string two =
      R"({"event":{"type":"access.denied"},"actor":{"user":"bob"},"door":{"id":"D1","name":"Lobby"},"ts":1773350922000})";
  for (const std::string& data : {one + "\n" + two + "\n", "[\n" + one + ",\n" + two + "\n]\n"}) {
    const Suggested json(data);
    const ReadOnce events = json.read();
    INFO(json.mapping);
    CHECK(kinds_of(events) == std::vector<std::string>{"access.granted", "access.denied"});
    REQUIRE(events.events.size() == 2);
    CHECK(events.events[1].field("person.name") == "bob");
    CHECK(events.events[1].time == 1'773'350'922 * kSecond);
  }
}

TEST_CASE("day or month: the order of the records tells, or nothing does and that is said") {
  const Suggested clear("time;event\n01/02/2026 10:00:00;open\n02/02/2026 10:00:00;open\n03/02/2026 10:00:00;close\n");
  CHECK(clear.says("%d/%m/%Y") != clear.says("%m/%d/%Y"));
  const Suggested month("time;event\n03/29/2026 10:00:00;open\n03/30/2026 10:00:00;close\n");
  CHECK(month.says("%m/%d/%Y %H:%M:%S"));
  CHECK_FALSE(month.says("other way round"));
  const Suggested open("time;event\n03/03/2026 10:00:00;open\n03/03/2026 11:00:00;close\n");
  CHECK(open.says("TO DECIDE: day and month could be the other way round"));
}

TEST_CASE("a date with a point behind each of its numbers is read") {
  const Suggested s("1,2026.03.12. 9:21:49,Access granted,203\n2,2026.03.12. 19:22:49,Access denied,203\n");
  const ReadOnce read = s.read(",tz=UTC");
  INFO(s.mapping);
  REQUIRE(read.events.size() == 2);
  CHECK(read.events[1].time == utc_from_civil(2026, 3, 12, 19, 22, 49));
  CHECK(kinds_of(read) == std::vector<std::string>{"access.granted", "access.denied"});
}

TEST_CASE("encodings are told: a byte order mark, Latin-1, Windows-1252, a mixture, UTF-16") {
  const std::string header = "time;Name;event\n";
  const Suggested bom("\xef\xbb\xbf" + header + "2026-03-12 10:00:00;Zo\xc3\xab;open\n");
  CHECK(bom.says("byte order mark"));
  CHECK(bom.read(",tz=UTC").events.at(0).field("person.name") == "Zo\xc3\xab");
  const Suggested latin(header + "2026-03-12 10:00:00;Zo\xeb;open\n");
  CHECK(latin.says("encoding: latin-1"));
  CHECK(latin.read(",tz=UTC").events.at(0).field("person.name") == "Zo\xc3\xab");
  CHECK(Suggested(header + "2026-03-12 10:00:00;\x80 5;open\n").says("Windows-1252"));
  const Suggested mixed(header + "2026-03-12 10:00:00;Zo\xc3\xab;open\n2026-03-12 10:00:01;Zo\xc3\xab;open\n" +
                        "2026-03-12 10:00:02;Zo\xeb;open\n");
  CHECK(mixed.says("1 line is not UTF-8"));
  CHECK(mixed.read(",tz=UTC").events.size() == 3);
  CHECK(Suggested(std::string("\xff\xfet\0i\0", 6)).problem.find("UTF-16") != std::string::npos);
}

TEST_CASE("what no mapping can be made of is refused in one line that says what to do") {
  const auto [data, says] = GENERATE(table<std::string, std::string>({
      {"", "there is no record in it"},
      {"\n\r\n  \n", "there is no record in it"},
      {std::string("\x7f"
                   "ELF\0\1\2",
                   7),
       "it is no text but binary"},
      {"time;door;event\n", "its one record is a header or has no time"},
      {"door;event\nA;open\nB;close\n", "no column of it is a time"},
      {"just some words\nand more of them\n", "no separator"},
      {"{\"a\":\n", "it begins like JSON"},
      {std::string(3U << 20U, 'x'), "no separator"},
      {"{" + std::string(3U << 20U, 'x'), "it begins like JSON"},
  }));
  const Suggested s(data);
  INFO(s.problem << s.mapping.substr(0, 500));
  CHECK(s.mapping.empty());
  CHECK(s.problem.starts_with(s.path + ": "));
  CHECK(s.problem.find(says) != std::string::npos);
  CHECK(s.problem.find('\n') == std::string::npos);
}

TEST_CASE("what is no regular file is not waited for") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  for (const std::string& path :
       {folder.file("pipe"), folder.path().string(), std::string("/dev/zero"), folder.file("absent")}) {
    INFO(path);
    CHECK_FALSE(suggest_mapping(path, "access"));
  }
}

TEST_CASE("one record without a header is enough; lines before a header are told") {
  CHECK(Suggested("2026-03-12 10:00:00;D-1;Access granted\n").read(",tz=UTC").events.size() == 1);
  const Suggested s(
      "Report of March\n\nDate;Door;Event\n2026-03-12 10:00:00;D-1;Access granted\n"
      "2026-03-12 10:00:01;D-1;Access denied\n");
  const ReadOnce read = s.read(",tz=UTC");
  INFO(s.mapping);
  CHECK(kinds_of(read) == std::vector<std::string>{"access.granted", "access.denied"});
  CHECK(read.status.refused == 2);
  CHECK(s.says("header: [Date, Door, Event]"));
}

TEST_CASE("lines of a report above its table are no header though they have as many separators") {
  const Suggested s(
      "Access report,,,\nMade: 2026-03-13 08:00,,,\n,,,\nTime,Door,Card,Event\n"
      "2026-03-12 10:00:00,Gate 1,1001,Access granted\n2026-03-12 10:00:01,Gate 1,1002,Access denied\n");
  const ReadOnce read = s.read(",tz=UTC");
  INFO(s.mapping);
  CHECK(kinds_of(read) == std::vector<std::string>{"access.granted", "access.denied"});
  CHECK(s.says("header: [Time, Door, Card, Event]"));
}

TEST_CASE("of a long file the beginning and the end are read, and no more") {
  const TemporaryFolder folder;
  const std::string path = folder.file("long.csv");
  {
    std::ofstream out(path, std::ios::binary);
    out << "time;door;event\n";
    for (int i = 0; i < 1'000'000; ++i)
      out << 1'773'350'921 + i << ";D-" << i % 7 << ";" << (i < 999'990 ? "open" : "Door forced") << "\n";
  }
  const Result<Sample> sample = read_sample(path);
  REQUIRE(sample);
  CHECK_FALSE(sample->whole);
  CHECK(sample->records.size() < 100'000);
  const Result<std::string> mapping = suggest_mapping(path, "access");
  REQUIRE(mapping);
  CHECK(mapping->find("the first 1024 KiB and the last 128 KiB") != std::string::npos);
  CHECK(mapping->find("door.forced") != std::string::npos);
}

// Exports of every make: any separator, any time, any quoting, any order of columns, hostile names and values.
TEST_CASE("whatever is proposed is read at once, and every record becomes an event or is refused with a reason") {
  std::mt19937 random(11);
  const auto pick = [&](const auto& list) { return list[random() % std::size(list)]; };
  static const std::string kTimeForms[] = {"2026-03-DD 10:20:SS", "DD.03.2026 10:20:SS", "2026-03-DDT10:20:SSZ",
                                           "DD/03/2026 10:20:SS", "2026/03/DD 10:20:SS.5"};
  static const std::string kNames[] = {"Door", "Tür",    "",     "a[b",      "#2",    "x: y",   "- z",
                                       "{q}",  "Card",   "null", "Name",     "true",  "* star", "\xe2\x80\xa8",
                                       "it's", "Result", "Door", "\xc2\x85", "\"q\"", "ev\\il"};
  static const std::string kEvents[] = {"Access granted",
                                        "Zutritt verweigert",
                                        "Deur geforceerd",
                                        "",
                                        "???",
                                        "a: b",
                                        "*",
                                        "#x",
                                        "\"",
                                        "{",
                                        "Porte ouverte",
                                        "null",
                                        "~",
                                        "Access denied\nagain",
                                        "\xc2\xa0"};
  for (int round = 0; round < 150; ++round) {
    const char separator = pick(std::string(";,\t|"));
    const std::string form = pick(kTimeForms);
    const std::size_t columns = 2 + random() % 6, time_at = random() % columns;
    const std::size_t event_at = (time_at + 1) % columns, records = 3 + random() % 40;
    const bool header = random() % 4 != 0;
    std::string data;
    const auto cell = [&](const std::string& text, std::size_t c) {
      std::string out = "\"";
      for (const char ch : text) out += ch == '"' ? std::string("\"\"") : std::string(1, ch);
      const bool bare = text.find_first_of(";,\t|\"\n") == std::string::npos && random() % 2 == 0;
      data += (bare ? text : out + "\"") + (c + 1 < columns ? std::string(1, separator) : std::string("\n"));
    };
    if (header)
      for (std::size_t c = 0; c < columns; ++c)
        cell(c == time_at ? "Timestamp" : c == event_at ? "Event" : pick(kNames), c);
    for (std::size_t r = 0; r < records; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        std::string time = form;
        time.replace(time.find("DD"), 2, std::to_string(r % 28 + 101).substr(1));
        time.replace(time.find("SS"), 2, std::to_string(r % 60 + 100).substr(1));
        cell(c == time_at ? time : c == event_at ? pick(kEvents) : pick(kNames), c);
      }
    const Suggested s(data);
    INFO(data << "\n" << s.problem << "\n" << s.mapping);
    const ReadOnce read = s.read(",tz=UTC");
    REQUIRE(read.status.state == "ended");
    REQUIRE(read.events.size() + read.status.refused + (header ? 1 : 0) == read.status.read);
    REQUIRE(read.events.size() >= records);
  }
}

TEST_CASE("damaged exports end in a mapping that can be read or in one line") {
  std::mt19937 random(12);
  const std::string json = R"({"ts":1773350921000,"door":"D1","event":"Access granted"})"
                           "\n";
  for (int round = 0; round < 300; ++round) {
    std::string data = round % 2 == 0 ? std::string(kDutch) : json + json + json;
    for (int n = 0; n < 4; ++n)
      data[random() % data.size()] =
          static_cast<char>(random() % 4 == 0 ? "\n\";{}[]\\"[random() % 8] : static_cast<char>(random()));
    const Suggested s(data);
    REQUIRE(s.problem.empty() != s.mapping.empty());
    REQUIRE(s.problem.find("cannot be read: ") == std::string::npos);
    if (s.problem.empty()) static_cast<void>(s.read(",tz=UTC"));
  }
}

}  // namespace
}  // namespace wf::kit
