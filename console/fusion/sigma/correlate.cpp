#include "console/fusion/sigma/correlate.hpp"

#include <algorithm>

namespace wf::sigma {
namespace {

std::string_view value_of(const Hit& hit, const std::string& field) {
  if (hit.group_names != nullptr)
    for (std::size_t i = 0; i < hit.group_names->size(); ++i)
      if ((*hit.group_names)[i] == field) return hit.group_values[i];
  return hit.event->field(field);
}

void append_part(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

}  // namespace

Windows::Group& Windows::group(std::string key) {
  if (const auto it = index_.find(key); it != index_.end()) {
    groups_.splice(groups_.begin(), groups_, it->second);
    return groups_.front();
  }
  if (groups_.size() >= kMostGroups) {
    index_.erase(groups_.back().key);
    groups_.pop_back();
  }
  groups_.emplace_front().key = key;
  index_.emplace(std::move(key), groups_.begin());
  return groups_.front();
}

void Windows::sweep(UtcNs newest) {
  newest_ = std::max(newest_, newest);
  while (!groups_.empty()) {
    const Group& last = groups_.back();
    const UtcNs end = last.entries.empty() ? last.fired_at : last.entries.back().time;
    if (newest_ - end <= c_.timespan + kLateness) break;
    index_.erase(last.key);
    groups_.pop_back();
  }
}

void Windows::add(Total& total, const Entry& e) const {
  ++total.count;
  if (c_.type == CorrelationType::value_count) ++total.values[e.value];
  if (c_.type == CorrelationType::value_sum || c_.type == CorrelationType::value_avg) total.sum += e.number;
  if (c_.type == CorrelationType::value_percentile) ++total.numbers[e.number];
}

void Windows::remove(Total& total, const Entry& e) const {
  --total.count;
  if (c_.type == CorrelationType::value_count) {
    const auto it = total.values.find(e.value);
    if (--it->second == 0) total.values.erase(it);
  }
  // A sum that is only ever added to and taken from drifts; an empty window starts from nothing again.
  if (c_.type == CorrelationType::value_sum || c_.type == CorrelationType::value_avg)
    total.sum = total.count == 0 ? 0 : total.sum - e.number;
  if (c_.type == CorrelationType::value_percentile) {
    const auto it = total.numbers.find(e.number);
    if (--it->second == 0) total.numbers.erase(it);
  }
}

bool Windows::satisfied(const Total& total) const {
  double value = static_cast<double>(total.count);
  switch (c_.type) {
    case CorrelationType::value_count:
      value = static_cast<double>(total.values.size());
      break;
    case CorrelationType::value_sum:
      value = total.sum;
      break;
    case CorrelationType::value_avg:
      value = total.count == 0 ? 0 : total.sum / static_cast<double>(total.count);
      break;
    case CorrelationType::value_percentile: {
      // Nearest rank: the smallest value that at least this share of the values does not exceed.
      const double rank = std::max(1.0, c_.percentile / 100.0 * static_cast<double>(total.count));
      double seen = 0;
      for (const auto& [number, count] : total.numbers) {
        seen += count;
        value = number;
        if (seen >= rank - 1e-9) break;
      }
      break;
    }
    default:
      break;
  }
  return std::all_of(c_.condition.begin(), c_.condition.end(),
                     [&](const auto& x) { return holds(x.first, value, x.second); });
}

void Windows::forget_old(Group& g) {
  std::size_t most = kMostEvents;
  for (const auto& [compare, number] : c_.condition)
    if (c_.type == CorrelationType::event_count)
      most = std::max(most, static_cast<std::size_t>(std::max(0.0, number)) * 2);
  const UtcNs oldest = g.entries.back().time - c_.timespan - kLateness;
  while (!g.entries.empty() && (g.entries.front().time < oldest || g.entries.size() > most)) {
    if (g.begin > 0)
      --g.begin;
    else if (!temporal())
      remove(g.total, g.entries.front());
    g.entries.pop_front();
  }
}

/// Evaluates the windows that contain entry `at`; the one that satisfies is [from, to).
bool Windows::count_in(Group& g, std::size_t at, std::size_t& from, std::size_t& to) {
  auto& e = g.entries;
  const bool newest = at + 1 == e.size();
  if (newest) {
    add(g.total, e[at]);
    while (e[at].time - e[g.begin].time > c_.timespan) remove(g.total, e[g.begin++]);
    const bool holds_now = satisfied(g.total);
    const bool fires = holds_now && (!g.holding || !g.fired || e[at].time - g.fired_at >= c_.timespan);
    g.holding = holds_now;
    from = g.begin;
    to = e.size();
    if (fires) {
      g.fired = true;
      g.fired_at = e[at].time;
    }
    return fires;
  }
  // A late one: slide over every window that ends at or after it and still contains it.
  Total total;
  std::size_t begin = 0, end = 0;
  const UtcNs time = e[at].time;
  bool found = false;
  while (begin < e.size() && time - e[begin].time > c_.timespan) ++begin;
  for (end = begin; end < e.size() && e[end].time - time <= c_.timespan; ++end) {
    add(total, e[end]);
    while (e[end].time - e[begin].time > c_.timespan) remove(total, e[begin++]);
    if (end >= at && !found && satisfied(total)) {
      found = true;
      from = begin;
      to = end + 1;
    }
  }
  g.total = {};
  g.begin = 0;
  while (e.back().time - e[g.begin].time > c_.timespan) ++g.begin;
  for (std::size_t i = g.begin; i < e.size(); ++i) add(g.total, e[i]);
  const bool was = g.holding;
  g.holding = satisfied(g.total);
  if (!found || was || (g.fired && std::abs(e[to - 1].time - g.fired_at) < c_.timespan)) return false;
  g.fired = true;
  g.fired_at = std::max(g.fired_at, e[to - 1].time);
  return true;
}

bool Windows::enough(const std::vector<const Entry*>& latest) const {
  if (!c_.logic.empty()) {
    std::vector<bool> value(c_.logic.size());
    for (std::size_t i = 0; i < c_.logic.size(); ++i) {
      const Node& n = c_.logic[i];
      if (n.kind == Expr::Kind::atom) {
        value[i] = latest[n.first] != nullptr;
        continue;
      }
      bool result = n.kind == Expr::Kind::all;
      for (std::uint32_t j = 0; j < n.count; ++j) {
        const bool child = value[c_.logic_children[n.first + j]];
        result = n.kind == Expr::Kind::all ? result && child : result || child;
      }
      value[i] = result;
    }
    return value.back();
  }
  const auto seen =
      static_cast<double>(std::count_if(latest.begin(), latest.end(), [](const Entry* e) { return e != nullptr; }));
  if (c_.condition.empty()) return seen == static_cast<double>(latest.size());
  return std::all_of(c_.condition.begin(), c_.condition.end(),
                     [&](const auto& x) { return holds(x.first, seen, x.second); });
}

bool Windows::any_order(const Group& g, std::size_t at, std::vector<const Entry*>& out) const {
  const auto& e = g.entries;
  const UtcNs time = e[at].time;
  // Windows that contain the entry, the one that ends with it first; a window begins at an entry.
  std::size_t first = at;
  while (first > 0 && time - e[first - 1].time <= c_.timespan) --first;
  for (std::size_t begin = first; begin <= at; ++begin) {
    out.assign(c_.bases.size(), nullptr);
    for (std::size_t i = begin; i < e.size() && e[i].time - e[begin].time <= c_.timespan; ++i) out[e[i].base] = &e[i];
    if (enough(out)) return true;
    if (at + 1 == e.size()) return false;  // the newest: wider windows were the best chance
  }
  return false;
}

bool Windows::in_order(const Group& g, std::vector<const Entry*>& out) const {
  const auto& e = g.entries;
  for (std::size_t begin = e.size(); begin-- > 0;) {
    if (c_.bases[e[begin].base] != c_.bases[0]) continue;
    out.assign(1, &e[begin]);
    for (std::size_t i = begin + 1;
         i < e.size() && out.size() < c_.bases.size() && e[i].time - e[begin].time <= c_.timespan; ++i)
      if (c_.bases[e[i].base] == c_.bases[out.size()] && e[i].sequence != out.back()->sequence) out.push_back(&e[i]);
    if (out.size() == c_.bases.size()) return true;
  }
  return false;
}

bool Windows::take(const Hit& hit, std::uint32_t base, std::uint64_t sequence, Hit& out) {
  Entry entry;
  std::string key;
  out.group_values.clear();
  for (const std::string& field : c_.group_fields[base]) {
    const std::string_view value = value_of(hit, field);
    if (value.empty()) return false;  // without a group-by field an event belongs to no group
    append_part(key, value);
    out.group_values.emplace_back(value);
  }
  for (const std::string& field : c_.value_fields[base]) {
    const std::string_view value = value_of(hit, field);
    if (value.empty()) return false;
    if (c_.type == CorrelationType::value_count)
      append_part(entry.value, value);
    else if (!parse_number(value, entry.number))
      return false;
  }
  sweep(hit.time);
  Group& g = group(std::move(key));
  if (!g.entries.empty() && hit.time < g.entries.back().time - c_.timespan - kLateness) return false;
  entry.time = hit.time;
  entry.sequence = sequence;
  entry.base = base;
  entry.ids = hit.ids;
  auto position = g.entries.end();
  while (position != g.entries.begin() && std::prev(position)->time > hit.time) --position;
  auto at = static_cast<std::size_t>(position - g.entries.begin());
  g.entries.insert(position, std::move(entry));
  const std::size_t size = g.entries.size();

  std::vector<const Entry*> parts;
  bool complete = false;
  if (temporal()) {
    forget_old(g);
    if (const std::size_t gone = size - g.entries.size(); gone > at)
      return false;
    else
      at -= gone;
    complete = c_.type == CorrelationType::temporal ? any_order(g, at, parts) : in_order(g, parts);
  } else {
    if (at < g.begin) ++g.begin;
    std::size_t from = 0, to = 0;
    complete = count_in(g, at, from, to);
    if (complete)
      for (std::size_t i = from; i < to; ++i) parts.push_back(&g.entries[i]);
  }
  if (complete) {
    std::erase(parts, nullptr);
    std::sort(parts.begin(), parts.end(), [](const Entry* a, const Entry* b) {
      return std::pair(a->time, a->sequence) < std::pair(b->time, b->sequence);
    });
    out.rule = c_.rule;
    out.event = hit.event;
    out.time = parts.back()->time;
    out.group_names = &c_.group_by;
    out.ids.clear();
    for (const Entry* e : parts) {
      if (!out.ids.empty()) out.ids += '\n';
      out.ids += e->ids;
    }
    if (temporal()) g.entries.clear();
  }
  if (!temporal()) forget_old(g);
  return complete;
}

}  // namespace wf::sigma
