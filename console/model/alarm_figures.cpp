#include "console/model/alarm_figures.hpp"

#include <numeric>

namespace wf {

void AlarmFigures::Spans::add(std::int64_t span) {
  std::size_t at = 0;
  while (at < kWithin.size() && span > kWithin[at]) ++at;
  ++counts[at];
}

void AlarmFigures::Spans::add(const Spans& other) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
}

std::uint32_t AlarmFigures::Spans::total() const { return std::accumulate(counts.begin(), counts.end(), 0U); }

std::uint32_t AlarmFigures::Spans::within(std::int64_t span) const {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < kWithin.size() && kWithin[i] <= span; ++i) out += counts[i];
  return out;
}

std::int64_t AlarmFigures::Spans::percentile(std::uint32_t percent) const {
  const std::uint64_t all = total();
  if (all == 0) return 0;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kWithin.size(); ++i) {
    seen += counts[i];
    if (seen * 100 >= all * percent) return kWithin[i];
  }
  return 0;
}

std::uint32_t AlarmFigures::Part::judged() const {
  const auto of = [&](Cause cause) { return causes[static_cast<std::size_t>(cause)]; };
  return of(Cause::true_alarm) + of(Cause::false_alarm) + of(Cause::nuisance) + of(Cause::authorised) +
         of(Cause::equipment_fault);
}

int AlarmFigures::Part::precision() const {
  const std::uint32_t of = judged();
  return of == 0 ? -1 : static_cast<int>(100 * causes[static_cast<std::size_t>(Cause::true_alarm)] / of);
}

void AlarmFigures::Part::add(const Part& other) {
  const auto each = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  calls += other.calls;
  rows += other.rows;
  repeats += other.repeats;
  each(priorities, other.priorities);
  acknowledged.add(other.acknowledged);
  acknowledged_high.add(other.acknowledged_high);
  in_target += other.in_target;
  missed += other.missed;
  escalated += other.escalated;
  chattering += other.chattering;
  fleeting += other.fleeting;
  stale += other.stale;
  each(causes, other.causes);
  operator_time += other.operator_time;
  over.add(other.over);
  back.add(other.back);
  if (other.of_point > of_point) {
    point = other.point;
    of_point = other.of_point;
  }
}

AlarmFigures AlarmFigures::shown() const {
  AlarmFigures out = *this;
  for (Week& week : out.weeks)
    if (week.rules.size() > Week::kMostShown) week.rules.resize(Week::kMostShown);
  return out;
}

double AlarmFigures::Week::rate() const {
  if (counted <= 0) return 0;
  return static_cast<double>(all.calls) * static_cast<double>(10 * kMinute) / static_cast<double>(counted) /
         (desks_on_duty == 0 ? 1 : desks_on_duty);
}

double AlarmFigures::Week::flood_percent() const {
  return counted <= 0 ? 0 : 100.0 * static_cast<double>(flood_time) / static_cast<double>(counted);
}

}  // namespace wf
