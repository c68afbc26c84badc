#pragma once
#include <memory>
#include <vector>

#include "console/model/base_map.hpp"
#include "console/ui/draw/draw.hpp"
#include "console/ui/map/map_transform.hpp"

namespace wf::ui {

inline constexpr double kKilometresPerDegree = 111.32;

/// Kilometres on a plane around `middle`; right for estates within a continent, and fair for a globe.
[[nodiscard]] Point on_plane(LonLat at, LonLat middle);

/// The base map behind the sites, on that plane.
class WorldGround {
 public:
  /// What to draw from now on; null: nothing. Made anew for a plane when it is first drawn there.
  void set(std::shared_ptr<const BaseMap> map);
  /// Land, coasts and borders.
  void draw(Painter& p, const MapTransform& view, LonLat middle);
  /// Names of places where nothing of `taken` stands; what is written joins it.
  void draw_places(Painter& p, const MapTransform& view, LonLat middle, std::vector<Rect>& taken) const;
  [[nodiscard]] const std::shared_ptr<const BaseMap>& map() const { return map_; }

 private:
  struct Shape {
    Bounds bounds;
    std::vector<Ring> rings;  ///< a line: one; an area: the outer one and its holes
    const std::vector<std::uint32_t>* triangles = nullptr;
  };
  void make(LonLat middle);

  std::shared_ptr<const BaseMap> map_;
  LonLat made_for_{1e9, 1e9};
  std::vector<Shape> land_, lines_;
};

}  // namespace wf::ui
