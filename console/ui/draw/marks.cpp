// Marks of priority and state: what a person reads before any word.
#include <cmath>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/utf8.hpp"

namespace wf::ui {
namespace {

constexpr float kPi = 3.14159265F;

}  // namespace

float edge_width(Priority priority) {
  static constexpr float kWidths[] = {2, 3, 4, 6};
  return kWidths[static_cast<std::size_t>(priority) & 3U];
}

void mark(Painter& p, Priority priority, float cx, float cy, float size, MarkState state) {
  const PriorityColors& c = p.t.of(priority);
  const bool held = state == MarkState::held;
  const bool none = state == MarkState::none;
  const float r = size / 2;
  const ImU32 ground = held ? c.mute : c.fill;
  ImU32 edge = none ? p.t.line2 : held ? c.text : c.edge;
  float stroke = none ? 1.25F : size >= 20 ? 2 : size < 11 ? 1.25F : 1.5F;
  const ImU32 ink = none ? p.t.t3 : held || priority == Priority::low ? c.text : c.ink;
  float letter_mid = cy;
  if (priority == Priority::critical) {
    const float q = r * 1.04F;
    if (!none) p.polygon({{cx, cy - q}, {cx + q, cy}, {cx, cy + q}, {cx - q, cy}}, ground);
    if (!none && !held && size >= 16) edge = p.t.t1;  // the keyline of what nobody has yet
    p.polyline({{cx, cy - q}, {cx + q, cy}, {cx, cy + q}, {cx - q, cy}}, edge, stroke, true);
  } else if (priority == Priority::high) {
    const float q = r * 1.02F;
    const ImVec2 a{cx, cy - q * 0.98F};
    const ImVec2 b{cx + q * 1.06F, cy + q * 0.82F};
    const ImVec2 d{cx - q * 1.06F, cy + q * 0.82F};
    if (!none) p.polygon({a, b, d}, ground);
    p.polyline({a, b, d}, edge, stroke, true);
    letter_mid = cy + size * 0.155F;
  } else if (priority == Priority::medium) {
    if (!none) p.circle(cx, cy, r * 0.9F, ground);
    p.circle_line(cx, cy, r * 0.9F, edge, stroke);
  } else {
    if (held) stroke = 1.25F;
    p.circle_line(cx, cy, r * 0.88F, none ? p.t.line2 : held ? c.text : c.fill, stroke);
  }
  if (size < 18) return;
  const float em = std::round(size * (priority == Priority::high ? 0.5F : 0.54F));
  ImFont* font = p.fonts()[Face::m_semibold];
  const float points = em * 1.2102F * p.scale();
  const std::string_view letter = letter_word(priority);
  const float scale = points / font->FontSize;
  std::size_t end = 0;
  const float w = letter.empty() ? 0 : font->GetCharAdvance(static_cast<ImWchar>(next_code_point(letter, end))) * scale;
  const float base = letter_mid * p.scale() + em * 0.364F * p.scale();
  p.list().AddText(font, points, {cx * p.scale() - w / 2, base - font->Ascent * scale}, ink, letter.data(),
                   letter.data() + end);
}

float mark_with_letter(Painter& p, Priority priority, float x, float cy, MarkState state) {
  mark(p, priority, x + 6, cy, 12, state);
  return 16 + p.text(x + 16, cy, letter_word(priority), Face::s_semibold, p.t.of(priority).text);
}

void state_glyph(Painter& p, IncidentState state, float cx, float cy, ImU32 color) {
  switch (state) {
    case IncidentState::fresh:
      p.circle(cx, cy, 4, color);
      break;
    case IncidentState::acknowledged:
      icon(p, Icon::check, cx, cy, 12, color, 1.5F);
      break;
    case IncidentState::dispatched:
      icon(p, Icon::arrow, cx, cy, 12, color, 1.5F);
      break;
    case IncidentState::on_scene:
      icon(p, Icon::pin, cx, cy, 12, color, 1.5F);
      break;
    case IncidentState::escalated:
      icon(p, Icon::up, cx, cy, 12, color, 1.5F);
      break;
    case IncidentState::cleared:
      for (int i = 0; i < 8; ++i) {
        const float a = static_cast<float>(i) * kPi / 4;
        p.arc(cx, cy, 3.6F, a, a + 0.45F, color, 1.5F);
      }
      break;
    case IncidentState::shelved:
      icon(p, Icon::clock, cx, cy, 12, color, 1.5F);
      break;
    case IncidentState::resolved:
      icon(p, Icon::check, cx, cy, 12, color, 1.5F);
      break;
  }
}

}  // namespace wf::ui
