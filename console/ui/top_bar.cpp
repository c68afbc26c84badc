#include "console/ui/top_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kCaption = 16;  // line of the captions
constexpr float kValue = 34;    // line of the values
constexpr float kMiddle = 26;

enum class Cell : std::uint8_t { site, threat, clock, open, alarms, agents, rate, sound, seat, find };
constexpr std::array<float, 10> kWidth{152, 152, 248, 296, 208, 140, 152, 136, 232, 168};
constexpr std::array<float, 10> kNarrow{152, 128, 146, 272, 166, 140, 112, 136, 150, 124};
/// Which cell shrinks, then leaves, when the window is narrow.
constexpr std::array<Cell, 6> kLeaving{Cell::rate, Cell::seat, Cell::threat, Cell::site, Cell::find, Cell::sound};

struct Bar {
  Frame& f;
  Desk& d;
  TopBarState& state;
  Painter& p;
  const Tokens& t;
  const Snapshot& s;

  void caption(float x, std::string_view text, float max = 0) const {
    p.text(x, kCaption, text, Face::s, t.t3, Align::left, max);
  }

  [[nodiscard]] Hit cell_hit(std::string_view name, float x, float w) const {
    return p.hits.add(name, {x - 16, 0, w, unit::kTopBar - 1});
  }

  [[nodiscard]] int threat_priority() const { return s.threat_level <= 1 ? -1 : std::min<int>(s.threat_level - 1, 3); }

  void site(float x, float w) const {
    caption(x, "Site"_tr);
    const Site* shown = f.selection.site.empty() || !s.estate ? nullptr : s.estate->site(f.selection.site);
    if (shown == nullptr) shown = home_site(s);
    const std::string_view name = shown == nullptr ? "No site"_tr.view() : std::string_view(shown->name);
    p.text(x, kValue, name, Face::m_semibold, t.t1, Align::left, w - 24);
    if (s.estate && s.estate->sites.size() > 1)
      d.hint(cell_hit("top/site", x, w), plural<"{} site is watched", "{} sites are watched">(s.estate->sites.size()));
  }

  void threat(float x, float w) const {
    caption(x, w > 140 ? "Threat level"_tr : "Threat"_tr);
    const int q = threat_priority();
    for (int i = 0; i < 4; ++i) {
      const Rect r{x + static_cast<float>(i) * 9, kValue - 5, 7, 10};
      if (i < s.threat_level) {
        p.fill(r, q < 0 ? t.t2 : t.of(static_cast<Priority>(q)).fill);
        if (q >= 0 && !t.dark) p.stroke(r, t.of(static_cast<Priority>(q)).edge);
      } else {
        p.stroke(r, t.line2);
      }
    }
    p.text(x + 44, kValue, threat_word(s.threat_name), Face::m_semibold, t.t1, Align::left, w - 44 - 20);
  }

  void clock(float x, float w) const {
    const std::string now = d.seconds ? f.time.clock(f.input.now) : f.time.minutes(f.input.now);
    const float used = p.text(x, kMiddle, now, Face::clock, t.t1);
    if (w > 200) {
      // The day stands where it stands with seconds, so that nothing moves when they come.
      const float after = x + std::max(114.0F, used + 12);
      p.text(after, kCaption, f.time.day(f.input.now), Face::s, t.t2);
      p.text(after, kValue, text_of<"Local time, {}">(f.time.zone(f.input.now)), Face::s, t.t3, Align::left,
             w - 114 - 20);
    }
    d.hint(cell_hit("top/clock", x, w), utc_text(f.input.now));
  }

  void open(float x, float w) const {
    caption(x, "Open##incidents"_tr);
    p.text(x, kValue, count_text(d.counts.open), Face::m_semibold, t.t1);
    const bool wide = w > 280;
    float at = x + (wide ? 52 : 44);
    const float step = wide ? 57 : 52;
    for (int q = 3; q >= 0; --q) {
      const auto priority = static_cast<Priority>(q);
      const std::uint32_t n = d.counts.by_priority[q];
      const std::string name = "top/open/" + std::string(name_of(priority));
      const Hit hit = p.hits.add(name, {at - 6, 6, step, 36});
      const bool only = d.filter.priority == q;
      if (hit.hovered || only) p.fill({at - 5, 8, step - 2, 34}, only ? t.acc_bg : t.bg3, unit::kRadius);
      mark(p, priority, at + 11, kMiddle, 22, n == 0 ? MarkState::none : MarkState::open);
      // Two digits have room in the big size; more shrink, thousands are rounded down.
      const std::string digits = n < 1000 ? std::to_string(n) : fmt::format("{}k", n / 1000);
      const bool big = n < 100;
      p.text(at + (wide ? 29 : 26), kMiddle, digits,
             n == 0 ? Face::l
             : big  ? Face::l_semibold
             : wide ? Face::m_semibold
                    : Face::s_semibold,
             n == 0 ? t.t3 : t.t1, Align::left, step - 27);
      d.hint(hit, only ? "Show every priority again"_tr.str()
                       : text_of<"{} {} open: show only these">(count_text(n), word_of(priority)));
      if (hit.clicked) {
        d.filter.priority = only ? -1 : q;
        f.view = View::wall;
      }
      at += step;
    }
  }

  void alarms(float x, float w) const {
    const bool over = s.alarms_10min > s.alarm_limit;
    const ImU32 critical = t.of(Priority::critical).text;
    const float room = w - 32;
    caption(x, "Alarms in 10 min"_tr);
    if (s.flood) p.text(x + room, kCaption, "flood"_tr, Face::s_semibold, critical, Align::right);
    const float used = p.text(x, kValue, count_text(s.alarms_10min), Face::m_semibold, over ? critical : t.t1);
    const float from = x + std::max(30.0F, used + 8);
    const std::string limit = text_of<"limit {}">(s.alarm_limit);
    const float limit_width = w > 190 ? p.width(limit, Face::s) + 8 : 0;
    gauge(p, from, kValue - 4, x + room - from - limit_width, static_cast<float>(s.alarms_10min),
          static_cast<float>(s.alarm_limit), 2);
    if (limit_width > 0) p.text(x + room, kValue, limit, Face::s, t.t2, Align::right);
    d.hint(cell_hit("top/alarms", x, w),
           text_of<"{} alarms in the last 10 minutes. EEMUA 191: target 2, a flood begins above {}">(s.alarms_10min,
                                                                                                     s.alarm_limit));
  }

  void agents(float x, float w) const {
    caption(x, "Agents"_tr);
    std::size_t alive = 0;
    std::size_t silent = 0;
    std::size_t known = 0;
    for (const AgentState& a : s.agents) {
      if (a.health == AgentState::Health::revoked) continue;
      ++known;
      if (a.health == AgentState::Health::live) ++alive;
      if (a.health == AgentState::Health::silent || a.health == AgentState::Health::late) ++silent;
    }
    const Hit hit = cell_hit("top/agents", x, w);
    const float used =
        p.text(x, kValue, text_of<"{} of {}">(alive, known), Face::m_semibold, hit.hovered ? t.acc : t.t1);
    if (silent > 0) {
      const ImU32 ink = t.of(Priority::medium).text;
      icon(p, Icon::notice, x + used + 15, kValue, 14, ink, 1.5F);
      p.text(x + used + 26, kValue, text_of<"{} late##top bar">(silent), Face::s_semibold, ink);
    } else if (known > 0) {
      p.text(x + used + 10, kValue, alive == known ? "none late##top bar"_tr : "not all seen"_tr, Face::s, t.t2,
             Align::left, w - used - 20);
    }
    d.hint(hit, "Health, spool and gaps of every agent"_tr);
    if (hit.clicked) f.view = View::agents;
  }

  void rate(float x, float w) const {
    caption(x, w > 140 ? "Events per second"_tr : "Events/s"_tr);
    const double since = f.input.seconds - state.beat;
    const bool beat = since >= 0 && since < motion::kBeat && !f.reduce_motion;
    p.circle(x + 4, kValue, beat ? 5.0F : 4.0F, t.t1);
    p.circle_line(x + 4, kValue, 7, faded(t.t2, beat ? 1.0F : 0.5F), 1);
    if (beat) f.wake(motion::kBeat - since);
    const double eps = s.events_per_second;
    const std::string number = eps < 10 ? decimal_text(eps, 1) : count_text(static_cast<std::uint64_t>(eps));
    p.text(x + 18, kValue, number, Face::mono_m_medium, t.t1);
    if (w > 140) {
      std::array<std::uint32_t, 24> v{};
      std::copy(s.eps_history.begin(), s.eps_history.end(), v.begin());
      sparkline(p, {x + 64, kValue - 7, 56, 14}, v.data() + 10, 14);
    }
    d.hint(cell_hit("top/rate", x, w), plural<"{} event stored", "{} events stored">(s.events_total));
  }

  void sound(float x, float w) const {
    const SoundState& sound = f.input.sound;
    const Hit hit = cell_hit("top/sound", x, w);
    const bool on = sound.device && !sound.muted();
    const ImU32 ink = !on ? t.of(Priority::medium).text : hit.hovered ? t.acc : t.t1;
    std::string text = sound.device ? "On##sound"_tr : "No device"_tr;
    Text tip = sound.device ? "Critical and high incidents sound until they are acknowledged. Q: mute"_tr
                            : "No sound device: this bar flashes for what would sound. Q: mute"_tr;
    if (sound.muted()) {
      const double unit = d.seconds ? 1 : 60;
      // Rounded up: it is not over as long as something is left.
      const double left = std::ceil(sound.mute_left / unit) * unit;
      text = d.seconds ? text_of<"Muted {}">(duration(static_cast<std::int64_t>(left) * kSecond))
                       : text_of<"Muted {:.0f} min">(left / 60);
      f.wake(sound.mute_left - (left - unit) + 0.002);
      tip = "All but life safety is silent for so long. Q: sound again"_tr;
    }
    caption(x, sound.muted() && !sound.device ? "No sound device"_tr : "Sound"_tr, w - 24);
    icon(p, on ? Icon::sound : Icon::mute, x + 8, kValue, 15, ink);
    p.text(x + 22, kValue, text, Face::m_medium, ink, Align::left, w - 40);
    d.hint(hit, tip);
    if (hit.clicked) d.want_mute = true;
  }

  void seat(float x, float w) const {
    const bool named = !s.user.empty();
    std::string who = s.seat.empty() ? "Seat"_tr.str() : s.seat;
    if (!s.role.empty()) who += ", " + s.role;
    float room = w - 32;
    if (s.demo) {
      const float bw = badge_width(p, "DEMO"_tr);
      badge(p, x + room - bw, kMiddle, "DEMO"_tr, BadgeKind::drill);
      d.hint(p.hits.add("top/demo", {x + room - bw, 14, bw, 24}),
             "A recorded night is played; nothing here is real"_tr);
      room -= bw + 12;
    }
    caption(x, who, room);
    p.text(x, kValue, named ? std::string_view(s.user) : "Nobody signed in"_tr.view(), Face::m_semibold, t.t1,
           Align::left, room);
  }

  void find(float x, float w) const {
    const Rect r{x, 12, w - 32, 28};
    const Hit hit = p.hits.add("top/find", r);
    p.fill(r, t.bg1, unit::kRadius);
    p.stroke(r, hit.hovered ? t.t3 : t.line2, 1, unit::kRadius);
    icon(p, Icon::search, x + 16, kMiddle, 13, t.t2);
    const float kw = key_width(p, "Ctrl K"_tr);
    if (w > 150) p.text(x + 30, kMiddle, "Find"_tr, Face::m, t.t2);
    if (r.w - kw > 30) key_cap(p, r.right() - 6 - kw, kMiddle, "Ctrl K"_tr);
    if (hit.clicked) d.want_palette = true;
  }

  void draw(Cell c, float x, float w) const {
    switch (c) {
      case Cell::site:
        return site(x, w);
      case Cell::threat:
        return threat(x, w);
      case Cell::clock:
        return clock(x, w);
      case Cell::open:
        return open(x, w);
      case Cell::alarms:
        return alarms(x, w);
      case Cell::agents:
        return agents(x, w);
      case Cell::rate:
        return rate(x, w);
      case Cell::sound:
        return sound(x, w);
      case Cell::seat:
        return seat(x, w);
      case Cell::find:
        return find(x, w);
    }
  }
};

}  // namespace

void draw_top_bar(Frame& f, Desk& d, const Rect& r, TopBarState& state) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Snapshot& s = f.snapshot;
  if (s.events_total != state.events && f.input.seconds - state.beat >= 1) state.beat = f.input.seconds;
  state.events = s.events_total;

  const Bar bar{f, d, state, p, t, s};
  const int q = bar.threat_priority();
  ImU32 edge = q < 0 ? t.line2 : t.of(static_cast<Priority>(q)).fill;
  const SoundState& sound = f.input.sound;
  ImU32 ground = t.bg2;
  if (!sound.device && (sound.muted() ? sound.life_safety : sound.calling)) {
    // What cannot be heard is seen: at 1 Hz, or steadily where nothing may move.
    const double phase = f.reduce_motion ? 0 : std::fmod(f.input.seconds, 1.0);
    if (phase < 0.5) {
      edge = t.of(Priority::critical).fill;
      ground = t.of(Priority::critical).tint2;
    }
    if (!f.reduce_motion) f.wake(phase < 0.5 ? 0.5 - phase : 1.0 - phase);
  }
  p.fill(r, ground);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line);
  p.fill({r.x, r.y, r.w, 3}, edge);
  if (q >= 0 && !t.dark) p.fill({r.x, r.y + 3, r.w, 1}, t.of(static_cast<Priority>(q)).edge);

  icon(p, Icon::shield, 24, kMiddle, 22, t.t1, 1.75F);
  p.circle(24, kMiddle - 1, 2.4F, t.t1);

  std::array<float, 10> widths = kWidth;
  std::array<bool, 10> shown{};
  shown.fill(true);
  const auto total = [&] {
    float sum = unit::kRail;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (shown[i]) sum += widths[i];
    return sum;
  };
  for (std::size_t i = 0; i < widths.size() && total() > r.w; ++i) {
    const std::size_t k = widths.size() - 1 - i;  // from the right
    widths[k] = kNarrow[k];
  }
  for (const Cell c : kLeaving) {
    if (total() <= r.w) break;
    shown[static_cast<std::size_t>(c)] = false;
  }
  const float spare = std::max(0.0F, r.w - total());
  float x = r.x + unit::kRail;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (!shown[i]) continue;
    if (static_cast<Cell>(i) == Cell::seat || (static_cast<Cell>(i) == Cell::find && !shown[i - 1])) x += spare;
    p.upright(x, r.y + 10, 30, t.line);
    bar.draw(static_cast<Cell>(i), x + 16, widths[i]);
    x += widths[i];
  }
}

}  // namespace wf::ui
