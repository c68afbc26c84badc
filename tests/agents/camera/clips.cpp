#include "tests/agents/camera/clips.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <random>

#include "proto/time.hpp"

namespace wf::test {
namespace {

constexpr int kW = kClipWidth, kH = kClipHeight;
constexpr double kPi = std::numbers::pi;

/// The same for the same numbers, between 0 and 1.
double chance(unsigned a, unsigned b, unsigned c) {
  unsigned h = a * 374761393U + b * 668265263U + c * 2246822519U;
  h = (h ^ (h >> 13U)) * 1274126177U;
  h ^= h >> 16U;
  return h / 4294967296.0;
}

struct Quick {
  unsigned state;
  unsigned next() {
    state ^= state << 13U, state ^= state >> 17U, state ^= state << 5U;
    return state;
  }
  /// Roughly normal, of standard deviation 1.
  double normal() {
    const unsigned a = next(), b = next();
    return ((a & 0xffffU) + (a >> 16U) + (b & 0xffffU) + (b >> 16U) - 131070.0) / 37837.0;
  }
};

/// The yard: sky, a wall of bricks with windows and a door, a pavement with slabs.
double place(const Clip& clip, double x, double y, bool infrared) {
  const double u = x / kW, v = y / kH;
  const unsigned seed = clip.seed;
  double value = 0;
  if (clip.place == Place::room) return 118 + 24 * u - 10 * v;
  if (clip.place == Place::bars) return v < 0.7 ? 40 + 26 * std::floor(u * 7) : 200 - 26 * std::floor(u * 7);
  if (clip.place == Place::chequers) return (static_cast<int>(x / 12) + static_cast<int>(y / 12)) % 2 == 0 ? 70 : 160;
  if (v < 0.25) {
    value = infrared ? 30 : 190 - 60 * v;
  } else if (v < 0.55) {
    const int row = static_cast<int>(y / 6), column = static_cast<int>((x + (row % 2) * 7) / 14);
    const double brick = chance(seed, static_cast<unsigned>(row), static_cast<unsigned>(column));
    value = (infrared ? 120 : 105) + 22 * (brick - 0.5);
    if (std::fmod(y, 6) < 1) value += 14;
    const double pane = std::fmod(u + 0.03, 0.25);
    if (pane > 0.06 && pane < 0.16 && v > 0.30 && v < 0.46) value = infrared ? 40 : 60;
    if (u > 0.62 && u < 0.70 && v > 0.32) value = infrared ? 150 : 48;
  } else {
    const double depth = (v - 0.55) / 0.45;
    value = (infrared ? 90 : 128) + 14 * depth;
    const double slab = std::fmod(u * (3 + 9 * (1 - depth)) + 0.2, 1.0);
    if (slab < 0.03 || std::fmod(depth * depth * 6, 1.0) < 0.05) value -= 22;
    value += 8 * (chance(seed + 7, static_cast<unsigned>(u * 40), static_cast<unsigned>(v * 60)) - 0.5);
  }
  return value;
}

void tree(const Clip& clip, double x, double y, double t, bool infrared, double& value) {
  if (clip.place != Place::yard) return;
  const double wind = clip.wind ? clip.wind(t) : 0;
  const double dx = x - 0.12 * kW, dy = y - 0.34 * kH;
  const double radius = 0.13 * kW;
  const double sway = wind * 5 * std::sin(2 * kPi * 0.45 * t + y / 25) + wind * 2 * std::sin(2 * kPi * 1.3 * t + x / 9);
  if ((dx - sway) * (dx - sway) + 1.4 * dy * dy < radius * radius * (1 + 0.1 * std::sin(std::atan2(dy, dx) * 7))) {
    const double leaf =
        chance(clip.seed + 3, static_cast<unsigned>((x - sway + 400) / 4), static_cast<unsigned>((y + 400) / 4));
    value = (infrared ? 150 : 55) + 60 * leaf;
  } else if (std::abs(dx) < 3 && dy > 0 && dy < 0.3 * kH) {
    value = infrared ? 80 : 45;
  }
  // A flag on a pole.
  const double fx = x - 0.86 * kW, fy = y - 0.10 * kH;
  if (std::abs(fx) < 1.5 && fy > -4 && fy < 0.45 * kH) value = 70;
  const double wave = wind * 4 * std::sin(2 * kPi * (0.9 * t - fx / 30)) * std::min(1.0, fx / 15);
  if (fx > 1 && fx < 36 && fy - wave > 0 && fy - wave < 20)
    value = std::fmod(fx + 3 * wind * std::sin(2 * kPi * 0.9 * t), 12) < 6 ? 210 : 90;
}

struct Figure {
  double x, y, tall;
  bool walks;
};

bool stands(const Person& person, double t, Figure& out) {
  if (t < person.steps.front().at || t > person.steps.back().at) return false;
  for (std::size_t i = 1; i < person.steps.size(); ++i) {
    const Step &a = person.steps[i - 1], &b = person.steps[i];
    if (t > b.at) continue;
    const double part = b.at > a.at ? (t - a.at) / (b.at - a.at) : 1;
    out = {a.x + part * (b.x - a.x), a.y + part * (b.y - a.y), a.tall + part * (b.tall - a.tall),
           std::hypot(a.x - b.x, a.y - b.y) > 0.001};
    return true;
  }
  return false;
}

/// -1: nothing of the person is at this point; else its brightness.
double body(const Person& person, const Figure& f, double x, double y, double t) {
  const double tall = f.tall * kH, wide = tall * 0.16;
  const double sway =
      f.walks ? 0 : 0.012 * tall * std::sin(2 * kPi * 0.23 * t) + 0.006 * tall * std::sin(2 * kPi * 0.61 * t);
  const double dx = x - f.x * kW - sway * (f.y * kH - y) / tall, up = (f.y * kH - y) / tall;
  if (up < 0 || up > 1) return -1;
  if (person.flat) {
    const double ex = dx / (wide * 0.8), ey = (up - 0.5) / 0.5;
    return ex * ex + ey * ey < 1 ? person.coat : -1;
  }
  if (up > 0.86) {
    const double hx = dx / (wide * 0.42), hy = (up - 0.93) / 0.07;
    return hx * hx + hy * hy < 1 ? (up > 0.95 ? person.skin * 0.4 : person.skin) : -1;
  }
  if (up > 0.46) {
    const double swing = f.walks ? std::sin(2 * kPi * 1.6 * t) * 0.5 * wide * (0.82 - up) : 0;
    if (std::abs(dx) < wide * 0.55) return person.coat + 10 * std::sin(up * 40);
    if (std::abs(std::abs(dx) - wide * 0.72 - swing) < wide * 0.14 && up < 0.82) return person.coat * 0.8;
    return -1;
  }
  const double stride = f.walks ? std::sin(2 * kPi * 1.6 * t) * wide * 0.9 * (0.46 - up) / 0.46 : wide * 0.1;
  if (std::abs(dx - wide * 0.25 - stride) < wide * 0.22 || std::abs(dx + wide * 0.25 + stride) < wide * 0.22)
    return person.trousers;
  return -1;
}

/// Adds light, softly, about a line from one place to another.
void shine(std::vector<std::uint8_t>& picture, double x0, double y0, double x1, double y1, double radius, double by) {
  const double reach = 2 * radius;
  for (int y = std::max(0, static_cast<int>(std::min(y0, y1) - reach));
       y <= std::min(kH - 1, static_cast<int>(std::max(y0, y1) + reach)); ++y)
    for (int x = std::max(0, static_cast<int>(std::min(x0, x1) - reach));
         x <= std::min(kW - 1, static_cast<int>(std::max(x0, x1) + reach)); ++x) {
      const double dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
      const double part = length > 0 ? std::clamp(((x - x0) * dx + (y - y0) * dy) / length, 0.0, 1.0) : 0;
      const double away = std::hypot(x - x0 - part * dx, y - y0 - part * dy) / radius;
      if (away > 2) continue;
      std::uint8_t& at = picture[static_cast<std::size_t>(y * kW + x)];
      at = static_cast<std::uint8_t>(std::min(255.0, at + by * std::exp(-away * away)));
    }
}

/// Insects fly in curves close to the lens, each for a second or less; what moves is smeared.
void insects(const Clip& clip, double t, std::vector<std::uint8_t>& picture) {
  const int most = static_cast<int>(clip.insects * clip.seconds / 60);
  for (int i = 0; i < most; ++i) {
    const auto any = [&](unsigned what) { return chance(clip.seed + 23, static_cast<unsigned>(i), what); };
    const double begin = 6 + (clip.seconds - 6) * any(1), lasts = 0.3 + 0.9 * any(2), age = t - begin;
    if (age < 0 || age > lasts) continue;
    const auto where = [&](double at) {
      const double turn = 2 * kPi * any(3) + (any(4) - 0.5) * 6 * at, far = (0.4 + 0.8 * any(5)) * kW * at;
      return std::pair{(0.1 + 0.8 * any(6)) * kW + far * std::cos(turn),
                       (0.1 + 0.8 * any(7)) * kH + far * std::sin(turn)};
    };
    const auto [x0, y0] = where(age);
    const auto [x1, y1] = where(age + 0.04);
    shine(picture, x0, y0, x1, y1, 2 + 9 * any(8), 60 + 120 * any(9));
  }
}

double shaken(const Clip& clip, double t, unsigned which) {
  const auto frame = static_cast<unsigned>(std::lround(t * clip.rate));
  return clip.shake * (2 * chance(clip.seed + 11, frame, which) - 1);
}

}  // namespace

std::vector<std::uint8_t> draw(const Clip& clip, double t) {
  // What stands still is drawn once.
  constexpr int kBorder = 8, kWide = kW + 2 * kBorder;
  static std::vector<double> ground[2];
  static std::string of;
  if (of != clip.name) ground[0].clear(), ground[1].clear(), of = clip.name;
  const bool infrared = clip.infrared && clip.infrared(t);
  const double light = clip.light ? clip.light(t) : 1, noise = clip.noise_at ? clip.noise_at(t) : clip.noise;
  const double sx = std::round(shaken(clip, t, 1)), sy = std::round(shaken(clip, t, 2));
  const auto frame = static_cast<unsigned>(std::lround(t * clip.rate));
  Quick random{clip.seed * 7919U + frame * 104729U + 1};
  std::vector<std::pair<const Person*, Figure>> people;
  for (const Person& person : clip.people)
    if (Figure figure{}; stands(person, t, figure)) people.emplace_back(&person, figure);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(kW) * kH);
  std::vector<double>& still = ground[infrared ? 1 : 0];
  if (still.empty())
    for (int row = -kBorder; row < kH + kBorder; ++row)
      for (int column = -kBorder; column < kW + kBorder; ++column) {
        double value = place(clip, column, row, infrared);
        if (!clip.wind) tree(clip, column, row, t, infrared, value);
        still.push_back(value);
      }
  for (int row = 0; row < kH; ++row)
    for (int column = 0; column < kW; ++column) {
      const double x = column + sx, y = row + sy;
      double value =
          still[static_cast<std::size_t>((static_cast<int>(y) + kBorder) * kWide + static_cast<int>(x) + kBorder)];
      if (clip.wind) tree(clip, x, y, t, infrared, value);
      double gain = light * (clip.lamp ? clip.lamp(t, x / kW, y / kH) : 1);
      for (const auto& [person, figure] : people) {
        if (!person->shadow) continue;
        const double ux = (x - figure.x * kW - 0.5 * (figure.y * kH - y)) / (0.5 * figure.tall * kH);
        const double uy = (y - figure.y * kH) / (0.06 * figure.tall * kH);
        if ((ux - 0.8) * (ux - 0.8) + uy * uy < 1) gain *= 0.68;
      }
      for (const auto& [person, figure] : people) {
        if (!person->dim) continue;
        const double ux = (x - figure.x * kW) / (0.3 * figure.tall * kH);
        const double uy = (y - (figure.y - 0.45 * figure.tall) * kH) / (0.75 * figure.tall * kH);
        gain *= 1 - 0.25 * std::exp(-ux * ux - uy * uy);
      }
      for (const auto& [person, figure] : people)
        if (const double b = body(*person, figure, x, y, t); b >= 0) value = infrared ? 60 + 0.6 * b : b;
      if (clip.glow) value += clip.glow(t, x / kW, y / kH);
      value = 16 + (value - 16) * gain + noise * random.normal();
      if (clip.pumps && frame % 8 == 0)
        value += 3 * (chance(frame, static_cast<unsigned>(row / 8), static_cast<unsigned>(column / 8)) - 0.5);
      out[static_cast<std::size_t>(row * kW + column)] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  if (clip.rain)
    for (int drop = 0; drop < 120; ++drop) {
      const int x = static_cast<int>(random.next() % kW), y = static_cast<int>(random.next() % (kH - 12));
      for (int k = 0; k < 10; ++k) {
        std::uint8_t& at = out[static_cast<std::size_t>((y + k) * kW + x)];
        at = static_cast<std::uint8_t>(std::min(255, at + 45));
      }
    }
  for (int drop = 0; drop < clip.streaks; ++drop) {
    const auto any = [&] { return (random.next() & 0xffffU) / 65536.0; };
    const double x = kW * any(), y = kH * (any() * 1.2 - 0.2), near = any();
    shine(out, x, y, x + 4 * near, y + 12 + 40 * near, 0.7 + 2.2 * near * near, 50 + 90 * any());
  }
  if (clip.insects > 0) insects(clip, t, out);
  return out;
}

camera::SmallPicture small(const std::vector<std::uint8_t>& large, double seconds) {
  camera::SmallPicture out;
  out.mono = kSecond + static_cast<std::int64_t>(seconds * 1e9);
  out.luma.resize(camera::SmallPicture::kWidth * camera::SmallPicture::kHeight);
  for (int y = 0; y < camera::SmallPicture::kHeight; ++y)
    for (int x = 0; x < camera::SmallPicture::kWidth; ++x) {
      const std::uint8_t* const at = large.data() + static_cast<std::ptrdiff_t>(2 * y) * kW + 2 * x;
      out.luma[static_cast<std::size_t>(y * camera::SmallPicture::kWidth + x)] =
          static_cast<std::uint8_t>((at[0] + at[1] + at[kW] + at[kW + 1]) / 4);
    }
  return out;
}

bool somebody(const Clip& clip, double t) {
  return std::any_of(clip.people.begin(), clip.people.end(), [&](const Person& person) {
    Figure f{};
    return stands(person, t, f) && f.x > 0 && f.x < 1 && f.y - f.tall < 0.8;
  });
}

namespace {

/// Walks across from left to right, or the other way, in so many seconds.
Person crosses(double from, double to, double y = 0.85, double tall = 0.42, bool left = false) {
  const double a = left ? 1.06 : -0.06;
  return {{{from, a, y, tall}, {to, 1 - a, y, tall}}, 60, 40, 170, false};
}

/// Comes in, stands, leaves.
Person visits(double come, double there, double leave, double gone, double x = 0.5, double tall = 0.42) {
  return {{{come, -0.06, 0.88, tall}, {there, x, 0.85, tall}, {leave, x, 0.85, tall}, {gone, 1.06, 0.88, tall}},
          60,
          40,
          170,
          false};
}

double spot(double x, double y, double at_x, double at_y, double radius) {
  const double d = std::hypot((x - at_x) * 16 / 9, y - at_y) / radius;
  return std::exp(-d * d);
}

double wave(double t, double seconds) { return std::sin(2 * kPi * t / seconds); }

}  // namespace

void write_clip(const Clip& clip, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  out << "YUV4MPEG2 W" << kW << " H" << kH << " F" << static_cast<int>(clip.rate * 2) << ":2 Ip A1:1 C420jpeg\n";
  const std::string grey(static_cast<std::size_t>(kW) * kH / 2, static_cast<char>(128));
  for (int i = 0; i < static_cast<int>(clip.seconds * clip.rate); ++i) {
    const std::vector<std::uint8_t> picture = draw(clip, i / clip.rate);
    out << "FRAME\n";
    out.write(reinterpret_cast<const char*>(picture.data()), static_cast<std::streamsize>(picture.size()));
    out << grey;
  }
}

std::vector<Clip> clips() {
  std::vector<Clip> out;
  const auto add = [&](const char* name, double seconds, std::vector<Person> people) -> Clip& {
    Clip clip;
    clip.name = name;
    clip.seconds = seconds;
    clip.seed = static_cast<unsigned>(out.size()) + 1;
    clip.people = std::move(people);
    out.push_back(std::move(clip));
    return out.back();
  };
  add("nobody", 60, {});
  add("walks", 40, {crosses(12, 22)});
  add("stands", 220, {visits(10, 15, 195, 200)}).rate = 2;
  add("comes-back", 90, {visits(10, 14, 25, 29), visits(50, 54, 70, 74, 0.3)});
  Person other = crosses(16, 34, 0.75, 0.32, true);
  other.coat = 190, other.trousers = 150;
  add("two", 60, {visits(12, 17, 38, 43), other});
  add("far", 60, {visits(12, 20, 40, 48, 0.5, 0.13)});
  Person grey = visits(12, 17, 40, 45);
  grey.coat = 105, grey.trousers = 98, grey.skin = 150;
  add("pale", 60, {grey});
  add("large", 50, {visits(12, 15, 32, 36, 0.5, 0.95)});
  add("there-at-first", 60,
      {{{{-1, 0.5, 0.85, 0.42}, {20, 0.5, 0.85, 0.42}, {25, 1.06, 0.85, 0.42}}, 60, 40, 170, false}});
  add("dusk", 120, {visits(40, 45, 80, 85)}).light = [](double t) { return 1 - 0.65 * t / 120; };
  add("dusk-nobody", 120, {}).light = [](double t) { return 1 - 0.65 * t / 120; };
  add("light-steps", 80, {visits(30, 34, 60, 64)}).light = [](double t) {
    return t < 15 ? 1 : t < 42 ? 0.5 : t < 70 ? 1.2 : 0.6;
  };
  add("flicker", 60, {visits(20, 24, 40, 44)}).light = [](double t) { return 1 + 0.15 * std::sin(t * 37); };
  add("gain-control", 60, {visits(20, 24, 40, 44)}).light = [](double t) {
    return t > 21 && t < 43 ? 1.25 : t > 12 && t < 14 ? 0.8 : 1;
  };
  add("lamp", 80, {visits(45, 50, 62, 67)}).lamp = [](double t, double x, double y) {
    return t > 15 && t < 30 ? 1 + 0.8 * spot(x, y, 0.35, 0.7, 0.35) : 1;
  };
  add("lamp-over-somebody", 70, {visits(14, 18, 50, 54)}).lamp = [](double t, double x, double y) {
    return t > 30 ? 1 + 0.7 * spot(x, y, 0.5, 0.6, 0.4) : 1;
  };
  add("headlights", 60, {}).lamp = [](double t, double x, double y) {
    return t > 20 && t < 26 ? 1 + 0.9 * spot(x, y, (t - 20) / 6, 0.6, 0.22) : 1;
  };
  add("cloud", 80, {visits(50, 54, 68, 72)}).lamp = [](double t, double x, double) {
    const double edge = (t - 20) / 12 - x;
    return 1 - 0.4 * std::clamp(edge * 3, 0.0, 1.0) * (t < 60 ? 1 : 0.5);
  };
  add("a-shadow-alone", 50, {}).lamp = [](double t, double x, double y) {
    const double dx = (x - (t - 15) / 10) / 0.09, dy = (y - 0.85) / 0.035;
    return dx * dx + dy * dy < 1 ? 0.75 : 1;
  };
  Person sunny = visits(12, 18, 40, 46);
  sunny.shadow = true;
  add("shadow", 60, {sunny});
  add("noise", 60, {visits(20, 25, 42, 46)}).noise = 11;
  add("noise-nobody", 60, {}).noise = 14;
  add("wind", 90, {}).wind = [](double) { return 1; };
  add("wind-begins", 90, {}).wind = [](double t) { return std::clamp((t - 30) / 4, 0.0, 1.0); };
  add("wind-and-somebody", 90, {visits(45, 50, 70, 75)}).wind = [](double t) { return 0.7 + 0.3 * wave(t, 11); };
  add("shakes", 60, {visits(20, 25, 42, 46)}).shake = 2.4;
  add("shakes-nobody", 60, {}).shake = 3.4;
  Clip& night = add("day-to-night", 150, {visits(20, 24, 36, 40), visits(110, 115, 132, 137)});
  night.light = [](double t) { return t < 50 ? 1 : t < 80 ? 1 - 0.7 * (t - 50) / 30 : 0.85; };
  night.infrared = [](double t) { return t >= 80; };
  night.noise_at = [](double t) { return t < 50 ? 2.5 : t < 80 ? 2.5 + 5 * (t - 50) / 30 : 6; };
  Clip& over = add("infrared-over-somebody", 90, {visits(15, 20, 65, 70)});
  over.infrared = [](double t) { return t >= 40; };
  Clip& long_night = add("stands-at-night", 180, {visits(15, 20, 160, 165)});
  long_night.infrared = [](double) { return true; };
  long_night.noise = 5;
  add("rain", 60, {visits(20, 25, 42, 46)}).rain = true;
  add("codec", 60, {visits(20, 25, 42, 46)}).pumps = true;
  add("one-a-second", 60, {visits(15, 20, 40, 45), crosses(50, 56)}).rate = 1;
  add("one-in-two-seconds", 80, {visits(20, 26, 50, 56)}).rate = 0.5;
  add("five-a-second", 40, {crosses(12, 20), crosses(25, 31, 0.8, 0.3, true)}).rate = 5;
  const auto flat = [](Person person, int brightness) {
    person.flat = true;
    person.coat = brightness;
    return person;
  };
  for (const auto& [name, brightness] :
       {std::pair{"egg-dark", 60}, std::pair{"egg-mild", 95}, std::pair{"egg-bright", 180}}) {
    Clip& egg = add(name, 70, {flat(visits(15, 20, 50, 55), brightness)});
    egg.place = Place::room;
  }
  add("room", 70, {visits(15, 20, 50, 55)}).place = Place::room;
  Clip& room_steps = add("room-light-steps", 80, {flat(visits(30, 34, 60, 64), 60)});
  room_steps.place = Place::room;
  room_steps.light = [](double t) { return t < 15 ? 1 : t < 42 ? 0.55 : t < 70 ? 1.2 : 0.7; };
  Clip& room_flicker = add("room-flicker", 60, {flat(visits(20, 24, 40, 44), 70)});
  room_flicker.place = Place::room;
  room_flicker.light = [](double t) { return 1 + 0.12 * std::sin(t * 37); };
  Clip& room_lamp = add("room-lamp", 80, {visits(45, 50, 62, 67)});
  room_lamp.place = Place::room;
  room_lamp.lamp = [](double t, double x, double y) {
    return t > 15 && t < 30 ? 1 + 0.6 * spot(x, y, 0.6, 0.4, 0.4) : 1;
  };
  add("bars", 70, {flat(visits(15, 20, 50, 55), 110)}).place = Place::bars;
  add("bars-walks", 50, {crosses(12, 20), crosses(28, 40, 0.7, 0.3, true)}).place = Place::bars;
  add("chequers", 70, {visits(15, 20, 50, 55)}).place = Place::chequers;
  Clip& step = add("chequers-light-steps", 60, {});
  step.place = Place::chequers;
  step.light = [](double t) { return t < 15 ? 1 : t < 30 ? 0.6 : 1.3; };
  Person nearer{{{12, 0.66, 0.56, 0.16}, {30, 0.45, 0.98, 0.7}, {36, 1.1, 1.0, 0.75}}, 60, 40, 170, false};
  add("comes-nearer", 60, {nearer});
  Person runs = crosses(15, 17.5);
  add("runs", 40, {runs}).rate = 5;
  Clip& busy = add("busy", 150, {});
  for (int i = 0; i < 8; ++i)
    busy.people.push_back(crosses(10 + 16 * i, 19 + 16 * i, 0.75 + 0.02 * i, 0.3 + 0.02 * i, i % 2 == 0));
  Person leaves_at_once = visits(6, 9, 20, 24);
  add("soon", 40, {leaves_at_once});
  Person dim = visits(15, 20, 45, 50);
  dim.dim = true;
  add("soft-shadow", 60, {dim}).place = Place::room;
  add("walks-from-the-start", 40, {{{{-1, 0.1, 0.85, 0.42}, {8, 1.06, 0.85, 0.42}}, 60, 40, 170, false}});
  // So many pass by that the place is never at rest, and then one who is pale.
  Clip& corridor = add("corridor", 120, {});
  for (int i = 0; i < 20; ++i) corridor.people.push_back(crosses(10 + 4 * i, 15 + 4 * i, 0.85, 0.42, i % 2 == 0));
  Person pale = crosses(100, 108);
  pale.coat = 108, pale.trousers = 104, pale.skin = 150;
  corridor.people.push_back(pale);
  corridor.rate = 5;
  // Each is in the picture for less than two seconds; now the one is the larger, now the other.
  Clip& lanes = add("two-lanes", 60, {});
  for (int i = 0; i < 3; ++i) {
    lanes.people.push_back(crosses(12 + 14 * i, 14.5 + 14 * i, 0.95, 0.35));
    lanes.people.push_back(crosses(12.4 + 14 * i, 14.9 + 14 * i, 0.7, 0.36, true));
  }
  lanes.rate = 5;
  for (const unsigned seed : {2U, 5U, 6U}) {
    Clip& again = add(("stands-at-night-" + std::to_string(seed)).c_str(), 180, {visits(15, 20, 160, 165)});
    again.infrared = [](double) { return true; };
    again.noise = 5, again.seed = seed;
  }
  for (const unsigned seed : {2U, 3U, 7U}) {
    Clip& drops = add(("rain-nobody-" + std::to_string(seed)).c_str(), 60, {});
    drops.rain = true, drops.seed = seed * 31 + 7, drops.rate = seed == 2 ? 5 : 4;
    Clip& gusts = add(("gusts-" + std::to_string(seed)).c_str(), 90, {});
    gusts.seed = seed * 31 + 7, gusts.rate = seed == 2 ? 5 : 4;
    gusts.wind = [seed](double t) {
      return std::clamp((t - 30) / 4, 0.0, 1.3) * (0.6 + 0.4 * std::sin(t * (0.3 + 0.2 * seed)));
    };
  }
  Clip& still = add("stands-in-dim-noise", 150, {visits(20, 26, 120, 126, 0.5, 0.3)});
  still.light = [](double) { return 0.35; };
  still.noise = 6;
  const auto by_night = [&](const char* name, double seconds, std::vector<Person> people) -> Clip& {
    for (Person& person : people) person.coat = 170, person.trousers = 150;  // as most cloth is by infrared
    Clip& clip = add(name, seconds, std::move(people));
    clip.infrared = [](double) { return true; };
    clip.noise = 7, clip.rate = 5;
    return clip;
  };
  // A car turns: two beams with a sharp upper edge go over the wall, slowly at first, and what stands in front throws
  // shadows that go the other way.
  const auto beams = [](double begin, double lasts) {
    return [=](double t, double x, double y) {
      const double part = (t - begin) / lasts;
      if (part < 0 || part > 1) return 0.0;
      const double middle = 1.3 - 1.6 * part * part, wide = 0.16 + 0.2 * part;
      const double inside = std::clamp((wide - std::abs(x - middle)) / 0.03, 0.0, 1.0);
      const double cut = std::clamp((y - 0.30 - 0.08 * (x - middle)) / 0.02, 0.0, 1.0);
      const double bars = std::fmod(x + 0.35 * part + 1, 0.3) < 0.04 ? 0.15 : 1;
      return inside * cut * bars * std::clamp((0.95 - y) / 0.3, 0.0, 1.0);
    };
  };
  by_night("night-headlights", 60, {}).lamp = [a = beams(15, 4), b = beams(35, 7)](double t, double x, double y) {
    return 1 + a(t, x, y) + b(t, x, y);
  };
  by_night("night-headlights-and-somebody", 70, {visits(25, 30, 50, 55)}).lamp =
      [a = beams(12, 4), b = beams(36, 5)](double t, double x, double y) { return 1 + a(t, x, y) + b(t, x, y); };
  by_night("night-insects", 90, {}).insects = 60;
  by_night("night-insects-many", 60, {}).insects = 300;
  by_night("night-insects-and-somebody", 70, {visits(25, 30, 50, 55)}).insects = 60;
  // A spider's thread before the lamp, that hangs there or comes; wind comes and goes.
  const auto thread = [](double begin) {
    return [=](double t, double x, double y) {
      if (t < begin) return 0.0;
      const double gust = std::max(0.0, std::sin(t * 0.5)) * 0.035;
      const double at = 0.62 - 0.2 * y + gust * std::sin(t * 2.6) * std::sin(kPi * y);
      const double away = (x - at) / 0.009;
      return away * away < 8 ? 110 * std::exp(-away * away) : 0.0;
    };
  };
  by_night("night-thread", 90, {}).glow = thread(-1);
  by_night("night-thread-comes", 90, {}).glow = thread(30);
  by_night("night-thread-and-somebody", 70, {visits(25, 30, 50, 55)}).glow = thread(-1);
  by_night("night-rain", 60, {}).streaks = 15;
  by_night("night-rain-heavy", 60, {}).streaks = 45;
  by_night("night-rain-and-somebody", 70, {visits(25, 30, 50, 55)}).streaks = 25;
  by_night("night-switches", 90, {}).infrared = [](double t) {
    return (t > 15 && t < 40) || (t > 44 && t < 47) || t > 70;
  };
  Clip& grain = by_night("night-noise-and-somebody", 60, {crosses(15, 23), visits(32, 37, 48, 53, 0.5, 0.3)});
  grain.noise = 13;
  return out;
}

}  // namespace wf::test
