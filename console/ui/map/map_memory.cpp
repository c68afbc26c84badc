#include "console/ui/map/map_memory.hpp"

#include <algorithm>
#include <utility>

#include "console/ui/desk.hpp"

namespace wf::ui {

LevelData& MapMemory::data(const Site& s, const Level* l) {
  LevelData& d = levels[s.id + "\n" + (l != nullptr ? l->id : std::string())];
  if (!d.plan) d.plan = build_level(s, l, turns[static_cast<std::size_t>(&s - estate->sites.data())]);
  return d;
}

void MapMemory::enter(std::size_t to_site, const Level* to_level) {
  if (world || to_site != site || to_level != level) unit = -1;
  world = false;
  site = to_site;
  level = to_level;
}

void MapMemory::enter_world() {
  world = true;
  unit = -1;
}

const Level* MapMemory::outdoor_level(const Site& s) const {
  const Level* found = nullptr;
  for (const Level& l : s.levels)
    if (l.outdoor && (found == nullptr || std::abs(l.ordinal) < std::abs(found->ordinal))) found = &l;
  return found;
}

const Level* MapMemory::usual_level(std::size_t of_site) const {
  if (!estate || of_site >= estate->sites.size()) return nullptr;
  const Site& s = estate->sites[of_site];
  const Level* worst = nullptr;
  const Level* ground = nullptr;
  std::size_t ground_units = 0;
  for (const Level& l : s.levels) {
    const PlaceNews& n = news.of_level(l);
    if (n.any && (worst == nullptr || n.worst > news.of_level(*worst).worst)) worst = &l;
    if (l.outdoor || l.ordinal != 0) continue;
    const auto units = static_cast<std::size_t>(
        std::count_if(s.units.begin(), s.units.end(), [&](const Unit& u) { return u.level_id == l.id; }));
    if (ground == nullptr || units > ground_units) {
      ground = &l;
      ground_units = units;
    }
  }
  if (worst != nullptr) return worst;
  if (ground != nullptr) return ground;
  return s.levels.empty() ? nullptr : &s.levels.front();
}

const Building* MapMemory::building() const {
  const Site* s = shown();
  if (s == nullptr) return nullptr;
  if (level != nullptr && !level->outdoor)
    if (const Building* b = s->building(level->building_id)) return b;
  const Building* most = nullptr;
  std::ptrdiff_t levels_of_most = 0;
  for (const Building& b : s->buildings) {
    const auto n =
        std::count_if(s->levels.begin(), s->levels.end(), [&](const Level& l) { return l.building_id == b.id; });
    if (n > levels_of_most) {
      most = &b;
      levels_of_most = n;
    }
  }
  return most;
}

std::vector<const Level*> MapMemory::switcher() const {
  std::vector<const Level*> out;
  const Site* s = shown();
  if (s == nullptr) return out;
  const Building* b = building();
  for (const Level& l : s->levels)
    if (!l.outdoor && (b == nullptr || l.building_id == b->id)) out.push_back(&l);
  std::stable_sort(out.begin(), out.end(), [](const Level* x, const Level* y) { return x->ordinal < y->ordinal; });
  for (const Level& l : s->levels)
    if (l.outdoor) out.push_back(&l);
  return out;
}

namespace {

/// Until somebody chooses a row or a place, the map stands where the first row of the wall is.
void watch_worst(const Frame& f, MapMemory& m, const Estate& estate) {
  if (!m.unguided) return;
  const bool moved = m.level != m.unguided_level && m.unguided_level != nullptr;
  if (f.selection.incident != 0 || moved || m.world || !m.view.fitted()) {
    m.unguided = false;
    return;
  }
  m.unguided_level = m.level;
  const Incident* first = f.snapshot.incidents.empty() ? nullptr : f.snapshot.incidents.front().get();
  if (first == nullptr || first->id == m.unguided_incident) return;
  m.unguided_incident = first->id;
  const IncidentPlace place = place_of(estate, *first);
  if (place.site == nullptr || place.level == nullptr) return;
  m.enter(static_cast<std::size_t>(place.site - estate.sites.data()), place.level);
  m.unguided_level = m.level;
}

}  // namespace

void choose_place(Frame& f, MapMemory& m) {
  m.news.update(f.standing);
  if (m.estate != f.snapshot.estate) {
    // Levels point into the estate: all of it goes at once. What was shown is found again by its id.
    m.levels.clear();
    m.layout_of = {};
    m.layout = {};
    m.drawn.forget();
    m.level = nullptr;
    m.unit = -1;
    m.estate = f.snapshot.estate;
    m.turns.clear();
    m.site = 0;
    if (m.estate)
      for (const Site& s : m.estate->sites) m.turns.push_back(-site_turn(s));
    m.started = false;
    m.unguided_level = nullptr;
    m.told_site.clear();
    m.told_level.clear();
  }
  Selection& sel = f.selection;
  if (!m.estate || m.estate->sites.empty()) {
    m.world = false;
    m.level = nullptr;
    return;
  }
  const Estate& estate = *m.estate;
  const auto adopt = [&](const std::string& site_id, const std::string& level_id) {
    for (std::size_t i = 0; i < estate.sites.size(); ++i) {
      if (estate.sites[i].id != site_id) continue;
      const Level* l = estate.sites[i].level(level_id);
      m.enter(i, l != nullptr ? l : m.usual_level(i));
      return true;
    }
    return false;
  };
  const bool told = sel.site == m.told_site && sel.level == m.told_level;
  if (!m.started) {
    if (!adopt(sel.site, sel.level)) {
      const Site* home = home_site(f.snapshot);
      std::size_t best = home == nullptr ? 0 : static_cast<std::size_t>(home - estate.sites.data());
      for (std::size_t i = 0; i < estate.sites.size(); ++i) {
        const PlaceNews& a = m.news.of_site(i);
        const PlaceNews& b = m.news.of_site(best);
        if (a.any && (!b.any || a.worst > b.worst)) best = i;
      }
      m.enter(best, m.usual_level(best));
    }
    m.started = true;
    if (m.kept) {
      m.unguided = m.unguided && !m.kept->chosen;
      if (m.kept->chosen) m.followed = sel.incident;  // it stands where it was left, and does not turn to it again
      if (m.kept->world) m.enter_world();
    }
  } else if (!told) {
    adopt(sel.site, sel.level);
  }
  watch_worst(f, m, estate);
  const bool show = sel.show_incident && !m.show_was;
  m.show_was = sel.show_incident;
  if (sel.incident != m.followed || show) {
    const bool first = sel.incident != m.followed;
    m.followed = sel.incident;
    if (const Incident* i = f.selected()) {
      const IncidentPlace place = place_of(estate, *i);
      if (place.site != nullptr) {
        const auto index = static_cast<std::size_t>(place.site - estate.sites.data());
        const bool moved = m.world || index != m.site || (place.level != nullptr && place.level != m.level);
        m.enter(index, place.level != nullptr                  ? place.level
                       : index == m.site && m.level != nullptr ? m.level
                                                               : m.usual_level(index));
        // Someone who looked closely elsewhere is taken to the room; a map that shows all stays as it is.
        if (!moved && !m.view.fitted() && place.unit != nullptr)
          m.view.center_on(place.unit->label, 0, f.input.seconds, !f.reduce_motion);
        if (first) {
          m.unit = -1;
          if (!sel.device.empty() && place.site->device(sel.device) == nullptr) sel.device.clear();
        }
      }
    }
  }
  if (std::exchange(m.world_wanted, false)) m.enter_world();
  const std::string& site_id = estate.sites[m.site].id;
  if (sel.site != site_id) sel.site = site_id;
  if (m.level == nullptr)
    sel.level.clear();
  else if (sel.level != m.level->id)
    sel.level = m.level->id;
  if (m.told_site != sel.site) m.told_site = sel.site;
  if (m.told_level != sel.level) m.told_level = sel.level;
}

}  // namespace wf::ui
