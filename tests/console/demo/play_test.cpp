#include <atomic>
#include <condition_variable>
#include <mutex>

#include "console/demo/agents.hpp"
#include "console/demo/playback.hpp"
#include "console/demo/process.hpp"
#include "tests/console/demo/folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::demo;
using wf::demo::test::Folder;

namespace {

Recording recording() {
  Recording out;
  out.start = 1'000 * kSecond;
  RecordedAgent net{"net-1", "network", {}};
  net.sources.push_back({"suricata", "eve.json", {}, {{kSecond, "one"}, {2 * kSecond, "two"}, {9 * kSecond, "three"}}});
  RecordedAgent door{"door-1", "access", {}};
  door.sources.push_back({"mapped", "doors.csv", {{"map", "m.yaml"}}, {{0, "head"}, {5 * kSecond, "row"}}});
  out.agents = {net, door};
  return out;
}

/// What came on another thread.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> lines;
  void take(const std::string& line) {
    const std::lock_guard hold(mutex);
    lines.push_back(line);
    changed.notify_all();
  }
  bool wait(std::size_t count) {
    std::unique_lock hold(mutex);
    return changed.wait_for(hold, wf::test::patience(std::chrono::seconds(10)), [&] { return lines.size() >= count; });
  }
};

void program(const Folder& folder, const std::string& name, const std::string& script) {
  folder.write(name, "#!/bin/sh\n" + script);
  std::filesystem::permissions(folder.path() / name, std::filesystem::perms::owner_all);
}

}  // namespace

TEST_CASE("lines are written when their time has come, whole and in order, and never twice") {
  const Folder folder;
  const Recording played = recording();
  Result<Playback> made = Playback::start(played, folder.path());
  REQUIRE(made);
  Playback playback = std::move(*made);
  CHECK(folder.read("eve.json").empty());
  CHECK(playback.next() == 0);
  REQUIRE(playback.advance(0));
  CHECK(folder.read("doors.csv") == "head\n");
  CHECK(playback.next() == kSecond);
  REQUIRE(playback.advance(3 * kSecond));
  REQUIRE(playback.advance(3 * kSecond));
  CHECK(folder.read("eve.json") == "one\ntwo\n");
  CHECK(playback.next() == 5 * kSecond);
  REQUIRE(playback.advance(100 * kSecond));
  CHECK(folder.read("eve.json") == "one\ntwo\nthree\n");
  CHECK(folder.read("doors.csv") == "head\nrow\n");
  CHECK(playback.next() == -1);
  CHECK(playback.written() == 5);
}

TEST_CASE("a live file that cannot be made is named") {
  const Folder folder;
  const Recording played = recording();
  folder.write("taken", "");
  const Result<Playback> made = Playback::start(played, folder.path() / "taken");
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().text().find("taken/eve.json: cannot make it: Not a directory") != std::string::npos);
}

TEST_CASE("the player follows its clock to the end") {
  const Folder folder;
  const Recording played = recording();
  std::atomic<UtcNs> now{played.start + 4 * kSecond};
  Result<Playback> made = Playback::start(played, folder.path());
  REQUIRE(made);
  const Player player(
      std::move(*made), played.start, [&] { return now.load(); }, 1e6, [](const std::string&) {});
  const auto until = [&](const auto& done) {
    const auto end = std::chrono::steady_clock::now() + wf::test::patience(std::chrono::seconds(10));
    while (!done() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return done();
  };
  REQUIRE(until([&] { return player.written() == 3; }));
  CHECK_FALSE(player.over());
  now = played.start + 20 * kSecond;
  REQUIRE(until([&] { return player.over(); }));
  CHECK(player.written() == 5);
}

TEST_CASE("a child's end, its status and its last words are known") {
  const Folder folder;
  program(folder, "good", "echo out; echo first >&2; echo last words >&2; exit 3\n");
  Result<Process> child =
      Process::start({(folder.path() / "good").string()}, folder.path() / "out", folder.path() / "err");
  REQUIRE(child);
  REQUIRE(child->reap(10'000));
  CHECK(child->status() == 3);
  CHECK(folder.read("out") == "out\n");
  CHECK(last_line(folder.path() / "err") == "last words");
  const Result<Process> absent = Process::start({(folder.path() / "absent").string()}, {}, folder.path() / "err");
  REQUIRE_FALSE(absent.ok());
  CHECK(absent.error().text().find("absent: this program cannot be started: No such file") != std::string::npos);
}

TEST_CASE("agents get their sources, an invitation of their own and the clock; one that dies is reported in a line") {
  const Folder folder;
  program(folder, "wf-agent-network", "echo \"$@\" > \"$0.said\"; echo no engine >&2; exit 7\n");
  program(folder, "wf-agent-access", "trap 'exit 0' TERM; while :; do read x || exec tail -f /dev/null; done\n");
  Heard heard;
  AgentsOptions options;
  options.programs = folder.path();
  options.folder = folder.path() / "demo";
  options.live = folder.path() / "live";
  options.engine = "tcp://127.0.0.1:1";
  options.clock = "1,2,3";
  options.invite = [](const RecordedAgent& agent) -> Result<std::string> { return "token of " + agent.name; };
  options.on_problem = [&](const std::string& line) { heard.take(line); };
  const Recording played = recording();
  Result<std::unique_ptr<Agents>> agents = Agents::start(played, options);
  REQUIRE(agents);
  REQUIRE(heard.wait(1));
  CHECK(heard.lines[0] == "the agent net-1 ended with status 7: no engine");
  CHECK((*agents)->running() == 1);
  const std::string said = folder.read("wf-agent-network.said");
  for (const char* word : {"--name net-1", "--clock 1,2,3", "--engine tcp://127.0.0.1:1", "--invite", "--state",
                           "live/eve.json,name=suricata:eve.json"}) {
    INFO(word);
    CHECK(said.find(word) != std::string::npos);
  }
  CHECK(folder.read("demo/agents/net-1.invite") == "token of net-1\n");
  const auto mode = std::filesystem::status(folder.path() / "demo/agents/net-1.invite").permissions();
  CHECK((mode & std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  agents->reset();  // ends the other one
}

TEST_CASE("agents that print give their events by time, numbered, and say what they could not use") {
  const Folder folder;
  program(folder, "wf-agent-network",
          "echo '{\"time\":\"2026-01-01T00:00:05Z\",\"kind\":\"network.alert\"}'\n"
          "echo '{\"time\":\"2026-01-01T00:00:01Z\",\"kind\":\"network.flow\"}'\n");
  program(folder, "wf-agent-access",
          "echo '{\"time\":\"2026-01-01T00:00:03Z\",\"kind\":\"door.forced\"}'; echo nonsense; echo bad >&2; exit 1\n");
  AgentsOptions options;
  options.programs = folder.path();
  options.folder = folder.path() / "demo";
  options.live = folder.path();
  options.clock = "1,2,3";
  std::vector<std::string> notes;
  const Result<std::vector<Event>> events = read_once(recording(), options, notes);
  REQUIRE(events);
  REQUIRE(events->size() == 3);
  CHECK((*events)[0].id == "net-1:1:1:2");
  CHECK((*events)[1].id == "door-1:1:1:1");
  CHECK((*events)[1].agent == "door-1");
  CHECK((*events)[2].id == "net-1:1:1:1");
  CHECK((*events)[2].seen == (*events)[2].time);
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] == "the agent door-1 ended with status 1: bad");
  CHECK(notes[1].starts_with("the agent door-1 printed what is no event"));
}
