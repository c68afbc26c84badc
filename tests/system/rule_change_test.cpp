// A rule that is switched off, tried and edited from a seat: what holds after a kill, and who is told.
#include <condition_variable>
#include <memory>
#include <mutex>

#include "console/seat/remote_seat.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"
#include "tests/system/installation.hpp"

using namespace wf;
using namespace wf::test;

namespace {

constexpr const char* kRule = "7f3f6f7a-5d3c-4f5e-9a40-1c1f6c1f0001";

std::unique_ptr<seat::Seat> sit_down(const Installation& house) {
  seat::RemoteSeatOptions options;
  options.token.endpoint = "ipc://" + house.data() + "/seat.ipc";
  options.program = "test";
  options.name = "Seat of the test";
  auto made = seat::make_remote_seat(options);
  if (!made) FAIL(made.error().text());
  return std::move(*made);
}

CommandReply change(seat::Seat& seat, const std::string& action) {
  Command command;
  command.kind = CommandKind::rule;
  command.target = kRule;
  command.action = action;
  command.text = "known by now";
  seat.send(command);
  std::vector<CommandReply> replies;
  REQUIRE(eventually([&] {
    replies = seat.replies();
    return !replies.empty();
  }));
  return replies.front();
}

QueryPage ask(seat::Seat& seat, const Query& query) {
  std::mutex mutex;
  std::condition_variable answered;
  std::shared_ptr<const QueryPage> page;
  seat.ask(query, [&](std::shared_ptr<const QueryPage> p) {
    const std::lock_guard lock(mutex);
    page = std::move(p);
    answered.notify_all();
  });
  std::unique_lock lock(mutex);
  REQUIRE(answered.wait_for(lock, patience(std::chrono::seconds(60)), [&] { return page != nullptr; }));
  return *page;
}

QueryPage ask(seat::Seat& seat, Query::What what) {
  Query query;
  query.what = what;
  return ask(seat, query);
}

bool shows_row(const seat::Seat& seat) {
  return eventually([&] { return seat.snapshot()->incidents.size() == 1; });
}

}  // namespace

TEST_CASE("a rule that was switched off stays so over a kill, and list, audit and explain say so") {
  Installation house(kAlertRule);
  write_text(house.data() + "/watchfloor.yaml", "v: 1\nseat: {user: vera, role: Supervisor}\n");
  house.start_engine();
  house.start_agent();
  house.write({kAlertLine});
  if (!house.reaches(1)) FAIL(house.said());
  {
    const auto seat = sit_down(house);
    REQUIRE(shows_row(*seat));
    CHECK(change(*seat, "on").message == "“An alert of the test” is not off");
    REQUIRE(eventually([&] {
      return !run("watchfloor", {"query", "audit", "--data", house.data(), "--where", "action=refused rule", "--json"})
                  .out.empty();
    }));
    const CommandReply off = change(*seat, "off");
    INFO(off.message);
    REQUIRE(off.accepted);
    CHECK(off.message == "“An alert of the test” is off");
    house.kill_engine();
  }
  house.start_engine();
  // Another host, so that it would be a row of its own.
  std::string other = kAlertLine;
  other.replace(other.find("192.0.2.1"), 9, "192.0.2.9");
  other.replace(other.find("198.51.100.7"), 12, "203.0.113.77");
  house.write({other});
  if (!house.reaches(2)) FAIL(house.said());
  {
    const auto seat = sit_down(house);
    REQUIRE(shows_row(*seat));
    REQUIRE(eventually([&] { return seat->snapshot()->events_total >= 2; }));
    CHECK(seat->snapshot()->incidents.size() == 1);
    const QueryPage rules = ask(*seat, Query::What::rules);
    REQUIRE(rules.rules);
    REQUIRE(rules.rules->rules.size() == 1);
    CHECK(rules.rules->rules[0].off);
    REQUIRE(rules.rules->changes.size() == 1);
    CHECK(rules.rules->changes[0].by == "vera");
    CHECK(rules.rules->changes[0].reason == "known by now");
    // What would have been without that.
    Query trial;
    trial.what = Query::What::trial;
    trial.edit.rule = kRule;
    const QueryPage begun = ask(*seat, trial);
    CHECK(begun.error.empty());
    std::shared_ptr<const Trial> tried;
    REQUIRE(eventually([&] {
      tried = ask(*seat, Query::What::trial_state).trial;
      return tried->state != Trial::State::running;
    }));
    INFO(tried->problem);
    REQUIRE(tried->state == Trial::State::done);
    CHECK(tried->by == "vera");
    CHECK(tried->gained == 1);
    CHECK(tried->lost == 0);
  }
  const Outcome off = run("watchfloor", {"explain", "INC-0001", "--data", house.data()});
  CHECK(off.out.find("; it is switched off now\n") != std::string::npos);
  CHECK(off.out.find(" vera switched it off: known by now\n") != std::string::npos);
  CHECK(off.out.find("switched it on") == std::string::npos);  // what was refused is none of it
  {
    const auto seat = sit_down(house);
    REQUIRE(shows_row(*seat));
    REQUIRE(change(*seat, "on").accepted);
  }
  const Outcome on = run("watchfloor", {"explain", "INC-0001", "--data", house.data()});
  CHECK(on.out.find("; it is switched off now\n") == std::string::npos);
  CHECK(on.out.find(" vera switched it on: known by now\n") != std::string::npos);
  house.stop_agent();
  CHECK(house.stop_engine() == 0);
  CHECK(run("watchfloor", {"verify", "--data", house.data()}).status == 0);
}
