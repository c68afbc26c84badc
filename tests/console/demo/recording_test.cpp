#include "console/demo/recording.hpp"

#include "tests/console/demo/folder.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::demo;
using wf::demo::test::Folder;

namespace {

constexpr const char* kGood = R"(v: 1
name: Evening
start: 2026-03-12T21:40:00+01:00
length_s: 1200
site: site
agents:
  - name: net-1
    kind: network
    sources:
      - {kind: suricata, file: eve.json, rec: eve.rec}
  - name: door-1
    kind: access
    sources:
      - {kind: mapped, file: doors.csv, rec: doors.rec, options: {map: door.yaml}}
)";

}  // namespace

TEST_CASE("a recording is loaded with its lines, its mapping found beside it or among those of the house") {
  const Folder folder;
  folder.write("recording.yaml", kGood);
  folder.write("eve.rec", "# comment\n+0.5\t{\"a\":1}\n\n+61.250\tx\ty\n");
  folder.write("doors.rec", "+0\ttime,door\n");
  folder.write("site/manifest.json", "{}");
  folder.write("mappings/door.yaml", "v: 1\n");
  std::vector<std::string> problems;
  const Recording r = load_recording(folder.path(), folder.path() / "mappings", problems);
  CHECK(problems == std::vector<std::string>{});
  CHECK(r.name == "Evening");
  CHECK(format_rfc3339(r.start) == "2026-03-12T20:40:00Z");
  CHECK(r.length == 20 * kMinute);
  REQUIRE(r.agents.size() == 2);
  const std::vector<RecordedLine>& lines = r.agents[0].sources[0].lines;
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].offset == 500 * kMillisecond);
  CHECK(lines[0].text == "{\"a\":1}");
  CHECK(lines[1].offset == 61'250 * kMillisecond);
  CHECK(lines[1].text == "x\ty");
  CHECK(r.agents[1].sources[0].options.at("map") == (folder.path() / "mappings/door.yaml").string());
  CHECK(r.lines() == 3);
}

TEST_CASE("every problem of a recording is named with file and line") {
  const Folder folder;
  folder.write("recording.yaml", R"(v: 1
name: Evening
start: yesterday
length_s: many
site: nowhere
colour: red
agents:
  - name: net-1
    kind: toaster
    sources:
      - {kind: suricata, file: ../b, rec: eve.rec}
      - {kind: mapped, file: x, rec: absent.rec, options: {map: none.yaml}}
)");
  folder.write("eve.rec", "+2\tb\n+1\ta\n1\tx\n+3 no tab\n");
  std::vector<std::string> problems;
  (void)load_recording(folder.path(), folder.path(), problems);
  const std::string file = (folder.path() / "recording.yaml").string();
  const std::string rec = (folder.path() / "eve.rec").string();
  const std::vector<std::string> begins{file + ":6: \"colour\" is not known here",
                                        file + ":3: \"yesterday\" is no RFC 3339 time",
                                        file + ":4: the length is no number",
                                        file + ":5: there is no site",
                                        file + ":9: \"toaster\" is no kind",
                                        file + ":11: a live file lies in the demo's own",
                                        rec + ":2: this line is earlier",
                                        rec + ":3: this is no recorded line",
                                        rec + ":4: this is no recorded line",
                                        file + ":12: there is no mapping \"none.yaml\"",
                                        (folder.path() / "absent.rec").string() + ": cannot read it"};
  for (const std::string& begin : begins) {
    INFO(begin);
    CHECK(std::any_of(problems.begin(), problems.end(), [&](const std::string& p) { return p.starts_with(begin); }));
  }
  if (problems.size() != begins.size())
    for (const std::string& p : problems) UNSCOPED_INFO(p);
  CHECK(problems.size() == begins.size());
}

TEST_CASE("a folder without a recording, and a file that is no YAML, are named") {
  const Folder folder;
  std::vector<std::string> problems;
  (void)load_recording(folder.path(), folder.path(), problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("recording.yaml: cannot read it") != std::string::npos);
  folder.write("recording.yaml", "v: [1\n");
  problems.clear();
  (void)load_recording(folder.path(), folder.path(), problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("this is no YAML") != std::string::npos);
}
