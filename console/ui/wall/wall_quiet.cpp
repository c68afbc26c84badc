// The wall when nothing is open: calm, and the proof that it is calm because nothing happens.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/wall/alert_wall.hpp"

namespace wf::ui {

void draw_quiet(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Snapshot& s = f.snapshot;
  const UtcNs now = f.input.now;
  const FeedSum feeds = sum_of(s.agents);
  const bool blind = !f.input.connection_problem.empty();
  const bool well = !blind && feeds.silent == 0 && feeds.gaps == 0 && s.health.problem.empty() && feeds.known > 0;

  const float table = std::min(768.0F, r.w - 48);
  const float left = std::round(r.mid_x() - table / 2);
  const bool two = table >= 640;
  const float row = 36;
  const std::size_t columns = two ? 2 : 1;
  const std::size_t lines = (s.agents.size() + columns - 1) / columns;
  const float needed = 190 + 40 + static_cast<float>(lines) * row + 90;
  float y = r.y + std::max(24.0F, std::min(140.0F, (r.h - needed) / 2));

  const float cx = r.mid_x();
  icon(p, well ? Icon::shield_check : Icon::warning, cx, y + 28, 56, well ? t.t2 : t.of(Priority::medium).text, 2);
  y += 96;
  std::string head = text_of<"All quiet since {}">(f.time.minutes(s.quiet_since));
  if (blind)
    head = f.input.connection_problem;
  else if (feeds.known == 0)
    head = "No agent has reported yet"_tr;
  else if (!well)
    head = "Nothing open, but not every feed speaks"_tr;
  p.text(cx, y, head, Face::xl_semibold, t.t1, Align::center, r.w - 32);
  y += 36;
  std::string sum = text_of<"{}, {}, {}.">(plural<"{} event", "{} events">(s.events_total),
                                           plural<"{} agent", "{} agents">(feeds.known),
                                           feeds.silent == 0 ? "none late"_tr.str() : text_of<"{} late">(feeds.silent));
  const bool nobody = feeds.known == 0 && !blind;
  if (nobody) sum = "Nothing can be seen before one does."_tr;
  p.text(cx, y, sum, Face::l, t.t2, Align::center, r.w - 32);
  y += 28;
  std::string proof;
  if (feeds.last_event > 0) proof = text_of<"Last event {}.">(ago_in_minutes(now - feeds.last_event)) + " ";
  if (s.health.ledger_checked > 0)
    proof += s.health.ledger_gaps + feeds.gaps == 0
                 ? text_of<"Ledger checked at {}: no gap.">(f.time.minutes(s.health.ledger_checked))
                 : text_of<"Ledger checked at {}: {} missing.">(f.time.minutes(s.health.ledger_checked),
                                                                count_text(s.health.ledger_gaps + feeds.gaps));
  else
    proof += "The ledger was not checked yet."_tr;
  if (nobody) proof = text_of<"Invite one: {}">("watchfloor agent invite NAME");
  p.text(cx, y, proof, Face::m, t.t2, Align::center, r.w - 32);
  y += 48;

  if (s.agents.empty()) return;
  p.text(left, y, well ? "Every source is speaking"_tr : "What every source says"_tr, Face::m_semibold, t.t1);
  if (two) p.text(left + table, y, "agent, last event, events per minute"_tr, Face::s, t.t3, Align::right);
  y += 20;
  const float gap = two ? 16 : 0;
  const float width = (table - gap) / static_cast<float>(columns);
  for (std::size_t i = 0; i < s.agents.size(); ++i) {
    const float top = y + static_cast<float>(i / columns) * row;
    if (top + row > r.bottom() - 8) break;
    const AgentState& a = s.agents[i];
    const float x = left + static_cast<float>(i % columns) * (width + gap);
    const Hit hit = p.hits.add("quiet/" + a.name, {x - 4, top, width + 8, row - 1});
    if (hit.hovered) p.fill({x - 4, top, width + 8, row - 1}, t.bg2, unit::kRadius);
    if (hit.clicked) f.view = View::agents;
    p.hairline(x, top + row - 1, width, t.line);
    const float mid = top + row / 2;
    health_dot(p, a.health, x + 6, mid);
    icon(p, agent_icon(a.kind), x + 28, mid, 14, t.t2);
    p.text(x + 44, mid, a.name, Face::mono_m, t.t1, Align::left, 84);
    p.text(x + 130, mid, agent_summary(a), Face::s, t.t2, Align::left, std::max(40.0F, width - 130 - 114 - 52));
    const UtcNs heard = last_event_of(a);
    p.text(x + width - 114, mid,
           heard == 0              ? "never"_tr.str()
           : now - heard < kMinute ? "now"_tr.str()
                                   : span(now - heard),
           Face::mono_s, t.t2, Align::right);
    std::uint32_t v[20];
    std::copy(a.recent.begin(), a.recent.end(), v);
    sparkline(p, {x + width - 102, mid - 8, 52, 16}, v + 6, 14, 0);
    p.text(x + width, mid, count_text(a.per_minute), Face::mono_s, t.t1, Align::right);
  }
  (void)d;
}

}  // namespace wf::ui
