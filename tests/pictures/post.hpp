#pragma once
#include <functional>
#include <memory>

#include "tests/support/sample_snapshot.hpp"

/// What the pictures of a guard's post, and of dispatches on the wall, show.
namespace wf::pictures {

using Step = Dispatch::Step;

inline void change(Snapshot& s, std::uint64_t id, const std::function<void(Incident&)>& how) {
  for (auto& i : s.incidents)
    if (i->id == id) {
      auto copy = std::make_shared<Incident>(*i);
      how(*copy);
      i = copy;
    }
}

/// On scene in a drill, and the other dispatch is done.
inline std::shared_ptr<Snapshot> arrived() {
  auto s = sample::post();
  change(*s, 2417, [](Incident& i) {
    i.drill = true;
    i.state = IncidentState::on_scene;
    for (const Step step : {Step::received, Step::en_route, Step::arrived})
      i.dispatch.at(step) = {sample::kNow - (20 - static_cast<int>(step)) * kSecond, "gsilva"};
    i.dispatch.due = sample::kNow + 29 * kMinute;
  });
  change(*s, 2415, [](Incident& i) { i.dispatch.at(Step::cleared) = {sample::kNow - kMinute, "gsilva"}; });
  return s;
}

/// The control room, where nobody received a dispatch and no post would show it.
inline std::shared_ptr<Snapshot> unheard() {
  auto s = sample::post();
  change(*s, 2417, [](Incident& i) {
    i.dispatched_to = "T. Novak";
    i.dispatch.at(Step::sent).time -= kMinute;
    i.dispatch.due -= kMinute;
    i.dispatch.overdue = true;
    i.last_change = "Not received";
    i.log.push_back({sample::kNow - 22 * kSecond, "Engine", "T. Novak has not received it, after 1 min"});
  });
  s->user = "M. Okafor";
  s->role = "Operator";
  return s;
}

/// The control room, with two posts connected.
inline std::shared_ptr<Snapshot> with_posts() {
  auto s = sample::night();
  s->posts = sample::post()->posts;
  return s;
}

inline std::shared_ptr<Snapshot> panicking() {
  auto s = sample::post();
  auto i = std::make_shared<Incident>(
      sample::incident(2418, Priority::critical, "Panic: G. Silva", {"Gate 3"}, IncidentState::fresh, "", 4));
  i->rule_id = "panic";
  i->life_safety = true;
  s->incidents.insert(s->incidents.begin(), i);
  return s;
}

/// Nobody has received it, and its time is over.
inline std::shared_ptr<Snapshot> fresh() {
  auto s = sample::post();
  change(*s, 2415, [](Incident& i) { i.dispatched_to = "T. Novak"; });
  change(*s, 2417, [](Incident& i) {
    i.dispatch.due -= kMinute;
    i.dispatch.overdue = true;
  });
  return s;
}

/// A third and a fourth dispatch.
inline std::shared_ptr<Snapshot> crowded() {
  auto s = sample::post();
  for (const std::uint64_t id : {2414U, 2413U})
    change(*s, id, [](Incident& i) {
      i.state = IncidentState::dispatched;
      i.acknowledged_revision = i.revision;
      i.dispatched_to = "G. Silva";
      i.dispatch.at(Step::sent) = {sample::kNow - 5 * kSecond, "M. Okafor"};
      i.dispatch.due = sample::kNow + 55 * kSecond;
    });
  return s;
}

}  // namespace wf::pictures
