#pragma once
#include "console/model/site.hpp"

namespace wf::site {

/// Fills `triangles`: ear clipping after the holes were joined to the outer ring by bridges. Expects tidy rings,
/// the outer one anticlockwise, holes clockwise. Ends for every input; rings that cross themselves or each
/// other give triangles whose area differs from the polygon's, which is how callers find them.
void triangulate(Polygon& polygon);

}  // namespace wf::site
