#pragma once
#include <string>
#include <string_view>

#include "console/model/incident.hpp"
#include "console/ui/draw/theme.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {

/// How an incident stands against its response target: a time, a word, a ring.
struct Target {
  std::string time;
  std::string_view word;
  RingState ring;
  ImU32 ink = 0, word_ink = 0;
  bool has_ring = true;
};
[[nodiscard]] Target target_of(const Incident& i, UtcNs now, const Tokens& t);

/// The state's name, or what was asked and is not answered yet.
[[nodiscard]] MarkState mark_state(const Incident& i);

}  // namespace wf::ui
