#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "proto/time.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;

namespace {

constexpr const char* kMapping = R"(
v: 1
format: csv
time: {column: Time, format: rfc3339}
fields: {door.id: Door}
kinds: [{when: {Event: Opened}, kind: door.opened}, {when: {Event: Fire}, kind: fire.alarm}]
)";

/// What drives the door: writes down what it was told, and the door opens.
constexpr const char* kDriver = R"(#!/bin/sh
echo "$1" >> "$2"
[ "$1" = unlock ] && echo "$(date -u +%Y-%m-%dT%H:%M:%SZ),D-001,Opened" >> "$3"
exit 0
)";

/// An engine with the sample site, and an access agent whose list lets it unlock D-001.
class House {
 public:
  House() {
    write_text(scratch_ / "doors.csv", "Time,Door,Event\n");
    write_text(scratch_ / "doors.yaml", kMapping);
    write_text(scratch_ / "drive", kDriver);
    REQUIRE(::chmod((scratch_ / "drive").c_str(), 0700) == 0);
    start_engine();
    const Outcome made = run("watchfloor", {"agent", "invite", "--data", data(), "--engine", address_, "--name",
                                            "gate-7", "--kinds", "access", "--out", scratch_ / "token"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    const auto program = [&](const char* word) {
      return "[" + (scratch_ / "drive") + ", " + word + ", " + door() + ", " + (scratch_ / "doors.csv") + "]";
    };
    write_text(scratch_ / "agent.yaml", "v: 1\nname: gate-7\nengines: [" + address_ +
                                            "]\ninvite: " + (scratch_ / "token") + "\nstate: " + (scratch_ / "state") +
                                            "\nsources:\n  - {kind: mapped, address: " + (scratch_ / "doors.csv") +
                                            ", options: {map: " + (scratch_ / "doors.yaml") +
                                            "}}\noutputs:\n  - device: D-001\n    actions: [unlock]\n    run: " +
                                            program("unlock") + "\n    undo: " + program("lock") +
                                            "\n    max_seconds: 30\n    confirm: {kind: door.opened, within: 20s}\n");
    start_agent();
    if (!eventually([&] {
          return run("watchfloor", {"device", "list", "--data", data()}).out.find("D-001") != std::string::npos;
        }))
      FAIL(said());
  }
  void start_engine() {
    engine_ = std::make_unique<Program>(
        "watchfloor",
        std::vector<std::string>{"serve", "--data", data(), "--site", std::string(WF_SOURCE_DIR) + "/assets/site",
                                 "--listen", address_.empty() ? "tcp://127.0.0.1:0" : address_});
    REQUIRE(eventually([&] { return engine_->err().find("seats connect at") != std::string::npos; }));
    const std::string log = engine_->err();
    const std::size_t at = log.find("tcp://");
    address_ = log.substr(at, log.find(',', at) - at);
  }
  void kill_engine() {
    engine_->signal(SIGKILL);
    REQUIRE(engine_->wait() == 128 + SIGKILL);
  }
  void start_agent() {
    agent_ =
        std::make_unique<Program>("wf-agent-access", std::vector<std::string>{"--config", scratch_ / "agent.yaml"});
  }
  void kill_agent() {
    agent_->signal(SIGKILL);
    REQUIRE(agent_->wait() == 128 + SIGKILL);
  }
  [[nodiscard]] Program& agent() { return *agent_; }
  /// The agent says so on standard error.
  void agent_says(const std::string& text) {
    if (!eventually([&] { return agent_->err().find(text) != std::string::npos; })) FAIL(said());
  }
  [[nodiscard]] Outcome unlock(std::vector<std::string> more) const {
    std::vector<std::string> words{"device", "unlock", "Main entrance", "--reason", "courier", "--data", data()};
    words.insert(words.end(), more.begin(), more.end());
    return run("watchfloor", words);
  }
  /// What was done to the door, in order.
  [[nodiscard]] std::vector<std::string> done() const {
    std::istringstream lines(read_text(door()));
    std::vector<std::string> out;
    for (std::string line; std::getline(lines, line);) out.push_back(line);
    return out;
  }
  void reaches(const std::vector<std::string>& what) {
    if (!eventually([&] { return done() == what; })) FAIL(read_text(door()) << said());
  }
  /// A fire that the agent's own source tells of.
  void burn() {
    std::ofstream(scratch_ / "doors.csv", std::ios::app)
        << wf::format_rfc3339(static_cast<wf::UtcNs>(std::time(nullptr)) * wf::kSecond) + ",,Fire\n";
    REQUIRE(eventually([&] {
      return run("watchfloor", {"query", "events", "--data", data(), "--where", "kind=fire.alarm", "--json"})
                 .out.find("\"fire.alarm\"") != std::string::npos;
    }));
  }
  [[nodiscard]] std::string events() const {
    return run("watchfloor", {"query", "events", "--data", data(), "--json", "--where", "kind=device.command"}).out;
  }
  [[nodiscard]] std::string data() const { return scratch_ / "data"; }
  [[nodiscard]] std::string said() const { return engine_->err() + agent_->err(); }

 private:
  [[nodiscard]] std::string door() const { return scratch_ / "door"; }
  Scratch scratch_;
  std::string address_;
  std::unique_ptr<Program> engine_, agent_;
};

using Done = std::vector<std::string>;

std::size_t count(const Done& done, const std::string& what) {
  return static_cast<std::size_t>(std::count(done.begin(), done.end(), what));
}

}  // namespace

TEST_CASE("a door is unlocked from the command line, confirmed by its contact, and locked again by itself") {
  House house;
  const Outcome given = house.unlock({"--for", "1s"});
  INFO(given.out << given.err << house.said());
  CHECK(given.status == 0);
  for (const char* line :
       {"Unlock D-001 for 1 s: on its way to gate-7", "sent to gate-7", "executed by gate-7", "confirmed by contact"}) {
    INFO(line);
    CHECK(given.out.find(line) != std::string::npos);
  }
  house.reaches({"unlock", "lock"});
  REQUIRE(eventually([&] { return house.events().find("\"ended\"") != std::string::npos; }));
  const Outcome refused = house.unlock({"--for", "31s"});
  CHECK(refused.status == 1);
  CHECK(refused.out.find("refused by gate-7: this agent's list allows 30 s at most") != std::string::npos);
  const Outcome nobody = run("watchfloor", {"device", "lock", "D-005", "--reason", "test", "--data", house.data()});
  CHECK(nobody.status == 1);
  CHECK(nobody.err.find("is an emergency exit and is never locked") != std::string::npos);
  const std::string audit = run("watchfloor", {"query", "audit", "--data", house.data(), "--json"}).out;
  CHECK(audit.find("refused device") != std::string::npos);
}

TEST_CASE("an unlock during a fire is carried out and does not end, and the command line says that it was done") {
  House house;
  house.burn();
  const Outcome given = house.unlock({"--for", "1s"});
  INFO(given.out << given.err << house.said());
  CHECK(given.status == 0);
  CHECK(given.out.find("executed by gate-7") != std::string::npos);
  REQUIRE(
      eventually([&] { return house.events().find("there is a fire: the door stays unlocked") != std::string::npos; }));
  CHECK(house.done() == Done{"unlock"});
}

TEST_CASE("an agent that is killed while a door is unlocked locks it when it is back, and unlocks it once") {
  House house;
  REQUIRE(house.unlock({"--for", "2s"}).status == 0);
  house.kill_agent();
  house.start_agent();
  house.reaches({"unlock", "lock"});
  house.kill_engine();
  house.start_engine();
  house.kill_agent();
  house.start_agent();
  house.agent_says("connected to");
  CHECK(house.unlock({"--for", "1s"}).status == 0);
  house.reaches({"unlock", "lock", "unlock", "lock"});
}

TEST_CASE("a command whose time has passed is never run on reconnect, and the command line says so") {
  House house;
  house.kill_agent();
  const Outcome expired = house.unlock({"--valid", "1"});
  INFO(expired.out << expired.err);
  CHECK(expired.status == 1);
  CHECK(expired.out.find("expired: gate-7 was not connected") != std::string::npos);
  house.start_agent();
  house.agent_says("connected to");
  // One that stands still gets the command into its socket, and reads it when it is old.
  house.agent().signal(SIGSTOP);
  const Outcome silent = house.unlock({"--valid", "1"});
  house.agent().signal(SIGCONT);
  INFO(silent.out << silent.err);
  CHECK(silent.status == 1);
  CHECK(silent.out.find("no answer within 1 s") != std::string::npos);
  REQUIRE(eventually([&] { return house.events().find("its time had passed") != std::string::npos; }));
  CHECK(house.done().empty());
  CHECK(house.unlock({"--for", "1s"}).status == 0);
  CHECK(count(house.done(), "unlock") == 1);
}

TEST_CASE("an engine whose key for commands is another one than at enrolment moves no door") {
  House house;
  house.kill_engine();
  std::filesystem::remove(house.data() + "/keys/command.key");
  house.start_engine();
  house.agent_says("names another key for commands to devices");
  REQUIRE(eventually([&] {
    return run("watchfloor", {"device", "list", "--data", house.data()}).out.find("D-001") != std::string::npos;
  }));
  const Outcome forged = house.unlock({"--valid", "1"});
  INFO(forged.out << forged.err << house.said());
  CHECK(forged.status == 1);
  CHECK(forged.out.find("no answer within 1 s") != std::string::npos);
  REQUIRE(eventually(
      [&] { return house.events().find("not signed by the engine that this agent knows") != std::string::npos; }));
  CHECK(house.done().empty());
}

TEST_CASE("the key of commands is changed without enrolling anew: the new one moves the door, the old one does not") {
  House house;
  const auto key = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "key");
    words.insert(words.end(), {"--data", house.data()});
    return run("watchfloor", words);
  };
  const std::string old = read_text(house.data() + "/keys/command.key");
  // One that is killed before it knows that it locked locks again.
  const auto ended = [&](std::size_t times) {
    REQUIRE(eventually([&] {
      const std::string all = house.events();
      std::size_t found = 0;
      for (std::size_t at = all.find("\"ended\""); at != std::string::npos; at = all.find("\"ended\"", at + 1)) ++found;
      return found >= times;
    }));
  };
  REQUIRE(house.unlock({"--for", "1s"}).status == 0);
  ended(1);
  house.kill_agent();
  REQUIRE(key({"rotate", "--commands", "--prepare"}).status == 0);
  const Outcome early = key({"rotate", "--commands", "--switch"});
  CHECK(early.status == 1);
  CHECK(early.err.find("1 of 1 agents have not kept the next key and would take no command any more: gate-7") !=
        std::string::npos);
  house.start_agent();
  if (!eventually([&] { return key({"status"}).out.find("kept by 1 of 1 agents") != std::string::npos; }))
    FAIL(house.said() << key({"status"}).out);
  // Until the engine switches, the one before is the key.
  CHECK(house.unlock({"--for", "1s"}).status == 0);
  ended(2);
  // Off while the engine takes the new key.
  house.kill_agent();
  const Outcome changed = key({"rotate", "--commands", "--switch"});
  INFO(changed.err);
  REQUIRE(changed.status == 0);
  CHECK(changed.err.find("the engine that runs takes it when it is started again") != std::string::npos);
  CHECK(key({"status"}).out.find("until the engine that runs is started again") != std::string::npos);
  house.kill_engine();
  house.start_engine();
  house.start_agent();
  house.agent_says("connected to");
  const Outcome given = house.unlock({"--for", "1s"});
  INFO(given.out << given.err << house.said());
  CHECK(given.status == 0);
  const Done six{"unlock", "lock", "unlock", "lock", "unlock", "lock"};
  house.reaches(six);
  CHECK(key({"status"}).out.find("in use") == std::string::npos);
  REQUIRE(eventually([&] {
    return run("watchfloor", {"query", "audit", "--data", house.data()})
               .out.find("signs commands to devices with its next key") != std::string::npos;
  }));
  // An engine with the key before moves no door any more.
  house.kill_engine();
  write_text(house.data() + "/keys/command.key", old);
  house.start_engine();
  house.agent_says("names another key for commands to devices");
  REQUIRE(eventually([&] {
    return run("watchfloor", {"device", "list", "--data", house.data()}).out.find("D-001") != std::string::npos;
  }));
  CHECK(house.unlock({"--valid", "1"}).status == 1);
  REQUIRE(eventually(
      [&] { return house.events().find("not signed by the engine that this agent knows") != std::string::npos; }));
  CHECK(house.done() == six);
}
