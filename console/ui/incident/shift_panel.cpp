// The panel when nothing is selected: what waits, what returns, how loud the night is, whether every feed speaks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

struct Figure {
  std::string name, value, limit;
  bool bad = false;
  Priority how = Priority::critical;
};

struct TicketSum {
  std::uint64_t open = 0, overdue = 0;
};

TicketSum sum_of_tickets(const Snapshot& s) {
  TicketSum out;
  if (s.tickets)
    for (const Ticket& ticket : *s.tickets) {
      out.open += ticket.open_still() ? 1 : 0;
      out.overdue += ticket.open_still() && ticket.overdue ? 1 : 0;
    }
  return out;
}

float figures(Painter& p, float x, float y, float w, const std::vector<Figure>& list) {
  const Tokens& t = p.t;
  for (const Figure& g : list) {
    const float mid = y + 13;
    const float limit = g.limit.empty() ? 0 : p.text(x + w, mid, g.limit, Face::s, t.t3, Align::right) + 10;
    const float value =
        p.text(x + w - limit, mid, g.value, Face::mono_m, g.bad ? t.of(g.how).text : t.t1, Align::right);
    p.text(x, mid, g.name, Face::s, t.t2, Align::left, w - limit - value - 10);
    y += 26;
  }
  return y;
}

}  // namespace

void IncidentPanel::sum_shift(const Desk& d, UtcNs now) {
  if (shift_.of == d.snapshot && shift_.second == now / kSecond) return;
  shift_ = Shift{};
  shift_.of = d.snapshot;
  shift_.second = now / kSecond;
  for (const auto& i : d.snapshot->incidents) {
    if (i->state == IncidentState::shelved) {
      if (i->shelved_until > 0) shift_.shelved.push_back(i.get());
      continue;
    }
    if (i->needs_acknowledgement() && shift_.waiting.size() < kMostWaiting) shift_.waiting.push_back(i.get());
    if (shift_.oldest == 0 || i->opened < shift_.oldest) shift_.oldest = i->opened;
    if (now - i->opened > kDay) ++shift_.stale;
    if (i->needs_acknowledgement() && i->respond_by > 0 && i->respond_by < now) ++shift_.late;
  }
  std::sort(shift_.shelved.begin(), shift_.shelved.end(),
            [](const Incident* a, const Incident* b) { return a->shelved_until < b->shelved_until; });
}

void IncidentPanel::draw_shift(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Snapshot& s = f.snapshot;
  const UtcNs now = f.input.now;
  p.hairline(r.x, r.y, r.w, t.line);
  pane_head(p, {r.x, r.y + 1, r.w, unit::kHeader}, "Shift"_tr,
            s.incidents.empty() ? "nothing is open"_tr
                                : "nothing is chosen, so here is what waits; Space chooses the first row"_tr);
  const Rect body{r.x, r.y + 41, r.w, r.h - 41};
  p.push_clip(body);
  const bool three = r.w >= 760;
  const float w = std::round((r.w - 2 * unit::kPad - (three ? 2 : 1) * unit::kColumnGap) / (three ? 3.0F : 2.0F));
  const float c1 = r.x + unit::kPad;
  const float c2 = c1 + w + unit::kColumnGap;
  const float c3 = c2 + w + unit::kColumnGap;
  p.upright(c2 - 12, body.y, body.h, t.line);
  if (three) p.upright(c3 - 12, body.y, body.h, t.line);
  const float top = body.y + 8;

  // What a person should look at next: the longest waiting first, then what returns from the shelf.
  section_head(p, c1, top, w, "Next"_tr,
               d.counts.unacknowledged > 0 ? text_of<"{} wait">(d.counts.unacknowledged) : std::string());
  float y = top + 34;
  sum_shift(d, now);
  int lines = 0;
  for (const Incident* i : shift_.waiting) {
    const Rect at{c1 - 6, y, w + 12, 34};
    const Hit hit = p.hits.add(fmt::format("next/{}", i->id), at);
    if (hit.hovered) p.fill(at, t.bg2, unit::kRadius);
    mark(p, i->priority, c1 + 9, at.mid_y(), 18);
    const float age = p.text(c1 + w, at.mid_y(), duration(now - i->opened), Face::mono_s, t.t2, Align::right);
    p.text(c1 + 28, at.mid_y(), i->title, Face::m, t.t1, Align::left, w - 40 - age);
    p.hairline(c1, at.bottom(), w, t.line);
    if (hit.clicked) {
      f.selection.incident = i->id;
      d.reveal = i->id;
    }
    y += 35;
    ++lines;
  }
  for (const Incident* i : shift_.shelved) {
    if (lines >= 8 || y + 34 > body.bottom()) break;
    const float mid = y + 17;
    const float at = p.text(c1, mid, f.time.minutes(i->shelved_until), Face::mono_m, t.t2) + 12;
    icon(p, Icon::clock, c1 + at + 7, mid, 14, t.t2);
    p.text(c1 + at + 22, mid, text_of<"{} returns">(i->title), Face::m, t.t1, Align::left, w - at - 24);
    p.hairline(c1, y + 34, w, t.line);
    y += 35;
    ++lines;
  }
  if (lines == 0) p.text(c1, y + 12, "Nobody waits, and nothing is shelved."_tr, Face::s, t.t2, Align::left, w);

  section_head(p, c2, top, w, "Alarm load"_tr, text_of<"{} min">(10));
  y = top + 40;
  p.text(c2, y + 6, count_text(s.alarms_10min), Face::xl_semibold,
         s.alarms_10min > s.alarm_limit ? t.of(Priority::critical).text : t.t1);
  const float number = p.width(count_text(s.alarms_10min), Face::xl_semibold);
  gauge(p, c2 + number + 16, y + 2, w - number - 16, static_cast<float>(s.alarms_10min),
        static_cast<float>(s.alarm_limit), 2);
  y += 34;
  p.hairline(c2, y, w, t.line);
  y += 6;
  const AlarmFigures::Week* const week = s.figures && !s.figures->weeks.empty() ? &s.figures->weeks.front() : nullptr;
  const double flood = week == nullptr ? 0 : week->flood_percent();
  figures(p, c2, y, w,
          {{"Limit before a flood"_tr, count_text(s.alarm_limit), text_of<"target {}">("2"), false},
           {"Not acknowledged"_tr, count_text(d.counts.unacknowledged), "", false},
           {"Past their target"_tr, count_text(shift_.late), text_of<"limit {}">("0"), shift_.late > 0},
           {"Open over 24 h"_tr, count_text(shift_.stale), text_of<"limit {}">("5"), shift_.stale > 5},
           {"In flood this week"_tr, week == nullptr ? std::string("-") : decimal_text(flood, 1) + " %",
            text_of<"limit {}">("1 %"), flood > 1, Priority::medium},
           {"Oldest open"_tr, shift_.oldest > 0 ? duration(now - shift_.oldest) : "none##open"_tr.str(), "", false},
           {"Resolved today"_tr, count_text(s.resolved_today), "", false}});

  if (three) {
    const FeedSum feeds = sum_of(s.agents);
    const TicketSum tickets = sum_of_tickets(s);
    const std::uint64_t missing = feeds.gaps + s.health.ledger_gaps;
    section_head(p, c3, top, w, "Feeds"_tr, missing == 0 ? "nothing is lost"_tr : "numbers are missing"_tr);
    y = top + 34;
    y = figures(
        p, c3, y, w,
        {{"Agents heard"_tr, text_of<"{} of {}">(feeds.live, feeds.known), "", feeds.silent > 0, Priority::medium},
         {"Events stored"_tr, count_text(s.events_total), "", false},
         {"Numbers missing"_tr, count_text(missing), text_of<"limit {}">("0"), missing > 0},
         {"Waiting in spools"_tr, count_text(feeds.spooled), "", false},
         {"Lines refused"_tr, count_text(feeds.refused), "", false},
         {"Not fused yet"_tr,
          count_text(s.health.log_position - std::min(s.health.log_position, s.health.fused_position)), "", false},
         {"Tickets, overdue"_tr, fmt::format("{}, {}", tickets.open, tickets.overdue), "", tickets.overdue > 0,
          Priority::medium}});
    ButtonStyle style;
    if (y + 44 < body.bottom() && button(p, "shift/agents", c3, y + 12, "Show every agent"_tr, style).clicked)
      f.view = View::agents;
  }
  p.pop_clip();
}

}  // namespace wf::ui
