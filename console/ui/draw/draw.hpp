#pragma once
#include <imgui.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/draw/fonts.hpp"
#include "console/ui/draw/hits.hpp"
#include "console/ui/draw/theme.hpp"

namespace wf::ui {

enum class Align : std::uint8_t { left, center, right };

/// What was written where, for the tests that look for texts that touch each other.
struct WrittenText {
  std::string text;
  Rect rect;         ///< from the capitals' top to the baseline
  bool cut = false;  ///< it ended in …
};

/// A draw list with our measures. All coordinates are units: pixels at 100 % (font height 16); the painter
/// multiplies by the scale, and sets rectangles and texts on whole pixels. Texts are placed by the middle of their
/// capitals. Lives for one frame.
class Painter {
 public:
  Painter(ImDrawList& list, const Tokens& tokens, const Fonts& fonts, Hits& hits)
      : list_(&list), t(tokens), fonts_(fonts), hits(hits), k_(fonts.font_height / 16.0F) {}

  // Text. Returns the width that was used, in units. `max` > 0: longer text ends in ….
  float text(float x, float mid, std::string_view s, Face face, ImU32 color, Align align = Align::left, float max = 0);
  [[nodiscard]] float width(std::string_view s, Face face) const;
  /// Breaks into at most `lines` lines of `max` width; the last one ends in … when there is more. Returns lines used.
  int paragraph(float x, float first_mid, float line_height, float max, int lines, std::string_view s, Face face,
                ImU32 color);
  /// How many lines a paragraph would use.
  [[nodiscard]] int lines(float max, int most, std::string_view s, Face face) const;

  // Shapes.
  void fill(const Rect& r, ImU32 color, float radius = 0);
  void stroke(const Rect& r, ImU32 color, float thickness = 1, float radius = 0);  ///< inside the rectangle
  void dashed(const Rect& r, ImU32 color, float thickness = 1, float dash = 3, float gap = 2);
  void hairline(float x, float y, float w, ImU32 color);
  void upright(float x, float y, float h, ImU32 color);
  void line(float x0, float y0, float x1, float y1, ImU32 color, float thickness = 1);
  void dashed_line(float x0, float y0, float x1, float y1, ImU32 color, float thickness = 1, float dash = 3,
                   float gap = 3);
  void circle(float x, float y, float r, ImU32 color);
  void circle_line(float x, float y, float r, ImU32 color, float thickness = 1);
  /// Clockwise from a0 to a1, radians, 0 is east.
  void arc(float x, float y, float r, float a0, float a1, ImU32 color, float thickness, bool round_caps = false);
  void polygon(std::initializer_list<ImVec2> points, ImU32 color);  ///< convex, any winding
  void polyline(std::initializer_list<ImVec2> points, ImU32 color, float thickness, bool closed = false);
  /// Slanted lines, clipped to the rectangle.
  void hatch(const Rect& r, ImU32 color, float step = 8, float thickness = 1);
  /// The stripes of far-reaching buttons, clipped.
  void hazard(const Rect& r);
  /// A picture that fills the rectangle.
  void image(const Rect& r, ImTextureID texture);
  /// A pane that floats: shadow, ground, border.
  void float_box(const Rect& r, ImU32 ground, ImU32 border);

  void push_clip(const Rect& r);  ///< of drawing and of hits
  void pop_clip();

  [[nodiscard]] float scale() const { return k_; }
  [[nodiscard]] float px(float units) const { return units * k_; }
  [[nodiscard]] float snap(float units) const;  ///< to pixels, on a whole one
  [[nodiscard]] ImVec2 at(float x, float y) const { return {x * k_, y * k_}; }
  [[nodiscard]] ImDrawList& list() { return *list_; }
  [[nodiscard]] const Fonts& fonts() const { return fonts_; }
  /// Tests set it to collect every text.
  std::vector<WrittenText>* written = nullptr;

 private:
  ImDrawList* list_;

 public:
  const Tokens& t;

 private:
  const Fonts& fonts_;

 public:
  Hits& hits;

 private:
  float k_;
};

}  // namespace wf::ui
