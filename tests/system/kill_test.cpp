#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/system/installation.hpp"

using namespace wf::test;

namespace {

/// The alerts of four real captures, one a line as Suricata writes them; none where the captures are absent.
std::vector<std::string> real_lines() {
  std::vector<std::string> out;
  const std::filesystem::path folder = std::filesystem::path(WF_SHARED_DATA) / "suricata";
  for (const char* name : {"first-org-conf-2015", "honeypot-2018", "wrccdc-2017", "wrccdc-2018"}) {
    std::ifstream file(folder / (std::string(name) + ".json"));
    if (!file) continue;
    for (const auto& event : nlohmann::ordered_json::parse(file)) out.push_back(event.dump());
  }
  return out;
}

std::vector<std::string> made_lines(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string second = std::to_string(10 + i / 1000 % 50), fraction = std::to_string(100'000 + i % 1000 * 100);
    out.push_back(R"({"timestamp":"2026-02-25T06:13:)" + second + "." + fraction + R"(+0000","flow_id":)" +
                  std::to_string(i + 1) + R"(,"event_type":"alert","src_ip":"192.0.2.)" + std::to_string(i % 250) +
                  R"(","src_port":4711,"dest_ip":"198.51.100.7","dest_port":22,"proto":"TCP","alert":{"signature":)" +
                  R"("TEST line )" + std::to_string(i) + R"(","signature_id":1,"severity":2,"category":"Misc"}})");
  }
  return out;
}

/// The `part`-th of `parts` pieces.
std::vector<std::string> piece(const std::vector<std::string>& lines, std::size_t part, std::size_t parts) {
  const auto at = [&](std::size_t n) { return lines.begin() + static_cast<std::ptrdiff_t>(lines.size() * n / parts); };
  return {at(part), at(part + 1)};
}

/// Writes the lines while agent and engine are killed, one, the other and both, in the middle of it.
void feed_and_kill(const std::vector<std::string>& lines) {
  constexpr std::size_t kParts = 8;
  Installation house;
  house.start_engine();
  house.start_agent();
  std::size_t written = 0;
  const auto write = [&](std::size_t part) {
    const std::vector<std::string> some = piece(lines, part, kParts);
    house.write(some);
    written += some.size();
  };
  write(0);
  if (!house.reaches(written)) FAIL(house.said());
  for (std::size_t part = 1; part < kParts; ++part) {
    CAPTURE(part);
    const std::size_t before = house.stored();
    write(part);
    // Some rounds kill at once, some when the first of the new events is stored.
    if (part % 2 == 0 && !eventually([&] { return house.stored() > before; })) FAIL(house.said());
    if (part % 3 != 0) house.kill_agent();
    if (part % 3 != 1) house.kill_engine();
    if (part % 3 != 1) house.start_engine();
    if (part % 3 != 0) house.start_agent();
  }
  if (!house.reaches(written)) FAIL(house.said());
  CHECK(house.stop_agent() == 0);
  CHECK(house.stop_engine() == 0);
  const auto expected = house.printed();
  const auto stored = house.observations();
  CHECK(house.stored() == lines.size());
  CHECK((stored == expected));
  const Outcome verified = run("watchfloor", {"verify", "--data", house.data()});
  INFO(verified.out << verified.err);
  CHECK(verified.status == 0);
}

}  // namespace

TEST_CASE("every alert of real captures is stored exactly once though agent and engine are killed in the middle") {
  const std::vector<std::string> lines = real_lines();
  if (lines.empty()) {
    WARN("the captures are not on this machine: " << WF_SHARED_DATA << "/suricata is absent");
    return;
  }
  CHECK(lines.size() == 548);
  feed_and_kill(lines);
}

TEST_CASE("six thousand lines are stored exactly once though agent and engine are killed in the middle") {
  feed_and_kill(made_lines(6000));
}
