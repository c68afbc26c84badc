#pragma once
#include <cstdint>

#include "console/model/entity.hpp"
#include "console/model/incident.hpp"
#include "console/model/site.hpp"
#include "console/ui/draw/draw.hpp"

namespace wf::ui {

/// Icons on a grid of 16 with a stroke of 1.5, drawn by lines, at any size.
enum class Icon : std::uint8_t {
  door,
  door_open,
  door_held,
  door_forced,
  reader,
  camera,
  host,
  network,
  person,
  guard,
  shield,
  shield_check,
  pin,
  wall,
  map,
  search,
  layers,
  pulse,
  people,
  report,
  settings,
  sound,
  mute,
  lock,
  unlock,
  note,
  clock,
  notice,
  warning,
  filter,
  coverage,
  heat,
  fit,
  fullscreen,
  check,
  cross,
  plus,
  minus,
  arrow,
  up,
  down,
  right,
  left,
  more,
  dense,
  roomy,
  unplug,
  play,
  link,
  phone,
  controller,
  sensor,
  rules,
  risk,
  globe,
  clipboard,
  pause,
  forward,
  backward,
  contrast,
  still
};
inline constexpr int kIcons = static_cast<int>(Icon::still) + 1;

/// Draws an icon around its middle. `ground` fills what must cover lines behind it (settings' knobs); `stroke` in
/// units of the result, 0: 1.5 on 16.
void icon(Painter& p, Icon which, float cx, float cy, float size, ImU32 color, float stroke = 0);

[[nodiscard]] Icon icon_of(Domain domain);
[[nodiscard]] Icon icon_of(DeviceKind kind);
/// For one line of an incident's why: "door.forced" → the forced door, "access.denied" → the reader…
[[nodiscard]] Icon icon_of_event(std::string_view kind);

/// How a priority mark looks. `open`: filled, nobody has it; `held`: muted with outline, somebody has it;
/// `none`: outline only, for a count of zero.
enum class MarkState : std::uint8_t { open, held, none };

/// Priority as shape, letter and colour: C diamond, H triangle, M circle, L hollow circle. Sizes 30, 24, 18, 12;
/// below 18 the letter is left out and stands beside it (see mark_with_letter).
void mark(Painter& p, Priority priority, float cx, float cy, float size, MarkState state = MarkState::open);
/// A 12-unit mark with its letter beside it, from x; returns the width.
float mark_with_letter(Painter& p, Priority priority, float x, float cy, MarkState state = MarkState::open);

/// Small glyph before a state's name.
void state_glyph(Painter& p, IncidentState state, float cx, float cy, ImU32 color);

/// Width of the coloured edge of an unacknowledged row: C 6, H 4, M 3, L 2.
[[nodiscard]] float edge_width(Priority priority);

}  // namespace wf::ui
