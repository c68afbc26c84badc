#include <algorithm>

#include "console/seat/codec_parts.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {
namespace {

template <class Repeated>
void put_ring(const Ring& in, Repeated& out) {
  out.Reserve(static_cast<int>(in.size() * 2));
  for (const Point& p : in) {
    out.Add(p.x);
    out.Add(p.y);
  }
}

template <class Repeated>
Ring take_ring(const Repeated& in) {
  Ring out;
  out.reserve(static_cast<std::size_t>(in.size()) / 2);
  for (int i = 0; i + 1 < in.size(); i += 2) out.push_back({in[i], in[i + 1]});
  return out;
}

void put(const Polygon& in, pb::Polygon& out) {
  put_ring(in.outer, *out.mutable_outer());
  for (const Ring& hole : in.holes) put_ring(hole, *out.add_holes()->mutable_points());
  for (const std::uint32_t t : in.triangles) out.add_triangles(t);
}

/// Triangles that name a point which is not there are left out: the map draws what it can.
Polygon take(const pb::Polygon& in) {
  Polygon out;
  out.outer = take_ring(in.outer());
  std::size_t points = out.outer.size();
  for (const pb::Ring& hole : in.holes()) {
    out.holes.push_back(take_ring(hole.points()));
    points += out.holes.back().size();
  }
  for (int i = 0; i + 2 < in.triangles_size(); i += 3) {
    if (std::max({in.triangles(i), in.triangles(i + 1), in.triangles(i + 2)}) >= points) continue;
    for (int k = 0; k < 3; ++k) out.triangles.push_back(in.triangles(i + k));
  }
  return out;
}

template <class Repeated>
void put_all(const std::vector<Polygon>& in, Repeated& out) {
  for (const Polygon& p : in) put(p, *out.Add());
}

template <class Repeated>
std::vector<Polygon> take_all(const Repeated& in) {
  std::vector<Polygon> out;
  out.reserve(static_cast<std::size_t>(in.size()));
  for (const pb::Polygon& p : in) out.push_back(take(p));
  return out;
}

void put(const Bounds& in, pb::Bounds& out) {
  for (const float edge : {in.min.x, in.min.y, in.max.x, in.max.y}) out.add_edges(edge);
}

Bounds take(const pb::Bounds& in) {
  if (in.edges_size() < 4) return {};
  return {{in.edges(0), in.edges(1)}, {in.edges(2), in.edges(3)}};
}

template <class Repeated>
std::vector<std::string> take_texts(const Repeated& in) {
  return {in.begin(), in.end()};
}

void put(const Building& in, pb::Building& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_category(in.category);
  put_all(in.footprint, *out.mutable_footprint());
  put(in.bounds, *out.mutable_bounds());
}

Building take(const pb::Building& in) {
  return {in.id(), in.name(), in.category(), take_all(in.footprint()), take(in.bounds())};
}

void put(const Level& in, pb::Level& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_short_name(in.short_name);
  out.set_building_id(in.building_id);
  out.set_ordinal(in.ordinal);
  out.set_outdoor(in.outdoor);
  put_all(in.polygons, *out.mutable_polygons());
  put(in.bounds, *out.mutable_bounds());
}

Level take(const pb::Level& in) {
  Level out;
  out.id = in.id();
  out.name = in.name();
  out.short_name = in.short_name();
  out.building_id = in.building_id();
  out.ordinal = in.ordinal();
  out.outdoor = in.outdoor();
  out.polygons = take_all(in.polygons());
  out.bounds = take(in.bounds());
  return out;
}

void put(const Unit& in, pb::Unit& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_category(in.category);
  out.set_level_id(in.level_id);
  put_all(in.polygons, *out.mutable_polygons());
  out.set_label_x(in.label.x);
  out.set_label_y(in.label.y);
  out.set_label_width(in.label_width);
  put(in.bounds, *out.mutable_bounds());
  out.set_criticality(in.criticality);
}

Unit take(const pb::Unit& in) {
  Unit out;
  out.id = in.id();
  out.name = in.name();
  out.category = in.category();
  out.level_id = in.level_id();
  out.polygons = take_all(in.polygons());
  out.label = {in.label_x(), in.label_y()};
  out.label_width = in.label_width();
  out.bounds = take(in.bounds());
  out.criticality = static_cast<std::uint8_t>(std::min(in.criticality(), 4U));
  return out;
}

void put(const Opening& in, pb::Opening& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_category(in.category);
  out.set_level_id(in.level_id);
  out.set_ax(in.a.x);
  out.set_ay(in.a.y);
  out.set_bx(in.b.x);
  out.set_by(in.b.y);
  out.set_unit_a(in.unit_a);
  out.set_unit_b(in.unit_b);
  out.set_has_door(in.has_door);
  out.set_door_type(in.door_type);
}

Opening take(const pb::Opening& in) {
  Opening out;
  out.id = in.id();
  out.name = in.name();
  out.category = in.category();
  out.level_id = in.level_id();
  out.a = {in.ax(), in.ay()};
  out.b = {in.bx(), in.by()};
  out.unit_a = in.unit_a();
  out.unit_b = in.unit_b();
  out.has_door = in.has_door();
  out.door_type = in.door_type();
  return out;
}

void put(const Fixture& in, pb::Fixture& out) {
  out.set_id(in.id);
  out.set_category(in.category);
  out.set_level_id(in.level_id);
  put_all(in.polygons, *out.mutable_polygons());
}

Fixture take(const pb::Fixture& in) { return {in.id(), in.category(), in.level_id(), take_all(in.polygons())}; }

void put(const Device& in, pb::Device& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_kind(static_cast<std::uint32_t>(in.kind));
  out.set_level_id(in.level_id);
  out.set_unit_id(in.unit_id);
  out.set_opening_id(in.opening_id);
  out.set_x(in.position.x);
  out.set_y(in.position.y);
  out.set_placed(in.placed);
  out.set_heading(in.heading);
  out.set_field_of_view(in.field_of_view);
  out.set_range(in.range);
  out.set_address(in.address);
  for (const std::string& a : in.aliases) out.add_aliases(a);
  for (const std::string& c : in.covers) out.add_covers(c);
  out.set_owner(in.owner);
  out.set_criticality(in.criticality);
  out.set_egress(in.egress);
  out.set_tailgating(in.tailgating);
}

Device take(const pb::Device& in) {
  Device out;
  out.id = in.id();
  out.name = in.name();
  out.kind = as_enum(in.kind(), DeviceKind::guard_post);
  out.level_id = in.level_id();
  out.unit_id = in.unit_id();
  out.opening_id = in.opening_id();
  out.position = {in.x(), in.y()};
  out.placed = in.placed();
  out.heading = in.heading();
  out.field_of_view = in.field_of_view();
  out.range = in.range();
  out.address = in.address();
  out.aliases = take_texts(in.aliases());
  out.covers = take_texts(in.covers());
  out.owner = in.owner();
  out.criticality = static_cast<std::uint8_t>(std::min(in.criticality(), 4U));
  out.egress = in.egress();
  out.tailgating = in.tailgating();
  return out;
}

void put(const Contact& in, pb::Contact& out) {
  out.set_who(in.who);
  out.set_number(in.number);
  out.set_from(static_cast<std::uint32_t>(in.from));
  std::uint32_t domains = 0;
  for (std::size_t k = 0; k < in.domains.size(); ++k) domains |= in.domains[k] ? 1U << k : 0U;
  out.set_domains(domains);
}

Contact take(const pb::Contact& in) {
  Contact out;
  out.who = in.who();
  out.number = in.number();
  out.from = as_enum(in.from(), Priority::critical);
  for (std::size_t k = 0; k < out.domains.size(); ++k) out.domains[k] = (in.domains() >> k & 1U) != 0;
  return out;
}

void put(const Person& in, pb::Person& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_role(in.role);
  out.set_department(in.department);
  out.set_site_id(in.site_id);
  for (const std::string& c : in.credentials) out.add_credentials(c);
  for (const std::string& a : in.accounts) out.add_accounts(a);
}

Person take(const pb::Person& in) {
  Person out;
  out.id = in.id();
  out.name = in.name();
  out.role = in.role();
  out.department = in.department();
  out.site_id = in.site_id();
  out.credentials = take_texts(in.credentials());
  out.accounts = take_texts(in.accounts());
  return out;
}

void put(const Site& in, pb::Site& out) {
  out.set_id(in.id);
  out.set_name(in.name);
  out.set_short_name(in.short_name);
  out.set_locality(in.locality);
  out.set_time_zone(in.time_zone);
  out.set_lon(in.origin.lon);
  out.set_lat(in.origin.lat);
  put(in.bounds, *out.mutable_bounds());
  put_all(in.venue, *out.mutable_venue());
  for (const Building& b : in.buildings) put(b, *out.add_buildings());
  for (const Level& l : in.levels) put(l, *out.add_levels());
  for (const Unit& u : in.units) put(u, *out.add_units());
  for (const Opening& o : in.openings) put(o, *out.add_openings());
  for (const Fixture& f : in.fixtures) put(f, *out.add_fixtures());
  for (const Device& d : in.devices) put(d, *out.add_devices());
  for (const Contact& c : in.calls) put(c, *out.add_calls());
}

Site take(const pb::Site& in) {
  Site out;
  out.id = in.id();
  out.name = in.name();
  out.short_name = in.short_name();
  out.locality = in.locality();
  out.time_zone = in.time_zone();
  out.origin = {in.lon(), in.lat()};
  out.bounds = take(in.bounds());
  out.venue = take_all(in.venue());
  for (const pb::Building& b : in.buildings()) out.buildings.push_back(take(b));
  for (const pb::Level& l : in.levels()) out.levels.push_back(take(l));
  for (const pb::Unit& u : in.units()) out.units.push_back(take(u));
  for (const pb::Opening& o : in.openings()) out.openings.push_back(take(o));
  for (const pb::Fixture& f : in.fixtures()) out.fixtures.push_back(take(f));
  for (const pb::Device& d : in.devices()) out.devices.push_back(take(d));
  for (const pb::Contact& c : in.calls()) out.calls.push_back(take(c));
  return out;
}

}  // namespace

void put(const Estate& in, pb::Estate& out) {
  for (const Site& s : in.sites) put(s, *out.add_sites());
  for (const Person& p : in.people) put(p, *out.add_people());
}

Estate take(const pb::Estate& in) {
  Estate out;
  for (const pb::Site& s : in.sites()) out.sites.push_back(take(s));
  for (const pb::Person& p : in.people()) out.people.push_back(take(p));
  out.index();
  return out;
}

}  // namespace wf::seat
