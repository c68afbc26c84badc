#include "agents/camera/picture_health.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"

namespace wf::camera {
namespace {

constexpr int kWidth = SmallPicture::kWidth, kHeight = SmallPicture::kHeight;
using State = PictureHealth::State;
using Luma = std::vector<std::uint8_t>;

/// A place with things in it; another one for each seed.
Luma scene(unsigned seed) {
  std::mt19937 random(seed);
  Luma out(kWidth * kHeight, 110);
  const auto any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  for (int i = 0; i < 60; ++i) {
    const int x = any(kWidth), y = any(kHeight), w = 4 + any(30), h = 4 + any(25), value = 30 + any(190);
    for (int row = y; row < std::min(y + h, kHeight); ++row)
      for (int column = x; column < std::min(x + w, kWidth); ++column)
        out[static_cast<std::size_t>(row * kWidth + column)] = static_cast<std::uint8_t>(value);
  }
  return out;
}

/// As a sensor sees it: by other light, and with noise.
Luma seen(const Luma& what, unsigned seed, double light = 1, int noise = 3) {
  std::mt19937 random(seed);
  Luma out;
  out.reserve(what.size());
  for (const std::uint8_t value : what) {
    const int grain = static_cast<int>(random() % static_cast<unsigned>(2 * noise + 1)) - noise;
    out.push_back(static_cast<std::uint8_t>(std::clamp(static_cast<int>(16 + (value - 16) * light) + grain, 0, 255)));
  }
  return out;
}

Luma blurred(const Luma& what, int radius) {
  Luma out(what.size());
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      int sum = 0, count = 0;
      for (int dy = -radius; dy <= radius; ++dy)
        for (int dx = -radius; dx <= radius; ++dx) {
          const int row = std::clamp(y + dy, 0, kHeight - 1), column = std::clamp(x + dx, 0, kWidth - 1);
          sum += what[static_cast<std::size_t>(row * kWidth + column)];
          ++count;
        }
      out[static_cast<std::size_t>(y * kWidth + x)] = static_cast<std::uint8_t>(sum / count);
    }
  return out;
}

struct Watch {
  PictureHealth health;
  std::int64_t mono = kSecond;
  unsigned seed = 1;
  /// A picture a second for so long; the states that it came to.
  std::vector<State> look(const Luma& what, int seconds, double light = 1, int noise = 3) {
    std::vector<State> out;
    for (int i = 0; i < seconds; ++i, mono += kSecond)
      if (const std::optional<State> state = health.look({seen(what, ++seed, light, noise), mono}))
        out.push_back(*state);
    return out;
  }
};

TEST_CASE("a picture that is black, covered, blurred or of another place is told, and that it is well again") {
  const auto [name, state] = GENERATE(table<std::string, State>({{"black", State::black},
                                                                 {"covered", State::covered},
                                                                 {"covered in the dark", State::covered},
                                                                 {"blurred", State::blurred},
                                                                 {"moved", State::moved}}));
  INFO(name);
  const Luma place = scene(1);
  const Luma wrong = name == "black"                 ? Luma(place.size(), 16)
                     : name == "covered"             ? Luma(place.size(), 120)
                     : name == "covered in the dark" ? Luma(place.size(), 45)
                     : name == "blurred"             ? blurred(place, 4)
                                                     : scene(2);
  Watch watch;
  CHECK(watch.look(place, 60).empty());
  CHECK(watch.look(wrong, 9, 1, 1).empty());
  CHECK(watch.look(wrong, 5, 1, 1) == std::vector{state});
  CHECK(watch.look(wrong, 300, 1, 1).empty());
  CHECK(watch.look(place, 9).empty());
  CHECK(watch.look(place, 5) == std::vector{State::well});
}

TEST_CASE("the light of a day, noise, a lamp and people who pass are no change of the picture") {
  for (const unsigned seed : {1U, 5U, 9U, 12U}) {
    const Luma place = scene(seed);
    Watch watch;
    CHECK(watch.look(place, 60).empty());
    for (double light = 1; light > 0.35; light -= 0.01) CHECK(watch.look(place, 20, light).empty());
    CHECK(watch.look(place, 60, 0.35, 8).empty());
    CHECK(watch.look(place, 60, 1.1).empty());  // somebody turns on the light
    for (int i = 0; i < 40; ++i) {
      Luma person = place;
      for (int y = 30; y < 80; ++y)
        for (int x = 0; x < 25; ++x) person[static_cast<std::size_t>(y * kWidth + (x + 3 * i) % kWidth)] = 40;
      CHECK(watch.look(person, 4).empty());
    }
  }
}

TEST_CASE("one and the same picture for a minute is frozen; it is over with the next other one that lasts") {
  const Luma picture = seen(scene(3), 1);
  Watch watch;
  CHECK(watch.look(scene(3), 30).empty());
  std::vector<State> states;
  for (int i = 0; i < 70; ++i, watch.mono += kSecond)
    if (const std::optional<State> state = watch.health.look({picture, watch.mono})) {
      states.push_back(*state);
      CHECK(i == 60);
    }
  CHECK(states == std::vector{State::frozen});
  CHECK(watch.look(scene(3), 20) == std::vector{State::well});
}

TEST_CASE("a camera that was turned on purpose is well after an hour of it") {
  Watch watch;
  CHECK(watch.look(scene(1), 60).empty());
  CHECK(watch.look(scene(2), 3700) == std::vector{State::moved, State::well});
  CHECK(watch.look(scene(2), 600).empty());
  CHECK(watch.look(scene(1), 20) == std::vector{State::moved});
}

TEST_CASE("what pictures are compared with is kept over a restart: a camera that was turned meanwhile is told") {
  Watch before;
  CHECK(before.look(scene(1), 5).empty());
  CHECK(before.health.kept().empty());
  CHECK(before.look(scene(1), 60).empty());
  const std::string kept = before.health.kept();
  REQUIRE_FALSE(kept.empty());
  CHECK(kept.find('\n') == std::string::npos);
  CHECK(kept.size() < 2048);
  Watch same, turned, anew;
  REQUIRE(same.health.load(kept));
  REQUIRE(turned.health.load(kept));
  CHECK_FALSE(same.health.settled());
  CHECK(same.look(scene(1), 300).empty());
  CHECK(same.health.settled());
  CHECK(turned.look(scene(2), 9).empty());
  CHECK(turned.look(scene(2), 5) == std::vector{State::moved});
  CHECK(anew.look(scene(2), 300).empty());
  // It is not written with each picture, but now and then.
  CHECK(same.health.kept() == kept);
  CHECK(same.look(scene(1), 400).empty());
  CHECK(same.health.kept() != kept);
}

TEST_CASE("what was not kept by this is not gone on with") {
  Watch watch;
  CHECK(watch.look(scene(1), 60).empty());
  const std::string kept = watch.health.kept();
  for (const std::string& wrong :
       {std::string(), std::string("1"), kept + "0", kept.substr(0, kept.size() - 1), "2" + kept.substr(1),
        "1 nan" + kept.substr(kept.find(' ', 2)), kept.substr(0, kept.size() - 1) + "g"}) {
    PictureHealth health;
    INFO(wrong.substr(0, 40));
    CHECK_FALSE(health.load(wrong));
    CHECK(health.kept().empty());
  }
}

TEST_CASE("a picture that has not its size is no picture") {
  PictureHealth health;
  CHECK_FALSE(health.look({Luma(5), 1}));
  CHECK_FALSE(health.look({{}, 1}));
}

}  // namespace
}  // namespace wf::camera
