#pragma once
#include <imgui.h>

#include <array>
#include <cstdint>

#include "console/model/entity.hpp"
#include "console/ui/draw/look.hpp"

namespace wf::ui {

/// A colour from 0xRRGGBB and an opacity 0…1.
constexpr ImU32 rgb(std::uint32_t hex, float alpha = 1.0F) {
  return IM_COL32((hex >> 16U) & 0xFFU, (hex >> 8U) & 0xFFU, hex & 0xFFU, static_cast<int>(alpha * 255.0F + 0.5F));
}
/// The same colour with its opacity multiplied by `alpha`.
ImU32 faded(ImU32 color, float alpha);
/// Between a (t = 0) and b (t = 1).
ImU32 mixed(ImU32 a, ImU32 b, float t);

/// The colours of one priority. Text never takes `fill`.
struct PriorityColors {
  ImU32 fill, ink, text, edge, mute, dim, tint, tint2;
};

/// The colours of the site map.
struct MapColors {
  ImU32 outside, ground, road, marking, wall, outer, corridor, office, meeting, lab, technical, secure, storage, stairs,
      amenity, void_, fixture, door, cone, device, guard;
  ImU32 path, path_casing;  ///< the selected incident's way, in time order
  float cone_alpha;
};

/// Every colour of one theme, under the name that the design's token table gives it.
struct Tokens {
  bool dark;
  ImU32 bg0, bg1, bg2, bg3, bg4, line, line2, t1, t2, t3, dis, acc, acc_bg;
  ImU32 input;  ///< ground of a text field
  ImU32 prim, prim_ink, prim_key, prim_key_line, prim_hover;
  ImU32 spark, spark_hi, hatch;
  ImU32 mode, mode_ink, mode_stripe;  ///< flood bar
  ImU32 past, past_bg, shadow;
  float shadow_alpha;
  std::array<PriorityColors, 4> priorities;  ///< indexed by Priority
  MapColors map;

  [[nodiscard]] const PriorityColors& of(Priority p) const { return priorities[static_cast<std::size_t>(p) & 3U]; }
};

[[nodiscard]] const Tokens& tokens(Theme theme);

/// WCAG contrast ratio of two opaque colours, 1…21.
[[nodiscard]] float contrast(ImU32 a, ImU32 b);

/// Measures in units: one unit is a pixel at 100 % (font height 16). Painter multiplies by the scale.
namespace unit {
inline constexpr float kTopBar = 48, kRail = 48, kHeader = 40, kChips = 40, kColumns = 28, kRow = 56, kCompactRow = 40,
                       kFoldedRow = 32, kTableRow = 28, kNewcomers = 32, kFlood = 56, kFooter = 32, kButton = 28,
                       kChip = 24, kBadge = 20, kKey = 18, kStep = 24, kPanelHeader = 84, kStrip = 132, kSlimStrip = 64;
inline constexpr float kPad = 16, kGap = 8, kColumnGap = 24, kButtonPad = 12, kChipPad = 10;
inline constexpr float kRadius = 4, kSmallRadius = 3;
}  // namespace unit

/// Seconds.
namespace motion {
inline constexpr double kSelect = 0.08, kFit = 0.2, kToastIn = 0.12, kToastOut = 0.2, kToastStays = 6.0, kRing = 1.6,
                        kBeat = 0.12, kHold = 2.0, kPanic = 1.0;
}  // namespace motion

}  // namespace wf::ui
