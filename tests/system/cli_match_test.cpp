#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kRule = R"(title: Door forced
id: 7d1a5b9e-0001-4000-8000-000000000001
status: test
level: high
logsource: {product: watchfloor, service: access}
detection:
  forced: {state: forced}
  condition: forced
)";
constexpr const char* kBroken = R"(title: Broken
id: 7d1a5b9e-0002-4000-8000-000000000002
status: test
level: low
logsource: {product: watchfloor}
detection:
  a: {state|nonsense: x}
  condition: a
)";

std::string event(const std::string& id, const std::string& state) {
  Json j{{"time", "2026-01-31T08:00:00.5Z"},
         {"logsource", {{"product", "watchfloor"}, {"service", "access"}}},
         {"fields", {{"state", state}, {"door", {{"id", "D-1"}}}}}};
  if (!id.empty()) j["id"] = id;
  return j.dump() + "\n";
}

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
  return out;
}

}  // namespace

TEST_CASE("match prints one line an alert, with the events' ids or their line numbers") {
  const Scratch scratch;
  write_text(scratch / "rule.yml", kRule);
  const std::string input = event("", "closed") + event("", "forced") + "\n" + event("gate:7:1:9", "forced");
  const Outcome outcome = run("watchfloor", {"match", "--rules", scratch / "rule.yml", "-"}, input);
  REQUIRE(outcome.status == 0);
  const std::vector<Json> alerts = lines_of(outcome.out);
  REQUIRE(alerts.size() == 2);
  CHECK(alerts[0] == Json{{"rule", "7d1a5b9e-0001-4000-8000-000000000001"},
                          {"title", "Door forced"},
                          {"level", "high"},
                          {"time", "2026-01-31T08:00:00.500Z"},
                          {"events", {2}},
                          {"entities", {{"door", Json::array({"D-1"})}}}});
  CHECK(alerts[1]["events"] == Json{"gate:7:1:9"});
  CHECK(outcome.err.find("3 events, 2 alerts") != std::string::npos);
  CHECK(outcome.err.find("events/s") != std::string::npos);
}

TEST_CASE("match --incidents prints one line an incident, its alerts fused, and the same each time") {
  const Scratch scratch;
  write_text(scratch / "rule.yml", kRule);
  const std::string input = event("", "forced") + event("", "forced") + event("", "closed");
  const std::vector<std::string> words{"match", "--rules", scratch / "rule.yml", "--incidents", "-"};
  const Outcome outcome = run("watchfloor", words, input);
  REQUIRE(outcome.status == 0);
  const std::vector<Json> incidents = lines_of(outcome.out);
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0]["v"] == 1);
  CHECK(incidents[0]["title"].get<std::string>().find("forced") != std::string::npos);
  CHECK(run("watchfloor", words, input).out == outcome.out);
}

TEST_CASE("match --site names a folder that is no site") {
  const Scratch scratch;
  write_text(scratch / "rule.yml", kRule);
  const Outcome outcome =
      run("watchfloor", {"match", "--rules", scratch / "rule.yml", "--site", scratch / "absent", "-"});
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find("absent") != std::string::npos);
}

TEST_CASE("match names a line that is no event by its number and goes on") {
  const Scratch scratch;
  write_text(scratch / "rule.yml", kRule);
  write_text(scratch / "events.jsonl", "nonsense\n" + event("", "forced"));
  const Outcome outcome = run("watchfloor", {"match", "--rules", scratch / "rule.yml", scratch / "events.jsonl"});
  CHECK(outcome.status == 0);
  CHECK(lines_of(outcome.out).size() == 1);
  CHECK(outcome.err.find(scratch / "events.jsonl" + std::string(":1: ")) != std::string::npos);
  CHECK(outcome.err.find("1 lines of") != std::string::npos);
}

TEST_CASE("match without a usable rule or a readable file fails and says which") {
  const Scratch scratch;
  write_text(scratch / "broken.yml", kBroken);
  write_text(scratch / "rule.yml", kRule);
  CHECK(run("watchfloor", {"match", "--rules", scratch / "broken.yml", "-"}).status == 1);
  const Outcome absent = run("watchfloor", {"match", "--rules", scratch / "rule.yml", scratch / "absent.jsonl"});
  CHECK(absent.status == 1);
  CHECK(absent.err.find("absent.jsonl: cannot read it: No such file or directory") != std::string::npos);
  CHECK(run("watchfloor", {"match", "-"}).status == 2);
}

TEST_CASE("plans check names a plan that cannot be used, and what rules and plans say of each other in vain") {
  const Scratch scratch;
  const std::string rules = scratch / "rules", plans = scratch / "plans";
  std::filesystem::create_directory(rules);
  std::filesystem::create_directory(plans);
  write_text(rules + "/rule.yml", std::string(kRule) + "watchfloor: {plan: {id: forced}}\n");
  const std::string plan = "v: 1\nid: forced\ntitle: Forced\nsteps: [{do: Look, role: Guard, minutes: 5}]\n";
  write_text(plans + "/forced.yaml", plan);
  const std::vector<std::string> words{"plans", "check", plans, "--rules", rules};
  const Outcome good = run("watchfloor", words);
  CHECK(good.out == "1 plans loaded, 0 refused, in 1 files\n");
  CHECK(good.status == 0);
  // The incident has it.
  const std::string input = event("", "forced");
  const Outcome with = run("watchfloor", {"match", "--rules", rules, "--plans", plans, "--incidents", "-"}, input);
  REQUIRE(lines_of(with.out).size() == 1);
  CHECK(lines_of(with.out)[0]["plan_title"] == "Forced");
  CHECK(lines_of(with.out)[0]["plan"][0]["within_s"] == 300);

  write_text(plans + "/bad.yaml", "v: 1\nid: bad\ntitle: Bad\nsteps: [{do: Look}]\n");
  write_text(plans + "/forced.yaml", plan + "for: {rules: [nobody]}\n");
  const Outcome bad = run("watchfloor", words);
  CHECK(bad.status == 1);
  CHECK(bad.out.find("bad.yaml:4: a step does not say whose it is; add 'role'\n") != std::string::npos);
  CHECK(bad.out.find("there is no rule 'nobody'; correct `for: rules:`\n") != std::string::npos);
  CHECK(bad.out.find("1 plans loaded, 1 refused, in 2 files\n") != std::string::npos);
  write_text(plans + "/forced.yaml", "");
  CHECK(run("watchfloor", words).out.find("there is no plan 'forced'; correct the rule's `plan: {id: …}`") !=
        std::string::npos);
  CHECK(run("watchfloor", {"plans", "check", scratch / "absent"}).status == 1);
  // What comes with Watchfloor is in order.
  CHECK(run("watchfloor", {"plans", "check"}).status == 0);
}

TEST_CASE("rules check is silent about good rules and names a bad one with file and line") {
  const Scratch scratch;
  write_text(scratch / "good.yml", kRule);
  const Outcome good = run("watchfloor", {"rules", "check", scratch.path().string()});
  CHECK(good.status == 0);
  CHECK(good.out == "1 rules loaded, 0 refused, in 1 files\n");
  write_text(scratch / "broken.yml", kBroken);
  const Outcome bad = run("watchfloor", {"rules", "check", scratch.path().string()});
  CHECK(bad.status == 1);
  CHECK(bad.out.find("broken.yml:7: ") != std::string::npos);
  CHECK(bad.out.find("1 rules loaded, 1 refused, in 2 files\n") != std::string::npos);
  CHECK(run("watchfloor", {"rules", "check", scratch / "absent"}).status == 1);
  CHECK(run("watchfloor", {"rules"}).status == 2);
  CHECK(run("watchfloor", {"nonsense"}).status == 2);
}
