#include "console/ui/wall/time_strip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kLanes = 62;      // height of the three together
constexpr float kLeastLane = 18;  // so that names never crowd each other
constexpr float kPitch = 4;       // of bars in a lane
constexpr float kMarkApart = 6;   // of marks on the slim line, which are 9 wide
constexpr float kHistogram = 24;  // highest bar of the histogram
constexpr Text kLater = "Going back in time comes later"_tr;

int rank_of(const Snapshot::Bar& b) { return b.resolved ? -1 : static_cast<int>(b.priority); }

/// An open one reaches as far as now, whenever something was heard of it last.
UtcNs end_of(const Snapshot::Bar& b) { return b.resolved ? b.end : std::numeric_limits<UtcNs>::max() - kMinute; }

/// Packed alike: what else is said of it does not move it.
bool alike(const Snapshot::Bar& a, const Snapshot::Bar& b) {
  return a.incident == b.incident && a.domain == b.domain && rank_of(a) == rank_of(b) && a.begin == b.begin &&
         end_of(a) == end_of(b);
}

/// Events in each span, and what the pointer is over.
void draw_histogram(Frame& f, Desk& d, const Rect& r, UtcNs begin) {
  Painter& p = f.p;
  const auto& v = f.snapshot.histogram;
  if (v.empty()) return;
  const std::uint32_t most = std::max(1U, *std::max_element(v.begin(), v.end()));
  const auto n = v.size();
  for (std::size_t k = 0; k < n; ++k) {
    if (v[k] == 0) continue;
    const float x0 = std::round(r.x + r.w * static_cast<float>(k) / static_cast<float>(n));
    const float x1 = std::round(r.x + r.w * static_cast<float>(k + 1) / static_cast<float>(n));
    const float h = std::max(1.0F, std::round(static_cast<float>(v[k]) / static_cast<float>(most) * r.h));
    p.fill({x0, r.bottom() - h, std::max(2.0F, x1 - x0 - 2), h}, k + 1 == n ? p.t.spark_hi : p.t.spark);
  }
  const Hit hit = p.hits.add("strip/histogram", r);
  if (!hit.hovered) return;
  const auto k = static_cast<std::size_t>(
      std::clamp((p.hits.mouse().x - r.x) / r.w * static_cast<float>(n), 0.0F, static_cast<float>(n - 1)));
  const UtcNs from = begin + static_cast<std::int64_t>(k) * f.snapshot.histogram_span;
  d.tip = text_of<"{} from {} to {}">(plural<"{} event", "{} events">(v[k]), f.time.minutes(from),
                                      f.time.minutes(from + f.snapshot.histogram_span));
}

/// "Live", or that it is not; returns where it begins.
float draw_live(Frame& f, float right, float mid) {
  static constexpr Icon kPulse = Icon::pulse;
  static constexpr Icon kStale = Icon::notice;
  const bool stale = !f.input.connection_problem.empty();
  const Text label = stale ? "stale"_tr : "Live"_tr;
  const Icon* which = stale ? &kStale : &kPulse;
  const float w = badge_width(f.p, label, which);
  badge(f.p, right - w, mid, label, stale ? BadgeKind::stale : BadgeKind::plain, which);
  return right - w;
}

std::int64_t range_of(const Snapshot& s) {
  return std::max<std::int64_t>(1, s.histogram_span) *
         static_cast<std::int64_t>(s.histogram.empty() ? 60 : s.histogram.size());
}

}  // namespace

void TimeStrip::pack(const Snapshot& s) {
  placed_.clear();
  for (std::uint8_t& rows : lane_rows_) rows = 1;
  std::vector<std::uint32_t> order(s.bars.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int ra = rank_of(s.bars[a]);
    const int rb = rank_of(s.bars[b]);
    return ra != rb ? ra > rb : s.bars[a].begin < s.bars[b].begin;
  });
  constexpr std::size_t kRows = 12;  // what three lanes can show together; the rest shares the last row
  struct Taken {
    UtcNs begin, end;
  };
  std::vector<Taken> taken[3][kRows];
  for (const std::uint32_t k : order) {
    const Snapshot::Bar& b = s.bars[k];
    const auto lane = static_cast<std::size_t>(b.domain) % 3;
    std::size_t row = 0;
    for (; row + 1 < kRows; ++row)
      if (std::none_of(taken[lane][row].begin(), taken[lane][row].end(),
                       [&](const Taken& o) { return b.begin < o.end + kMinute && o.begin < end_of(b) + kMinute; }))
        break;
    taken[lane][row].push_back({b.begin, end_of(b)});
    placed_.push_back({k, static_cast<std::uint8_t>(row)});
    lane_rows_[lane] = std::max(lane_rows_[lane], static_cast<std::uint8_t>(row + 1));
  }
  float sum = 0;
  for (std::size_t lane = 0; lane < 3; ++lane) {
    lane_height_[lane] = std::max(kLeastLane, static_cast<float>(lane_rows_[lane]) * kPitch + 2);
    sum += lane_height_[lane];
  }
  // Too much for the strip: lanes shrink, and lower rows fall away before the others.
  while (sum > kLanes) {
    float* most = std::max_element(std::begin(lane_height_), std::end(lane_height_));
    *most -= 1;
    sum -= 1;
  }
  for (std::size_t lane = 0; sum < kLanes; lane = (lane + 1) % 3) {
    lane_height_[lane] += 1;
    sum += 1;
  }
}

void TimeStrip::draw(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Snapshot& s = f.snapshot;
  if (!std::equal(packed_.begin(), packed_.end(), s.bars.begin(), s.bars.end(), alike)) {
    packed_ = s.bars;
    pack(s);
  }
  p.push_clip(r);
  p.fill(r, t.bg1);
  p.hairline(r.x, r.y, r.w, t.line);
  const float mid = r.y + 16;
  float x = r.x + unit::kPad;
  x += p.text(x, mid, "Time line"_tr, Face::m_semibold, t.t1) + 16;

  // Only the two hours that the engine sends exist; the others keep their place.
  static constexpr std::int64_t kSpans[] = {15 * kMinute, kHour, 2 * kHour, 8 * kHour, kDay};
  const auto label_of = [](std::int64_t s) { return s == kDay ? text_of<"{} h">(24) : span(s); };
  const std::int64_t range = range_of(s);
  float total = 0;
  for (const std::int64_t s : kSpans) total += std::round(p.width(label_of(s), Face::s_medium) + 16);
  const bool roomy = r.w > 900;
  if (roomy) {
    p.stroke({x, r.y + 4, total, 24}, t.line, 1, unit::kRadius);
    float sx = x;
    for (const std::int64_t of : kSpans) {
      const std::string l = label_of(of);
      const float w = std::round(p.width(l, Face::s_medium) + 16);
      const Rect at{sx, r.y + 4, w, 24};
      const bool on = range == of;
      if (on) p.fill(at.inset(1), t.bg4, 3);
      p.text(at.mid_x(), mid, l, on ? Face::s_semibold : Face::s_medium, on ? t.t1 : t.dis, Align::center);
      if (!on)
        d.hint(p.hits.add("strip/span/" + std::to_string(of / kMinute), at, false),
               "Other spans come with going back in time"_tr);
      sx += w;
    }
    x += total + 12;
    for (const Icon which : {Icon::backward, Icon::play, Icon::forward}) {
      const Rect at{x, r.y + 4, 28, 24};
      p.stroke(at, t.line, 1, unit::kRadius);
      icon(p, which, at.mid_x(), at.mid_y(), 14, t.dis);
      d.hint(p.hits.add("strip/play/" + std::to_string(static_cast<int>(which)), at, false), kLater);
      x += 32;
    }
  }
  // At the right: live, the clock, and the sum of the history.
  float end = draw_live(f, r.right() - unit::kPad, mid) - 10;
  const std::string clock = d.seconds ? f.time.clock(f.input.now) : f.time.minutes(f.input.now);
  p.text(end, mid, clock, Face::mono_m, t.t1, Align::right);
  end -= p.width("00:00:00", Face::mono_m) + 20;
  std::uint64_t sum = 0;
  for (const std::uint32_t n : s.histogram) sum += n;
  const std::string told =
      text_of<"{} in {}, {}, {}">(plural<"{} event", "{} events">(sum), span(range),
                                  plural<"{} incident", "{} incidents">(s.bars.size()), loss_in_words(s));
  if (end - p.width(told, Face::s) > x + 16) p.text(end, mid, told, Face::s, t.t2, Align::right);

  const float gx = r.x + 112;
  const float gw = r.right() - unit::kPad - gx;
  const UtcNs begin = f.input.now - range;
  const auto at_time = [&](UtcNs time) {
    return gx + gw * static_cast<float>(static_cast<double>(time - begin) / static_cast<double>(range));
  };
  const float lanes = r.y + 30;
  float lane_top[3];
  float y = lanes;
  for (std::size_t lane = 0; lane < 3; ++lane) {
    lane_top[lane] = y;
    const float h = lane_height_[lane];
    p.fill({gx, y, gw, h}, lane % 2 == 1 ? t.bg1 : t.bg2);
    icon(p, icon_of(static_cast<Domain>(lane)), r.x + 23, y + h / 2, 13, t.t2);
    p.text(r.x + 40, y + h / 2, word_of(static_cast<Domain>(lane)), Face::s, t.t2);
    y += h;
  }
  const float base = lanes + kLanes + kHistogram;
  icon(p, Icon::report, r.x + 23, base - 11, 13, t.t2);
  p.text(r.x + 40, base - 11, "Events"_tr, Face::s, t.t2);

  // A mark each ten minutes of local time, or as many as find room.
  const float label = p.width("00:00", Face::mono_s) + 14;
  std::int64_t step = 10 * kMinute;
  while (gw * static_cast<float>(static_cast<double>(step) / static_cast<double>(range)) < label) step *= 2;
  const std::int64_t offset = f.time.offset(begin);
  for (UtcNs m = (begin + offset) / step * step - offset + step; m < f.input.now; m += step) {
    const float mx = at_time(m);
    p.upright(mx, lanes, kLanes + kHistogram + 1, t.line);
    if (mx + label < r.right() - 8) p.text(mx + 4, r.y + 124, f.time.minutes(m), Face::mono_s, t.t3);
  }

  draw_histogram(f, d, {gx, base - kHistogram, gw, kHistogram}, begin);
  p.hairline(gx, base, gw, t.line2);

  for (const Placed& q : placed_) {
    const Snapshot::Bar& b = s.bars[q.bar];
    const auto lane = static_cast<std::size_t>(b.domain) % 3;
    if (b.resolved && b.end < begin) continue;
    const float pad = std::max(1.0F, std::floor((lane_height_[lane] - lane_rows_[lane] * kPitch + 1) / 2));
    const float by = lane_top[lane] + pad + static_cast<float>(q.row) * kPitch;
    if (by + 3 > lane_top[lane] + lane_height_[lane]) continue;
    const bool open = !b.resolved;
    const float x0 = std::round(std::max(gx, at_time(b.begin)));
    const float x1 =
        std::round(std::min(gx + gw - (open ? 3.0F : 0.0F), std::max(x0 + 5, at_time(open ? f.input.now : b.end))));
    const PriorityColors& c = t.of(b.priority);
    const bool selected = b.incident != 0 && b.incident == f.selection.incident;
    p.fill({x0, by, x1 - x0, 3}, selected ? t.acc : b.resolved ? t.line2 : b.acknowledged ? c.dim : c.edge);
    if (!b.resolved) p.fill({x0, by - 1, 3, 5}, c.edge);
    if (b.incident == 0) continue;
    const Hit hit = p.hits.add(fmt::format("bar/{}", b.incident), {x0 - 2, by - 1, x1 - x0 + 4, kPitch});
    if (hit.hovered) {
      const Incident* i = f.standing.incident(b.incident);
      d.tip = i != nullptr ? i->title : text_of<"{}, resolved">(incident_name(b.incident));
    }
    if (hit.clicked && f.standing.incident(b.incident) != nullptr) {
      f.selection.incident = b.incident;
      d.reveal = b.incident;
    }
  }
  const float now = gx + gw;
  p.fill({now - 2, lanes - 4, 2, 91}, t.t1);
  p.polygon({{now - 6, lanes - 4}, {now + 4, lanes - 4}, {now - 1, lanes + 3}}, t.t1);
  p.pop_clip();
}

void TimeStrip::draw_slim(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Snapshot& s = f.snapshot;
  p.push_clip(r);
  p.fill(r, t.bg1);
  p.hairline(r.x, r.y, r.w, t.line2);
  const std::int64_t range = range_of(s);
  p.text(r.x + unit::kPad, r.y + 20, "Time line"_tr, Face::m_semibold, t.t1);
  p.text(r.x + unit::kPad, r.y + 44, text_of<"last {}">(span(range)), Face::s, t.t3);
  float end = draw_live(f, r.right() - unit::kPad, r.mid_y()) - 16;
  p.text(end, r.mid_y(), d.seconds ? f.time.clock(f.input.now) : f.time.minutes(f.input.now), Face::mono_m, t.t1,
         Align::right);
  end -= p.width("00:00:00", Face::mono_m) + 24;
  const float gx = r.x + 112;
  const float gw = std::max(10.0F, end - gx);
  const UtcNs begin = f.input.now - range;
  const auto at_time = [&](UtcNs time) {
    return gx + gw * static_cast<float>(static_cast<double>(time - begin) / static_cast<double>(range));
  };
  const float base = r.y + 42;
  draw_histogram(f, d, {gx, base - 14, gw, 14}, begin);
  p.hairline(gx, base, gw, t.line2);
  const float label = p.width("00:00", Face::mono_s) + 20;
  std::int64_t step = 10 * kMinute;
  while (gw * static_cast<float>(static_cast<double>(step) / static_cast<double>(range)) < label) step *= 2;
  const std::int64_t offset = f.time.offset(begin);
  for (UtcNs m = (begin + offset) / step * step - offset + step; m < f.input.now; m += step) {
    const float mx = at_time(m);
    if (mx - label / 2 > gx && mx + label / 2 < gx + gw)
      p.text(mx, r.y + 54, f.time.minutes(m), Face::mono_s, t.t3, Align::center);
  }
  // What is worse covers what is less; of marks that would lie on one another the first of the worst is enough.
  static thread_local std::vector<const Snapshot::Bar*> slots, marks;
  slots.assign(static_cast<std::size_t>(gw / kMarkApart) + 1, nullptr);
  for (const Snapshot::Bar& b : s.bars) {
    if (b.resolved || b.begin < begin) continue;
    const auto slot = static_cast<std::size_t>(std::max(at_time(b.begin) - gx, 0.0F) / kMarkApart);
    const Snapshot::Bar*& best = slots[std::min(slot, slots.size() - 1)];
    if (best == nullptr || b.priority > best->priority) best = &b;
  }
  marks.clear();
  for (const Snapshot::Bar* bar : slots)
    if (bar != nullptr) marks.push_back(bar);
  std::stable_sort(marks.begin(), marks.end(),
                   [](const Snapshot::Bar* x, const Snapshot::Bar* y) { return x->priority < y->priority; });
  for (const Snapshot::Bar* bar : marks) {
    const Snapshot::Bar& b = *bar;
    const float mx = at_time(b.begin);
    const Hit hit = p.hits.add(fmt::format("bar/{}", b.incident), {mx - 7, r.y + 5, 14, 16});
    mark(p, b.priority, mx, r.y + 13, hit.hovered ? 11.0F : 9.0F, b.acknowledged ? MarkState::held : MarkState::open);
    const Incident* i = hit.hovered || hit.clicked ? f.standing.incident(b.incident) : nullptr;
    if (i == nullptr) continue;
    d.tip = i->title;
    if (hit.clicked) {
      f.selection.incident = i->id;
      f.selection.show_incident = true;
    }
  }
  p.fill({gx + gw, r.y + 4, 2, 44}, t.t1);
  p.pop_clip();
}

}  // namespace wf::ui
