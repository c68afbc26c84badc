// Rules that are changed from here: switched off and on, taken back; each with who, when and why.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/rules/rules_sheet.hpp"
#include "console/ui/rules/rules_view.hpp"

namespace wf::ui {
namespace {

constexpr float kFormInset = 26;
constexpr double kNoAnswer = 5;  // seconds that a command is said to be on its way
constexpr std::array<std::int64_t, 4> kUntil{kHour, kDay, 7 * kDay, 0};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string when(const Frame& f, UtcNs at) { return f.time.day(at) + " " + f.time.minutes(at); }

std::string off_words(const Frame& f, const RuleChange& change) {
  return change.until == 0 ? text_of<"Off since {} by {}, until somebody switches it on: {}">(when(f, change.at),
                                                                                              change.by, change.reason)
                           : text_of<"Off since {} by {}, until {}: {}">(when(f, change.at), change.by,
                                                                         when(f, change.until), change.reason);
}

}  // namespace

std::string RulesView::why_not(const Frame& f) const {
  if (!f.input.can_ask) return "No engine runs here"_tr;
  if (!list_) return "The engine has not told its rules yet"_tr;
  const std::string mine = lowered(f.snapshot.role);
  std::string roles;
  for (const std::string& role : list_->roles) {
    if (lowered(role) == mine) return {};
    roles += (roles.empty() ? "" : ", ") + role;
  }
  if (roles.empty()) return "No role may change rules at this engine"_tr;
  return text_of<"Your role, {}, may not change rules; may: {}">(
      f.snapshot.role.empty() ? "none##role"_tr.str() : f.snapshot.role, roles);
}

void RulesView::send(Frame& f, Command command) {
  command.kind = CommandKind::rule;
  f.commands.push_back(std::move(command));
  sent_ = f.input.seconds;
  refused_.clear();
}

/// What became of the command: its answer makes the rules be asked for at once.
void RulesView::follow_command(Frame& f) {
  if (!f.input.replies.empty()) asked_at_ = detail_at_ = -1e9;
  if (!waits()) return;
  for (const CommandReply& reply : f.input.replies)
    if (!reply.accepted) refused_ = reply.message;
  const double left = kNoAnswer - (f.input.seconds - sent_);
  if (f.input.replies.empty() && left > 0) return f.wake(left + 0.01);
  if (f.input.replies.empty()) refused_ = "The engine has not answered yet"_tr;
  sent_ = -1e9;
}

float RulesView::draw_standing(Frame& f, Desk& d, const Rect& r, const RuleRow& row) {
  Painter& p = f.p;
  RulesSheet s{f, d, p, p.t, r.x, r.w, r.y};
  const RuleChange* const change = change_of(row.id);
  if (change != nullptr && change->off) s.words(off_words(f, *change), p.t.of(Priority::medium).text);
  if (change != nullptr && change->text)
    s.words((change->off ? "Its text was changed here."_tr.str()
                         : text_of<"Its text was changed here {} by {}: {}.">(when(f, change->at), change->by,
                                                                              change->reason)) +
                " " + "It judges instead of its file's until it is taken back or its file changes."_tr.str(),
            p.t.t1);
  if (change != nullptr) s.y += 6;
  const std::string no = why_not(f);
  float x = s.x, used = 0;
  const auto button_of = [&](std::string_view name, std::string_view label, bool enabled) {
    ButtonStyle style;
    style.enabled = enabled && no.empty() && !waits() && form_.kind == Form::Kind::none;
    const bool clicked = button(p, name, x, s.y, label, style, &used).clicked;
    x += used + 8;
    return clicked;
  };
  if (row.rule->off) {
    if (button_of("rules/on", "Switch on"_tr, true)) {
      Command command;
      command.target = row.id;
      command.action = "on";
      send(f, std::move(command));
    }
  } else if (button_of("rules/off", "Switch off…"_tr, !row.rule->life_safety)) {
    form_ = {};
    form_.kind = Form::Kind::off;
    form_.focus = true;
  }
  if (change != nullptr && change->text && button_of("rules/restore", "Take the text back…"_tr, true)) {
    form_ = {};
    form_.kind = Form::Kind::restore;
  }
  s.y += unit::kButton + 6;
  if (waits())
    s.words("Sent"_tr, p.t.t3);
  else if (!refused_.empty())
    s.words(refused_, p.t.of(Priority::medium).text);
  else if (!no.empty())
    s.words(no, p.t.t3);
  else if (row.rule->life_safety && !row.rule->off)
    s.words("Life safety cannot be switched off here"_tr, p.t.t3);
  if (form_.kind == Form::Kind::off || form_.kind == Form::Kind::restore)
    s.y += draw_form(f, d, {s.x, s.y, s.w, 0}, row);
  s.y += 6;
  return s.y - r.y;
}

Text RulesView::form_words() const {
  switch (form_.kind) {
    case Form::Kind::off:
      return "It makes no row of its own from now on. Correlations that stand on it go on, and rows that are open "
             "stay."_tr;
    case Form::Kind::restore:
      return "What its file says judges from now on. The text that was changed here is gone."_tr;
    default:
      return "This text judges from now on instead of its file's, until it is taken back or its file changes."_tr;
  }
}

float RulesView::form_height(const Painter& p, float w) const {
  const float lines = p.width(form_words(), Face::s) > w - kFormInset ? 2 : 1;
  return 10 + 18 * lines + 8 + (form_.kind == Form::Kind::off ? 34.0F : 0.0F) + 36 + 38;
}

float RulesView::draw_form(Frame& f, Desk& d, const Rect& r, const RuleRow& row) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const bool off = form_.kind == Form::Kind::off, restore = form_.kind == Form::Kind::restore;
  const Rect box{r.x, r.y, r.w, form_height(p, r.w)};
  p.fill(box, t.bg3, unit::kRadius);
  p.fill({box.x, box.y, 3, box.h}, t.acc);
  RulesSheet s{f, d, p, t, box.x + 14, box.w - kFormInset, box.y + 10};
  s.words(form_words(), t.t1, 2);
  s.y += 8;
  if (off) {
    const int clicked = segments(p, "rules/until", s.x, s.y,
                                 {"An hour"_tr, "A day"_tr, "A week"_tr, "Until switched on"_tr}, form_.until);
    if (clicked >= 0) form_.until = clicked;
    s.y += 34;
  }
  const bool entered = text_field(p, "rules/reason", {s.x, s.y, s.w, 28}, form_.reason,
                                  restore ? "A word on it, if needed"_tr : "Reason, for whoever reads it later"_tr,
                                  std::exchange(form_.focus, false));
  s.y += 36;
  ButtonStyle go;
  go.kind = ButtonKind::far_reaching;
  go.enabled = restore || !form_.reason.text.empty();
  float used = 0;
  const Hit hit = button(p, "rules/form/go", s.x, s.y,
                         off       ? "Switch off"_tr
                         : restore ? "Take back"_tr
                                   : "Put in force"_tr,
                         go, &used);
  ButtonStyle ghost;
  ghost.kind = ButtonKind::ghost;
  const Hit cancel = button(p, "rules/form/cancel", s.x + used + 8, s.y, "Cancel"_tr, ghost);
  if ((hit.clicked || entered) && go.enabled)
    carry_out(f, row);
  else if (cancel.clicked || d.keys.take(Key::escape))
    form_ = {};
  return box.h + 6;
}

void RulesView::carry_out(Frame& f, const RuleRow& row) {
  Command command;
  command.target = row.id;
  command.text = form_.reason.text;
  if (form_.kind == Form::Kind::off) {
    command.action = "off";
    const std::int64_t span = kUntil[static_cast<std::size_t>(form_.until)];
    command.until = span == 0 ? 0 : f.input.now + span;
  } else if (form_.kind == Form::Kind::restore) {
    command.action = "restore";
  } else {
    command.action = "text";
    command.document = draft_.area.text;
    command.basis = text_sum(draft_.shown);
  }
  send(f, std::move(command));
  form_ = {};
}

void RulesView::draw_changes(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const float top = begin_scroll(f, "rules/changed", r, changes_) + 8;
  RulesSheet s{f, d, p, p.t, r.x + unit::kPad, std::min(r.w - 3 * unit::kPad, 1200.0F), top};
  std::size_t n = 0;
  for (const RuleChange& change : list_->changes) {
    const Rect at{s.x - 8, s.y, s.w + 16, 28};
    const Hit hit = p.hits.add(fmt::format("rules/change/{}", n++), at);
    if (hit.hovered) p.fill(at, p.t.bg2, unit::kRadius);
    const Text what = !change.ended.empty()       ? "over##a change"_tr
                      : change.off && change.text ? "off, and another text"_tr
                      : change.off                ? "off##a rule"_tr
                                                  : "another text"_tr;
    const float right =
        p.text(s.x + s.w, at.mid_y(), what, Face::s_semibold, change.ended.empty() ? p.t.t1 : p.t.t3, Align::right);
    p.text(s.x, at.mid_y(), change.title, Face::m_medium, change.ended.empty() ? p.t.t1 : p.t.t2, Align::left,
           s.w - right - 16);
    s.y += 28;
    std::string words = text_of<"{} by {}: {}">(when(f, change.at), change.by,
                                                change.reason.empty() ? "no reason given"_tr.str() : change.reason);
    if (change.ended.empty() && change.off)
      words += "; " + (change.until == 0 ? "until somebody switches it on"_tr.str()
                                         : text_of<"off until {}">(when(f, change.until)));
    if (!change.ended.empty()) words += "; " + text_of<"over since {}: {}">(when(f, change.until), change.ended);
    s.words(words, p.t.t2, 3);
    s.y += 6;
    p.hairline(s.x, s.y, s.w, p.t.line);
    s.y += 6;
    if (!hit.clicked) continue;
    instead_ = Instead::none;
    filter_ = {};
    field_.text.clear();
    sort();
    select(change.rule);
    reveal_ = true;
  }
  end_scroll(f, "rules/changed", r, changes_, s.y);
}

}  // namespace wf::ui
