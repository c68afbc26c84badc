// The selected rule: what it is, how it did, its rows of the week, its text.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <string>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/rules/rules_sheet.hpp"
#include "console/ui/rules/rules_view.hpp"

namespace wf::ui {
namespace {

constexpr float kLine = 18;

std::string percent(std::uint32_t some, std::uint32_t all) {
  return fmt::format("{} %", 100 * some / std::max(1U, all));
}

/// The file's own name and line; the whole path is its hint.
std::string short_file(std::string_view file) { return std::string(file.substr(file.rfind('/') + 1)); }

/// "8 true, 3 nuisance".
std::string causes_text(const AlarmFigures::Part& part) {
  std::string out;
  for (std::size_t n = 1; n < part.causes.size(); ++n)
    if (part.causes[n] > 0)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", part.causes[n], word_of(static_cast<Cause>(n)));
  return out;
}

void identity(RulesSheet& s, const RuleRow& row) {
  const RuleSummary& rule = *row.rule;
  const Hit hit = s.p.hits.add("rules/file", {s.x, s.y, s.w, 24});
  s.pair("File"_tr, short_file(rule.file), false, Face::mono_s);
  s.d.hint(hit, text_of<"{}; click copies it">(rule.file));
  if (hit.clicked) ImGui::SetClipboardText(rule.file.c_str());
  s.pair("Id"_tr, rule.id, false, Face::mono_s);
  s.pair("Looks at"_tr, rule.correlation ? "what other rules match"_tr.str() : logsource_text(rule));
  std::string tags;
  for (const std::string& tag : rule.tags) tags += (tags.empty() ? "" : ", ") + tag_text(tag);
  if (!tags.empty()) s.pair("Tags"_tr, tags);
}

void figures(RulesSheet& s, const RuleRow& row, UtcNs since) {
  const AlarmFigures::Part& m = row.month;
  s.section("How it did"_tr, "this week and the three before"_tr);
  if (row.rule != nullptr && row.rule->hidden && m.rows == 0)
    s.pair("Rows"_tr, "none of its own: correlations stand on it"_tr, true);
  else if (row.rule != nullptr && row.rule->informational && m.rows == 0)
    s.pair("Rows"_tr, "none: it is context in others' rows"_tr, true);
  else
    s.pair("Rows"_tr, row.a_day < 0 ? text_of<"{} this week, {} in four">(count_text(row.week.rows), count_text(m.rows))
                                    : text_of<"{} this week, {} in four, {} a day">(
                                          count_text(row.week.rows), count_text(m.rows), a_day_text(row)));
  if (m.calls > m.rows || m.repeats > 0)
    s.pair("Calls"_tr,
           plural<"{1}, and {0} repeat counted without a call", "{1}, and {0} repeats counted without a call">(
               m.repeats, count_text(m.calls)));
  if (m.rows > 0 || m.judged() > 0) {
    s.pair("True##column"_tr,
           row.precision() < 0 ? "not known: no row was resolved with a cause that says so"_tr.str()
                               : text_of<"{} %, of {} judged">(row.precision(), count_text(m.judged())),
           row.precision() < 0);
    if (const std::string causes = causes_text(m); !causes.empty()) s.pair("Resolved as"_tr, causes);
    const std::uint32_t seen = m.acknowledged.total();
    const std::int64_t most = m.acknowledged.percentile(80);
    s.pair("Acknowledged"_tr,
           seen == 0 ? "not known: nobody acknowledged one"_tr.str()
                     : text_of<"half within {}, 80 % within {}, {} in time">(
                           acknowledged_text(row), most == 0 ? "more than a day"_tr.str() : span(most),
                           percent(m.in_target, seen)),
           seen == 0);
    s.pair("Operators"_tr,
           row.minutes() < 0 ? "not known: none was resolved"_tr.str()
                             : text_of<"{} min from acknowledgement to resolution">(minutes_text(row)),
           row.minutes() < 0);
    if (row.restless() > 0 || m.stale > 0)
      s.pair("Restless"_tr, text_of<"{} times chattering, {} fleeting, {} stale">(m.chattering, m.fleeting, m.stale));
    if (m.of_point > 1) s.pair("Most from"_tr, text_of<"{}: {} of a week's calls">(m.point, m.of_point));
  }
  s.pair("Matched"_tr, row.last != 0
                           ? plural<"{1}, {2} at {3}; {0} time since {4}", "{1}, {2} at {3}; {0} times since {4}">(
                                 row.times, ago(s.f.input.now - row.last), s.f.time.day(row.last),
                                 s.f.time.minutes(row.last), s.f.time.day(since))
                       : since == 0 ? "never"_tr.str()
                                    : text_of<"never since {}">(s.f.time.day(since)));
}

/// Rows that have their name from it.
void week_rows(RulesSheet& s, const RuleDetail& detail) {
  s.section("Its rows of seven days"_tr, detail.more
                                             ? plural<"{} row, and more", "{} rows, and more">(detail.rows.size())
                                             : plural<"{} row", "{} rows">(detail.rows.size()));
  if (detail.rows.empty()) s.words("None."_tr, s.t.t3);
  for (const RuleDetail::Row& row : detail.rows) {
    const Incident* const open = s.f.snapshot.incident(row.id);
    s.incident(row.id, row.priority, row.opened, row.title,
               open != nullptr            ? word_of(open->state)
               : row.cause != Cause::none ? word_of(row.cause)
                                          : word_of(row.state));
  }
}

void source(RulesSheet& s, const std::string& text, std::uint32_t line, const Rect& visible) {
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (s.y + kLine > visible.y && s.y < visible.bottom()) {
      s.p.text(s.x + 30, s.y + kLine / 2, std::to_string(line), Face::mono_s, s.t.t3, Align::right);
      s.p.text(s.x + 42, s.y + kLine / 2, std::string_view(text).substr(at, end - at), Face::mono_s, s.t.t1,
               Align::left, s.w - 42);
    }
    s.y += kLine;
    at = end + 1;
  }
}

void text(RulesSheet& s, const RuleDetail& detail, const Rect& visible) {
  const bool changed = !detail.file_text.empty();
  s.section("Text"_tr, changed               ? "as it was changed here"_tr.str()
                       : detail.path.empty() ? std::string()
                                             : text_of<"line {} of its file on">(detail.line));
  if (detail.text.empty()) return s.words(detail.text_absent, s.t.t3);
  source(s, detail.text, detail.line, visible);
  if (!changed) return;
  s.section("What its file says"_tr, "does not judge now"_tr);
  source(s, detail.file_text, 1, visible);
}

}  // namespace

void RulesView::draw_detail(Frame& f, Desk& d, const Rect& r, const RuleRow& row) {
  Painter& p = f.p;
  const Rect head{r.x, r.y, r.w, unit::kChips};
  p.fill(head, p.t.bg2);
  p.hairline(head.x, head.bottom() - 1, head.w, p.t.line);
  const bool works = row.rule != nullptr;
  if (!works) pane_ = Pane::about;
  std::vector<std::string_view> panes = {"About"_tr}, names = {"About"};
  if (works) {
    panes.insert(panes.end(), {"Try on the past"_tr, has_edit() ? "Edit •"_tr : "Edit"_tr});
    names.insert(names.end(), {"Try on the past", has_edit() ? "Edit •" : "Edit"});
  }
  float used = 0;
  const int clicked =
      segments(p, "rules/pane", head.x + unit::kPad, head.y + 8, panes, static_cast<int>(pane_), &used, names);
  if (clicked >= 0) {
    pane_ = static_cast<Pane>(clicked);
    form_ = {};
  }
  if (pane_ != Pane::about)
    p.text(head.x + unit::kPad + used + 16, head.mid_y(), row.title, Face::m_semibold, p.t.t1, Align::left,
           head.w - used - 3 * unit::kPad);
  const Rect body{r.x, head.bottom(), r.w, r.h - head.h};
  if (pane_ == Pane::about) draw_about(f, d, body, row);
  if (pane_ == Pane::trial) draw_trial(f, d, body, row);
  if (pane_ == Pane::edit) draw_edit(f, d, body, row);
}

void RulesView::draw_about(Frame& f, Desk& d, const Rect& r, const RuleRow& row) {
  Painter& p = f.p;
  const float top = begin_scroll(f, "rules/detail", r, about_) + 12;
  RulesSheet s{f, d, p, p.t, r.x + unit::kPad, r.w - 2 * unit::kPad - 8, top};
  s.y +=
      24 * static_cast<float>(std::max(1, p.paragraph(s.x, s.y + 12, 24, s.w, 3, row.title, Face::l_semibold, p.t.t1)));
  s.y += 6;
  float x = s.x;
  const auto put = [&](std::string_view label, BadgeKind kind) { x += badge(p, x, s.y + 10, label, kind) + 6; };
  if (row.rule == nullptr) {
    put("not loaded"_tr, BadgeKind::stale);
  } else {
    put(row.rule->informational ? "informational"_tr : word_of(row.rule->level), BadgeKind::outline);
    if (row.rule->life_safety) put("life safety"_tr, BadgeKind::outline);
    if (row.rule->correlation) put("correlation"_tr, BadgeKind::outline);
    if (row.rule->hidden) put("base rule"_tr, BadgeKind::outline);
    if (row.noisy) put("noisy"_tr, BadgeKind::medium);
    if (row.rule->off) put("off##a rule"_tr, BadgeKind::stale);
    if (row.rule->changed) put("changed here"_tr, BadgeKind::outline);
  }
  s.y += 30;
  if (row.rule != nullptr) s.y += draw_standing(f, d, {s.x, s.y, s.w, 0}, row);
  if (detail_ && !detail_->description.empty()) {
    s.words(detail_->description, p.t.t1);
    s.y += 6;
  }
  if (row.rule != nullptr)
    identity(s, row);
  else
    s.words("It has figures of these weeks and is not among the rules that are loaded now."_tr, p.t.t2);
  figures(s, row, list_->since);
  if (const std::string fix = fix_of(row.id); !fix.empty()) {
    s.section("What would help"_tr, "from its figures"_tr);
    const float begin = s.y;
    RulesSheet inner = s;
    inner.x += 12;
    inner.w -= 12;
    inner.words(fix, p.t.t1);
    s.y = inner.y;
    p.fill({s.x, begin, 3, s.y - begin}, p.t.acc);
  }
  if (detail_) {
    week_rows(s, *detail_);
    text(s, *detail_, r);
  } else {
    s.y += 8;
    s.words(!detail_problem_.empty() ? detail_problem_ : "Asking the engine for its text"_tr.str(), p.t.t3);
  }
  if (detail_ && !detail_problem_.empty()) s.words(detail_problem_, p.t.of(Priority::medium).text);
  end_scroll(f, "rules/detail", r, about_, s.y + 12);
}

}  // namespace wf::ui
