// Filters that are saved by a name: from the wall and from the palette, shown again, forgotten.
#include <string>

#include "console/ui/overlays.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

TEST_CASE("A filter is saved by a name on the wall, shown again by a click, and forgotten") {
  DeskDriver d(sample::night());
  d.frames(5);
  CHECK_FALSE(d.has("chip/saved"));  // everything is shown, and nothing is saved
  REQUIRE(d.click("chip/unacknowledged"));
  d.frames(2);
  REQUIRE(d.click("chip/saved"));
  d.frames(2);
  REQUIRE(d.has("menu/saved/name"));
  d.say("Nobody has it");
  d.frames(2);
  REQUIRE(d.console().comfort().filters.size() == 1);
  CHECK(d.console().comfort().filters[0].name == "Nobody has it");
  CHECK(d.console().comfort().filters[0].filter.base == Filter::Base::unacknowledged);
  CHECK(d.wrote("Filter saved as “Nobody has it”"));
  CHECK(d.wrote("Saved: Nobody has it"));
  d.type("a");
  d.frames(2);
  CHECK(d.look().desk.filter == Filter{});
  REQUIRE(d.click("chip/saved"));
  d.frames(2);
  CHECK_FALSE(d.has("menu/saved/name"));  // everything needs no name
  REQUIRE(d.click("menu/saved/Nobody has it"));
  d.frames(2);
  CHECK(d.look().desk.filter.base == Filter::Base::unacknowledged);
  REQUIRE(d.click("chip/saved"));
  d.frames(2);
  if (d.has("menu/box")) {
    REQUIRE(d.click("menu/forget/Nobody has it"));
    d.frames(2);
    CHECK(d.console().comfort().filters.empty());
    CHECK(d.look().desk.filter.base == Filter::Base::unacknowledged);  // what is shown stays
  }
  CHECK(d.commands().empty());
}

TEST_CASE("The palette saves what is shown and finds what was saved, in two actions each") {
  DeskDriver d(sample::night());
  d.frames(5);
  d.type("i");
  (void)d.actions();
  d.press_palette();
  d.frames(2);
  d.say("save filter as My own");
  d.frames(2);
  CHECK(d.actions() == 2);
  REQUIRE(d.console().comfort().filters.size() == 1);
  CHECK(d.console().comfort().filters[0].name == "My own");
  CHECK(d.last().desktop.save.empty());  // no arrangement of windows
  d.type("a");
  (void)d.actions();
  d.press_palette();
  d.frames(2);
  d.say("my own");
  d.frames(2);
  CHECK(d.actions() == 2);
  CHECK(d.look().desk.filter.base == Filter::Base::mine);
}

TEST_CASE("A name that is taken is taken over, and there is a limit that is told") {
  std::vector<SavedFilter> saved;
  for (std::size_t k = 0; k < kMostSavedFilters; ++k) CHECK(save_filter(saved, {"f" + std::to_string(k), {}, ""}));
  CHECK_FALSE(save_filter(saved, {"one more", {}, ""}));
  Filter mine;
  mine.base = Filter::Base::mine;
  CHECK(save_filter(saved, {"f3", mine, ""}));
  CHECK(saved.size() == kMostSavedFilters);
  CHECK(saved[3].filter == mine);
  DeskDriver d(sample::night());
  Comfort comfort = d.console().comfort();
  comfort.filters = saved;
  d.console().set_comfort(comfort);
  d.frames(3);
  d.type("u");
  d.press_palette();
  d.frames(2);
  d.say("save filter one more");
  d.frames(2);
  CHECK(d.wrote("The filter was not saved"));
}
