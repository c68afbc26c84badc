#include "console/backtest/people.hpp"

#include <algorithm>

namespace wf::backtest {
namespace {

/// Who acts for nobody in particular.
constexpr const char* kActor = "backtest";
/// Where people will come by themselves, it is looked at again after this.
constexpr std::int64_t kLookAgain = 10 * kMinute;

/// Commands about a device, a zone or a caller, which need no row.
bool needs_no_row(CommandKind kind) {
  return kind == CommandKind::device || kind == CommandKind::device_sent || kind == CommandKind::suppress ||
         kind == CommandKind::test || kind == CommandKind::ticket || kind == CommandKind::call;
}

Command own(std::uint64_t incident, std::uint32_t revision, CommandKind kind, UtcNs at) {
  Command out;
  out.id = std::string(kActor) + ":" + std::to_string(incident) + ":" + std::string(name_of(kind)) + ":" +
           std::to_string(revision);
  out.kind = kind;
  out.time = at;
  out.actor = kActor;
  out.incidents = {incident};
  out.seen_revisions = {revision};
  out.cause = kind == CommandKind::resolve ? Cause::unexplained : Cause::none;
  return out;
}

}  // namespace

void People::Times::add(const Row& row) {
  waited += std::max<std::int64_t>(row.acknowledged - row.opened, 0);
  worked += row.work();
  ++rows;
}

const People::Times* People::times_of(const std::string& rule) const {
  if (const auto found = by_rule_.find(rule); found != by_rule_.end()) return &found->second;
  return all_.rows > 0 ? &all_ : nullptr;
}

std::vector<std::uint64_t> People::counterparts(std::uint64_t incident) const {
  if (const auto pair = paired_.find(incident); pair != paired_.end() && now_.find(pair->second)->open())
    return {pair->second};
  const Row* const row = then_.find(incident);
  if (row == nullptr) return {};
  std::vector<std::uint64_t> out = now_.rows_of(then_.events_of(*row));
  std::erase_if(out, [&](std::uint64_t id) { return !now_.find(id)->open() || belongs_elsewhere(incident, id); });
  if (!out.empty()) return out;
  for (const std::uint64_t id : now_.open()) {
    const Row& other = *now_.find(id);
    if (near(*row, other) && then_.rows_of(now_.events_of(other)).empty()) out.push_back(id);
  }
  return out;
}

bool People::belongs_elsewhere(std::uint64_t then, std::uint64_t now) const {
  const auto to = paired_.find(then);
  const auto from = paired_with_.find(now);
  return (to != paired_.end() && to->second != now) || (from != paired_with_.end() && from->second != then);
}

bool People::others_stand(const Row& row, const std::vector<std::uint64_t>& but) const {
  const std::vector<std::uint64_t> rows = then_.rows_of(now_.events_of(row));
  return std::any_of(rows.begin(), rows.end(), [&](std::uint64_t id) {
    return then_.find(id)->open() && !belongs_elsewhere(id, row.id) &&
           std::find(but.begin(), but.end(), id) == but.end();
  });
}

std::optional<Command> People::translate(const Command& command) const {
  Command out = command;
  out.incidents.clear();
  out.seen_revisions.clear();
  for (const std::uint64_t id : command.incidents)
    for (const std::uint64_t other : counterparts(id)) {
      const Row& row = *now_.find(other);
      if (std::find(out.incidents.begin(), out.incidents.end(), other) != out.incidents.end()) continue;
      // It covers more than what was resolved: that still stands.
      if (command.kind == CommandKind::resolve && others_stand(row, command.incidents)) continue;
      out.incidents.push_back(other);
      out.seen_revisions.push_back(row.newest->revision);
    }
  if (out.incidents.empty() && !needs_no_row(command.kind)) return std::nullopt;
  if (out.incidents.empty() && !command.incidents.empty() && command.kind == CommandKind::call) return std::nullopt;
  const Row* const before = command.incidents.empty() ? nullptr : then_.find(command.incidents.front());
  switch (command.kind) {
    case CommandKind::merge:
      if (out.incidents.size() < 2) return std::nullopt;  // one row already
      return out;
    case CommandKind::split: {
      // Alerts have other numbers here, lines other places; events are the same.
      if (before == nullptr || !before->open()) return std::nullopt;
      if (out.target.empty() && out.step < before->newest->why.size())
        out.target = before->newest->why[out.step].event_id;
      if (out.target.empty() || out.target.find_first_not_of("0123456789") == std::string::npos) return std::nullopt;
      out.incidents.resize(1);
      out.seen_revisions.resize(1);
      return out;
    }
    case CommandKind::skip_step:
      if (command.action == "seen") return out;
      [[fallthrough]];
    case CommandKind::plan_step: {
      if (before == nullptr || !before->open() || out.step >= before->newest->plan.size()) return std::nullopt;
      const std::vector<PlanStep>& plan = now_.find(out.incidents.front())->newest->plan;
      const auto same = std::find_if(plan.begin(), plan.end(), [&](const PlanStep& step) {
        return step.text == before->newest->plan[command.step].text;
      });
      if (same == plan.end()) return std::nullopt;
      out.step = static_cast<std::uint32_t>(same - plan.begin());
      out.incidents.resize(1);
      out.seen_revisions.resize(1);
      return out;
    }
    case CommandKind::inhibit:
      out.incidents.resize(1);
      out.seen_revisions.resize(1);
      return out;
    default:
      return out;
  }
}

void People::follow(UtcNs at, bool command) {
  if (command && then_.appeared().size() == 1 && now_.appeared().size() == 1) {
    paired_[then_.appeared().front()] = now_.appeared().front();
    paired_with_[now_.appeared().front()] = then_.appeared().front();
  }
  for (const std::uint64_t id : then_.closed()) {
    const Row& row = *then_.find(id);
    if (const auto pair = paired_.find(id); pair != paired_.end()) {
      paired_with_.erase(pair->second);
      paired_.erase(pair);
    }
    if (row.work() == 0 || !row.counts()) continue;
    by_rule_[row.rule_id].add(row);
    all_.add(row);
  }
  for (const std::uint64_t id : now_.appeared()) {
    const Row& row = *now_.find(id);
    if (!row.open() || row.newest->acknowledged_revision != 0) continue;
    if (const Times* times = times_of(row.newest->rule_id)) due_.emplace(at + times->waited / times->rows, id);
  }
}

bool People::people_come(const Row& row, bool acknowledged) const {
  for (const std::uint64_t id : then_.rows_of(now_.events_of(row))) {
    const Row& other = *then_.find(id);
    if (other.open() && (acknowledged || other.newest->acknowledged_revision == 0)) return true;
  }
  return false;
}

std::vector<Command> People::due(UtcNs at) {
  std::vector<Command> out;
  while (!due_.empty() && due_.begin()->first <= at) {
    const auto [when, id] = *due_.begin();
    due_.erase(due_.begin());
    const Row& row = *now_.find(id);
    if (!row.open() || row.newest->drill || row.newest->state == IncidentState::shelved) continue;
    const Times* const times = times_of(row.newest->rule_id);
    if (times == nullptr) continue;
    const std::int64_t work = std::max<std::int64_t>(times->worked / times->rows, kSecond);
    const bool acknowledged = row.newest->acknowledged_revision != 0;
    if (people_come(row, acknowledged)) {
      due_.emplace(at + std::max<std::int64_t>(work, kLookAgain), id);
      continue;
    }
    out.push_back(own(id, row.newest->revision, acknowledged ? CommandKind::resolve : CommandKind::acknowledge, at));
    if (!acknowledged) due_.emplace(at + work, id);
  }
  return out;
}

}  // namespace wf::backtest
