#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;

namespace {

/// What a program says between two texts; empty while it has not.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const std::size_t end = text.find(after, at + before.size());
  return end == std::string::npos ? std::string() : text.substr(at + before.size(), end - at - before.size());
}

}  // namespace

TEST_CASE(
    "a door agent that speaks for a foreign door is not believed, and what it may is allowed while the engine runs") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  const auto csv = [&](const std::string& name, const std::string& door) {
    write_text(scratch / name,
               "Timestamp;Controller;Door;Reader;Event;Card;Holder;Detail\n"
               "2026-03-12 22:31:05.120;acs-1;" +
                   door + ";R-1;Access granted;88-2140;M. Novak;\n");
    return scratch / name;
  };
  const Outcome invited =
      run("watchfloor", {"agent", "invite", "--data", data, "--name", "door-a", "--kinds", "access", "--devices",
                         "D-1, R-*", "--engine", "tcp://127.0.0.1:7710", "--out", scratch / "token"});
  INFO(invited.err);
  REQUIRE(invited.status == 0);
  Program engine("watchfloor", {"serve", "--data", data, "--listen", "tcp://127.0.0.1:0"});
  std::string endpoint;
  REQUIRE(eventually([&] {
    endpoint = between(engine.err(), "serves agents at ", ",");
    return !endpoint.empty();
  }));
  const auto bring = [&](const std::string& file) {
    const Outcome agent =
        run("wf-agent-access",
            {"--source", "mapped:" + file + ",map=" WF_SOURCE_DIR "/assets/mappings/door-controller.yaml", "--engine",
             endpoint, "--invite", scratch / "token", "--state", scratch / "state", "--once"});
    INFO(agent.err);
    CHECK(agent.status == 0);
  };
  bring(csv("own.csv", "D-1"));
  bring(csv("foreign.csv", "D-9"));
  const Outcome allowed = run("watchfloor", {"agent", "allow", "door-a", "--data", data, "--devices", "D-*,R-*"});
  INFO(allowed.err);
  REQUIRE(allowed.status == 0);
  bring(csv("allowed.csv", "D-9"));
  CHECK(run("watchfloor", {"agent", "list", "--data", data}).out.find("D-*,R-*") != std::string::npos);
  // The engine looks for what commands did once a second.
  CHECK(eventually([&] {
    const Outcome audit = run("watchfloor", {"query", "audit", "--data", data});
    return audit.out.find("door-a may speak for D-*, R-*; before: D-1, R-*") != std::string::npos;
  }));
  engine.signal(SIGTERM);
  CHECK(engine.wait() == 0);

  const Outcome events = run("watchfloor", {"query", "events", "--data", data, "--json"});
  INFO(events.err);
  REQUIRE(events.status == 0);
  std::vector<std::string> doors, claims;
  std::istringstream lines(events.out);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json event = nlohmann::json::parse(line);
    if (event["kind"] == "access.granted") doors.push_back(event["fields"]["door.id"]);
    if (event["kind"] == "link.claim") claims.push_back(event["fields"]["claim.device"]);
  }
  CHECK(doors.size() == 2);
  CHECK(std::count(doors.begin(), doors.end(), "D-1") == 1);
  CHECK(std::count(doors.begin(), doors.end(), "D-9") == 1);
  CHECK(claims == std::vector<std::string>{"D-9"});
  const Outcome audit = run("watchfloor", {"query", "audit", "--data", data});

  CHECK(audit.out.find("door-a: spoke for a device that it may not speak for: access.granted of D-9, in 1 of ") !=
        std::string::npos);
}
