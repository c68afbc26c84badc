#pragma once
#include <imgui.h>

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "console/ui/draw/language.hpp"

namespace wf::ui {

/// Writing that the fonts do not simply have: Chinese, Japanese and Korean get their glyphs when a text needs them
/// (tens of thousands would not fit an atlas), and what has to be shaped or set from the right is not drawn here.
class WantedGlyphs {
 public:
  /// More is not taken: an atlas with so many is some 60 MB.
  static constexpr std::size_t kMost = 1500;

  /// Looks at a text that is about to be drawn. Cheap for what the fonts have.
  void look(std::string_view text) {
    unsigned char most = 0;
    for (const char c : text) most = static_cast<unsigned char>(c) > most ? static_cast<unsigned char>(c) : most;
    if (most >= kFirstLead) look_closely(text);
  }
  /// What to put into the atlas, sorted.
  [[nodiscard]] const std::vector<ImWchar>& cjk() const { return cjk_; }
  /// Something was added since taken() was called.
  [[nodiscard]] bool grew() const { return grew_; }
  void taken() { grew_ = false; }
  /// Name of the first script that was met and is not drawn: "Arabic"; empty: none.
  [[nodiscard]] Text unshaped() const { return unshaped_; }

 private:
  static constexpr unsigned char kFirstLead = 0xD6;  ///< of UTF-8 from U+0580 on
  void look_closely(std::string_view text);
  std::bitset<0x10000> seen_;
  std::vector<ImWchar> cjk_;
  Text unshaped_;
  bool grew_ = false;
};

/// Is this code point of Chinese, Japanese or Korean writing?
[[nodiscard]] bool is_cjk(std::uint32_t code_point);
/// The script of a code point that has to be shaped or set from the right; empty: it has not.
[[nodiscard]] Text unshaped_script(std::uint32_t code_point);

}  // namespace wf::ui
