#pragma once
#include "console/model/site.hpp"
#include "console/site/imdf.hpp"
#include "console/site/warnings.hpp"
#include "proto/result.hpp"

namespace wf::site {

/// Makes the site's venue, buildings, levels, units, openings, fixtures and details out of an archive, in the local
/// plane. Names, zones and devices that are ours come later. Error: the venue has no usable polygon.
[[nodiscard]] Result<Site> build_venue(const Imdf& imdf, Warnings& warnings);

/// Joins each opening to the units that it lies between: a relationship decides where there is one, else the units
/// of its level within 0.3 m of its midpoint. Expects site.index() to be current. Openings in `settled` are left alone.
void join_openings(const Imdf& imdf, Site& site, const std::vector<std::string>& settled, Warnings& warnings);

}  // namespace wf::site
