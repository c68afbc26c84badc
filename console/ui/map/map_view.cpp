#include "console/ui/map/map_view.hpp"

#include <algorithm>
#include <cmath>

#include "console/ui/draw/theme.hpp"
#include "console/ui/map/map_geometry.hpp"

namespace wf::ui {
namespace {

bool same(const Rect& a, const Rect& b) { return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h; }

}  // namespace

void MapView::place(const Rect& port, const Rect& free, float turn) {
  const bool changed = !placed_ || !same(port, now_.port) || !same(free, free_) || turn != now_.turn();
  if (!changed) return;
  const bool resized = placed_ && (port.w != now_.port.w || port.h != now_.port.h);
  now_.port = port;
  free_ = free;
  if (turn != now_.turn()) now_.set_turn(turn);
  // While moving to a fit, the fit's end is set anew; a first or resized one stands at once.
  if (fitted_) {
    if (!moving_ || resized)
      fit(0, false);
    else if (now_.fit(outline_, free_, to_, to_scale_))
      fit_scale_ = to_scale_;
  }
  placed_ = true;
}

void MapView::set_outline(const std::vector<Point>& points, std::uint64_t key) {
  if (key == key_ && !outline_.empty()) return;
  key_ = key;
  outline_ = points;
  Point center{};
  float scale = fit_scale_;
  if (now_.fit(outline_, free_, center, scale)) fit_scale_ = scale;
}

void MapView::fit(double seconds, bool animate) {
  Point center{};
  float scale = 1;
  if (!now_.fit(outline_, free_, center, scale)) return;
  fit_scale_ = scale;
  go(center, scale, seconds, animate);
  fitted_ = true;
}

void MapView::center_on(Point p, float least_scale, double seconds, bool animate) {
  if (!finite(p)) return;
  // What is centred stands in the middle of the free part.
  MapTransform there = now_;
  there.scale = std::max(now_.scale, least_scale);
  there.center = p;
  const Point middle_of_free =
      there.to_map({2 * there.port.mid_x() - free_.mid_x(), 2 * there.port.mid_y() - free_.mid_y()});
  go(middle_of_free, there.scale, seconds, animate);
  fitted_ = false;
}

void MapView::go(Point center, float scale, double seconds, bool animate) {
  if (!animate) {
    now_.center = center;
    now_.scale = scale;
    moving_ = false;
    return;
  }
  from_ = now_.center;
  from_scale_ = now_.scale;
  to_ = center;
  to_scale_ = scale;
  begin_ = seconds;
  moving_ = true;
}

bool MapView::show(const std::vector<Point>& points, float least_scale, double seconds, bool animate) {
  Point center{};
  float scale = 1;
  if (!now_.fit(points, free_, center, scale) || scale < least_scale) return false;
  go(center, std::min(scale, kMapClosest), seconds, animate);
  fitted_ = false;
  return true;
}

float MapView::least() const {
  const float usual = std::max(kMapFarthest, fit_scale_ * 0.15F);
  return farthest_ > 0 ? std::min(usual, farthest_) : usual;
}

void MapView::zoom(ImVec2 pointer, float factor) {
  now_.zoom_at(pointer, factor, least(), std::max(kMapClosest, fit_scale_));
  moving_ = false;
  fitted_ = false;
}

void MapView::stand(Point center, float scale) {
  if (!finite(center) || !(scale > 0)) return;
  now_.center = center;
  now_.scale = std::clamp(scale, least(), std::max(kMapClosest, fit_scale_));
  moving_ = false;
  fitted_ = false;
}

void MapView::pan(ImVec2 by) {
  if (by.x == 0 && by.y == 0) return;
  const ImVec2 mid(now_.port.mid_x() - by.x, now_.port.mid_y() - by.y);
  now_.center = now_.to_map(mid);
  moving_ = false;
  fitted_ = false;
}

bool MapView::step(double seconds) {
  if (!moving_) return false;
  const double t = (seconds - begin_) / motion::kFit;
  if (!(t < 1)) {
    now_.center = to_;
    now_.scale = to_scale_;
    moving_ = false;
    return false;
  }
  const double left = 1 - std::clamp(t, 0.0, 1.0);
  const auto eased = static_cast<float>(1 - left * left * left);
  now_.center = from_ + (to_ - from_) * eased;
  now_.scale = from_scale_ * std::pow(to_scale_ / from_scale_, eased);
  return true;
}

float MapView::zoomed() const { return fit_scale_ > 0 ? now_.scale / fit_scale_ : 1; }

}  // namespace wf::ui
