#include "console/ui/writing_notice.hpp"

#include <utility>

namespace wf::ui {

void WritingNotice::tell(const WantedGlyphs& wanted, bool cjk_font, Desk& d, FrameOutput& out, double at) {
  if (!wanted.cjk().empty() && !cjk_font && !std::exchange(told_cjk_, true)) {
    out.remarks.emplace_back(
        "fonts: Chinese, Japanese and Korean writing is shown as boxes; install fonts-noto-cjk, or name a folder with "
        "such a font in WATCHFLOOR_FONTS, and start again");
    d.toast(Toast::Kind::notice, "Chinese, Japanese and Korean are shown as boxes"_tr,
            text_of<"Install {} and start again">("fonts-noto-cjk"), at);
  }
  if (!wanted.unshaped().empty() && !std::exchange(told_unshaped_, true)) {
    out.remarks.push_back(fmt::format(
        "fonts: {} writing is shown as boxes: what is set from the right or shaped by its neighbours is not drawn; the "
        "record keeps it whole",
        wanted.unshaped().english()));
    d.toast(Toast::Kind::notice, text_of<"{} writing is shown as boxes">(wanted.unshaped()),
            "It cannot be drawn here; the record keeps it whole"_tr, at);
  }
}

}  // namespace wf::ui
