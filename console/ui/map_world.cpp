// All sites of the estate on a graticule of the globe, as far apart as they are.
#include <algorithm>
#include <array>
#include <cmath>

#include "console/ui/map_memory.hpp"

namespace wf::ui {
namespace {

constexpr double kMetresPerDegree = 111320;

/// Kilometres on a plane around `middle`; right for estates within a continent, and fair for a globe.
Point flat(LonLat at, LonLat middle) {
  return {static_cast<float>((at.lon - middle.lon) * std::cos(middle.lat * 3.14159265 / 180) * kMetresPerDegree / 1000),
          static_cast<float>((at.lat - middle.lat) * kMetresPerDegree / 1000)};
}

void degree_text(std::array<char, 24>& out, double value, const char* positive, const char* negative, double step) {
  std::snprintf(out.data(), out.size(), step < 1 ? "%.1f° %s" : "%.0f° %s", std::abs(value),
                value < 0 ? negative : positive);
}

}  // namespace

void draw_world(Frame& f, const Rect& port, const Rect& free, SiteMapState& state) {
  MapMemory& m = *state.memory;
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(port, t.map.outside);
  if (!m.estate || m.estate->sites.empty()) return;
  const std::vector<Site>& sites = m.estate->sites;
  LonLat low{1e9, 1e9};
  LonLat high{-1e9, -1e9};
  for (const Site& s : sites) {
    if (!std::isfinite(s.origin.lon) || !std::isfinite(s.origin.lat)) continue;
    low = {std::min(low.lon, s.origin.lon), std::min(low.lat, s.origin.lat)};
    high = {std::max(high.lon, s.origin.lon), std::max(high.lat, s.origin.lat)};
  }
  if (low.lon > high.lon) return;
  const LonLat middle{(low.lon + high.lon) / 2, (low.lat + high.lat) / 2};
  std::vector<Point> outline;
  for (const Site& s : sites) {
    const Point q = flat(s.origin, middle);
    if (!finite(q)) continue;
    // Room around a pin; a single site shows a hundred kilometres.
    for (const Point d : {Point{-35, -25}, Point{35, 25}}) outline.push_back(q + d);
  }
  m.view.set_outline(outline, 1);
  m.view.place(port, free, 0);
  const MapTransform& view = m.view.transform();

  p.push_clip(port);
  // The graticule: whole steps of degrees, some 90 to 220 apart.
  const double degree = static_cast<double>(view.scale) * kMetresPerDegree / 1000;
  double step = 30;
  for (const double candidate : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0})
    if (candidate * degree >= 90) {
      step = candidate;
      break;
    }
  const double shrink = std::cos(middle.lat * 3.14159265 / 180);
  const Bounds seen = view.visible();
  const double lon0 = middle.lon + static_cast<double>(seen.min.x) * 1000 / kMetresPerDegree / shrink;
  const double lon1 = middle.lon + static_cast<double>(seen.max.x) * 1000 / kMetresPerDegree / shrink;
  const double lat0 = middle.lat + static_cast<double>(seen.min.y) * 1000 / kMetresPerDegree;
  const double lat1 = middle.lat + static_cast<double>(seen.max.y) * 1000 / kMetresPerDegree;
  std::array<char, 24> text{};
  for (double lon = std::ceil(lon0 / step) * step; lon <= lon1 && (lon1 - lon0) / step < 200; lon += step) {
    const float x = view.to_screen(flat({lon, middle.lat}, middle)).x;
    p.upright(x, port.y, port.h, t.map.marking);
    degree_text(text, lon, "E", "W", step);
    if (x > free.x) p.text(x + 6, port.bottom() - 12, text.data(), Face::mono_s, t.t3);
  }
  for (double lat = std::ceil(lat0 / step) * step; lat <= lat1 && (lat1 - lat0) / step < 200; lat += step) {
    const float y = view.to_screen(flat({middle.lon, lat}, middle)).y;
    p.hairline(port.x, y, port.w, t.map.marking);
    degree_text(text, lat, "N", "S", step);
    if (y > port.y + 20) p.text(free.right(), y - 10, text.data(), Face::mono_s, t.t3, Align::right);
  }

  std::vector<Rect> taken;
  for (const int calm : {1, 0})  // what is abnormal lies on top
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const Site& s = sites[i];
      const PlaceNews& n = m.news.of_site(i);
      if (n.any == (calm == 1)) continue;
      const Point at = flat(s.origin, middle);
      if (!finite(at)) continue;
      const ImVec2 q = view.to_screen(at);
      const std::string& title = s.name.empty() ? s.id : s.name;
      std::string second = s.locality;
      if (n.any)
        second += (second.empty() ? "" : ", ") + std::to_string(n.incidents) + " open";
      else
        second += second.empty() ? "quiet" : ", quiet";
      const float w = std::max(p.width(title, Face::m_semibold), p.width(second, Face::s));
      Rect card{q.x + 24, q.y - 22, w + 24, 44};
      for (int turn = 0; turn < 8; ++turn) {
        const bool hit = std::any_of(taken.begin(), taken.end(), [&](const Rect& o) {
          return card.x < o.right() && o.x < card.right() && card.y < o.bottom() && o.y < card.bottom();
        });
        if (!hit) break;
        card.y += turn % 2 == 0 ? 50.0F * static_cast<float>(turn + 1) : -50.0F * static_cast<float>(turn + 1);
      }
      taken.push_back(card);
      const Rect area{std::min(q.x - 18, card.x), std::min(q.y - 22, card.y), card.right() - std::min(q.x - 18, card.x),
                      std::max(q.y + 22, card.bottom()) - std::min(q.y - 22, card.y)};
      const Hit hit = p.hits.add("map/site/" + s.id, area);
      p.line(q.x, q.y, card.x, card.mid_y(), t.line2, 1);
      p.float_box(card, hit.hovered ? t.bg3 : t.bg1, n.any ? t.of(n.worst).edge : t.line2);
      p.text(card.x + 12, card.y + 14, title, Face::m_semibold, t.t1);
      p.text(card.x + 12, card.y + 32, second, Face::s, t.t2);
      if (n.any) {
        const bool moves = !n.held && !f.reduce_motion;
        const float wave =
            moves ? 0.5F + 0.5F * static_cast<float>(std::sin(f.input.seconds * 6.2831853 / motion::kRing)) : 0.5F;
        p.circle_line(q.x, q.y, 24, faded(t.of(n.worst).fill, n.held ? 0.3F : 0.25F + 0.3F * wave), 1.5F);
        mark(p, n.worst, q.x, q.y, 24, n.mark());
        if (moves) f.wake(0.1);
      } else {
        p.circle(q.x, q.y, 11, t.map.corridor);
        p.circle_line(q.x, q.y, 10, t.map.device, 1.5F);
        p.circle(q.x, q.y, 4, t.map.device);
      }
      if (hit.clicked) m.enter(i, m.usual_level(i));
    }
  p.pop_clip();
}

}  // namespace wf::ui
