// What the recordings name must be in the estate that they are played on, else the demo's stories fall apart.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "console/site/load.hpp"
#include "tests/support/catch.hpp"

using namespace wf;

namespace {

const std::filesystem::path kFolder = WF_SOURCE_DIR "/assets/recordings/evening";

struct Line {
  double second;
  std::string native;
};

std::vector<Line> read(const std::string& name) {
  std::ifstream in(kFolder / name);
  REQUIRE(in.is_open());
  std::vector<Line> out;
  for (std::string line; std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    INFO(name << ": " << line);
    REQUIRE(tab != std::string::npos);
    REQUIRE(line[0] == '+');
    out.push_back({std::stod(line.substr(1, tab - 1)), line.substr(tab + 1)});
    CHECK((out.size() < 2 || out[out.size() - 2].second <= out.back().second));
  }
  CHECK_FALSE(out.empty());
  return out;
}

std::shared_ptr<const Estate> estate() {
  site::SiteReport report;
  auto loaded = site::load_estate(WF_SOURCE_DIR "/assets/site", report);
  if (!loaded) FAIL(loaded.error().text());
  return *loaded;
}

bool is_device(const Estate& e, const std::string& name, DeviceKind kind) {
  const DevicePlace place = e.find_device(name);
  return place.device != nullptr && place.device->kind == kind;
}

}  // namespace

TEST_CASE("doors, readers, badges and cameras of the recording are in the estate") {
  const auto e = estate();
  const std::set<std::string> strangers{"71-0033"};
  auto known_badge = [&](const std::string& badge) {
    return badge.empty() || strangers.count(badge) == 1 || e->person_by_credential(badge) != nullptr;
  };
  std::vector<Line> lines = read("doors-hq.rec");
  REQUIRE(lines[0].native == "Timestamp;Controller;Door;Reader;Event;Card;Holder;Detail");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    INFO(lines[i].native);
    std::vector<std::string> cells;
    std::stringstream row(lines[i].native);
    for (std::string cell; std::getline(row, cell, ';');) cells.push_back(cell);
    cells.resize(8);
    CHECK(is_device(*e, cells[1], DeviceKind::controller));
    CHECK(is_device(*e, cells[2], DeviceKind::door));
    CHECK((cells[3].empty() || is_device(*e, cells[3], DeviceKind::reader)));
    CHECK(known_badge(cells[5]));
    if (const Person* p = e->person_by_credential(cells[5]); p != nullptr) CHECK(p->name == cells[6]);
  }
  for (const Line& line : read("doors-antwerp.rec")) {
    INFO(line.native);
    const auto row = nlohmann::json::parse(line.native);
    CHECK(is_device(*e, row.at("door"), DeviceKind::door));
    CHECK((!row.contains("reader") || is_device(*e, row["reader"], DeviceKind::reader)));
    CHECK(known_badge(row.value("badge", "")));
  }
  for (const Line& line : read("cameras.rec")) {
    INFO(line.native);
    CHECK(is_device(*e, nlohmann::json::parse(line.native).at("camera"), DeviceKind::camera));
  }
}

TEST_CASE("the hosts of the recording's logs and the exploit's target are in the estate") {
  const auto e = estate();
  for (const char* file : {"auth-hv-07.rec", "auth-servers.rec"})
    for (const Line& line : read(file)) {
      INFO(line.native);
      const std::string host = line.native.substr(16, line.native.find(' ', 16) - 16);
      CHECK(is_device(*e, host, DeviceKind::host));
    }
  int exploits = 0;
  for (const Line& line : read("eve.rec")) {
    const auto row = nlohmann::json::parse(line.native);
    if (row["event_type"] != "alert" || row["alert"]["severity"] != 1 || row["dest_port"] != 445) continue;
    ++exploits;
    const DevicePlace target = e->find_device(row["dest_ip"].get<std::string>());
    REQUIRE(target.device != nullptr);
    const Person* owner = e->person(target.device->owner);
    REQUIRE(owner != nullptr);
    // Gone: the last grant of the owner's badge is at a reader inside of the entrance.
    std::string last;
    for (const Line& door : read("doors-hq.rec"))
      if (door.second < line.second && door.native.find(owner->credentials.at(0)) != std::string::npos)
        last = door.native;
    CHECK(last.find(";R-001X;Access granted;") != std::string::npos);
  }
  CHECK(exploits == 2);
}

TEST_CASE("the recording is small enough to be carried along") {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) bytes += entry.file_size();
  CHECK(bytes < 2U << 20U);
}
