#include "console/ui/agents/agent_look.hpp"

#include <algorithm>

#include "console/ui/draw/time_text.hpp"

namespace wf::ui {

FeedSum sum_of(const std::vector<AgentState>& agents) {
  FeedSum out;
  for (const AgentState& a : agents) {
    out.gaps += a.gap_events;
    out.given_up += a.given_up_events;
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

std::uint64_t missing_of(const Snapshot& snapshot) {
  return std::max(sum_of(snapshot.agents).gaps, snapshot.health.ledger_gaps);
}

std::string loss_in_words(const Snapshot& snapshot) {
  const std::uint64_t missing = missing_of(snapshot), given_up = sum_of(snapshot.agents).given_up;
  std::string out = missing > 0 ? text_of<"{} missing">(count_text(missing)) : std::string();
  if (given_up > 0) out += (out.empty() ? "" : ", ") + text_of<"{} given up">(count_text(given_up));
  return out.empty() ? "none lost"_tr.str() : out;
}

std::string kept_out_in_words(const AgentState& a, const SiteTime& time, UtcNs now) {
  if (a.kept_out_until <= now || a.health == AgentState::Health::revoked) return {};
  return text_of<"kept out until {} because it flooded">(time.clock(a.kept_out_until));
}

std::string connection_in_words(const AgentState& a) {
  switch (a.health) {
    case AgentState::Health::revoked:
      return "refused: it was revoked"_tr;
    case AgentState::Health::never:
      return "it has not come yet"_tr;
    case AgentState::Health::silent:
      return a.remote.empty() ? "ended"_tr.str() : text_of<"ended; it was from {}">(a.remote);
    case AgentState::Health::live:
    case AgentState::Health::late:
      break;
  }
  return a.remote.empty() ? "connected"_tr.str() : text_of<"connected from {}">(a.remote);
}

std::string key_in_words(const AgentState& a, const SiteTime& time, UtcNs now) {
  if (a.key_since == 0) return "not known"_tr;
  const std::string age = span(std::max<std::int64_t>(now - a.key_since, 0));
  if (a.key_asked) return text_of<"{} old, a new one was asked for">(age);
  if (a.key_due == 0) return text_of<"{} old, changed by hand only">(age);
  if (a.key_due < now) return text_of<"{} old, its change is overdue">(age);
  return text_of<"{} old, changes {}">(age, time.day(a.key_due));
}

std::string lateness_in_words(const AgentState& a) {
  if (a.late_events == 0 && a.old_events == 0) return "all came in time"_tr;
  std::string out = a.late_events > 0 ? text_of<"{} over 15 min late">(count_text(a.late_events)) : std::string();
  if (a.old_events > 0)
    out += (out.empty() ? "" : ", ") + text_of<"{} over 72 h, history only">(count_text(a.old_events));
  return out;
}

Icon agent_icon(std::string_view kind) {
  if (kind == "access") return Icon::door;
  if (kind == "camera") return Icon::camera;
  if (kind == "host") return Icon::host;
  return Icon::network;
}

Text name_of(AgentState::Health health) {
  switch (health) {
    case AgentState::Health::live:
      return "live"_tr;
    case AgentState::Health::late:
      return "late"_tr;
    case AgentState::Health::silent:
      return "silent"_tr;
    case AgentState::Health::revoked:
      return "revoked"_tr;
    case AgentState::Health::never:
      return "never heard"_tr;
  }
  return "unknown"_tr;
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
  if (sources.empty()) return "no source"_tr;
  if (sources.size() == 1) return sources.front().name;
  return plural<"{} source", "{} sources">(sources.size());
}

}  // namespace wf::ui
