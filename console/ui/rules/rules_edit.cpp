// Another text of a rule: written, checked by the engine as it is written, tried, put in force.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/rules/rule_text.hpp"
#include "console/ui/rules/rules_sheet.hpp"
#include "console/ui/rules/rules_view.hpp"

namespace wf::ui {
namespace {

constexpr double kPause = 0.8;  // seconds without a key before a text is checked
constexpr std::size_t kShown = 4;

}  // namespace

/// The draft follows what is in force as long as nobody has written to it, and is checked when somebody has.
void RulesView::follow_draft(Frame& f, Desk& d) {
  if (const std::shared_ptr<const QueryPage> page = d.answer(draft_.asked)) {
    draft_.asked = 0;
    if (page->check && draft_.changed < 0) draft_.check = page->check;
    if (!page->error.empty()) {
      auto failed = std::make_shared<RuleCheck>();
      failed->problems.push_back({0, page->error});
      draft_.check = std::move(failed);
    }
  }
  const bool written = draft_.area.text != draft_.shown;
  const bool in_force = written && detail_ && draft_.rule == selected_ && draft_.area.text == detail_->text;
  if (detail_ && !detail_->text.empty() && (!written || in_force) &&
      (draft_.rule != detail_->id || draft_.shown != detail_->text)) {
    const float scroll = draft_.rule == detail_->id ? draft_.area.scroll : 0;
    draft_ = {};
    draft_.rule = detail_->id;
    draft_.shown = draft_.area.text = detail_->text;
    draft_.area.scroll = scroll;
  }
  if (draft_.changed < 0 || draft_.asked != 0 || !f.input.can_ask) return;
  const double left = kPause - (f.input.seconds - draft_.changed);
  if (left > 0) return f.wake(left + 0.01);
  draft_.changed = -1;
  if (!written) return;
  Query query;
  query.what = Query::What::check;
  query.edit.rule = draft_.rule;
  query.edit.text = draft_.area.text;
  draft_.asked = d.ask(std::move(query));
}

void RulesView::draw_edit(Frame& f, Desk& d, const Rect& r, const RuleRow& row) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  RulesSheet s{f, d, p, t, r.x + unit::kPad, r.w - 2 * unit::kPad, r.y + 10};
  if (draft_.rule != row.id) {
    if (!draft_.rule.empty() && draft_.area.text != draft_.shown) {
      const auto other =
          std::find_if(rows_.begin(), rows_.end(), [&](const RuleRow& one) { return one.id == draft_.rule; });
      s.words(text_of<"Another rule is being edited: “{}”. Put it in force or leave it first.">(
                  other == rows_.end() ? draft_.rule : other->title),
              t.t1);
      s.y += 8;
      float used = 0;
      ButtonStyle style;
      if (button(p, "rules/edit/other", s.x, s.y, "Go there"_tr, style, &used).clicked) {
        select(draft_.rule);
        reveal_ = true;
      }
      style.kind = ButtonKind::ghost;
      if (button(p, "rules/edit/leave", s.x + used + 8, s.y, "Leave its changes"_tr, style).clicked) draft_ = {};
      return;
    }
    s.words(!detail_                ? "Asking the engine for its text"_tr.str()
            : detail_->text.empty() ? detail_->text_absent
                                    : std::string(),
            t.t2);
    return;
  }
  const bool written = has_edit();
  const RuleChange* const change = change_of(row.id);
  // What it is, and its level, which is what is changed most.
  const std::string level = level_in(draft_.area.text);
  std::vector<std::string_view> levels(std::begin(kRuleLevels), std::end(kRuleLevels));
  const auto on = std::find(levels.begin(), levels.end(), level);
  p.text(s.x, s.y + 12, "Level"_tr, Face::s, t.t3);
  float used = 0;
  const int clicked = segments(p, "rules/level", s.x + 48, s.y, levels,
                               on == levels.end() ? -1 : static_cast<int>(on - levels.begin()), &used);
  if (clicked >= 0) {
    draft_.area.text = with_level(draft_.area.text, levels[static_cast<std::size_t>(clicked)]);
    draft_.changed = f.input.seconds;
    draft_.check.reset();
  }
  const Text what = written                             ? "edited, not in force"_tr
                    : change != nullptr && change->text ? "as it was changed here"_tr
                                                        : "as its file says"_tr;
  float end = s.x + s.w;
  if (written) {
    ButtonStyle ghost;
    ghost.kind = ButtonKind::ghost;
    const float width = button_width(p, "Undo all"_tr, ghost);
    end -= width + 8;
    if (button(p, "rules/edit/undo", end + 8, s.y - 2, "Undo all"_tr, ghost).clicked) {
      draft_.area.text = draft_.shown;
      draft_.changed = -1;
      draft_.check.reset();
      form_ = {};
    }
  }
  p.text(end, s.y + 12, what, Face::s, written ? t.acc : t.t3, Align::right, end - s.x - 64 - used);
  s.y += 34;

  // From the bottom up: the form, buttons, problems; the text has the rest.
  const bool asks = form_.kind == Form::Kind::text;
  const RuleCheck* const check = written ? draft_.check.get() : nullptr;
  std::vector<std::string> problems;
  if (!refused_.empty()) problems.push_back(refused_);
  if (check != nullptr)
    for (const RuleCheck::Problem& one : check->problems)
      problems.push_back(one.line > 0 ? text_of<"Line {}: {}">(one.line, one.text) : one.text);
  if (problems.size() > kShown) problems.resize(kShown);
  const float foot = (asks ? form_height(p, s.w) + 12 : 0.0F) + 44 +
                     (problems.empty() ? 0.0F : 20.0F * static_cast<float>(problems.size()) + 6);
  const Rect area{s.x, s.y, s.w, std::max(80.0F, r.bottom() - foot - s.y)};
  std::vector<std::uint32_t> bad;
  if (check != nullptr)
    for (const RuleCheck::Problem& problem : check->problems)
      if (problem.line > 0) bad.push_back(problem.line);
  draft_.area.frozen = d.modal;
  if (text_area(p, "rules/text", area, draft_.area, 1, bad, std::exchange(focus_draft_, false))) {
    draft_.changed = f.input.seconds;
    draft_.check.reset();
    refused_.clear();
    f.wake(kPause + 0.01);
  }
  s.y = area.bottom() + 6;
  for (std::size_t n = 0; n < problems.size(); ++n) {
    p.text(s.x, s.y + 10, problems[n], Face::s, t.of(Priority::medium).text, Align::left, s.w);
    const Hit hit = p.hits.add(fmt::format("rules/problem/{}", n), {s.x, s.y, s.w, 20});
    d.hint(hit, problems[n]);
    s.y += 20;
  }
  if (!problems.empty()) s.y += 6;
  const bool good = check != nullptr && check->problems.empty();
  const std::string no = why_not(f);
  ButtonStyle put;
  put.kind = ButtonKind::primary;
  put.enabled = written && good && no.empty() && !asks && !waits();
  if (button(p, "rules/edit/put", s.x, s.y + 4, "Put in force…"_tr, put, &used).clicked) {
    form_ = {};
    form_.kind = Form::Kind::text;
    form_.focus = true;
  }
  float x = s.x + used + 8;
  ButtonStyle plain;
  plain.enabled = written && good;
  if (button(p, "rules/edit/try", x, s.y + 4, "Try on the past"_tr, plain, &used).clicked) {
    pane_ = Pane::trial;
    trial_of_ = TrialOf::edited;
  }
  x += used + 14;
  const std::string state = !written           ? "Nothing is changed yet"_tr.str()
                            : check == nullptr ? "Checking…"_tr.str()
                            : !good            ? plural<"{} problem", "{} problems">(check->problems.size())
                            : !no.empty()      ? no
                            : waits()          ? "Sent"_tr.str()
                                               : "It can be used"_tr.str();
  p.text(x, s.y + 18, state, Face::s, good && no.empty() ? t.t1 : t.t3, Align::left, s.x + s.w - x);
  s.y += 44;
  if (asks) (void)draw_form(f, d, {s.x, s.y, s.w, 0}, row);
}

}  // namespace wf::ui
