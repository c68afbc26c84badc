#include "console/ui/guard/guard_view.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/dispatch_text.hpp"

namespace wf::ui {
namespace {

using Step = Dispatch::Step;

constexpr float kHeader = 76, kBand = 64, kStale = 120, kOther = 76, kPad = 24;
constexpr float kBar = 128, kTallBar = 3 * 112 + 2 * 12 + 32;
constexpr std::int64_t kKeepDone = 10 * kMinute;  ///< what was cleared can be taken back for so long
constexpr double kSaid = 6, kRefused = 20;        ///< seconds that an answer stands

const Estate& estate_of(const Snapshot& s) {
  static const Estate kNone;
  return s.estate ? *s.estate : kNone;
}

int lines_of(const Painter& p, std::string_view s, float max, Face face) {
  int lines = 0;
  while (!s.empty()) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    if (s.empty()) break;
    std::size_t end = s.size();
    if (p.width(s, face) > max) {
      end = 0;
      for (std::size_t i = s.find(' '); i != std::string_view::npos; i = s.find(' ', i + 1)) {
        if (p.width(s.substr(0, i), face) > max) break;
        end = i;
      }
      if (end == 0) return 1'000;  // a word that is too long
    }
    s.remove_prefix(end);
    ++lines;
  }
  return lines;
}

}  // namespace

Face face_that_fits(const Painter& p, std::string_view s, float max, int lines, std::initializer_list<Face> faces) {
  for (const Face face : faces)
    if (lines_of(p, s, max, face) <= lines) return face;
  return *(faces.end() - 1);
}

float large_text(Painter& p, float x, float y, float max, int lines, std::string_view s,
                 std::initializer_list<Face> faces, ImU32 color) {
  const Face face = face_that_fits(p, s, max, lines, faces);
  const float step = std::round(size_of(face) * 1.15F);
  const int used = p.paragraph(x, y + step / 2, step, max, lines, s, face, color);
  return y + step * static_cast<float>(used);
}

/// What is this guard's, and what became of what was.
void GuardView::follow(Frame& f, Desk& d) {
  const Snapshot& s = f.snapshot;
  if (since_ == 0 && s.version != 0 && reached(f)) since_ = f.input.now;
  me_ = name_of_user(s.user, estate_of(s));
  mine_.clear();
  for (const auto& i : s.incidents) {
    if (!sent_to(i->dispatched_to, s.user, post_, estate_of(s))) continue;
    const bool done =
        !i->dispatch.none() && !i->dispatch.active() && f.input.now - i->dispatch.at(Step::cleared).time < kKeepDone;
    if (dispatched(*i) || done) mine_.push_back(i.get());
  }
  std::stable_sort(mine_.begin(), mine_.end(), [](const Incident* a, const Incident* b) {
    if (dispatched(*a) != dispatched(*b)) return dispatched(*a);
    return a->dispatch.at(Step::sent).time < b->dispatch.at(Step::sent).time;
  });
  const auto find = [&](std::uint64_t id) -> const Incident* {
    const auto at = std::find_if(mine_.begin(), mine_.end(), [&](const Incident* i) { return i->id == id; });
    return at == mine_.end() ? nullptr : *at;
  };
  if (seen_ != d.snapshot && s.version != 0) {
    seen_ = d.snapshot;
    for (const Known& was : active_) {
      if (find(was.id) != nullptr) continue;
      const Incident* now = s.incident(was.id);
      d.toast(Toast::Kind::notice,
              now != nullptr ? text_of<"{} went to {}">(incident_name(was.id), now->dispatched_to)
                             : text_of<"{} is over">(incident_name(was.id)),
              was.title, f.input.seconds);
    }
    active_.clear();
    for (const Incident* i : mine_)
      if (dispatched(*i)) active_.push_back({i->id, i->title});
  }
  // What is looked at stays until it is done; then the next that is not.
  const Incident* const was = find(chosen_);
  current_ = was != nullptr && dispatched(*was)             ? was
             : mine_.empty() || !dispatched(*mine_.front()) ? nullptr
                                                            : mine_.front();
  const std::uint64_t id = current_ == nullptr ? 0 : current_->id;
  if (id != chosen_) {
    chosen_ = id;
    mode_ = Mode::steps;
    words_ = {};
    plan_ = {};
  }
  if (f.selection.incident != id) {
    f.selection.incident = id;
    f.selection.device.clear();
  }
  f.selection.show_incident = id != 0;
}

bool GuardView::waits(const Desk& d) const {
  return current_ != nullptr &&
         (d.pending(current_->id, CommandKind::progress) || d.pending(current_->id, CommandKind::on_scene));
}

void GuardView::say(Frame& f, Desk& d, const char* action, std::string text) {
  if (current_ == nullptr || !reached(f) || waits(d)) return;
  const bool arrives = std::string_view(action) == "arrived";
  Command c = command_about(arrives ? CommandKind::on_scene : CommandKind::progress, *current_);
  if (!arrives) c.action = action;
  c.text = std::move(text);
  d.send(f, *current_, std::move(c));
  mode_ = Mode::steps;
}

void GuardView::say_note(Frame& f, Desk& d, std::string text) {
  if (current_ == nullptr || !reached(f) || text.find_first_not_of(' ') == std::string::npos) return;
  Command c = command_about(CommandKind::note, *current_);
  c.text = std::move(text);
  if (!d.send(f, *current_, std::move(c))) return;
  mode_ = Mode::steps;
  words_ = {};
}

void GuardView::next_step(Frame& f, Desk& d) {
  static constexpr const char* kNext[] = {"received", "en_route", "arrived"};
  const auto step = static_cast<std::size_t>(step_of(*current_));
  if (step < std::size(kNext)) say(f, d, kNext[step]);
}

void GuardView::update(Frame& f, Desk& d) {
  follow(f, d);
  if (d.modal) return;
  if (mode_ != Mode::steps && d.keys.take(Key::escape)) {
    mode_ = Mode::steps;
    words_ = {};
    return;
  }
  if (d.keys.typing() || current_ == nullptr) return;
  const bool finding = mode_ == Mode::finding || step_of(*current_) == Step::arrived;
  if (mode_ != Mode::note && mode_ != Mode::other_finding) {
    if (d.keys.take(Key::space)) next_step(f, d);
    if (d.keys.letter('1')) say(f, d, "received");
    if (d.keys.letter('2')) say(f, d, "en_route");
    if (d.keys.letter('3')) say(f, d, "arrived");
  }
  if (!finding && d.keys.letter('4')) mode_ = Mode::finding;
  if (d.keys.letter('u') && step_of(*current_) != Step::sent) say(f, d, "back");
  if (d.keys.letter('n')) {
    mode_ = Mode::note;
    focus_ = true;
  }
}

void GuardView::hold_panic(Frame& f, bool held) {
  if (!held) {
    hold_ = -1;
    pressed_ = false;
    return;
  }
  if (hold_ < 0) hold_ = f.input.seconds;
  f.wake(0);
  if (pressed_ || f.input.seconds - hold_ < motion::kPanic) return;
  pressed_ = true;
  panic_ = f.input.now;
  // Past the desk's bookkeeping, which lets one command of a kind wait for the one before.
  Command c;
  c.kind = CommandKind::panic;
  f.commands.push_back(std::move(c));
}

void GuardView::draw_header(Frame& f, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(r, t.bg2);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line);
  const std::string clock = f.time.minutes(f.input.now);
  const float cw = p.text(r.right() - kPad, r.mid_y(), clock, Face::sign_s, t.t1, Align::right);
  float end = r.right() - kPad - cw - 20;
  const bool operators = f.snapshot.role != "Guard" && f.snapshot.role != "guard";
  if (operators) {
    ButtonStyle leave;
    leave.kind = ButtonKind::ghost;
    leave.key = "Ctrl K"_tr;
    const float w = button_width(p, "Console"_tr, leave);
    if (button(p, "guard/leave", end - w, r.mid_y() - 14, "Console"_tr, leave).clicked) f.view = View::wall;
    end -= w + 12;
  }
  icon(p, Icon::guard, r.x + kPad + 18, r.mid_y(), 36, t.t2, 2);
  const std::string who = me_.empty() ? "Nobody is signed in"_tr.str() : me_;
  const float x = r.x + kPad + 52;
  const float used = p.text(x, r.mid_y(), who, face_that_fits(p, who, end - x, 1, {Face::sign_s, Face::l_semibold}),
                            t.t1, Align::left, end - x);
  if (!post_.empty() && post_ != me_ && end - x - used > 80)
    p.text(x + used + 20, r.mid_y(), post_, Face::xl_semibold, t.t2, Align::left, end - x - used - 20);
}

/// What must be known before anything else, one line each. Returns the height.
float GuardView::draw_bands(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const PriorityColors& c = t.of(Priority::critical);
  float y = r.y;
  const auto band = [&](ImU32 ground, ImU32 ink, Icon which, std::string_view text, float h = kBand) {
    const Rect at{r.x, y, r.w, h};
    p.fill(at, ground);
    icon(p, which, at.x + kPad + 18, y + kBand / 2, 32, ink, 2);
    const float x = at.x + kPad + 52;
    const float max = at.right() - kPad - x;
    const Face face = face_that_fits(p, text, max, 1, {Face::sign_s, Face::xl_semibold, Face::l_semibold});
    p.text(x, y + kBand / 2, text, face, ink, Align::left, max);
    y += h;
    return x;
  };
  if (!reached(f)) {
    const float top = y;
    const float x = band(c.fill, c.ink, Icon::unplug, text_of<"Use the radio: {}">(f.input.connection_problem), kStale);
    const std::string old = f.snapshot.version == 0
                                ? "No picture has come yet"_tr.str()
                                : text_of<"What stands here is of {}">(f.time.clock(f.snapshot.now));
    p.text(x, top + 88, old, face_that_fits(p, old, r.right() - kPad - x, 1, {Face::xl_semibold, Face::l_semibold}),
           c.ink, Align::left, r.right() - kPad - x);
  }
  const Incident* alarm = nullptr;
  for (const auto& i : f.snapshot.incidents)
    if (i->rule_id == "panic" && i->title == "Panic: " + me_) alarm = i.get();
  if (alarm != nullptr) {
    panic_ = 0;
    band(c.fill, c.ink, Icon::warning,
         alarm->needs_acknowledgement()
             ? "Panic: the control room is called"_tr.str()
             : text_of<"Panic: {} has seen it">(alarm->owner.empty() ? "the control room"_tr.str() : alarm->owner));
  } else if (panic_ != 0) {
    band(c.fill, c.ink, Icon::warning,
         reached(f) ? "Panic is on its way"_tr : "Panic is not sent yet: use the radio"_tr);
  }
  if (current_ != nullptr && current_->drill) {
    const Rect at{r.x, y, r.w, kBand};
    p.fill(at, t.bg3);
    p.dashed(at, t.acc, 2, 8, 5);
    p.text(at.x + kPad, at.mid_y(), "DRILL"_tr, Face::sign_s, t.acc);
    y += kBand;
  }
  if (!d.toasts.empty()) {
    const Toast& last = d.toasts.back();
    const double stays = last.kind == Toast::Kind::done ? kSaid : kRefused;
    const double left = stays - (f.input.seconds - last.at);
    if (left > 0) {
      const std::string text = last.detail.empty() ? last.title : last.title + ": " + last.detail;
      band(last.kind == Toast::Kind::error ? t.of(Priority::high).tint2 : t.bg4, t.t1,
           last.kind == Toast::Kind::done ? Icon::check : Icon::notice, text);
      f.wake(left + 0.001);
    } else {
      d.toasts.clear();
    }
  }
  return y - r.y;
}

/// The other dispatches, with what is due of each. Returns the height.
float GuardView::draw_others(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  float y = r.y;
  constexpr std::size_t kMost = 3;
  std::size_t shown = 0, more = 0;
  for (const Incident* i : mine_) {
    if (i == current_) continue;
    if (shown == kMost) {
      ++more;
      continue;
    }
    ++shown;
    const Rect at{r.x, y, r.w, kOther - 8};
    const std::string name = "guard/other/" + std::to_string(i->id);
    const bool open = dispatched(*i);
    const bool unheard = open && step_of(*i) == Step::sent;
    const Hit hit = p.hits.add(name, at, open);
    p.fill(at, hit.hovered && open ? t.bg4 : t.bg3, 6);
    if (unheard) p.fill({at.x, at.y, 6, at.h}, t.of(i->priority).edge);
    mark(p, i->priority, at.x + 36, at.mid_y(), 30, unheard ? MarkState::open : MarkState::held);
    const Text label = unheard ? "Received##guard"_tr : open ? Text() : "Take back"_tr;
    float end = at.right() - 16;
    if (!label.empty()) {
      const Rect button_at{at.right() - 190, at.y + 6, 184, at.h - 12};
      LargeButton style;
      style.primary = unheard;
      style.enabled = reached(f) && !d.pending(i->id, CommandKind::progress);
      if (large_button(p, name + (unheard ? "/received" : "/back"), button_at, label, style).clicked) {
        Command c = command_about(CommandKind::progress, *i);
        c.action = unheard ? "received" : "back";
        d.send(f, *i, std::move(c));
      }
      end = button_at.x - 12;
    }
    const std::string text =
        open ? i->title : text_of<"Cleared {}: {}">(f.time.minutes(i->dispatch.at(Step::cleared).time), i->title);
    const float x = at.x + 64;
    const float room = end - x;
    // Two lines before it is cut; one size for all of them.
    const bool two = p.width(text, Face::l_semibold) > room;
    p.paragraph(x, at.mid_y() - (two ? 12 : 0), 24, room, 2, text, Face::l_semibold, open ? t.t1 : t.t2);
    if (hit.clicked && open) chosen_ = i->id;
    y += kOther;
  }
  if (more > 0) {
    p.text(r.x + 16, y + 14, plural<"{} more dispatch", "{} more dispatches">(more), Face::l_semibold, t.t2);
    y += 32;
  }
  return y - r.y;
}

void GuardView::draw_empty(Frame& f, const Rect& r) const {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const bool known = f.snapshot.version != 0 && reached(f);
  const Text first = known ? "No dispatch"_tr : "Not known"_tr;
  const std::string place = post_.empty() ? "At the post"_tr.str() : post_;
  const std::string second = since_ == 0 ? place : text_of<"{} since {}">(place, f.time.minutes(since_));
  const float mid = r.mid_y();
  icon(p, known ? Icon::shield_check : Icon::unplug, r.mid_x(), mid - 96, 88,
       known ? t.t3 : t.of(Priority::critical).text, 2.5F);
  p.text(r.mid_x(), mid + 4, first, Face::sign, t.t1, Align::center, r.w - 2 * kPad);
  p.text(r.mid_x(), mid + 64, second, face_that_fits(p, second, r.w - 2 * kPad, 1, {Face::sign_s, Face::xl_semibold}),
         t.t2, Align::center, r.w - 2 * kPad);
}

void GuardView::draw(Frame& f, Desk& d, const Rect& r, SiteMapState& map) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(r, t.bg1);
  draw_header(f, {r.x, r.y, r.w, kHeader});
  float y = r.y + kHeader;
  y += draw_bands(f, d, {r.x, y, r.w, r.bottom() - y});
  const bool tall = r.h > r.w;
  const float bar = tall ? kTallBar : kBar;
  const Rect body{r.x, y, r.w, std::max(0.0F, r.bottom() - bar - y)};
  Rect words = body, map_at = body;
  if (tall) {
    // The map takes what the words leave.
    words.h = std::round(std::clamp(current_ == nullptr ? 0.0F : need_, body.h * 0.4F, body.h * 0.6F));
    map_at = {body.x, words.bottom(), body.w, body.h - words.h};
  } else {
    words.w = std::round(std::max(body.w * 0.5F, std::min(body.w * 0.58F, body.w - 640)));
    map_at = {words.right(), body.y, body.w - words.w, body.h};
  }
  if (map_at.h > 120) draw_site_map(f, map_at, map, false);
  if (tall)
    p.hairline(map_at.x, map_at.y, map_at.w, t.line);
  else
    p.upright(map_at.x, map_at.y, map_at.h, t.line);
  p.push_clip(words);
  Rect rest{words.x + kPad, words.y + 12, words.w - 2 * kPad, words.h - 12};
  const float others = draw_others(f, d, rest);
  rest.y += others;
  rest.h -= others;
  if (current_ != nullptr) {
    const float need = others + 12 + draw_card(f, d, rest);
    if (tall && std::abs(need - need_) > 1) f.wake(0);
    need_ = need;
  } else {
    draw_empty(f, rest);
  }
  p.pop_clip();
  if (!reached(f)) {
    // What is old looks old, and is not touched.
    (void)p.hits.add("guard/stale", body);
    p.fill(body, faded(t.bg0, 0.4F));
    p.hatch(body, faded(t.hatch, 0.5F), 16, 2);
  }
  draw_bar(f, d, {r.x, r.bottom() - bar, r.w, bar});
}

}  // namespace wf::ui
