#include "console/ui/agents/agents_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kTiles = 96;
constexpr float kRow = 36;

bool ails(const AgentState& a, UtcNs now) {
  return a.kept_out_until > now || a.health == AgentState::Health::late || a.health == AgentState::Health::silent ||
         a.gap_events > 0 || a.copies > 0 || a.clock_ahead > 0 || !a.problem.empty();
}

}  // namespace

void AgentsView::update(Frame& f, Desk& d) {
  const auto& agents = f.snapshot.agents;
  if (agents.empty()) return;
  auto at = std::find_if(agents.begin(), agents.end(), [&](const AgentState& a) { return a.name == selected_; });
  if (at == agents.end()) {
    // What ails is shown first; nothing ails: the first.
    at = std::find_if(agents.begin(), agents.end(), [&](const AgentState& a) { return ails(a, f.input.now); });
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
  const std::uint64_t missing = missing_of(f.snapshot);
  pane_head(
      p, {r.x, r.y, r.w, unit::kHeader}, "Agents"_tr,
      f.snapshot.health.recorded ? "recorded events, no engine: nothing is stored here"_tr.str()
      : feeds.known == 0         ? "none is enrolled yet"_tr.str()
      : missing == 0 && feeds.given_up > 0
          ? text_of<"{} numbers were given up by their agents; nothing else is missing">(count_text(feeds.given_up))
      : missing == 0 ? "every number of every agent is in the ledger: nothing is lost"_tr.str()
                     : text_of<"{} numbers are missing from the ledger">(count_text(missing)));
  const float y = r.y + unit::kHeader;
  draw_tiles(f, d, {r.x, y, r.w, kTiles});
  const Rect body{r.x, y + kTiles, r.w, r.bottom() - y - kTiles};
  const auto found = std::find_if(f.snapshot.agents.begin(), f.snapshot.agents.end(),
                                  [&](const AgentState& a) { return a.name == selected_; });
  if (f.snapshot.agents.empty()) {
    icon(p, Icon::pulse, body.mid_x(), body.y + 90, 40, p.t.t2, 1.75F);
    p.text(body.mid_x(), body.y + 140, "No agent has reported yet"_tr, Face::l_semibold, p.t.t1, Align::center);
    p.text(body.mid_x(), body.y + 168,
           text_of<"Invite one: {}">("watchfloor agent invite --kinds KIND --engine tcp://HOST:PORT --out FILE"),
           Face::m, p.t.t2, Align::center);
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
  const std::uint64_t missing = missing_of(s);
  struct Tile {
    std::string name, value, note;
    bool bad;
  };
  const bool recorded = s.health.recorded;
  const std::uint64_t behind = s.health.log_position - std::min(s.health.log_position, s.health.fused_position);
  const std::vector<Tile> tiles = {
      {"Agents heard"_tr, text_of<"{} of {}">(feeds.live, feeds.known),
       feeds.silent == 0 ? "none late"_tr.str() : text_of<"{} late or silent">(feeds.silent), feeds.silent > 0},
      {recorded ? "Events read"_tr : "Events stored"_tr, count_text(s.events_total),
       text_of<"{:.0f} a second now">(s.events_per_second), false},
      {"Numbers missing"_tr, count_text(missing),
       recorded                      ? "no ledger here"_tr.str()
       : feeds.given_up > 0          ? text_of<"{} more were given up">(count_text(feeds.given_up))
       : s.health.ledger_checked > 0 ? text_of<"ledger checked at {}">(f.time.clock(s.health.ledger_checked))
                                     : "ledger not checked yet"_tr.str(),
       missing > 0},
      {"Waiting in spools"_tr, count_text(feeds.spooled),
       recorded ? "no link here"_tr : "kept by agents until stored"_tr, false},
      {"Fused"_tr, behind == 0 ? "all##fused"_tr.str() : text_of<"{} behind">(count_text(behind)),
       recorded ? "as it was recorded"_tr.str() : text_of<"position {}">(count_text(s.health.fused_position)),
       behind > 10'000},
      {"Engine queue"_tr, count_text(s.health.queue_depth),
       recorded ? "no engine here"_tr.str()
                : plural<"{} batch refused", "{} batches refused">(s.health.refused_batches),
       s.health.refused_batches > 0},
      {"Lines refused"_tr, count_text(feeds.refused), "counted, with reason"_tr, false}};
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
  const float spool = gaps - (wide ? 92 : 62);
  const float skew = spool - (wide ? 104 : 72);
  const float events = skew - (wide ? 92 : 76);
  const float rate = events - (wide ? 112 : 76);
  const float spark = rate - 56 - (wide ? 120 : 104);
  const float heard = spark - 24;
  const float sources = wide ? 330 : -1;

  const Rect head{r.x, r.y, r.w, unit::kColumns};
  p.fill(head, t.bg2);
  p.hairline(head.x, head.bottom() - 1, head.w, t.line);
  const auto title = [&](float x, std::string_view text, Align align) {
    p.text(r.x + x, head.mid_y(), text, Face::s, t.t3, align);
  };
  title(60, "Agent"_tr, Align::left);
  const bool health = heard - 190 > 150;
  if (health) title(190, "Health"_tr, Align::left);
  if (wide) title(sources, "Sources"_tr, Align::left);
  title(heard, "Last event"_tr, Align::right);
  title(spark, "Last minute"_tr, Align::left);
  title(rate, "Per min"_tr, Align::right);
  title(events, f.snapshot.health.recorded ? "Read"_tr : "Stored"_tr, Align::right);
  title(skew, "Clock"_tr, Align::right);
  title(spool, "Spool"_tr, Align::right);
  title(gaps, "Gaps"_tr, Align::right);

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
    const std::string kept_out = kept_out_in_words(a, f.time, now);
    const bool quiet =
        a.health == AgentState::Health::late || a.health == AgentState::Health::silent || !kept_out.empty();
    health_dot(p, a.health, r.x + 22, mid);
    icon(p, agent_icon(a.kind), r.x + 44, mid, 14, t.t2);
    p.text(r.x + 60, mid, a.name, Face::mono_m, t.t1, Align::left, 120);
    // Where there is no room for both, how long it is kept out comes before when it was last heard.
    const bool until = health && !wide && !kept_out.empty();
    if (until)
      p.text(r.x + 190, mid, text_of<"kept out until {}">(f.time.clock(a.kept_out_until)), Face::s_semibold, warn,
             Align::left, heard - 190);
    else if (health)
      p.text(r.x + 190, mid, kept_out.empty() ? name_of(a.health) : "kept out"_tr, quiet ? Face::s_semibold : Face::s,
             quiet ? warn : t.t2, Align::left, wide ? 130.0F : heard - 190 - 84);
    if (wide) {
      std::string names;
      std::string problem;
      for (const SourceStatus& s : a.report.sources) {
        names += (names.empty() ? "" : ", ") + s.name;
        if (problem.empty()) problem = s.problem;
      }
      if (problem.empty() && !a.problem.empty()) problem = text_of<"Unreadable: {}">(a.problem);
      if (a.copies > 0) problem = "A copy of it spoke"_tr;
      if (a.key_due > 0 && a.key_due < now) problem = "Its key is overdue"_tr;
      if (a.clock_ahead > 0) problem = text_of<"Its clock is wrong: {} ahead">(lag(a.clock_ahead));
      if (!kept_out.empty()) problem = text_of<"Kept out until {} because it flooded">(f.time.clock(a.kept_out_until));
      p.text(r.x + sources, mid, problem.empty() ? names : problem, problem.empty() ? Face::mono_s : Face::s_medium,
             problem.empty() ? t.t2 : warn, Align::left, heard - sources - 96);
    }
    const UtcNs last = last_event_of(a);
    if (!until)
      p.text(r.x + heard, mid, last > 0 ? text_of<"{} ago">(lag(now - last)) : "never"_tr.str(), Face::mono_s,
             quiet ? warn : t.t1, Align::right);
    std::uint32_t v[20];
    std::copy(a.recent.begin(), a.recent.end(), v);
    sparkline(p, {r.x + spark, mid - 9, 100, 18}, v, 20);
    p.text(r.x + rate, mid, count_text(a.per_minute), Face::mono_s, t.t1, Align::right);
    p.text(r.x + events, mid, count_text(a.events), Face::mono_s, t.t1, Align::right);
    const std::int64_t off = a.clock_skew < 0 ? -a.clock_skew : a.clock_skew;
    p.text(r.x + skew, mid, off < kSecond / 2 ? span(0) : (a.clock_skew < 0 ? "−" : "+") + lag(off), Face::mono_s,
           off >= kNotableSkew ? warn : t.t2, Align::right);
    p.text(r.x + spool, mid, count_text(a.report.spooled), Face::mono_s, a.report.spooled > 0 ? t.t1 : t.t3,
           Align::right);
    p.text(r.x + gaps, mid, count_text(a.gap_events), Face::mono_s,
           a.gap_events > 0 ? t.of(Priority::critical).text : t.t3, Align::right);
  }
  end_scroll(f, "agents/table", view, table_, y);
  (void)d;
}

}  // namespace wf::ui
