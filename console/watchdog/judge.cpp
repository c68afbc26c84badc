#include "console/watchdog/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wf::watchdog {
namespace {

constexpr std::int64_t kLeastPause = kSecond;
constexpr std::size_t kMostDoublings = 4;

std::string span(std::int64_t ns) {
  const std::int64_t s = ns / kSecond;
  if (s < 120) return fmt::format("{} s", s);
  if (s < 7200) return fmt::format("{} min", s / 60);
  return fmt::format("{} h", s / 3600);
}

Finding blind_of(const HealthReport& report, const Policy& policy) {
  if (report.agents == 0) return {Trouble::blind, "no agent is enrolled: it sees nothing", policy.silent_after};
  if (report.connected == 0)
    return {Trouble::blind,
            report.agents == 1 ? std::string("its only agent does not speak")
                               : fmt::format("none of its {} agents speaks", report.agents),
            policy.silent_after};
  if (policy.blind_after <= 0) return {};
  // What came before the engine was started says nothing of it: agents need time to deliver.
  const std::int64_t quiet = report.last_event < 0 ? report.up : std::min(report.last_event, report.up);
  if (quiet < policy.blind_after) return {};
  return {Trouble::blind,
          report.last_event < 0 ? fmt::format("no event has ever come, and it has run for {}", span(report.up))
                                : fmt::format("no event from anybody for {}", span(report.last_event)),
          0};
}

}  // namespace

std::string_view name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::none:
      return "well";
    case Trouble::blind:
      return "blind";
    case Trouble::deaf:
      return "deaf";
    case Trouble::unknown:
      return "unknown";
    case Trouble::dead:
      return "dead";
  }
  return "unknown";
}

std::string_view name_of(Call::Kind kind) {
  switch (kind) {
    case Call::Kind::alarm:
      return "alarm";
    case Call::Kind::changed:
      return "changed";
    case Call::Kind::again:
      return "again";
    case Call::Kind::over:
      return "over";
    case Call::Kind::helper:
      return "helper";
    case Call::Kind::test:
      return "test";
  }
  return "alarm";
}

Finding judge(const Look& look, const Policy& policy) {
  switch (look.engine.reach) {
    case seat::Reach::unreachable:
    case seat::Reach::silent:
      return {Trouble::dead, look.engine.why, policy.dead_after};
    case seat::Reach::refused:
    case seat::Reach::strange:
      return {Trouble::unknown, look.engine.why, policy.dead_after};
    case seat::Reach::answered:
      break;
  }
  if (!look.engine.report) return {Trouble::unknown, "it answered without a report", policy.dead_after};
  const HealthReport& report = *look.engine.report;
  for (const HealthReport::Thread& thread : report.threads)
    if (thread.quiet >= policy.stuck)
      return {Trouble::deaf, fmt::format("its {} thread has made no progress for {}", thread.name, span(thread.quiet)),
              policy.deaf_after};
  if (!report.problem.empty())
    return {Trouble::deaf, fmt::format("it can store nothing: {}", report.problem), policy.deaf_after};
  if (look.door && look.door->reach != seat::Reach::answered)
    return {Trouble::deaf, fmt::format("agents cannot connect: {}", look.door->why), policy.deaf_after};
  if (Finding blind = blind_of(report, policy); blind.trouble != Trouble::none) return blind;
  std::string text = fmt::format("up for {}, {} of {} agents speak", span(report.up), report.connected, report.agents);
  if (report.last_event >= 0) text += fmt::format(", the last event {} ago", span(report.last_event));
  if (report.gap_events > 0) text += fmt::format(", the ledger misses {} events", report.gap_events);
  if (!report.heartbeat.empty()) text += fmt::format("; its heartbeat fails: {}", report.heartbeat);
  return {Trouble::none, std::move(text), 0};
}

void Watchdog::settle() {
  bad_ = 0;
  bad_of_.fill(0);
  relapses_ = 0;
  began_ = 0;
}

std::int64_t Watchdog::well_needed(std::int64_t mono) {
  std::erase_if(overs_, [&](std::int64_t over) { return mono - over > kHour; });
  return policy_.well_for << std::min(overs_.size(), kMostDoublings);
}

Call Watchdog::call(Call::Kind kind, const std::string& text, std::int64_t mono) {
  spoke_ = mono;
  Call out{kind, called_, text, mono - began_};
  if (relapses_ > 0) out.text += fmt::format(" (it came back {} times meanwhile)", relapses_);
  return out;
}

std::vector<Call> Watchdog::take(const Finding& finding, std::int64_t mono) {
  // Time that nobody looked at is not bad time: the watch itself may have stood still.
  const std::int64_t most = policy_.every + 2 * policy_.answer_within;
  const std::int64_t passed = looked_ == 0 ? 0 : std::min(mono - looked_, most);
  const bool first = std::exchange(looked_, mono) == 0;
  pause_ = policy_.every;
  if (finding.trouble == Trouble::none) {
    if (!std::exchange(good_, true) || first) good_since_ = mono;
    if (bad_ == 0 && called_ == Trouble::none) return {};
    if (mono - good_since_ < well_needed(mono)) return {};
    std::vector<Call> out;
    if (called_ != Trouble::none) {
      out.push_back(call(Call::Kind::over, finding.text, mono));
      overs_.push_back(mono);
    }
    called_ = Trouble::none;
    acknowledged_ = false;
    settle();
    return out;
  }
  if (began_ == 0) began_ = mono - passed;
  if (std::exchange(good_, false) && called_ != Trouble::none) ++relapses_;
  bad_ += passed;
  std::int64_t& own = bad_of_[static_cast<std::size_t>(finding.trouble)];
  own += passed;
  if (called_ == Trouble::none) {
    if (bad_ < finding.patience) {
      pause_ = std::clamp(finding.patience - bad_, std::min(kLeastPause, policy_.every), policy_.every);
      return {};
    }
    called_ = finding.trouble;
    bad_of_.fill(0);
    return {call(Call::Kind::alarm, finding.text, mono)};
  }
  if (finding.trouble != called_ && own >= finding.patience) {
    if (finding.trouble > called_) acknowledged_ = false;
    called_ = finding.trouble;
    bad_of_.fill(0);
    return {call(Call::Kind::changed, finding.text, mono)};
  }
  if (acknowledged_ || mono - spoke_ < policy_.repeat) return {};
  return {call(Call::Kind::again, finding.text, mono)};
}

}  // namespace wf::watchdog
