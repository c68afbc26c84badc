// site.yaml, devices.yaml and people.csv.
#include "tests/console/site/archive.hpp"

using namespace wf;

TEST_CASE("zones give a unit Watchfloor's category and criticality") {
  Archive a;
  a.files["devices.yaml"] = "zones:\n  - {unit: " + Archive::id("room") + ", category: server, criticality: 4}\n" +
                            "  - {unit: nobody, criticality: 2}\n  - {unit: " + Archive::id("hall") +
                            ", criticality: 9}\n";
  const Site& site = a.load();
  CHECK(site.unit(Archive::id("room"))->category == "server");
  CHECK(site.unit(Archive::id("room"))->criticality == 4);
  CHECK(site.unit(Archive::id("hall"))->category == "room");
  CHECK(a.warned({"devices.yaml: zones", "'nobody' is no unit"}));
  CHECK(a.warned({"devices.yaml: " + Archive::id("hall"), "criticality 9"}));
}

TEST_CASE("devices are placed by position, opening and unit") {
  Archive a;
  const auto p = Archive::at(15, 5);
  a.files["devices.yaml"] =
      "v: 1\ndevices:\n"
      "  - {id: D-1, kind: door, opening: " +
      Archive::id("inner") + ", unit: " + Archive::id("room") +
      ", egress: true}\n"
      "  - {id: C-1, kind: camera, level: " +
      Archive::id("l") + ", position: [" + p[0].dump() + ", " + p[1].dump() +
      "], heading: 90, field_of_view: 70, range: 12, covers: [D-1, " + Archive::id("room") +
      ", nothing]}\n"
      "  - {id: hv-1, kind: host, unit: " +
      Archive::id("room") + ", address: 10.0.0.1, aliases: [hv-1.example]}\n";
  const Site& site = a.load();
  const Device* door = site.device("D-1");
  REQUIRE(door != nullptr);
  CHECK(door->placed);
  CHECK(door->egress);
  CHECK(door->position.x == Approx(10).margin(0.05));
  CHECK(door->position.y == Approx(4.5).margin(0.05));
  const Device* camera = site.device("C-1");
  CHECK(camera->unit_id == Archive::id("room"));  // found by its position
  CHECK(camera->heading == 90);
  CHECK(camera->covers == std::vector<std::string>{"D-1", Archive::id("room")});
  CHECK(a.warned({"devices.yaml: C-1", "covers 'nothing'"}));
  CHECK(site.device("hv-1")->level_id == Archive::id("l"));
  CHECK_FALSE(site.device("hv-1")->placed);
  CHECK(a.estate->find_device("hv-1.example").device->id == "hv-1");
  CHECK(a.report.warnings.size() == 1);
}

TEST_CASE("what hangs behind what: names, agents, and no circle") {
  Archive a;
  a.files["devices.yaml"] =
      "devices:\n"
      "  - {id: sw-1, kind: network, behind: sw-3}\n"
      "  - {id: sw-2, kind: network, behind: sw-1}\n"
      "  - {id: sw-3, kind: network, behind: sw-2}\n"
      "  - {id: C-1, kind: camera, behind: sw-2}\n"
      "  - {id: C-2, kind: camera, behind: nothing}\n"
      "agents:\n"
      "  - {agent: floor-2, behind: sw-2}\n"
      "  - {agent: floor-3, behind: sw-9}\n"
      "  - {agent: floor-2, behind: sw-1}\n";
  const Site& site = a.load();
  CHECK(site.device("C-1")->behind == "sw-2");
  CHECK(site.device("C-2")->behind.empty());
  CHECK(a.warned({"devices.yaml: C-2 (line 6)", "behind 'nothing'"}));
  CHECK(a.warned({"devices.yaml: sw-1 (line 2)", "hangs behind itself: sw-1 behind sw-3 behind sw-2 behind sw-1"}));
  CHECK(site.device("sw-1")->behind.empty());
  CHECK(site.device("sw-3")->behind == "sw-2");
  REQUIRE(site.agents.size() == 1);
  CHECK(site.agents[0].name == "floor-2");
  CHECK(site.agents[0].behind == "sw-2");
  CHECK(a.warned({"devices.yaml: floor-3 (line 9)", "behind 'sw-9'"}));
  CHECK(a.warned({"devices.yaml: floor-2 (line 10)", "is there twice"}));
}

TEST_CASE("whom a site wants called: in their order, for what they want to know, and flaws are named") {
  Archive a;
  a.files["devices.yaml"] =
      "calls:\n"
      "  - {who: Duty manager, number: \"+31 20 555 0110\", from: high}\n"
      "  - {who: IT, number: 0142, domains: [network, doors]}\n"
      "  - {who: Nobody}\n"
      "  - {who: Chief, number: 7, from: huge, domains: [doors], hours: 9}\n"
      "  - {who: " +
      std::string(120, 'x') + ", number: 8}\n";
  const Site& site = a.load();
  REQUIRE(site.calls.size() == 3);
  CHECK(site.calls[0].who == "Duty manager");
  CHECK(site.calls[0].number == "+31 20 555 0110");
  CHECK(site.calls[0].from == Priority::high);
  CHECK(site.calls[0].domains == std::array<bool, 3>{true, true, true});
  CHECK(site.calls[1].number == "0142");
  CHECK(site.calls[1].from == Priority::medium);
  CHECK(site.calls[1].domains == std::array<bool, 3>{false, false, true});
  CHECK(site.calls[2].from == Priority::medium);
  CHECK(site.calls[2].domains == std::array<bool, 3>{true, true, true});
  CHECK(a.warned({"devices.yaml: calls, line 3", "domain 'doors' is none of door, camera, network"}));
  CHECK(a.warned({"devices.yaml: calls, line 4", "needs `who` and `number`"}));
  CHECK(a.warned({"devices.yaml: calls, line 5", "from 'huge'"}));
  CHECK(a.warned({"devices.yaml: calls, line 5", "'hours'"}));
  CHECK(a.warned({"devices.yaml: calls, line 6", "longer than 118 bytes"}));
}

TEST_CASE("flaws of devices are named and cost one device at most") {
  Archive a;
  a.files["devices.yaml"] =
      "v: 1\ncolour: red\ndevices:\n"
      "  - {id: D-1, kind: door}\n"
      "  - {id: D-1, kind: camera}\n"
      "  - {id: X-1, kind: moat}\n"
      "  - {kind: door}\n"
      "  - just a word\n"
      "  - {id: h-1, kind: host, unit: attic, owner: P-9, address: 10.0.0.1, position: here, shape: round}\n"
      "  - {id: h-2, kind: host, unit: " +
      Archive::id("hall") + ", aliases: [10.0.0.1], criticality: high}\n";
  const Site& site = a.load();
  CHECK(site.devices.size() == 3);
  CHECK(a.warned({"devices.yaml", "'colour' (line 2)"}));
  CHECK(a.warned({"D-1", "door without an opening"}));
  CHECK(a.warned({"D-1", "is there twice"}));
  CHECK(a.warned({"X-1", "kind 'moat'"}));
  CHECK(a.warned({"line 7", "no id"}));
  CHECK(a.warned({"devices.yaml", "line 8 is not a map"}));
  CHECK(a.warned({"h-1", "'attic' is no unit"}));
  CHECK(a.warned({"h-1", "owner 'P-9'"}));
  CHECK(a.warned({"h-1", "position is not"}));
  CHECK(a.warned({"h-1", "'shape'"}));
  CHECK(a.warned({"h-1", "stands on no level"}));
  CHECK(a.warned({"h-2", "criticality", "not as expected"}));
  CHECK(a.warned({"h-2", "'10.0.0.1' also means h-1"}));
}

TEST_CASE("site.yaml: an unknown time zone and a missing file are named, broken YAML is an error") {
  Archive a;
  a.files["site.yaml"] = "v: 1\nid: works\ntime_zone: Europe/Atlantis\n";
  CHECK(a.load().time_zone == "UTC");
  CHECK(a.warned({"site.yaml", "'Europe/Atlantis'"}));
  Archive b;
  b.files.erase("site.yaml");
  CHECK(b.load().name == "Works");
  CHECK(b.warned({"site.yaml", "is missing"}));
  Archive c;
  c.files["site.yaml"] = "id: [unclosed\n";
  const auto loaded = c.try_load();
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().text().find("site.yaml:") != std::string::npos);
}

TEST_CASE("people are read with quotes, lists, and any order of columns") {
  Archive a;
  a.files["people.csv"] =
      "\xEF\xBB\xBFname,ID,accounts,credentials,role\r\n"
      "\"van Dijk, Anna\",P-1,adijk ANNA,88-1;88-2,\"says \"\"hello\"\"\"\r\n"
      "\r\n"
      "Bo Li,P-2,,,\r\n";
  a.load();
  for (const std::string& w : a.report.warnings) UNSCOPED_INFO(w);
  CHECK(a.report.warnings.empty());
  REQUIRE(a.estate->people.size() == 2);
  CHECK(a.estate->people[0].name == "van Dijk, Anna");
  CHECK(a.estate->people[0].role == "says \"hello\"");
  CHECK(a.estate->person_by_credential("88-2")->id == "P-1");
  CHECK(a.estate->person_by_account("anna")->id == "P-1");
}

TEST_CASE("a duplicate person, credential or account is named with its line and its first holder") {
  Archive a;
  a.files["people.csv"] =
      "id,name,role,department,site,credentials,accounts\n"
      "P-1,Anna,,,works,88-1,anna\n"
      "P-2,Bo,,,works,88-1 88-2,ANNA\n"
      "P-1,Cem,,,works,88-3,cem\n"
      ",Dora,,,works,,\n"
      "P-5,Edo\n"
      "P-6,Fay,,,atlantis,,\n";
  a.load();
  CHECK(a.warned({"people.csv: line 3", "credential '88-1' belongs to P-1"}));
  CHECK(a.warned({"people.csv: line 3", "account 'ANNA' belongs to P-1"}));
  CHECK(a.warned({"people.csv: line 4", "person 'P-1'", "Anna"}));
  CHECK(a.warned({"people.csv: line 5", "has no id"}));
  CHECK(a.warned({"people.csv: line 6", "has 2 cells"}));
  CHECK(a.estate->person_by_credential("88-1")->id == "P-1");
  CHECK(a.estate->person_by_credential("88-2")->id == "P-2");
  CHECK(a.estate->person_by_credential("88-3") == nullptr);
  CHECK(a.estate->people.size() == 4);
}

TEST_CASE("people.csv without a header is an error that shows the right one") {
  Archive a;
  a.files["people.csv"] = "P-1,Anna\n";
  const auto loaded = a.try_load();
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().text().find("id,name,role") != std::string::npos);
}

TEST_CASE("an estate has its people beside the sites, and knows people of no site") {
  Archive outer, inner;
  inner.folder = outer.folder / "works";
  inner.write();
  std::ofstream(outer.folder / "people.csv") << "id,name,site\nP-1,Anna,works\nP-2,Bo,atlantis\n";
  site::SiteReport report;
  const auto loaded = site::load_estate(outer.folder, report);
  REQUIRE(loaded.ok());
  CHECK((*loaded)->people.size() == 2);
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0].find("people.csv: line 3: P-2: site 'atlantis'") == 0);
}

TEST_CASE("a folder in the place of any of a site's files is refused in one line that names it") {
  for (const char* name :
       {"venue.geojson", "unit.geojson", "manifest.json", "site.yaml", "devices.yaml", "people.csv"}) {
    INFO(name);
    Archive a;
    (void)a.load();
    std::filesystem::remove_all(a.folder / name);
    std::filesystem::create_directory(a.folder / name);
    site::SiteReport report;
    const auto loaded = site::load_estate(a.folder, report);
    REQUIRE(!loaded);
    CHECK(loaded.error().text().find(std::string(name) + ": cannot be read; ") != std::string::npos);
  }
}

TEST_CASE("zones have aliases, an outer zone and a limit; what cannot be is named with its line") {
  Archive a;
  a.unit("nook", Archive::box(20, 0, 22, 2));
  const std::string room = Archive::id("room"), hall = Archive::id("hall"), nook = Archive::id("nook");
  a.files["devices.yaml"] = "zones:\n  - {unit: " + room + ", aliases: [Zone 12, z12], within: " + hall +
                            ", limit: 4}\n  - {unit: " + nook + ", within: " + room + ", aliases: [z12], limit: -1}\n" +
                            "  - {unit: " + hall + ", within: " + nook + "}\n  - {unit: " + room + ", limit: 9}\n";
  const Site& site = a.load();
  CHECK(site.unit(room)->within == hall);
  CHECK(site.unit(room)->limit == 4);
  CHECK(site.unit(nook)->within == room);
  CHECK(site.unit(hall)->within.empty());
  CHECK(a.warned({"devices.yaml: " + nook + " (line 3)", "'z12' also means " + room}));
  CHECK(a.warned({"devices.yaml: " + nook + " (line 3)", "limit -1"}));
  CHECK(a.warned({"devices.yaml: " + hall + " (line 4)",
                  "lies within itself: " + hall + " within " + nook + " within " + room + " within " + hall}));
  CHECK(a.warned({"devices.yaml: zones, line 5", "is there twice"}));
  CHECK(a.estate->find_unit("Zone 12").unit == site.unit(room));
  CHECK(a.estate->find_unit("z12").unit == site.unit(room));
  CHECK(a.estate->find_unit("hall").unit == site.unit(hall));
  CHECK(a.estate->find_unit("attic").unit == nullptr);
  Archive b;
  b.files["devices.yaml"] =
      "zones:\n  - {unit: " + room + ", within: attic}\n  - {unit: " + hall + ", within: " + hall + "}\n";
  CHECK(b.load().unit(room)->within.empty());
  CHECK(b.warned({"(line 2)", "within 'attic', which is no unit"}));
  CHECK(b.warned({"(line 3)", "lies within itself"}));
}
