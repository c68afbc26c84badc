#include "agents/camera/motion/background.hpp"

#include <algorithm>
#include <cmath>

namespace wf::camera {
namespace {

constexpr int kWidth = SmallPicture::kWidth, kHeight = SmallPicture::kHeight, kPoints = kWidth * kHeight;
constexpr auto kCount = static_cast<std::size_t>(kPoints);

constexpr std::int64_t kLearn = 3 * kSecond;  ///< of pictures, at least kLearnPictures
constexpr std::size_t kLearnPictures = 5, kMostKept = 9;
constexpr std::int64_t kApart = 400 * kMillisecond;  ///< pictures of which the model is learned
constexpr std::int64_t kSteady = 1500 * kMillisecond;
constexpr std::int64_t kGapBelieved = 2 * kSecond;
constexpr std::int64_t kGuarded = 3 * kSecond, kStands = 1500 * kMillisecond;
constexpr std::int64_t kLost = 700 * kMillisecond;  ///< so long an object that was lost is the same
constexpr std::int64_t kHeld = kMinute;
constexpr int kAbout = 6;        ///< points beyond kClose: parts of one figure
constexpr float kRelit = 0.08F;  ///< light that changed so much leaves a guess
constexpr int kClose = 2;        ///< points
// Comings and goings a second of what sways where it is; somebody in the dark who stands flickers too.
constexpr float kTree = 0.15F, kTreeHeld = 0.6F, kCalm = 0.06F, kCalmHeld = 0.4F;
constexpr std::int64_t kRemembered = 5 * kSecond;  ///< what changed again within this changed once
constexpr std::int64_t kAnchored = 5 * kSecond;

constexpr float kLeast = 5;  ///< levels: codecs leave about two
constexpr float kTimesNoise = 4;
constexpr float kWeak = 0.5F;    ///< of the threshold, beside a point above it
constexpr int kLeastRegion = 6;  ///< points
constexpr float kOther = 0.5F;   ///< of the picture that differs: another picture
constexpr float kExplained = 0.35F;
constexpr float kFollow = 20, kFollowLight = 0.8F, kSpread = 30, kUnrest = 40;  ///< seconds
constexpr float kLeastSpread = 0.5F;

constexpr float kSoft = 0.16F;  ///< an edge's step from point to point, of the region's contrast, both as logarithms
constexpr float kFaint = 2.6F, kSoftFaint = 0.28F;  ///< thresholds; at one less
constexpr float kDark = 8;                          ///< added where a ratio is taken, for the noise of dark points
constexpr double kOwn = 0.35;           ///< of the edges around it that are the picture's own; the rest is the model's
constexpr int kBeside = 2, kAbove = 8;  ///< points between parts of one figure
constexpr double kStronger = 1.6;
constexpr float kCore = 2;                     ///< thresholds; what differs less within a light is the light's
constexpr float kThrough = 0.8F;               ///< likeness of the place's texture with the region's
constexpr float kEven = 0.15F;                 ///< spread of the logarithm of how much brighter it is
constexpr float kShade = 0.3F;                 ///< a shadow takes at most so much, as a logarithm
constexpr std::size_t kBeam = 150;             ///< points
constexpr float kBeamThrough = 0.4F;           ///< as kThrough; of people it is less than 0.25
constexpr int kThread = 10, kThreadLong = 20;  ///< so many times as long as it is thick, and points long

std::size_t index(int x, int y) { return static_cast<std::size_t>(y * kWidth + x); }

struct Slope {
  double x = 0, y = 0;
};
Slope slope(const Grey& grey, int x, int y) {
  return {(grey[index(std::min(x + 1, kWidth - 1), y)] - grey[index(std::max(x - 1, 0), y)]) / 2,
          (grey[index(x, std::min(y + 1, kHeight - 1))] - grey[index(x, std::max(y - 1, 0))]) / 2};
}

float middle(std::vector<float>& values, double part = 0.5) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct Ratio {
  float x, y, value;
};
/// The usual value, and how far the values are from a plane through them: light falls off evenly.
std::pair<float, float> flatten(const std::vector<Ratio>& ratios) {
  const auto n = static_cast<double>(ratios.size());
  double x = 0, y = 0, v = 0;
  for (const Ratio& r : ratios) x += r.x, y += r.y, v += r.value;
  x /= n, y /= n, v /= n;
  double xx = 1e-6, yy = 1e-6, xy = 0, xv = 0, yv = 0;
  for (const Ratio& r : ratios) {
    xx += (r.x - x) * (r.x - x), yy += (r.y - y) * (r.y - y), xy += (r.x - x) * (r.y - y);
    xv += (r.x - x) * (r.value - v), yv += (r.y - y) * (r.value - v);
  }
  const double whole = xx * yy - xy * xy;
  const double a = whole > 1e-3 ? (xv * yy - yv * xy) / whole : 0, b = whole > 1e-3 ? (yv * xx - xv * xy) / whole : 0;
  std::vector<float> values, off;
  for (const Ratio& r : ratios) {
    values.push_back(r.value);
    off.push_back(static_cast<float>(std::abs(r.value - v - a * (r.x - x) - b * (r.y - y))));
  }
  return {middle(values), middle(off)};
}

std::vector<std::uint8_t> grown(const std::vector<std::uint8_t>& mask, int by) {
  std::vector<std::uint8_t> out = mask;
  for (int turn = 0; turn < by; ++turn) {
    const std::vector<std::uint8_t> from = out;
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x)
        if (from[index(x, y)] != 0)
          for (int row = std::max(y - 1, 0); row <= std::min(y + 1, kHeight - 1); ++row)
            for (int column = std::max(x - 1, 0); column <= std::min(x + 1, kWidth - 1); ++column)
              out[index(column, row)] = 1;
  }
  return out;
}

}  // namespace

Background::Background(Options options)
    : options_(options),
      spread_(kCount, kLeastSpread),
      unrest_(kCount, 0),
      expected_(kCount, 0),
      difference_(kCount, 0),
      off_(kCount, 0),
      ratio_(kCount, 0),
      relit_(kCount, 1),
      region_of_(kCount, 0),
      object_(kCount, 0),
      goes_(kCount, 0),
      went_(kCount, 0),
      guessed_(kCount, 0),
      changed_(kCount, 0),
      still_since_(kCount, 0),
      gap_since_(kCount, 0),
      close_(kCount, 0),
      held_(kCount, 0),
      ever_(kCount, 0),
      about_(kCount, 0) {
  seen_.label.assign(kCount, 0);
  seen_.lit.assign(kCount, 0);
}

void Background::keep(const SmallPicture& picture) {
  if (!kept_.empty() && picture.mono - kept_.back().mono < kApart) return;
  kept_.push_back({picture.mono, now_});
  if (kept_.size() > kMostKept) kept_.pop_front();
}

const Background::Seen& Background::look(const SmallPicture& picture) {
  if (picture.luma.size() != kCount) return seen_;
  const float dt = mono_ == 0 ? 0 : std::clamp(static_cast<float>(picture.mono - mono_) / 1e9F, 0.0F, 5.0F);
  mono_ = picture.mono;
  before_ = std::move(now_);
  now_ = smooth(picture.luma);
  colourless_ = picture.colourless;
  if (before_.empty()) before_ = now_;
  keep(picture);
  if (model_.empty()) {
    if (kept_.size() >= kLearnPictures && mono_ - kept_.front().mono >= kLearn) (void)learn_now();
    return seen_;
  }
  light_ = fit_light(now_, model_, object_, light_);
  carry();
  differ();
  std::vector<Region> found = regions();
  if (disturbed(found)) {
    if (seen_.state != State::disturbed) disturbed_since_ = mono_;
    seen_.state = State::disturbed;
    forget_disturbance();
    return seen_;
  }
  seen_.state = State::settled;
  for (Region& region : found) judge(region);
  take_out_cores(found);
  judge_together(found);
  doubt(found);
  tell(found);
  update(found, dt);
  anchor();
  return seen_;
}

bool Background::learn_now() {
  if (!model_.empty() || kept_.size() < kLearnPictures) return false;
  learn();
  // The first pictures may be looked at once more.
  kept_.clear();
  mono_ = 0;
  return true;
}

/// The middle of each point's brightnesses: who walks through is not in it.
void Background::learn() {
  Grey learned(kCount);
  std::vector<float> values;
  Grey spread(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    values.clear();
    for (const Kept& one : kept_) values.push_back(one.grey[i]);
    learned[i] = middle(values);
    for (float& value : values) value = std::abs(value - learned[i]);
    spread[i] = std::clamp(1.4826F * middle(values, 0.8), kLeastSpread, 12.0F);
  }
  model_ = std::move(learned);
  former_ = model_;
  seen_.learned = kept_.front().mono;
  std::fill(ever_.begin(), ever_.end(), 0);
  std::fill(guessed_.begin(), guessed_.end(), 0);
  spread_ = std::move(spread);
  light_ = {};
  off_since_ = 0;
  std::fill(gap_since_.begin(), gap_since_.end(), 0);
  seen_.state = State::settled;
}

void Background::forget_disturbance() {
  // Pictures of before it are not learned from, nor those of a light that still changes.
  while (!kept_.empty() && kept_.front().mono < disturbed_since_) kept_.pop_front();
  if (kept_.size() < 3 || mono_ - kept_.front().mono < kSteady) return;
  std::vector<float> off;
  for (std::size_t i = 0; i < kCount; i += 3) off.push_back(std::abs(kept_.back().grey[i] - kept_.front().grey[i]));
  std::vector<float> noise = off;
  if (middle(off, 0.8) > kLeast + 2 * middle(noise, 0.4)) {
    kept_.pop_front();
    return;
  }
  Grey old = model_;
  std::vector<std::uint8_t> objects = grown(object_, 3);
  learn();
  // Whoever stood there still does: under them stands what was there before, in the new light if there is one.
  const LightFit fit = fit_light(model_, old, objects, {});
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      if (objects[index(x, y)] == 0) continue;
      guessed_[index(x, y)] = 1;
      if (fit.inliers > 0.5F) {
        model_[index(x, y)] = fit.gain * old[index(x, y)] + fit.offset;
        continue;
      }
      int left = x, right = x;
      while (left >= 0 && objects[index(left, y)] != 0) --left;
      while (right < kWidth && objects[index(right, y)] != 0) ++right;
      if (left < 0 && right >= kWidth) continue;
      const float a = left >= 0 ? model_[index(left, y)] : model_[index(right, y)];
      const float b = right < kWidth ? model_[index(right, y)] : a;
      const float part = static_cast<float>(x - left) / static_cast<float>(right - left);
      model_[index(x, y)] = a + part * (b - a);
    }
  former_ = model_;
}

void Background::carry() {
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const int from_x = std::clamp(x - light_.dx, 0, kWidth - 1), from_y = std::clamp(y - light_.dy, 0, kHeight - 1);
      expected_[index(x, y)] = std::clamp(light_.gain * model_[index(from_x, from_y)] + light_.offset, 0.0F, 255.0F);
    }
}

void Background::differ() {
  Grey low(kCount), high(kCount);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const int l = std::max(x - 1, 0), r = std::min(x + 1, kWidth - 1);
      const float a = expected_[index(l, y)], b = expected_[index(x, y)], c = expected_[index(r, y)];
      low[index(x, y)] = std::min({a, b, c}), high[index(x, y)] = std::max({a, b, c});
    }
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const int t = std::max(y - 1, 0), u = std::min(y + 1, kHeight - 1);
      const auto at = index(x, y);
      const float floor = std::min({low[index(x, t)], low[at], low[index(x, u)]});
      const float ceiling = std::max({high[index(x, t)], high[at], high[index(x, u)]});
      float off = now_[at] < floor ? floor - now_[at] : now_[at] > ceiling ? now_[at] - ceiling : 0;
      const float calm = held(at) ? kCalmHeld : kCalm;
      const float restless = 1 + std::clamp(6 * (unrest_[at] - calm), 0.0F, 4.0F);
      const float noise = kTimesNoise * std::max(light_.noise, spread_[at] * std::max(light_.gain, 0.3F));
      const float threshold = std::max(kLeast, noise) * restless;
      if (const float former = light_.gain * former_[at] + light_.offset;
          off > kWeak * threshold && std::abs(now_[at] - former) < kWeak * threshold && light_.dx == 0 &&
          light_.dy == 0) {
        // As it was before it changed: a lamp that goes out, somebody who was taken for a light.
        std::swap(model_[at], former_[at]);
        expected_[at] = former;
        off = 0;
      }
      difference_[at] = off / threshold;
      off_[at] = now_[at] - expected_[at];
      ratio_[at] = std::log((now_[at] + kDark) / (expected_[at] + kDark));
    }
}

template <class Joins>
Background::Region Background::grow(int seed, int number, Joins joins) {
  Region region;
  std::vector<int> open{seed};
  region_of_[static_cast<std::size_t>(seed)] = number;
  Object& shape = region.shape;
  shape = {kWidth, kHeight, -1, -1, 0, 0, 0};
  while (!open.empty()) {
    const int at = open.back(), x = at % kWidth, y = at / kWidth;
    open.pop_back();
    region.points.push_back(at);
    shape.left = std::min(shape.left, x), shape.right = std::max(shape.right, x);
    shape.top = std::min(shape.top, y), shape.bottom = std::max(shape.bottom, y);
    shape.contrast += difference_[static_cast<std::size_t>(at)];
    region.peak = std::max(region.peak, difference_[static_cast<std::size_t>(at)]);
    shape.unrest += unrest_[static_cast<std::size_t>(at)];
    // Two points of gap are bridged: a head and a body.
    for (int row = std::max(y - 2, 0); row <= std::min(y + 2, kHeight - 1); ++row)
      for (int column = std::max(x - 1, 0); column <= std::min(x + 1, kWidth - 1); ++column) {
        const auto next = index(column, row);
        if (!joins(next)) continue;
        region_of_[next] = number;
        open.push_back(static_cast<int>(next));
      }
  }
  shape.area = static_cast<int>(region.points.size());
  shape.contrast /= static_cast<float>(shape.area);
  shape.unrest /= static_cast<float>(shape.area);
  return region;
}

std::vector<Background::Region> Background::regions() {
  // Points that were an object's just now need no strong neighbour: who stands there flickers less.
  std::fill(region_of_.begin(), region_of_.end(), 0);
  int number = 0;
  std::vector<int> seeds;
  for (std::size_t i = 0; i < kCount; ++i)
    if (difference_[i] >= 1 || (object_[i] != 0 && difference_[i] >= kWeak)) seeds.push_back(static_cast<int>(i));
  std::vector<Region> out;
  for (const int seed : seeds) {
    if (region_of_[static_cast<std::size_t>(seed)] != 0) continue;
    Region region =
        grow(seed, ++number, [&](std::size_t next) { return region_of_[next] == 0 && difference_[next] >= kWeak; });
    if (region.shape.area >= kLeastRegion) out.push_back(std::move(region));
  }
  return out;
}

void Background::judge(Region& region) const {
  std::vector<float> sizes;
  std::vector<Ratio> ratios;
  const auto steepest = [&](int x, int y) {
    double out = 0;
    for (int row = y - 1; row <= y + 1; ++row)
      for (int column = x - 1; column <= x + 1; ++column) {
        const Slope s = slope(ratio_, column, row);
        out = std::max(out, s.x * s.x + s.y * s.y);
      }
    return std::sqrt(out);
  };
  // Across each point of the border: how steep the difference is, and how much of that is the picture's own edge.
  double steep = 0, own = 0, all = 0, ab = 0, aa = 0, bb = 0;
  int border = 0, stirred = 0, brighter = 0;
  const float stir = std::max(4.0F, 5 * light_.noise);
  for (const int at : region.points) {
    const int x = at % kWidth, y = at / kWidth;
    const auto i = static_cast<std::size_t>(at);
    sizes.push_back(std::abs(ratio_[i]));
    stirred += std::abs(now_[i] - before_[i]) > stir ? 1 : 0;
    brighter += off_[i] > 0 ? 10 : 0;
    if (x == 0 || y == 0 || x == kWidth - 1 || y == kHeight - 1) continue;
    bool whole = true;
    for (const std::size_t beside : {i - 1, i + 1, i - kWidth, i + kWidth})
      whole &= region_of_[beside] == region_of_[i];
    if (whole) {
      const Slope a = slope(now_, x, y), b = slope(expected_, x, y);
      ab += a.x * b.x + a.y * b.y, aa += a.x * a.x + a.y * a.y, bb += b.x * b.x + b.y * b.y;
      ratios.push_back({static_cast<float>(x), static_cast<float>(y), ratio_[i]});
    } else {
      int best_x = x, best_y = y;
      double best = -1;
      for (int row = y - 1; row <= y + 1; ++row)
        for (int column = x - 1; column <= x + 1; ++column)
          if (const Slope s = slope(off_, column, row); s.x * s.x + s.y * s.y > best)
            best = s.x * s.x + s.y * s.y, best_x = column, best_y = row;
      const Slope s = slope(off_, best_x, best_y), n = slope(now_, best_x, best_y);
      steep += steepest(x, y), all += best, own += s.x * n.x + s.y * n.y;
      ++border;
    }
  }
  region.stirs = stirred >= std::max(3, region.shape.area / 25);
  region.edges = all, region.own_edges = own;
  if (border == 0 || all <= 0) return;
  // Long, thin and bright is what an infrared lamp beside the lens lights up close to it: a spider's thread, a streak
  // of rain.
  const int across = region.shape.right - region.shape.left + 1, down = region.shape.bottom - region.shape.top + 1;
  const int length = std::max(across, down);
  if (colourless_ && length >= kThreadLong && length * length >= kThread * region.shape.area &&
      brighter >= 9 * region.shape.area) {
    region.is = Class::light;
    region.seen_through = true;
    return;
  }
  // What hardly differs must have sharp edges, or every remainder of a light were something.
  const float soft = kSoft + (kSoftFaint - kSoft) * std::clamp(kFaint - region.peak, 0.0F, 1.0F);
  if (steep / border < soft * middle(sizes, 0.9)) {
    region.is = Class::light;
    region.by_softness = true;
    return;
  }
  if (own / all < kOwn) {
    region.is = region.stirs ? Class::light : Class::gap;
    region.by_edges = true;
    return;
  }
  const int wide = region.shape.right - region.shape.left + 1, high = region.shape.bottom - region.shape.top + 1;
  const bool comes_in = region.shape.left == 0 || region.shape.right == kWidth - 1;
  if (ratios.size() >= 20) {
    const auto [usual, spread] = flatten(ratios);
    // Edges that were there, and are stronger in brighter light.
    if (own / all > kStronger && spread < kEven / 3) region.is = Class::light;
    if (ab > kThrough * std::sqrt(aa * bb) && spread < kEven) region.is = Class::light;
    if (spread < kEven / 3 && usual < 0 && usual > -kShade && 10 * wide > 9 * high) region.is = Class::light;
    // Headlights on a wall, with sharp edges and the shadows of what stands in their way: nobody is as large, brighter
    // and seen through.
    if (ratios.size() >= kBeam && brighter >= 9 * region.shape.area && ab > kBeamThrough * std::sqrt(aa * bb)) {
      region.is = Class::light;
      region.seen_through = true;
    }
  } else if (comes_in && ratios.size() >= 4) {
    // The tip of a shadow, the rest of which is still outside of the picture.
    const auto [usual, spread] = flatten(ratios);
    if (spread < kEven / 3 && usual < 0 && usual > -kShade && 2 * wide > high) region.is = Class::light;
  }
}

/// Somebody with a soft shadow around them is one region, whose edges are the shadow's. What differs at least half as
/// much as the most of it does, and has sharp edges, is an object of its own.
void Background::take_out_cores(std::vector<Region>& regions) {
  const std::size_t all = regions.size();
  int number = 0;
  for (const int one : region_of_) number = std::max(number, one);
  for (std::size_t r = 0; r < all; ++r) {
    if (!regions[r].by_softness || regions[r].shape.area < 2 * kLeastRegion) continue;
    const int parent = region_of_[static_cast<std::size_t>(regions[r].points.front())];
    std::vector<float> sizes;
    for (const int at : regions[r].points) sizes.push_back(std::abs(ratio_[static_cast<std::size_t>(at)]));
    const float half = middle(sizes, 0.95) / 2;
    std::vector<Region> cores;
    for (const int seed : regions[r].points) {
      if (region_of_[static_cast<std::size_t>(seed)] != parent ||
          std::abs(ratio_[static_cast<std::size_t>(seed)]) < half)
        continue;
      Region core = grow(seed, ++number, [&](std::size_t next) {
        return region_of_[next] == parent && std::abs(ratio_[next]) >= half;
      });
      if (core.shape.area >= kLeastRegion) {
        judge(core);
        if (core.is == Class::object && core.peak >= kCore) {
          cores.push_back(std::move(core));
          continue;
        }
      }
      for (const int at : core.points) region_of_[static_cast<std::size_t>(at)] = -number;
    }
    for (const int at : regions[r].points)
      if (region_of_[static_cast<std::size_t>(at)] < 0) region_of_[static_cast<std::size_t>(at)] = parent;
    if (cores.empty()) continue;
    // What is left is the light around it.
    std::erase_if(regions[r].points, [&](int at) { return region_of_[static_cast<std::size_t>(at)] != parent; });
    for (Region& core : cores) regions.push_back(std::move(core));
  }
}

/// Parts of one figure, a head and legs, are judged by the edges of all of them: a flat coat before a window has none
/// of its own, and yet nothing is missing there.
void Background::judge_together(std::vector<Region>& regions) const {
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (!regions[i].by_edges) continue;
    const Object& a = regions[i].shape;
    double own = 0, all = 0;
    for (const Region& other : regions) {
      const Object& b = other.shape;
      const bool beside = b.right >= a.left - kBeside && b.left <= a.right + kBeside && b.bottom >= a.top - kAbove &&
                          b.top <= a.bottom + kAbove;
      if (beside && (other.is == Class::object || other.by_edges)) own += other.own_edges, all += other.edges;
    }
    if (own / all >= kOwn) regions[i].is = Class::object;
  }
}

/// Where the model is a guess, what is left when most of it turned out right is the guess's fault.
void Background::doubt(std::vector<Region>& regions) const {
  const auto guesses = std::count(guessed_.begin(), guessed_.end(), std::uint8_t{1});
  if (guesses == 0) return;
  std::vector<int> in(regions.size(), 0);
  int all = 0;
  for (std::size_t i = 0; i < regions.size(); ++i)
    for (const int at : regions[i].points) in[i] += guessed_[static_cast<std::size_t>(at)];
  for (const int one : in) all += one;
  if (20 * all > 7 * guesses) return;
  for (std::size_t i = 0; i < regions.size(); ++i)
    if (!regions[i].stirs && 5 * in[i] > 4 * regions[i].shape.area) regions[i].is = Class::gap;
}

bool Background::disturbed(const std::vector<Region>& regions) const {
  std::size_t other = 0;
  for (const Region& region : regions) other += region.points.size();
  return static_cast<float>(other) > kOther * kPoints || light_.inliers < kExplained;
}

void Background::update(const std::vector<Region>& regions, float dt) {
  std::vector<std::uint8_t> kind(kCount, 0);  // 1 + Class
  std::vector<std::uint8_t> objects(kCount, 0);
  for (const Region& region : regions)
    for (const int at : region.points) {
      const auto i = static_cast<std::size_t>(at);
      Class is = region.is;
      // A light that falls on somebody who was there takes nobody away.
      if (is == Class::light && seen_.label[i] != 0) is = Class::object;
      kind[i] = static_cast<std::uint8_t>(1 + static_cast<int>(is));
      if (is == Class::object) {
        objects[i] = 1;
        if (region.stirs || still_since_[i] == 0) still_since_[i] = mono_;
      }
    }
  // Nothing is learned close to an object, nor where one was just now: its soft edges would eat it up bit by bit.
  // Of what stands, that is: what sways or falls is to be learned.
  std::vector<std::uint8_t> standing(kCount, 0);
  for (const Region& region : regions) {
    const auto lasts = [&](int at) {
      const std::int64_t lit = seen_.lit[static_cast<std::size_t>(at)];
      return lit != 0 && mono_ - lit >= kStands;
    };
    if (10 * std::count_if(region.points.begin(), region.points.end(), lasts) >= 3 * region.shape.area)
      for (const int at : region.points) standing[static_cast<std::size_t>(at)] = 1;
  }
  const std::vector<std::uint8_t> close = grown(standing, kClose);
  about_ = grown(close, kAbout);
  for (std::size_t i = 0; i < kCount; ++i) {
    if (close[i] != 0) close_[i] = mono_;
    if (standing[i] != 0) held_[i] = mono_;
  }
  const bool shifted = light_.dx != 0 || light_.dy != 0;
  const float follow = 1 - std::exp(-dt / kFollow), light = 1 - std::exp(-dt / kFollowLight);
  const float spread = 1 - std::exp(-dt / kSpread), unrest = 1 - std::exp(-dt / kUnrest);
  const Grey old = model_;
  for (std::size_t i = 0; i < kCount; ++i) {
    const bool toggled = (objects[i] != 0) != (object_[i] != 0) && goes_[i] == 0 && went_[i] == 0;
    if (dt > 0) unrest_[i] += unrest * ((toggled ? 1 / std::max(dt, 0.1F) : 0) - unrest_[i]);
    if (objects[i] == 0) still_since_[i] = 0;
    if (kind[i] != 1 + static_cast<int>(Class::gap)) gap_since_[i] = 0;
    if (shifted) continue;
    const float target = (now_[i] - light_.offset) / std::max(light_.gain, 0.05F);
    float& model = model_[i];
    if (kind[i] == 0) changed_[i] = changed_[i] != 0 && mono_ - changed_[i] > kRemembered ? 0 : changed_[i];
    const auto change = [&](float by) {
      if (changed_[i] == 0) former_[i] = model;
      changed_[i] = mono_;
      model += by * (target - model);
    };
    switch (kind[i]) {
      case 0: {
        if (guarded(i)) break;
        guessed_[i] = 0;
        relit_[i] = 1;
        const float off = std::abs(target - model);
        spread_[i] += spread * (std::clamp(1.25F * off, kLeastSpread, 12.0F) - spread_[i]);
        model += follow * (target - model);
        break;
      }
      case 1 + static_cast<int>(Class::object):
        if (mono_ - still_since_[i] >= options_.absorb) change(1);
        break;
      case 1 + static_cast<int>(Class::light):
        change(light);
        break;
      default:
        if (gap_since_[i] == 0) gap_since_[i] = mono_;
        if (mono_ - gap_since_[i] >= kGapBelieved) change(1);
        break;
    }
  }
  object_ = std::move(objects);
  if (!shifted) relight(old);
}

bool Background::guarded(std::size_t at) const {
  if (held(at)) return unrest_[at] < kTreeHeld;
  return close_[at] != 0 && mono_ - close_[at] <= kGuarded && unrest_[at] < kTree;
}

/// Somebody who stands was seen here, and part of them still is.
bool Background::held(std::size_t at) const { return held_[at] != 0 && about_[at] != 0 && mono_ - held_[at] <= kHeld; }

/// Under an object the model cannot be seen. It follows the light as the place on either side of it does, so that the
/// place is known again when the object goes.
void Background::relight(const Grey& old) {
  constexpr int kBeyond = 2;  // beyond what an object's soft edge is guarded by
  const auto ratio = [&](int x, int y) {
    const auto i = index(std::clamp(x, 0, kWidth - 1), y);
    return (model_[i] + kDark) / (old[i] + kDark);
  };
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      if (!guarded(index(x, y))) continue;
      const int first = x;
      while (x < kWidth && guarded(index(x, y))) ++x;
      const float a = first > 0 ? ratio(first - kBeyond, y) : ratio(x - 1 + kBeyond, y);
      const float b = x < kWidth ? ratio(x - 1 + kBeyond, y) : a;
      for (int at = first; at < x; ++at) {
        const float part = static_cast<float>(at - first + 1) / static_cast<float>(x - first + 1);
        float& model = model_[index(at, y)];
        if (mono_ - still_since_[index(at, y)] >= options_.absorb) continue;
        model = (model + kDark) * (a + part * (b - a)) - kDark;
        relit_[index(at, y)] *= a + part * (b - a);
        if (std::abs(relit_[index(at, y)] - 1) > kRelit) guessed_[index(at, y)] = 1;
      }
    }
}

/// A light that stays becomes the model's own, and so does a shift.
void Background::anchor() {
  const bool off = std::abs(light_.gain - 1) > 0.15F || std::abs(light_.offset) > 8 || light_.dx != 0 || light_.dy != 0;
  if (!off) off_since_ = 0;
  if (off && off_since_ == 0) off_since_ = mono_;
  if (!off || mono_ - off_since_ < kAnchored) return;
  model_ = expected_;
  for (float& former : former_) former = light_.gain * former + light_.offset;
  for (float& spread : spread_) spread = std::clamp(spread * light_.gain, kLeastSpread, 12.0F);
  light_ = {};
  off_since_ = 0;
}

void Background::tell(const std::vector<Region>& regions) {
  const std::vector<std::uint16_t> before = seen_.label;
  seen_.objects.clear();
  seen_.left.clear();
  for (const Region& region : regions) {
    if (region.is != Class::gap || mono_ - seen_.learned > options_.absorb) continue;
    const auto seen = std::count_if(region.points.begin(), region.points.end(),
                                    [&](int at) { return ever_[static_cast<std::size_t>(at)] != 0; });
    if (2 * seen < region.shape.area) seen_.left.push_back(region.shape);
  }
  std::fill(seen_.label.begin(), seen_.label.end(), static_cast<std::uint16_t>(0));
  for (const Region& region : regions) {
    std::vector<int> points;
    if (region.is == Class::object) points = region.points;
    // A light takes nobody away who was there, unless it was no more than its own first edge.
    if (region.is == Class::light)
      for (const int at : region.points) {
        const auto i = static_cast<std::size_t>(at);
        if (before[i] != 0 && (!region.seen_through || held(i) || mono_ - seen_.lit[i] >= kStands))
          points.push_back(at);
      }
    if (static_cast<int>(points.size()) < kLeastRegion || seen_.objects.size() >= 1000) continue;
    Object shape = region.shape;
    if (region.is == Class::light) {
      shape = {kWidth, kHeight, -1, -1, static_cast<int>(points.size()), region.shape.contrast, region.shape.unrest};
      for (const int at : points) {
        shape.left = std::min(shape.left, at % kWidth), shape.right = std::max(shape.right, at % kWidth);
        shape.top = std::min(shape.top, at / kWidth), shape.bottom = std::max(shape.bottom, at / kWidth);
      }
    }
    seen_.objects.push_back(shape);
    for (const int at : points)
      seen_.label[static_cast<std::size_t>(at)] = static_cast<std::uint16_t>(seen_.objects.size());
  }
  const std::vector<const Track*> tracks = tracks_.follow(seen_.objects, mono_, kLost);
  std::swap(went_, goes_);
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::uint16_t label = seen_.label[i];
    goes_[i] = label != 0 && tracks[label - 1U]->steady() ? 1 : 0;
    if (label == 0)
      seen_.lit[i] = 0;
    else if (seen_.lit[i] == 0)
      seen_.lit[i] = mono_;
    else if (mono_ - seen_.lit[i] >= kStands)
      ever_[i] = 1;
  }
}

Grey Background::expected() const { return expected_; }

}  // namespace wf::camera
