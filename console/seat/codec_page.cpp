// Answers to queries on the wire.
#include "console/seat/codec_parts.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {
namespace {

void put(const RuleSummary& in, pb::RuleList::Rule& out) {
  out.set_id(in.id);
  out.set_title(in.title);
  out.set_file(in.file);
  out.set_product(in.logsource.product);
  out.set_service(in.logsource.service);
  out.set_category(in.logsource.category);
  for (const std::string& tag : in.tags) out.add_tags(tag);
  out.set_level(static_cast<std::uint32_t>(in.level));
  out.set_informational(in.informational);
  out.set_life_safety(in.life_safety);
  out.set_correlation(in.correlation);
  out.set_hidden(in.hidden);
  out.set_off(in.off);
  out.set_changed(in.changed);
}

RuleSummary take(const pb::RuleList::Rule& in) {
  RuleSummary out;
  out.id = in.id();
  out.title = in.title();
  out.file = in.file();
  out.logsource = {in.product(), in.service(), in.category()};
  out.tags.assign(in.tags().begin(), in.tags().end());
  out.level = as_enum(in.level(), Priority::critical);
  out.informational = in.informational();
  out.life_safety = in.life_safety();
  out.correlation = in.correlation();
  out.hidden = in.hidden();
  out.off = in.off();
  out.changed = in.changed();
  return out;
}

void put(const RuleList& in, pb::RuleList& out) {
  out.set_version(in.version);
  out.set_same(in.same);
  for (const RuleSummary& rule : in.rules) put(rule, *out.add_rules());
  for (const std::string& problem : in.problems) out.add_problems(problem);
  out.set_since(in.since);
  for (const RuleFiring& firing : in.firings) {
    pb::RuleList::Firing& to = *out.add_firings();
    to.set_rule(firing.rule);
    to.set_times(firing.times);
    to.set_last(firing.last);
  }
  for (const RuleList::Week& week : in.weeks) {
    pb::RuleList::Week& to = *out.add_weeks();
    to.set_begins(week.begins);
    to.set_counted(week.counted);
    for (const AlarmFigures::Part& part : week.rules) seat::put(part, *to.add_rules());
    for (const AlarmFigures::Worst& worst : week.worst) seat::put(worst, *to.add_worst());
  }
  for (const RuleChange& change : in.changes) {
    pb::RuleChange& to = *out.add_changes();
    to.set_rule(change.rule);
    to.set_title(change.title);
    to.set_off(change.off);
    to.set_until(change.until);
    to.set_text(change.text);
    to.set_by(change.by);
    to.set_at(change.at);
    to.set_reason(change.reason);
    to.set_ended(change.ended);
  }
  for (const std::string& role : in.roles) out.add_roles(role);
}

RuleList take(const pb::RuleList& in) {
  RuleList out;
  out.version = in.version();
  out.same = in.same();
  out.rules.reserve(static_cast<std::size_t>(in.rules_size()));
  for (const pb::RuleList::Rule& rule : in.rules()) out.rules.push_back(take(rule));
  out.problems.assign(in.problems().begin(), in.problems().end());
  out.since = in.since();
  for (const pb::RuleList::Firing& firing : in.firings())
    out.firings.push_back({firing.rule(), firing.times(), firing.last()});
  for (const pb::RuleList::Week& week : in.weeks()) {
    RuleList::Week& to = out.weeks.emplace_back();
    to.begins = week.begins();
    to.counted = week.counted();
    for (const pb::AlarmPart& part : week.rules()) to.rules.push_back(seat::take(part));
    for (const pb::AlarmWorst& worst : week.worst()) to.worst.push_back(seat::take(worst));
  }
  for (const pb::RuleChange& c : in.changes())
    out.changes.push_back({c.rule(), c.title(), c.off(), c.until(), c.text(), c.by(), c.at(), c.reason(), c.ended()});
  out.roles.assign(in.roles().begin(), in.roles().end());
  return out;
}

void put(const RuleDetail& in, pb::RuleDetail& out) {
  out.set_id(in.id);
  out.set_version(in.version);
  out.set_description(in.description);
  out.set_path(in.path);
  out.set_line(in.line);
  out.set_text(in.text);
  out.set_text_absent(in.text_absent);
  out.set_file_text(in.file_text);
  for (const RuleDetail::Row& row : in.rows) {
    pb::RuleDetail::Row& to = *out.add_rows();
    to.set_id(row.id);
    to.set_title(row.title);
    to.set_priority(static_cast<std::uint32_t>(row.priority));
    to.set_opened(row.opened);
    to.set_state(static_cast<std::uint32_t>(row.state));
    to.set_cause(static_cast<std::uint32_t>(row.cause));
  }
  out.set_more(in.more);
}

RuleDetail take(const pb::RuleDetail& in) {
  RuleDetail out;
  out.id = in.id();
  out.version = in.version();
  out.description = in.description();
  out.path = in.path();
  out.line = in.line();
  out.text = in.text();
  out.text_absent = in.text_absent();
  out.file_text = in.file_text();
  for (const pb::RuleDetail::Row& row : in.rows())
    out.rows.push_back({row.id(), row.title(), as_enum(row.priority(), Priority::critical), row.opened(),
                        as_enum(row.state(), IncidentState::resolved), as_enum(row.cause(), Cause::test)});
  out.more = in.more();
  return out;
}

void put(const RuleCheck& in, pb::RuleCheck& out) {
  for (const RuleCheck::Problem& problem : in.problems) {
    pb::RuleCheck::Problem& to = *out.add_problems();
    to.set_line(problem.line);
    to.set_text(problem.text);
  }
  out.set_title(in.title);
  out.set_level(static_cast<std::uint32_t>(in.level));
  out.set_informational(in.informational);
  out.set_life_safety(in.life_safety);
}

RuleCheck take(const pb::RuleCheck& in) {
  RuleCheck out;
  for (const pb::RuleCheck::Problem& problem : in.problems()) out.problems.push_back({problem.line(), problem.text()});
  out.title = in.title();
  out.level = as_enum(in.level(), Priority::critical);
  out.informational = in.informational();
  out.life_safety = in.life_safety();
  return out;
}

}  // namespace

void put(const QueryPage& in, pb::SeatPage& out) {
  for (const std::string& line : in.lines) out.add_lines(line);
  out.set_more(in.more);
  out.set_error(in.error);
  if (in.rules) put(*in.rules, *out.mutable_rules());
  if (in.rule) put(*in.rule, *out.mutable_rule());
  if (in.check) put(*in.check, *out.mutable_check());
  if (in.trial) put(*in.trial, *out.mutable_trial());
  if (in.attachment) {
    out.mutable_still()->set_content(in.attachment->bytes);
    out.mutable_still()->set_media_type(in.attachment->media_type);
  }
}

QueryPage take(const pb::SeatPage& in) {
  QueryPage out;
  out.lines.assign(in.lines().begin(), in.lines().end());
  out.more = in.more();
  out.error = in.error();
  if (in.has_rules()) out.rules = std::make_shared<const RuleList>(take(in.rules()));
  if (in.has_rule()) out.rule = std::make_shared<const RuleDetail>(take(in.rule()));
  if (in.has_check()) out.check = std::make_shared<const RuleCheck>(take(in.check()));
  if (in.has_trial()) out.trial = std::make_shared<const Trial>(take(in.trial()));
  if (in.has_still())
    out.attachment =
        std::make_shared<const AttachmentContent>(AttachmentContent{in.still().content(), in.still().media_type()});
  return out;
}

}  // namespace wf::seat
