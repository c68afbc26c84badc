#pragma once
#include <string>
#include <vector>

#include "console/model/site.hpp"

namespace wf {

/// What lies behind the sites on the world map: land, borders and names. For the eye alone; nothing is judged by it.
/// Immutable once loaded. Points are degrees: x east, y north.
struct BaseMap {
  std::vector<Polygon> land;  ///< triangles filled in
  std::vector<Ring> lines;    ///< borders and the like; not closed
  struct Place {
    LonLat at;
    std::string name;
    int rank = 0;  ///< the smaller, the sooner its name is shown
  };
  std::vector<Place> places;  ///< by rank

  [[nodiscard]] bool empty() const { return land.empty() && lines.empty() && places.empty(); }
};

}  // namespace wf
