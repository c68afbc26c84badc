#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/system/installation.hpp"

using namespace wf::test;

namespace {

std::vector<std::string> made_lines(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(R"({"timestamp":"2026-02-25T06:13:20.)" + std::to_string(100'000 + i) + R"(+0000","flow_id":)" +
                  std::to_string(i + 1) +
                  R"(,"event_type":"alert","src_ip":"192.0.2.1","src_port":4711,"dest_ip":"198.51.100.7",)" +
                  R"("dest_port":22,"proto":"TCP","alert":{"signature":"TEST )" + std::to_string(i) +
                  R"(","signature_id":1,"severity":2,"category":"Misc"}})");
  return out;
}

std::vector<std::string> piece(const std::vector<std::string>& lines, std::size_t part, std::size_t parts) {
  const auto at = [&](std::size_t n) { return lines.begin() + static_cast<std::ptrdiff_t>(lines.size() * n / parts); };
  return {at(part), at(part + 1)};
}

/// The agent as the engine's file has it.
nlohmann::json agent_of(const Installation& house) {
  return nlohmann::json::parse(read_text(house.data() + "/keys/agents/net-1.json"));
}

std::string key_of(const Installation& house) { return agent_of(house)["public_key"]; }

Outcome command(const Installation& house, std::vector<std::string> words) {
  words.insert(words.end(), {"--data", house.data()});
  return run("watchfloor", words);
}

void check_exactly_once(Installation& house, std::size_t lines) {
  CHECK(house.stop_agent() == 0);
  CHECK(house.stop_engine() == 0);
  const auto expected = house.printed();
  const auto stored = house.observations();
  CHECK(house.stored() == lines);
  CHECK((stored == expected));
  const Outcome verified = command(house, {"verify"});
  INFO(verified.out << verified.err);
  CHECK(verified.status == 0);
}

}  // namespace

TEST_CASE(
    "an agent's key changes again and again under load, both sides are killed in the middle, and nothing is lost or "
    "twice") {
  const std::vector<std::string> lines = made_lines(4000);
  constexpr std::size_t kParts = 10;
  Installation house;
  house.start_engine();
  house.start_agent();
  house.write(piece(lines, 0, kParts));
  std::size_t written = piece(lines, 0, kParts).size();
  if (!house.reaches(written)) FAIL(house.said());
  std::set<std::string> keys{key_of(house)};
  for (std::size_t part = 1; part < kParts; ++part) {
    CAPTURE(part);
    const std::string before = key_of(house);
    const Outcome asked = command(house, {"agent", "rotate", "net-1"});
    INFO(asked.err);
    REQUIRE(asked.status == 0);
    CHECK(asked.err.find("makes a new key as soon as it is connected") != std::string::npos);
    house.write(piece(lines, part, kParts));
    written += piece(lines, part, kParts).size();
    // Some rounds kill at once, some when the engine has the next key, some when it has become the agent's.
    if (part % 3 == 1 && !eventually([&] { return agent_of(house)["next_key"] != "" || key_of(house) != before; }))
      FAIL(house.said());
    if (part % 3 == 2 && !eventually([&] { return key_of(house) != before; })) FAIL(house.said());
    if (part % 4 != 3) house.kill_agent();
    if (part % 4 != 1) house.kill_engine();
    if (part % 4 != 1) house.start_engine();
    if (part % 4 != 3) house.start_agent();
    // What was asked for comes about, whoever was killed.
    if (!eventually([&] { return key_of(house) != before && agent_of(house)["rotate"] == false; },
                    std::chrono::seconds(60)))
      FAIL(house.said());
    keys.insert(key_of(house));
  }
  if (!house.reaches(written)) FAIL(house.said());
  CHECK(keys.size() >= kParts);
  const Outcome audit = command(house, {"query", "audit"});
  CHECK(audit.out.find("net-1 is to make a new key (by ") != std::string::npos);
  CHECK(audit.out.find("net-1 has a new key; the one before is refused from now on") != std::string::npos);
  check_exactly_once(house, lines.size());
}

TEST_CASE("the engine's key is changed once its agents have kept the next one, and no event is lost") {
  const std::vector<std::string> lines = made_lines(600);
  Installation house;
  house.start_engine();
  house.start_agent();
  house.write(piece(lines, 0, 3));
  if (!house.reaches(200)) FAIL(house.said());
  const std::string old = read_text(house.data() + "/keys/engine.pub");
  CHECK(house.stop_agent() == 0);
  REQUIRE(command(house, {"key", "rotate", "--prepare"}).status == 0);
  const Outcome early = command(house, {"key", "rotate", "--switch"});
  CHECK(early.status == 1);
  CHECK(early.err.find("1 of 1 agents have not kept the next key and would be cut off: net-1") != std::string::npos);
  house.start_agent();
  if (!eventually([&] {
        return command(house, {"key", "status"}).out.find("kept by 1 of 1 agents") != std::string::npos;
      }))
    FAIL(house.said());
  house.write(piece(lines, 1, 3));
  const Outcome changed = command(house, {"key", "rotate", "--switch"});
  INFO(changed.err);
  REQUIRE(changed.status == 0);
  CHECK(changed.err.find("the engine that runs takes it when it is started again") != std::string::npos);
  CHECK(read_text(house.data() + "/keys/engine.pub") != old);
  CHECK(command(house, {"key", "status"}).out.find("until the engine that runs is started again") != std::string::npos);
  house.kill_engine();
  CHECK(command(house, {"key", "status"}).out.find("the next one takes the engine's key above") != std::string::npos);
  house.kill_agent();
  house.start_engine();
  house.start_agent();
  house.write(piece(lines, 2, 3));
  if (!house.reaches(600)) FAIL(house.said());
  CHECK(command(house, {"key", "status"}).out.find("in use") == std::string::npos);
  if (!eventually([&] {
        return command(house, {"query", "audit"}).out.find("the engine was started with its next key ") !=
               std::string::npos;
      }))
    FAIL(house.said());
  check_exactly_once(house, lines.size());
}

TEST_CASE("a revoked agent says what to do, goes on spooling, and brings all of it when it is invited again") {
  const std::vector<std::string> lines = made_lines(300);
  Installation house;
  house.start_engine();
  house.start_agent();
  house.write(piece(lines, 0, 3));
  if (!house.reaches(100)) FAIL(house.said());
  REQUIRE(command(house, {"agent", "revoke", "net-1"}).status == 0);
  if (!eventually([&] {
        return house.said().find(
                   "this agent was revoked; its events stay in its spool until it is let in again with an "
                   "invitation of `watchfloor agent invite --name net-1`") != std::string::npos;
      }))
    FAIL(house.said());
  house.write(piece(lines, 1, 3));
  std::filesystem::remove(house.invitation());
  const Outcome invited = command(house, {"agent", "invite", "--name", "net-1", "--kinds", "network", "--engine",
                                          house.endpoint(), "--out", house.invitation()});
  INFO(invited.err);
  REQUIRE(invited.status == 0);
  CHECK(invited.err.find("net-1 is revoked: who uses this invitation takes its place, with a new key") !=
        std::string::npos);
  const std::string before = key_of(house);
  CHECK(house.stop_agent() == 0);
  house.start_agent();
  house.write(piece(lines, 2, 3));
  if (!house.reaches(300)) FAIL(house.said());
  CHECK(key_of(house) != before);
  check_exactly_once(house, lines.size());
}
