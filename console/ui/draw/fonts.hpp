#pragma once
#include <imgui.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "console/ui/draw/glyphs.hpp"
#include "console/ui/draw/look.hpp"

namespace wf::ui {

/// Every cut of type that the console sets. S .875, M 1, L 1.25, XL 1.75 font heights; signs
/// for what is read from two metres.
enum class Face : std::uint8_t {
  s,
  s_medium,
  s_semibold,
  m,
  m_medium,
  m_semibold,
  l,
  l_semibold,
  xl_semibold,
  mono_s,
  mono_s_medium,
  mono_m,
  mono_m_medium,
  clock,
  tiny,   ///< 600 at .72 font heights: numbers on the map's and the panel's discs
  sign,   ///< 600 at 3.25 font heights: what is read from two metres
  sign_s  ///< 600 at 2.25
};
inline constexpr std::size_t kFaces = 17;

struct Fonts {
  std::array<ImFont*, kFaces> faces{};
  float font_height = 16;
  bool inter = false;  ///< false: ImGui's own font stands in, which knows ASCII only
  bool mono = false;
  bool cjk = false;  ///< the glyphs that were wanted have a font
  /// What Painter finds in texts; null: nobody asks.
  WantedGlyphs* wanted = nullptr;
  /// A big file that several faces share; kept for the next time.
  std::shared_ptr<const std::vector<unsigned char>> cjk_file;

  [[nodiscard]] ImFont* operator[](Face f) const { return faces[static_cast<std::size_t>(f)]; }
};

/// Builds every face into `atlas`, cleared before. Digits come from a source of their own with equal advances,
/// because ImGui knows no tabular figures. A file that is missing or broken is replaced by ImGui's own font. Every face
/// has Latin, Greek and Cyrillic; of `wanted` come the glyphs of the CJK font, where there is one. `before` lends what
/// was read of its files.
[[nodiscard]] Fonts build_fonts(ImFontAtlas& atlas, const FontFiles& files, float font_height,
                                WantedGlyphs* wanted = nullptr, const Fonts* before = nullptr);

/// Height of a face in units.
[[nodiscard]] float size_of(Face face);
[[nodiscard]] bool is_mono(Face face);

}  // namespace wf::ui
