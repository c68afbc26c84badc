#include "console/config/settings.hpp"

#include <unistd.h>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::config;

namespace {

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> problems;
  (void)read_settings(text, "w.yaml", problems);
  return problems;
}

}  // namespace

TEST_CASE("a configuration that uses every key is read") {
  std::vector<std::string> problems;
  const Settings s = read_settings(R"(v: 1
listen: tcp://0.0.0.0:7710
seats: tcp://0.0.0.0:7711
site: /tmp
rules: [/tmp, /]
plans: /tmp
policy:
  skipped_steps_to: Duty manager
  respond: {critical: 30s, high: 1min, medium: 5min, low: 2h}
  join_window: 20min
  flood: {begins: 20, ends: 7}
  causes: {window: 2min, grace: 90s}
  evidence: {device_heard: 12h, agent_heard: 10min, lateness: 5s}
  join_weights: {next room: 60, enough: 55}
  alarms: {repeat_window: 8h, stale_after: 12h, fleeting: 5s, damped_stands: 2min, chatter: {times: 4, within: 2min, calm: 20min}}
  escalate: [{after: 1min, to: Supervisor}, {after: 5min, to: Duty manager}]
  dispatch: {received: 90s, en_route: 3min, arrived: 15min, cleared: never}
  guard_roles: [Guard, Patrol]
  rule_roles: [Analyst]
  desks: 3
  inhibitions: [{while: {what: door.power, at: U-1}, inhibit: {what: camera.offline}, reason: one supply}]
  figures: {people: works council}
  tickets: {after: 2min, target: 2d, target_vital: 4h, patrol: never, patrol_vital: 30min, silent_after: 7d, owner: Technics}
watch: {heartbeat: "https://hc.example.org/ping/1", every: 30s}
attachments: {limit_mib: 1000, per_agent_mib: 200, max_mib: 20}
seat: {user: alice, role: Supervisor, name: Desk 2}
)",
                                   "/tmp/w.yaml", problems);
  CHECK(problems == std::vector<std::string>{});
  CHECK(s.listen == "tcp://0.0.0.0:7710");
  CHECK(s.seats == "tcp://0.0.0.0:7711");
  CHECK(s.site == "/tmp");
  REQUIRE(s.rules);
  CHECK(s.rules->size() == 2);
  CHECK(s.plans == std::vector<std::filesystem::path>{"/tmp"});
  CHECK(s.policy.skips_to == "Duty manager");
  CHECK(s.policy.respond_critical == 30 * kSecond);
  CHECK(s.policy.respond_high == kMinute);
  CHECK(s.policy.respond_medium == 5 * kMinute);
  CHECK(s.policy.respond_low == 2 * kHour);
  CHECK(s.policy.join_window == 20 * kMinute);
  CHECK(s.policy.flood_begins == 20);
  CHECK(s.policy.cause_window == 2 * kMinute);
  CHECK(s.policy.cause_grace == 90 * kSecond);
  CHECK(s.policy.evidence_device == 12 * kHour);
  CHECK(s.policy.evidence_agent == 10 * kMinute);
  CHECK(s.policy.evidence_lateness == 5 * kSecond);
  CHECK(s.policy.join_weights == std::map<std::string, int>{{"enough", 55}, {"next room", 60}});
  CHECK(s.policy.flood_ends == 7);
  CHECK(s.policy.repeat_window == 8 * kHour);
  CHECK(s.policy.stale_after == 12 * kHour);
  CHECK(s.policy.fleeting == 5 * kSecond);
  CHECK(s.policy.damped_stands == 2 * kMinute);
  CHECK(s.policy.chatter_times == 4);
  CHECK(s.policy.chatter_within == 2 * kMinute);
  CHECK(s.policy.chatter_calm == 20 * kMinute);
  CHECK(s.policy.escalate ==
        std::vector<fusion::Policy::Escalation>{{kMinute, "Supervisor"}, {5 * kMinute, "Duty manager"}});
  CHECK(s.policy.dispatch == fusion::Policy::Dispatching{90 * kSecond, 3 * kMinute, 15 * kMinute, 0});
  CHECK(s.policy.guard_roles == std::vector<std::string>{"Guard", "Patrol"});
  CHECK(s.policy.rule_roles == std::vector<std::string>{"Analyst"});
  CHECK(s.policy.desks == 3);
  CHECK(s.policy.people_agreement == "works council");
  CHECK(s.policy.inhibitions ==
        std::vector<fusion::Policy::Inhibition>{{"door.power", "U-1", "camera.offline", "", "one supply"}});
  CHECK(s.policy.tickets ==
        fusion::Policy::Ticketing{2 * kMinute, 2 * kDay, 4 * kHour, 0, 30 * kMinute, 7 * kDay, "Technics"});
  CHECK(s.heartbeat == "https://hc.example.org/ping/1");
  CHECK(s.heartbeat_every == 30 * kSecond);
  CHECK(s.attachments == AttachmentLimits{1000ULL << 20U, 200ULL << 20U, 20ULL << 20U});
  CHECK(s.user == "alice");
  CHECK(s.role == "Supervisor");
  CHECK(s.seat == "Desk 2");
}

TEST_CASE("a heartbeat that would never be heard is a problem, not a silence") {
  const auto problem = [](const std::string& watch) {
    std::vector<std::string> problems;
    (void)read_settings("v: 1\nwatch: " + watch + "\n", "w.yaml", problems);
    return problems.empty() ? std::string() : problems.front();
  };
  CHECK(problem("{heartbeat: \"https://hc.example.org/x\"}").empty());
  CHECK(problem("{heartbeat: hc.example.org}").starts_with("w.yaml:2: the heartbeat's address is no http://"));
  CHECK(problem("{heartbeat: \"file:///etc/passwd\"}").starts_with("w.yaml:2:"));
  CHECK(problem("{every: 60s}") == "w.yaml:2: `watch` names no heartbeat; write heartbeat: https://…, or remove it");
  CHECK(problem("{heartbeat: \"http://h/\", every: 10ms}").find("every second at most") != std::string::npos);
}

TEST_CASE("what a configuration leaves out keeps its default") {
  std::vector<std::string> problems;
  const Settings s = read_settings("v: 1\n", "w.yaml", problems);
  CHECK(problems.empty());
  CHECK_FALSE(s.listen);
  CHECK_FALSE(s.site);
  CHECK_FALSE(s.rules);
  CHECK_FALSE(s.plans);
  CHECK(s.policy.skips_to == "Supervisor");
  CHECK(s.attachments == AttachmentLimits{});
  CHECK(s.policy.respond_critical == fusion::Policy{}.respond_critical);
}

TEST_CASE("every problem of a configuration is named with its line in one reading") {
  CHECK(problems_of(R"(v: 1
lisen: tcp://x
listen: http://x
site: /nowhere/at/all
policy:
  respond: {critical: soon}
  flood: {begins: 5, ends: 5}
seat: {user: ""}
seat: {}
)") == std::vector<std::string>{
           "w.yaml:2: watchfloor.yaml has no \"lisen\"; known are v, listen, seats, site, rules, plans, policy, keys, "
           "watch, "
           "attachments, seat",
           "w.yaml:3: \"http://x\" is no address to listen on; use tcp://ADDRESS:PORT, for example "
           "tcp://127.0.0.1:7710",
           "w.yaml:4: there is no /nowhere/at/all; name a file or folder that exists",
           "w.yaml:6: \"soon\" is no duration above 0; write one like 90s, 14min or 1h",
           "w.yaml:7: a flood has to end below where it begins; lower `ends` or raise `begins`",
           "w.yaml:8: a user's name is missing; write one, or remove the key",
           "w.yaml:9: \"seat\" stands here twice; keep one of them"});
}

TEST_CASE("what is no configuration is refused in one line") {
  CHECK(problems_of("") == std::vector<std::string>{"w.yaml:1: this is no configuration; begin it with `v: 1`"});
  CHECK(problems_of("listen: tcp://127.0.0.1:1\n") ==
        std::vector<std::string>{"w.yaml:1: the version is missing; begin the file with `v: 1`"});
  CHECK(problems_of("v: 2\n").size() == 1);
  REQUIRE(problems_of("v: 1\nsite: [\n").size() == 1);
  CHECK(problems_of("v: 1\nsite: [\n")[0].starts_with("w.yaml:"));
  std::vector<std::string> problems;
  (void)load_settings("/nowhere/watchfloor.yaml", problems);
  CHECK(problems == std::vector<std::string>{"/nowhere/watchfloor.yaml: cannot read it: No such file or directory; "
                                             "check its path, owner and mode"});
}

TEST_CASE("a folder in the place of the configuration is refused in one line") {
  std::vector<std::string> problems;
  (void)load_settings("/tmp", problems);
  CHECK(problems == std::vector<std::string>{"/tmp: cannot read it: Is a directory; check its path, owner and mode"});
}

TEST_CASE("durations are read with their units, and nothing else is") {
  CHECK(parse_duration("90s").value() == 90 * kSecond);
  CHECK(parse_duration("14min").value() == 14 * kMinute);
  CHECK(parse_duration("2h30min").value() == 150 * kMinute);
  CHECK(parse_duration("1.5s").value() == 1500 * kMillisecond);
  CHECK(parse_duration("250ms").value() == 250 * kMillisecond);
  CHECK(parse_duration("60").value() == kMinute);
  for (const char* bad : {"", "s", "-1s", "1x", "1s5", "9999999d", "nan", "1e9s", " 1s", "inf"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad).ok());
  }
}

TEST_CASE("the ages of keys are read, and keys that are changed too late are named") {
  std::vector<std::string> problems;
  const Settings read = read_settings("v: 1\nkeys: {rotate_after: 90d, max_age: 180d}\n", "w.yaml", problems);
  CHECK(problems.empty());
  CHECK(read.rotate_after == 90 * kDay);
  CHECK(read.max_key_age == 180 * kDay);
  CHECK(problems_of("v: 1\nkeys: {rotate_after: 90d, max_age: 90d}\n") ==
        std::vector<std::string>{"w.yaml:2: keys are changed only after they are too old; lower `rotate_after`"});
}

TEST_CASE("an amount of attachments that is none is named") {
  const auto problems = problems_of("v: 1\nattachments: {limit_mib: 0, all: 3}\n");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].find("\"0\" is no number from 1 to 16777216") != std::string::npos);
  CHECK(problems[1].find("attachments has no \"all\"") != std::string::npos);
}

TEST_CASE("chattering can be switched off, and once is no chattering") {
  std::vector<std::string> problems;
  const Settings read = read_settings("v: 1\npolicy:\n  alarms: {chatter: {times: 0}}\n", "w.yaml", problems);
  CHECK(problems == std::vector<std::string>{});
  CHECK(read.policy.chatter_times == 0);
  CHECK(problems_of("v: 1\npolicy:\n  alarms: {chatter: {times: 1}}\n").size() == 1);
}
