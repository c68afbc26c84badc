// The project's own estate must be whole: the demo, the screenshots and many tests stand on it.
#include <algorithm>
#include <set>

#include "console/site/geometry.hpp"
#include "console/site/load.hpp"
#include "tests/support/catch.hpp"

using namespace wf;

namespace {

const Estate& sample() {
  static const std::shared_ptr<const Estate> estate = [] {
    site::SiteReport report;
    auto loaded = site::load_estate(WF_SOURCE_DIR "/assets/site", report);
    if (!loaded) FAIL(loaded.error().text());
    for (const std::string& warning : report.warnings) UNSCOPED_INFO(warning);
    REQUIRE(report.warnings.empty());
    return *loaded;
  }();
  return *estate;
}

std::size_t count(const Site& site, DeviceKind kind) {
  return static_cast<std::size_t>(
      std::count_if(site.devices.begin(), site.devices.end(), [&](const Device& d) { return d.kind == kind; }));
}

const Unit& room(const Site& site, std::string_view level, std::string_view name) {
  for (const Unit& u : site.units)
    if (u.name == name && site.level(u.level_id)->name == level) return u;
  FAIL("no room " << name);
  throw 0;
}

}  // namespace

TEST_CASE("the sample estate loads without a warning and has its parts") {
  const Estate& estate = sample();
  REQUIRE(estate.sites.size() == 2);
  CHECK(estate.people.size() == 120);
  const Site* hq = estate.site("rotterdam");
  REQUIRE(hq != nullptr);
  CHECK(hq->short_name == "HQ");
  CHECK(hq->time_zone == "Europe/Amsterdam");
  CHECK(hq->buildings.size() == 2);
  REQUIRE(hq->levels.size() == 5);
  CHECK(hq->levels[0].ordinal == 0);
  CHECK(hq->levels[2].name == "Level 2");
  CHECK(hq->levels[4].outdoor);
  CHECK(hq->units.size() == 110);
  CHECK(hq->openings.size() == 131);
  CHECK(count(*hq, DeviceKind::camera) == 24);
  CHECK(count(*hq, DeviceKind::door) == 46);
  CHECK(count(*hq, DeviceKind::host) == 40);
  CHECK(count(*hq, DeviceKind::controller) == 2);
  const Site* antwerp = estate.site("antwerp");
  REQUIRE(antwerp != nullptr);
  CHECK(antwerp->time_zone == "Europe/Brussels");
  CHECK(antwerp->locality == "Antwerp");
}

TEST_CASE("the sample's server room is behind its door, with its camera and hosts") {
  const Site& hq = *sample().site("rotterdam");
  const Unit& servers = room(hq, "Level 2", "Server room");
  const Unit& lobby = room(hq, "Level 2", "Server lobby");
  CHECK(servers.category == "server");
  CHECK(servers.criticality == 4);
  const Device* door = hq.device("D-231");
  REQUIRE(door != nullptr);
  CHECK(door->unit_id == servers.id);
  const Opening* opening = hq.opening(door->opening_id);
  REQUIRE(opening != nullptr);
  CHECK(std::set<std::string>{opening->unit_a, opening->unit_b} == std::set<std::string>{servers.id, lobby.id});
  CHECK(hq.device("R-231")->unit_id == lobby.id);
  CHECK(hq.device("hv-07")->unit_id == servers.id);
  const std::vector<std::string>& covers = hq.device("C-27")->covers;
  CHECK(std::count(covers.begin(), covers.end(), "D-231") == 1);
  CHECK(std::count(covers.begin(), covers.end(), servers.id) == 1);
  CHECK(sample().place_path(hq, "", servers.id) ==
        std::vector<std::string>{"HQ", "Main building", "Level 2", "Server room"});
}

TEST_CASE("every room of the sample can be entered and named, and rooms of a level do not overlap") {
  for (const Site& site : sample().sites) {
    std::set<std::string> entered;
    for (const Opening& o : site.openings) {
      entered.insert(o.unit_a);
      entered.insert(o.unit_b);
    }
    for (const Unit& u : site.units) {
      INFO(site.id << " " << site.level(u.level_id)->name << " " << u.name);
      CHECK_FALSE(u.name.empty());
      CHECK(u.label_width > 1);
      CHECK(site::distance_to(u.polygons, u.label) == 0);
      if (u.category != "opentobelow" && !site.level(u.level_id)->outdoor) CHECK(entered.count(u.id) == 1);
      for (const Unit& other : site.units)
        if (&other != &u && other.level_id == u.level_id) CHECK(site::distance_to(other.polygons, u.label) > 0);
    }
  }
}

TEST_CASE("every device of the sample stands on the map, and people's badges are known") {
  const Estate& estate = sample();
  for (const Site& site : estate.sites)
    for (const Device& d : site.devices) {
      INFO(d.id);
      CHECK(d.placed);
      CHECK(site.level(d.level_id) != nullptr);
    }
  REQUIRE(estate.person_by_credential("88-1042") != nullptr);
  CHECK(estate.person_by_credential("88-1042")->id == "P-1042");
  CHECK(estate.person_by_account("LBRANDT")->name == "Lukas Brandt");
  CHECK(estate.find_device("fin-03").device->owner == "P-1033");
  CHECK(estate.find_device("10.20.3.13").device->id == "fin-03");
  CHECK(estate.find_device("A-01").device->id == "D-701");
  CHECK(estate.find_device("A-01").site->id == "antwerp");
}
