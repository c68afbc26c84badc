// What would help with a rule that costs more than it finds. Each proposal names the figures that it stands on; where
// they say nothing, so does it.
#include <algorithm>

#include "console/fusion/figures.hpp"
#include "console/fusion/timeliness.hpp"

namespace wf::fusion {
namespace {

constexpr std::uint32_t kEnough = 5;  ///< of what is counted, before it says anything

std::string of(std::uint32_t some, std::uint32_t all) { return std::to_string(some) + " of " + std::to_string(all); }

std::string words_of(std::int64_t span) {
  return span < kMinute ? std::to_string(span / kSecond) + " s" : span_in_words(span);
}

std::uint32_t with(const AlarmFigures::Part& rule, Cause cause) { return rule.causes[static_cast<std::size_t>(cause)]; }

/// The shortest delay by which at least half was over.
std::string delay(const AlarmFigures::Part& rule) {
  const std::uint32_t all = rule.over.total();
  if (all < kEnough) return {};
  const std::int64_t span = rule.over.percentile(50);
  if (span == 0 || span > kMinute) return {};
  const std::uint32_t gone = rule.over.within(span);
  return "Delay it by " + words_of(span) + " at the device: " + of(gone, all) + " were over by then";
}

/// It comes back later than chattering looks.
std::string deadband(const AlarmFigures::Part& rule) {
  const std::uint32_t all = rule.back.total();
  if (all < kEnough) return {};
  const std::int64_t span = rule.back.percentile(50);
  if (span == 0 || span > kHour) return {};
  const std::uint32_t again = rule.back.within(span);
  const std::string seen = of(again, all) + " were back within " + words_of(span);
  if (span <= kMinute) return "Give it a deadband or an off-delay of " + words_of(span) + ": " + seen;
  return "Give it a deadband, or set `chatter: {within: " + std::to_string(span * 3 / kMinute) + "min}`: " + seen;
}

std::string by_cause(const AlarmFigures::Part& rule) {
  const std::uint32_t judged = rule.judged();
  if (judged < kEnough || rule.precision() >= 50) return {};
  struct Reason {
    Cause cause;
    const char* fix;
  };
  const Reason reasons[] = {
      {Cause::authorised, "Except what is allowed (hours, persons, doors), or plan it as maintenance"},
      {Cause::nuisance, "Add a filter for what sets it off, or make it informational"},
      {Cause::false_alarm, "Narrow the rule or move the sensor: it tells what is not so"},
      {Cause::equipment_fault, "Mend the device: it has or needs a ticket"}};
  const Reason* most = nullptr;
  for (const Reason& reason : reasons)
    if (most == nullptr || with(rule, reason.cause) > with(rule, most->cause)) most = &reason;
  const std::uint32_t n = with(rule, most->cause);
  return n == 0 ? std::string()
                : std::string(most->fix) + ": " + of(n, judged) + " were “" + std::string(name_of(most->cause)) + "”";
}

}  // namespace

std::string proposed_fix(const AlarmFigures::Part& rule) {
  std::string out;
  const auto add = [&](std::string text) {
    if (!text.empty()) out += (out.empty() ? "" : "; ") + std::move(text);
  };
  if (rule.calls >= kEnough && rule.of_point * 2 > rule.calls && !rule.point.empty())
    add("Look at " + rule.point + " first: " + of(rule.of_point, rule.calls) + " calls came from there");
  if (rule.fleeting > 0 || rule.over.within(10 * kSecond) * 2 > rule.over.total()) add(delay(rule));
  if (rule.chattering > 0 || rule.repeats + rule.calls > 3 * rule.rows) add(deadband(rule));
  add(by_cause(rule));
  if (rule.stale > 0 && rule.stale * 2 >= rule.rows)
    add("Let it end by itself or lower it: " + of(rule.stale, rule.rows) + " stood for a day without anybody");
  const std::uint32_t acknowledged = rule.acknowledged.total();
  if (rule.missed >= kEnough && rule.missed * 2 > acknowledged)
    add("Lower its priority or send it to somebody else: " + of(rule.missed, rule.calls) +
        " were not acknowledged in time");
  if (!out.empty()) return out;
  if (rule.judged() < kEnough)
    return "Say the cause when resolving: " +
           (rule.judged() == 0
                ? "none was judged"
                : "only " + std::to_string(rule.judged()) + (rule.judged() == 1 ? " was" : " were") + " judged");
  return "Nothing in its figures says what would help";
}

}  // namespace wf::fusion
