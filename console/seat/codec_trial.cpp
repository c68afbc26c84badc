// A rule tried on the past, on the wire.
#include <algorithm>

#include "console/seat/codec_parts.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {
namespace {

using Report = BacktestReport;

void put(const Report::Wall& in, pb::BacktestReport::Wall& out) {
  out.set_rows(in.rows);
  out.set_calls(in.calls);
  for (const std::uint64_t n : in.by_priority) out.add_by_priority(n);
  out.set_left_open(in.left_open);
  out.set_minutes(in.minutes);
}

Report::Wall take(const pb::BacktestReport::Wall& in) {
  Report::Wall out;
  out.rows = in.rows();
  out.calls = in.calls();
  const auto n = std::min<std::size_t>(out.by_priority.size(), static_cast<std::size_t>(in.by_priority_size()));
  for (std::size_t i = 0; i < n; ++i) out.by_priority[i] = in.by_priority(static_cast<int>(i));
  out.left_open = in.left_open();
  out.minutes = in.minutes();
  return out;
}

template <class Rows>
void put_rows(const std::vector<Report::NamedRow>& in, Rows& out) {
  for (const Report::NamedRow& row : in) {
    pb::BacktestReport::Row& to = *out.Add();
    to.set_id(row.id);
    to.set_rule_id(row.rule_id);
    to.set_rule_title(row.rule_title);
    to.set_title(row.title);
    to.set_priority(static_cast<std::uint32_t>(row.priority));
    to.set_life_safety(row.life_safety);
    to.set_opened(row.opened);
    to.set_cause(static_cast<std::uint32_t>(row.cause));
    to.set_other(row.other);
    to.set_note(row.note);
  }
}

template <class Rows>
std::vector<Report::NamedRow> take_rows(const Rows& in) {
  std::vector<Report::NamedRow> out;
  out.reserve(static_cast<std::size_t>(in.size()));
  for (const pb::BacktestReport::Row& row : in)
    out.push_back({row.id(), row.rule_id(), row.rule_title(), row.title(), as_enum(row.priority(), Priority::critical),
                   row.life_safety(), row.opened(), as_enum(row.cause(), Cause::test), row.other(), row.note()});
  return out;
}

void put(const Report& in, pb::BacktestReport& out) {
  out.set_from(in.from);
  out.set_to(in.to);
  out.set_records(in.records);
  out.set_events(in.events);
  out.set_commands(in.commands);
  out.set_commands_without_row(in.commands_without_row);
  out.set_handled_for_nobody(in.handled_for_nobody);
  put(in.then, *out.mutable_then());
  put(in.candidate, *out.mutable_candidate());
  out.set_kept_then(in.kept_then);
  out.set_kept_candidate(in.kept_candidate);
  put_rows(in.lost, *out.mutable_lost());
  put_rows(in.gained, *out.mutable_gained());
  out.set_confirmed(in.confirmed);
  put_rows(in.missed, *out.mutable_missed());
  put_rows(in.weaker, *out.mutable_weaker());
  for (const Report::RuleLine& rule : in.rules) {
    pb::BacktestReport::Rule& to = *out.add_rules();
    to.set_id(rule.id);
    to.set_title(rule.title);
    to.set_then(rule.then);
    to.set_candidate(rule.candidate);
    to.set_lost(rule.lost);
    to.set_gained(rule.gained);
    to.set_confirmed(rule.confirmed);
    to.set_unfounded(rule.unfounded);
    to.set_missed(rule.missed);
    to.set_minutes_then(rule.minutes_then);
    to.set_minutes_candidate(rule.minutes_candidate);
    to.set_minutes_a_row(rule.minutes_a_row);
  }
  out.set_minutes_a_row(in.minutes_a_row);
  out.set_minutes_assumed(in.minutes_assumed);
  for (const std::string& line : in.left_out) out.add_left_out(line);
  out.set_problem(in.problem);
}

Report take(const pb::BacktestReport& in) {
  Report out;
  out.from = in.from();
  out.to = in.to();
  out.records = in.records();
  out.events = in.events();
  out.commands = in.commands();
  out.commands_without_row = in.commands_without_row();
  out.handled_for_nobody = in.handled_for_nobody();
  out.then = take(in.then());
  out.candidate = take(in.candidate());
  out.kept_then = in.kept_then();
  out.kept_candidate = in.kept_candidate();
  out.lost = take_rows(in.lost());
  out.gained = take_rows(in.gained());
  out.confirmed = in.confirmed();
  out.missed = take_rows(in.missed());
  out.weaker = take_rows(in.weaker());
  for (const pb::BacktestReport::Rule& rule : in.rules())
    out.rules.push_back({rule.id(), rule.title(), rule.then(), rule.candidate(), rule.lost(), rule.gained(),
                         rule.confirmed(), rule.unfounded(), rule.missed(), rule.minutes_then(),
                         rule.minutes_candidate(), rule.minutes_a_row()});
  out.minutes_a_row = in.minutes_a_row();
  out.minutes_assumed = in.minutes_assumed();
  out.left_out.assign(in.left_out().begin(), in.left_out().end());
  out.problem = in.problem();
  return out;
}

}  // namespace

void put(const RuleEdit& in, pb::RuleEdit& out) {
  out.set_rule(in.rule);
  out.set_off(in.off);
  out.set_text(in.text);
}

RuleEdit take(const pb::RuleEdit& in) { return {in.rule(), in.off(), in.text()}; }

void put(const Trial& in, pb::Trial& out) {
  out.set_state(static_cast<std::uint32_t>(in.state));
  out.set_number(in.number);
  put(in.edit, *out.mutable_edit());
  out.set_title(in.title);
  out.set_by(in.by);
  out.set_asked(in.asked);
  out.set_from(in.from);
  out.set_share(in.share);
  out.set_at(in.at);
  out.set_took(in.took);
  out.set_problem(in.problem);
  if (in.report) put(*in.report, *out.mutable_report());
  out.set_lost(in.lost);
  out.set_gained(in.gained);
  out.set_missed(in.missed);
  out.set_weaker(in.weaker);
}

Trial take(const pb::Trial& in) {
  Trial out;
  out.state = as_enum(in.state(), Trial::State::stopped);
  out.number = in.number();
  out.edit = take(in.edit());
  out.title = in.title();
  out.by = in.by();
  out.asked = in.asked();
  out.from = in.from();
  out.share = in.share();
  out.at = in.at();
  out.took = in.took();
  out.problem = in.problem();
  if (in.has_report()) out.report = std::make_shared<const BacktestReport>(take(in.report()));
  out.lost = in.lost();
  out.gained = in.gained();
  out.missed = in.missed();
  out.weaker = in.weaker();
  return out;
}

}  // namespace wf::seat
