#include "agents/camera/motion/tracks.hpp"

#include <algorithm>
#include <cmath>

namespace wf::camera {
namespace {

constexpr double kStraight = 0.6;  ///< of the way gone is way from where it began
constexpr double kSteady = 0.8, kTurns = 0.5;

struct Pair {
  double apart;
  std::size_t track, box;
};

}  // namespace

double Track::way() const { return std::hypot(at_x - from_x, at_y - from_y); }

bool Track::went() const {
  return hit >= 2 && way() >= std::max(3.0, (right - left + 1) / 2.0) && way() >= kStraight * path;
}

bool Track::steady() const {
  return hit >= 4 && 5 * hit >= 4 * looked && way() >= std::max(6.0, 0.75 * (right - left + 1)) &&
         way() >= kSteady * path && turns <= kTurns * path;
}

void Track::begin(double x, double y, std::int64_t mono) {
  since = mono;
  from_x = at_x = x, from_y = at_y = y;
  step_x = step_y = path = turns = 0;
  looked = hit = 0;
}

void Track::go(double x, double y, std::int64_t mono) {
  const double dx = x - at_x, dy = y - at_y;
  path += std::hypot(dx, dy);
  if (hit >= 2) turns += std::hypot(dx - step_x, dy - step_y);
  step_x = dx, step_y = dy;
  at_x = x, at_y = y;
  last = mono;
  ++hit;
}

std::vector<const Track*> Tracks::follow(std::int64_t mono, std::int64_t patience) {
  std::erase_if(tracks_, [&](const Track& track) { return mono - track.last > patience; });
  const std::size_t old = tracks_.size();
  std::vector<Pair> pairs;
  for (std::size_t t = 0; t < old; ++t) {
    Track& track = tracks_[t];
    ++track.looked;
    for (std::size_t b = 0; b < boxes_.size(); ++b) {
      const Box& box = boxes_[b];
      // No further from it than half of its size; as it goes on, or where it was.
      const int reach_x = (track.right - track.left) / 2 + 4, reach_y = (track.bottom - track.top) / 2 + 4;
      const auto near = [&](double dx, double dy) {
        return box.right >= track.left + dx - reach_x && box.left <= track.right + dx + reach_x &&
               box.bottom >= track.top + dy - reach_y && box.top <= track.bottom + dy + reach_y;
      };
      if (!near(track.step_x, track.step_y) && !near(0, 0)) continue;
      const double x = (box.left + box.right + 1) / 2.0, y = box.bottom + 1;
      const double apart = std::hypot(x - track.at_x - track.step_x, y - track.at_y - track.step_y) +
                           0.5 * std::abs((box.bottom - box.top) - (track.bottom - track.top));
      pairs.push_back({apart, t, b});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.apart < b.apart; });
  std::vector<std::size_t> of(boxes_.size(), tracks_.size() + boxes_.size());
  std::vector<bool> taken(old, false);
  for (const Pair& pair : pairs) {
    if (taken[pair.track] || of[pair.box] < old) continue;
    taken[pair.track] = true;
    of[pair.box] = pair.track;
  }
  tracks_.reserve(old + boxes_.size());
  for (std::size_t b = 0; b < boxes_.size(); ++b) {
    const Box& box = boxes_[b];
    const double x = (box.left + box.right + 1) / 2.0, y = box.bottom + 1;
    if (of[b] >= old) {
      of[b] = tracks_.size();
      Track born;
      born.begin(x, y, mono);
      born.looked = 1;
      tracks_.push_back(born);
    }
    Track& track = tracks_[of[b]];
    track.go(x, y, mono);
    track.left = box.left, track.top = box.top, track.right = box.right, track.bottom = box.bottom;
  }
  std::vector<const Track*> out;
  for (const std::size_t one : of) out.push_back(&tracks_[one]);
  return out;
}

}  // namespace wf::camera
