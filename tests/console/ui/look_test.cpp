// Colours that can be read, times as people say them, and the order of the wall under any sequence of changes.
#include <algorithm>
#include <random>
#include <set>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/draw/theme.hpp"
#include "console/ui/draw/time_text.hpp"
#include "console/ui/wall/filters.hpp"
#include "console/ui/wall/wall_order.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

TEST_CASE("Every text reaches WCAG AA on every ground that it stands on, in both themes") {
  for (const Theme theme : {Theme::dark, Theme::light}) {
    const Tokens& t = tokens(theme);
    for (const ImU32 ground : {t.bg1, t.bg2, t.bg3, t.bg4, t.input})
      for (const ImU32 ink : {t.t1, t.t2, t.t3, t.acc}) CHECK(contrast(ink, ground) >= 4.5F);
    for (int q = 0; q < 4; ++q) {
      const PriorityColors& c = t.of(static_cast<Priority>(q));
      for (const ImU32 ground : {t.bg1, t.bg2, t.bg3, t.bg4, c.tint, c.tint2, c.mute})
        CHECK(contrast(c.text, ground) >= 4.5F);
      if (q > 0) CHECK(contrast(c.ink, c.fill) >= 4.5F);
      CHECK(contrast(t.t1, c.tint) >= 4.5F);
      CHECK(contrast(t.t1, c.tint2) >= 4.5F);
      CHECK(contrast(t.t3, c.tint) >= 4.5F);
      CHECK(contrast(t.t2, c.tint2) >= 4.5F);
    }
    CHECK(contrast(t.prim_ink, t.prim) >= 4.5F);
    CHECK(contrast(t.mode_ink, t.mode) >= 4.5F);
    CHECK(contrast(t.past, t.past_bg) >= 4.5F);
    CHECK(contrast(t.t1, t.acc_bg) >= 4.5F);
    // Edges and borders of controls: 3 : 1 for what carries meaning.
    for (int q = 0; q < 4; ++q) CHECK(contrast(t.of(static_cast<Priority>(q)).edge, t.bg1) >= 3.0F);
  }
}

TEST_CASE("Times are told in the site's zone, over the change of the clocks") {
  SiteTime time;
  time.set_zone("Europe/Amsterdam");
  CHECK(time.clock(sample::kNow) == "04:10:37");
  CHECK(time.minutes(sample::kNow) == "04:10");
  CHECK(time.day(sample::kNow) == "Tue 24 Nov");
  CHECK(time.zone(sample::kNow) == "CET");
  const UtcNs summer = utc_from_civil(2026, 10, 25, 0, 59, 59);
  CHECK(time.clock(summer) == "02:59:59");
  CHECK(time.clock(summer + kSecond) == "02:00:00");
  CHECK(time.zone(summer + kSecond) == "CET");
  time.set_zone("Nowhere/Nothing");
  CHECK(time.clock(sample::kNow) == "03:10:37");
  CHECK(time.zone(sample::kNow) == "UTC");
  CHECK(utc_text(sample::kNow) == "2026-11-24 03:10:37 UTC");
}

TEST_CASE("Spans read as people say them") {
  CHECK(duration(38 * kSecond) == "0:38");
  CHECK(duration(52 * kMinute + 17 * kSecond) == "52:17");
  CHECK(duration(3 * kHour + 12 * kMinute) == "3 h 12");
  CHECK(duration(2 * kDay + 4 * kHour) == "2 d 4 h");
  CHECK(duration(-5) == "0:00");
  CHECK(ago(0) == "now");
  CHECK(ago(16 * kSecond) == "16 s ago");
  CHECK(ago(4 * kMinute) == "4 min ago");
  CHECK(lag(400 * kMillisecond) == "0.4 s");
  CHECK(lag(31 * kSecond) == "31 s");
  CHECK(count_text(41'233) == "41,233");
  CHECK(count_text(7) == "7");
  CHECK(bytes_text(1'258'291) == "1.2 MiB");
  CHECK(plural<"{} incident", "{} incidents">(1) == "1 incident");
  CHECK(plural<"{} incident", "{} incidents">(1200) == "1,200 incidents");
}

TEST_CASE("Counts agree with what the filters let through") {
  const auto s = sample::night();
  Standing standing;
  REQUIRE(standing.update(s));
  const Counts c = count(standing);
  const auto passing = [&](const Filter& f) {
    return static_cast<std::uint32_t>(
        std::count_if(standing.rows().begin(), standing.rows().end(), [&](const auto& row) { return passes(f, row); }));
  };
  Filter f;
  CHECK(c.open == passing(f));
  CHECK(c.open == 16);
  f.base = Filter::Base::shelved;
  CHECK(c.shelved == passing(f));
  CHECK(c.next_return == sample::kNow + 50 * kMinute);
  f = {};
  f.base = Filter::Base::unacknowledged;
  CHECK(c.unacknowledged == passing(f));
  f = {};
  f.person = "p-brandt";
  CHECK(passing(f) == 1);
}

TEST_CASE("While it is held no row moves or leaves, and what is critical always stands in the strip") {
  // Any sequence of changes: openings, resolutions, changes of priority, filters.
  std::mt19937 random(7);
  for (int run = 0; run < 40; ++run) {
    WallOrder order;
    Standing standing;
    auto s = std::make_shared<Snapshot>();
    s->user = "M. Okafor";
    Filter filter;
    std::uint64_t next = 1;
    standing.update(s);
    order.update(standing, filter, false, false);
    for (int step = 0; step < 60; ++step) {
      auto n = std::make_shared<Snapshot>(*s);
      ++n->version;
      const auto what = random() % 4;
      if (what <= 1 || n->incidents.empty()) {
        const auto q = static_cast<Priority>(random() % 4);
        n->incidents.push_back(std::make_shared<Incident>(
            sample::incident(next, q, "Row " + std::to_string(next), {"HQ"}, IncidentState::fresh, "", 1)));
        ++next;
      } else if (what == 2) {
        n->incidents.erase(n->incidents.begin() + static_cast<std::ptrdiff_t>(random() % n->incidents.size()));
      } else {
        auto& at = n->incidents[random() % n->incidents.size()];
        auto copy = std::make_shared<Incident>(*at);
        ++copy->revision;
        copy->priority = static_cast<Priority>(random() % 4);
        at = copy;
      }
      std::stable_sort(n->incidents.begin(), n->incidents.end(), [](const auto& a, const auto& b) {
        return a->priority != b->priority ? a->priority > b->priority : a->opened < b->opened;
      });
      const bool hold = random() % 3 != 0;
      std::vector<std::uint64_t> before;
      for (const auto& r : order.rows()) before.push_back(r->id);
      const std::size_t strip_before = order.strip().size();
      std::vector<std::uint64_t> strip_ids;
      for (const auto& r : order.strip()) strip_ids.push_back(r->id);
      standing.update(n);
      order.update(standing, filter, hold, false);
      if (hold) {
        REQUIRE(order.rows().size() == before.size());
        for (std::size_t k = 0; k < before.size(); ++k) REQUIRE(order.rows()[k]->id == before[k]);
        REQUIRE(order.strip().size() >= strip_before);
        for (std::size_t k = 0; k < strip_before; ++k) REQUIRE(order.strip()[k]->id == strip_ids[k]);
      } else {
        REQUIRE(order.waiting() == 0);
        REQUIRE_FALSE(order.differs());
        REQUIRE(order.rows().size() + order.strip().size() == n->incidents.size());
      }
      for (const auto& i : n->incidents)
        if (stands_out(*i)) {
          const bool shown = std::any_of(order.strip().begin(), order.strip().end(),
                                         [&](const auto& r) { return r->id == i->id && r->revision == i->revision; });
          REQUIRE(shown);
        }
      std::set<std::uint64_t> once;
      for (const auto& r : order.strip()) REQUIRE(once.insert(r->id).second);
      s = n;
    }
  }
}

TEST_CASE("A pointer that rests holds nothing after two seconds") {
  Hold hold;
  CHECK_FALSE(hold.active(0));
  hold.touch(10);
  CHECK(hold.active(11.9));
  CHECK(hold.left(11) == Approx(1));
  CHECK_FALSE(hold.active(12.01));
}

TEST_CASE("What is missing is counted once, and what was given up is never called not lost") {
  Snapshot s;
  CHECK(loss_in_words(s) == "none lost");
  s.agents.resize(2);
  s.agents[0].given_up_events = 69;
  CHECK(loss_in_words(s) == "69 given up");
  // The engine's sum is of the same numbers as the agents'.
  s.health.ledger_gaps = 3;
  s.agents[1].gap_events = 3;
  CHECK(missing_of(s) == 3);
  CHECK(loss_in_words(s) == "3 missing, 69 given up");
}
