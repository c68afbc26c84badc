// The selected rule: what it is, how it did, its rows of the week, its text.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <string>
#include <vector>

#include "console/ui/icons.hpp"
#include "console/ui/rules_sheet.hpp"
#include "console/ui/rules_view.hpp"

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
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", part.causes[n], name_of(static_cast<Cause>(n)));
  return out;
}

void identity(RulesSheet& s, const RuleRow& row) {
  const RuleSummary& rule = *row.rule;
  const Hit hit = s.p.hits.add("rules/file", {s.x, s.y, s.w, 24});
  s.pair("File", short_file(rule.file), false, Face::mono_s);
  s.d.hint(hit, rule.file + "; click copies it");
  if (hit.clicked) ImGui::SetClipboardText(rule.file.c_str());
  s.pair("Id", rule.id, false, Face::mono_s);
  s.pair("Looks at", rule.correlation ? std::string("what other rules match") : logsource_text(rule));
  std::string tags;
  for (const std::string& tag : rule.tags) tags += (tags.empty() ? "" : ", ") + tag_text(tag);
  if (!tags.empty()) s.pair("Tags", tags);
}

void figures(RulesSheet& s, const RuleRow& row, UtcNs since) {
  const AlarmFigures::Part& m = row.month;
  s.section("How it did", "this week and the three before");
  if (row.rule != nullptr && row.rule->hidden && m.rows == 0)
    s.pair("Rows", "none of its own: correlations stand on it", true);
  else if (row.rule != nullptr && row.rule->informational && m.rows == 0)
    s.pair("Rows", "none: it is context in others' rows", true);
  else
    s.pair("Rows", fmt::format("{} this week, {} in four{}", count_text(row.week.rows), count_text(m.rows),
                               row.a_day < 0 ? std::string() : ", " + a_day_text(row) + " a day"));
  if (m.calls > m.rows || m.repeats > 0)
    s.pair("Calls", fmt::format("{}, and {} counted without a call", count_text(m.calls),
                                plural(m.repeats, "repeat", "repeats")));
  if (m.rows > 0 || m.judged() > 0) {
    s.pair("True",
           row.precision() < 0 ? std::string("not known: no row was resolved with a cause that says so")
                               : fmt::format("{} %, of {} judged", row.precision(), count_text(m.judged())),
           row.precision() < 0);
    if (const std::string causes = causes_text(m); !causes.empty()) s.pair("Resolved as", causes);
    const std::uint32_t seen = m.acknowledged.total();
    const std::int64_t most = m.acknowledged.percentile(80);
    s.pair("Acknowledged",
           seen == 0 ? std::string("not known: nobody acknowledged one")
                     : fmt::format("half within {}, 80 % within {}, {} in time", acknowledged_text(row),
                                   most == 0 ? std::string("more than a day") : span(most), percent(m.in_target, seen)),
           seen == 0);
    s.pair("Operators",
           row.minutes() < 0 ? std::string("not known: none was resolved")
                             : minutes_text(row) + " min from acknowledgement to resolution",
           row.minutes() < 0);
    if (row.restless() > 0 || m.stale > 0)
      s.pair("Restless", fmt::format("{} times chattering, {} fleeting, {} stale", m.chattering, m.fleeting, m.stale));
    if (m.of_point > 1) s.pair("Most from", fmt::format("{}: {} of a week's calls", m.point, m.of_point));
  }
  s.pair("Matched", row.last == 0 ? (since == 0 ? std::string("never") : "never since " + s.f.time.day(since))
                                  : fmt::format("{}, {} at {}; {} since {}", ago(s.f.input.now - row.last),
                                                s.f.time.day(row.last), s.f.time.minutes(row.last),
                                                plural(row.times, "time", "times"), s.f.time.day(since)));
}

/// Rows that have their name from it.
void week_rows(RulesSheet& s, const RuleDetail& detail) {
  s.section("Its rows of seven days", plural(detail.rows.size(), "row", "rows") + (detail.more ? ", and more" : ""));
  if (detail.rows.empty()) s.words("None.", s.t.t3);
  for (const RuleDetail::Row& row : detail.rows) {
    const Incident* const open = s.f.snapshot.incident(row.id);
    s.incident(row.id, row.priority, row.opened, row.title,
               open != nullptr            ? name_of(open->state)
               : row.cause != Cause::none ? name_of(row.cause)
                                          : name_of(row.state));
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
  s.section("Text", changed               ? std::string("as it was changed here")
                    : detail.path.empty() ? std::string()
                                          : fmt::format("line {} of its file on", detail.line));
  if (detail.text.empty()) return s.words(detail.text_absent, s.t.t3);
  source(s, detail.text, detail.line, visible);
  if (!changed) return;
  s.section("What its file says", "does not judge now");
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
  std::vector<std::string_view> panes = {"About"};
  if (works) panes.insert(panes.end(), {"Try on the past", has_edit() ? "Edit •" : "Edit"});
  float used = 0;
  const int clicked = segments(p, "rules/pane", head.x + unit::kPad, head.y + 8, panes, static_cast<int>(pane_), &used);
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
    put("not loaded", BadgeKind::stale);
  } else {
    put(row.rule->informational ? std::string("informational") : std::string(name_of(row.rule->level)),
        BadgeKind::outline);
    if (row.rule->life_safety) put("life safety", BadgeKind::outline);
    if (row.rule->correlation) put("correlation", BadgeKind::outline);
    if (row.rule->hidden) put("base rule", BadgeKind::outline);
    if (row.noisy) put("noisy", BadgeKind::medium);
    if (row.rule->off) put("off", BadgeKind::stale);
    if (row.rule->changed) put("changed here", BadgeKind::outline);
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
    s.words("It has figures of these weeks and is not among the rules that are loaded now.", p.t.t2);
  figures(s, row, list_->since);
  if (const std::string fix = fix_of(row.id); !fix.empty()) {
    s.section("What would help", "from its figures");
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
    s.words(!detail_problem_.empty() ? detail_problem_ : "Asking the engine for its text", p.t.t3);
  }
  if (detail_ && !detail_problem_.empty()) s.words(detail_problem_, p.t.of(Priority::medium).text);
  end_scroll(f, "rules/detail", r, about_, s.y + 12);
}

}  // namespace wf::ui
