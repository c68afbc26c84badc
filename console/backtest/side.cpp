#include "console/backtest/side.hpp"

#include <algorithm>
#include <utility>

#include "console/backtest/compare.hpp"
#include "console/engine/command_codec.hpp"
#include "console/fusion/plans.hpp"

namespace wf::backtest {
namespace {

/// So long after the end somebody may still say what a row was about.
constexpr std::int64_t kAfterwards = kDay;
/// The log has a tick a second while something of then waited. Where it has none, the candidate may still wait.
constexpr std::int64_t kSilence = 2 * kSecond;
/// Longer silence is an engine that did not run.
constexpr std::int64_t kLongestSilence = kDay;

}  // namespace

void Then::take(Step& step) { watch_.apply(step.record, step.then); }

Candidate::Candidate(const Options& options, engine::Watch::FindEstate sites)
    : options_(options), watch_(nullptr, std::move(sites)), people_(then_, now_rows_) {}

void Candidate::configure() {
  engine::Configuration configuration = of_then_;
  configuration.rules = changes_of_then_.over(of_then_.rules);
  configuration.off = changes_of_then_.off();
  if (begun_ && options_.add) {
    // Of two with one id the first one stays.
    configuration.rules.insert(configuration.rules.begin(), options_.rules.begin(), options_.rules.end());
    configuration.off.insert(options_.off.begin(), options_.off.end());
    for (const std::string& id : options_.on) configuration.off.erase(id);
  } else if (begun_) {
    configuration.rules = options_.rules;
    configuration.off.clear();
  }
  sigma::LoadReport report;
  watch_.take_configuration(configuration, report);
  if (begun_ && options_.add) note_left_out(report.problems);
}

void Candidate::note_left_out(const std::vector<std::string>& together) {
  if (together.empty()) return;
  // What is refused without the other side too was refused then, or was said of the candidate before.
  sigma::LoadReport alone;
  (void)sigma::RuleSet::compile(options_.rules, alone);
  (void)sigma::RuleSet::compile(of_then_.rules, alone);
  (void)fusion::PlanBook::compile(of_then_.plans, alone);
  for (const std::string& problem : together)
    if (std::find(alone.problems.begin(), alone.problems.end(), problem) == alone.problems.end() &&
        std::find(report_.left_out.begin(), report_.left_out.end(), problem) == report_.left_out.end())
      report_.left_out.push_back(problem);
}

void Candidate::carry_out(const Command& command) { watch_.take_command(command, changes_); }

void Candidate::pass(UtcNs until) {
  if (now_ == 0) return;
  const auto people = [&](UtcNs at) {
    // One command may bring the next.
    for (std::vector<Command> due = people_.due(at); !due.empty(); due = people_.due(at))
      for (const Command& command : due) {
        changes_.clear();
        carry_out(command);
        report_.handled_for_nobody += command.kind == CommandKind::acknowledge ? 1 : 0;
        now_rows_.take(changes_, at);
      }
  };
  if (begun_ && until - now_ > kSilence && until - now_ < kLongestSilence) {
    for (UtcNs at = std::max(ticked_, now_) + kSecond; at < until && watch_.timer_pending(); at += kSecond) {
      people(at);
      changes_.clear();
      watch_.take_tick(at, changes_);
      now_rows_.take(changes_, at);
      ticked_ = at;
    }
  }
  if (begun_) people(until);
}

void Candidate::apply(const store::Record& record) {
  switch (record.kind) {
    case store::RecordKind::command: {
      Result<Command> command = engine::command_from_json(record.payload);
      if (!command) return watch_.apply(record, changes_);  // it says so
      command->time = record.time;
      ++report_.commands;
      // What people changed of the rules is of then; the candidate's stand over it.
      if (command->kind == CommandKind::rule) {
        if (!rule_commands_.insert(command->id).second) return;  // it was sent again
        changes_of_then_.carry_out(*command, {}, of_then_.rules);
        return configure();
      }
      const std::optional<Command> here = people_.translate(*command);
      if (!here) {
        ++report_.commands_without_row;
        return;
      }
      return carry_out(*here);
    }
    case store::RecordKind::config: {
      Result<engine::Configuration> configuration = engine::configuration_from_json(record.payload);
      if (!configuration) return watch_.apply(record, changes_);
      of_then_ = std::move(*configuration);
      changes_of_then_.follow(of_then_.rules, record.time);
      return configure();
    }
    default:
      return watch_.apply(record, changes_);
  }
}

bool Candidate::settled() const {
  if (options_.to == 0 || now_ < options_.to) return false;
  if (now_ >= options_.to + kAfterwards) return true;
  return unsettled_.empty();
}

bool Candidate::take(Step& step) {
  const UtcNs at = std::max(now_, step.record.time);
  if (first_ == 0) first_ = at;
  if (!begun_ && at >= options_.from) {
    begun_ = true;
    configure();
  }
  pass(at);
  if (changes_of_then_.pass(at)) configure();
  now_ = at;
  if (step.record.kind == store::RecordKind::tick) ticked_ = at;
  const bool asked_for = options_.to == 0 || at < options_.to;
  if (asked_for) {
    ++report_.records;
    if (step.record.kind == store::RecordKind::batch && at >= options_.from) report_.events += step.record.count;
  }
  changes_.clear();
  const bool command = step.record.kind == store::RecordKind::command;
  // What was refused then changed nothing, and people saw so.
  const bool refused = command && !step.then.replies.empty() && !step.then.replies.front().accepted;
  if (!refused) apply(step.record);
  then_.take(step.then, at);
  now_rows_.take(changes_, at);
  people_.follow(at, command && !refused);
  if (options_.to != 0) {
    if (at >= options_.from && at < options_.to)
      unsettled_.insert(unsettled_.end(), then_.appeared().begin(), then_.appeared().end());
    for (const std::uint64_t id : then_.closed()) std::erase(unsettled_, id);
  }
  return !settled();
}

Report Candidate::report() {
  then_.finish();
  now_rows_.finish();
  report_.from = std::max(options_.from, first_);
  // The row of the newest record counts, too.
  report_.to = std::max(report_.from, options_.to != 0 ? std::min(options_.to, now_ + 1) : now_ + 1);
  report_.problem = watch_.problem();
  compare(then_, now_rows_, report_);
  return std::move(report_);
}

}  // namespace wf::backtest
