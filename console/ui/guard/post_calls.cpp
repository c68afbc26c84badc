#include "console/ui/guard/post_calls.hpp"

#include <algorithm>

#include "console/ui/incident/dispatch_text.hpp"

namespace wf::ui {

std::shared_ptr<const Snapshot> PostCalls::of(const std::shared_ptr<const Snapshot>& snapshot) {
  if (snapshot == from_ && calls_) return calls_;
  from_ = snapshot;
  auto out = std::make_shared<Snapshot>();
  out->version = snapshot->version;
  out->now = snapshot->now;
  static const Estate kNone;
  const Estate& estate = snapshot->estate ? *snapshot->estate : kNone;
  for (const auto& i : snapshot->incidents) {
    if (!dispatched(*i) || step_of(*i) != Dispatch::Step::sent) continue;
    if (!sent_to(i->dispatched_to, snapshot->user, post_, estate)) continue;
    auto call = std::make_shared<Incident>(*i);
    call->state = IncidentState::fresh;
    call->acknowledged_revision = 0;
    call->priority = std::max(i->priority, Priority::high);
    call->respond_by = i->dispatch.at(Dispatch::Step::sent).time;
    call->escalated_to = i->dispatch.overdue ? "late" : "";
    out->incidents.push_back(std::move(call));
  }
  return calls_ = std::move(out);
}

}  // namespace wf::ui
