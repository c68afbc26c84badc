#include "console/ui/wall/wall_order.hpp"

#include <algorithm>
#include <utility>

#include "console/ui/draw/language.hpp"

namespace wf::ui {

void WallOrder::update(const Standing& standing, const Filter& filter, bool hold, bool force) {
  const bool new_filter = !(filter == filter_);
  const bool release = first_ || force || new_filter || !hold;
  if (!first_ && standing.version() == standing_ && !new_filter && !(release && differs_)) {
    snapshot_ = standing.snapshot();  // of the same incidents
    return;
  }
  ++version_;
  standing_ = standing.version();
  filter_ = filter;
  first_ = false;

  std::vector<Row> strip;
  std::vector<Row> rows;
  rows.reserve(standing.rows().size());
  for (const Standing::Row& r : standing.rows()) {
    if (!r.open) continue;
    if (r.stands_out)
      strip.push_back(r.incident);
    else if (passes(filter, r))
      rows.push_back(r.incident);
  }
  // Life safety that waits comes before all else, however long the strip is.
  std::stable_partition(strip.begin(), strip.end(),
                        [](const Row r) { return r->life_safety && r->needs_acknowledgement(); });
  waiting_ = 0;
  highest_ = Priority::low;
  differs_ = false;
  const auto before = std::exchange(snapshot_, standing.snapshot());
  if (release) {
    strip_ = std::move(strip);
    rows_ = std::move(rows);
    left_.clear();
    return;
  }

  // Held: what stands keeps its place and is rewritten; what is critical joins the strip at its end.
  std::vector<bool> shown(standing.rows().size()), in_strip(standing.rows().size());
  const auto rewrite = [&](Row& r) {
    const int at = standing.index_of(r->id);
    if (at >= 0) {
      shown[static_cast<std::size_t>(at)] = true;
      r = standing.rows()[static_cast<std::size_t>(at)].incident;
    } else if (std::none_of(left_.begin(), left_.end(), [&](const auto& kept) { return kept.get() == r; })) {
      auto gone = std::make_shared<Incident>(*r);  // it left the engine's list: keep its place, say so
      if (gone->open()) gone->last_change = "No longer open"_tr;
      gone->state = IncidentState::resolved;
      r = left_.emplace_back(std::move(gone)).get();
    }
    return at;
  };
  for (Row& r : strip_)
    if (const int at = rewrite(r); at >= 0) in_strip[static_cast<std::size_t>(at)] = true;
  for (const Row r : strip)
    if (const auto at = static_cast<std::size_t>(standing.index_of(r->id)); !in_strip[at]) strip_.push_back(r);
  for (Row& r : rows_) rewrite(r);
  for (const Row r : rows) {
    if (shown[static_cast<std::size_t>(standing.index_of(r->id))]) continue;
    ++waiting_;
    highest_ = std::max(highest_, r->priority);
  }
  // Rewritten rows are the very objects that stand now.
  differs_ = waiting_ > 0 || rows != rows_ || strip != strip_;
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
