// Do: the response plan as a checklist. Whose step it is and until when, who did it, and why one is skipped.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kText = 26;    ///< where words begin, behind the box
constexpr float kLine = 16;    ///< of small text
constexpr int kMostLines = 3;  ///< of a step's words, of what it needs, of a reason

/// The step that Space carries out.
bool acknowledges(const PlanStep& step) { return step.text.rfind("Acknowledge", 0) == 0; }

bool same_role(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// The first step that is open is the one to do now.
std::size_t current_step(const Incident& i) {
  std::size_t k = 0;
  while (k < i.plan.size() && i.plan[k].settled()) ++k;
  return k;
}

/// Until when, or by whom and when; what is late stands apart, in `late`.
std::string under_step(const Frame& f, const PlanStep& s, std::string& late) {
  if (s.settled()) {
    const std::string who = s.actor.empty() ? "Somebody"_tr.str() : s.actor;
    const std::string at = f.time.minutes(s.time);
    return s.skipped ? text_of<"Skipped by {}, {}">(who, at) : fmt::format("{}, {}", who, at);
  }
  std::string time;
  if (s.overdue)
    late = text_of<"{} late##step">(span(f.input.now - s.due));
  else if (s.due != 0)
    time = text_of<"{} left">(span(std::max<std::int64_t>(0, s.due - f.input.now)));
  else if (s.within != 0)
    time = text_of<"within {}">(span(s.within));
  return s.role + (s.role.empty() || (time.empty() && late.empty()) ? "" : ", ") + time;
}

}  // namespace

int IncidentPanel::skipping(const Incident& i) const {
  if (!skip_.open) return -1;
  for (std::size_t k = 0; k < i.plan.size(); ++k)
    if (i.plan[k].text == skip_.step && !i.plan[k].settled()) return static_cast<int>(k);
  return -1;
}

void IncidentPanel::begin_skip(Frame& f, Desk& d, const Incident& i, std::size_t step) {
  if (step >= i.plan.size()) {
    d.toast(Toast::Kind::notice, "Nothing to skip"_tr, i.plan.empty() ? "It has no plan"_tr : "No step is open"_tr,
            f.input.seconds);
    return;
  }
  if (f.view != View::wall) f.view = View::wall;
  close();
  skip_ = {};
  skip_.open = skip_.focus = true;
  skip_.step = i.plan[step].text;
}

void IncidentPanel::send_skip(Frame& f, Desk& d, const Incident& i) {
  const int step = skipping(i);
  if (step < 0) return;
  if (skip_.reason.text.find_first_not_of(' ') == std::string::npos) {
    skip_.asked = skip_.focus = true;  // Enter took the keyboard from the field
    return;
  }
  Command c = command_about(CommandKind::skip_step, i);
  c.step = static_cast<std::uint32_t>(step);
  c.text = skip_.reason.text;
  if (d.send(f, i, std::move(c))) skip_ = {};
}

void IncidentPanel::take_back(Frame& f, Desk& d, const Incident& i, std::size_t step) {
  Command c = command_about(CommandKind::plan_step, i);
  c.step = static_cast<std::uint32_t>(step);
  c.text = "undo";
  d.send(f, i, std::move(c));
}

bool IncidentPanel::skip_keys(Desk& d, const Incident& i) {
  const int step = skipping(i);
  if (step < 0) {
    skip_ = {};
    return false;
  }
  if (d.keys.take(Key::escape)) {
    skip_ = {};
    return true;
  }
  const auto move = [&](int by) {
    const int n = static_cast<int>(i.plan.size());
    for (int k = step + by; k >= 0 && k < n; k += by)
      if (!i.plan[static_cast<std::size_t>(k)].settled()) {
        skip_.step = i.plan[static_cast<std::size_t>(k)].text;
        skip_.focus = true;
        return;
      }
  };
  if (d.keys.take(Key::down)) move(1);
  if (d.keys.take(Key::up)) move(-1);
  return true;
}

void IncidentPanel::plan_keys(Frame& f, Desk& d, const Incident& i) {
  for (std::size_t k = 0; k < i.plan.size() && k < 9; ++k)
    if (d.keys.letter(static_cast<char>('1' + k)) && !i.plan[k].settled()) {
      Command c = command_about(CommandKind::plan_step, i);
      c.step = static_cast<std::uint32_t>(k);
      d.send(f, i, std::move(c));
    }
  if (d.keys.letter('j')) begin_skip(f, d, i, current_step(i));
  if (d.keys.letter('b')) {
    const auto last = std::max_element(i.plan.begin(), i.plan.end(), [](const PlanStep& a, const PlanStep& b) {
      return a.settled() != b.settled() ? b.settled() : a.time <= b.time;
    });
    if (last != i.plan.end() && last->settled()) take_back(f, d, i, static_cast<std::size_t>(last - i.plan.begin()));
  }
  if (d.keys.letter('v') && may_see(f, i)) see_skipped(f, d, i);
}

bool IncidentPanel::may_see(const Frame& f, const Incident& i) {
  const std::string& role = f.snapshot.role;
  return !i.skips_told.empty() &&
         (same_role(role, i.skips_told) || same_role(role, "Supervisor") || same_role(role, "Administrator"));
}

void IncidentPanel::see_skipped(Frame& f, Desk& d, const Incident& i) {
  Command c = command_about(CommandKind::skip_step, i);
  c.action = "seen";
  d.send(f, i, std::move(c));
}

float IncidentPanel::draw_step(Frame& f, Desk& d, float x, float y, float w, const Incident& i, std::size_t k,
                               bool small) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const PlanStep& step = i.plan[k];
  const bool now = k == current_step(i);
  const bool skips = skipping(i) == static_cast<int>(k);
  const bool space = !step.settled() && acknowledges(step) && i.needs_acknowledgement();
  std::string late;
  const std::string under = under_step(f, step, late);
  const Face face = small ? now ? Face::s_semibold : Face::s : now ? Face::m_semibold : Face::m;
  const float room = w - kText;
  const float space_room = space ? key_width(p, "Space"_tr) + 8 : 0;
  const int lines = p.lines(room - space_room, kMostLines, step.text, face);
  const bool has_under = !under.empty() || !late.empty() || now;
  const bool needs = now && !skips && !step.needs.empty();
  const std::string& more = step.skipped ? step.reason : step.needs;
  const int more_lines = needs || step.skipped ? p.lines(room, kMostLines, more, Face::s) : 0;
  const float words = kLine * static_cast<float>(lines);
  const Rect at{x - 8, y, w + 16,
                8 + words + (has_under ? kLine + 2 : 0) + kLine * static_cast<float>(more_lines) + (skips ? 66 : 0)};
  const Hit hit = p.hits.add(fmt::format("step/{}", k), at, !step.settled() && !skips);
  // What appears in the row takes the pointer from it.
  const std::string undo_name = fmt::format("undo/{}", k), skip_name = fmt::format("skip/{}", k);
  const std::string_view under_pointer = p.hits.hovered_name();
  const bool over = hit.hovered || under_pointer == undo_name || under_pointer == skip_name;
  if (now || skips || (over && !step.settled())) p.fill(at, now || skips ? t.bg3 : t.bg2);
  float mid = y + 4 + kLine / 2;
  if (step.settled())
    check_box(p, x + 2, mid, step.skipped ? Checked::skipped : Checked::yes);
  else if (k < 9)
    key_cap(p, x, mid, std::to_string(k + 1));
  else
    check_box(p, x + 2, mid, Checked::no);
  const ImU32 ink = step.settled() ? t.t3 : t.t1;
  p.paragraph(x + kText, mid, kLine, room - space_room, kMostLines, step.text, face, ink);
  if (space) key_cap(p, x + w - key_width(p, "Space"_tr), mid, "Space"_tr);
  mid += words + 1;
  if (has_under) {
    float end = x + w, used = 0;
    if (step.settled() && over) {
      if (word_button(p, undo_name, end, mid, "Take back"_tr, {}, &used).clicked) take_back(f, d, i, k);
      end -= used;
    } else if (!step.settled() && !skips && !space && (now || over)) {
      const Hit skip = word_button(p, skip_name, end, mid, "Skip"_tr, now ? "J" : "", &used);
      d.hint(skip, "Not done, for a reason; a supervisor is told"_tr);
      if (skip.clicked) begin_skip(f, d, i, k);
      end -= used;
    }
    float u = x + kText;
    u += p.text(u, mid, under, Face::s, step.settled() || !now ? t.t3 : t.t2, Align::left, end - u);
    if (!late.empty())
      p.text(u + (under.empty() ? 0 : 1), mid, late, Face::s_semibold, t.of(Priority::critical).text, Align::left,
             end - u);
    mid += kLine;
  }
  if (more_lines > 0) p.paragraph(x + kText, mid, kLine, room, kMostLines, more, Face::s, t.t2);
  mid += kLine * static_cast<float>(more_lines);
  if (skips) draw_skip(f, d, {x + kText, mid - 4, room, unit::kButton}, i);
  if (step.settled() && hit.hovered)
    d.hint(hit, step.actor + ", " + f.time.day(step.time) + " " + f.time.clock(step.time));
  if (hit.clicked && space) {
    act(f, d, Action::acknowledge);
  } else if (hit.clicked) {
    Command c = command_about(CommandKind::plan_step, i);
    c.step = static_cast<std::uint32_t>(k);
    d.send(f, i, std::move(c));
  }
  if (now || skips) focus_row_ = at;
  return at.h;
}

void IncidentPanel::draw_skip(Frame& f, Desk& d, const Rect& r, const Incident& i) {
  Painter& p = f.p;
  const bool focus = std::exchange(skip_.focus, false);
  if (d.modal) {
    p.fill(r, p.t.input, unit::kRadius);
    skip_.reason.active = false;
  } else if (text_field(p, "step/reason", r, skip_.reason, "Why is it not done?"_tr, focus)) {
    send_skip(f, d, i);
  }
  const bool asks = skip_.asked && skip_.reason.text.find_first_not_of(' ') == std::string::npos;
  p.text(r.x, r.bottom() + 10, asks ? "A reason is needed."_tr : "Enter skips it, a supervisor is told."_tr, Face::s,
         asks ? p.t.of(Priority::critical).text : p.t.t2, Align::left, r.w);
  p.text(r.x, r.bottom() + 26, "Esc leaves it open."_tr, Face::s, p.t.t3, Align::left, r.w);
}

float IncidentPanel::draw_do(Frame& f, Desk& d, float x, float y, float w, const Incident& i) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const auto settled = static_cast<std::size_t>(
      std::count_if(i.plan.begin(), i.plan.end(), [](const PlanStep& s) { return s.settled(); }));
  const auto skipped = static_cast<std::size_t>(
      std::count_if(i.plan.begin(), i.plan.end(), [](const PlanStep& s) { return s.skipped; }));
  std::string count;
  if (!i.plan.empty())
    count = i.plan_title.empty() ? text_of<"{} of {} done">(settled - skipped, i.plan.size())
                                 : text_of<"{} of {}">(settled - skipped, i.plan.size());
  if (skipped > 0) count += ", " + text_of<"{} skipped">(skipped);
  section_head(p, x, y, w, "Do"_tr, count);
  // The plan's name stands in the same line where there is room.
  const float name_at = p.width("Do"_tr, Face::m_semibold) + 10;
  const bool beside = name_at + p.width(i.plan_title, Face::s_medium) + 10 + p.width(count, Face::s) <= w;
  if (beside) p.text(x + name_at, y + 12, i.plan_title, Face::s_medium, t.t2);
  y += 28;
  if (i.plan.empty()) {
    const int lines = p.paragraph(x, y + 8, 18, w, 2, "This rule has no response plan."_tr, Face::s, t.t2);
    return y + 18 * static_cast<float>(lines) + 10;
  }
  if (!i.plan_title.empty() && !beside) {
    p.text(x, y + 6, i.plan_title, Face::s_medium, t.t2, Align::left, w);
    y += 22;
  }
  if (!i.skips_told.empty() && i.open()) {
    float used = 0;
    icon(p, Icon::notice, x + 8, y + 10, 14, t.of(Priority::medium).text, 1.5F);
    if (may_see(f, i)) {
      if (word_button(p, "step/seen", x + w, y + 10, "Seen"_tr, "V", &used).clicked) see_skipped(f, d, i);
      p.text(x + kText, y + 10, "For you: a step was skipped"_tr, Face::s_medium, t.t1, Align::left, w - kText - used);
    } else {
      p.text(x + kText, y + 10, text_of<"{} told: step skipped">(i.skips_told), Face::s_medium, t.t1, Align::left,
             w - kText);
    }
    y += 26;
  }
  // One size for the whole list: smaller when a step would not fit in one line otherwise.
  const bool small = std::any_of(i.plan.begin(), i.plan.end(),
                                 [&](const PlanStep& s) { return p.width(s.text, Face::m_semibold) > w - kText; });
  for (std::size_t k = 0; k < i.plan.size(); ++k) y += draw_step(f, d, x, y, w, i, k, small);
  return y + 6;
}

void IncidentPanel::follow_step(Frame& f, const Incident& i, const Rect& view, Scroll& s) {
  const int skip = skipping(i);
  const Followed here{i.id, skip >= 0 ? static_cast<std::size_t>(skip) : current_step(i), skip >= 0};
  if (here == std::exchange(followed_, here)) return;
  const Rect& row = focus_row_;
  if (row.bottom() > view.bottom() - 4)
    s.offset += row.bottom() - view.bottom() + 4;
  else if (row.y < view.y)
    s.offset -= view.y - row.y + 4;
  else
    return;
  f.wake(0);
}

}  // namespace wf::ui
