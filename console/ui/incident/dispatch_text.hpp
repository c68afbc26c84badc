#pragma once
#include <string>
#include <string_view>

#include "console/model/snapshot.hpp"

namespace wf::ui {

/// Is somebody on their way to it, at it, or asked to go?
[[nodiscard]] bool dispatched(const Incident& i);
/// How far whoever was sent is; of an engine that tells no steps what the state says. Precondition: somebody was.
[[nodiscard]] Dispatch::Step step_of(const Incident& i);
/// "Not received", "En route"…: in place of the state's name where somebody is under way; else that name.
[[nodiscard]] std::string_view state_words(const Incident& i);
/// "T. Novak en route 2 min"; empty if nobody was sent.
[[nodiscard]] std::string dispatch_words(const Incident& i, UtcNs now);
/// Does a guard's post that is connected show what `to` is sent to?
[[nodiscard]] bool at_a_post(const Snapshot& s, std::string_view to);

}  // namespace wf::ui
