#include "console/shell/sounder.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/played_tones.hpp"

using namespace wf;

namespace {

std::shared_ptr<const Snapshot> with(Priority priority, bool life_safety = false) {
  auto s = std::make_shared<Snapshot>();
  s->version = 1;
  auto i = std::make_shared<Incident>();
  i->id = 42;
  i->priority = priority;
  i->life_safety = life_safety;
  s->incidents.push_back(std::move(i));
  return s;
}

struct Room {
  double now = 10;
  test::PlayedTones device{[this] { return now; }};
  shell::Sounder sounder{device};
};

}  // namespace

TEST_CASE("A tone is played in the step that sees the incident, at a share of the volume, and again when it is due") {
  Room r;
  const auto snapshot = with(Priority::critical, true);
  const double next = r.sounder.step(snapshot, r.now);
  REQUIRE(r.device.tones.size() == 1);
  CHECK(r.device.tones[0].tone == Priority::critical);
  CHECK(r.device.tones[0].volume > 0.2F);
  CHECK(r.device.tones[0].volume <= ui::Comfort{}.volume);
  REQUIRE(next > 0);
  r.now += next;
  (void)r.sounder.step(snapshot, r.now);
  CHECK(r.device.tones.size() == 2);
}

TEST_CASE("A mute silences what plays, is told with its countdown, and the same wish takes it back") {
  Room r;
  const auto snapshot = with(Priority::high);
  (void)r.sounder.step(snapshot, r.now);
  ui::SoundWish mute;
  mute.toggle_mute = true;
  r.sounder.carry_out(mute, r.now);
  (void)r.sounder.step(snapshot, r.now);
  CHECK(r.device.hushed.size() == 1);
  r.now += 60;
  (void)r.sounder.step(snapshot, r.now);
  CHECK(r.device.tones.size() == 1);
  CHECK(r.sounder.state(r.now).mute_left == Approx(540));
  CHECK(r.sounder.state(r.now).calling);
  r.sounder.carry_out(mute, r.now);
  (void)r.sounder.step(snapshot, r.now);
  CHECK(r.device.tones.size() == 2);
  CHECK(r.sounder.state(r.now).mute_left == 0);
}

TEST_CASE("A tone that is tried sounds as loud as it gets, but not over one that calls") {
  Room r;
  ui::SoundWish attempt;
  attempt.try_tone = Priority::medium;
  r.sounder.carry_out(attempt, r.now);
  REQUIRE(r.device.tones.size() == 1);
  CHECK(r.device.tones[0].volume == ui::Comfort{}.volume);
  (void)r.sounder.step(with(Priority::critical), r.now);
  r.sounder.carry_out(attempt, r.now);
  CHECK(r.device.tones.size() == 2);
  CHECK(r.device.tones[1].tone == Priority::critical);
}

TEST_CASE("A device that was pulled out is told, and so is one that came back") {
  Room r;
  CHECK(r.sounder.state(r.now).device);
  int told = 0;
  r.device.set_on_change([&] { ++told; });
  r.device.plug(false);
  CHECK_FALSE(r.sounder.state(r.now).device);
  r.device.plug(true);
  CHECK(r.sounder.state(r.now).device);
  CHECK(told == 2);
}
