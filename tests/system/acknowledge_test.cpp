#include <algorithm>
#include <memory>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

namespace {

std::unique_ptr<seat::Seat> sit_down(const Installation& house) {
  seat::RemoteSeatOptions options;
  options.token.endpoint = "ipc://" + house.data() + "/seat.ipc";
  options.program = "test";
  options.name = "Seat of the test";
  auto made = seat::make_remote_seat(options);
  if (!made) FAIL(made.error().text());
  return std::move(*made);
}

/// The one incident, once the seat shows it as wished.
std::shared_ptr<const Incident> shown(const seat::Seat& seat, bool acknowledged) {
  std::shared_ptr<const Incident> out;
  const bool found = eventually([&] {
    const auto snapshot = seat.snapshot();
    if (snapshot->incidents.size() != 1 || snapshot->incidents[0]->needs_acknowledgement() == acknowledged)
      return false;
    out = snapshot->incidents[0];
    return true;
  });
  if (!found) FAIL("the seat does not show it; " << seat.connection_problem());
  return out;
}

}  // namespace

TEST_CASE("an acknowledgement survives a kill of the engine right after its answer") {
  Installation house(kAlertRule);
  house.start_engine();
  house.start_agent();
  house.write({kAlertLine});
  if (!house.reaches(1)) FAIL(house.said());
  std::shared_ptr<const Incident> acknowledged;
  {
    const auto seat = sit_down(house);
    const auto incident = shown(*seat, false);
    Command command;
    command.kind = CommandKind::acknowledge;
    command.incidents = {incident->id};
    command.seen_revisions = {incident->revision};
    seat->send(command);
    std::vector<CommandReply> replies;
    REQUIRE(eventually([&] {
      replies = seat->replies();
      return !replies.empty();
    }));
    house.kill_engine();
    INFO(replies[0].message);
    REQUIRE(replies[0].accepted);
  }
  house.start_engine();
  const auto seat = sit_down(house);
  const auto incident = shown(*seat, true);
  CHECK(incident->id == 1);
  CHECK_FALSE(incident->owner.empty());
  CHECK(incident->state == IncidentState::acknowledged);

  house.stop_agent();
  CHECK(house.stop_engine() == 0);
  const Outcome audit =
      run("watchfloor", {"query", "audit", "--data", house.data(), "--where", "action=acknowledge", "--json"});
  CHECK(std::count(audit.out.begin(), audit.out.end(), '\n') == 1);
  CHECK(run("watchfloor", {"verify", "--data", house.data()}).status == 0);
  const Outcome explained = run("watchfloor", {"explain", "INC-0001", "--data", house.data()});
  CHECK(explained.status == 0);
  CHECK(explained.out.starts_with("INC-0001  "));
  CHECK(explained.out.find("  Acknowledged  ") != std::string::npos);
  CHECK(explained.out.find("began it") != std::string::npos);
  CHECK(run("watchfloor", {"explain", "INC-0002", "--data", house.data()}).err.find("there is no INC-0002") !=
        std::string::npos);
}
