#include "console/ui/agent_look.hpp"

#include <algorithm>

#include "console/ui/time_text.hpp"

namespace wf::ui {

FeedSum sum_of(const std::vector<AgentState>& agents) {
  FeedSum out;
  for (const AgentState& a : agents) {
    out.gaps += a.gap_events;
    out.spooled += a.report.spooled;
    for (const SourceStatus& s : a.report.sources) out.refused += s.refused;
    out.last_event = std::max(out.last_event, last_event_of(a));
    if (a.health == AgentState::Health::revoked) continue;
    ++out.known;
    if (a.health == AgentState::Health::live) ++out.live;
    if (a.health == AgentState::Health::silent || a.health == AgentState::Health::late) ++out.silent;
  }
  return out;
}

Icon agent_icon(std::string_view kind) {
  if (kind == "access") return Icon::door;
  if (kind == "camera") return Icon::camera;
  if (kind == "host") return Icon::host;
  return Icon::network;
}

std::string_view name_of(AgentState::Health health) {
  switch (health) {
    case AgentState::Health::live:
      return "live";
    case AgentState::Health::late:
      return "late";
    case AgentState::Health::silent:
      return "silent";
    case AgentState::Health::revoked:
      return "revoked";
    case AgentState::Health::never:
      return "never heard";
  }
  return "unknown";
}

void health_dot(Painter& p, AgentState::Health health, float cx, float cy) {
  switch (health) {
    case AgentState::Health::live:
      p.circle(cx, cy, 3.5F, p.t.t1);
      break;
    case AgentState::Health::late:
    case AgentState::Health::silent:
      mark(p, Priority::medium, cx, cy, 12, MarkState::held);
      break;
    case AgentState::Health::revoked:
    case AgentState::Health::never:
      p.circle_line(cx, cy, 3.5F, p.t.t3, 1.25F);
      break;
  }
}

UtcNs last_event_of(const AgentState& a) {
  UtcNs out = 0;
  for (const SourceStatus& s : a.report.sources) out = std::max(out, s.last_event);
  return out > 0 ? out : a.last_heard;
}

std::string agent_summary(const AgentState& a) {
  const auto& sources = a.report.sources;
  if (sources.empty()) return "no source";
  if (sources.size() == 1) return sources.front().name;
  return plural(sources.size(), "source", "sources");
}

}  // namespace wf::ui
