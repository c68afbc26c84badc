#include "console/ui/incident/target.hpp"

#include <algorithm>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/time_text.hpp"

namespace wf::ui {

MarkState mark_state(const Incident& i) { return i.needs_acknowledgement() ? MarkState::open : MarkState::held; }

Target target_of(const Incident& i, UtcNs now, const Tokens& t) {
  Target out;
  out.ink = t.t2;
  out.word_ink = t.t3;
  out.ring.priority = i.priority;
  if (i.state == IncidentState::resolved) {
    out.word = "resolved"_tr;
    out.ring.met = true;
    return out;
  }
  if (i.state == IncidentState::shelved) {
    out.has_ring = false;
    out.time = i.shelved_until > 0 ? duration(i.shelved_until - now) : std::string();
    out.word = i.shelf_until_clear ? "or clears"_tr : i.shelved_until > 0 ? "returns in"_tr : "until it clears"_tr;
    return out;
  }
  if (i.needs_acknowledgement()) {
    if (i.respond_by == 0) {
      out.has_ring = false;
      out.word = "no target"_tr;
      return out;
    }
    const std::int64_t left = i.respond_by - now;
    if (left < 0) {
      out.time = "+" + duration(-left);
      out.word = "ack late"_tr;
      out.ring.late = true;
      out.ink = out.word_ink = t.of(Priority::critical).text;
      return out;
    }
    const std::int64_t all = std::max<std::int64_t>(1, i.respond_by - i.opened);
    out.time = duration(left + kSecond - 1);  // age and what is left add up to the target
    out.word = "to ack"_tr;
    out.ring.share = std::clamp(static_cast<float>(left) / static_cast<float>(all), 0.0F, 1.0F);
    out.ring.hot = out.ring.share < 0.4F;
    out.ink = out.ring.hot ? t.of(i.priority).text : t.t1;
    return out;
  }
  if (i.dispatch.active() && i.dispatch.due != 0) {
    // Whoever was sent has a time too.
    static constexpr Text kNext[] = {"receive"_tr, "set off"_tr, "arrive"_tr, "report"_tr, Text()};
    const Dispatch::Step step = i.dispatch.step();
    const std::int64_t left = i.dispatch.due - now;
    out.word = kNext[static_cast<std::size_t>(step)];
    if (left < 0) {
      out.time = "+" + duration(-left);
      out.ring.late = true;
      out.ink = out.word_ink = t.of(Priority::critical).text;
      return out;
    }
    const std::int64_t all = std::max<std::int64_t>(1, i.dispatch.due - i.dispatch.at(step).time);
    out.time = duration(left + kSecond - 1);
    out.ring.share = std::clamp(static_cast<float>(left) / static_cast<float>(all), 0.0F, 1.0F);
    out.ring.hot = out.ring.share < 0.4F;
    out.ink = t.t1;
    return out;
  }
  out.ring.met = true;
  if (i.acknowledged_at > 0) out.time = duration(i.acknowledged_at - i.opened);
  const bool late = i.respond_by > 0 && i.acknowledged_at > i.respond_by;
  out.word = late ? "was late"_tr : i.acknowledged_at > 0 && i.respond_by > 0 ? "met"_tr : "acknowledged"_tr;
  return out;
}

}  // namespace wf::ui
