#include "console/ui/same_picture.hpp"

#include <algorithm>

namespace wf::ui {
namespace {

std::uint64_t not_fused(const EngineHealth& h) { return h.log_position - std::min(h.log_position, h.fused_position); }

/// Takes over what changes without anything happening and is not seen, or seen in minutes, which go on with the
/// minute's own frame. Everything else that a snapshot has, and will have, counts.
void overlook(const AgentState& shown, AgentState& next) {
  next.last_heard = shown.last_heard;
  next.clock_skew = shown.clock_skew;
  next.report.spool_bytes = shown.report.spool_bytes;
  next.report.resident_bytes = shown.report.resident_bytes;
  if (next.events == shown.events) {  // its curve only moves on
    next.recent = shown.recent;
    next.per_minute = shown.per_minute;
  }
  for (std::size_t i = 0; i < next.report.sources.size() && i < shown.report.sources.size(); ++i)
    next.report.sources[i].read = shown.report.sources[i].read;
}

/// They are made anew every minute, whether anything came or not; what is seen of the time that was counted goes on
/// with the minute's own frame.
bool same_figures(const AlarmFigures& shown, const AlarmFigures& next) {
  if (shown.weeks.size() != next.weeks.size()) return false;
  AlarmFigures same = next;
  for (std::size_t i = 0; i < same.weeks.size(); ++i) same.weeks[i].counted = shown.weeks[i].counted;
  return same == shown;
}

}  // namespace

bool same_picture(const Snapshot& shown, const Snapshot& next, View view) {
  if (&shown == &next) return true;
  // The agents' view tells when each was heard, to the second.
  if (view == View::agents || view == View::gallery) return false;
  if (shown.incidents != next.incidents || shown.events_total != next.events_total ||
      shown.agents.size() != next.agents.size() || (shown.version == 0) != (next.version == 0))
    return false;
  Snapshot same = next;
  same.version = shown.version;
  same.now = shown.now;
  same.clock_offset = shown.clock_offset;
  EngineHealth& h = same.health;
  if (not_fused(h) == not_fused(shown.health)) {
    h.log_position = shown.health.log_position;
    h.fused_position = shown.health.fused_position;
  }
  if (h.ledger_checked != 0 && shown.health.ledger_checked != 0) h.ledger_checked = shown.health.ledger_checked;
  h.queue_depth = shown.health.queue_depth;
  if (same.figures && shown.figures && same.figures != shown.figures && same_figures(*shown.figures, *same.figures))
    same.figures = shown.figures;
  // Without a new event the histogram only moves on, and a bar only leaves it.
  same.histogram = shown.histogram;
  same.bars = shown.bars;
  for (std::size_t i = 0; i < same.agents.size(); ++i) overlook(shown.agents[i], same.agents[i]);
  return same == shown;
}

}  // namespace wf::ui
