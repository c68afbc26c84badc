#include "console/backtest/history.hpp"

#include <algorithm>
#include <string_view>

namespace wf::backtest {
namespace {

/// FNV-1a, 64 bits: the same everywhere. Two of a million ids are equal by chance once in 30 million times.
constexpr std::uint64_t kBasis = 0xcbf29ce484222325U;
std::uint64_t hash_of(std::string_view text, std::uint64_t hash = kBasis) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::vector<std::uint64_t> things_of(const Incident& incident) {
  std::vector<std::uint64_t> out;
  for (const EntityRef& entity : incident.entities)
    if (const std::uint64_t number = thing(entity); number != 0) out.push_back(number);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::int64_t Row::work() const {
  if (acknowledged == 0 || resolved == 0 || cause == Cause::none) return 0;
  return std::clamp<std::int64_t>(resolved - acknowledged, 1, kMostWork);
}

std::uint64_t thing(const EntityRef& entity) {
  switch (entity.kind) {
    case EntityKind::zone:
    case EntityKind::agent:
    case EntityKind::account:
      return 0;
    default:
      break;
  }
  if (entity.id.empty()) return 0;
  return std::max<std::uint64_t>(1, hash_of(entity.id, hash_of(name_of(entity.kind))));
}

bool near(const Row& a, const Row& b) {
  if (a.first - kOneMatter > b.last || b.first - kOneMatter > a.last) return false;
  auto x = a.things.begin(), y = b.things.begin();
  while (x != a.things.end() && y != b.things.end()) {
    if (*x == *y) return true;
    *x < *y ? ++x : ++y;
  }
  return false;
}

void History::remember(Row& row, const Incident& incident) {
  row.rule_id = incident.rule_id;
  row.rule_title = incident.rule_title;
  row.title = incident.title;
  row.priority = incident.priority;
  row.life_safety = incident.life_safety;
  row.drill = incident.drill;
  row.kept_back = (incident.suppressed || incident.in_test) && !incident.life_safety;
  row.first = incident.first;
  row.last = incident.last;
  row.things = things_of(incident);
  row.alerts = incident.alert_ids;
}

void History::take(const fusion::Changes& changes, UtcNs now) {
  appeared_.clear();
  closed_.clear();
  for (const Alert& alert : changes.alerts) {
    std::vector<std::uint64_t>& known = events_[alert.id];
    for (std::size_t i = known.size(); i < alert.event_ids.size(); ++i) {
      known.push_back(hash_of(alert.event_ids[i]));
      alert_of_[known.back()] = alert.id;
    }
  }
  for (const std::shared_ptr<const Incident>& incident : changes.incidents) {
    const auto [at, fresh] = rows_.try_emplace(incident->id);
    Row& row = at->second;
    const bool waited = row.newest != nullptr && row.newest->acknowledged_revision == 0;
    const bool waits = incident->needs_acknowledgement() && incident->state == IncidentState::fresh;
    if (fresh) {
      row.id = incident->id;
      row.opened = incident->opened;
      appeared_.push_back(row.id);
      // A caller's words came with no alert: they are known by their line.
      if (!incident->alert_ids.empty() && !events_.contains(incident->alert_ids.front()))
        for (const Contribution& line : incident->why) {
          const std::uint64_t event = hash_of(line.event_id);
          events_[incident->alert_ids.front()].push_back(event);
          alert_of_[event] = incident->alert_ids.front();
        }
    }
    if (waits && (fresh || !waited)) ++row.calls;
    if (row.acknowledged == 0 && incident->acknowledged_revision != 0) row.acknowledged = incident->acknowledged_at;
    if (incident->open()) {
      for (const std::uint64_t alert : incident->alert_ids)
        if (std::vector<std::uint64_t>& had = rows_of_[alert]; std::find(had.begin(), had.end(), row.id) == had.end())
          had.push_back(row.id);
      row.newest = incident;
      open_.insert(row.id);
      row.first = incident->first;
      row.last = incident->last;
      row.things = things_of(*incident);
    } else {
      if (row.open() || fresh) closed_.push_back(row.id);
      if (row.resolved == 0) row.resolved = now;
      row.cause = incident->cause;
      row.merged = incident->cause == Cause::none;
      remember(row, *incident);
      row.newest.reset();
      open_.erase(row.id);
    }
  }
}

void History::finish() {
  for (auto& [id, row] : rows_)
    if (row.newest) remember(row, *row.newest);
}

const Row* History::find(std::uint64_t id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

std::vector<std::uint64_t> History::events_of(const Row& row) const {
  std::vector<std::uint64_t> out;
  for (const std::uint64_t alert : row.newest ? row.newest->alert_ids : row.alerts)
    if (const auto found = events_.find(alert); found != events_.end())
      out.insert(out.end(), found->second.begin(), found->second.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::uint64_t> History::rows_of(const std::vector<std::uint64_t>& events) const {
  std::set<std::uint64_t> out;
  for (const std::uint64_t event : events) {
    const auto alert = alert_of_.find(event);
    if (alert == alert_of_.end()) continue;
    const auto had = rows_of_.find(alert->second);
    if (had == rows_of_.end()) continue;
    for (const std::uint64_t id : had->second) {
      const Row& row = rows_.at(id);
      const std::vector<std::uint64_t>& has = row.newest ? row.newest->alert_ids : row.alerts;
      if (!row.merged && std::find(has.begin(), has.end(), alert->second) != has.end()) out.insert(id);
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace wf::backtest
