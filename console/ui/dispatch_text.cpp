#include "console/ui/dispatch_text.hpp"

#include <algorithm>
#include <array>

#include "console/ui/time_text.hpp"

namespace wf::ui {

bool dispatched(const Incident& i) {
  if (!i.open() || i.dispatched_to.empty()) return false;
  if (!i.dispatch.none()) return i.dispatch.active();
  return i.state == IncidentState::dispatched || i.state == IncidentState::on_scene;
}

Dispatch::Step step_of(const Incident& i) {
  if (!i.dispatch.none()) return i.dispatch.step();
  return i.state == IncidentState::on_scene ? Dispatch::Step::arrived : Dispatch::Step::sent;
}

std::string_view state_words(const Incident& i) {
  static constexpr std::array<std::string_view, Dispatch::kSteps> kWords{"Not received", "Received", "En route",
                                                                         "On scene", "Cleared"};
  const bool under_way = i.state == IncidentState::dispatched || i.state == IncidentState::on_scene;
  if (!under_way || i.dispatch.none()) return name_of(i.state);
  return kWords[static_cast<std::size_t>(i.dispatch.step())];
}

std::string dispatch_words(const Incident& i, UtcNs now) {
  if (i.dispatch.none() || i.dispatched_to.empty()) return {};
  const Dispatch::Step step = i.dispatch.step();
  const std::int64_t since = now - i.dispatch.at(step).time;
  return i.dispatched_to + " " + std::string(name_of(step)) + " " + span(std::max<std::int64_t>(since, 0));
}

bool at_a_post(const Snapshot& s, std::string_view to) {
  static const Estate kNone;
  return s.posts && std::any_of(s.posts->begin(), s.posts->end(), [&](const GuardPost& post) {
           return sent_to(to, post.user, post.name, s.estate ? *s.estate : kNone);
         });
}

}  // namespace wf::ui
