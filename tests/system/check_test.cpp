#include <sys/stat.h>

#include "tests/support/catch.hpp"
#include "tests/system/installation.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;

TEST_CASE("--check tells what is wrong, uses up nothing, and does not disturb the agent that runs") {
  Installation installation;
  const auto check = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"--check", "--source", "suricata:" + installation.file()};
    words.insert(words.end(), more.begin(), more.end());
    return run("wf-agent-network", words);
  };
  const std::vector<std::string> with{"--state", installation.state(), "--invite", installation.invitation()};

  Outcome before = check(with);  // the engine is not started
  INFO(before.out << before.err);
  CHECK(before.status == 1);
  CHECK(before.out.find("FAIL engine") != std::string::npos);
  CHECK(before.out.find("nothing takes connections") != std::string::npos);

  installation.start_engine();
  REQUIRE(eventually([&] { return check(with).status == 0; }));
  Outcome invited = check(with);
  CHECK(invited.out.find("knows this invitation") != std::string::npos);
  CHECK(invited.out.find("\nok   source suricata:") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(installation.state() + "/identity.json"));

  // The invitation is good for one enrolment, and still is.
  installation.start_agent();
  installation.write({kAlertLine});
  REQUIRE(installation.reaches(1));
  // The engine looks once a second who is there; until it has said so it has not said all of a quiet agent.
  REQUIRE(eventually([&] { return installation.said().find("agent net-1 is live") != std::string::npos; }));
  const std::string said = installation.said();
  for (int i = 0; i < 5; ++i) {
    const Outcome running = check(with);
    INFO(running.out << running.err);
    CHECK(running.status == 0);
    CHECK(running.out.find("an agent runs on it") != std::string::npos);
    CHECK(running.out.find("it admits this agent as net-1") != std::string::npos);
    CHECK(running.out.find("clock: this machine's clock is") != std::string::npos);
  }
  installation.write({kAlertLine, kAlertLine});
  CHECK(installation.reaches(3));
  // Not a word of a lost connection, a copy or a second enrolment, on either side.
  CHECK(installation.said() == said);

  REQUIRE(run("watchfloor", {"agent", "revoke", "net-1", "--data", installation.data()}).status == 0);
  REQUIRE(eventually([&] { return check(with).status == 1; }));
  CHECK(check(with).out.find("FAIL engine") != std::string::npos);

  // What it reads is not there, its keys are open to others.
  ::chmod((installation.state() + "/identity.json").c_str(), 0644);
  const Outcome open = check(with);
  CHECK(open.out.find("others may read this agent's secret key") != std::string::npos);
  const Outcome absent = run("wf-agent-network", {"--check", "--source", "suricata:/nowhere/eve.json"});
  CHECK(absent.status == 1);
  CHECK(absent.out.find("FAIL source suricata:/nowhere/eve.json") != std::string::npos);
}
