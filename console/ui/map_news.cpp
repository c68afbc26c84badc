#include "console/ui/map_news.hpp"

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

void PlaceNews::take(const Incident& i) {
  const bool somebody = !i.needs_acknowledgement();
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

IncidentPlace place_of(const Estate& estate, const Incident& i) {
  IncidentPlace p;
  p.site = estate.site(i.site_id);
  if (p.site == nullptr) return p;
  p.unit = p.site->unit(i.unit_id);
  p.level = p.site->level(p.unit != nullptr ? p.unit->level_id : i.level_id);
  return p;
}

bool EstateNews::update(const Snapshot& s) {
  if (generation_ != 0 && s.version == version_ && s.estate == estate_ && s.devices == devices_ &&
      s.zone_people == people_)
    return false;
  const bool others = generation_ == 0 || s.estate != estate_ || s.devices != devices_ || s.zone_people != people_;
  version_ = s.version;
  estate_ = s.estate;
  devices_ = s.devices;
  people_ = s.zone_people;
  const auto sites = std::exchange(sites_, std::vector<PlaceNews>(estate_ ? estate_->sites.size() : 0));
  const auto levels = std::exchange(levels_, {});
  const auto units = std::exchange(units_, {});
  if (estate_) gather(s);
  if (!others && sites == sites_ && levels == levels_ && units == units_) return false;
  ++generation_;
  return true;
}

void EstateNews::gather(const Snapshot& s) {
  for (const auto& i : s.incidents) {
    if (!i || !i->open() || i->state == IncidentState::shelved) continue;
    const IncidentPlace place = place_of(*estate_, *i);
    if (place.site == nullptr) continue;
    sites_[static_cast<std::size_t>(place.site - estate_->sites.data())].take(*i);
    if (place.level != nullptr) levels_[place.level->id].take(*i);
    if (place.unit != nullptr) units_[place.unit->id].take(*i);
  }
  if (people_)
    for (std::size_t k = 0; k < estate_->sites.size(); ++k)
      for (const auto& [id, count] : *people_) {
        const Unit* u = estate_->sites[k].unit(id);
        if (u == nullptr) continue;
        for (PlaceNews* place : {&sites_[k], &levels_[u->level_id], &units_[u->id]}) {
          place->people += count;
          place->people_known = true;
        }
      }
}

const PlaceNews& EstateNews::of_site(std::size_t site) const { return site < sites_.size() ? sites_[site] : kNothing; }

const PlaceNews& EstateNews::of_level(std::string_view id) const {
  const auto it = levels_.find(std::string(id));
  return it == levels_.end() ? kNothing : it->second;
}

const PlaceNews& EstateNews::of_unit(std::string_view id) const {
  const auto it = units_.find(std::string(id));
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
    const PlaceNews& n = news.of_unit(site.units[plan.floors[i].item].id);
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
