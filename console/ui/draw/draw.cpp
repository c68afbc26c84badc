#include "console/ui/draw/draw.hpp"

#include <algorithm>
#include <cmath>

#include "console/ui/draw/utf8.hpp"

namespace wf::ui {
namespace {

constexpr float kInterCapMiddle = 0.364F;
constexpr float kInterEm = 1.2102F;
constexpr float kMonoEm = 1.32F;
constexpr std::string_view kEllipsis = "…";

float em_of(Face face) { return size_of(face) / (is_mono(face) ? kMonoEm : kInterEm); }

/// What ImGui's own font lacks, in ASCII.
std::string plain(std::string_view s) {
  static constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"›", ">"}, {"·", "-"}, {"–", "-"}, {"—", "-"}, {"…", "."}, {"−", "-"}, {"×", "x"}, {"→", ">"}, {"’", "'"}};
  std::string out(s);
  for (const auto& [from, to] : kPairs)
    for (std::size_t i = out.find(from); i != std::string::npos; i = out.find(from, i + to.size()))
      out.replace(i, from.size(), to);
  return out;
}

float pixels_of(const ImFont& font, std::string_view s) {
  float w = 0;
  for (std::size_t i = 0; i < s.size();) w += font.GetCharAdvance(static_cast<ImWchar>(next_code_point(s, i)));
  return w;
}

}  // namespace

float Painter::snap(float units) const { return std::round(units * k_); }

float Painter::width(std::string_view s, Face face) const {
  const ImFont* font = fonts_[face];
  if (!fonts_.inter) return pixels_of(*font, plain(s)) / k_;
  return pixels_of(*font, s) / k_;
}

float Painter::text(float x, float mid, std::string_view s, Face face, ImU32 color, Align align, float max) {
  if (s.empty()) return 0;
  if (fonts_.wanted != nullptr) fonts_.wanted->look(s);
  ImFont* font = fonts_[face];
  std::string changed;
  if (!fonts_.inter) {
    changed = plain(s);
    s = changed;
  }
  float w = pixels_of(*font, s);
  bool cut = false;
  if (max > 0 && w > max * k_ + 0.5F) {
    cut = true;
    const std::string dots = fonts_.inter ? std::string(kEllipsis) : "..";
    const float room = max * k_ - pixels_of(*font, dots);
    std::size_t end = 0;
    float used = 0;
    while (end < s.size()) {
      std::size_t next = end;
      const float a = font->GetCharAdvance(static_cast<ImWchar>(next_code_point(s, next)));
      if (used + a > room) break;
      used += a;
      end = next;
    }
    while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == ',')) --end;
    std::string shorter(s.substr(0, end));
    if (room <= 0) shorter.clear();
    shorter += dots;
    changed = std::move(shorter);
    s = changed;
    w = pixels_of(*font, s);
  }
  float px = x * k_;
  if (align == Align::right) px -= w;
  if (align == Align::center) px -= w / 2;
  px = std::round(px);
  const float base = std::round(mid * k_ + em_of(face) * k_ * kInterCapMiddle);
  const float top = base - std::round(font->Ascent);
  list_->AddText(font, font->FontSize, {px, top}, color, s.data(), s.data() + s.size());
  if (written != nullptr) {
    // What the clip hides is not there; what it takes off a side is cut.
    const float em = em_of(face);
    const ImVec4& clip = list_->_ClipRectStack.back();
    const Rect full{px / k_, base / k_ - em * 0.74F, w / k_, em * 0.79F};
    const float x0 = std::max(full.x, clip.x / k_);
    const float y0 = std::max(full.y, clip.y / k_);
    const float x1 = std::min(full.right(), clip.z / k_);
    const float y1 = std::min(full.bottom(), clip.w / k_);
    if (x1 > x0 && y1 > y0)
      written->push_back({std::string(s), {x0, y0, x1 - x0, y1 - y0}, cut || x1 - x0 < full.w - 0.5F});
  }
  return w / k_;
}

namespace {

/// Gives `take` each line of a paragraph and its number.
template <class Take>
int break_lines(const Painter& p, float max, int lines, std::string_view s, Face face, Take take) {
  int used = 0;
  while (!s.empty() && used < lines) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    if (s.empty()) break;
    std::size_t end = s.find('\n');
    if (end == std::string_view::npos) end = s.size();
    std::string_view piece = s.substr(0, end);
    if (used + 1 < lines && p.width(piece, face) > max) {
      std::size_t last = 0;
      for (std::size_t i = piece.find(' '); i != std::string_view::npos; i = piece.find(' ', i + 1)) {
        if (p.width(piece.substr(0, i), face) > max) break;
        last = i;
      }
      if (last > 0) piece = piece.substr(0, last);
    }
    const bool rest = piece.size() < s.size() && used + 1 == lines &&
                      s.find_first_not_of(" \n", piece.size()) != std::string_view::npos;
    if (rest) {
      std::string all(s);
      std::replace(all.begin(), all.end(), '\n', ' ');
      take(used, all);
    } else {
      take(used, piece);
    }
    s.remove_prefix(std::min(s.size(), piece.size() + (piece.size() == end ? 1 : 0)));
    ++used;
  }
  return used;
}

}  // namespace

int Painter::paragraph(float x, float first_mid, float line_height, float max, int lines, std::string_view s, Face face,
                       ImU32 color) {
  return break_lines(*this, max, lines, s, face, [&](int line, std::string_view words) {
    text(x, first_mid + line_height * static_cast<float>(line), words, face, color, Align::left, max);
  });
}

int Painter::lines(float max, int most, std::string_view s, Face face) const {
  return break_lines(*this, max, most, s, face, [](int, std::string_view) {});
}

void Painter::fill(const Rect& r, ImU32 color, float radius) {
  const float x0 = snap(r.x);
  const float y0 = snap(r.y);
  const float x1 = std::max(x0, snap(r.right()));
  const float y1 = std::max(y0, snap(r.bottom()));
  if (x1 <= x0 || y1 <= y0) return;
  list_->AddRectFilled({x0, y0}, {x1, y1}, color, radius * k_);
}

void Painter::stroke(const Rect& r, ImU32 color, float thickness, float radius) {
  const float w = std::max(1.0F, std::round(thickness * k_));
  const float h = w / 2;
  const float x0 = snap(r.x) + h;
  const float y0 = snap(r.y) + h;
  const float x1 = snap(r.right()) - h;
  const float y1 = snap(r.bottom()) - h;
  if (x1 <= x0 || y1 <= y0) return;
  if (radius <= 0) {  // four bars keep corners sharp
    list_->AddRectFilled({x0 - h, y0 - h}, {x1 + h, y0 + h}, color);
    list_->AddRectFilled({x0 - h, y1 - h}, {x1 + h, y1 + h}, color);
    list_->AddRectFilled({x0 - h, y0 + h}, {x0 + h, y1 - h}, color);
    list_->AddRectFilled({x1 - h, y0 + h}, {x1 + h, y1 - h}, color);
    return;
  }
  list_->PathRect({x0, y0}, {x1, y1}, std::max(0.0F, radius * k_ - h));
  list_->PathStroke(color, ImDrawFlags_Closed, w);
}

void Painter::dashed(const Rect& r, ImU32 color, float thickness, float dash, float gap) {
  const float h = thickness / 2;
  dashed_line(r.x, r.y + h, r.right(), r.y + h, color, thickness, dash, gap);
  dashed_line(r.right() - h, r.y, r.right() - h, r.bottom(), color, thickness, dash, gap);
  dashed_line(r.x, r.bottom() - h, r.right(), r.bottom() - h, color, thickness, dash, gap);
  dashed_line(r.x + h, r.y, r.x + h, r.bottom(), color, thickness, dash, gap);
}

void Painter::hairline(float x, float y, float w, ImU32 color) {
  const float h = std::max(1.0F, std::round(k_));
  const float py = snap(y);
  list_->AddRectFilled({snap(x), py}, {snap(x + w), py + h}, color);
}

void Painter::upright(float x, float y, float h, ImU32 color) {
  const float w = std::max(1.0F, std::round(k_));
  const float px_ = snap(x);
  list_->AddRectFilled({px_, snap(y)}, {px_ + w, snap(y + h)}, color);
}

void Painter::line(float x0, float y0, float x1, float y1, ImU32 color, float thickness) {
  list_->PathLineTo(at(x0, y0));
  list_->PathLineTo(at(x1, y1));
  list_->PathStroke(color, 0, std::max(1.0F, thickness * k_));
}

void Painter::dashed_line(float x0, float y0, float x1, float y1, ImU32 color, float thickness, float dash, float gap) {
  const float dx = x1 - x0;
  const float dy = y1 - y0;
  const float length = std::sqrt(dx * dx + dy * dy);
  if (length <= 0) return;
  for (float d = 0; d < length; d += dash + gap) {
    const float a = d / length;
    const float b = std::min(1.0F, (d + dash) / length);
    if (dx == 0 || dy == 0) {  // along an axis: whole pixels
      const float h = thickness / 2;
      const float ax = std::min(x0 + dx * a, x0 + dx * b);
      const float ay = std::min(y0 + dy * a, y0 + dy * b);
      if (dy == 0)
        fill({ax, y0 - h, std::abs(dx) * (b - a), thickness}, color);
      else
        fill({x0 - h, ay, thickness, std::abs(dy) * (b - a)}, color);
    } else {
      line(x0 + dx * a, y0 + dy * a, x0 + dx * b, y0 + dy * b, color, thickness);
    }
  }
}

void Painter::circle(float x, float y, float r, ImU32 color) { list_->AddCircleFilled(at(x, y), r * k_, color); }

void Painter::circle_line(float x, float y, float r, ImU32 color, float thickness) {
  // As many corners as keep it within 0.06 pixels of a circle: a line of time may have hundreds of small ones.
  const int n = std::clamp(static_cast<int>(9.1F * std::sqrt(r * k_)) + 1, 12, 48);
  const auto corners = static_cast<float>(n);
  list_->PathArcTo(at(x, y), r * k_, 0, 6.2831853F * (corners - 1) / corners, n);
  list_->PathStroke(color, ImDrawFlags_Closed, std::max(1.0F, thickness * k_));
}

void Painter::arc(float x, float y, float r, float a0, float a1, ImU32 color, float thickness, bool round_caps) {
  const int steps = std::max(4, static_cast<int>(std::abs(a1 - a0) * 9.0F));
  list_->PathArcTo(at(x, y), r * k_, a0, a1, steps);
  list_->PathStroke(color, 0, std::max(1.0F, thickness * k_));
  if (round_caps) {
    circle(x + r * std::cos(a0), y + r * std::sin(a0), thickness / 2, color);
    circle(x + r * std::cos(a1), y + r * std::sin(a1), thickness / 2, color);
  }
}

void Painter::polygon(std::initializer_list<ImVec2> points, ImU32 color) {
  float area = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ImVec2& a = points.begin()[i];
    const ImVec2& b = points.begin()[(i + 1) % points.size()];
    area += a.x * b.y - b.x * a.y;
  }
  // ImGui's soft edges want clockwise on the screen.
  if (area >= 0)
    for (std::size_t i = 0; i < points.size(); ++i) list_->PathLineTo(at(points.begin()[i].x, points.begin()[i].y));
  else
    for (std::size_t i = points.size(); i-- > 0;) list_->PathLineTo(at(points.begin()[i].x, points.begin()[i].y));
  list_->PathFillConvex(color);
}

void Painter::polyline(std::initializer_list<ImVec2> points, ImU32 color, float thickness, bool closed) {
  for (const ImVec2& q : points) list_->PathLineTo(at(q.x, q.y));
  list_->PathStroke(color, closed ? ImDrawFlags_Closed : 0, std::max(1.0F, thickness * k_));
}

void Painter::hatch(const Rect& r, ImU32 color, float step, float thickness) {
  list_->PushClipRect({snap(r.x), snap(r.y)}, {snap(r.right()), snap(r.bottom())}, true);
  for (float i = -r.h; i < r.w; i += step) line(r.x + i, r.bottom(), r.x + i + r.h, r.y, color, thickness);
  list_->PopClipRect();
}

void Painter::image(const Rect& r, ImTextureID texture) {
  list_->AddImage(texture, {snap(r.x), snap(r.y)}, {snap(r.right()), snap(r.bottom())});
}

void Painter::hazard(const Rect& r) {
  list_->PushClipRect({snap(r.x), snap(r.y)}, {snap(r.right()), snap(r.bottom())}, true);
  fill(r, t.bg1);
  for (float i = -r.h - 8; i < r.w + 8; i += 8)
    polygon({{r.x + i, r.bottom()}, {r.x + i + 4, r.bottom()}, {r.x + i + 4 + r.h, r.y}, {r.x + i + r.h, r.y}}, t.t2);
  list_->PopClipRect();
}

void Painter::float_box(const Rect& r, ImU32 ground, ImU32 border) {
  fill({r.x + 2, r.y + 3, r.w, r.h}, faded(t.shadow, t.shadow_alpha), 5);
  fill(r, ground, 4);
  stroke(r, border, 1, 4);
}

void Painter::push_clip(const Rect& r) {
  list_->PushClipRect({snap(r.x), snap(r.y)}, {snap(r.right()), snap(r.bottom())}, true);
  hits.push_clip(r);
}

void Painter::pop_clip() {
  list_->PopClipRect();
  hits.pop_clip();
}

}  // namespace wf::ui
