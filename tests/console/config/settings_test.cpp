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
policy:
  respond: {critical: 30s, high: 1min, medium: 5min, low: 2h}
  join_window: 20min
  flood: {begins: 20, ends: 7}
seat: {user: alice, role: Supervisor, name: Desk 2}
)",
                                   "/tmp/w.yaml", problems);
  CHECK(problems == std::vector<std::string>{});
  CHECK(s.listen == "tcp://0.0.0.0:7710");
  CHECK(s.seats == "tcp://0.0.0.0:7711");
  CHECK(s.site == "/tmp");
  REQUIRE(s.rules);
  CHECK(s.rules->size() == 2);
  CHECK(s.policy.respond_critical == 30 * kSecond);
  CHECK(s.policy.respond_high == kMinute);
  CHECK(s.policy.respond_medium == 5 * kMinute);
  CHECK(s.policy.respond_low == 2 * kHour);
  CHECK(s.policy.join_window == 20 * kMinute);
  CHECK(s.policy.flood_begins == 20);
  CHECK(s.policy.flood_ends == 7);
  CHECK(s.user == "alice");
  CHECK(s.role == "Supervisor");
  CHECK(s.seat == "Desk 2");
}

TEST_CASE("what a configuration leaves out keeps its default") {
  std::vector<std::string> problems;
  const Settings s = read_settings("v: 1\n", "w.yaml", problems);
  CHECK(problems.empty());
  CHECK_FALSE(s.listen);
  CHECK_FALSE(s.site);
  CHECK_FALSE(s.rules);
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
           "w.yaml:2: watchfloor.yaml has no \"lisen\"; known are v, listen, seats, site, rules, policy, seat",
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
