// All sites of the estate on a globe's plane, as far apart as they are, before land and borders where there are some.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "console/ui/map/map_memory.hpp"

namespace wf::ui {
namespace {

constexpr float kTogether = 48;    ///< units: sites nearer than this are one pin
constexpr double kRound = 40'000;  ///< kilometres of the equator: farther out nobody zooms
constexpr std::size_t kNamed = 3;

/// Sites that stand on one another at this zoom, the worst first of what they say together.
struct Pin {
  ImVec2 at;
  std::vector<std::size_t> sites;  ///< positions in Estate::sites
  bool any = false, held = true;
  Priority worst = Priority::low;
  std::uint32_t incidents = 0;
  std::size_t worst_site = 0;

  void take(std::size_t site, const PlaceNews& news) {
    if (sites.empty()) worst_site = site;
    sites.push_back(site);
    incidents += news.incidents;
    if (!news.any) return;
    if (!any || news.worst > worst) {
      worst = news.worst;
      held = news.held;
      worst_site = site;
    } else if (news.worst == worst) {
      held = held && news.held;
    }
    any = true;
  }
};

const std::string& name_of(const Site& s) { return s.name.empty() ? s.id : s.name; }

std::string degree_text(double value, Text positive, Text negative, double step) {
  return fmt::format("{}° {}", decimal_text(std::abs(value), step < 1 ? 1 : 0), value < 0 ? negative : positive);
}

std::optional<LonLat> middle_of(const std::vector<Site>& sites) {
  LonLat low{1e9, 1e9};
  LonLat high{-1e9, -1e9};
  for (const Site& s : sites) {
    if (!std::isfinite(s.origin.lon) || !std::isfinite(s.origin.lat)) continue;
    low = {std::min(low.lon, s.origin.lon), std::min(low.lat, s.origin.lat)};
    high = {std::max(high.lon, s.origin.lon), std::max(high.lat, s.origin.lat)};
  }
  if (low.lon > high.lon) return std::nullopt;
  return LonLat{(low.lon + high.lon) / 2, (low.lat + high.lat) / 2};
}

/// Whole steps of degrees, some 90 to 220 units apart.
void draw_graticule(Painter& p, const MapTransform& view, const Rect& free, LonLat middle) {
  const Tokens& t = p.t;
  const Rect& port = view.port;
  const double degree = static_cast<double>(view.scale) * kKilometresPerDegree;
  double step = 30;
  for (const double candidate : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0})
    if (candidate * degree >= 90) {
      step = candidate;
      break;
    }
  const double shrink = std::cos(middle.lat * 3.14159265 / 180);
  const Bounds seen = view.visible();
  const double lon0 = middle.lon + static_cast<double>(seen.min.x) / kKilometresPerDegree / shrink;
  const double lon1 = middle.lon + static_cast<double>(seen.max.x) / kKilometresPerDegree / shrink;
  const double lat0 = middle.lat + static_cast<double>(seen.min.y) / kKilometresPerDegree;
  const double lat1 = middle.lat + static_cast<double>(seen.max.y) / kKilometresPerDegree;
  for (double lon = std::ceil(std::max(lon0, -180.0) / step) * step; lon <= std::min(lon1, 180.0); lon += step) {
    const float x = view.to_screen(on_plane({lon, middle.lat}, middle)).x;
    p.upright(x, port.y, port.h, t.map.marking);
    const std::string text = degree_text(lon, "E##east"_tr, "W##west"_tr, step);
    if (x > free.x && x + 10 + p.width(text, Face::mono_s) < port.right())
      p.text(x + 6, port.bottom() - 12, text, Face::mono_s, t.t3);
  }
  for (double lat = std::ceil(std::max(lat0, -90.0) / step) * step; lat <= std::min(lat1, 90.0); lat += step) {
    const float y = view.to_screen(on_plane({middle.lon, lat}, middle)).y;
    p.hairline(port.x, y, port.w, t.map.marking);
    const std::string text = degree_text(lat, "N##north"_tr, "S##south"_tr, step);
    // The lowest line belongs to the meridians' names.
    if (y > port.y + 20 && y < port.bottom() - 16) p.text(free.right(), y - 10, text, Face::mono_s, t.t3, Align::right);
  }
}

std::vector<Pin> pins_of(const MapMemory& m, const MapTransform& view, LonLat middle) {
  std::vector<Pin> out;
  const std::vector<Site>& sites = m.estate->sites;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const Point at = on_plane(sites[i].origin, middle);
    if (!finite(at)) continue;
    const ImVec2 q = view.to_screen(at);
    const auto near = std::find_if(
        out.begin(), out.end(), [&](const Pin& pin) { return std::hypot(pin.at.x - q.x, pin.at.y - q.y) < kTogether; });
    Pin& pin = near != out.end() ? *near : out.emplace_back(Pin{q, {}});
    pin.take(i, m.news.of_site(i));
  }
  // What is abnormal lies on top.
  std::stable_sort(out.begin(), out.end(), [](const Pin& a, const Pin& b) { return a.any < b.any; });
  return out;
}

struct Words {
  std::string title, second;
};

Words words_of(const Pin& pin, const std::vector<Site>& sites) {
  Words out;
  const Site& worst = sites[pin.worst_site];
  std::string state = pin.any ? text_of<"{} open">(pin.incidents) : "quiet"_tr.str();
  if (pin.sites.size() == 1) {
    out.title = name_of(worst);
    out.second = worst.locality.empty() ? state : worst.locality + ", " + state;
    return out;
  }
  out.title = text_of<"{} sites, {}">(pin.sites.size(), state);
  std::vector<std::string> names{name_of(worst)};
  for (const std::size_t i : pin.sites)
    if (i != pin.worst_site && names.size() < kNamed) names.push_back(name_of(sites[i]));
  for (const std::string& name : names) out.second += (out.second.empty() ? "" : ", ") + name;
  if (names.size() < pin.sites.size())
    out.second = text_of<"{} and {} more">(out.second, pin.sites.size() - names.size());
  return out;
}

/// Where the words of a pin at `q` stand, clear of the others'.
Rect card_at(ImVec2 q, float width, const Rect& port, const std::vector<Rect>& taken) {
  Rect card{q.x + 24, q.y - 22, width, 44};
  if (card.right() > port.right() - 8 && q.x - 24 - width > port.x) card.x = q.x - 24 - width;
  const float y = card.y;
  for (int turn = 0; turn < 8; ++turn) {
    const bool hit = std::any_of(taken.begin(), taken.end(), [&](const Rect& o) {
      return card.x < o.right() && o.x < card.right() && card.y < o.bottom() && o.y < card.bottom();
    });
    if (!hit) break;
    card.y = y + (turn % 2 == 0 ? 1.0F : -1.0F) * 50.0F * static_cast<float>(turn / 2 + 1);
  }
  return card;
}

void draw_pin(Frame& f, const Pin& pin) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const MarkState state = pin.held ? MarkState::held : MarkState::open;
  if (pin.any) {
    const bool moves = !pin.held && !f.reduce_motion;
    const float wave =
        moves ? 0.5F + 0.5F * static_cast<float>(std::sin(f.input.seconds * 6.2831853 / motion::kRing)) : 0.5F;
    p.circle_line(pin.at.x, pin.at.y, 24, faded(t.of(pin.worst).fill, pin.held ? 0.3F : 0.25F + 0.3F * wave), 1.5F);
    mark(p, pin.worst, pin.at.x, pin.at.y, 24, state);
    if (moves) f.wake(0.1);
  } else {
    p.circle(pin.at.x, pin.at.y, 11, t.map.corridor);
    p.circle_line(pin.at.x, pin.at.y, 10, t.map.device, 1.5F);
    if (pin.sites.size() == 1)
      p.circle(pin.at.x, pin.at.y, 4, t.map.device);
    else
      p.text(pin.at.x, pin.at.y, std::to_string(pin.sites.size()), Face::s_semibold, t.t1, Align::center);
  }
}

/// A pin of several sites is taken apart by a click, as far as they are apart; else the worst one is entered.
void open_pin(Frame& f, MapMemory& m, const Pin& pin, LonLat middle) {
  std::vector<Point> outline;
  for (const std::size_t i : pin.sites) {
    const Point at = on_plane(m.estate->sites[i].origin, middle);
    for (const Point d : {Point{-1, -1}, Point{1, 1}}) outline.push_back(at + d);
  }
  const float before = m.view.transform().scale;
  if (pin.sites.size() == 1 || !m.view.show(outline, before * 1.2F, f.input.seconds, !f.reduce_motion))
    m.enter(pin.worst_site, m.usual_level(pin.worst_site));
}

}  // namespace

void draw_world(Frame& f, const Rect& port, const Rect& free, SiteMapState& state) {
  MapMemory& m = *state.memory;
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(port, t.map.outside);
  if (!m.estate || m.estate->sites.empty()) return;
  const std::vector<Site>& sites = m.estate->sites;
  const std::optional<LonLat> middle = middle_of(sites);
  if (!middle) return;
  // Room around a pin, so that a single site shows a hundred kilometres; with a coast so many that it is known by its
  // shape, which the distribution's has only from afar.
  const bool coast = m.ground.map() != nullptr;
  const Point room = coast ? Point{280, 180} : Point{35, 25};
  std::vector<Point> outline;
  for (const Site& s : sites) {
    const Point q = on_plane(s.origin, *middle);
    if (!finite(q)) continue;
    for (const float side : {-1.0F, 1.0F}) outline.push_back(q + room * side);
  }
  m.view.set_outline(outline, coast ? 2 : 1);
  m.view.set_farthest(port.w / static_cast<float>(kRound * std::cos(middle->lat * 3.14159265 / 180)));
  m.view.place(port, free, 0);
  const MapTransform& view = m.view.transform();

  p.push_clip(port);
  m.ground.draw(p, view, *middle);
  draw_graticule(p, view, free, *middle);
  std::vector<Rect> taken;
  for (const Pin& pin : pins_of(m, view, *middle)) {
    if (!port.inset(-40).contains(pin.at.x, pin.at.y)) continue;
    const Words words = words_of(pin, sites);
    const float w = std::max(p.width(words.title, Face::m_semibold), p.width(words.second, Face::s));
    const Rect card = card_at(pin.at, w + 24, port, taken);
    taken.push_back(card);
    const float left = std::min(pin.at.x - 18, card.x), top = std::min(pin.at.y - 22, card.y);
    const Rect area{left, top, std::max(pin.at.x + 18, card.right()) - left,
                    std::max(pin.at.y + 22, card.bottom()) - top};
    const Hit hit = p.hits.add("map/site/" + sites[pin.worst_site].id, area);
    p.line(pin.at.x, pin.at.y, card.x > pin.at.x ? card.x : card.right(), card.mid_y(), t.line2, 1);
    p.float_box(card, hit.hovered ? t.bg3 : t.bg1, pin.any ? t.of(pin.worst).edge : t.line2);
    p.text(card.x + 12, card.y + 14, words.title, Face::m_semibold, t.t1);
    p.text(card.x + 12, card.y + 32, words.second, Face::s, t.t2);
    draw_pin(f, pin);
    taken.push_back({pin.at.x - 24, pin.at.y - 24, 48, 48});
    if (hit.clicked) open_pin(f, m, pin, *middle);
  }
  m.ground.draw_places(p, view, *middle, taken);
  p.pop_clip();
}

}  // namespace wf::ui
