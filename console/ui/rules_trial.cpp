// A rule tried on the past: what is tried, how far it is, and what would have been.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/icons.hpp"
#include "console/ui/rules_sheet.hpp"
#include "console/ui/rules_view.hpp"

namespace wf::ui {
namespace {

using NamedRow = BacktestReport::NamedRow;

constexpr std::array<std::uint32_t, 4> kDays{7, 30, 90, 0};

/// "+3", "−12.4", "=": what rounds to nothing is nothing.
std::string change(double before, double after, int digits) {
  const double by = after - before;
  const std::string text = digits == 0 ? count_text(static_cast<std::uint64_t>(std::llround(std::fabs(by))))
                                       : fmt::format("{:.{}f}", std::fabs(by), digits);
  if (text.find_first_not_of("0.") == std::string::npos) return "=";
  return (by > 0 ? "+" : "−") + text;
}

std::string what_of(const RuleEdit& edit) {
  return edit.off ? "switched off" : edit.text.empty() ? "as it is loaded" : "as it was edited";
}

std::string days_text(const Frame& f, const Trial& trial) {
  return trial.from == 0 ? std::string("the whole log") : "from " + f.time.day(trial.from) + " on";
}

/// The sentence that a person looks for first.
std::string verdict(const Trial& trial) {
  const BacktestReport& r = *trial.report;
  std::string out;
  if (trial.lost == 0 && trial.gained == 0)
    out = "No row more or less.";
  else
    out = fmt::format("{} lost, {} gained.", plural(trial.lost, "row", "rows"), count_text(trial.gained));
  if (r.confirmed == 0)
    out += " None was resolved as true, so nothing says whether one that matters is lost.";
  else if (trial.missed == 0)
    out += fmt::format(" Of {} resolved as true none would have been missed.", count_text(r.confirmed));
  else
    out += fmt::format(" Of {} resolved as true {} would have been missed.", count_text(r.confirmed),
                       count_text(trial.missed));
  return out;
}

void figures(RulesSheet& s, const BacktestReport& r) {
  const double days = std::max(r.days(), 1e-9);
  const float change_at = s.x + s.w, with_at = change_at - 84, then_at = with_at - 92;
  for (const auto& [at, name] : {std::pair{then_at, "Then"}, {with_at, "With it"}, {change_at, "Change"}})
    s.p.text(at, s.y + 10, name, Face::s, s.t.t3, Align::right);
  s.y += 22;
  const auto number = [](double n, int digits) {
    return digits == 0 ? count_text(static_cast<std::uint64_t>(n)) : fmt::format("{:.{}f}", n, digits);
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
  line("Rows", whole(r.then.rows), whole(r.candidate.rows), 0);
  line("Rows a day", whole(r.then.rows) / days, whole(r.candidate.rows) / days, 1);
  line("Calls a day", whole(r.then.calls) / days, whole(r.candidate.calls) / days, 1);
  line("Operators' minutes a day", r.then.minutes / days, r.candidate.minutes / days, 1);
  for (const Priority priority : {Priority::critical, Priority::high, Priority::medium, Priority::low}) {
    const auto n = static_cast<std::size_t>(priority);
    if (r.then.by_priority[n] > 0 || r.candidate.by_priority[n] > 0)
      line("Rows of " + std::string(name_of(priority)) + " priority", whole(r.then.by_priority[n]),
           whole(r.candidate.by_priority[n]), 0);
  }
  s.y += 4;
  if (r.minutes_assumed)
    s.words(fmt::format("Nobody worked on a row then: {:.0f} minutes each are assumed.", r.minutes_a_row), s.t.t3);
}

/// `then`: they were incidents; else rows that only the trial has.
void list(RulesSheet& s, std::string_view title, std::string_view right, const std::vector<NamedRow>& rows,
          std::uint64_t count, bool then) {
  if (count == 0) return;
  s.section(fmt::format("{} ({})", title, count_text(count)), right);
  for (const NamedRow& row : rows) {
    std::string how = !row.note.empty() ? row.note : row.cause != Cause::none ? std::string(name_of(row.cause)) : "";
    if (then && row.note.empty() && row.other != 0)
      how += how.empty() ? "called by another rule" : ", called by another rule";
    if (then)
      s.incident(row.id, row.priority, row.opened, row.title, how);
    else
      s.row(row.priority, row.opened, row.title, row.rule_title);
  }
  if (rows.size() < count) s.words(fmt::format("and {} more", count_text(count - rows.size())), s.t.t3);
}

void rules(RulesSheet& s, const BacktestReport& r) {
  if (r.rules.empty()) return;
  s.section("Rules whose rows change", "then, with it, lost, gained");
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
  s.section("What would have been",
            fmt::format("{} to {}, {}", s.f.time.day(r.from), s.f.time.day(r.to), plural(r.events, "event", "events")));
  const bool bad = trial.missed > 0;
  s.words(verdict(trial), bad ? s.t.of(Priority::critical).text : s.t.t1);
  s.y += 6;
  figures(s, r);
  if (!r.problem.empty()) s.words(r.problem, s.t.of(Priority::medium).text);
  list(s, "Missed", "resolved as true then, no row with it", r.missed, trial.missed, true);
  list(s, "Weaker", "resolved as true then", r.weaker, trial.weaker, true);
  list(s, "Lost", "rows of then that it does not make", r.lost, trial.lost, true);
  list(s, "Gained", "rows that were not there then", r.gained, trial.gained, false);
  rules(s, r);
  if (!r.left_out.empty()) s.section("Not judged beside it", plural(r.left_out.size(), "line", "lines"));
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
      "on meanwhile; nothing is changed.",
      p.t.t2, 4);
  s.y += 10;
  const bool edited = has_edit();
  if (trial_of_ == TrialOf::edited && !edited) trial_of_ = TrialOf::loaded;
  std::vector<std::string_view> whats = {"As loaded", "Switched off"};
  if (edited) whats.push_back("As edited");
  float used = 0;
  p.text(s.x, s.y + 12, "Try it", Face::s, p.t.t3);
  if (const int clicked = segments(p, "rules/try", s.x + 76, s.y, whats, static_cast<int>(trial_of_), &used);
      clicked >= 0)
    trial_of_ = static_cast<TrialOf>(clicked);
  s.y += 34;
  p.text(s.x, s.y + 12, "On the last", Face::s, p.t.t3);
  if (const int clicked =
          segments(p, "rules/days", s.x + 76, s.y, {"7 days", "30 days", "90 days", "All"}, trial_days_, &used);
      clicked >= 0)
    trial_days_ = clicked;
  s.y += 36;
  const bool running = trial_ && trial_->state == Trial::State::running;
  ButtonStyle style;
  style.kind = ButtonKind::primary;
  style.enabled = !running && !trial_begun_ && f.input.can_ask && row.rule != nullptr;
  float width = 0;
  const Hit go = button(p, "rules/try/go", s.x, s.y, "Try on the past", style, &width);
  if (go.clicked) begin_trial(f, d, row);
  const std::string why = row.rule == nullptr ? "It is not loaded"
                          : !f.input.can_ask  ? "No engine runs here"
                          : running           ? "One is tried at a time"
                          : trial_begun_      ? "Asked"
                                              : "";
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
      if (button(p, "rules/try/stop", s.x + s.w - 76, s.y, "Stop", stop).clicked) {
        Query query;
        query.what = Query::What::trial_stop;
        query.known = trial.number;
        trial_asked_ = d.ask(std::move(query));
        trial_at_ = f.input.seconds;
      }
      s.y += 34;
      s.words(
          fmt::format("{:.0f} %{}; {} so far, for {}", trial.share * 100,
                      trial.at == 0 ? std::string() : ", at " + f.time.day(trial.at) + " " + f.time.minutes(trial.at),
                      duration(trial.took), trial.by),
          p.t.t1);
    } else {
      const char* const how = trial.state == Trial::State::done     ? "Tried"
                              : trial.state == Trial::State::failed ? "Failed"
                                                                    : "Stopped";
      s.words(fmt::format("{} {} at {} for {}, in {}", how, f.time.day(trial.asked), f.time.minutes(trial.asked),
                          trial.by, duration(trial.took)),
              p.t.t2);
      if (!trial.problem.empty()) s.words(trial.problem, p.t.of(Priority::medium).text);
      if (trial.edit.rule != row.id) {
        ButtonStyle other;
        other.kind = ButtonKind::ghost;
        if (button(p, "rules/try/other", s.x, s.y + 4, "That is another rule: show it", other).clicked) {
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
