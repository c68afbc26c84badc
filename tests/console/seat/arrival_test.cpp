#include "console/seat/arrival.hpp"

#include <future>

#include "console/seat/kept_picture.hpp"
#include "tests/console/seat/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wf;
using namespace wf::seat;

namespace {

/// An engine that starts when it is told to, and reads its log as far as it is told.
struct Slow {
  test::TemporaryFolder dir;
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::promise<bool> told;  ///< what reading() said last before it went on
  std::uint64_t newest = 1'000'000;
  std::optional<Error> refuses;
  std::shared_ptr<Snapshot> now = [] {
    auto s = std::make_shared<Snapshot>();
    s->version = 1;
    s->user = "ann";
    return s;
  }();
  std::mutex mutex;
  std::vector<Command> submitted;
  std::vector<GuardPost> posts;
  std::vector<std::function<void()>> watching;
  int unwatched = 0;

  Arrival::Needs needs() {
    return {dir.path(), {}, "ann", "Operator", "Seat 1", [](const Query& query, const std::atomic<bool>&) {
              QueryPage page;
              page.lines = {"past " + query.where};
              return page;
            }};
  }
  Backend backend() {
    Backend b;
    b.snapshot = [this] { return now; };
    b.submit = [this](Command command, std::function<void(CommandReply)> reply) {
      const std::lock_guard hold(mutex);
      reply({command.id, true, "done"});
      submitted.push_back(std::move(command));
    };
    b.query = [](const Query&, const std::atomic<bool>&) {
      QueryPage page;
      page.lines = {"engine"};
      return page;
    };
    b.watch = [this](std::function<void()> on_change) {
      const std::lock_guard hold(mutex);
      watching.push_back(std::move(on_change));
      return std::uint64_t{9};
    };
    b.unwatch = [this](std::uint64_t token) { unwatched += token == 9 ? 1 : 0; };
    b.posts = [this](const void*, std::vector<GuardPost> there) { posts = std::move(there); };
    return b;
  }
  Arrival::Start start() {
    return [this](const Arrival::Reading& reading) -> Result<Backend> {
      bool on = reading(0, newest) && reading(newest / 2, newest);
      told.set_value(on);
      gone.wait();
      on = on && reading(newest, newest);
      if (!on) return Error{"stopped", "", ""};
      if (refuses) return *refuses;
      return backend();
    };
  }
};

/// What is told to the seat is told while it starts, so that the engine is waited for as people wait.
bool over(Arrival& arrival) {
  while (!arrival.wait(std::chrono::hours(1))) std::this_thread::yield();
  return true;
}

CommandReply send(Seat& seat, CommandKind kind) {
  Command command;
  command.kind = kind;
  command.id = "c";
  seat.send(command);
  std::vector<CommandReply> replies = seat.replies();
  return replies.empty() ? CommandReply{"", false, ""} : replies.front();
}

}  // namespace

TEST_CASE("while an engine reads its log its seat sees the kept picture, marked as old, and orders are refused") {
  Slow slow;
  slow.now = std::make_shared<Snapshot>(*samples::full_snapshot());
  auto kept = std::make_shared<Snapshot>(*samples::full_snapshot());
  kept->agents[0].health = AgentState::Health::live;
  slow.newest = kept->health.fused_position;
  REQUIRE(keep_picture(slow.dir.path(), kept).ok());
  Arrival arrival(slow.needs(), slow.start());
  REQUIRE(slow.told.get_future().get());
  CHECK_FALSE(arrival.wait(std::chrono::nanoseconds(0)));
  const auto seat = make_local_seat(arrival.backend(), "Gate 3");
  const std::shared_ptr<const Snapshot> old = seat->snapshot();
  REQUIRE(old->incidents.size() == kept->incidents.size());
  CHECK(old->now == kept->now);
  CHECK(old->agents[0].health == AgentState::Health::late);
  CHECK(old->events_per_second == 0);
  CHECK(old->user == "ann");
  CHECK(seat->connection_problem().starts_with("The engine reads its log, "));
  const CommandReply refused = send(*seat, CommandKind::acknowledge);
  CHECK_FALSE(refused.accepted);
  CHECK(refused.message == seat->connection_problem());
  const std::uint64_t old_version = old->version;
  slow.go.set_value();
  REQUIRE(over(arrival));
  CHECK_FALSE(arrival.failure());
  CHECK(seat->snapshot() == slow.now);
  CHECK(seat->snapshot()->version != old_version);
  CHECK(seat->connection_problem().empty());
  CHECK(send(*seat, CommandKind::acknowledge).accepted);
  CHECK(slow.submitted.size() == 1);
  REQUIRE(slow.posts.size() == 1);  // said before the engine was there
  CHECK(slow.posts[0].name == "Gate 3");
}

TEST_CASE("a panic while the engine reads its log waits for it, and is given before anything else") {
  Slow slow;
  Arrival arrival(slow.needs(), slow.start());
  REQUIRE(slow.told.get_future().get());
  const auto seat = make_local_seat(arrival.backend());
  CHECK(send(*seat, CommandKind::panic).command_id.empty());  // neither refused nor done
  slow.go.set_value();
  REQUIRE(over(arrival));
  REQUIRE(slow.submitted.size() == 1);
  CHECK(slow.submitted[0].kind == CommandKind::panic);
  const std::vector<CommandReply> replies = seat->replies();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].accepted);
}

TEST_CASE("who watches is told of each step, of the engine that is there, and of nothing after unwatch") {
  Slow slow;
  Arrival arrival(slow.needs(), slow.start());
  REQUIRE(slow.told.get_future().get());
  Backend backend = arrival.backend();
  std::atomic<int> calls{0};
  const std::uint64_t token = backend.watch([&] { ++calls; });
  const std::uint64_t second = backend.watch([] {});
  slow.go.set_value();
  REQUIRE(over(arrival));
  CHECK(calls >= 1);
  CHECK(slow.watching.size() == 2);
  backend.unwatch(token);
  CHECK(slow.unwatched == 1);
  backend.unwatch(second);
  CHECK(slow.unwatched == 2);
}

TEST_CASE("questions about the past are answered while the log is read, those about rules say why not") {
  Slow slow;
  Arrival arrival(slow.needs(), slow.start());
  REQUIRE(slow.told.get_future().get());
  const Backend backend = arrival.backend();
  const std::atomic<bool> cancelled{false};
  Query query;
  query.where = "kind=x";
  CHECK(backend.query(query, cancelled).lines == std::vector<std::string>{"past kind=x"});
  query.what = Query::What::rules;
  CHECK(backend.query(query, cancelled).error.find("reads its log") != std::string::npos);
  CHECK(backend.health().problem.find("reads its log") != std::string::npos);
  slow.go.set_value();
  REQUIRE(over(arrival));
  CHECK(backend.query(query, cancelled).lines == std::vector<std::string>{"engine"});
}

TEST_CASE("an engine that cannot start says why at once and on the seat, and refuses even a panic") {
  Slow slow;
  slow.refuses = Error{"the disk is full", "data", "make room"};
  Arrival arrival(slow.needs(), slow.start());
  REQUIRE(slow.told.get_future().get());
  const auto seat = make_local_seat(arrival.backend());
  CHECK(send(*seat, CommandKind::panic).command_id.empty());
  slow.go.set_value();
  REQUIRE(over(arrival));
  REQUIRE(arrival.failure());
  CHECK(arrival.failure()->what == "the disk is full");
  CHECK(seat->connection_problem().find("the disk is full") != std::string::npos);
  REQUIRE(seat->replies().size() == 1);
  const CommandReply later = send(*seat, CommandKind::panic);
  CHECK_FALSE(later.accepted);
  CHECK(later.message.find("the disk is full") != std::string::npos);
}

TEST_CASE("a console that is closed while the log is read stops the start") {
  Slow slow;
  bool stopped = false;
  {
    const Arrival arrival(slow.needs(), [&](const Arrival::Reading& reading) -> Result<Backend> {
      while (reading(1, 2)) std::this_thread::yield();
      stopped = true;
      return Error{"stopped", "", ""};
    });
  }
  CHECK(stopped);
}
