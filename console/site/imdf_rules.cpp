#include "console/site/imdf_rules.hpp"

#include <algorithm>
#include <array>

namespace wf::site {
namespace {

using Names = std::string_view;

constexpr Names kVenue[] = {
    "airport",          "airport.intl",       "aquarium",           "businesscampus", "casino",    "communitycenter",
    "conventioncenter", "governmentfacility", "healthcarefacility", "hotel",          "museum",    "parkingfacility",
    "resort",           "retailstore",        "shoppingcenter",     "stadium",        "stripmall", "theater",
    "themepark",        "trainstation",       "transitstation",     "university"};
constexpr Names kBuilding[] = {"parking", "transit", "transit.bus", "transit.train", "unspecified"};
constexpr Names kFootprint[] = {"aerial", "ground", "subterranean"};
constexpr Names kLevel[] = {
    "arrivals",        "arrivals.domestic", "arrivals.intl", "departures", "departures.domestic",
    "departures.intl", "parking",           "transit",       "unspecified"};
constexpr Names kUnit[] = {"auditorium",
                           "brick",
                           "classroom",
                           "column",
                           "concrete",
                           "conferenceroom",
                           "drywall",
                           "elevator",
                           "escalator",
                           "fieldofplay",
                           "firstaid",
                           "fitnessroom",
                           "foodservice",
                           "footbridge",
                           "glass",
                           "huddleroom",
                           "kitchen",
                           "laboratory",
                           "library",
                           "lobby",
                           "lounge",
                           "mailroom",
                           "mothersroom",
                           "movietheater",
                           "movingwalkway",
                           "nonpublic",
                           "office",
                           "opentobelow",
                           "parking",
                           "phoneroom",
                           "platform",
                           "privatelounge",
                           "ramp",
                           "recreation",
                           "restroom",
                           "restroom.family",
                           "restroom.female",
                           "restroom.female.wheelchair",
                           "restroom.male",
                           "restroom.male.wheelchair",
                           "restroom.transgender",
                           "restroom.transgender.wheelchair",
                           "restroom.unisex",
                           "restroom.unisex.wheelchair",
                           "restroom.wheelchair",
                           "road",
                           "room",
                           "serverroom",
                           "shower",
                           "smokingarea",
                           "stairs",
                           "steps",
                           "storage",
                           "structure",
                           "terrace",
                           "theater",
                           "unenclosedarea",
                           "unspecified",
                           "vegetation",
                           "waitingroom",
                           "walkway",
                           "walkway.island",
                           "wood"};
constexpr Names kOpening[] = {"automobile",         "bicycle", "emergencyexit", "pedestrian", "pedestrian.principal",
                              "pedestrian.transit", "service"};
constexpr Names kFixture[] = {"baggagecarousel",
                              "boardinggate.desk",
                              "checkin.desk",
                              "checkin.kiosk",
                              "desk",
                              "equipment",
                              "furniture",
                              "immigration.desk",
                              "inspection.desk",
                              "obstruction",
                              "securityequipment",
                              "stage",
                              "vegetation",
                              "wall",
                              "water"};
constexpr Names kGeofence[] = {"concourse",    "geofence",    "paidarea", "platform",
                               "postsecurity", "presecurity", "terminal", "underconstruction"};
constexpr Names kRelationship[] = {"elevator", "escalator", "movingwalkway", "ramp",
                                   "stairs",   "traversal", "traversal.path"};

constexpr Names kVenueNeeds[] = {"category", "name", "display_point", "address_id"};
constexpr Names kCategory[] = {"category"};
constexpr Names kFootprintNeeds[] = {"category", "building_ids"};
constexpr Names kLevelNeeds[] = {"category", "outdoor", "ordinal", "name", "short_name"};
constexpr Names kOnLevel[] = {"category", "level_id"};
constexpr Names kAmenityNeeds[] = {"category", "unit_ids"};
constexpr Names kAnchorNeeds[] = {"unit_id"};
constexpr Names kOccupantNeeds[] = {"name", "category", "anchor_id"};
constexpr Names kRelationshipNeeds[] = {"category", "direction"};
constexpr Names kDetailNeeds[] = {"level_id"};
constexpr Names kAddressNeeds[] = {"address", "locality", "country"};

constexpr Reference kToAddress[] = {{"address_id", "address"}};
constexpr Reference kFootprintTo[] = {{"building_ids", "building", true, true}};
constexpr Reference kLevelTo[] = {{"building_ids", "building", true}, {"address_id", "address"}};
constexpr Reference kToLevel[] = {{"level_id", "level", false, true}};
constexpr Reference kSectionTo[] = {{"level_id", "level", false, true}, {"address_id", "address"}};
constexpr Reference kKioskTo[] = {{"level_id", "level", false, true}, {"anchor_id", "anchor"}};
constexpr Reference kFixtureTo[] = {{"level_id", "level", false, true}, {"anchor_id", "anchor"}};
constexpr Reference kGeofenceTo[] = {{"level_ids", "level", true}, {"building_ids", "building", true}};
constexpr Reference kAmenityTo[] = {{"unit_ids", "unit", true, true}, {"address_id", "address"}};
constexpr Reference kAnchorTo[] = {{"unit_id", "unit", false, true}, {"address_id", "address"}};
constexpr Reference kOccupantTo[] = {{"anchor_id", "anchor", false, true}};

constexpr std::array<TypeRules, 16> kTypes{{
    {"address", kNone, kAddressNeeds, {}, {}},
    {"amenity", kPoint, kAmenityNeeds, {}, kAmenityTo},
    {"anchor", kPoint, kAnchorNeeds, {}, kAnchorTo},
    {"building", kNone, kCategory, kBuilding, kToAddress},
    {"detail", kLine, kDetailNeeds, {}, kToLevel},
    {"fixture", kArea, kOnLevel, kFixture, kFixtureTo},
    {"footprint", kArea, kFootprintNeeds, kFootprint, kFootprintTo},
    {"geofence", kArea, kCategory, kGeofence, kGeofenceTo},
    {"kiosk", kArea, kDetailNeeds, {}, kKioskTo},
    {"level", kArea, kLevelNeeds, kLevel, kLevelTo},
    {"occupant", kNone, kOccupantNeeds, {}, kOccupantTo},
    {"opening", kLine, kOnLevel, kOpening, kToLevel},
    {"relationship", kNone | kPoint | kLine | kArea, kRelationshipNeeds, kRelationship, {}},
    {"section", kArea, kOnLevel, {}, kSectionTo},
    {"unit", kArea, kOnLevel, kUnit, kToLevel},
    {"venue", kArea, kVenueNeeds, kVenue, kToAddress},
}};

}  // namespace

std::span<const TypeRules> imdf_types() { return kTypes; }

const TypeRules* find_type(std::string_view type) {
  const auto it = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRules& r) { return r.type == type; });
  return it == kTypes.end() ? nullptr : &*it;
}

}  // namespace wf::site
