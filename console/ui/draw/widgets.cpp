#include "console/ui/draw/widgets.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace wf::ui {
namespace {

constexpr float kFocusOut = 3;

void focus_frame(Painter& p, const Rect& r) {
  p.stroke({r.x - kFocusOut, r.y - kFocusOut, r.w + 2 * kFocusOut, r.h + 2 * kFocusOut}, p.t.acc, 2, 6);
}

std::string grouped(long long n) {
  std::string s = std::to_string(n);
  for (std::size_t i = s.size(); i > 3; i -= 3) s.insert(i - 3, 1, ',');
  return s;
}

}  // namespace

float key_width(const Painter& p, std::string_view label) {
  return std::max(18.0F, std::ceil(p.width(label, Face::mono_s)) + 8);
}

float key_cap(Painter& p, float x, float cy, std::string_view label, ImU32 ink, ImU32 border) {
  const float w = key_width(p, label);
  p.stroke({x, cy - 9, w, 18}, border, 1, unit::kSmallRadius);
  p.text(x + w / 2, cy, label, Face::mono_s, ink, Align::center);
  return w;
}

float key_cap(Painter& p, float x, float cy, std::string_view label) {
  return key_cap(p, x, cy, label, p.t.t2, p.t.line2);
}

float button_width(const Painter& p, std::string_view label, const ButtonStyle& s) {
  if (s.width > 0) return s.width;
  const float stripe = s.kind == ButtonKind::far_reaching ? 8 : 0;
  return std::round(unit::kButtonPad + stripe + (s.icon != nullptr ? 22 : 0) + p.width(label, Face::m_medium) +
                    (s.key.empty() ? unit::kButtonPad : 8 + key_width(p, s.key) + 6));
}

Hit button(Painter& p, std::string_view name, float x, float y, std::string_view label, const ButtonStyle& s,
           float* used) {
  const Rect r{x, y, button_width(p, label, s), unit::kButton};
  if (used != nullptr) *used = r.w;
  const Hit hit = p.hits.add(name, r, s.enabled);
  const bool hover = s.enabled && (s.look == Look::hover || (s.look == Look::automatic && hit.hovered));
  const bool down = s.enabled && (s.look == Look::down || (s.look == Look::automatic && hit.held));
  const Tokens& t = p.t;
  ImU32 ground = t.bg3;
  ImU32 border = t.line2;
  ImU32 ink = t.t1;
  ImU32 key_ink = t.t2;
  ImU32 key_line = t.line2;
  if (s.kind == ButtonKind::primary) {
    ground = hover ? t.prim_hover : t.prim;
    border = 0;
    ink = t.prim_ink;
    key_ink = t.prim_key;
    key_line = t.prim_key_line;
  } else if (s.kind == ButtonKind::ghost) {
    ground = hover ? t.bg3 : 0;
    border = 0;
    ink = t.t2;
  } else {
    if (s.kind == ButtonKind::far_reaching) border = t.t3;
    if (hover) ground = t.bg4;
  }
  if (down && s.kind != ButtonKind::primary) ground = t.bg1;
  if (!s.enabled) {
    ground = 0;
    border = t.line;
    ink = key_ink = t.dis;
    key_line = t.line;
  }
  if (ground != 0) p.fill(r, ground, unit::kRadius);
  if (border != 0) p.stroke(r, border, 1, unit::kRadius);
  if (s.look == Look::focus) focus_frame(p, r);
  const float stripe = s.kind == ButtonKind::far_reaching ? 8 : 0;
  if (stripe > 0) p.hazard({x + 1, y + 1, stripe, r.h - 2});
  const float label_width = p.width(label, Face::m_medium);
  float tx = x + unit::kButtonPad + stripe;
  if (s.width > 0 && s.key.empty()) tx = x + stripe + (r.w - stripe - label_width - (s.icon != nullptr ? 22 : 0)) / 2;
  if (s.icon != nullptr) {
    icon(p, *s.icon, tx + 7, r.mid_y(), 14, ink);
    tx += 22;
  }
  p.text(tx, r.mid_y(), label, Face::m_medium, ink);
  if (!s.key.empty()) {
    const float kw = key_width(p, s.key);
    key_cap(p, r.right() - 6 - kw, r.mid_y(), s.key, key_ink, key_line);
  }
  return hit;
}

Hit word_button(Painter& p, std::string_view name, float right, float mid, std::string_view word, std::string_view key,
                float* used) {
  const float kw = key.empty() ? 0 : key_width(p, key) + 6;
  const float w = p.width(word, Face::s_medium);
  const Rect at{right - kw - w - 4, mid - 10, w + kw + 8, 20};
  const Hit hit = p.hits.add(name, at);
  p.text(at.x + 4, mid, word, Face::s_medium, hit.hovered ? p.t.t1 : p.t.acc);
  if (hit.hovered) p.hairline(at.x + 4, mid + 8, w, p.t.t1);
  if (!key.empty()) key_cap(p, right - key_width(p, key), mid, key);
  *used = at.w + 4;
  return hit;
}

Hit icon_button(Painter& p, std::string_view name, float x, float y, Icon which, bool on, float w, float h) {
  const Rect r{x, y, w, h};
  const Hit hit = p.hits.add(name, r);
  p.fill(r, on || hit.hovered ? p.t.bg4 : p.t.bg2, unit::kRadius);
  p.stroke(r, on || hit.hovered ? p.t.line2 : p.t.line, 1, unit::kRadius);
  icon(p, which, r.mid_x(), r.mid_y(), 14, on || hit.hovered ? p.t.t1 : p.t.t2);
  return hit;
}

float chip_width(const Painter& p, std::string_view label, const ChipStyle& s) {
  const float count = s.count < 0 ? 0 : 7 + p.width(grouped(s.count), Face::mono_s);
  return std::round(unit::kChipPad * 2 +
                    (s.icon == nullptr ? 0
                     : label.empty()   ? 13
                                       : 18) +
                    (s.priority != nullptr ? 16 : 0) + p.width(label, s.on ? Face::s_semibold : Face::s_medium) +
                    count + (s.closes ? 18 : 0) + (s.drops ? 16 : 0));
}

Hit chip(Painter& p, std::string_view name, float x, float y, std::string_view label, const ChipStyle& s, float* used) {
  const Rect r{x, y, chip_width(p, label, s), unit::kChip};
  if (used != nullptr) *used = r.w;
  const Hit hit = p.hits.add(name, r, s.enabled);
  const bool hover = s.enabled && (s.look == Look::hover || (s.look == Look::automatic && hit.hovered));
  const ImU32 ink = !s.enabled ? p.t.dis : s.on ? p.t.t1 : p.t.t2;
  p.fill(r, s.on ? p.t.acc_bg : hover ? p.t.bg4 : p.t.bg2, unit::kRadius);
  if (s.draft)
    p.dashed(r, p.t.line2, 1, 3, 3);
  else
    p.stroke(r, s.on ? p.t.acc : s.enabled ? p.t.line2 : p.t.line, 1, unit::kRadius);
  if (s.look == Look::focus) focus_frame(p, r);
  float tx = x + unit::kChipPad;
  const float mid = r.mid_y();
  if (s.icon != nullptr) {
    icon(p, *s.icon, tx + 6, mid, 13, ink);
    tx += 18;
  }
  if (s.priority != nullptr) {
    mark(p, *s.priority, tx + 5, mid, 11);
    tx += 16;
  }
  tx += p.text(tx, mid, label, s.on ? Face::s_semibold : Face::s_medium, ink);
  if (s.count >= 0) p.text(tx + 7, mid, grouped(s.count), Face::mono_s, !s.enabled ? p.t.dis : s.on ? p.t.t1 : p.t.t3);
  if (s.closes) icon(p, Icon::cross, r.right() - 14, mid, 10, ink, 1.25F);
  if (s.drops) icon(p, Icon::down, r.right() - 14, mid, 11, ink, 1.25F);
  return hit;
}

float badge_width(const Painter& p, std::string_view label, const Icon* which, bool mono) {
  return std::round(16 + (which != nullptr ? 16 : 0) + p.width(label, mono ? Face::mono_s_medium : Face::s_semibold));
}

float badge(Painter& p, float x, float cy, std::string_view label, BadgeKind kind, const Icon* which, bool mono) {
  const Tokens& t = p.t;
  ImU32 ground = t.bg3;
  ImU32 border = 0;
  ImU32 ink = t.t1;
  bool dashes = false;
  switch (kind) {
    case BadgeKind::plain:
      break;
    case BadgeKind::outline:
      ground = 0, border = t.line2, ink = t.t2;
      break;
    case BadgeKind::strong:
      ground = t.prim, ink = t.prim_ink;
      break;
    case BadgeKind::drill:
      ground = 0, border = ink = t.acc, dashes = true;
      break;
    case BadgeKind::stale:
      ground = 0, border = t.t3, ink = t.t2, dashes = true;
      break;
    case BadgeKind::past:
      ground = t.past_bg, border = ink = t.past;
      break;
    default: {
      const auto& c = t.of(static_cast<Priority>(static_cast<int>(kind) - static_cast<int>(BadgeKind::low)));
      ground = c.tint2, border = c.edge, ink = c.text;
    }
  }
  const Rect r{x, cy - 10, badge_width(p, label, which, mono), 20};
  if (ground != 0) p.fill(r, ground, unit::kSmallRadius);
  if (border != 0) {
    if (dashes)
      p.dashed(r, border, 1, kind == BadgeKind::drill ? 3.0F : 2.0F, 2);
    else
      p.stroke(r, border, 1, unit::kSmallRadius);
  }
  float tx = x + 8;
  if (which != nullptr) {
    icon(p, *which, tx + 6, cy, 12, ink);
    tx += 16;
  }
  p.text(tx, cy, label, mono ? Face::mono_s_medium : Face::s_semibold, ink);
  return r.w;
}

void ring(Painter& p, float cx, float cy, float radius, const RingState& s, float thickness) {
  const PriorityColors& c = p.t.of(Priority::critical);
  p.circle_line(cx, cy, radius, s.late ? c.fill : p.t.line2, thickness);
  if (s.met) {
    icon(p, Icon::check, cx, cy, radius * 1.25F, p.t.t2, 1.5F);
  } else if (s.late) {
    p.fill({cx - 1, cy - 4, 2, 5}, c.text);
    p.fill({cx - 1, cy + 2.4F, 2, 2}, c.text);
  } else if (s.share > 0) {
    constexpr float kTop = -1.5707963F;
    const float sweep = 6.2831853F * std::min(0.9999F, s.share);
    p.arc(cx, cy, radius, kTop, kTop + sweep, s.hot ? p.t.of(s.priority).edge : p.t.t2, thickness);
  }
}

void gauge(Painter& p, float x, float y, float w, float value, float limit, float target) {
  const bool over = value > limit;
  const float max = over ? std::max(limit * 4, value * 1.05F) : limit * 1.25F;
  const float k = w / max;
  const PriorityColors& c = p.t.of(Priority::critical);
  p.fill({x, y, w, 8}, p.t.bg3);
  p.stroke({x, y, w, 8}, p.t.line2);
  const ImU32 color = over ? c.fill : value > limit / 2 ? p.t.t1 : p.t.t2;
  p.fill({x + 1, y + 1, std::clamp(value * k - 1, 0.0F, w - 2), 6}, color);
  p.upright(x + target * k, y, 8, p.t.bg1);
  p.fill({std::round(x + limit * k) - 1, y - 3, 2, 14}, over ? c.text : p.t.t2);
}

void sparkline(Painter& p, const Rect& r, const std::uint32_t* values, std::size_t count, std::size_t bright) {
  p.hairline(r.x, r.bottom() - 1, r.w, p.t.line2);
  if (count == 0) return;
  const std::uint32_t most = std::max(1U, *std::max_element(values, values + count));
  const float bar = r.w / static_cast<float>(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i] == 0) continue;
    const float h = std::max(2.0F, std::round(static_cast<float>(values[i]) / static_cast<float>(most) * (r.h - 1)));
    const float x0 = std::round(static_cast<float>(i) * bar);
    const float w = std::max(1.0F, std::round(bar) - 1);
    p.fill({r.x + x0, r.bottom() - h, w, h}, i + bright >= count ? p.t.spark_hi : p.t.spark);
  }
}

int segments(Painter& p, std::string_view name, float x, float y, const std::vector<std::string_view>& labels, int on,
             float* used, const std::vector<std::string_view>& names) {
  float total = 0;
  for (const auto l : labels) total += std::round(p.width(l, Face::s_medium) + 16);
  const Rect all{x, y, total, unit::kChip};
  p.fill(all, p.t.bg2, unit::kRadius);
  p.stroke(all, p.t.line2, 1, unit::kRadius);
  int clicked = -1;
  float tx = x;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float w = std::round(p.width(labels[i], Face::s_medium) + 16);
    const Rect r{tx, y, w, unit::kChip};
    const Hit hit = p.hits.add(std::string(name) + "/" + std::string(i < names.size() ? names[i] : labels[i]), r);
    const bool is_on = static_cast<int>(i) == on;
    if (is_on || hit.hovered) p.fill(r.inset(1), is_on ? p.t.bg4 : p.t.bg3, 3);
    p.text(r.mid_x(), r.mid_y(), labels[i], is_on ? Face::s_semibold : Face::s_medium, is_on ? p.t.t1 : p.t.t2,
           Align::center);
    if (hit.clicked) clicked = static_cast<int>(i);
    tx += w;
    if (i + 1 < labels.size() && !is_on && static_cast<int>(i) + 1 != on)
      p.upright(tx, y + 6, unit::kChip - 12, p.t.line2);
  }
  if (used != nullptr) *used = total;
  return clicked;
}

int segments(Painter& p, std::string_view name, float x, float y, std::initializer_list<Text> labels, int on,
             float* used) {
  std::vector<std::string_view> shown(labels.begin(), labels.end()), names;
  for (const Text& label : labels) names.push_back(label.english());
  return segments(p, name, x, y, shown, on, used, names);
}

void toggle(Painter& p, float x, float cy, bool on) {
  const Rect r{x, cy - 8, 28, 16};
  p.fill(r, on ? p.t.t2 : p.t.bg3, 8);
  if (!on) p.stroke(r, p.t.line2, 1, 8);
  p.circle(on ? x + 20 : x + 8, cy, on ? 6.0F : 5.0F, on ? p.t.bg1 : p.t.t3);
}

void check_box(Painter& p, float x, float cy, Checked state) {
  const Rect r{x, cy - 7, 14, 14};
  if (state == Checked::yes) {
    p.fill(r, p.t.t2, 2);
    icon(p, Icon::check, r.mid_x(), cy, 12, p.t.bg1, 2);
  } else if (state == Checked::skipped) {
    p.stroke(r, p.t.t2, 1.25F, 2);
    p.line(r.x + 3.5F, cy, r.right() - 3.5F, cy, p.t.t2, 2);
  } else {
    p.stroke(r, p.t.t3, 1.25F, 2);
  }
}

void pane_head(Painter& p, const Rect& r, std::string_view title, std::string_view sub) {
  p.fill(r, p.t.bg2);
  p.hairline(r.x, r.bottom() - 1, r.w, p.t.line);
  const float w =
      p.text(r.x + unit::kPad, r.mid_y(), title, Face::m_semibold, p.t.t1, Align::left, r.w - 2 * unit::kPad);
  const float room = r.w - 2 * unit::kPad - w - 10;
  if (room > 24) p.text(r.x + unit::kPad + w + 10, r.mid_y(), sub, Face::s, p.t.t2, Align::left, room);
}

void section_head(Painter& p, float x, float y, float w, std::string_view title, std::string_view right) {
  const float used = p.text(x, y + 12, title, Face::m_semibold, p.t.t1, Align::left, w);
  if (w - used > 24) p.text(x + w, y + 12, right, Face::s, p.t.t2, Align::right, w - used - 12);
}

void number_disc(Painter& p, float cx, float cy, float radius, int number) {
  p.circle(cx, cy, radius, p.t.map.path);
  const std::string n = std::to_string(number);
  ImFont* font = p.fonts()[Face::tiny];
  const float size = font->FontSize * (radius / 8);
  const ImVec2 extent = font->CalcTextSizeA(size, 1e6F, 0, n.c_str());
  const float em = size / 1.2102F;
  const float base = cy * p.scale() + em * 0.364F;
  p.list().AddText(font, size, {cx * p.scale() - extent.x / 2, base - font->Ascent * (size / font->FontSize)},
                   p.t.dark ? rgb(0x101317) : rgb(0xFFFFFF), n.c_str());
}

float scroll_bar(Painter& p, std::string_view name, const Rect& view, float content, float offset) {
  const float most = std::max(0.0F, content - view.h);
  offset = std::clamp(offset, 0.0F, most);
  if (most <= 0) return 0;
  const float length = std::max(24.0F, view.h * view.h / content);
  const float travel = view.h - length;
  const Rect track{view.right() - 8, view.y, 8, view.h};
  const Hit hit = p.hits.add(name, track);
  if (hit.held && travel > 0) {
    if (hit.pressed) {
      const float grip = view.y + travel * offset / most;
      if (p.hits.mouse().y < grip || p.hits.mouse().y > grip + length)
        offset = (p.hits.mouse().y - view.y - length / 2) / travel * most;
    } else {
      offset += p.hits.mouse_delta().y / travel * most;
    }
    offset = std::clamp(offset, 0.0F, most);
  }
  const float grip = view.y + travel * offset / most;
  const bool wide = hit.hovered || hit.held;
  p.fill({view.right() - (wide ? 7.0F : 5.0F), grip + 2, wide ? 6.0F : 3.0F, length - 4}, wide ? p.t.t3 : p.t.line2,
         wide ? 3.0F : 1.5F);
  return offset;
}

}  // namespace wf::ui
