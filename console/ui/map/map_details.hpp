#pragma once
#include <vector>

#include "console/ui/map/map_level.hpp"

namespace wf::ui {

/// The thin lines by which a plan says what a unit is: treads of stairs, the cross of a lift, the hatch of a void,
/// the bays of a car park, the middle of a road.
void add_details(const Unit& unit, Floor floor, std::vector<Detail>& out);

}  // namespace wf::ui
