#include "agents/camera/motion/presence.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace wf::camera {
namespace {

constexpr int kWidth = SmallPicture::kWidth, kHeight = SmallPicture::kHeight, kPoints = kWidth * kHeight;
constexpr double kMostly = 0.6;                       ///< of the pictures of a dwell something is in
constexpr double kHardly = 0.3, kFades = 1.25;        ///< of late pictures; nothing for kGone leaves 0.29
constexpr double kFast = 70;                          ///< points a second: across the picture in a little more than two
constexpr std::size_t kFalls = 12, kFallsQuick = 5;   ///< objects in a zone
constexpr double kDrop = 4;                           ///< times the smallest size
constexpr std::int64_t kQuick = 300 * kMillisecond;   ///< within which who walks is still partly where they were
constexpr std::size_t kMany = 6;                      ///< objects in a zone
constexpr std::int64_t kLately = 450 * kMillisecond;  ///< two pictures
constexpr std::size_t kMostFirst = 30;                ///< pictures that are looked at once more
constexpr double kDarts = 5;        ///< a runner goes two of their heights a second, a car three lengths
constexpr float kRestless = 0.25F;  ///< comings and goings a second of a tree's points

double feet_x(const Background::Object& o) { return (o.left + o.right + 1) / 2.0; }
double feet_y(const Background::Object& o) { return o.bottom + 1; }

/// No further from it than half of its size.
bool beside(const Background::Object& a, const Background::Object& b) {
  const int x = (b.right - b.left) / 2 + 4, y = (b.bottom - b.top) / 2 + 4;
  return a.right >= b.left - x && a.left <= b.right + x && a.bottom >= b.top - y && a.top <= b.bottom + y;
}

/// Nothing was seen of late from where it could have come in the time since: an insect before the lens, a drop.
bool darts(const Background::Object& object, const std::vector<Presence::Lately>& lately, std::int64_t mono) {
  if (object.left == 0 || object.top == 0 || object.right == kWidth - 1 || object.bottom == kHeight - 1) return false;
  const int size = std::max(object.right - object.left, object.bottom - object.top) + 1;
  return std::none_of(lately.begin(), lately.end(), [&](const Presence::Lately& one) {
    const int other = std::max(one.where.right - one.where.left, one.where.bottom - one.where.top) + 1;
    const double reach = 2 + kDarts * std::min(size, other) * static_cast<double>(mono - one.mono) / 1e9;
    return object.right >= one.where.left - reach && object.left <= one.where.right + reach &&
           object.bottom >= one.where.top - reach && object.top <= one.where.bottom + reach;
  });
}

/// Where there are many, as drops are, one of them must be larger than they are to be something else.
double of_many(std::vector<int>& areas) {
  if (areas.size() < kMany) return 0;
  const auto half = areas.begin() + static_cast<std::ptrdiff_t>(areas.size() / 2);
  std::nth_element(areas.begin(), half, areas.end());
  return 3.0 * *half;
}

}  // namespace

Presence::Presence(std::vector<PresenceZone> zones, Background::Options options, const std::vector<Polygon>& masks)
    : zones_(std::move(zones)), watched_(zones_.size()), background_(options) {
  const PointGrid grid{{0.5 / kWidth, 0.5 / kHeight}, {1.0 / kWidth, 1.0 / kHeight}, kWidth, kHeight};
  std::vector<std::uint8_t> masked(kPoints, 0);
  for (const Polygon& mask : masks) {
    const std::vector<std::uint8_t> in = inside(mask, grid);
    std::transform(masked.begin(), masked.end(), in.begin(), masked.begin(), std::bit_or<>());
  }
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    std::vector<std::uint8_t>& points = watched_[i].points;
    if (zones_[i].outline.empty())
      points.assign(kPoints, 1);
    else
      points = inside(zones_[i].outline, grid);
    for (std::size_t at = 0; at < points.size(); ++at)
      if (masked[at] != 0) points[at] = 0;
  }
}

Presence::Found Presence::find(const PresenceZone& zone, const Watched& watched) const {
  Found out;
  const double smallest = zone.smallest * kPoints * (watched.present ? 0.5 : 1);
  std::vector<int> in(seen_->objects.size(), 0), lasting = in, old = in;
  for (std::size_t i = 0; i < seen_->label.size(); ++i) {
    const std::uint16_t label = seen_->label[i];
    if (label == 0 || watched.points[i] == 0) continue;
    ++in[label - 1U];
    if (seen_->lit[i] < mono_) ++old[label - 1U];
    if (mono_ - seen_->lit[i] >= zone.dwell * 3 / 4) ++lasting[label - 1U];
  }
  // Of many things most of which are elsewhere in each picture, as drops and flakes are, only those that are not count.
  const auto stays = [&](std::size_t i) { return 4 * old[i] >= in[i]; };
  std::size_t many = 0, stay = 0;
  for (std::size_t i = 0; i < in.size(); ++i)
    if (in[i] != 0) ++many, stay += stays(i) ? 1 : 0;
  const bool quick = apart_ > 0 && apart_ <= kQuick;
  const bool falls = many >= kFalls && 2 * stay < many, few_fall = quick && many >= kFallsQuick && 2 * stay < many;
  for (std::size_t i = 0; i < seen_->objects.size(); ++i) {
    const Background::Object& object = seen_->objects[i];
    if ((falls || (few_fall && object.area < kDrop * smallest)) && !stays(i)) continue;
    if (in[i] == 0 || object.area < smallest) continue;
    if (quick && darts(object, lately_, mono_)) continue;
    const int x = std::clamp(static_cast<int>(feet_x(object)), 0, kWidth - 1);
    const bool feet = watched.points[static_cast<std::size_t>(object.bottom * kWidth + x)] != 0;
    if (!feet && 2 * in[i] < object.area) continue;
    // Elsewhere than who is there, little things that come and go prolong nothing: drops, leaves.
    if (watched.present && !beside(object, watched.where) && lasting[i] == 0 &&
        (object.area < 2 * zone.smallest * kPoints || (quick && !stays(i))))
      continue;
    out.objects.push_back(object);
    out.lasting.push_back(lasting[i]);
    const double distinct = 1 - std::exp(-(object.contrast - 0.5) / 1.5);
    const double size = 1 - std::exp(-object.area / (2 * zone.smallest * kPoints));
    out.confidence = std::max(out.confidence, 0.5 + 0.5 * std::max(0.0, distinct) * size);
    if (object.area > out.largest.area) out.largest = object;
  }
  return out;
}

/// Somebody stood here when the place was learned, and has left that spot just now.
bool Presence::was_there(const PresenceZone& zone, const Watched& watched, int area) const {
  // After another visit it may as well be what that one took away.
  if (watched.visited >= seen_->learned && watched.visited != 0) return false;
  return std::any_of(seen_->left.begin(), seen_->left.end(), [&](const Background::Object& o) {
    const int x = std::clamp(static_cast<int>(feet_x(o)), 0, kWidth - 1);
    return o.area >= zone.smallest * kPoints && 3 * o.area >= area &&
           watched.points[static_cast<std::size_t>(o.bottom * kWidth + x)] != 0;
  });
}

/// Since when what is in the zone for long enough is; 0: nothing is.
std::int64_t Presence::begun(const PresenceZone& zone, Watched& watched, const Found& found) const {
  // What comes and goes is nobody.
  const std::int64_t patience = std::max<std::int64_t>(zone.dwell / 2, apart_ * 3 / 2);
  const std::vector<const Track*> tracks = watched.tracks.follow(found.objects, mono_, patience);
  // The largest of each picture, and the same as long as it does not leap.
  Track &largest = watched.largest, &goes = watched.goes;
  const auto mostly = [&](const Track& track) {
    return mono_ - track.since >= zone.dwell && track.hit >= 2 && track.hit >= kMostly * track.looked;
  };
  for (Track* const track : {&largest, &goes}) {
    ++track->looked;
    if (track->hit > 0 && mono_ - track->last >= patience && found.objects.empty()) track->hit = 0;
  }
  if (found.objects.empty()) return 0;
  const Background::Object& o = found.largest;
  const double x = feet_x(o), y = feet_y(o);
  if (largest.hit == 0) {
    largest.begin(x, y, mono_);
    watched.best = 0;
  }
  const double far = kFast * static_cast<double>(mono_ - goes.last) / 1e9 + (o.right - o.left + o.bottom - o.top) / 4.0;
  if (goes.hit == 0 || std::hypot(x - goes.at_x, y - goes.at_y) > far) goes.begin(x, y, mono_);
  for (Track* const track : {&largest, &goes}) {
    track->go(x, y, mono_);
    track->looked = std::max(track->looked, 1);
    track->left = o.left, track->right = o.right;
  }
  watched.best = std::max(watched.best, found.confidence);
  std::int64_t out = 0;
  std::vector<int> areas;
  for (const Background::Object& object : found.objects) areas.push_back(object.area);
  const double usual = of_many(areas);
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const bool stood = found.lasting[i] >= 0.5 * zone.smallest * kPoints;
    const Track& track = *tracks[i];
    const bool alone =
        mostly(track) && track.steady() && found.objects[i].unrest < kRestless && found.objects[i].area >= usual;
    if (alone && (out == 0 || track.since < out)) out = track.since;
    if (stood && mostly(largest) && out == 0) out = largest.since;
  }
  if (out == 0 && mostly(goes) && goes.went() && o.unrest < kRestless) out = goes.since;
  // Begun anew, or what once came and went somewhere would count for ever.
  for (Track* const track : {&largest, &goes})
    if (out == 0 && mostly(*track) && mono_ - track->since >= 4 * zone.dwell) track->hit = 0;
  return out;
}

std::vector<Presence::Change> Presence::look(const SmallPicture& picture) {
  std::vector<Change> out;
  if (picture.luma.size() != static_cast<std::size_t>(kPoints)) return out;
  look_once(picture, out);
  if (seen_->state == Background::State::learning) {
    first_.push_back({picture.luma, picture.mono, picture.colourless, {}});
    if (first_.size() > kMostFirst) first_.erase(first_.begin());
  } else if (!first_.empty()) {
    for (const SmallPicture& first : std::exchange(first_, {})) look_once(first, out);
    look_once(picture, out);
  }
  return out;
}

void Presence::look_once(const SmallPicture& picture, std::vector<Change>& out) {
  const std::int64_t before = mono_ == 0 ? picture.mono : mono_;
  if (mono_ != 0 && picture.mono > mono_) {
    const std::int64_t apart = std::clamp<std::int64_t>(picture.mono - mono_, 0, 5 * kSecond);
    apart_ = apart_ == 0 ? apart : apart_ + (apart - apart_) / 8;
  }
  mono_ = picture.mono;
  seen_ = &background_.look(picture);
  if (seen_->state != Background::State::disturbed) disturbed_since_ = 0;
  if (seen_->state == Background::State::disturbed && disturbed_since_ == 0) disturbed_since_ = mono_;
  const std::int64_t late = std::max<std::int64_t>(kLately, apart_ * 3 / 2);
  std::erase_if(lately_, [&](const Lately& one) { return one.mono >= mono_ || mono_ - one.mono > late; });
  const bool judged = seen_->state == Background::State::settled;
  const bool held = !judged && disturbed_since_ != 0 && mono_ - disturbed_since_ < kHold;
  const std::int64_t gone = std::max(kGone, apart_ * 5 / 2);
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, mono_ - before));
  const double pace = 1 - std::exp(-passed / static_cast<double>(gone) * kFades);
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    Watched& w = watched_[i];
    const Found found = judged ? find(zones_[i], w) : Found{};
    if (!w.present) {
      const std::int64_t since = begun(zones_[i], w, found);
      if (since == 0) continue;
      w.present = true;
      w.since = was_there(zones_[i], w, found.largest.area) ? std::min(since, seen_->learned) : since;
      w.visited = mono_;
      w.last = mono_;
      w.lately = 1;
      w.where = found.largest;
      w.tracks.forget();
      w.largest.hit = w.goes.hit = 0;
      out.push_back({What::began, i, w.since, w.since, w.best, found.objects.size(), w.where});
    } else if (!found.objects.empty()) {
      w.lately += pace * (1 - w.lately);
      // Now and then a drop of rain where somebody was keeps nobody there.
      if (w.lately >= 0.5) w.last = mono_;
      w.best = std::max(w.best, found.confidence);
      w.where = found.largest;
    } else {
      if (held)
        w.last = mono_;
      else
        w.lately -= pace * w.lately;
      if (w.lately < kHardly && mono_ - w.last >= gone) {
        out.push_back({What::ended, i, w.last, w.since, w.best, 0, w.where});
        w.present = w.told_loiter = false;
        w.since = 0;
      }
      continue;
    }
    if (zones_[i].loiter > 0 && !w.told_loiter && mono_ - w.since >= zones_[i].loiter) {
      w.told_loiter = true;
      out.push_back({What::loiters, i, mono_, w.since, w.best, found.objects.size(), w.where});
    }
  }
  for (const Background::Object& object : seen_->objects) lately_.push_back({object, mono_});
}

std::vector<Presence::Change> Presence::end() {
  std::vector<Change> out;
  // A film that was over before the place was known.
  if (!first_.empty() && background_.learn_now())
    for (const SmallPicture& first : std::exchange(first_, {})) look_once(first, out);
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    Watched& w = watched_[i];
    if (w.present) out.push_back({What::ended, i, w.last, w.since, w.best, 0, w.where});
    w.present = w.told_loiter = false;
    w.since = 0;
  }
  return out;
}

}  // namespace wf::camera
