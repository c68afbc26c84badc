#include "console/engine/silence.hpp"

#include "tests/support/catch.hpp"

using namespace wf;
using wf::engine::Silence;

namespace {

struct Said {
  std::vector<std::string> lines;
  void operator()(const link::Fact& fact) {
    lines.push_back(std::string(link::kind_of(fact.topic)) + " " + fact.agent + " " + fact.fields.front().value);
  }
};

AgentState agent(const char* name, AgentState::Health health) {
  AgentState out;
  out.name = name;
  out.kind = "access";
  out.health = health;
  return out;
}

}  // namespace

TEST_CASE("an agent that falls silent is told once, and once that it is back") {
  using Health = AgentState::Health;
  Said said;
  Silence silence({}, 0);
  const auto look = [&](Health health, std::int64_t at) {
    silence.look(
        {agent("gate-7", health)}, at, [](const std::string&) { return true; }, std::ref(said));
  };
  look(Health::live, kSecond);
  look(Health::silent, 2 * kSecond);
  look(Health::late, 15 * kSecond);
  CHECK(said.lines.empty());
  look(Health::late, 16 * kSecond);
  look(Health::silent, 60 * kSecond);
  CHECK(said.lines == std::vector<std::string>{"link.silent gate-7 access"});
  look(Health::live, 61 * kSecond);
  look(Health::live, 62 * kSecond);
  CHECK(said.lines.size() == 2);
  CHECK(said.lines.back() == "link.heard gate-7 access");
}

TEST_CASE("after a start agents have a minute, and what the log calls silent is not told again") {
  using Health = AgentState::Health;
  Said said;
  Silence silence({"old"}, 0);
  const auto look = [&](std::int64_t at) {
    silence.look(
        {agent("gone", Health::never), agent("old", Health::silent), agent("new", Health::never),
         agent("shut", Health::revoked)},
        at, [](const std::string& name) { return name != "new"; }, std::ref(said));
  };
  look(59 * kSecond);
  CHECK(said.lines.empty());
  look(60 * kSecond);
  look(90 * kSecond);
  CHECK(said.lines == std::vector<std::string>{"link.silent gone access"});
}
