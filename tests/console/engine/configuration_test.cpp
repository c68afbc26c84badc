#include "console/engine/configuration.hpp"

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::engine;

TEST_CASE("a policy comes back from the log as it was") {
  Configuration before;
  before.policy.desks = 3;
  before.policy.flood_begins = 20;
  before.policy.people_agreement = "works council";
  before.policy.inhibitions = {{"door.power", "U-1", "camera.offline", "U-1", "one supply"}};
  before.policy.skips_to = "Duty manager";
  before.plans = {{"plans/door.yaml", "v: 1\nid: door"}};
  before.policy.tickets = {kMinute, kDay, kHour, 0, 2 * kHour, 7 * kDay, "Technics"};
  before.policy.dispatch = {kSecond, 0, kHour, kDay};
  before.policy.guard_roles = {"Patrol"};
  before.policy.rule_roles = {"Analyst"};
  const Result<Configuration> after = configuration_from_json(configuration_to_json(before));
  REQUIRE(after.ok());
  CHECK(configuration_to_json(*after) == configuration_to_json(before));
  CHECK(after->policy.desks == 3);
  CHECK(after->policy.people_agreement == "works council");
  CHECK(after->policy.inhibitions == before.policy.inhibitions);
  CHECK(after->policy.skips_to == "Duty manager");
  REQUIRE(after->plans.size() == 1);
  CHECK(after->plans[0].path == "plans/door.yaml");
  CHECK(after->plans[0].text == "v: 1\nid: door");
  CHECK(after->policy.tickets == before.policy.tickets);
  CHECK(after->policy.dispatch == before.policy.dispatch);
  CHECK(after->policy.guard_roles == before.policy.guard_roles);
  CHECK(after->policy.rule_roles == before.policy.rule_roles);
  CHECK(after->policy.judging == fusion::Policy{}.judging);
}

TEST_CASE("a log of before tickets and collected floods is judged without them") {
  const Result<Configuration> old = configuration_from_json(R"({"v":1,"rules":[],"policy":{"join_window":1000}})");
  REQUIRE(old.ok());
  CHECK(old->policy.tickets.after == 0);
  CHECK(old->policy.dispatch == fusion::Policy::Dispatching{0, 0, 0, 0});
  CHECK(old->policy.guard_roles.empty());
  CHECK(old->policy.judging == 0);
  CHECK(old->policy.inhibitions.empty());
  CHECK(old->plans.empty());
}
