#include "console/ui/agents_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "console/ui/agent_look.hpp"
#include "console/ui/icons.hpp"
#include "console/ui/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kTiles = 96;
constexpr float kRow = 36;

bool ails(const AgentState& a) {
  return a.health == AgentState::Health::late || a.health == AgentState::Health::silent || a.gap_events > 0;
}

/// Skew that a person should know of.
constexpr std::int64_t kSkew = 2 * kSecond;

}  // namespace

void AgentsView::update(Frame& f, Desk& d) {
  const auto& agents = f.snapshot.agents;
  if (agents.empty()) return;
  auto at = std::find_if(agents.begin(), agents.end(), [&](const AgentState& a) { return a.name == selected_; });
  if (at == agents.end()) {
    // What ails is shown first; nothing ails: the first.
    at = std::find_if(agents.begin(), agents.end(), ails);
    if (at == agents.end()) at = agents.begin();
    selected_ = at->name;
  }
  auto index = at - agents.begin();
  const auto last = static_cast<std::ptrdiff_t>(agents.size()) - 1;
  if (d.keys.take(Key::down)) index = std::min(last, index + 1);
  if (d.keys.take(Key::up)) index = std::max<std::ptrdiff_t>(0, index - 1);
  if (d.keys.take(Key::home)) index = 0;
  if (d.keys.take(Key::end)) index = last;
  selected_ = agents[static_cast<std::size_t>(index)].name;
}

void AgentsView::draw(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  p.push_clip(r);
  p.fill(r, p.t.bg1);
  const FeedSum feeds = sum_of(f.snapshot.agents);
  const std::uint64_t missing = feeds.gaps + f.snapshot.health.ledger_gaps;
  pane_head(p, {r.x, r.y, r.w, unit::kHeader}, "Agents",
            f.snapshot.health.recorded ? "recorded events, no engine: nothing is stored here"
            : feeds.known == 0         ? "none is enrolled yet"
            : missing == 0             ? "every number of every agent is in the ledger: nothing is lost"
                                       : count_text(missing) + " numbers are missing from the ledger");
  const float y = r.y + unit::kHeader;
  draw_tiles(f, d, {r.x, y, r.w, kTiles});
  const Rect body{r.x, y + kTiles, r.w, r.bottom() - y - kTiles};
  const auto found = std::find_if(f.snapshot.agents.begin(), f.snapshot.agents.end(),
                                  [&](const AgentState& a) { return a.name == selected_; });
  if (f.snapshot.agents.empty()) {
    icon(p, Icon::pulse, body.mid_x(), body.y + 90, 40, p.t.t2, 1.75F);
    p.text(body.mid_x(), body.y + 140, "No agent has reported yet", Face::l_semibold, p.t.t1, Align::center);
    p.text(body.mid_x(), body.y + 168, "Invite one: watchfloor agent invite NAME", Face::m, p.t.t2, Align::center);
  } else if (r.w >= 1200) {
    const float detail = std::clamp(r.w * 0.3F, 420.0F, 640.0F);
    draw_table(f, d, {body.x, body.y, body.w - detail, body.h});
    p.upright(body.right() - detail, body.y, body.h, p.t.line2);
    if (found != f.snapshot.agents.end())
      draw_detail(f, d, {body.right() - detail + 1, body.y, detail - 1, body.h}, *found);
  } else {
    const float detail = std::min(260.0F, body.h * 0.45F);
    draw_table(f, d, {body.x, body.y, body.w, body.h - detail});
    p.hairline(body.x, body.bottom() - detail, body.w, p.t.line2);
    if (found != f.snapshot.agents.end())
      draw_detail(f, d, {body.x, body.bottom() - detail + 1, body.w, detail - 1}, *found);
  }
  p.pop_clip();
}

void AgentsView::draw_tiles(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Snapshot& s = f.snapshot;
  const FeedSum feeds = sum_of(s.agents);
  const std::uint64_t missing = feeds.gaps + s.health.ledger_gaps;
  struct Tile {
    std::string name, value, note;
    bool bad;
  };
  const bool recorded = s.health.recorded;
  const std::uint64_t behind = s.health.log_position - std::min(s.health.log_position, s.health.fused_position);
  const std::vector<Tile> tiles = {
      {"Agents heard", fmt::format("{} of {}", feeds.live, feeds.known),
       feeds.silent == 0 ? std::string("none late") : fmt::format("{} late or silent", feeds.silent), feeds.silent > 0},
      {recorded ? "Events read" : "Events stored", count_text(s.events_total),
       fmt::format("{:.0f} a second now", s.events_per_second), false},
      {"Numbers missing", count_text(missing),
       recorded                      ? std::string("no ledger here")
       : s.health.ledger_checked > 0 ? "ledger checked at " + f.time.clock(s.health.ledger_checked)
                                     : std::string("ledger not checked yet"),
       missing > 0},
      {"Waiting in spools", count_text(feeds.spooled), recorded ? "no link here" : "kept by agents until stored",
       false},
      {"Fused", behind == 0 ? std::string("all") : count_text(behind) + " behind",
       recorded ? "as it was recorded" : "position " + count_text(s.health.fused_position), behind > 10'000},
      {"Engine queue", count_text(s.health.queue_depth),
       recorded ? std::string("no engine here") : plural(s.health.refused_batches, "batch", "batches") + " refused",
       s.health.refused_batches > 0},
      {"Lines refused", count_text(feeds.refused), "counted, none dropped silently", false}};
  p.hairline(r.x, r.bottom() - 1, r.w, t.line);
  const auto fit = static_cast<std::size_t>(std::max(1.0F, std::floor(r.w / 168)));
  const std::size_t n = std::min(tiles.size(), fit);
  const float w = r.w / static_cast<float>(n);
  for (std::size_t k = 0; k < n; ++k) {
    const float x = r.x + static_cast<float>(k) * w + unit::kPad;
    if (k > 0) p.upright(x - unit::kPad, r.y + 16, r.h - 32, t.line);
    const ImU32 bad = t.of(Priority::medium).text;
    p.text(x, r.y + 22, tiles[k].name, Face::s, t.t3, Align::left, w - 24);
    p.text(x, r.y + 48, tiles[k].value, Face::l_semibold, tiles[k].bad ? bad : t.t1, Align::left, w - 24);
    p.text(x, r.y + 72, tiles[k].note, Face::s, tiles[k].bad ? bad : t.t2, Align::left, w - 24);
  }
  (void)d;
}

void AgentsView::draw_table(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const UtcNs now = f.input.now;
  const bool wide = r.w >= 1000;
  // Columns by what remains at the right of the name; the names of figures stand over their right edges.
  const float gaps = r.w - 24;
  const float spool = gaps - 92;
  const float skew = spool - 104;
  const float events = skew - 92;
  const float rate = events - 112;
  const float spark = rate - 56 - 120;
  const float heard = spark - 24;
  const float sources = wide ? 330 : -1;

  const Rect head{r.x, r.y, r.w, unit::kColumns};
  p.fill(head, t.bg2);
  p.hairline(head.x, head.bottom() - 1, head.w, t.line);
  const auto title = [&](float x, std::string_view text, Align align) {
    p.text(r.x + x, head.mid_y(), text, Face::s, t.t3, align);
  };
  title(60, "Agent", Align::left);
  const bool health = heard - 190 > 190;
  if (health) title(190, "Health", Align::left);
  if (wide) title(sources, "Sources", Align::left);
  title(heard, "Last event", Align::right);
  title(spark, "Last minute", Align::left);
  title(rate, "Per min", Align::right);
  title(events, f.snapshot.health.recorded ? "Read" : "Stored", Align::right);
  title(skew, "Clock", Align::right);
  title(spool, "Spool", Align::right);
  title(gaps, "Gaps", Align::right);

  const Rect view{r.x, head.bottom(), r.w, r.bottom() - head.bottom()};
  float y = begin_scroll(f, "agents/table", view, table_);
  for (const AgentState& a : f.snapshot.agents) {
    const Rect at{r.x, y, r.w, kRow};
    y += kRow;
    if (at.bottom() < view.y || at.y > view.bottom()) continue;
    const Hit hit = p.hits.add("agent/" + a.name, at);
    const bool on = a.name == selected_;
    if (on || hit.hovered) p.fill(at, on ? t.bg4 : t.bg2);
    p.hairline(at.x, at.bottom() - 1, at.w, t.line);
    if (on) p.stroke({at.x, at.y, at.w, at.h - 1}, t.acc, 2);
    if (hit.clicked) selected_ = a.name;
    const float mid = at.mid_y();
    const ImU32 warn = t.of(Priority::medium).text;
    const bool quiet = a.health == AgentState::Health::late || a.health == AgentState::Health::silent;
    health_dot(p, a.health, r.x + 22, mid);
    icon(p, agent_icon(a.kind), r.x + 44, mid, 14, t.t2);
    p.text(r.x + 60, mid, a.name, Face::mono_m, t.t1, Align::left, 120);
    if (health)
      p.text(r.x + 190, mid, name_of(a.health), quiet ? Face::s_semibold : Face::s, quiet ? warn : t.t2, Align::left,
             wide ? 130.0F : heard - 190 - 90);
    if (wide) {
      std::string names;
      std::string problem;
      for (const SourceStatus& s : a.report.sources) {
        names += (names.empty() ? "" : ", ") + s.name;
        if (problem.empty()) problem = s.problem;
      }
      if (problem.empty() && !a.problem.empty()) problem = "Unreadable: " + a.problem;
      p.text(r.x + sources, mid, problem.empty() ? names : problem, problem.empty() ? Face::mono_s : Face::s_medium,
             problem.empty() ? t.t2 : warn, Align::left, heard - sources - 96);
    }
    const UtcNs last = last_event_of(a);
    p.text(r.x + heard, mid, last > 0 ? lag(now - last) + " ago" : std::string("never"), Face::mono_s,
           quiet ? warn : t.t1, Align::right);
    std::uint32_t v[20];
    std::copy(a.recent.begin(), a.recent.end(), v);
    sparkline(p, {r.x + spark, mid - 9, 100, 18}, v, 20);
    p.text(r.x + rate, mid, count_text(a.per_minute), Face::mono_s, t.t1, Align::right);
    p.text(r.x + events, mid, count_text(a.events), Face::mono_s, t.t1, Align::right);
    const std::int64_t off = a.clock_skew < 0 ? -a.clock_skew : a.clock_skew;
    p.text(r.x + skew, mid, off < kSecond / 2 ? std::string("0 s") : (a.clock_skew < 0 ? "−" : "+") + lag(off),
           Face::mono_s, off >= kSkew ? warn : t.t2, Align::right);
    p.text(r.x + spool, mid, count_text(a.report.spooled), Face::mono_s, a.report.spooled > 0 ? t.t1 : t.t3,
           Align::right);
    p.text(r.x + gaps, mid, count_text(a.gap_events), Face::mono_s,
           a.gap_events > 0 ? t.of(Priority::critical).text : t.t3, Align::right);
  }
  end_scroll(f, "agents/table", view, table_, y);
  (void)d;
}

void AgentsView::draw_detail(Frame& f, Desk& d, const Rect& r, const AgentState& a) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const UtcNs now = f.input.now;
  const float x = r.x + unit::kPad;
  const float w = r.w - 2 * unit::kPad;
  float y = begin_scroll(f, "agents/detail", r, detail_) + 8;
  p.text(x, y + 14, a.name, Face::l_semibold, t.t1, Align::left, w - 130);
  const bool quiet = a.health != AgentState::Health::live;
  const std::string_view health = name_of(a.health);
  badge(p, x + w - badge_width(p, health), y + 14, health, quiet ? BadgeKind::medium : BadgeKind::plain);
  y += 36;
  const auto pair = [&](std::string_view name, const std::string& value, bool mono, bool bad = false) {
    p.text(x, y + 12, name, Face::s, t.t3);
    p.text(x + 128, y + 12, value, mono ? Face::mono_s : Face::s, bad ? t.of(Priority::medium).text : t.t1, Align::left,
           w - 128);
    y += 24;
  };
  pair("Kind", a.kind + (a.version.empty() ? "" : ", version " + a.version), false);
  const bool recorded = f.snapshot.health.recorded;
  if (recorded) pair("Address", "none: read from a recording", false);
  if (!recorded) pair("Address", a.remote.empty() ? std::string("unknown") : a.remote, true);
  pair("Heard", a.last_heard > 0 ? f.time.clock(a.last_heard) + ", " + ago(now - a.last_heard) : std::string("never"),
       false, quiet);
  const std::int64_t off = a.clock_skew < 0 ? -a.clock_skew : a.clock_skew;
  pair("Clock",
       recorded            ? std::string("as recorded")
       : off < kSecond / 2 ? std::string("agrees with the engine")
                           : lag(off) + (a.clock_skew < 0 ? " behind the engine" : " ahead of the engine"),
       false, off >= kSkew);
  pair("Spool", plural(a.report.spooled, "event", "events") + ", " + bytes_text(a.report.spool_bytes), false);
  pair("Memory", a.report.resident_bytes > 0 ? bytes_text(a.report.resident_bytes) : std::string("not reported"),
       false);
  pair("Missing", a.gap_events == 0 ? std::string("no number") : plural(a.gap_events, "event", "events"), false,
       a.gap_events > 0);
  if (a.refused_batches > 0)
    pair("Unreadable", plural(a.refused_batches, "batch", "batches") + ", stored; " + a.problem, false, true);
  y += 8;
  p.hairline(x, y, w, t.line);
  y += 4;
  section_head(p, x, y, w, "Sources", plural(a.report.sources.size(), "source", "sources"));
  y += 30;
  for (const SourceStatus& s : a.report.sources) {
    const bool bad = !s.problem.empty() || s.state == "failed";
    p.circle(x + 4, y + 10, 3.5F, bad ? t.of(Priority::medium).fill : s.state == "running" ? t.t1 : t.t3);
    const float state = p.text(x + w, y + 10, s.state, Face::s, bad ? t.of(Priority::medium).text : t.t2, Align::right);
    p.text(x + 16, y + 10, s.name, Face::mono_m, t.t1, Align::left, w - state - 32);
    y += 24;
    p.text(x + 16, y + 8,
           fmt::format("{} read, {}, {} refused", count_text(s.read), plural(s.events, "event", "events"),
                       count_text(s.refused)),
           Face::s, s.refused > 0 ? t.t1 : t.t2, Align::left, w - 110);
    if (s.last_event > 0) p.text(x + w, y + 8, lag(now - s.last_event) + " ago", Face::mono_s, t.t2, Align::right);
    y += 20;
    if (bad)
      y += 18 * static_cast<float>(
                    p.paragraph(x + 16, y + 8, 18, w - 16, 3, s.problem, Face::s_medium, t.of(Priority::medium).text));
    y += 8;
    p.hairline(x, y, w, t.line);
    y += 8;
  }
  if (a.report.sources.empty()) {
    p.text(x, y + 8, "It has reported no source.", Face::s, t.t2);
    y += 24;
  }
  end_scroll(f, "agents/detail", r, detail_, y);
  (void)d;
}

}  // namespace wf::ui
