#include "console/ui/map/map_news.hpp"

#include <algorithm>
#include <utility>

namespace wf::ui {
namespace {

const PlaceNews kNothing;

const DeviceState* state_of(const std::map<std::string, DeviceState>* all, const std::string& id) {
  if (all == nullptr) return nullptr;
  const auto it = all->find(id);
  return it == all->end() ? nullptr : &it->second;
}

}  // namespace

void PlaceNews::take(const Standing::Row& i) {
  const bool somebody = !i.waits;
  if (!any || i.priority > worst) {
    worst = i.priority;
    held = somebody;
    incident = i.id;
  } else if (i.priority == worst && held && !somebody) {
    held = false;
    incident = i.id;
  }
  any = true;
  ++incidents;
}

bool EstateNews::update(const Standing& standing) {
  const Snapshot& s = *standing.snapshot();
  const bool others = generation_ == 0 || s.estate != estate_ || s.devices != devices_ || s.zone_people != people_;
  if (!others && standing.version() == standing_) return false;
  const bool placed = s.estate == estate_ && s.zone_people == people_;
  const bool stood = generation_ != 0 && placed && standing.version() == standing_;
  standing_ = standing.version();
  estate_ = s.estate;
  devices_ = s.devices;
  people_ = s.zone_people;
  if (stood) {  // of the devices alone; what places have to do with incidents is as it was
    ++generation_;
    return true;
  }
  const auto sites = std::exchange(sites_, std::vector<PlaceNews>(estate_ ? estate_->sites.size() : 0));
  const auto levels = std::exchange(levels_, {});
  const auto units = std::exchange(units_, {});
  if (estate_) gather(standing);
  if (!others && sites == sites_ && levels == levels_ && units == units_) return false;
  ++generation_;
  return true;
}

void EstateNews::gather(const Standing& standing) {
  for (const Standing::Row& row : standing.rows()) {
    if (!row.open || row.shelved || row.place.site == nullptr) continue;
    sites_[static_cast<std::size_t>(row.place.site - estate_->sites.data())].take(row);
    if (row.place.level != nullptr) levels_[row.place.level].take(row);
    if (row.place.unit != nullptr) units_[row.place.unit].take(row);
  }
  if (people_)
    for (std::size_t k = 0; k < estate_->sites.size(); ++k) {
      const Site& site = estate_->sites[k];
      for (const auto& [id, count] : *people_) {
        const Unit* const u = site.unit(id);
        if (u == nullptr) continue;
        const Level* const level = site.level(u->level_id);
        for (PlaceNews* place : {&sites_[k], level == nullptr ? nullptr : &levels_[level], &units_[u]}) {
          if (place == nullptr) continue;
          place->people += count;
          place->people_known = true;
        }
      }
    }
}

const PlaceNews& EstateNews::of_site(std::size_t site) const { return site < sites_.size() ? sites_[site] : kNothing; }

const PlaceNews& EstateNews::of_level(const Level& level) const {
  const auto it = levels_.find(&level);
  return it == levels_.end() ? kNothing : it->second;
}

const PlaceNews& EstateNews::of_unit(const Unit& unit) const {
  const auto it = units_.find(&unit);
  return it == units_.end() ? kNothing : it->second;
}

DoorLeaf leaf_of(const DeviceState* s) {
  if (s == nullptr) return DoorLeaf::closed;
  if (s->state == "open") return DoorLeaf::open;
  if (s->state == "held") return DoorLeaf::held;
  if (s->state == "forced") return DoorLeaf::forced;
  return DoorLeaf::closed;
}

bool without_picture(const DeviceState* s) {
  return s != nullptr &&
         (s->state == "offline" || s->state == "covered" || s->state == "dark" || s->state == "blurred");
}

void LevelNews::find_states(const LevelPlan& plan, const std::map<std::string, DeviceState>* all) {
  const Site& site = *plan.site;
  states.clear();
  for (const std::uint32_t d : plan.devices) states.push_back(state_of(all, site.devices[d].id));
  doors.clear();
  for (const MapDoor& d : plan.doors)
    doors.push_back(d.device < 0 ? nullptr : state_of(all, site.devices[static_cast<std::size_t>(d.device)].id));
  cones.clear();
  cameras = without_picture = 0;
  without_picture_since = 0;
  cover_key = 14695981039346656037ULL;
  for (std::size_t i = 0; i < plan.cones.size(); ++i) {
    const DeviceState* s = state_of(all, site.devices[plan.cones[i].device].id);
    cones.push_back(s);
    ++cameras;
    if (!ui::without_picture(s)) continue;
    ++without_picture;
    cover_key = (cover_key ^ (i + 1)) * 1099511628211ULL;
    if (without_picture_since == 0 || (s->since != 0 && s->since < without_picture_since))
      without_picture_since = s->since;
  }
}

void LevelNews::update(const LevelPlan& plan, const EstateNews& news, const Snapshot& snapshot) {
  // Snapshots share the devices' states while none of them changed.
  if (states_of == nullptr || states_of != snapshot.devices) {
    states_of = snapshot.devices;
    find_states(plan, states_of.get());
  }
  const Site& site = *plan.site;
  units.clear();
  people.assign(plan.floors.size(), -1);
  for (std::uint32_t i = 0; i < plan.floors.size(); ++i) {
    const PlaceNews& n = news.of_unit(site.units[plan.floors[i].item]);
    if (n.people_known) people[i] = static_cast<std::int32_t>(n.people);
    if (n.any) units.push_back({i, n});
  }
}

namespace {

/// What a camera reports happened where it looks: half way down its view.
Point seen_by(const LevelPlan& plan, std::uint32_t device) {
  const Device& d = plan.site->devices[device];
  constexpr float kRadians = 3.14159265F / 180;
  const Point ahead{std::sin(d.heading * kRadians), std::cos(d.heading * kRadians)};
  for (const MapCone& cone : plan.cones) {
    if (cone.device != device) continue;
    float reach = 0;
    for (const Point& p : cone.ring) {
      const Point to = p - d.position;
      if (std::abs(cross(ahead, to)) < 0.12F * length(to)) reach = std::max(reach, dot(ahead, to));
    }
    if (reach > 1) return d.position + ahead * std::min(reach * 0.5F, 9.0F);
  }
  return d.position;
}

}  // namespace

IncidentPath path_of(const Incident& incident, const LevelPlan& plan, const MapRoutes& routes) {
  IncidentPath path;
  const Site& site = *plan.site;
  std::vector<RouteStop> places;
  for (std::size_t i = 0; i < incident.why.size(); ++i) {
    const Contribution& c = incident.why[i];
    const auto n = static_cast<int>(i) + 1;
    const Device* device = c.device_id.empty() ? nullptr : site.device(c.device_id);
    const Unit* unit = site.unit(c.unit_id);
    RouteStop stop;
    if (device != nullptr && device->placed && finite(device->position) && plan.level != nullptr &&
        device->level_id == plan.level->id) {
      stop.at = device->position;
      if (device->kind == DeviceKind::door && !device->opening_id.empty()) {
        const auto it = site.opening_index.find(device->opening_id);
        if (it != site.opening_index.end()) {
          stop.opening = static_cast<std::int32_t>(it->second);
          stop.at = middle(site.openings[it->second].a, site.openings[it->second].b);
        }
      }
      if (device->kind == DeviceKind::camera)
        stop.at = seen_by(plan, static_cast<std::uint32_t>(device - site.devices.data()));
      const int floor = plan.floor_at(stop.at);
      if (floor >= 0) {
        stop.unit = static_cast<std::int32_t>(plan.floors[static_cast<std::size_t>(floor)].item);
      } else if (const Unit* own = site.unit(device->unit_id)) {
        stop.unit = static_cast<std::int32_t>(own - site.units.data());
      }
    } else if (unit != nullptr && plan.level != nullptr && unit->level_id == plan.level->id) {
      stop.unit = static_cast<std::int32_t>(unit - site.units.data());
      stop.at = unit->label;
      for (std::size_t f = 0; f < plan.floors.size(); ++f)
        if (static_cast<std::int32_t>(plan.floors[f].item) == stop.unit) stop.at = plan.labels[f].at;
      if (!finite(stop.at)) {
        ++path.elsewhere;
        continue;
      }
    } else {
      ++path.elsewhere;
      continue;
    }
    if (path.from == 0) path.from = c.time;
    path.to = c.time;
    if (!path.stops.empty() && path.stops.back().last == n - 1 && length(path.stops.back().at - stop.at) < 0.3F) {
      path.stops.back().last = n;
      continue;
    }
    if (!path.stops.empty()) {
      PathLeg leg;
      leg.way = routes.route(places.back(), stop);
      if (leg.way.size() < 2) {
        leg.way = {path.stops.back().at, stop.at};
        leg.known = length(leg.way[1] - leg.way[0]) < 3;  // a reader beside its door needs no way
      }
      path.metres += length_of(leg.way);
      path.legs.push_back(std::move(leg));
    }
    path.stops.push_back({stop.at, n, n, path.metres, -1});
    if (device != nullptr && device->kind != DeviceKind::door && device->kind != DeviceKind::reader &&
        device->kind != DeviceKind::camera) {
      const auto index = static_cast<std::uint32_t>(device - site.devices.data());
      const auto at = std::lower_bound(plan.devices.begin(), plan.devices.end(), index);
      if (at != plan.devices.end() && *at == index)
        path.stops.back().device = static_cast<int>(at - plan.devices.begin());
    }
    places.push_back(stop);
  }
  return path;
}

}  // namespace wf::ui
