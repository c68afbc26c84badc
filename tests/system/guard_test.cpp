#include <signal.h>

#include <algorithm>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/display.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;
using Step = Dispatch::Step;

namespace {

std::unique_ptr<seat::Seat> sit_down(const Installation& house, std::optional<std::string> post = {}) {
  seat::RemoteSeatOptions options;
  options.token.endpoint = "ipc://" + house.data() + "/seat.ipc";
  options.program = "test";
  options.name = post ? "gate-pc" : "Control room";
  options.post = std::move(post);
  auto made = seat::make_remote_seat(options);
  if (!made) FAIL(made.error().text());
  return std::move(*made);
}

CommandReply ask(seat::Seat& seat, Command command) {
  std::vector<CommandReply> replies;
  seat.send(std::move(command));
  REQUIRE(eventually([&] {
    replies = seat.replies();
    return !replies.empty();
  }));
  return replies.front();
}

Command about(const seat::Seat& seat, CommandKind kind) {
  Command c;
  c.kind = kind;
  c.incidents = {1};
  const std::shared_ptr<const Snapshot> now = seat.snapshot();
  const Incident* const i = now->incident(1);
  c.seen_revisions = {i == nullptr ? 0 : i->revision};
  return c;
}

bool shows(const seat::Seat& seat, Step step) {
  return eventually([&] {
    const std::shared_ptr<const Snapshot> now = seat.snapshot();
    const Incident* const i = now->incident(1);
    return i != nullptr && !i->dispatch.none() && i->dispatch.step() == step;
  });
}

std::size_t lines(const seat::Seat& seat, std::string_view part) {
  const std::shared_ptr<const Snapshot> now = seat.snapshot();
  const Incident* const i = now->incident(1);
  if (i == nullptr) return 0;
  return static_cast<std::size_t>(std::count_if(
      i->log.begin(), i->log.end(), [&](const LogLine& l) { return l.text.find(part) != std::string::npos; }));
}

}  // namespace

TEST_CASE("what a post says stands on the wall's seat at once, and nothing is said twice after a kill") {
  Installation house(kAlertRule);
  house.start_engine();
  house.start_agent();
  house.write({kAlertLine});
  if (!house.reaches(1)) FAIL(house.said());
  {
    const auto wall = sit_down(house);
    const auto post = sit_down(house, "Gate 3");
    REQUIRE(eventually([&] { return wall->snapshot()->posts && wall->snapshot()->posts->size() == 1; }));
    CHECK(wall->snapshot()->posts->front().name == "Gate 3");
    REQUIRE(eventually([&] { return wall->snapshot()->incidents.size() == 1; }));
    Command sent = about(*wall, CommandKind::dispatch);
    sent.target = "Gate 3";
    REQUIRE(ask(*wall, sent).accepted);
    REQUIRE(shows(*post, Step::sent));
    Command received = about(*post, CommandKind::progress);
    received.action = "received";
    CHECK(ask(*post, received).message == "INC-0001: Gate 3 received");
    REQUIRE(shows(*wall, Step::received));
    house.kill_engine();
  }
  house.start_engine();
  const auto wall = sit_down(house);
  REQUIRE(shows(*wall, Step::received));
  CHECK(lines(*wall, "Gate 3 received") == 1);
  CHECK(lines(*wall, "Dispatched Gate 3") == 1);

  if (can_open_windows()) {
    const Display display;
    Program window("watchfloor",
                   {"--connect", "ipc://" + house.data() + "/seat.ipc", "--view", "guard", "--post", "Gate 3"});
    const bool said = eventually([&] {
      if (!window.running()) return true;
      (void)run("/usr/bin/xdotool", {"key", "2"});
      const std::shared_ptr<const Snapshot> now = wall->snapshot();
      const Incident* const i = now->incident(1);
      return i != nullptr && i->dispatch.step() == Step::en_route;
    });
    INFO(window.err());
    REQUIRE(window.running());
    CHECK(said);
    window.signal(SIGTERM);
    CHECK(window.wait() == 0);
    CHECK(lines(*wall, "Gate 3 en route") == 1);
  }

  const auto post = sit_down(house, "Gate 3");
  REQUIRE(eventually([&] { return post->snapshot()->incident(1) != nullptr; }));
  Command panic;
  panic.kind = CommandKind::panic;
  CHECK(ask(*post, panic).accepted);
  REQUIRE(eventually([&] { return wall->snapshot()->incident(2) != nullptr; }));
  CHECK(wall->snapshot()->incident(2)->life_safety);
  CHECK(wall->snapshot()->incident(2)->needs_acknowledgement());

  house.stop_agent();
  CHECK(house.stop_engine() == 0);
  const Outcome audit =
      run("watchfloor", {"query", "audit", "--data", house.data(), "--where", "action=panic", "--json"});
  CHECK(std::count(audit.out.begin(), audit.out.end(), '\n') == 1);
  CHECK(audit.out.find("Gate 3") != std::string::npos);
  CHECK(run("watchfloor", {"verify", "--data", house.data()}).status == 0);
}
