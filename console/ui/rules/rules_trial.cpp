// A rule tried on the past: what is tried, how far it is, and what would have been.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/rules/rules_sheet.hpp"
#include "console/ui/rules/rules_view.hpp"

namespace wf::ui {
namespace {

using NamedRow = BacktestReport::NamedRow;

constexpr std::array<std::uint32_t, 4> kDays{7, 30, 90, 0};

/// "+3", "−12.4", "=": what rounds to nothing is nothing.
std::string change(double before, double after, int digits) {
  const double by = after - before;
  const std::string text = digits == 0 ? count_text(static_cast<std::uint64_t>(std::llround(std::fabs(by))))
                                       : decimal_text(std::fabs(by), digits);
  if (text.find_first_not_of("0.,") == std::string::npos) return "=";
  return (by > 0 ? "+" : "−") + text;
}

std::string what_of(const RuleEdit& edit) {
  return edit.off ? "switched off"_tr : edit.text.empty() ? "as it is loaded"_tr : "as it was edited"_tr;
}

std::string days_text(const Frame& f, const Trial& trial) {
  return trial.from == 0 ? "the whole log"_tr.str() : text_of<"from {} on">(f.time.day(trial.from));
}

/// The sentence that a person looks for first.
std::string verdict(const Trial& trial) {
  const BacktestReport& r = *trial.report;
  std::string out;
  if (trial.lost == 0 && trial.gained == 0)
    out = "No row more or less."_tr;
  else
    out = plural<"{} row lost, {} gained.", "{} rows lost, {} gained.">(trial.lost, count_text(trial.gained));
  if (r.confirmed == 0)
    out += " " + "None was resolved as true, so nothing says whether one that matters is lost."_tr.str();
  else if (trial.missed == 0)
    out += " " + text_of<"Of {} resolved as true none would have been missed.">(count_text(r.confirmed));
  else
    out += " " + text_of<"Of {} resolved as true {} would have been missed.">(count_text(r.confirmed),
                                                                              count_text(trial.missed));
  return out;
}

void figures(RulesSheet& s, const BacktestReport& r) {
  const double days = std::max(r.days(), 1e-9);
  const float change_at = s.x + s.w, with_at = change_at - 84, then_at = with_at - 92;
  for (const auto& [at, name] : {std::pair{then_at, "Then"_tr}, {with_at, "With it"_tr}, {change_at, "Change"_tr}})
    s.p.text(at, s.y + 10, name, Face::s, s.t.t3, Align::right);
  s.y += 22;
  const auto number = [](double n, int digits) {
    return digits == 0 ? count_text(static_cast<std::uint64_t>(n)) : decimal_text(n, digits);
  };
  const auto line = [&](std::string_view name, double then, double with, int digits) {
    s.p.text(s.x, s.y + 11, name, Face::s, s.t.t1, Align::left, then_at - s.x - 60);
    const std::string by = change(then, with, digits);
    s.p.text(then_at, s.y + 11, number(then, digits), Face::mono_s, s.t.t2, Align::right);
    s.p.text(with_at, s.y + 11, number(with, digits), Face::mono_s, s.t.t1, Align::right);
    s.p.text(change_at, s.y + 11, by, Face::mono_s_medium, by == "=" ? s.t.t3 : s.t.t1, Align::right);
    s.y += 22;
    s.p.hairline(s.x, s.y, s.w, s.t.line);
  };
  const auto whole = [](std::uint64_t n) { return static_cast<double>(n); };
  line("Rows"_tr, whole(r.then.rows), whole(r.candidate.rows), 0);
  line("Rows a day"_tr, whole(r.then.rows) / days, whole(r.candidate.rows) / days, 1);
  line("Calls a day"_tr, whole(r.then.calls) / days, whole(r.candidate.calls) / days, 1);
  line("Operators' minutes a day"_tr, r.then.minutes / days, r.candidate.minutes / days, 1);
  for (const Priority priority : {Priority::critical, Priority::high, Priority::medium, Priority::low}) {
    const auto n = static_cast<std::size_t>(priority);
    if (r.then.by_priority[n] > 0 || r.candidate.by_priority[n] > 0)
      line(text_of<"Rows of {} priority">(word_of(priority)), whole(r.then.by_priority[n]),
           whole(r.candidate.by_priority[n]), 0);
  }
  s.y += 4;
  if (r.minutes_assumed)
    s.words(text_of<"Nobody worked on a row then: {:.0f} minutes each are assumed.">(r.minutes_a_row), s.t.t3);
}

/// `then`: they were incidents; else rows that only the trial has.
void list(RulesSheet& s, std::string_view title, std::string_view right, const std::vector<NamedRow>& rows,
          std::uint64_t count, bool then) {
  if (count == 0) return;
  s.section(fmt::format("{} ({})", title, count_text(count)), right);
  for (const NamedRow& row : rows) {
    std::string how = !row.note.empty() ? row.note : row.cause != Cause::none ? word_of(row.cause).str() : "";
    if (then && row.note.empty() && row.other != 0)
      how += (how.empty() ? "" : ", ") + "called by another rule"_tr.str();
    if (then)
      s.incident(row.id, row.priority, row.opened, row.title, how);
    else
      s.row(row.priority, row.opened, row.title, row.rule_title);
  }
  if (rows.size() < count) s.words(text_of<"and {} more">(count_text(count - rows.size())), s.t.t3);
}

void rules(RulesSheet& s, const BacktestReport& r) {
  if (r.rules.empty()) return;
  s.section("Rules whose rows change"_tr, "then, with it, lost, gained"_tr);
  for (const BacktestReport::RuleLine& line : r.rules) {
    const float end = s.x + s.w;
    float at = end;
    for (const std::uint64_t n : {line.gained, line.lost, line.candidate, line.then}) {
      s.p.text(at, s.y + 11, count_text(n), Face::mono_s, n == 0 ? s.t.t3 : s.t.t1, Align::right);
      at -= 62;
    }
    s.p.text(s.x, s.y + 11, line.title.empty() ? line.id : line.title, Face::s, s.t.t1, Align::left, at - s.x);
    s.y += 22;
    s.p.hairline(s.x, s.y, s.w, s.t.line);
  }
}

void result(RulesSheet& s, const Trial& trial) {
  const BacktestReport& r = *trial.report;
  s.section("What would have been"_tr, text_of<"{} to {}, {}">(s.f.time.day(r.from), s.f.time.day(r.to),
                                                               plural<"{} event", "{} events">(r.events)));
  const bool bad = trial.missed > 0;
  s.words(verdict(trial), bad ? s.t.of(Priority::critical).text : s.t.t1);
  s.y += 6;
  figures(s, r);
  if (!r.problem.empty()) s.words(r.problem, s.t.of(Priority::medium).text);
  list(s, "Missed"_tr, "resolved as true then, no row with it"_tr, r.missed, trial.missed, true);
  list(s, "Weaker"_tr, "resolved as true then"_tr, r.weaker, trial.weaker, true);
  list(s, "Lost"_tr, "rows of then that it does not make"_tr, r.lost, trial.lost, true);
  list(s, "Gained"_tr, "rows that were not there then"_tr, r.gained, trial.gained, false);
  rules(s, r);
  if (!r.left_out.empty()) s.section("Not judged beside it"_tr, plural<"{} line", "{} lines">(r.left_out.size()));
  for (std::size_t n = 0; n < std::min<std::size_t>(r.left_out.size(), 20); ++n) s.words(r.left_out[n], s.t.t2);
}

}  // namespace

void RulesView::ask_trial(Frame& f, Desk& d) {
  if (const std::shared_ptr<const QueryPage> page = d.answer(trial_asked_)) {
    trial_asked_ = 0;
    if (!page->error.empty() || trial_begun_) trial_problem_ = page->error;
    trial_begun_ = false;
    if (page->trial) trial_ = page->trial;
  }
  if (!f.input.can_ask || pane_ != Pane::trial) return;
  const bool running = trial_ && trial_->state == Trial::State::running;
  const double every = running ? 0.5 : 5;
  if (trial_asked_ == 0 && f.input.seconds - trial_at_ >= every) {
    Query query;
    query.what = Query::What::trial_state;
    trial_asked_ = d.ask(std::move(query));
    trial_at_ = f.input.seconds;
  }
  f.wake(std::max(0.05, every - (f.input.seconds - trial_at_)));
}

void RulesView::begin_trial(Frame& f, Desk& d, const RuleRow& row) {
  Query query;
  query.what = Query::What::trial;
  query.edit.rule = row.id;
  query.edit.off = trial_of_ == TrialOf::off;
  if (trial_of_ == TrialOf::edited) query.edit.text = draft_.area.text;
  query.days = kDays[static_cast<std::size_t>(trial_days_)];
  trial_asked_ = d.ask(std::move(query));
  trial_at_ = f.input.seconds;
  trial_begun_ = true;
  trial_problem_.clear();
}

void RulesView::draw_trial(Frame& f, Desk& d, const Rect& r, const RuleRow& row) {
  Painter& p = f.p;
  ask_trial(f, d);
  const float top = begin_scroll(f, "rules/trial", r, trial_scroll_) + 10;
  RulesSheet s{f, d, p, p.t, r.x + unit::kPad, r.w - 2 * unit::kPad - 8, top};
  s.words(
      "The stored log is judged again with this rule as chosen, and with all others as they were then. The watch goes "
      "on meanwhile; nothing is changed."_tr,
      p.t.t2, 4);
  s.y += 10;
  const bool edited = has_edit();
  if (trial_of_ == TrialOf::edited && !edited) trial_of_ = TrialOf::loaded;
  std::vector<std::string_view> whats = {"As loaded"_tr, "Switched off"_tr}, names = {"As loaded", "Switched off"};
  if (edited) {
    whats.push_back("As edited"_tr);
    names.push_back("As edited");
  }
  float used = 0;
  p.text(s.x, s.y + 12, "Try it"_tr, Face::s, p.t.t3);
  if (const int clicked = segments(p, "rules/try", s.x + 76, s.y, whats, static_cast<int>(trial_of_), &used, names);
      clicked >= 0)
    trial_of_ = static_cast<TrialOf>(clicked);
  s.y += 34;
  p.text(s.x, s.y + 12, "On the last"_tr, Face::s, p.t.t3);
  if (const int clicked = segments(p, "rules/days", s.x + 76, s.y, {"7 days"_tr, "30 days"_tr, "90 days"_tr, "All"_tr},
                                   trial_days_, &used);
      clicked >= 0)
    trial_days_ = clicked;
  s.y += 36;
  const bool running = trial_ && trial_->state == Trial::State::running;
  ButtonStyle style;
  style.kind = ButtonKind::primary;
  style.enabled = !running && !trial_begun_ && f.input.can_ask && row.rule != nullptr;
  float width = 0;
  const Hit go = button(p, "rules/try/go", s.x, s.y, "Try on the past"_tr, style, &width);
  if (go.clicked) begin_trial(f, d, row);
  const Text why = row.rule == nullptr ? "It is not loaded"_tr
                   : !f.input.can_ask  ? "No engine runs here"_tr
                   : running           ? "One is tried at a time"_tr
                   : trial_begun_      ? "Asked"_tr
                                       : Text();
  p.text(s.x + width + 12, s.y + 14, why, Face::s, p.t.t3, Align::left, s.w - width - 12);
  s.y += 38;
  if (!trial_problem_.empty()) s.words(trial_problem_, p.t.of(Priority::medium).text);
  if (trial_ && trial_->state != Trial::State::none) {
    const Trial& trial = *trial_;
    const std::string what = what_of(trial.edit) + ", " + days_text(f, trial);
    s.section("“" + trial.title + "”", what);
    if (running) {
      const Rect bar{s.x, s.y + 10, s.w - 92, 8};
      p.fill(bar, p.t.bg3);
      p.stroke(bar, p.t.line2);
      p.fill({bar.x + 1, bar.y + 1, std::max(0.0F, (bar.w - 2) * static_cast<float>(std::clamp(trial.share, 0.0, 1.0))),
              6},
             p.t.t2);
      ButtonStyle stop;
      stop.width = 76;
      if (button(p, "rules/try/stop", s.x + s.w - 76, s.y, "Stop"_tr, stop).clicked) {
        Query query;
        query.what = Query::What::trial_stop;
        query.known = trial.number;
        trial_asked_ = d.ask(std::move(query));
        trial_at_ = f.input.seconds;
      }
      s.y += 34;
      s.words(trial.at == 0 ? text_of<"{:.0f} %; {} so far, for {}">(trial.share * 100, duration(trial.took), trial.by)
                            : text_of<"{:.0f} %, at {} {}; {} so far, for {}">(trial.share * 100, f.time.day(trial.at),
                                                                               f.time.minutes(trial.at),
                                                                               duration(trial.took), trial.by),
              p.t.t1);
    } else {
      const Text how = trial.state == Trial::State::done     ? "Tried"_tr
                       : trial.state == Trial::State::failed ? "Failed##a trial"_tr
                                                             : "Stopped"_tr;
      s.words(text_of<"{} {} at {} for {}, in {}">(how, f.time.day(trial.asked), f.time.minutes(trial.asked), trial.by,
                                                   duration(trial.took)),
              p.t.t2);
      if (!trial.problem.empty()) s.words(trial.problem, p.t.of(Priority::medium).text);
      if (trial.edit.rule != row.id) {
        ButtonStyle other;
        other.kind = ButtonKind::ghost;
        if (button(p, "rules/try/other", s.x, s.y + 4, "That is another rule: show it"_tr, other).clicked) {
          select(trial.edit.rule);
          reveal_ = true;
        }
        s.y += 36;
      }
      if (trial.report) result(s, trial);
    }
  }
  end_scroll(f, "rules/trial", r, trial_scroll_, s.y + 12);
}

}  // namespace wf::ui
