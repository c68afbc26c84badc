// The sample estate's door controllers, through the mappings that are shipped.
#include <filesystem>

#include "agents/kit/mapped/mapped.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/recording_lines.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf {
namespace {

using namespace wf::test;

ReadOnce read(const std::string& mapping, const std::string& data) {
  const TemporaryFolder folder;
  kit::SourceMade made = kit::make_mapped(*kit::parse_source_spec("mapped:" + folder.write("data", data) +
                                                                  ",map=" WF_SOURCE_DIR "/assets/mappings/" + mapping),
                                          "access");
  if (!made.problems.empty()) FAIL(problems_of(made));
  return read_once(*made.source);
}

TEST_CASE("every event of the Rotterdam controllers has its kind, and every refusal its reason") {
  const auto [event, detail, kind, reason] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"Access granted", "", "access.granted", ""},
      {"Access denied", "Unknown card", "access.denied", "credential unknown"},
      {"Access denied", "Not authorised", "access.denied", "not authorised"},
      {"Access denied", "Outside schedule", "access.denied", "outside schedule"},
      {"Access denied", "Card expired", "access.denied", "expired"},
      {"Access denied", "Invalid PIN", "access.denied", "invalid PIN"},
      {"Access denied", "Bad weather", "access.denied", "other"},
      {"Door opened", "", "door.opened", ""},
      {"Door closed", "", "door.closed", ""},
      {"Door forced open", "", "door.forced", ""},
      {"Door held open", "", "door.held", ""},
      {"Request to exit", "", "door.rex", ""},
      {"Tamper", "", "door.tamper", ""},
      {"Tamper restored", "", "door.restored", ""},
      {"Duress code", "", "access.duress", ""},
      {"Anti-passback violation", "", "access.passback", ""},
      {"Reader offline", "", "door.fault", "reader offline"},
      {"Reader online", "", "door.restored", ""},
      {"Something new", "", "other", ""},
  }));
  const ReadOnce got = read("door-controller.yaml",
                            "Timestamp;Controller;Door;Reader;Event;Card;Holder;Detail\n"
                            "2026-03-12 22:31:05.120;acs-1;D-017;R-017;" +
                                event + ";88-2140;M. Novak;" + detail + "\n");
  INFO(event << " " << detail);
  REQUIRE(got.events.size() == 1);
  const Event& e = got.events[0];
  CHECK(e.kind == kind);
  CHECK(e.field("reason") == reason);
  CHECK(e.time == utc_from_civil(2026, 3, 12, 21, 31, 5) + 120 * kMillisecond);
  CHECK(e.field("door.id") == "D-017");
  CHECK(e.field("reader.id") == "R-017");
  CHECK(e.field("credential.id") == "88-2140");
  CHECK(e.field("person.name") == "M. Novak");
  CHECK(e.logsource == Logsource{"watchfloor", "access", "access"});
}

TEST_CASE("every event of the Antwerp controller has its kind") {
  const auto [type, why, kind, reason] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"grant", "", "access.granted", ""},
      {"deny", "Unknown card", "access.denied", "credential unknown"},
      {"deny", "Not authorised", "access.denied", "not authorised"},
      {"deny", "outside schedule", "access.denied", "outside schedule"},
      {"deny", "Card expired", "access.denied", "expired"},
      {"deny", "wrong PIN", "access.denied", "invalid PIN"},
      {"deny", "", "access.denied", "other"},
      {"forced", "", "door.forced", ""},
      {"held", "", "door.held", ""},
      {"open", "", "door.opened", ""},
      {"close", "", "door.closed", ""},
      {"rex", "", "door.rex", ""},
      {"tamper", "", "door.tamper", ""},
  }));
  const ReadOnce got =
      read("door-controller-antwerp.yaml", R"({"ts": 1773350921000, "door": "A-04", "reader": "A-04-R", "type": ")" +
                                               type + R"(", "badge": "88-1103", "why": ")" + why + "\"}\n");
  INFO(type << " " << why);
  REQUIRE(got.events.size() == 1);
  CHECK(got.events[0].kind == kind);
  CHECK(got.events[0].field("reason") == reason);
  CHECK(got.events[0].field("door.id") == "A-04");
  CHECK(got.events[0].field("credential.id") == "88-1103");
  CHECK(got.events[0].time == 1'773'350'921 * kSecond);
}

TEST_CASE("no line of the sample recordings is refused or unknown") {
  const auto [rec, mapping] = GENERATE(table<std::string, std::string>({
      {"doors-hq.rec", "door-controller.yaml"},
      {"doors-antwerp.rec", "door-controller-antwerp.yaml"},
  }));
  const std::string file = WF_SOURCE_DIR "/assets/recordings/evening/" + rec;
  REQUIRE(std::filesystem::exists(file));
  const ReadOnce got = read(mapping, recording_lines(file));
  CHECK(got.events.size() > 20);
  CHECK(got.status.refused == 0);
  CHECK(got.status.problem.empty());
}

}  // namespace
}  // namespace wf
