#pragma once
#include <string_view>

#include "console/ui/desk.hpp"
#include "console/ui/draw/glyphs.hpp"

namespace wf::ui {

/// Says once, to the person and for the log, that some writing is shown as boxes.
class WritingNotice {
 public:
  /// `cjk_font`: there is a font for Chinese, Japanese and Korean.
  void tell(const WantedGlyphs& wanted, bool cjk_font, Desk& d, FrameOutput& out, double at);

 private:
  bool told_cjk_ = false, told_unshaped_ = false;
};

}  // namespace wf::ui
