// The selected incident's way with its numbers, and the marks of rooms that call.
#include <algorithm>
#include <cmath>

#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/map_labels.hpp"

namespace wf::ui {
namespace {

struct Offset {
  float x, y;
};

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

Rect around(float x, float y, float w, float h) { return {x - w / 2, y - h / 2, w, h}; }

/// Spreads sorted positions so that neighbours stand `gaps` apart, moving each as little as possible
/// (pool adjacent violators).
void spread(std::vector<float>& at, const std::vector<float>& gaps) {
  struct Pool {
    float sum;
    std::size_t count;
  };
  std::vector<float> before(at.size(), 0);
  for (std::size_t i = 1; i < at.size(); ++i) before[i] = before[i - 1] + gaps[i - 1];
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < at.size(); ++i) {
    pools.push_back({at[i] - before[i], 1});
    while (pools.size() > 1) {
      const Pool& a = pools[pools.size() - 2];
      const Pool& b = pools.back();
      if (a.sum / static_cast<float>(a.count) <= b.sum / static_cast<float>(b.count)) break;
      const Pool joined{a.sum + b.sum, a.count + b.count};
      pools.pop_back();
      pools.back() = joined;
    }
  }
  std::size_t i = 0;
  for (const Pool& pool : pools)
    for (std::size_t k = 0; k < pool.count; ++k, ++i) at[i] = pool.sum / static_cast<float>(pool.count) + before[i];
}

}  // namespace

void place_discs(const MapScene& s, LabelSpace& space, MapLayout& out) {
  if (s.path == nullptr || s.path->stops.empty()) return;
  const IncidentPath& path = *s.path;
  const float radius = s.near() ? 10.0F : 8.0F;
  // One disc a place: who comes back adds a number to it.
  std::vector<std::size_t> places;
  std::vector<std::vector<std::string>> numbers;
  for (std::size_t i = 0; i < path.stops.size(); ++i) {
    const PathStop& stop = path.stops[i];
    const auto known = std::find_if(places.begin(), places.end(),
                                    [&](std::size_t k) { return length(path.stops[k].at - stop.at) < 0.5F; });
    const auto place = static_cast<std::size_t>(known - places.begin());
    if (known == places.end()) {
      places.push_back(i);
      numbers.emplace_back();
    }
    numbers[place].push_back(stop.first == stop.last ? std::to_string(stop.first)
                                                     : std::to_string(stop.first) + "–" + std::to_string(stop.last));
  }
  std::vector<float> at;
  std::vector<float> gaps;
  std::vector<float> widths;
  for (std::size_t k = 0; k < places.size(); ++k) {
    // The first number tells the place's turn on the way; all the later ones would cover the plan.
    std::string text = std::to_string(path.stops[places[k]].first);
    if (s.near() && numbers[k].size() <= 2) {
      text = numbers[k][0];
      if (numbers[k].size() == 2) text += ", " + numbers[k][1];
    } else if (s.near()) {
      text += " …";
    }
    const float w = text.size() < 3 ? 2 * radius : std::max(2 * radius, s.p.width(text, Face::tiny) + 12);
    if (!widths.empty()) gaps.push_back((widths.back() + w) / 2 + 3);
    widths.push_back(w);
    at.push_back(path.stops[places[k]].along * s.scale());
    out.discs.push_back({static_cast<std::uint32_t>(places[k]), 0, 0, w, std::move(text)});
  }
  spread(at, gaps);
  std::vector<Point> way;
  for (const PathLeg& leg : path.legs) way.insert(way.end(), leg.way.begin(), leg.way.end());
  const float total = path.metres * s.scale();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const PathStop& stop = path.stops[places[i]];
    // Off the path's ends the discs go on straight along it.
    ImVec2 q;
    if (way.size() < 2 || total < 1) {
      q = s.at(stop.at);
      q.x += at[i] - stop.along * s.scale();
    } else {
      const float clamped = std::clamp(at[i], 0.0F, total);
      q = s.at(point_along(way, clamped / s.scale()));
      if (clamped != at[i]) {
        const bool before = at[i] < 0;
        const ImVec2 end = s.at(before ? way.front() : way.back());
        const ImVec2 next = s.at(point_along(way, before ? 0.5F : path.metres - 0.5F));
        const float l = std::max(0.01F, std::hypot(end.x - next.x, end.y - next.y));
        const float over = std::abs(at[i] - clamped);
        q.x += (end.x - next.x) / l * over;
        q.y += (end.y - next.y) / l * over;
      }
    }
    // What stands at the end of a way stays visible below its number.
    if (stop.device >= 0) {
      const ImVec2 home = s.at(stop.at);
      if (std::hypot(home.x - q.x, home.y - q.y) < radius)
        q = {home.x, home.y - radius - glyph_reach(s, DeviceKind::host) - 3};
    }
    // A path that comes back to where it was must not hide a number.
    for (int turn = 0; turn < 24; ++turn) {
      const Rect r = around(q.x, q.y, widths[i], 2 * radius);
      const bool hit = std::any_of(
          out.discs.begin(), out.discs.begin() + static_cast<std::ptrdiff_t>(i),
          [&](const MapLayout::Disc& d) { return overlap(r.inset(1), around(d.x, d.y, d.w, 2 * radius).inset(1)); });
      if (!hit) break;
      static constexpr Offset kSides[] = {{0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}};
      const float step = (2 * radius + 3) * static_cast<float>(turn / 6 + 1);
      const ImVec2 home = s.at(stop.at);
      q = {home.x + kSides[turn % 6].x * step, home.y + kSides[turn % 6].y * step};
    }
    out.discs[i].x = q.x;
    out.discs[i].y = q.y;
    space.block(around(q.x, q.y, widths[i] + 4, 2 * radius + 4));
  }
  for (const PathLeg& leg : path.legs)
    for (std::size_t i = 1; i < leg.way.size(); ++i) {
      const ImVec2 a = s.at(leg.way[i - 1]);
      const ImVec2 b = s.at(leg.way[i]);
      const float l = std::hypot(b.x - a.x, b.y - a.y);
      const int steps = std::clamp(static_cast<int>(l / 14), 1, 400);
      for (int k = 0; k < steps; ++k) {
        const float t0 = static_cast<float>(k) / static_cast<float>(steps);
        const float t1 = static_cast<float>(k + 1) / static_cast<float>(steps);
        const ImVec2 p0(a.x + (b.x - a.x) * t0, a.y + (b.y - a.y) * t0);
        const ImVec2 p1(a.x + (b.x - a.x) * t1, a.y + (b.y - a.y) * t1);
        space.discourage(
            {std::min(p0.x, p1.x) - 3, std::min(p0.y, p1.y) - 3, std::abs(p1.x - p0.x) + 6, std::abs(p1.y - p0.y) + 6},
            3);
      }
    }
}

void draw_path(const MapScene& s, const MapLayout& layout) {
  if (s.path == nullptr) return;
  const Tokens& t = s.p.t;
  ImDrawList& list = s.p.list();
  const float k = s.p.scale();
  for (const bool casing : {true, false})
    for (const PathLeg& leg : s.path->legs) {
      const ImU32 color = casing ? faded(t.map.path_casing, 0.85F) : t.map.path;
      const float width = casing ? 5.0F : 2.0F;
      if (!leg.known && !casing) {
        const ImVec2 a = s.at(leg.way.front());
        const ImVec2 b = s.at(leg.way.back());
        s.p.dashed_line(a.x, a.y, b.x, b.y, color, width, 6, 5);
        continue;
      }
      for (const Point& m : leg.way) {
        const ImVec2 q = s.at(m);
        // Strokes of even width are sharp on whole pixels.
        list.PathLineTo({std::round(q.x * k), std::round(q.y * k)});
      }
      list.PathStroke(color, 0, width * k);
    }
  // A disc that had to step aside is tied to its place.
  for (const MapLayout::Disc& d : layout.discs) {
    const ImVec2 home = s.at(s.path->stops[d.stop].at);
    if (std::hypot(home.x - d.x, home.y - d.y) > 16 && s.path->stops[d.stop].device < 0) {
      s.p.line(home.x, home.y, d.x, d.y, faded(t.map.path_casing, 0.85F), 3);
      s.p.line(home.x, home.y, d.x, d.y, t.map.path, 1);
    }
  }
}

bool draw_marks(const MapScene& s, const MapLayout& layout) {
  const Tokens& t = s.p.t;
  bool pulses = false;
  // Less urgent ones first: what is worst lies on top.
  for (int level = 0; level < 4; ++level)
    for (const MapLayout::Mark& m : layout.marks) {
      const PlaceNews& n = s.news.units[m.unit].news;
      if (static_cast<int>(n.worst) != level) continue;
      const bool moves = !n.held && !s.f.reduce_motion;
      // A still mark shows the ring as it is in the middle of its beat.
      const float wave =
          moves ? 0.5F + 0.5F * static_cast<float>(std::sin(s.f.input.seconds * 6.2831853 / motion::kRing)) : 0.5F;
      const float alpha = 0.25F + 0.30F * wave;
      if (n.worst >= Priority::medium || !n.held) {
        s.p.circle_line(m.x, m.y, m.size * 0.98F, faded(t.of(n.worst).fill, n.held ? 0.3F : alpha), 1.5F);
        if (!n.held && n.worst > Priority::low)
          s.p.circle_line(m.x, m.y, m.size * 1.35F, faded(t.of(n.worst).fill, 0.45F * alpha), 1);
      }
      mark(s.p, n.worst, m.x, m.y, m.size, n.mark());
      if (n.incidents > 1) {
        const std::string count = std::to_string(std::min<std::uint32_t>(n.incidents, 99));
        const float w = std::max(14.0F, s.p.width(count, Face::tiny) + 8);
        const Rect r{m.x + m.size * 0.42F, m.y - m.size * 0.5F - 6, w, 14};
        s.p.fill(r, t.bg1, 7);
        s.p.stroke(r, t.of(n.worst).edge, 1, 7);
        s.p.text(r.mid_x(), r.mid_y(), count, Face::tiny, t.t1, Align::center);
      }
      pulses = pulses || moves;
    }
  if (s.path == nullptr) return pulses;
  const float radius = s.near() ? 10.0F : 8.0F;
  for (const PathStop& stop : s.path->stops)
    if (stop.device >= 0 && s.close()) draw_box_glyph(s, static_cast<std::size_t>(stop.device));
  for (const MapLayout::Disc& d : layout.discs) {
    if (d.text.size() < 3) {
      s.p.circle(d.x, d.y, radius + 1.5F, t.map.path_casing);
      number_disc(s.p, d.x, d.y, radius, s.path->stops[d.stop].first);
      continue;
    }
    const Rect r = around(d.x, d.y, d.w, 2 * radius);
    s.p.fill(r.inset(-1.5F), t.map.path_casing, radius + 1.5F);
    s.p.fill(r, t.map.path, radius);
    s.p.text(d.x, d.y, d.text, Face::tiny, t.dark ? rgb(0x101317) : rgb(0xFFFFFF), Align::center);
  }
  return pulses;
}

}  // namespace wf::ui
