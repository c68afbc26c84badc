#include "console/ui/incident/dispatch_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/time_text.hpp"

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
  static constexpr std::array<Text, Dispatch::kSteps> kWords{"Not received"_tr, "Received"_tr, "En route"_tr,
                                                             "On scene"_tr, "Cleared##dispatch"_tr};
  const bool under_way = i.state == IncidentState::dispatched || i.state == IncidentState::on_scene;
  if (!under_way || i.dispatch.none()) return word_of(i.state);
  return kWords[static_cast<std::size_t>(i.dispatch.step())];
}

std::string dispatch_words(const Incident& i, UtcNs now) {
  if (i.dispatch.none() || i.dispatched_to.empty()) return {};
  const Dispatch::Step step = i.dispatch.step();
  const std::int64_t since = now - i.dispatch.at(step).time;
  return fmt::format("{} {} {}", i.dispatched_to, word_of(step), span(std::max<std::int64_t>(since, 0)));
}

bool at_a_post(const Snapshot& s, std::string_view to) {
  static const Estate kNone;
  return s.posts && std::any_of(s.posts->begin(), s.posts->end(), [&](const GuardPost& post) {
           return sent_to(to, post.user, post.name, s.estate ? *s.estate : kNone);
         });
}

}  // namespace wf::ui
