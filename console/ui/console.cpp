#include "console/ui/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "console/ui/agents/agents_view.hpp"
#include "console/ui/desk.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/gallery/gallery.hpp"
#include "console/ui/guard/guard_view.hpp"
#include "console/ui/incident/incident_panel.hpp"
#include "console/ui/incident/still_draw.hpp"
#include "console/ui/map/map_memory.hpp"
#include "console/ui/map/site_map.hpp"
#include "console/ui/overlays.hpp"
#include "console/ui/person_doors.hpp"
#include "console/ui/probe.hpp"
#include "console/ui/rail.hpp"
#include "console/ui/rules/rules_view.hpp"
#include "console/ui/settings_view.hpp"
#include "console/ui/top_bar.hpp"
#include "console/ui/wall/alert_wall.hpp"
#include "console/ui/wall/time_strip.hpp"
#include "console/ui/writing_notice.hpp"

namespace wf::ui {
namespace {

constexpr double kMoved = 10;      // seconds that clocks show seconds after the pointer moved
constexpr double kNoAnswer = 5;    // seconds after which an engine that does not answer is said so
constexpr float kNarrow = 1160;    // units: below it wall and map do not stand side by side
constexpr float kLowWindow = 560;  // units: below it the time strip leaves

bool f11_pressed() {
#if IMGUI_VERSION_NUM >= 18700
  return ImGui::IsKeyPressed(ImGuiKey_F11, false);
#else
  return ImGui::IsKeyPressed(300, false);  // GLFW's number
#endif
}

}  // namespace

struct Console::Impl {
  WantedGlyphs wanted;
  WritingNotice writing;
  Fonts fonts;
  bool cjk_font = false;
  Hits hits;
  View view = View::wall;
  Selection selection;
  SiteTime time;
  Desk desk;
  TopBarState top;
  AlertWall wall;
  IncidentPanel panel;
  TimeStrip strip;
  AgentsView agents;
  RulesView rules;
  Gallery gallery;
  GuardView guard;
  SettingsView settings;
  Palette palette;
  PersonDoors doors;
  StillView still;
  SiteMapState pane, full, post;
  FrameOutput out;                   ///< of the frame that is being drawn
  std::map<View, std::string> shut;  ///< views that failed again and again, and why
  std::function<void(View, bool)>* before_view = nullptr;
  bool keys_help = false, first = true;
  double moved = -1e9;
  std::vector<WrittenText>* written = nullptr;
  std::optional<WindowMemory> kept;  ///< what waits for the first snapshot

  void resume(const Snapshot& s);
  void take_snapshot(const std::shared_ptr<const Snapshot>& s);
  void take_replies(const FrameInput& input);
  void settle(const FrameInput& input, double& redraw_in);
  void keys(Frame& f, FrameOutput& out);
  void draw(Frame& f, FrameOutput& out, const Rect& window);
  void draw_view(Frame& f, FrameOutput& out, const Rect& rest);
  void draw_shut(Frame& f, const Rect& r, const std::string& why);
  void draw_over(Frame& f, const Rect& window);
  void draw_before_field(Frame& f, const Rect& toasts, const Rect& window);
  void draw_wall_view(Frame& f, const Rect& r);
  void pace(Frame& f) const;
  void mute(const FrameInput& input, FrameOutput& out);
};

Console::Console() : impl_(std::make_unique<Impl>()) {}
Console::~Console() = default;

void Console::build_fonts(ImFontAtlas& atlas, const FontFiles& files, float font_height) {
  impl_->fonts = ui::build_fonts(atlas, files, font_height, &impl_->wanted, &impl_->fonts);
  // A font that cannot be read is as good as none.
  impl_->cjk_font = !files.cjk.empty() && (impl_->wanted.cjk().empty() || impl_->fonts.cjk);
}

bool Console::wants_fonts() const { return impl_->cjk_font && impl_->wanted.grew(); }

const Comfort& Console::comfort() const { return impl_->desk.comfort; }
void Console::set_comfort(const Comfort& comfort) { impl_->desk.comfort = comfort; }
void Console::set_theme(Theme theme) { impl_->desk.comfort.theme = theme; }
void Console::set_view(View view) { impl_->view = view; }
void Console::set_post(std::string name) { impl_->guard.set_post(std::move(name)); }
View Console::view() const { return impl_->view; }

void Console::select(std::uint64_t incident) {
  impl_->selection.incident = incident;
  impl_->selection.show_incident = incident != 0;
  impl_->desk.reveal = incident;
}

void Console::set_base_map(const std::shared_ptr<const BaseMap>& map) {
  for (SiteMapState* const state : {&impl_->pane, &impl_->full}) state->memory->ground.set(map);
}
void Console::show_world() { impl_->full.memory->world_wanted = true; }
void Console::open_card(const std::string& device) { impl_->selection.device = device; }

WindowMemory Console::memory() const {
  const Impl& m = *impl_;
  WindowMemory out;
  if (m.kept) {
    out = *m.kept;
  } else {
    out.incident = m.selection.incident;
    if (m.desk.selected != nullptr && m.desk.selected->id == out.incident) out.opened = m.desk.selected->opened;
    m.panel.begun(out);
  }
  out.view = m.view;
  out.site = m.selection.site;
  out.level = m.selection.level;
  out.pane = stand_of(m.pane);
  out.full = stand_of(m.full);
  out.filter = m.desk.filter;
  out.filter_person_name = m.desk.filter_person_name;
  return out;
}

void Console::restore(const WindowMemory& kept) {
  Impl& m = *impl_;
  m.kept = kept;
  m.view = kept.view;
  m.selection.site = kept.site;
  m.selection.level = kept.level;
  stand_at(m.pane, kept.pane);
  stand_at(m.full, kept.full);
  m.desk.filter = kept.filter;
  m.desk.filter_person_name = kept.filter_person_name;
}

/// An id alone is not enough: another log has an incident of the same number.
void Console::Impl::resume(const Snapshot& s) {
  if (!kept || (s.version == 0 && s.incidents.empty())) return;
  const WindowMemory back = *std::exchange(kept, std::nullopt);
  const auto same = [&](std::uint64_t id, UtcNs opened) {
    const Incident* const i = id == 0 ? nullptr : s.incident(id);
    return i != nullptr && i->opened == opened;
  };
  // Somebody who was quicker than the engine has chosen already.
  if (selection.incident == 0 && same(back.incident, back.opened)) {
    selection.incident = back.incident;
    desk.reveal = back.incident;
  }
  WindowMemory begun = back;
  std::erase_if(begun.drafts, [&](const Draft& d) { return !same(d.incident, d.opened); });
  const bool about_it = begun.form.incident == 0 ||
                        (same(begun.form.incident, begun.form.opened) && begun.form.incident == selection.incident);
  if (!about_it) begun.form = {};
  panel.resume(begun);
}

void Console::tell_failure(std::string title, std::string why, double now) {
  impl_->desk.toast(Toast::Kind::error, std::move(title), std::move(why), now);
}
std::vector<Command> Console::unsent() { return std::exchange(impl_->out.commands, {}); }
void Console::shut(View view, std::string why) { impl_->shut[view] = std::move(why); }

Probe probe(Console& console) {
  Console::Impl& m = *console.impl_;
  return {m.written, m.hits, m.selection, m.view, m.desk, m.before_view};
}

void Console::Impl::take_snapshot(const std::shared_ptr<const Snapshot>& s) {
  if (s != desk.snapshot) {
    desk.snapshot = s;
    if (desk.standing.update(s)) desk.counts = count(desk.standing);
  }
  desk.selected = selection.incident == 0 ? nullptr : desk.standing.incident(selection.incident);
  const Site* site = selection.site.empty() || !s->estate ? nullptr : s->estate->site(selection.site);
  if (site == nullptr) site = home_site(*s);
  time.set_zone(site == nullptr ? std::string_view() : std::string_view(site->time_zone));
}

void Console::Impl::take_replies(const FrameInput& input) {
  for (const CommandReply& r : input.replies) {
    if (r.accepted)
      desk.toast(Toast::Kind::done, r.message.empty() ? "Done"_tr.str() : r.message, "", input.seconds);
    else
      desk.toast(Toast::Kind::error, "Not carried out"_tr, r.message, input.seconds);
    // Replies carry the seat's id, which the ui does not know, but they name the incident.
    auto& sent = desk.sent;
    auto about = std::find_if(sent.begin(), sent.end(), [&](const Sent& x) {
      return r.message.find(incident_name(x.incident)) != std::string::npos;
    });
    if (about == sent.end()) about = sent.begin();
    if (about != sent.end()) sent.erase(about);
  }
}

void Console::Impl::settle(const FrameInput& input, double& redraw_in) {
  auto& sent = desk.sent;
  for (std::size_t k = sent.size(); k-- > 0;) {
    const Incident* i = desk.standing.incident(sent[k].incident);
    const double waits = input.seconds - sent[k].at;
    if (i == nullptr || i->revision != sent[k].revision) {
      sent.erase(sent.begin() + static_cast<std::ptrdiff_t>(k));
    } else if (waits > kNoAnswer) {
      desk.toast(Toast::Kind::error, "The engine has not answered"_tr,
                 text_of<"{} of {}, sent {:.0f} s ago">(word_of(sent[k].kind), incident_name(i->id), waits),
                 input.seconds);
      sent.erase(sent.begin() + static_cast<std::ptrdiff_t>(k));
    } else if (redraw_in < 0 || kNoAnswer - waits + 0.01 < redraw_in) {
      redraw_in = kNoAnswer - waits + 0.01;
    }
  }
}

void Console::Impl::keys(Frame& f, FrameOutput& out) {
  KeyInput& k = desk.keys;
  if (k.take_palette() || std::exchange(desk.want_palette, false)) {
    keys_help = false;
    doors.close();
    still.close();
    palette.is_open() ? palette.close() : palette.open();
  }
  if (f11_pressed()) out.toggle_fullscreen = true;
  desk.modal = palette.is_open() || keys_help || doors.is_open() || still.is_open();
  if (desk.modal) return;  // the overlay takes the rest when it is drawn
  if (k.typing() || panel.form_open()) return;
  if (f.view == View::guard) return;  // letters are its own, and nothing there leads astray
  if (k.letter('?')) keys_help = true;
  if (k.letter('/')) palette.open();
  if (k.letter('w')) f.view = View::wall;
  if (k.letter('s')) f.view = View::map;
  if (k.letter('h')) f.view = View::agents;
  if (k.letter('t')) f.view = View::rules;
  if (k.letter('l')) desk.want_theme = true;
  if (k.letter('q')) desk.want_mute = true;
  if (k.letter(',')) f.view = View::settings;
  desk.modal = palette.is_open() || keys_help || doors.is_open() || still.is_open();
}

void Console::Impl::draw_wall_view(Frame& f, const Rect& r) {
  const bool side_by_side = r.w + unit::kRail >= kNarrow;
  const float strip_h = r.h >= kLowWindow ? unit::kStrip : 0;
  const Rect body{r.x, r.y, r.w, r.h - strip_h};
  Rect wall_at = body;
  Rect map_at{};
  Rect panel_at{};
  if (side_by_side) {
    const float w = std::round(std::clamp(body.w * 960 / 1872, 560.0F, body.w - 480));
    wall_at.w = w;
    const float panel_h = std::round(std::clamp(body.h * 404 / 900, std::min(280.0F, body.h * 0.6F), 520.0F));
    map_at = {body.x + w, body.y, body.w - w, body.h - panel_h};
    panel_at = {body.x + w, map_at.bottom(), body.w - w, panel_h};
  } else if (desk.selected != nullptr || panel.form_open()) {
    const float panel_h = std::round(std::min(380.0F, body.h * 0.5F));
    wall_at.h -= panel_h;
    panel_at = {body.x, wall_at.bottom(), body.w, panel_h};
  }
  if (!desk.modal) wall.update(f, desk, wall_at);
  desk.selected = selection.incident == 0 ? nullptr : desk.standing.incident(selection.incident);
  wall.draw(f, desk, wall_at);
  // The wall may have changed the selection: what is shown of it changes in the same frame.
  desk.selected = selection.incident == 0 ? nullptr : desk.standing.incident(selection.incident);
  if (map_at.w > 0) draw_site_map(f, map_at, pane, false);
  if (panel_at.w > 0) panel.draw(f, desk, panel_at);
  if (strip_h > 0) strip.draw(f, desk, {r.x, body.bottom(), r.w, strip_h});
}

void Console::Impl::draw_shut(Frame& f, const Rect& r, const std::string& why) {
  Painter& p = f.p;
  icon(p, Icon::warning, r.mid_x(), r.y + r.h * 0.3F, 40, p.t.of(Priority::medium).text, 2);
  p.text(r.mid_x(), r.y + r.h * 0.3F + 48, "This view failed again and again, and was shut"_tr, Face::l_semibold,
         p.t.t1, Align::center, r.w - 32);
  p.text(r.mid_x(), r.y + r.h * 0.3F + 76, why, Face::m, p.t.t2, Align::center, r.w - 32);
  const ButtonStyle style;
  const float w = button_width(p, "Try again"_tr, style);
  if (button(p, "shut/again", std::round(r.mid_x() - w / 2), r.y + r.h * 0.3F + 100, "Try again"_tr, style).clicked)
    shut.erase(f.view);
}

void Console::Impl::draw_view(Frame& f, FrameOutput& out, const Rect& rest) {
  const auto why = shut.find(f.view);
  if (before_view != nullptr) (*before_view)(f.view, why != shut.end());
  if (why != shut.end()) {
    draw_shut(f, rest, why->second);
    return;
  }
  switch (f.view) {
    case View::wall:
      draw_wall_view(f, rest);
      break;
    case View::map: {
      const float slim = rest.h >= kLowWindow ? unit::kSlimStrip : 0;
      draw_site_map(f, {rest.x, rest.y, rest.w, rest.h - slim}, full, true);
      if (slim > 0) TimeStrip::draw_slim(f, desk, {rest.x, rest.bottom() - slim, rest.w, slim});
      break;
    }
    case View::agents:
      if (!desk.modal) agents.update(f, desk);
      agents.draw(f, desk, rest);
      break;
    case View::rules:
      if (!desk.modal) rules.update(f, desk);
      rules.draw(f, desk, rest);
      break;
    case View::settings:
      settings.draw(f, desk, rest, out.sound);
      break;
    case View::gallery:
      gallery.draw(f, desk, rest);
      break;
    case View::guard:
      guard.update(f, desk);
      guard.draw(f, desk, rest, post);
      break;
  }
}

void Console::Impl::draw(Frame& f, FrameOutput& out, const Rect& window) {
  if (f.view == View::guard) {
    f.p.fill(window, f.p.t.bg1);
    draw_view(f, out, window);
    draw_over(f, window);
    return;
  }
  const Rect top_at{0, 0, window.w, unit::kTopBar};
  const Rect rail_at{0, top_at.bottom(), unit::kRail, window.h - top_at.h};
  Rect rest{unit::kRail, top_at.bottom(), window.w - unit::kRail, window.h - top_at.h};
  f.p.fill(window, f.p.t.bg1);
  const float banners = draw_banners(f, desk, rest);
  rest.y += banners;
  rest.h -= banners;
  panel.update(f, desk);
  draw_view(f, out, rest);
  draw_rail(f, desk, rail_at);
  draw_top_bar(f, desk, top_at, top);
  float above = f.view == View::wall ? unit::kStrip : f.view == View::map ? unit::kSlimStrip : 0;
  if (rest.h < kLowWindow) above = 0;
  const Rect toasts{rest.x, rest.y, rest.w, rest.h - above};
  if (f.view == View::rules && !desk.modal) return draw_before_field(f, toasts, window);
  draw_toasts(f, desk, toasts);
  draw_over(f, window);
}

/// Where many lines are edited, ImGui does so in a window of its own, which lies over all that is drawn into ours.
void Console::Impl::draw_before_field(Frame& f, const Rect& toasts, const Rect& window) {
  Painter over(*ImGui::GetForegroundDrawList(), f.p.t, fonts, hits);
  over.written = written;
  Frame front{over,        f.snapshot, f.standing, f.input,     f.time,
              f.selection, f.view,     f.commands, f.redraw_in, f.reduce_motion};
  draw_toasts(front, desk, toasts);
  draw_tip(front, desk, window);
}

void Console::Impl::draw_over(Frame& f, const Rect& window) {
  if (keys_help) draw_keys_help(f, desk, window, keys_help);
  if (palette.is_open()) palette.draw(f, desk, window);
  if (!desk.want_doors.empty()) doors.open(std::exchange(desk.want_doors, {}));
  if (doors.is_open()) doors.draw(f, desk, window);
  if (!desk.want_still.empty()) still.open(std::exchange(desk.want_still, {}));
  if (still.is_open()) still.draw(f, desk, window);
  draw_tip(f, desk, window);
}

void Console::Impl::pace(Frame& f) const {
  const double rate = f.snapshot.clock_rate > 0 ? f.snapshot.clock_rate : 1;
  const std::int64_t unit = desk.seconds ? kSecond : kMinute;
  const std::int64_t left = unit - (f.input.now % unit + unit) % unit;
  f.wake(static_cast<double>(left) / 1e9 / rate + 0.002);
  // When the pointer has rested, one more frame takes the seconds away.
  const double rested = f.input.seconds - moved;
  if (desk.seconds && desk.counts.open == 0 && rested < kMoved) f.wake(kMoved - rested + 0.01);
}

void Console::Impl::mute(const FrameInput& input, FrameOutput& out) {
  out.sound.toggle_mute = true;
  if (input.sound.muted())
    desk.toast(Toast::Kind::done, "Sound is on again"_tr, "", input.seconds);
  else if (input.sound.life_safety)
    desk.toast(Toast::Kind::notice, "Life safety is never muted"_tr, "All else is silent for 10 min"_tr, input.seconds);
}

FrameOutput Console::frame(const std::shared_ptr<const Snapshot>& snapshot, const FrameInput& input) {
  Impl& m = *impl_;
  FrameOutput& out = m.out;
  out = {};
  const float scale = m.fonts.font_height / 16.0F;
  const Rect window{0, 0, input.width / scale, input.height / scale};

  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({input.width, input.height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0F);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                      ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                      ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNavFocus |
                                      ImGuiWindowFlags_NoScrollWithMouse;
  ImGui::Begin("##watchfloor", nullptr, kFlags);

  m.hits.begin(scale);
  const ImVec2 delta = m.hits.mouse_delta();
  const bool input_came = delta.x != 0 || delta.y != 0 || ImGui::GetIO().MouseWheel != 0 || ImGui::IsMouseClicked(0) ||
                          ImGui::IsMouseReleased(0);
  m.desk.keys.begin(ImGui::GetIO().WantTextInput || m.panel.typing() || m.guard.typing() || m.palette.is_open() ||
                    m.doors.is_open());
  if (input_came || m.desk.keys.any()) m.moved = input.seconds;
  m.desk.tip.clear();
  m.resume(*snapshot);
  m.take_snapshot(snapshot);
  m.take_replies(input);
  m.desk.answers = input.answers;
  m.settle(input, out.redraw_in);
  m.desk.seconds = m.desk.counts.open > 0 || input.seconds - m.moved < kMoved;

  Theme& theme = m.desk.comfort.theme;
  if (std::exchange(m.desk.want_theme, false)) theme = theme == Theme::dark ? Theme::light : Theme::dark;
  if (std::exchange(m.desk.want_keys, false)) m.keys_help = true;
  Painter painter(*ImGui::GetWindowDrawList(), tokens(theme), m.fonts, m.hits);
  painter.written = m.written;
  Frame f{painter,     *snapshot, m.desk.standing, input,         m.time,
          m.selection, m.view,    out.commands,    out.redraw_in, m.desk.comfort.reduce_motion};
  const View before = m.view;
  const std::uint64_t selected = m.selection.incident;
  m.desk.stills.take(f, m.desk);
  m.keys(f, out);
  m.draw(f, out, window);
  if (std::exchange(m.desk.want_mute, false)) m.mute(input, out);
  out.desktop = std::exchange(m.desk.desktop, {});
  // Escape closes what is open; when nothing is, it lets the selection go.
  if (!m.desk.modal && m.desk.keys.take(Key::escape) && !m.desk.keys.typing()) {
    if (!m.selection.device.empty())
      m.selection.device.clear();
    else if (m.view == View::wall)
      m.selection.incident = 0;
  }
  if (m.first || input_came || m.desk.keys.any() || !out.commands.empty() || before != m.view ||
      selected != m.selection.incident)
    f.wake(0);
  m.first = false;
  m.writing.tell(m.wanted, m.cjk_font, m.desk, out, input.seconds);
  if (m.cjk_font && m.wanted.grew()) f.wake(0);
  m.pace(f);
  out.questions = std::exchange(m.desk.questions, {});
  ImGui::End();
  ImGui::PopStyleVar(4);
  return std::move(out);
}

}  // namespace wf::ui
