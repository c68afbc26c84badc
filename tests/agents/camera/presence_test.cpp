// Presence over the made-up clips: precision and recall by the second and by the visit, and strips to look at.
#include "agents/camera/motion/presence.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/agents/camera/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

namespace wf::camera {
namespace {

using namespace wf::test;

struct Span {
  double from = 0, to = 0;
  [[nodiscard]] double overlap(const Span& o) const {
    return std::max(0.0, std::min(to, o.to) - std::max(from, o.from));
  }
  [[nodiscard]] double length() const { return to - from; }
};

struct Told {
  std::vector<Span> told, real;
  int right = 0, wrong = 0, missed = 0;  ///< seconds
  int found = 0, invented = 0;           ///< visits; invented ones were told
};

/// Pictures of a clip one beside the other, with what was taken for an object framed, and below each what was real
/// (upper bar) and what was told (lower bar).
class Strip {
 public:
  void add(const std::vector<std::uint8_t>& large, const Background::Seen& seen, bool real, bool told) {
    std::vector<std::uint8_t> one(large);
    for (const Background::Object& o : seen.objects)
      for (int y = 2 * o.top; y <= 2 * o.bottom + 1; ++y)
        for (int x = 2 * o.left; x <= 2 * o.right + 1; ++x)
          if (y == 2 * o.top || y == 2 * o.bottom + 1 || x == 2 * o.left || x == 2 * o.right + 1)
            one[static_cast<std::size_t>(y * kClipWidth + x)] = 255;
    for (const bool bar : {real, told}) one.insert(one.end(), static_cast<std::size_t>(kClipWidth) * 8, bar ? 235 : 20);
    pictures_.push_back(std::move(one));
  }
  void write(const std::string& file) const {
    constexpr int kColumns = 5, kHigh = kClipHeight + 16;
    const int rows = (static_cast<int>(pictures_.size()) + kColumns - 1) / kColumns;
    const int wide = kColumns * (kClipWidth + 4);
    std::vector<std::uint8_t> all(static_cast<std::size_t>(wide) * static_cast<std::size_t>(rows * (kHigh + 4)), 0);
    for (std::size_t i = 0; i < pictures_.size(); ++i)
      for (int y = 0; y < kHigh; ++y)
        std::copy_n(pictures_[i].begin() + static_cast<std::ptrdiff_t>(y) * kClipWidth, kClipWidth,
                    all.begin() + (static_cast<int>(i) / kColumns * (kHigh + 4) + y) * wide +
                        static_cast<int>(i) % kColumns * (kClipWidth + 4));
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(wide);
    image.height = static_cast<png_uint_32>(rows * (kHigh + 4));
    image.format = PNG_FORMAT_GRAY;
    CHECK(png_image_write_to_file(&image, file.c_str(), 0, all.data(), 0, nullptr) != 0);
  }

 private:
  std::vector<std::vector<std::uint8_t>> pictures_;
};

Told watch(const Clip& clip) {
  const char* const folder = std::getenv("WF_MOTION_STRIPS");
  Told out;
  Presence presence({PresenceZone{}});
  Strip strip;
  double next = 0;
  bool open = false, was = false;
  for (int i = 0; i < static_cast<int>(clip.seconds * clip.rate); ++i) {
    const double t = i / clip.rate;
    const std::vector<std::uint8_t> large = draw(clip, t);
    SmallPicture picture = small(large, t);
    picture.colourless = clip.infrared && clip.infrared(t);
    for (const Presence::Change& change : presence.look(picture)) {
      const double at = static_cast<double>(change.mono - kSecond) / 1e9;
      if (change.what == Presence::What::began) out.told.push_back({at, clip.seconds});
      if (change.what == Presence::What::ended) out.told.back().to = at + 1 / clip.rate;
      open = change.what == Presence::What::began;
    }
    const bool now = somebody(clip, t);
    if (now && !was) out.real.push_back({t, clip.seconds});
    if (!now && was) out.real.back().to = t;
    was = now;
    if (folder != nullptr && t >= next) {
      strip.add(large, presence.seen(), now, open);
      next += clip.seconds / 25;
    }
  }
  for (int s = 0; s < static_cast<int>(clip.seconds); ++s) {
    const Span second{static_cast<double>(s), s + 1.0};
    const auto half = [&](const std::vector<Span>& spans) {
      double sum = 0;
      for (const Span& span : spans) sum += span.overlap(second);
      return sum >= 0.5;
    };
    const bool real = half(out.real), told = half(out.told);
    out.right += real && told ? 1 : 0;
    out.wrong += !real && told ? 1 : 0;
    out.missed += real && !told ? 1 : 0;
  }
  for (const Span& real : out.real)
    out.found += std::any_of(out.told.begin(), out.told.end(),
                             [&](const Span& told) { return told.overlap(real) >= real.length() / 2; })
                     ? 1
                     : 0;
  for (const Span& told : out.told)
    out.invented += std::none_of(out.real.begin(), out.real.end(),
                                 [&](const Span& real) { return told.overlap(real) >= told.length() / 2; })
                        ? 1
                        : 0;
  if (folder != nullptr) {
    std::filesystem::create_directories(folder);
    strip.write(std::string(folder) + "/" + clip.name + ".png");
  }
  return out;
}

/// All clips of a kind together.
struct Sum {
  Told all;
  std::size_t visits = 0, told = 0;
  void add(const Told& one) {
    all.right += one.right, all.wrong += one.wrong, all.missed += one.missed;
    all.found += one.found, all.invented += one.invented;
    visits += one.real.size(), told += one.told.size();
  }
  static double part(double of, double rest) { return of / std::max(1.0, of + rest); }
  [[nodiscard]] double precision() const { return part(all.right, all.wrong); }
  [[nodiscard]] double recall() const { return part(all.right, all.missed); }
  [[nodiscard]] double visits_right() const { return 1 - all.invented / std::max(1.0, static_cast<double>(told)); }
  [[nodiscard]] double visits_found() const { return all.found / std::max(1.0, static_cast<double>(visits)); }
  void print(const char* name) const {
    std::printf("%s, by the second: precision %.3f, recall %.3f; by the visit: precision %.3f, recall %.3f\n", name,
                precision(), recall(), visits_right(), visits_found());
  }
};

TEST_CASE("presence is told of who walks, stands, leaves and comes back, and of nothing else") {
  Sum usual, night;
  std::printf("%-24s %6s %6s %6s   %s\n", "clip", "right", "wrong", "missed", "visits: real, found, told, invented");
  for (const Clip& clip : clips()) {
    if (const char* const only = std::getenv("WF_MOTION_CLIP"); only != nullptr && clip.name != only) continue;
    // The same place with other chances shows nothing new to a sanitizer.
    if (kSanitized && clip.name.back() >= '0' && clip.name.back() <= '9') continue;
    const Told one = watch(clip);
    std::string spans;
    for (const Span& s : one.told)
      spans += " " + std::to_string(s.from).substr(0, 5) + "-" + std::to_string(s.to).substr(0, 5);
    std::printf("%-24s %6d %6d %6d   %zu %d %zu %d  %s\n", clip.name.c_str(), one.right, one.wrong, one.missed,
                one.real.size(), one.found, one.told.size(), one.invented, spans.c_str());
    (clip.name.starts_with("night-") ? night : usual).add(one);
  }
  usual.print("usual");
  night.print("night");
  if (std::getenv("WF_MOTION_CLIP") != nullptr) return;
  CHECK(usual.precision() >= 0.98);
  CHECK(usual.recall() >= 0.99);
  CHECK(usual.visits_right() >= 0.98);
  CHECK(usual.visits_found() >= 0.99);
  // By infrared: headlights on a wall, insects, a spider's thread, rain, noise.
  CHECK(night.precision() >= 0.88);
  CHECK(night.recall() >= 0.95);
  CHECK(night.visits_right() >= 0.7);
  CHECK(night.visits_found() >= 0.99);
}

}  // namespace
}  // namespace wf::camera
