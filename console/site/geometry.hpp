#pragma once
#include <vector>

#include "console/model/site.hpp"

namespace wf::site {

/// Area with sign: positive if the ring runs anticlockwise (y is north). Square metres.
[[nodiscard]] double signed_area(const Ring& ring);
/// Outer area less its holes.
[[nodiscard]] double area_of(const Polygon& polygon);
/// Sum over the polygon's triangles; equals area_of() for a polygon that does not cross itself.
[[nodiscard]] double triangle_area_of(const Polygon& polygon);

/// Removes the closing point, repeated points, points on a straight line and spikes. False if no area is left.
[[nodiscard]] bool tidy(Ring& ring);

/// Tidies the rings, turns the outer one anticlockwise and the holes clockwise, drops empty holes and
/// triangulates by ear clipping. Without an outer area the result has no outer ring.
[[nodiscard]] Polygon make_polygon(Ring outer, std::vector<Ring> holes);

[[nodiscard]] bool contains(const Polygon& polygon, Point p);
/// Metres to the polygon; 0 inside.
[[nodiscard]] double distance_to(const Polygon& polygon, Point p);
[[nodiscard]] double distance_to(const std::vector<Polygon>& polygons, Point p);
/// Metres to the polygon's edges, from inside or outside.
[[nodiscard]] double distance_to_edge(const std::vector<Polygon>& polygons, Point p);

[[nodiscard]] Bounds bounds_of(const std::vector<Polygon>& polygons);

/// Where a name stands best.
struct Label {
  Point at{};
  float width = 0;  ///< metres of free width, centred on `at`, for text about a metre high
};
/// Pole of inaccessibility of the largest polygon, to within 5 cm; the centroid where it is as good.
[[nodiscard]] Label place_label(const std::vector<Polygon>& polygons);

/// WGS84 to the site's plane: equirectangular about the origin, with the ellipsoid's radii there. Within 1 cm of
/// the exact distance for a site of two kilometres.
class Plane {
 public:
  explicit Plane(LonLat origin);
  [[nodiscard]] Point to_plane(LonLat p) const;
  [[nodiscard]] LonLat to_globe(Point p) const;

 private:
  LonLat origin_;
  double metres_per_lon_, metres_per_lat_;
};

}  // namespace wf::site
