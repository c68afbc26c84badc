#pragma once
#include "console/ui/map/map_transform.hpp"

namespace wf::ui {

/// Which part of a map is shown: fits, pans, zooms, and moves there in 200 ms.
class MapView {
 public:
  /// Where the map stands now, and the part of it that nothing covers. A fitted map fits again when either changes.
  void place(const Rect& port, const Rect& free, float turn);
  /// What fit() shows whole. Points are copied only when `key` differs from the last one.
  void set_outline(const std::vector<Point>& points, std::uint64_t key);
  void fit(double seconds, bool animate);
  void center_on(Point p, float least_scale, double seconds, bool animate);
  /// Goes where all of `points` are seen; false, and it stays, where that is not nearer than `least_scale`.
  bool show(const std::vector<Point>& points, float least_scale, double seconds, bool animate);
  /// Out to this scale it may zoom at least, however near what it is fitted to.
  void set_farthest(float scale) { farthest_ = scale; }
  void zoom(ImVec2 pointer, float factor);
  /// Stands there at once; what is no number changes nothing.
  void stand(Point center, float scale);
  void pan(ImVec2 by);
  /// Moves on; true while it is under way.
  bool step(double seconds);

  [[nodiscard]] const MapTransform& transform() const { return now_; }
  [[nodiscard]] std::uint64_t key() const { return key_; }
  [[nodiscard]] bool fitted() const { return fitted_; }
  /// Scale compared with the fitted one, 1 = fitted.
  [[nodiscard]] float zoomed() const;

 private:
  void go(Point center, float scale, double seconds, bool animate);
  [[nodiscard]] float least() const;

  MapTransform now_;
  Rect free_;
  std::vector<Point> outline_;
  std::uint64_t key_ = 0;
  bool fitted_ = true, moving_ = false, placed_ = false;
  Point from_{}, to_{};
  float from_scale_ = 1, to_scale_ = 1, fit_scale_ = 1, farthest_ = 0;
  double begin_ = 0;
};

}  // namespace wf::ui
