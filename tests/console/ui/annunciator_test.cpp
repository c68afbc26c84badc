#include "console/ui/annunciator.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using namespace wf;
using ui::Annunciator;

namespace {

struct Row {
  std::uint64_t id;
  Priority priority;
  bool life_safety = false, acknowledged = false, shelved = false, drill = false;
  UtcNs respond_by = kMinute;
  std::string escalated_to = {};
};

std::shared_ptr<const Snapshot> wall(const std::vector<Row>& rows, bool flood = false) {
  auto s = std::make_shared<Snapshot>();
  s->version = 7;
  s->flood = flood;
  for (const Row& r : rows) {
    auto i = std::make_shared<Incident>();
    i->id = r.id;
    i->priority = r.priority;
    i->life_safety = r.life_safety;
    i->drill = r.drill;
    i->revision = 3;
    i->acknowledged_revision = r.acknowledged ? 2 : 0;
    i->state = r.shelved ? IncidentState::shelved : r.acknowledged ? IncidentState::acknowledged : IncidentState::fresh;
    i->respond_by = r.respond_by;
    i->escalated_to = r.escalated_to;
    s->incidents.push_back(std::move(i));
  }
  return s;
}

struct Played {
  double at;
  Priority tone;
  float loudness;
};

/// An annunciator, a clock and what was heard.
class Room {
 public:
  Room() { show({}); }
  void show(const std::vector<Row>& rows, bool flood = false) {
    snapshot_ = wall(rows, flood);
    step();
  }
  /// Lets time go on as the shell does: from one due step to the next.
  void pass(double seconds) {
    const double end = now + seconds;
    while (due_ >= 0 && due_ <= end) {
      now = std::max(now, due_);
      step();
    }
    now = end;
  }
  void mute(double lasts = Annunciator::kLongestMute) {
    bell.mute(now, lasts);
    step();
  }
  void unmute() {
    bell.unmute();
    step();
  }
  [[nodiscard]] std::size_t count(Priority p) const {
    return static_cast<std::size_t>(
        std::count_if(heard.begin(), heard.end(), [&](const Played& x) { return x.tone == p; }));
  }
  double now = 100;
  std::vector<Played> heard;
  int hushed = 0;
  Annunciator bell;

 private:
  void step() {
    const Annunciator::Step s = bell.step(snapshot_, now);
    if (s.play) heard.push_back({now, s.play->tone, s.play->loudness});
    if (s.hush) ++hushed;
    due_ = s.next_in < 0 ? -1 : now + s.next_in;
  }
  std::shared_ptr<const Snapshot> snapshot_;
  double due_ = -1;
};

}  // namespace

TEST_CASE("A critical incident sounds at once and every four seconds until it is acknowledged") {
  Room room;
  room.show({{1, Priority::critical}});
  REQUIRE(room.heard.size() == 1);
  CHECK(room.heard[0].at == room.now);
  room.pass(60);
  CHECK(room.heard.size() == 16);
  room.show({{1, Priority::critical, false, true}});
  CHECK(room.hushed == 1);  // also in the middle of a tone
  room.pass(600);
  CHECK(room.heard.size() == 16);
}

TEST_CASE("High is repeated less often, medium and low sound once") {
  Room room;
  room.show({{1, Priority::high}});
  room.pass(60);
  CHECK(room.count(Priority::high) == 7);
  room.show({{1, Priority::high, false, true}, {2, Priority::medium}});
  room.pass(120);
  room.show({{1, Priority::high, false, true}, {2, Priority::medium}, {3, Priority::low}});
  room.pass(120);
  CHECK(room.heard.size() == 9);
  CHECK(room.count(Priority::medium) == 1);
  CHECK(room.count(Priority::low) == 1);
}

TEST_CASE("The highest sounds alone, and what is left sounds when it is answered") {
  Room room;
  room.show({{1, Priority::critical}, {2, Priority::high}, {3, Priority::medium}});
  room.pass(20);
  CHECK(room.count(Priority::critical) == room.heard.size());
  room.show({{1, Priority::critical, false, true}, {2, Priority::high}, {3, Priority::medium}});
  CHECK(room.heard.back().tone == Priority::high);
  CHECK(room.heard.back().at == room.now);
}

TEST_CASE("What is called again, and what is escalated, sounds again between two repeats") {
  Room room;
  room.show({{1, Priority::high}});
  room.pass(3);
  room.show({{1, Priority::high, false, true}});
  room.pass(30);
  CHECK(room.heard.size() == 1);
  room.show({{1, Priority::high, false, false, false, false, 5 * kMinute}});
  CHECK(room.heard.size() == 2);
  room.pass(3);
  room.show({{1, Priority::high, false, false, false, false, 9 * kMinute}});  // a worse turn before anybody answered
  CHECK(room.heard.size() == 3);
  room.pass(2);
  room.show({{1, Priority::high, false, false, false, false, 9 * kMinute, "Shift supervisor"}});
  CHECK(room.heard.size() == 4);
  room.show({{1, Priority::medium, false, true}});
  room.pass(2);
  room.show({{1, Priority::medium}});
  CHECK(room.heard.back().tone == Priority::medium);
}

TEST_CASE("A panic alarm sounds within a second, whatever sounds or is muted at that moment") {
  for (const double after : {0.0, 0.05, 0.4, 0.85, 1.5, 3.9}) {
    for (const Priority before : {Priority::low, Priority::medium, Priority::high, Priority::critical})
      for (const bool muted : {false, true}) {
        Room room;
        room.show({{1, before}});
        room.pass(after);
        if (muted) room.mute();
        const double came = room.now;
        const std::size_t heard = room.heard.size();
        room.show({{2, Priority::critical, true}, {1, before}});
        room.pass(1);
        INFO(after << " s after " << name_of(before) << (muted ? ", muted" : ""));
        REQUIRE(room.heard.size() > heard);
        CHECK(room.heard[heard].tone == Priority::critical);
        CHECK(room.heard[heard].at - came <= 1.0);
      }
  }
}

TEST_CASE("Life safety counts as critical, whatever priority it came with") {
  Room room;
  room.show({{1, Priority::low, true}});
  room.pass(9);
  CHECK(room.count(Priority::critical) == 3);
}

TEST_CASE("A drill sounds the same") {
  Room real, drill;
  real.show({{1, Priority::critical}, {2, Priority::medium}});
  drill.show({{1, Priority::critical, false, false, false, true}, {2, Priority::medium, false, false, false, true}});
  real.pass(60);
  drill.pass(60);
  REQUIRE(real.heard.size() == drill.heard.size());
  for (std::size_t i = 0; i < real.heard.size(); ++i) {
    CHECK(real.heard[i].tone == drill.heard[i].tone);
    CHECK(real.heard[i].loudness == drill.heard[i].loudness);
  }
}

TEST_CASE("A mute is over after ten minutes at most, and what still waits sounds then") {
  Room room;
  room.show({{1, Priority::critical}});
  room.pass(5);
  const std::size_t before = room.heard.size();
  room.mute(3'600);
  CHECK(room.bell.mute_left(room.now) == Approx(600));
  CHECK(room.hushed == 1);
  room.pass(599);
  CHECK(room.heard.size() == before);
  CHECK(room.bell.state(room.now).calling);
  CHECK(room.bell.state(room.now).muted());
  room.pass(2);
  CHECK(room.heard.size() == before + 1);
  CHECK_FALSE(room.bell.state(room.now).muted());
}

TEST_CASE("A mute that is taken back lets the tone come at once") {
  Room room;
  room.mute();
  room.show({{1, Priority::high}});
  CHECK(room.heard.empty());
  room.pass(3);
  room.unmute();
  CHECK(room.heard.size() == 1);
}

TEST_CASE("Nothing is louder than needed: a call begins softer and rises while nobody answers") {
  Room room;
  room.show({{1, Priority::critical}});
  room.pass(60);
  CHECK(room.heard.front().loudness < 0.6F);
  for (std::size_t i = 1; i < room.heard.size(); ++i) CHECK(room.heard[i].loudness >= room.heard[i - 1].loudness);
  CHECK(room.heard.back().loudness == 1.0F);
}

TEST_CASE("A console that opens on a wall with open rows sounds for what is repeated and not for the rest") {
  Annunciator bell;
  CHECK_FALSE(bell.step(wall({{1, Priority::medium}, {2, Priority::low}}), 1).play);
  Annunciator other;
  const auto step = other.step(wall({{1, Priority::high}, {2, Priority::low}}), 1);
  REQUIRE(step.play);
  CHECK(step.play->tone == Priority::high);
}

TEST_CASE("What is shelved is silent, and low ones are while a flood folds them") {
  Room room;
  room.show({{1, Priority::high, false, false, true}});
  room.pass(60);
  CHECK(room.heard.empty());
  room.show({{1, Priority::high, false, false, true}, {2, Priority::low}}, true);
  CHECK(room.heard.empty());
  room.show({{1, Priority::high, false, false, true}, {2, Priority::low}, {3, Priority::medium}}, true);
  CHECK(room.count(Priority::medium) == 1);
}

TEST_CASE("With nothing to sound nothing is due") {
  Annunciator bell;
  CHECK(bell.step(wall({}), 1).next_in < 0);
  CHECK(bell.step(wall({{1, Priority::low, false, true}}), 2).next_in < 0);
}

// Whatever opens, is acknowledged, shelved, called again, muted and unmuted, in any order.
TEST_CASE("Nothing critical or high that waits is ever silent unless muted, and life safety never is") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](int n) { return static_cast<int>(dice() % static_cast<unsigned>(n)); };
    Room room;
    std::vector<Row> rows;
    double silence_is_wrong_from = 1e18, safety_is_wrong_from = 1e18;
    for (int turn = 0; turn < 200; ++turn) {
      switch (roll(8)) {
        case 0:
        case 1:
          if (rows.size() < 12)
            rows.push_back({static_cast<std::uint64_t>(turn + 1), static_cast<Priority>(roll(4)), roll(12) == 0});
          break;
        case 2:
        case 3:
          if (!rows.empty()) rows[static_cast<std::size_t>(roll(static_cast<int>(rows.size())))].acknowledged = true;
          break;
        case 4:
          if (!rows.empty()) {
            Row& r = rows[static_cast<std::size_t>(roll(static_cast<int>(rows.size())))];
            r.acknowledged = false;
            r.respond_by += kMinute;
          }
          break;
        case 5:
          if (!rows.empty()) {
            Row& r = rows[static_cast<std::size_t>(roll(static_cast<int>(rows.size())))];
            r.shelved = !r.life_safety && !r.shelved;
          }
          break;
        case 6:
          roll(2) == 0 ? room.mute(roll(1200)) : room.unmute();
          break;
        default:
          if (!rows.empty()) rows.erase(rows.begin() + roll(static_cast<int>(rows.size())));
      }
      room.show(rows, roll(3) == 0);
      const double until = room.now + roll(300) / 10.0;
      while (room.now < until) {
        const bool muted = room.bell.mute_left(room.now) > 0;
        bool waits = false, safety = false, critical = false;
        for (const Row& r : rows)
          if (!r.acknowledged && !r.shelved) {
            waits = waits || r.priority >= Priority::high || r.life_safety;
            critical = critical || r.priority == Priority::critical || r.life_safety;
            safety = safety || r.life_safety;
          }
        // Since the last tone that would do, or since it first had to be.
        const auto last = [&](Priority least) {
          for (auto h = room.heard.rbegin(); h != room.heard.rend(); ++h)
            if (h->tone >= least) return h->at;
          return -1e18;
        };
        const auto watch = [&](bool due, double& wrong, double every, Priority least) {
          if (!due) {
            wrong = 1e18;
            return true;
          }
          if (wrong > 1e17) wrong = room.now + 1.0;  // the first second
          return room.now < wrong || room.now - last(least) <= every + 0.11;
        };
        INFO("seed " << seed << ", turn " << turn << ", at " << room.now);
        REQUIRE(watch(waits && !muted, silence_is_wrong_from, critical ? 4 : 10,
                      critical ? Priority::critical : Priority::high));
        REQUIRE(watch(safety, safety_is_wrong_from, 4, Priority::critical));
        room.pass(0.1);
      }
    }
    REQUIRE(room.heard.size() > 20);
  }
}
