#include "console/ui/settings_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kLine = 44, kColumn = 560, kLabel = 150;
constexpr std::array<Priority, 4> kTones{Priority::critical, Priority::high, Priority::medium, Priority::low};

/// What the keyboard does to the marked line in this frame.
struct Push {
  int by = 0;
  bool enter = false;
};

}  // namespace

/// Places lines from the top, one under the other.
struct SettingsView::Line {
  Frame& f;
  Desk& d;
  float x, y, w;
  int& at;
  Push push;
  int n = 0;

  void head(Text title, std::string_view right = {}) {
    section_head(f.p, x, y, w, title, right);
    y += 34;
  }
  /// Begins a line; gives what the keyboard does to it.
  Push begin(Text label, std::string_view under = {}) {
    const bool on = at == n++;
    const Rect all{x - 8, y, w + 16, kLine};
    const Hit hit = f.p.hits.add("settings/" + std::string(label.english()), all);
    if (hit.pressed) at = n - 1;
    if (on)
      f.p.stroke(all, f.p.t.acc, 1, unit::kRadius);
    else if (hit.hovered)
      f.p.fill(all, f.p.t.bg2, unit::kRadius);
    if (under.empty()) {
      f.p.text(x, y + kLine / 2, label, Face::m_medium, f.p.t.t1, Align::left, kLabel - 8);
    } else {
      f.p.text(x, y + kLine / 2 - 9, label, Face::m_medium, f.p.t.t1, Align::left, kLabel - 8);
      f.p.text(x, y + kLine / 2 + 10, under, Face::s, f.p.t.t3, Align::left, w);
    }
    return on ? push : Push{};
  }
  void end() { y += kLine; }
  [[nodiscard]] float control() const { return x + kLabel; }
  [[nodiscard]] float top(float height) const { return std::round(y + (kLine - height) / 2); }

  /// One of a few; what was chosen.
  int choice(Text label, std::initializer_list<Text> names, int on) {
    const Push by = begin(label);
    const int clicked =
        segments(f.p, "settings/" + std::string(label.english()) + "/of", control(), top(unit::kChip), names, on);
    end();
    if (clicked >= 0) return clicked;
    const int last = static_cast<int>(names.size()) - 1;
    return by.enter ? (on == last ? 0 : on + 1) : std::clamp(on + by.by, 0, last);
  }
  /// The same of names that are no texts; their areas are called by `codes`.
  int choice(Text label, const std::vector<std::string_view>& names, int on,
             const std::vector<std::string_view>& codes) {
    const Push by = begin(label);
    const int clicked = segments(f.p, "settings/" + std::string(label.english()) + "/of", control(), top(unit::kChip),
                                 names, on, nullptr, codes);
    end();
    if (clicked >= 0) return clicked;
    const int last = static_cast<int>(names.size()) - 1;
    if (by.enter) return on == last ? 0 : on + 1;
    return by.by == 0 ? on : std::clamp(on + by.by, 0, last);
  }
  /// − value +; −1, 0 or 1.
  int steps(Text label, const std::string& value, float share, bool least, bool most) {
    const Push push_by = begin(label);
    Painter& p = f.p;
    int by = push_by.by;
    const float cx = control();
    const std::string name = "settings/" + std::string(label.english());
    if (icon_button(p, name + "/less", cx, top(28), Icon::minus).clicked) by = -1;
    const Rect bar{cx + 40, y + kLine / 2 - 3, 140, 6};
    p.fill(bar, p.t.bg3, 3);
    p.fill({bar.x, bar.y, std::round(bar.w * share), bar.h}, p.t.t2, 3);
    if (icon_button(p, name + "/more", bar.right() + 12, top(28), Icon::plus).clicked) by = 1;
    p.text(bar.right() + 56, y + kLine / 2, value, Face::mono_m, p.t.t1);
    end();
    return (by < 0 && least) || (by > 0 && most) ? 0 : std::clamp(by, -1, 1);
  }
};

void SettingsView::draw_windows(Frame& f, Desk& d, Line& line) {
  Painter& p = f.p;
  const DesktopState& desktop = f.input.desktop;
  line.head("Windows"_tr, text_of<"{} open">(count_text(desktop.windows)));
  const ButtonStyle plain;
  const auto press = [&](const std::string& name, float& x, std::string_view label) {
    float used = 0;
    const Hit hit = button(p, name, x, line.top(28), label, plain, &used);
    x += used + unit::kGap;
    return hit.clicked;
  };
  {
    const Push by = line.begin("Open another"_tr);
    float x = line.control();
    if (press("settings/open/wall", x, "Alert wall"_tr) || by.enter) d.desktop.open_window = View::wall;
    if (press("settings/open/map", x, "Site map"_tr)) d.desktop.open_window = View::map;
    if (press("settings/open/agents", x, "Agents"_tr)) d.desktop.open_window = View::agents;
    if (press("settings/open/rules", x, "Rules"_tr)) d.desktop.open_window = View::rules;
    line.end();
  }
  {
    const Push by = line.begin("Save as"_tr);
    const Rect at{line.control(), line.top(28), 200, 28};
    bool save = false;
    if (d.modal) {  // what lies over it has the keyboard, and ImGui must not see the field
      p.fill(at, p.t.input, unit::kRadius);
      name_.active = false;
    } else {
      save = text_field(p, "settings/name", at, name_,
                        desktop.arrangement.empty() ? "night"_tr.view() : std::string_view(desktop.arrangement),
                        by.enter || std::exchange(focus_name_, false));
    }
    float x = at.right() + unit::kGap;
    save |= press("settings/save", x, "Save"_tr);
    std::string name = arrangement_name(name_.text);
    if (save && name.empty()) name = desktop.arrangement;
    if (save && name.empty()) focus_name_ = true;
    if (save && !name.empty()) {
      save_arrangement(f, d, name);
      name_.text.clear();
    }
    line.end();
  }
  for (const std::string& name : desktop.arrangements) {
    const Push by = line.begin(untranslated(name));
    float x = line.control();
    if (press("settings/arrange/" + name, x, "Open its windows"_tr) || by.enter) d.desktop.open = name;
    if (press("settings/forget/" + name, x, "Forget"_tr)) d.desktop.forget = name;
    if (name == desktop.arrangement)
      p.text(x + 4, line.y + kLine / 2, "last used"_tr, Face::s, p.t.t3, Align::left, line.x + line.w - x - 4);
    line.end();
  }
}

void SettingsView::draw(Frame& f, Desk& d, const Rect& r, SoundWish& sound) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  Comfort& c = d.comfort;
  p.push_clip(r);
  p.fill(r, t.bg1);
  pane_head(p, {r.x, r.y, r.w, unit::kHeader}, "Settings"_tr,
            "of this seat; what the engine does stands in watchfloor.yaml"_tr);

  Push push;
  if (!d.modal && !d.keys.typing()) {
    if (d.keys.take(Key::down)) at_ = std::min(at_ + 1, std::max(0, lines_ - 1));
    if (d.keys.take(Key::up)) at_ = std::max(0, at_ - 1);
    if (d.keys.take(Key::right)) push.by = 1;
    if (d.keys.take(Key::left)) push.by = -1;
    push.enter = d.keys.take(Key::enter) || d.keys.take(Key::space);
  }

  const Rect view{r.x, r.y + unit::kHeader, r.w, r.h - unit::kHeader};
  const float top = begin_scroll(f, "settings/list", view, scroll_) + 20;
  const bool two = r.w >= 2 * kColumn + 3 * 32;
  const float w = two ? kColumn : std::min(kColumn, r.w - 64);
  Line line{f, d, r.x + 32, top, w, at_, push};

  line.head("Look"_tr);
  c.theme = static_cast<Theme>(line.choice("Theme"_tr, {"Dark"_tr, "Light"_tr}, static_cast<int>(c.theme)));
  const float share = (c.zoom - Comfort::kLeastZoom) / (Comfort::kMostZoom - Comfort::kLeastZoom);
  if (const int by = line.steps("Zoom"_tr, fmt::format("{:.0f} %", c.zoom * 100), share, c.zoom <= Comfort::kLeastZoom,
                                c.zoom >= Comfort::kMostZoom);
      by != 0)
    c.zoom = next_zoom(c.zoom, by);
  c.compact = line.choice("Density"_tr, {"Two lines a row"_tr, "One line a row"_tr}, c.compact ? 1 : 0) == 1;
  c.reduce_motion = line.choice("Motion"_tr, {"Usual"_tr, "Nothing moves by itself"_tr}, c.reduce_motion ? 1 : 0) == 1;

  if (const std::vector<LanguageChoice>& languages = f.input.desktop.languages; languages.size() > 1) {
    std::vector<std::string_view> names, codes;
    int on = -1;
    for (std::size_t k = 0; k < languages.size(); ++k) {
      names.push_back(languages[k].name);
      codes.push_back(languages[k].code);
      if (languages[k].code == language().code) on = static_cast<int>(k);
    }
    if (const int chosen = line.choice("Language"_tr, names, on, codes); chosen != on)
      c.language = languages[static_cast<std::size_t>(chosen)].code;
  }

  line.y += 20;
  const SoundState& s = f.input.sound;
  line.head("Sound"_tr, s.device ? "device found"_tr : "no device: the bar flashes instead"_tr);
  const float loud = (c.volume - Comfort::kLeastVolume) / (1 - Comfort::kLeastVolume);
  if (const int by = line.steps("Volume"_tr, fmt::format("{:.0f} %", c.volume * 100), loud,
                                c.volume <= Comfort::kLeastVolume + 0.01F, c.volume >= 0.99F);
      by != 0)
    c.volume = std::clamp(std::round((c.volume + static_cast<float>(by) * Comfort::kVolumeStep) * 10) / 10,
                          Comfort::kLeastVolume, 1.0F);
  {
    const Push by = line.begin("Hear a tone"_tr);
    float x = line.control();
    const bool may = s.device && !s.calling;
    for (const Priority priority : kTones) {
      ButtonStyle style;
      style.enabled = may;
      float used = 0;
      const Text name = priority_title(priority);
      const Hit hit = button(p, "settings/try/" + std::string(name.english()), x, line.top(28), name, style, &used);
      if (!may)
        d.hint(hit, s.device ? "Something calls now: its tone is not covered"_tr : "There is no sound device"_tr);
      if (hit.clicked) sound.try_tone = priority;
      x += used + unit::kGap;
    }
    if (by.enter && may) sound.try_tone = Priority::critical;
    line.end();
  }
  {
    const Push by = line.begin("Mute"_tr);
    ButtonStyle style;
    style.key = "Q";
    float used = 0;
    const Hit hit = button(p, "settings/mute", line.control(), line.top(28),
                           s.muted() ? "Sound again"_tr : "For 10 minutes"_tr, style, &used);
    p.text(line.control() + used + 12, line.y + kLine / 2,
           s.muted() ? "all but life safety is silent"_tr : "never life safety"_tr, Face::s, t.t3, Align::left,
           line.x + line.w - line.control() - used - 12);
    if (hit.clicked || by.enter) d.want_mute = true;
    line.end();
  }

  const float left_end = line.y;
  if (two) {
    line.x = r.x + 64 + kColumn;
    line.y = top;
  } else {
    line.y += 20;
  }
  draw_windows(f, d, line);
  line.y += 20;
  line.head("Keys"_tr);
  {
    const Push by = line.begin("All keys"_tr);
    ButtonStyle style;
    style.key = "?";
    if (button(p, "settings/keys", line.control(), line.top(28), "Show"_tr, style).clicked || by.enter)
      d.want_keys = true;
    line.end();
  }
  line.y += 20;
  line.head("Kept for the next start"_tr);
  const bool kept = f.input.kept_problem.empty() && !f.input.kept_in.empty();
  const std::string what = kept
                               ? "Settings, filters, the map's place, the selection, and notes that were begun"_tr.str()
                           : f.input.kept_problem.empty() ? "Nothing: this console keeps no file"_tr.str()
                                                          : text_of<"Nothing: {}">(f.input.kept_problem);
  const int used =
      p.paragraph(line.x, line.y + 12, 20, line.w, 4, what, Face::m, kept ? t.t2 : t.of(Priority::medium).text);
  line.y += 20 * static_cast<float>(used) + 8;
  if (kept) {
    p.text(line.x, line.y + 10, f.input.kept_in, Face::mono_s, t.t3, Align::left, line.w);
    line.y += 24;
  }

  lines_ = line.n;
  end_scroll(f, "settings/list", view, scroll_, std::max(left_end, line.y) + 20);
  p.pop_clip();
}

}  // namespace wf::ui
