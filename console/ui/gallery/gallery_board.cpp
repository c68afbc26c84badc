// What everything is made of: marks, rings, icons, type, grounds.
#include "console/ui/gallery/gallery_board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/incident/target.hpp"
#include "console/ui/wall/wall_row.hpp"

namespace wf::ui {
namespace {

constexpr Priority kFalling[] = {Priority::critical, Priority::high, Priority::medium, Priority::low};

std::string hex(ImU32 c) { return fmt::format("#{:02X}{:02X}{:02X}", c & 0xFF, (c >> 8U) & 0xFF, (c >> 16U) & 0xFF); }

}  // namespace

float Board::head(float y, std::string_view title, std::string_view sub) const {
  p.text(x, y + 10, title, Face::m_semibold, t.t1);
  p.text(x + kColumn, y + 10, sub, Face::s, t.t3, Align::right);
  p.hairline(x, y + 25, kColumn, t.line2);
  return y + 36;
}

float Board::priority(float y) const {
  y = head(y, "Priority", "filled: needs you. outlined: somebody has it");
  for (const Priority q : kFalling) {
    const PriorityColors& c = t.of(q);
    const float m = y + 16;
    mark(p, q, x + 16, m, 30);
    mark(p, q, x + 56, m, 24);
    mark(p, q, x + 92, m, 24, MarkState::held);
    mark(p, q, x + 124, m, 18);
    mark_with_letter(p, q, x + 144, m);
    std::string name(name_of(q));
    name[0] = static_cast<char>(name[0] - 32);
    p.text(x + 190, m, name, Face::m_semibold, t.t1);
    p.text(x + 270, m, hex(c.fill), Face::mono_s, t.t2);
    p.text(x + 338, m, hex(c.text), Face::mono_s, c.text);
    p.text(x + kColumn, m, fmt::format("{:.1f}", contrast(c.text, t.bg1)), Face::mono_s, t.t2, Align::right);
    y += 36;
  }
  return y;
}

float Board::rings(float y) const {
  y = head(y, "Ring, gauge, sparkline", "");
  struct R {
    RingState ring;
    const char* time;
    const char* word;
  };
  const R list[] = {{{0.86F, false, false, false, Priority::low}, "25:49", "to ack"},
                    {{0.37F, false, false, true, Priority::critical}, "0:22", "to ack"},
                    {{0.10F, false, false, true, Priority::medium}, "0:58", "to ack"},
                    {{0, false, true, false, Priority::high}, "+1:04", "ack late"},
                    {{0, true, false, false, Priority::low}, "0:24", "met"}};
  for (int k = 0; k < 5; ++k) {
    const R& r = list[k];
    const float rx = x + static_cast<float>(k) * 90;
    ring(p, rx + 10, y + 18, 9, r.ring);
    const ImU32 ink = r.ring.late  ? t.of(Priority::critical).text
                      : r.ring.hot ? t.of(r.ring.priority).text
                      : r.ring.met ? t.t2
                                   : t.t1;
    p.text(rx + 26, y + 9, r.time, Face::mono_m, ink);
    p.text(rx + 26, y + 28, r.word, Face::s, r.ring.late ? ink : t.t3);
  }
  y += 52;
  static constexpr std::uint32_t kRates[] = {3, 9, 34};
  static constexpr std::string_view kSay[] = {"calm", "near the limit", "flood, limit 10"};
  for (int k = 0; k < 3; ++k) {
    const float gx = x + static_cast<float>(k) * 150;
    const ImU32 ink = kRates[k] > 10 ? t.of(Priority::critical).text : t.t1;
    p.text(gx, y + 8, std::to_string(kRates[k]), Face::m_semibold, ink);
    gauge(p, gx + 26, y + 4, 100, static_cast<float>(kRates[k]), 10, 2);
    p.text(gx + 26, y + 26, kSay[k], Face::s, kRates[k] > 10 ? ink : t.t3);
  }
  y += 44;
  static constexpr std::uint32_t kBusy[] = {0, 0, 1, 0, 2, 3, 2, 4, 6, 5, 7, 6, 8, 9, 7, 5, 4, 6, 7, 8};
  static constexpr std::uint32_t kSudden[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 3, 9};
  static constexpr std::uint32_t kSilent[] = {5, 6, 5, 6, 7, 5, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  sparkline(p, {x, y, 120, 24}, kBusy, 20);
  sparkline(p, {x + 150, y, 120, 24}, kSudden, 20);
  sparkline(p, {x + 300, y, 120, 24}, kSilent, 20);
  p.text(x, y + 36, "busy", Face::s, t.t3);
  p.text(x + 150, y + 36, "sudden", Face::s, t.t3);
  p.text(x + 300, y + 36, "fell silent", Face::s, t.t3);
  return y + 42;
}

float Board::icons(float y) const {
  y = head(y, "Icons", "16 grid, 1.5 stroke");
  constexpr int kAcross = 17;
  for (int k = 0; k < kIcons; ++k)
    icon(p, static_cast<Icon>(k), x + 10 + static_cast<float>(k % kAcross) * 26.2F,
         y + 12 + static_cast<float>(k / kAcross) * 30, 18, t.t1);
  return y + 30 * static_cast<float>((kIcons + kAcross - 1) / kAcross) - 4;
}

float Board::type(float y) const {
  y = head(y, "Type", "Inter and JetBrains Mono");
  p.text(x, y + 14, "XL", Face::s_semibold, t.t2);
  p.text(x + 148, y + 14, "All quiet since 03:42", Face::xl_semibold, t.t1);
  p.text(x, y + 46, "L", Face::s_semibold, t.t2);
  p.text(x + 148, y + 46, "Server room forced", Face::l_semibold, t.t1);
  p.text(x, y + 72, "M", Face::s_semibold, t.t2);
  p.text(x + 148, y + 72, "Lab B door held open", Face::m, t.t1);
  p.text(x + kColumn, y + 72, "04:10:37", Face::mono_m, t.t1, Align::right);
  p.text(x, y + 96, "S", Face::s_semibold, t.t2);
  p.text(x + 148, y + 96, "HQ › Level 2 › Server room", Face::s, t.t1);
  p.text(x + kColumn, y + 96, "hv-07", Face::mono_s, t.t2, Align::right);
  static constexpr std::string_view kSizes[] = {"28, 600", "20, 600", "16, 400 500 600", "14, 400 500 600"};
  static constexpr float kAt[] = {14, 46, 72, 96};
  for (std::size_t k = 0; k < 4; ++k) p.text(x + 28, y + kAt[k], kSizes[k], Face::mono_s, t.t3, Align::left, 116);
  return y + 106;
}

float Board::grounds(float y) const {
  y = head(y, "Ground and text", "contrast on the pane ground");
  const std::pair<const char*, ImU32> list[] = {{"bg0", t.bg0}, {"bg1", t.bg1},     {"bg2", t.bg2}, {"bg3", t.bg3},
                                                {"bg4", t.bg4}, {"line2", t.line2}, {"t3", t.t3},   {"t2", t.t2},
                                                {"t1", t.t1},   {"acc", t.acc}};
  for (int k = 0; k < 10; ++k) {
    const float sx = x + static_cast<float>(k % 5) * 91;
    const float sy = y + static_cast<float>(k / 5) * 56;
    p.fill({sx, sy, 80, 24}, list[k].second);
    p.stroke({sx, sy, 80, 24}, t.line2);
    p.text(sx, sy + 36, list[k].first, Face::s_semibold, t.t2);
    if (k >= 5)
      p.text(sx + 80, sy + 36, fmt::format("{:.1f}", contrast(list[k].second, t.bg1)), Face::mono_s, t.t2,
             Align::right);
  }
  return y + 104;
}

}  // namespace wf::ui
