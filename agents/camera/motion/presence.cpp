#include "agents/camera/motion/presence.hpp"

#include <algorithm>
#include <cmath>

namespace wf::camera {
namespace {

constexpr int kWidth = SmallPicture::kWidth, kHeight = SmallPicture::kHeight, kPoints = kWidth * kHeight;
constexpr double kMostly = 0.6;                 ///< of the pictures of a dwell something is in
constexpr double kHardly = 0.3, kFades = 1.25;  ///< of late pictures; nothing for kGone leaves 0.29
constexpr double kStraight = 0.6;               ///< of the way gone is way from where it began
constexpr float kRestless = 0.25F;              ///< comings and goings a second of a tree's points

double feet_x(const Background::Object& o) { return (o.left + o.right + 1) / 2.0; }
double feet_y(const Background::Object& o) { return o.bottom + 1; }

/// No further from it than half of its size.
bool beside(const Background::Object& a, const Background::Object& b) {
  const int x = (b.right - b.left) / 2 + 4, y = (b.bottom - b.top) / 2 + 4;
  return a.right >= b.left - x && a.left <= b.right + x && a.bottom >= b.top - y && a.top <= b.bottom + y;
}

}  // namespace

Presence::Presence(std::vector<PresenceZone> zones, Background::Options options, const std::vector<Polygon>& masks)
    : zones_(std::move(zones)), watched_(zones_.size()), background_(options) {
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    watched_[i].points.assign(kPoints, 1);
    for (int at = 0; at < kPoints; ++at) {
      const double x = (at % kWidth + 0.5) / kWidth, y = (at / kWidth + 0.5) / kHeight;
      const auto in = [&](const Polygon& polygon) { return inside(polygon, x, y); };
      if ((!zones_[i].outline.empty() && !in(zones_[i].outline)) || std::any_of(masks.begin(), masks.end(), in))
        watched_[i].points[static_cast<std::size_t>(at)] = 0;
    }
  }
}

Presence::Found Presence::find(const PresenceZone& zone, const Watched& watched) const {
  Found out;
  const double smallest = zone.smallest * kPoints * (watched.present ? 0.5 : 1);
  std::vector<int> in(seen_->objects.size(), 0), lasting(seen_->objects.size(), 0);
  for (std::size_t i = 0; i < seen_->label.size(); ++i) {
    const std::uint16_t label = seen_->label[i];
    if (label == 0 || watched.points[i] == 0) continue;
    ++in[label - 1U];
    if (mono_ - seen_->lit[i] >= zone.dwell * 3 / 4) ++lasting[label - 1U];
  }
  for (std::size_t i = 0; i < seen_->objects.size(); ++i) {
    const Background::Object& object = seen_->objects[i];
    if (in[i] == 0 || object.area < smallest) continue;
    const int x = std::clamp(static_cast<int>(feet_x(object)), 0, kWidth - 1);
    const bool feet = watched.points[static_cast<std::size_t>(object.bottom * kWidth + x)] != 0;
    if (!feet && 2 * in[i] < object.area) continue;
    // Elsewhere than who is there, little things that come and go prolong nothing: drops, leaves.
    if (watched.present && !beside(object, watched.where) && object.area < 2 * zone.smallest * kPoints &&
        lasting[i] == 0)
      continue;
    ++out.objects;
    out.area += object.area;
    out.lasting += lasting[i];
    const double distinct = 1 - std::exp(-(object.contrast - 0.5) / 1.5);
    const double size = 1 - std::exp(-object.area / (2 * zone.smallest * kPoints));
    out.confidence = std::max(out.confidence, 0.5 + 0.5 * std::max(0.0, distinct) * size);
    if (object.area > out.largest.area) out.largest = object;
  }
  return out;
}

void Presence::follow(Watched& watched, const Found& found) const {
  const double x = feet_x(found.largest), y = feet_y(found.largest);
  if (watched.hit == 0) {
    watched.from_x = watched.at_x = x, watched.from_y = watched.at_y = y;
  } else {
    watched.path += std::hypot(x - watched.at_x, y - watched.at_y);
    watched.at_x = x, watched.at_y = y;
  }
}

std::vector<Presence::Change> Presence::look(const SmallPicture& picture) {
  std::vector<Change> out;
  if (picture.luma.size() != static_cast<std::size_t>(kPoints)) return out;
  const std::int64_t before = mono_ == 0 ? picture.mono : mono_;
  if (mono_ != 0) {
    const std::int64_t apart = std::clamp<std::int64_t>(picture.mono - mono_, 0, 5 * kSecond);
    apart_ = apart_ == 0 ? apart : apart_ + (apart - apart_) / 8;
  }
  mono_ = picture.mono;
  seen_ = &background_.look(picture);
  if (seen_->state != Background::State::disturbed) disturbed_since_ = 0;
  if (seen_->state == Background::State::disturbed && disturbed_since_ == 0) disturbed_since_ = mono_;
  const bool judged = seen_->state == Background::State::settled;
  const bool held = !judged && disturbed_since_ != 0 && mono_ - disturbed_since_ < kHold;
  const std::int64_t gone = std::max(kGone, apart_ * 5 / 2);
  const double pace = 1 - std::exp(-static_cast<double>(mono_ - before) / static_cast<double>(gone) * kFades);
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    Watched& w = watched_[i];
    const Found found = judged ? find(zones_[i], w) : Found{};
    if (found.objects > 0) {
      if (w.since == 0) {
        w.since = mono_;
        w.looked = w.hit = 0;
        w.path = w.best = 0;
      }
      follow(w, found);
      ++w.looked, ++w.hit;
      w.lately += pace * (1 - w.lately);
      // Now and then a drop of rain where somebody was keeps nobody there.
      if (!w.present || w.lately >= 0.5) w.last = mono_;
      w.best = std::max(w.best, found.confidence);
      w.where = found.largest;
    } else if (w.since != 0) {
      ++w.looked;
      if (held && w.present)
        w.last = mono_;
      else
        w.lately -= pace * w.lately;
      // A candidate has less time than a visit: what comes and goes is none.
      const std::int64_t patience = std::max<std::int64_t>(zones_[i].dwell / 2, apart_ * 3 / 2);
      const bool over = w.present ? w.lately < kHardly && mono_ - w.last >= gone : mono_ - w.last >= patience;
      if (over) {
        if (w.present) out.push_back({What::ended, i, w.last, w.since, w.best, 0, w.where});
        w.present = w.told_loiter = false;
        w.since = 0;
      }
      continue;
    }
    if (w.since == 0 || found.objects == 0) continue;
    if (!w.present) {
      if (mono_ - w.since < zones_[i].dwell || w.hit < 2 || w.hit < kMostly * w.looked) continue;
      const double way = std::hypot(w.at_x - w.from_x, w.at_y - w.from_y);
      const double wide = w.where.right - w.where.left + 1;
      const bool went = way >= std::max(3.0, wide / 2) && way >= kStraight * w.path && w.where.unrest < kRestless;
      const bool stood = found.lasting >= 0.5 * zones_[i].smallest * kPoints;
      if (!went && !stood) {
        // Begun anew, or what once came and went somewhere would count for ever.
        if (mono_ - w.since >= 4 * zones_[i].dwell) w.since = 0;
        continue;
      }
      w.present = true;
      w.lately = 1;
      out.push_back({What::began, i, w.since, w.since, w.best, found.objects, w.where});
    }
    if (zones_[i].loiter > 0 && !w.told_loiter && mono_ - w.since >= zones_[i].loiter) {
      w.told_loiter = true;
      out.push_back({What::loiters, i, mono_, w.since, w.best, found.objects, w.where});
    }
  }
  return out;
}

std::vector<Presence::Change> Presence::end() {
  std::vector<Change> out;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    Watched& w = watched_[i];
    if (w.present) out.push_back({What::ended, i, w.last, w.since, w.best, 0, w.where});
    w.present = w.told_loiter = false;
    w.since = 0;
  }
  return out;
}

}  // namespace wf::camera
