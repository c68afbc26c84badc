// Chinese, Japanese and Korean from whatever font of theirs is installed.
#include "console/ui/draw/fonts.hpp"

#include "console/shell/shell.hpp"
#include "tests/support/catch.hpp"

using namespace wf;

TEST_CASE("What a text in Chinese or Japanese needs comes from the installed font, and nothing else of it") {
  std::string missing;
  const ui::FontFiles files = shell::find_fonts(missing);
  if (files.cjk.empty() || files.inter_regular.empty()) {
    WARN("no font for Chinese, Japanese and Korean is installed (fonts-noto-cjk): its glyphs were not looked up");
    return;
  }
  ui::WantedGlyphs wanted;
  wanted.look("機房 サーバー");  // Korean only Noto has
  ImFontAtlas atlas;
  const ui::Fonts first = ui::build_fonts(atlas, files, 16, &wanted);
  REQUIRE(first.cjk);
  CHECK_FALSE(wanted.grew());
  for (const ui::Face face : {ui::Face::s, ui::Face::m_semibold, ui::Face::mono_m, ui::Face::sign}) {
    for (const ImWchar c : wanted.cjk()) CHECK(first[face]->FindGlyphNoFallback(c) != nullptr);
    CHECK(first[face]->FindGlyphNoFallback(0x9580) == nullptr);  // 門: nobody wrote it yet
  }
  wanted.look("門");
  const ui::Fonts second = ui::build_fonts(atlas, files, 16, &wanted, &first);
  CHECK(second[ui::Face::m]->FindGlyphNoFallback(0x9580) != nullptr);
  CHECK(second.cjk_file == first.cjk_file);  // read once
}
