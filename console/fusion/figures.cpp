#include "console/fusion/figures.hpp"

#include <algorithm>

#include "console/fusion/fusion.hpp"
#include "console/fusion/incidents.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kWorst = 10;
/// Without any input for so long an engine did not run (a backtest takes it so too).
constexpr std::int64_t kNotRunning = kDay;
constexpr std::int64_t kCallCosts = kMinute;  ///< to look at a call, however quickly it is done with

/// What operators did for what was no true alarm. Rules that nobody judged yet count in full.
std::int64_t wasted(const AlarmFigures::Part& rule) {
  const std::int64_t all = rule.calls * kCallCosts + rule.operator_time;
  const int precision = rule.precision();
  return precision < 0 ? all : all * (100 - precision) / 100;
}

AlarmFigures::Part* part_of(std::map<std::string, AlarmFigures::Part>& parts, const std::string& name) {
  if (name.empty()) return nullptr;
  const auto it = parts.find(name);
  if (it != parts.end()) return &it->second;
  if (parts.size() >= Figures::kMostDesks) return nullptr;
  AlarmFigures::Part& part = parts[name];
  part.id = part.name = name;
  return &part;
}

std::vector<AlarmFigures::Part> listed(const std::map<std::string, AlarmFigures::Part>& parts) {
  std::vector<AlarmFigures::Part> out;
  for (const auto& [name, part] : parts) out.push_back(part);
  return out;
}

/// Where an incident is from: the device of its first line.
std::string point_of(const LiveIncident& live) {
  for (const bool context : {false, true})
    for (const Line& line : live.lines)
      if (line.context == context && !line.shown.device_id.empty()) return line.shown.device_id;
  for (const Symptom& symptom : live.symptoms)
    if (!symptom.lines.front().shown.device_id.empty()) return symptom.lines.front().shown.device_id;
  return {};
}

bool counts(const LiveIncident& live) { return !live.draft.drill && !live.works; }

}  // namespace

void Figures::pass(UtcNs now, UtcNs week, bool flood) {
  // Nothing of it is counted, and no flood went on.
  if (now_ != 0 && now - now_ >= kNotRunning) {
    now_ = now;
    flood_ = flood_ && flood;
  }
  if (weeks_.empty() || week > weeks_.back().shown.begins + 3 * kDay) {
    weeks_.emplace_back();
    weeks_.back().shown.begins = week;
    if (weeks_.size() > kWeeks) weeks_.erase(weeks_.begin());
    if (now_ == 0) now_ = now;
    // What passed since the last input belongs to the week before, as far as it was in it: less than a day.
    if (weeks_.size() > 1 && now_ < week) {
      AlarmFigures::Week& before = weeks_[weeks_.size() - 2].shown;
      before.counted += week - now_;
      if (flood_) before.flood_time += week - now_;
      now_ = week;
    }
  }
  AlarmFigures::Week& w = weeks_.back().shown;
  const std::int64_t span = std::max<std::int64_t>(0, now - now_);
  w.counted += span;
  if (flood_) w.flood_time += span;
  if (flood && !flood_) ++w.floods;
  if (flood != flood_) ++version_;
  flood_ = flood;
  now_ = std::max(now_, now);
}

void Figures::forget_people() {
  for (Week& one : weeks_) one.people.clear();
  ++version_;
}

Figures::Week& Figures::week() {
  if (weeks_.empty()) weeks_.emplace_back();
  ++version_;
  return weeks_.back();
}

Figures::Rule* Figures::rule(const std::string& id, const std::string& name) {
  Week& w = weeks_.back();
  const auto it = w.rules.find(id);
  if (it != w.rules.end()) return &it->second;
  if (w.rules.size() >= kMostRules) return nullptr;
  Rule& made = w.rules[id];
  made.part.id = id;
  made.part.name = name;
  return &made;
}

template <class Count>
void Figures::each(const LiveIncident& live, const std::string& desk, const std::string& person, Count&& count) {
  if (!counts(live)) return;
  Week& w = week();
  count(w.shown.all);
  if (Rule* const r = rule(live.draft.rule_id, live.draft.rule_title)) count(r->part);
  if (AlarmFigures::Part* const part = part_of(w.desks, desk)) count(*part);
  if (AlarmFigures::Part* const part = part_of(w.people, person)) count(*part);
}

void Figures::called(const LiveIncident& live, bool opened, std::uint32_t in_ten_minutes) {
  each(live, {}, {}, [&](AlarmFigures::Part& part) {
    ++part.calls;
    if (opened) ++part.rows;
    ++part.priorities[static_cast<std::size_t>(live.draft.priority)];
  });
  if (!counts(live)) return;
  Week& w = weeks_.back();
  w.shown.most = std::max(w.shown.most, in_ten_minutes);
  const std::string point = point_of(live);
  Rule* const r = point.empty() ? nullptr : rule(live.draft.rule_id, live.draft.rule_title);
  if (r == nullptr || (r->points.size() >= kMostPoints && !r->points.contains(point))) return;
  ++r->points[point];
}

void Figures::repeated(const std::string& id) {
  Week& w = week();
  ++w.shown.all.repeats;
  if (const auto it = w.rules.find(id); it != w.rules.end()) ++it->second.part.repeats;
}

void Figures::became_chattering(const LiveIncident& live) {
  each(live, {}, {}, [](AlarmFigures::Part& part) { ++part.chattering; });
}

void Figures::became_fleeting(const LiveIncident& live) {
  each(live, {}, {}, [](AlarmFigures::Part& part) { ++part.fleeting; });
}

void Figures::became_stale(const LiveIncident& live) {
  each(live, {}, {}, [](AlarmFigures::Part& part) { ++part.stale; });
}

void Figures::missed(const LiveIncident& live) {
  each(live, {}, {}, [](AlarmFigures::Part& part) { ++part.missed; });
}

void Figures::escalated(const LiveIncident& live) {
  each(live, {}, {}, [](AlarmFigures::Part& part) { ++part.escalated; });
}

void Figures::acknowledged(const LiveIncident& live, std::int64_t after, std::int64_t target, const std::string& desk,
                           const std::string& person) {
  each(live, desk, person, [&](AlarmFigures::Part& part) {
    part.acknowledged.add(after);
    if (live.draft.priority >= Priority::high) part.acknowledged_high.add(after);
    if (after <= target) ++part.in_target;
  });
}

void Figures::resolved(const LiveIncident& live, Cause cause, std::int64_t work, const std::string& desk,
                       const std::string& person) {
  each(live, desk, person, [&](AlarmFigures::Part& part) {
    ++part.causes[static_cast<std::size_t>(cause)];
    part.operator_time += std::clamp<std::int64_t>(work, 0, AlarmFigures::Part::kMostWork);
  });
}

void Figures::over(const std::string& id, std::int64_t stood) {
  Week& w = week();
  if (const auto it = w.rules.find(id); it != w.rules.end()) it->second.part.over.add(stood);
}

void Figures::back(const std::string& id, std::int64_t gap) {
  Week& w = week();
  if (const auto it = w.rules.find(id); it != w.rules.end()) it->second.part.back.add(gap);
}

void Figures::matched(const std::string& rule, UtcNs at) {
  auto it = firings_.find(rule);
  if (it == firings_.end()) {
    if (firings_.size() >= kMostFirings) return;
    it = firings_.emplace(rule, RuleFiring{rule, 0, 0}).first;
  }
  ++it->second.times;
  it->second.last = at;
}

std::vector<RuleFiring> Figures::firings() const {
  std::vector<RuleFiring> out;
  out.reserve(firings_.size());
  for (const auto& [rule, firing] : firings_) out.push_back(firing);
  return out;
}

AlarmFigures Figures::report(const Policy& policy) const {
  AlarmFigures out;
  for (auto it = weeks_.rbegin(); it != weeks_.rend(); ++it) {
    AlarmFigures::Week w = it->shown;
    w.desks_on_duty = policy.desks;
    w.desks = listed(it->desks);
    if (!policy.people_agreement.empty()) w.people = listed(it->people);
    for (const auto& [id, rule] : it->rules) {
      AlarmFigures::Part part = rule.part;
      for (const auto& [point, n] : rule.points)
        if (n > part.of_point) {
          part.point = point;
          part.of_point = n;
        }
      w.rules.push_back(std::move(part));
    }
    std::stable_sort(w.rules.begin(), w.rules.end(), [](const auto& a, const auto& b) {
      const std::int64_t x = wasted(a), y = wasted(b);
      return x != y ? x > y : a.calls > b.calls;
    });
    for (const AlarmFigures::Part& rule : w.rules) {
      if (w.worst.size() >= kWorst) break;
      if (wasted(rule) == 0) continue;
      w.worst.push_back({rule.id, rule.name, rule.calls, wasted(rule) / kMinute, proposed_fix(rule)});
    }
    out.weeks.push_back(std::move(w));
  }
  return out;
}

}  // namespace wf::fusion
