// Writing that the fonts have, get when a text needs it, or do not draw.
#include "console/ui/draw/glyphs.hpp"

#include <algorithm>
#include <utility>

#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

std::shared_ptr<Snapshot> titled(const std::string& title) {
  auto s = sample::night();
  auto i = std::make_shared<Incident>(*s->incidents[0]);
  i->title = title;
  s->incidents[0] = i;
  return s;
}

}  // namespace

TEST_CASE("Latin, Greek and Cyrillic want nothing") {
  WantedGlyphs wanted;
  for (const char* text : {"Serverraum aufgebrochen: Tür", "Größe, Łódź, Đorđe, Việt", "Αίθουσα διακομιστών",
                           "Серверная", "", "broken \xC3 and \xE4\xBD"})
    wanted.look(text);
  CHECK(wanted.cjk().empty());
  CHECK(wanted.unshaped().empty());
  CHECK_FALSE(wanted.grew());
}

TEST_CASE("Chinese, Japanese and Korean want their glyphs, each once and in order") {
  WantedGlyphs wanted;
  wanted.look("機房 3");
  CHECK(wanted.grew());
  wanted.taken();
  wanted.look("機房");
  CHECK_FALSE(wanted.grew());
  wanted.look("サーバー室 서버실");
  CHECK(wanted.grew());
  CHECK(std::is_sorted(wanted.cjk().begin(), wanted.cjk().end()));
  CHECK(wanted.cjk().size() == 2 + 4 + 3);
  CHECK(wanted.unshaped().empty());
}

TEST_CASE("No more glyphs are taken than an atlas holds") {
  WantedGlyphs wanted;
  std::string text;
  for (std::uint32_t c = 0x4E00; c < 0x4E00 + 4000; ++c) {
    text += static_cast<char>(0xE0U | c >> 12U);
    text += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
    text += static_cast<char>(0x80U | (c & 0x3FU));
  }
  wanted.look(text);
  CHECK(wanted.cjk().size() == WantedGlyphs::kMost);
}

TEST_CASE("What is set from the right or shaped is named") {
  for (const auto& [text, name] : {std::pair{"غرفة الخادم", "Arabic"}, std::pair{"חדר שרתים", "Hebrew"},
                                   std::pair{"सर्वर कक्ष", "Devanagari"}, std::pair{"ห้องเซิร์ฟเวอร์", "Thai"}}) {
    WantedGlyphs wanted;
    wanted.look(text);
    CHECK(wanted.unshaped().view() == name);
    CHECK(wanted.cjk().empty());
  }
}

TEST_CASE("Without a font for it a person and the log are told once what to install") {
  DeskDriver desk(titled("Server room"));
  std::vector<std::string> remarks;
  desk.after = [&](const FrameOutput& out) { remarks.insert(remarks.end(), out.remarks.begin(), out.remarks.end()); };
  desk.frames(2);
  CHECK(remarks.empty());
  desk.show(titled("機房被強行打開"));
  desk.frames(5);
  CHECK_FALSE(desk.console().wants_fonts());
  CHECK(desk.wrote("fonts-noto-cjk"));
  desk.show(titled("別的門"));
  desk.frames(5);
  REQUIRE(remarks.size() == 1);
  CHECK(remarks[0].find("install fonts-noto-cjk") != std::string::npos);
  desk.show(titled("غرفة"));
  desk.frames(3);
  REQUIRE(remarks.size() == 2);
  CHECK(remarks[1].find("Arabic writing is shown as boxes") != std::string::npos);
  CHECK(desk.wrote("Arabic writing is shown as boxes"));
}

TEST_CASE("With a font for it the fonts are built again once, outside a frame, and not again for the same text") {
  FontFiles files = debian_fonts();
  if (files.inter_regular.empty()) {
    WARN("Inter is not installed: building was not tried");
    return;
  }
  // Any font will do: that it lacks the glyph must not be asked for again and again.
  files.cjk = files.inter_regular;
  DeskDriver desk(titled("Server room"));
  desk.console().build_fonts(*ImGui::GetIO().Fonts, files, 16);
  desk.frames(2);
  CHECK_FALSE(desk.console().wants_fonts());
  desk.show(titled("機房被強行打開"));
  desk.frames(2);
  CHECK(desk.console().wants_fonts());
  CHECK(desk.last().redraw_in == Approx(0));
  desk.console().build_fonts(*ImGui::GetIO().Fonts, files, 16);
  desk.frames(3);
  CHECK_FALSE(desk.console().wants_fonts());
  CHECK(desk.last().remarks.empty());
  CHECK_FALSE(desk.wrote("fonts-noto-cjk"));
}

TEST_CASE("Every face that shows words has Latin, Greek and Cyrillic, and a box for what it lacks") {
  const FontFiles files = debian_fonts();
  if (files.inter_regular.empty() || files.mono_regular.empty()) {
    WARN("Inter and JetBrains Mono are not installed: glyphs were not looked up");
    return;
  }
  ImFontAtlas atlas;
  const Fonts fonts = build_fonts(atlas, files, 16);
  for (std::size_t k = 0; k < kFaces; ++k) {
    const auto face = static_cast<Face>(k);
    const ImFont* font = fonts[face];
    INFO("face " << k);
    for (const ImWchar c : std::initializer_list<ImWchar>{0x41, 0xE4, 0x17E})
      CHECK(font->FindGlyphNoFallback(c) != nullptr);
    if (face == Face::clock || face == Face::tiny) continue;  // numbers alone
    for (const ImWchar c : std::initializer_list<ImWchar>{0x3A9, 0x3CE, 0x416, 0x44F, 0x451, 0x491})
      CHECK(font->FindGlyphNoFallback(c) != nullptr);
    CHECK(font->FallbackChar == 0x25A1);
  }
}
