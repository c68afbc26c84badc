#include "tests/console/sigma/plain_correlation.hpp"

#include <algorithm>
#include <cmath>

namespace wf::test {
namespace {

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return "[" + out + "]";
}

std::string value_of(const std::string& field, const Event& event, const std::map<std::string, std::string>& group) {
  const auto it = group.find(field);
  return it != group.end() ? it->second : std::string(event.field(field));
}

bool met(const std::vector<std::pair<std::string, int>>& condition, double value) {
  for (const auto& [op, number] : condition) {
    const bool good = op == "gt"    ? value > number
                      : op == "gte" ? value >= number
                      : op == "lt"  ? value < number
                      : op == "lte" ? value <= number
                      : op == "eq"  ? value == number
                                    : value != number;
    if (!good) return false;
  }
  return true;
}

std::string told(const std::string& rule, UtcNs time, const std::vector<std::string>& ids) {
  std::string out = rule + "@" + std::to_string(time) + "(";
  std::set<std::string> seen;
  for (const std::string& id : ids)
    if (seen.insert(id).second) out += (seen.size() > 1 ? "," : "") + id;
  return out + ")";
}

}  // namespace

std::string CorrelationSpec::yaml() const {
  std::string out = "title: " + id + "\nid: " + id + "\nname: " + id + "\ncorrelation:\n  type: " + type +
                    "\n  rules: " + listed(bases) + "\n  timespan: " + std::to_string(timespan) + "s\n";
  if (!group_by.empty()) out += "  group-by: " + listed(group_by) + "\n";
  std::string aliases;
  for (std::size_t g = 0; g < group_by.size(); ++g) {
    std::string table;
    bool alias = false;
    for (std::size_t b = 0; b < bases.size(); ++b) {
      alias = alias || group_fields[b][g] != group_by[g];
      table += (b > 0 ? ", " : "") + bases[b] + ": " + group_fields[b][g];
    }
    if (alias) aliases += "    " + group_by[g] + ": {" + table + "}\n";
  }
  if (!aliases.empty()) out += "  aliases:\n" + aliases;
  if (!logic.empty()) {
    out += "  condition: " + logic + "\n";
  } else if (!condition.empty()) {
    std::vector<std::string> parts;
    for (const auto& [op, number] : condition) parts.push_back(op + ": " + std::to_string(number));
    if (!fields.empty()) parts.push_back("field: " + listed(fields));
    if (type == "value_percentile") parts.push_back("percentile: " + std::to_string(percentile));
    std::string text = listed(parts);
    text.front() = '{';
    text.back() = '}';
    out += "  condition: " + text + "\n";
  }
  return out + "watchfloor: {lateness: " + std::to_string(lateness) + "s}\n";
}

PlainCorrelations::PlainCorrelations(std::vector<CorrelationSpec> specs) {
  for (CorrelationSpec& spec : specs) {
    One one;
    for (const std::string& base : spec.bases)
      for (const One& before : all_)
        if (before.spec.id == base) one.delay = std::max(one.delay, before.delay);
    one.span = spec.timespan * kSecond;
    one.late = spec.lateness * kSecond + one.delay;
    if (spec.type == "absence") one.delay += 2 * one.late;
    one.spec = std::move(spec);
    all_.push_back(std::move(one));
  }
}

std::optional<PlainCorrelations::Hit> PlainCorrelations::feed(One& c, std::size_t base, const Hit& hit) {
  Entry entry;
  entry.hit = hit;
  entry.base = base;
  entry.arrival = arrival_;
  entry.came = now_;
  std::string key = hit.event->drill ? "drill" : "";
  for (std::size_t i = 0; i < c.spec.group_by.size(); ++i) {
    const std::string value = value_of(c.spec.group_fields[base][i], *hit.event, hit.group);
    if (value.empty()) return std::nullopt;
    entry.group[c.spec.group_by[i]] = value;
    key += "\n" + value;
  }
  for (const std::string& field : c.spec.fields) {
    entry.values.push_back(value_of(field, *hit.event, hit.group));
    if (entry.values.back().empty()) return std::nullopt;
  }
  if (c.spec.type.starts_with("value_") && c.spec.type != "value_count" &&
      entry.values[0].find_first_not_of("-0123456789.") != std::string::npos)
    return std::nullopt;
  Group& g = c.groups[key];
  if (c.spec.type == "absence") {
    await(c, g, entry);
    return std::nullopt;
  }
  if (now_ - g.touched > c.span + c.late) g = {};
  g.touched = now_;
  if (!g.entries.empty() && hit.time < g.entries.back().hit.time - c.late) return std::nullopt;
  const bool relates = c.spec.type.starts_with("temporal");
  if (!relates && g.last == arrival_) return std::nullopt;
  g.last = arrival_;
  const auto it =
      std::find_if(g.entries.begin(), g.entries.end(), [&](const Entry& e) { return e.hit.time > hit.time; });
  const auto at = static_cast<std::size_t>(it - g.entries.begin());
  g.entries.insert(it, entry);
  std::optional<Hit> out = relates ? relate(c, g, at) : count(c, g, at);
  if (out) {
    out->event = hit.event;
    out->group = entry.group;
  }
  return out;
}

std::optional<PlainCorrelations::Hit> PlainCorrelations::count(One& c, Group& g, std::size_t at) {
  for (std::size_t end = at; end < g.entries.size(); ++end) {
    const UtcNs time = g.entries[end].hit.time;
    if (time - g.entries[at].hit.time > c.span) break;
    Hit out{c.spec.id, nullptr, time, {}, {}};
    std::set<std::vector<std::string>> distinct;
    std::vector<double> numbers;
    double sum = 0;
    std::size_t events = 0;
    for (std::size_t i = 0; i <= end; ++i) {
      const Entry& e = g.entries[i];
      if (e.hit.time < time - c.span) continue;
      ++events;
      out.ids.insert(out.ids.end(), e.hit.ids.begin(), e.hit.ids.end());
      distinct.insert(e.values);
      if (!e.values.empty() && c.spec.type != "value_count") {
        numbers.push_back(std::stod(e.values[0]));
        sum += numbers.back();
      }
    }
    std::sort(numbers.begin(), numbers.end());
    double value = static_cast<double>(events);
    if (c.spec.type == "value_count") value = static_cast<double>(distinct.size());
    if (c.spec.type == "value_sum") value = sum;
    if (c.spec.type == "value_avg") value = sum / static_cast<double>(events);
    if (c.spec.type == "value_percentile") {
      std::size_t rank = 1;  // the first of which enough are no greater
      while (static_cast<double>(rank) * 100 < static_cast<double>(c.spec.percentile) * static_cast<double>(events))
        ++rank;
      value = numbers[rank - 1];
    }
    bool fired = false;
    for (const auto& [when, came] : g.fired) fired = fired || std::abs(when - time) < c.span;
    if (fired || !met(c.spec.condition, value)) continue;
    g.fired.emplace_back(time, now_);
    return out;
  }
  return std::nullopt;
}

std::optional<PlainCorrelations::Hit> PlainCorrelations::relate(One& c, Group& g, std::size_t at) {
  const std::vector<Entry>& e = g.entries;
  const std::size_t bases = c.spec.bases.size();
  std::vector<std::size_t> parts;
  if (c.spec.type == "temporal") {
    for (std::size_t begin = 0; begin <= at && parts.empty(); ++begin) {
      if (e[at].hit.time - e[begin].hit.time > c.span) continue;
      std::map<std::size_t, std::size_t> latest;
      for (std::size_t i = begin; i < e.size(); ++i)
        if (e[i].hit.time - e[begin].hit.time <= c.span) latest[e[i].base] = i;
      bool enough = latest.size() == bases;
      if (!c.spec.condition.empty()) enough = met(c.spec.condition, static_cast<double>(latest.size()));
      if (!c.spec.enough.empty())
        enough = std::any_of(c.spec.enough.begin(), c.spec.enough.end(), [&](const std::set<std::size_t>& set) {
          return std::all_of(set.begin(), set.end(), [&](std::size_t b) { return latest.contains(b); });
        });
      if (enough)
        for (const auto& [base, i] : latest) parts.push_back(i);
    }
  } else {
    for (std::size_t end = 0; end < e.size() && parts.empty(); ++end)
      for (std::size_t begin = end + 1; begin-- > 0 && parts.empty();) {
        if (e[begin].base != 0 || e[end].hit.time - e[begin].hit.time > c.span) continue;
        std::vector<std::size_t> order{begin};
        for (std::size_t i = begin + 1; i <= end && order.size() < bases; ++i) {
          const Entry& last = e[order.back()];
          if (e[i].base == order.size() && !(e[i].arrival == last.arrival && e[i].hit.time == last.hit.time))
            order.push_back(i);
        }
        if (order.size() == bases && order.back() == end) parts = order;
      }
  }
  if (parts.empty()) return std::nullopt;
  std::sort(parts.begin(), parts.end());
  Hit out{c.spec.id, nullptr, e[parts.back()].hit.time, {}, {}};
  for (const std::size_t i : parts) out.ids.insert(out.ids.end(), e[i].hit.ids.begin(), e[i].hit.ids.end());
  g.entries.erase(g.entries.begin(), g.entries.begin() + static_cast<std::ptrdiff_t>(parts.back()) + 1);
  return out;
}

void PlainCorrelations::await(One& c, Group& g, const Entry& entry) {
  const bool alone = c.spec.bases.size() == 1;
  const auto answers = [&](const Entry& a, const Entry& b) {
    if (a.arrival == b.arrival || b.hit.time < a.hit.time || b.hit.time > a.hit.time + c.span) return false;
    return !alone || b.hit.time > a.hit.time || b.arrival > a.arrival;
  };
  if (alone || entry.base > 0)
    for (Entry& a : g.entries)
      if (a.waits && answers(a, entry)) a.waits = false;
  Entry fresh = entry;
  if (alone || entry.base == 0) {
    fresh.waits = true;
    for (const Entry& b : g.entries)
      if ((alone || b.base > 0) && now_ - std::max(b.hit.time, b.came) <= c.span + c.late && answers(fresh, b))
        fresh.waits = false;
    fresh.due = (now_ - entry.hit.time <= c.late ? entry.hit.time : now_) + c.span + c.late;
  }
  g.entries.push_back(fresh);
}

void PlainCorrelations::advance(UtcNs now, std::vector<std::string>& out) {
  if (now <= now_) return;
  now_ = now;
  for (;;) {
    One* which = nullptr;
    Group* group = nullptr;
    Entry* next = nullptr;
    for (One& c : all_) {
      if (c.spec.type != "absence") continue;
      for (auto& [key, g] : c.groups)
        for (Entry& e : g.entries) {
          if (!e.waits || e.due >= now) continue;
          if (next != nullptr &&
              (e.due > next->due || (e.due == next->due && (which != &c || e.arrival >= next->arrival))))
            continue;
          which = &c;
          group = &g;
          next = &e;
        }
    }
    if (next == nullptr) return;
    next->waits = false;
    const UtcNs limit = next->hit.time + which->span;
    bool fired = false;
    for (const auto& [when, came] : group->fired)
      fired =
          fired || (std::abs(when - limit) < which->span && now - std::max(when, came) <= which->span + which->late);
    if (fired) continue;
    group->fired.emplace_back(limit, now);
    ++arrival_;
    out.push_back(told(which->spec.id, limit, next->hit.ids));
    spread({Hit{which->spec.id, next->hit.event, limit, next->hit.ids, next->group}}, out);
  }
}

void PlainCorrelations::spread(std::vector<Hit> hits, std::vector<std::string>& out) {
  for (std::size_t i = 0; i < hits.size(); ++i)
    for (One& c : all_)
      for (std::size_t b = 0; b < c.spec.bases.size(); ++b) {
        if (c.spec.bases[b] != hits[i].rule) continue;
        std::optional<Hit> done = feed(c, b, hits[i]);
        if (!done) continue;
        out.push_back(told(c.spec.id, done->time, done->ids));
        hits.push_back(std::move(*done));
      }
}

std::vector<std::string> PlainCorrelations::take(const Event& event, const std::vector<std::string>& matched) {
  std::vector<std::string> out;
  advance(event.time, out);
  ++arrival_;
  const auto kept = std::make_shared<const Event>(event);
  std::vector<Hit> hits;
  for (const std::string& rule : matched) hits.push_back({rule, kept, event.time, {event.id}, {}});
  spread(std::move(hits), out);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> PlainCorrelations::tick(UtcNs now) {
  std::vector<std::string> out;
  advance(now, out);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace wf::test
