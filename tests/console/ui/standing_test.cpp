// What stands is brought up to date from snapshot to snapshot; a plain look at the whole snapshot says the same.
#include "console/ui/standing.hpp"

#include <algorithm>
#include <random>

#include "console/ui/wall/filters.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::ui {
namespace {

bool same(const Standing::Row& a, const Standing::Row& b) {
  return a.id == b.id && a.incident == b.incident && a.place.site == b.place.site && a.place.level == b.place.level &&
         a.place.unit == b.place.unit && a.respond_by == b.respond_by && a.shelved_until == b.shelved_until &&
         a.priority == b.priority && a.domains == b.domains && a.open == b.open && a.shelved == b.shelved &&
         a.waits == b.waits && a.life_safety == b.life_safety && a.drill == b.drill && a.owned == b.owned &&
         a.mine == b.mine && a.stands_out == b.stands_out && a.works == b.works && a.inhibits == b.inhibits;
}

std::shared_ptr<Incident> random_incident(std::uint64_t id, std::mt19937& random) {
  auto i = std::make_shared<Incident>();
  i->id = id;
  i->revision = 1;
  i->priority = static_cast<Priority>(random() % 4);
  i->state = random() % 5 == 0 ? IncidentState::shelved : IncidentState::fresh;
  i->acknowledged_revision = random() % 2;
  i->life_safety = random() % 9 == 0;
  i->owner = random() % 2 == 0 ? "M. Okafor" : "";
  i->rule_id = random() % 7 == 0 ? "works:1" : "door-forced";
  if (random() % 6 == 0) i->inhibits.push_back("C-1");
  return i;
}

TEST_CASE("What stands after any changes is what a look at the whole snapshot finds") {
  std::mt19937 random(2611);
  for (int run = 0; run < 30; ++run) {
    Standing standing;
    auto s = std::make_shared<Snapshot>();
    s->user = "M. Okafor";
    std::uint64_t next = 1;
    std::uint64_t version = 0;
    for (int step = 0; step < 80; ++step) {
      auto n = std::make_shared<Snapshot>(*s);
      ++n->version;
      auto& all = n->incidents;
      const auto what = random() % 7;
      if (what == 6) n->user = random() % 2 == 0 ? "" : "M. Okafor";
      for (std::size_t k = random() % 4; k > 0 && what < 6; --k) {
        if (what <= 1 || all.empty())
          all.insert(all.begin() + static_cast<std::ptrdiff_t>(random() % (all.size() + 1)),
                     random_incident(next++, random));
        else if (what == 2)
          all.erase(all.begin() + static_cast<std::ptrdiff_t>(random() % all.size()));
        else if (what == 3)
          all[random() % all.size()] = random_incident(all[random() % all.size()]->id, random);
        else if (what == 4)
          std::swap(all[random() % all.size()], all[random() % all.size()]);
      }
      // An id stands once; a change above may have made it twice.
      std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
      all.erase(std::unique(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->id == b->id; }),
                all.end());
      if (what != 5) std::shuffle(all.begin(), all.end(), std::mt19937(static_cast<unsigned>(step % 3)));

      const bool news = standing.update(n);
      CHECK_FALSE(standing.update(n));
      Standing plain;
      plain.update(n);
      REQUIRE(standing.rows().size() == plain.rows().size());
      bool changed = false;
      for (std::size_t k = 0; k < all.size(); ++k) {
        const Standing::Row& row = standing.rows()[k];
        REQUIRE(same(row, plain.rows()[k]));
        REQUIRE(row.incident == all[k].get());
        REQUIRE(row.stands_out == stands_out(*all[k]));
        REQUIRE(standing.index_of(row.id) == static_cast<int>(k));
        const auto was = std::find(s->incidents.begin(), s->incidents.end(), all[k]);
        REQUIRE(row.changed == (was == s->incidents.end() || s->user != n->user));
        changed = changed || row.changed;
      }
      std::vector<std::uint64_t> gone;
      for (const auto& i : s->incidents)
        if (std::none_of(all.begin(), all.end(), [&](const auto& o) { return o->id == i->id; })) gone.push_back(i->id);
      std::vector<std::uint64_t> told = standing.gone();
      std::sort(told.begin(), told.end());
      std::sort(gone.begin(), gone.end());
      REQUIRE(told == gone);
      for (const std::uint64_t id : gone) REQUIRE(standing.index_of(id) == -1);
      REQUIRE(news == (step == 0 || changed || s->incidents != all || s->user != n->user));
      REQUIRE(standing.version() == version + (news ? 1 : 0));
      version = standing.version();
      s = n;
    }
  }
}

TEST_CASE("A place is looked up again when the site is another") {
  const auto night = sample::night();
  Standing standing;
  standing.update(night);
  const auto row = std::find_if(standing.rows().begin(), standing.rows().end(),
                                [](const Standing::Row& r) { return r.place.unit != nullptr; });
  REQUIRE(row != standing.rows().end());
  const std::uint64_t id = row->id;
  auto moved = std::make_shared<Snapshot>(*night);
  moved->estate = std::make_shared<const Estate>(*night->estate);
  REQUIRE(standing.update(moved));
  const Standing::Row& now = standing.rows()[static_cast<std::size_t>(standing.index_of(id))];
  REQUIRE(now.place.site != nullptr);
  CHECK(now.place.site >= moved->estate->sites.data());
  CHECK(now.place.site < moved->estate->sites.data() + moved->estate->sites.size());
  CHECK(now.changed);
}

TEST_CASE("Sums are by the sites that there are now, also where nothing stands") {
  auto none = std::make_shared<Snapshot>();
  Standing standing;
  REQUIRE(standing.update(none));
  CHECK(count(standing).by_site.empty());
  auto sites = std::make_shared<Snapshot>(*none);
  sites->estate = sample::night()->estate;
  REQUIRE(standing.update(sites));
  CHECK(count(standing).by_site.size() == sites->estate->sites.size());
}

}  // namespace
}  // namespace wf::ui
