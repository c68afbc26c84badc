#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

TEST_CASE("Under the map what is worse stands for what began with it, and a crowd is no more marks than have room") {
  const std::shared_ptr<const Snapshot> crowd = sample::crowd(2000);
  auto s = std::make_shared<Snapshot>(*crowd);
  REQUIRE(s->bars.size() >= 4);
  const UtcNs then = s->now - 20 * kMinute;
  std::size_t at = 0;
  s->bars.resize(4);
  for (const Priority priority : {Priority::medium, Priority::critical, Priority::low, Priority::critical}) {
    Snapshot::Bar& bar = s->bars[at];
    bar = {100 + at, bar.domain, priority, false, false, then, then + kMinute};
    ++at;
  }
  s->bars.push_back({104, s->bars[0].domain, Priority::critical, false, true, then, then + kMinute});
  s->bars.push_back({105, s->bars[0].domain, Priority::low, false, false, then - 10 * kMinute, then});
  DeskDriver desk(s);
  desk.input.now = s->now;
  desk.console().set_view(View::map);
  desk.frames(3);
  // The first of the worst, and whoever stands alone; never what is resolved.
  CHECK(desk.has("bar/101"));
  CHECK(desk.has("bar/105"));
  for (const char* hidden : {"bar/100", "bar/102", "bar/103", "bar/104"}) CHECK_FALSE(desk.has(hidden));

  // Each mark has its own room, however many incidents there are.
  desk.show(crowd);
  desk.input.now = crowd->now;
  desk.frames(3);
  std::size_t marks = 0;
  for (const Snapshot::Bar& bar : crowd->bars) marks += desk.has("bar/" + std::to_string(bar.incident)) ? 1 : 0;
  INFO(crowd->bars.size());
  CHECK(marks > 50);
  CHECK(marks < 1920 / 6);
}
