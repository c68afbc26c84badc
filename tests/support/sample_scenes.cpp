// The sample night as a guard's post sees it, and with its plan in hand.
#include "tests/support/sample_snapshot.hpp"

namespace wf::sample {

using S = IncidentState;

namespace {

void sit_at_post(Snapshot& s) {
  s.user = "gsilva";
  s.role = "Guard";
  s.seat = "gate-3";
  s.posts = std::make_shared<const std::vector<GuardPost>>(
      std::vector<GuardPost>{{"gsilva", "Guard", "Gate 3", "gate-3"}, {"lmaes", "Guard", "", "antwerp-pc"}});
}

}  // namespace

std::shared_ptr<Snapshot> post() {
  auto s = night();
  sit_at_post(*s);
  using Step = Dispatch::Step;
  for (auto& p : s->incidents) {
    if (p->id != 2417 && p->id != 2415) continue;
    auto i = std::make_shared<Incident>(*p);
    const UtcNs sent = kNow - (i->id == 2417 ? 22 : 250) * kSecond;
    i->state = S::dispatched;
    i->acknowledged_revision = i->revision;
    i->acknowledged_at = sent;
    i->owner = "M. Okafor";
    i->dispatched_to = i->id == 2417 ? "Gate 3" : "G. Silva";
    i->dispatch.at(Step::sent) = {sent, "M. Okafor"};
    i->dispatch.due = sent + kMinute;
    if (i->id == 2415) {
      i->dispatch.at(Step::received) = {sent + 20 * kSecond, "gsilva"};
      i->dispatch.at(Step::en_route) = {sent + 70 * kSecond, "gsilva"};
      i->dispatch.due = sent + 70 * kSecond + 10 * kMinute;
      i->last_change = "G. Silva en route";
    }
    p = i;
  }
  return s;
}

std::shared_ptr<Snapshot> idle_post() {
  auto s = quiet();
  sit_at_post(*s);
  return s;
}

std::shared_ptr<Snapshot> in_hand() {
  auto s = night();
  auto i = std::make_shared<Incident>(*s->incidents.front());
  i->opened = i->first = kNow - 6 * kMinute;
  i->state = IncidentState::acknowledged;
  i->acknowledged_revision = i->revision;
  i->acknowledged_at = kNow - 5 * kMinute;
  i->owner = "M. Okafor";
  std::erase_if(i->plan, [](const PlanStep& step) { return step.text == "Acknowledge"; });
  for (PlanStep& step : i->plan) step.due = kNow - 6 * kMinute + step.within;
  i->plan[1].skipped = true;
  i->plan[1].actor = "M. Okafor";
  i->plan[1].time = kNow - 4 * kMinute;
  i->plan[1].reason = "Both guards are at the fire panel";
  i->plan[2].overdue = true;
  i->skips_told = "Supervisor";
  i->last_change = "Step overdue";
  ++i->revision;
  s->incidents.front() = i;
  return s;
}

}  // namespace wf::sample
