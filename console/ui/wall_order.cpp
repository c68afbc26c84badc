#include "console/ui/wall_order.hpp"

#include <algorithm>
#include <unordered_set>

#include "console/ui/language.hpp"

namespace wf::ui {

void WallOrder::update(const std::shared_ptr<const Snapshot>& snapshot, const Filter& filter, bool hold, bool force) {
  const bool new_filter = !(filter == filter_);
  const bool release = first_ || force || new_filter || !hold;
  if (snapshot == snapshot_ && !new_filter && !(release && differs_)) return;
  ++version_;
  snapshot_ = snapshot;
  filter_ = filter;
  first_ = false;

  std::vector<Row> strip;
  std::vector<Row> rows;
  rows.reserve(snapshot->incidents.size());
  for (const Row& r : snapshot->incidents) {
    if (!r->open()) continue;
    if (stands_out(*r))
      strip.push_back(r);
    else if (passes(filter, *r, snapshot->user))
      rows.push_back(r);
  }
  // Life safety that waits comes before all else, however long the strip is.
  std::stable_partition(strip.begin(), strip.end(),
                        [](const Row& r) { return r->life_safety && r->needs_acknowledgement(); });
  waiting_ = 0;
  highest_ = Priority::low;
  differs_ = false;
  if (release) {
    strip_ = std::move(strip);
    rows_ = std::move(rows);
    return;
  }

  // Held: what stands keeps its place and is rewritten; what is critical joins the strip at its end.
  std::unordered_map<std::uint64_t, const Row*> now;
  now.reserve(snapshot->incidents.size());
  for (const Row& r : snapshot->incidents) now.emplace(r->id, &r);
  std::unordered_set<std::uint64_t> shown;
  shown.reserve(rows_.size() + strip_.size());
  const auto rewrite = [&](Row& r) {
    shown.insert(r->id);
    const auto found = now.find(r->id);
    if (found != now.end()) {
      r = *found->second;
    } else if (r->open()) {
      auto gone = std::make_shared<Incident>(*r);  // it left the engine's list: keep its place, say so
      gone->state = IncidentState::resolved;
      gone->last_change = "No longer open"_tr;
      r = std::move(gone);
    }
  };
  for (Row& r : strip_) rewrite(r);
  std::unordered_set<std::uint64_t> in_strip = shown;
  for (const Row& r : strip)
    if (in_strip.insert(r->id).second) strip_.push_back(r);
  for (Row& r : rows_) rewrite(r);
  for (const Row& r : rows) {
    if (shown.count(r->id) != 0) continue;
    ++waiting_;
    highest_ = std::max(highest_, r->priority);
  }
  const auto other = [](const std::vector<Row>& a, const std::vector<Row>& b) {
    return !std::equal(a.begin(), a.end(), b.begin(), b.end(),
                       [](const Row& x, const Row& y) { return x->id == y->id; });
  };
  differs_ = waiting_ > 0 || other(rows, rows_) || other(strip, strip_);
}

int WallOrder::index_of(std::uint64_t id) const {
  for (std::size_t i = 0; i < strip_.size(); ++i)
    if (strip_[i]->id == id) return static_cast<int>(i);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i]->id == id) return static_cast<int>(strip_.size() + i);
  return -1;
}

WallOrder::Row WallOrder::at(int index) const {
  if (index < 0 || index >= size()) return nullptr;
  const auto i = static_cast<std::size_t>(index);
  return i < strip_.size() ? strip_[i] : rows_[i - strip_.size()];
}

}  // namespace wf::ui
