#include <condition_variable>
#include <future>
#include <mutex>

#include "console/seat/backend.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::seat;

namespace {

/// An engine that answers what it is told to.
struct Fake {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<Command, std::function<void(CommandReply)>>> submitted;
  std::function<void()> on_snapshot;
  bool unwatched = false;
  std::vector<GuardPost> posts;
  std::shared_ptr<const Snapshot> now = [] {
    auto s = std::make_shared<Snapshot>();
    s->user = "ann";
    s->seat = "Seat 1";
    return s;
  }();
  std::promise<void> asked;

  Backend backend() {
    Backend b;
    b.snapshot = [this] { return now; };
    b.submit = [this](Command command, std::function<void(CommandReply)> reply) {
      const std::lock_guard hold(mutex);
      submitted.emplace_back(std::move(command), std::move(reply));
    };
    b.query = [this](const Query& query, const std::atomic<bool>& cancelled) {
      QueryPage page;
      page.lines = {query.where};
      if (query.where != "for ever") return page;
      asked.set_value();
      while (!cancelled) std::this_thread::yield();
      return page;
    };
    b.watch = [this](std::function<void()> on_change) {
      on_snapshot = std::move(on_change);
      return std::uint64_t{5};
    };
    b.posts = [this](const void*, std::vector<GuardPost> there) { posts = std::move(there); };
    b.unwatch = [this](std::uint64_t token) { unwatched = token == 5; };
    return b;
  }
};

}  // namespace

TEST_CASE("a seat in the engine's process signs commands and gives each reply once") {
  Fake engine;
  const auto seat = make_local_seat(engine.backend());
  int changes = 0;
  seat->set_on_change([&] { ++changes; });
  Command command;
  command.kind = CommandKind::acknowledge;
  command.incidents = {4};
  seat->send(command);
  seat->send(command);
  REQUIRE(engine.submitted.size() == 2);
  CHECK(engine.submitted[0].first.actor == "ann");
  CHECK(engine.submitted[0].first.seat == "Seat 1");
  CHECK_FALSE(engine.submitted[0].first.id.empty());
  CHECK(engine.submitted[0].first.id != engine.submitted[1].first.id);
  CHECK(seat->replies().empty());
  engine.submitted[0].second({engine.submitted[0].first.id, true, "done"});
  CHECK(changes == 1);
  const auto replies = seat->replies();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].message == "done");
  CHECK(seat->replies().empty());
  engine.on_snapshot();
  CHECK(changes == 2);
  CHECK(seat->snapshot() == engine.now);
  CHECK(seat->connection_problem().empty());
}

TEST_CASE("a reply that comes when the seat is gone is dropped without harm") {
  Fake engine;
  {
    const auto seat = make_local_seat(engine.backend());
    seat->set_on_change([] { FAIL("called after the seat was gone"); });
    seat->send({});
  }
  CHECK(engine.unwatched);
  engine.submitted[0].second({"x", true, ""});
}

TEST_CASE("a seat's questions are answered on another thread, and a cancelled one never is") {
  Fake engine;
  const auto seat = make_local_seat(engine.backend());
  Query endless;
  endless.where = "for ever";
  const std::uint64_t token = seat->ask(endless, [](auto) { FAIL("answered although cancelled"); });
  engine.asked.get_future().wait();
  seat->cancel(token);
  std::promise<std::pair<std::string, std::thread::id>> answer;
  Query query;
  query.where = "kind=x";
  seat->ask(query, [&](const std::shared_ptr<const QueryPage>& page) {
    answer.set_value({page->lines.at(0), std::this_thread::get_id()});
  });
  const auto [line, thread] = answer.get_future().get();
  CHECK(line == "kind=x");
  CHECK((thread != std::this_thread::get_id()));
}

TEST_CASE("a seat in the engine's process can be a guard's post") {
  Fake engine;
  {
    const auto seat = make_local_seat(engine.backend(), "Gate 3");
    CHECK(engine.posts == std::vector<GuardPost>{{"ann", "", "Gate 3", "Seat 1"}});
    Command panic;
    panic.kind = CommandKind::panic;
    seat->send(panic);
    CHECK(engine.submitted.front().first.post == "Gate 3");
    engine.submitted.clear();
  }
  CHECK(engine.posts.empty());
}
