#include <cstdio>
#include <fstream>
#include <iterator>

#include "console/site/base_map.hpp"
#include "tests/pictures/goldens.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::pictures;

namespace {

const std::filesystem::path kGoldens = std::filesystem::path(WF_SOURCE_DIR) / "tests/golden/pictures";
/// Blocks of a picture that may differ: a line that another rasteriser puts a pixel aside.
constexpr double kMostDiffer = 0.004;

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::shared_ptr<const BaseMap> base_map() {
  std::vector<std::string> problems;
  return std::make_shared<const BaseMap>(site::load_base_map(site::installed_base_map(), problems));
}

/// Why nothing can be compared here; empty: it can.
std::string not_here() {
  if (read(kGoldens / "fonts.txt") != fonts_here()) return "the goldens are of other fonts (Debian 12's)";
  if (base_map()->empty()) return "no coastlines: package python-cartopy-data is not installed";
  const Result<Drawn> drawn = render(all_scenes().front(), ui::Theme::dark, 320, 240, 1, nullptr);
  return drawn ? std::string() : drawn.error().text();
}

}  // namespace

TEST_CASE("each view looks as its golden, dark and light") {
  if (const std::string why = not_here(); !why.empty()) {
    std::printf("pictures: not compared: %s\n", why.c_str());
    return;
  }
  const auto map = base_map();
  std::size_t compared = 0;
  for (const Scene& scene : all_scenes()) {
    if (!kept_as_picture(scene)) continue;
    for (const ui::Theme theme : {ui::Theme::dark, ui::Theme::light}) {
      const std::string name = name_of(scene, theme, 1920, 1080) + ".png";
      const Result<Small> golden = read_png(kGoldens / name);
      if (!golden) FAIL_CHECK(golden.error().text());
      const Result<Drawn> drawn = render(scene, theme, 1920, 1080, 1, map);
      REQUIRE(drawn.ok());
      CHECK(drawn->missing.empty());
      if (!golden) continue;
      const Small now = quarter(*drawn);
      REQUIRE(now.width == golden->width);
      REQUIRE(now.height == golden->height);
      const Difference d = compare(now, *golden);
      const auto actual = std::filesystem::path(WF_BIN_DIR).parent_path() / ("differs-" + name);
      if (static_cast<double>(d.differ) > kMostDiffer * static_cast<double>(d.blocks)) {
        (void)write_png(actual.string(), drawn->width, drawn->height, drawn->pixels);
        FAIL_CHECK(name << ": " << d.differ << " of " << d.blocks << " blocks differ, most at " << d.x << ", " << d.y
                        << "; look at " << actual.string() << ", and if it is right, ./dev goldens");
      }
      ++compared;
    }
  }
  CHECK(compared >= 20);
}

TEST_CASE("what each scene says at 1366 x 768 is what it said, and is cut where it was") {
  if (const std::string why = not_here(); !why.empty()) {
    std::printf("pictures: texts not compared: %s\n", why.c_str());
    return;
  }
  const auto map = base_map();
  for (const Scene& scene : all_scenes()) {
    const Result<Drawn> drawn = render(scene, ui::Theme::dark, 1366, 768, 1, map);
    REQUIRE(drawn.ok());
    INFO(scene.name);
    CHECK(texts_of(*drawn) == read(kGoldens / (std::string(scene.name) + ".txt")));
  }
}

TEST_CASE("a text that moved by its own height, or another colour of a chip, is a difference") {
  Drawn plain{320, 160, std::vector<unsigned char>(320 * 160 * 3, 20), {}, {}};
  const auto with_bar = [&](int top) {
    Drawn out = plain;
    for (int y = top; y < top + 12; ++y)
      for (int x = 40; x < 200; x += 2)
        for (int c = 0; c < 3; ++c) out.pixels[static_cast<std::size_t>((y * 320 + x) * 3 + c)] = 220;
    return quarter(out);
  };
  CHECK(compare(with_bar(40), with_bar(40)).differ == 0);
  CHECK(compare(with_bar(40), with_bar(52)).differ >= 5);
  CHECK(compare(with_bar(40), quarter(plain)).differ >= 5);
}
