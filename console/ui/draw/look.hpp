#pragma once
#include <cstdint>
#include <string>

namespace wf::ui {

enum class Theme : std::uint8_t { dark, light };

/// Where the fonts lie; an empty path means that ImGui's own font stands in.
struct FontFiles {
  std::string inter_regular, inter_medium, inter_semibold, mono_regular, mono_medium;
  std::string cjk;   ///< for Chinese, Japanese and Korean, read when a text needs it; empty: there is none
  int cjk_face = 0;  ///< which face of a collection
};

}  // namespace wf::ui
