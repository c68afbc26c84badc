#include "console/ui/standing.hpp"

#include <algorithm>
#include <utility>

#include "console/ui/wall/filters.hpp"

namespace wf::ui {
namespace {

/// Ids are counted up; neighbours must not crowd one another.
std::size_t slot_of(std::uint64_t id, std::size_t mask) {
  return static_cast<std::size_t>((id * 0x9e3779b97f4a7c15ULL) >> 32U) & mask;
}

}  // namespace

IncidentPlace place_of(const Estate& estate, const Incident& i) {
  IncidentPlace p;
  p.site = estate.site(i.site_id);
  if (p.site == nullptr) return p;
  p.unit = p.site->unit(i.unit_id);
  p.level = p.site->level(p.unit != nullptr ? p.unit->level_id : i.level_id);
  return p;
}

Standing::Row Standing::look_at(const Incident& i) const {
  Row r;
  r.id = i.id;
  r.incident = &i;
  if (snapshot_->estate) r.place = place_of(*snapshot_->estate, i);
  r.respond_by = i.respond_by;
  r.shelved_until = i.shelved_until;
  r.priority = i.priority;
  for (std::size_t d = 0; d < 3; ++d)
    if (i.domains[d]) r.domains = static_cast<std::uint8_t>(r.domains | (1U << d));
  r.open = i.open();
  r.shelved = i.state == IncidentState::shelved;
  r.waits = i.needs_acknowledgement();
  r.life_safety = i.life_safety;
  r.drill = i.drill;
  r.owned = !i.owner.empty();
  r.mine = r.owned && i.owner == snapshot_->user;
  r.stands_out = stands_out(i);
  r.works = i.rule_id.starts_with("works:");
  r.inhibits = !i.inhibits.empty();
  r.changed = true;
  return r;
}

bool Standing::update(const std::shared_ptr<const Snapshot>& snapshot) {
  if (snapshot == snapshot_) return false;
  // While the snapshot before lives, an incident at the same address is the same one: snapshots share what did not
  // change. What a row says of its user and its place holds only for the same user and estate.
  const std::shared_ptr<const Snapshot> last = std::exchange(snapshot_, snapshot);
  const bool same = last && last->user == snapshot->user && last->estate == snapshot->estate;
  std::swap(rows_, before_);
  rows_.clear();
  rows_.reserve(snapshot->incidents.size());
  std::vector<bool> met(before_.size());
  std::size_t at = 0, kept = 0;
  bool changed = !same, moved = false;  // sums are by site and user, also where nothing stands
  for (const auto& p : snapshot->incidents) {
    if (!p) continue;
    // Mostly the next one, or the one after it: something left. Else its place is looked up.
    std::size_t was = at;
    if (was >= before_.size() || before_[was].incident != p.get()) {
      ++was;
      if (was >= before_.size() || before_[was].incident != p.get()) {
        const int found = find(before_, p->id);
        was = found < 0 ? before_.size() : static_cast<std::size_t>(found);
      }
    }
    const bool known = was < before_.size() && !met[was];
    if (known) {
      met[was] = true;
      moved = moved || was != kept;
      ++kept;
      at = was + 1;
    }
    if (known && same && before_[was].incident == p.get()) {
      rows_.push_back(before_[was]);
      rows_.back().changed = false;
    } else {
      rows_.push_back(look_at(*p));
      changed = true;
    }
  }
  gone_.clear();
  if (kept != before_.size())
    for (std::size_t k = 0; k < before_.size(); ++k)
      if (!met[k]) gone_.push_back(before_[k].id);
  if (!changed && !moved && gone_.empty()) return false;
  ++version_;
  index();
  return true;
}

void Standing::index() {
  std::size_t size = 16;
  while (size < rows_.size() * 2) size *= 2;
  slots_.assign(size, 0);
  const std::size_t mask = size - 1;
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    std::size_t s = slot_of(rows_[k].id, mask);
    while (slots_[s] != 0) s = (s + 1) & mask;
    slots_[s] = static_cast<std::uint32_t>(k + 1);
  }
}

int Standing::find(const std::vector<Row>& rows, std::uint64_t id) const {
  if (slots_.empty()) return -1;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t s = slot_of(id, mask); slots_[s] != 0; s = (s + 1) & mask)
    if (rows[slots_[s] - 1].id == id) return static_cast<int>(slots_[s] - 1);
  return -1;
}

}  // namespace wf::ui
