#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/draw/draw.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/language.hpp"

namespace wf::ui {

/// Forces a look, for the gallery; `automatic` follows the pointer.
enum class Look : std::uint8_t { automatic, hover, down, focus };

enum class ButtonKind : std::uint8_t { normal, primary, ghost, far_reaching };
struct ButtonStyle {
  ButtonKind kind = ButtonKind::normal;
  std::string_view key;  ///< cap at its right end
  const Icon* icon = nullptr;
  bool enabled = true;
  float width = 0;  ///< 0: what it needs
  Look look = Look::automatic;
};
/// 28 high. `name` is its stable name for hits. Returns the hit; `used` gets the width.
Hit button(Painter& p, std::string_view name, float x, float y, std::string_view label, const ButtonStyle& style,
           float* used = nullptr);
[[nodiscard]] float button_width(const Painter& p, std::string_view label, const ButtonStyle& style);

/// A word that is clicked, with its key; its right end is `right`. `used`: the width that it takes there.
Hit word_button(Painter& p, std::string_view name, float right, float mid, std::string_view word, std::string_view key,
                float* used);
/// 28 × 28, an icon alone.
Hit icon_button(Painter& p, std::string_view name, float x, float y, Icon which, bool on = false, float w = 28,
                float h = 28);

struct ChipStyle {
  bool on = false;
  bool enabled = true;
  bool closes = false;   ///< shows a cross
  bool drops = false;    ///< shows a chevron
  bool draft = false;    ///< dashed border
  long long count = -1;  ///< < 0: none
  const Icon* icon = nullptr;
  const Priority* priority = nullptr;
  Look look = Look::automatic;
};
/// 24 high.
Hit chip(Painter& p, std::string_view name, float x, float y, std::string_view label, const ChipStyle& style,
         float* used = nullptr);
[[nodiscard]] float chip_width(const Painter& p, std::string_view label, const ChipStyle& style);

/// A key cap, 18 high, from x; returns its width.
float key_cap(Painter& p, float x, float cy, std::string_view label, ImU32 ink, ImU32 border);
float key_cap(Painter& p, float x, float cy, std::string_view label);
[[nodiscard]] float key_width(const Painter& p, std::string_view label);

enum class BadgeKind : std::uint8_t { plain, outline, strong, drill, stale, past, low, medium, high, critical };
/// 20 high, from x; returns its width.
float badge(Painter& p, float x, float cy, std::string_view label, BadgeKind kind, const Icon* icon = nullptr,
            bool mono = false);
[[nodiscard]] float badge_width(const Painter& p, std::string_view label, const Icon* icon = nullptr,
                                bool mono = false);

/// Time left to a target as a ring.
struct RingState {
  float share = 0;  ///< 0…1 of the time that remains
  bool met = false, late = false;
  bool hot = false;  ///< take the priority's edge
  Priority priority = Priority::low;
};
void ring(Painter& p, float cx, float cy, float radius, const RingState& state, float thickness = 3);

/// 8 high: a rate against its limit.
void gauge(Painter& p, float x, float y, float w, float value, float limit, float target);
/// Bars on a base line; the last `bright` ones are brighter.
void sparkline(Painter& p, const Rect& r, const std::uint32_t* values, std::size_t count, std::size_t bright = 2);
/// Joined buttons of which one is on; returns the clicked one or −1. Their areas are called by `names`, or by the
/// labels where those are no words of a language.
int segments(Painter& p, std::string_view name, float x, float y, const std::vector<std::string_view>& labels, int on,
             float* used = nullptr, const std::vector<std::string_view>& names = {});
/// The same of texts, whose areas keep their English names.
int segments(Painter& p, std::string_view name, float x, float y, std::initializer_list<Text> labels, int on,
             float* used = nullptr);
/// A sliding switch, 28 × 16.
void toggle(Painter& p, float x, float cy, bool on);
/// A box of 14; filled with a check when done, with a dash when it was skipped.
enum class Checked : std::uint8_t { no, yes, skipped };
void check_box(Painter& p, float x, float cy, Checked state);
/// Title bar of a pane: 40 high.
void pane_head(Painter& p, const Rect& r, std::string_view title, std::string_view sub = {});
/// Heading of a section of the panel; `right` stands at its end.
void section_head(Painter& p, float x, float y, float w, std::string_view title, std::string_view right = {});
/// The round number of the panel's and the map's steps.
void number_disc(Painter& p, float cx, float cy, float radius, int number);
/// A thin scroll bar at the right of `view`; returns the wanted offset.
float scroll_bar(Painter& p, std::string_view name, const Rect& view, float content, float offset);

/// A field for one line of text at `r`, with our looks. `focus` asks for the keyboard in this frame. True when
/// Enter was pressed in it.
struct FieldState {
  std::string text;
  bool active = false;      ///< has the keyboard, or is about to; out
  bool to_end = false;      ///< the caret goes behind the text as soon as it has the keyboard
  std::uint64_t about = 0;  ///< another value is another field: what was being written does not go along
};
bool text_field(Painter& p, std::string_view name, const Rect& r, FieldState& field, std::string_view hint, bool focus,
                std::string_view key = {}, Face face = Face::m);

/// A field for many lines of source text, in the fixed face with line numbers; lines are not broken.
struct TextArea {
  std::string text;
  bool frozen = false;  ///< something lies over it: it is drawn and not edited
  bool active = false;  ///< has the keyboard; out
  float scroll = 0;     ///< units; out
};
/// Lines are numbered from `first`; those in `bad`, counted from 1, are marked. `focus` asks for the keyboard. True
/// when the text changed.
bool text_area(Painter& p, std::string_view name, const Rect& r, TextArea& area, std::uint32_t first,
               const std::vector<std::uint32_t>& bad, bool focus);

}  // namespace wf::ui
