#include "tests/pictures/goldens.hpp"

#include <stb_image.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "console/shell/shell.hpp"
#include "console/store/data_directory.hpp"

namespace wf::pictures {

bool kept_as_picture(const Scene& scene) {
  constexpr std::string_view kKept[] = {"wall",  "quiet",  "flood", "plan", "map",     "card",
                                        "world", "agents", "rules", "post", "gallery", "settings"};
  return std::find(std::begin(kKept), std::end(kKept), scene.name) != std::end(kKept);
}

Small quarter(const Drawn& drawn) {
  Small out{drawn.width / 4, drawn.height / 4, {}};
  out.rgb.resize(static_cast<std::size_t>(out.width * out.height) * 3);
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x)
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int dy = 0; dy < 4; ++dy)
          for (int dx = 0; dx < 4; ++dx)
            sum += drawn.pixels[static_cast<std::size_t>(((y * 4 + dy) * drawn.width + x * 4 + dx) * 3 + c)];
        out.rgb[static_cast<std::size_t>((y * out.width + x) * 3 + c)] = static_cast<unsigned char>((sum + 8) / 16);
      }
  return out;
}

Result<Small> read_png(const std::filesystem::path& file) {
  Small out;
  int channels = 0;
  unsigned char* const data = stbi_load(file.c_str(), &out.width, &out.height, &channels, 3);
  if (data == nullptr) return Error{"cannot be read as a picture", file.string(), "./dev goldens writes it"};
  out.rgb.assign(data, data + static_cast<std::size_t>(out.width * out.height) * 3);
  stbi_image_free(data);
  return out;
}

Difference compare(const Small& a, const Small& b) {
  Difference out;
  constexpr int kBlock = Difference::kBlock;
  for (int top = 0; top < a.height; top += kBlock)
    for (int left = 0; left < a.width; left += kBlock) {
      std::array<int, 3> sum{};
      int pixels = 0;
      for (int y = top; y < std::min(top + kBlock, a.height); ++y)
        for (int x = left; x < std::min(left + kBlock, a.width); ++x, ++pixels)
          for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t at = static_cast<std::size_t>((y * a.width + x) * 3) + c;
            sum[c] += std::abs(static_cast<int>(a.rgb[at]) - static_cast<int>(b.rgb[at]));
          }
      const int mean = *std::max_element(sum.begin(), sum.end()) / std::max(pixels, 1);
      ++out.blocks;
      if (mean > Difference::kTolerance) ++out.differ;
      if (mean > out.worst) {
        out.worst = mean;
        out.x = (left + kBlock / 2) * 4;
        out.y = (top + kBlock / 2) * 4;
      }
    }
  return out;
}

std::string texts_of(const Drawn& drawn) {
  std::vector<const ui::WrittenText*> order;
  for (const ui::WrittenText& text : drawn.texts)
    if (!text.text.empty()) order.push_back(&text);
  std::stable_sort(order.begin(), order.end(), [](const ui::WrittenText* a, const ui::WrittenText* b) {
    const long row_a = std::lround(a->rect.mid_y() / 4), row_b = std::lround(b->rect.mid_y() / 4);
    return row_a != row_b ? row_a < row_b : a->rect.x < b->rect.x;
  });
  std::string out;
  for (const ui::WrittenText* text : order) {
    out += text->text;
    if (text->cut) out += " …";
    out += '\n';
  }
  return out;
}

std::string fonts_here() {
  std::string missing;
  const ui::FontFiles files = shell::find_fonts(missing);
  std::string out;
  for (const std::string& file :
       {files.inter_regular, files.inter_medium, files.inter_semibold, files.mono_regular, files.mono_medium}) {
    const Result<std::string> hash = store::hash_file(file);
    out += std::filesystem::path(file).filename().string() + " " + (hash ? *hash : std::string("absent")) + "\n";
  }
  return out;
}

Result<void> write_goldens(const std::filesystem::path& folder, const std::shared_ptr<const BaseMap>& base_map) {
  std::error_code failed;
  std::filesystem::remove_all(folder, failed);
  std::filesystem::create_directories(folder, failed);
  std::ofstream(folder / "fonts.txt") << fonts_here();
  for (const Scene& scene : all_scenes()) {
    const Result<Drawn> drawn = render(scene, ui::Theme::dark, 1366, 768, 1, base_map);
    if (!drawn) return drawn.error();
    std::ofstream(folder / (std::string(scene.name) + ".txt")) << texts_of(*drawn);
    if (!kept_as_picture(scene)) continue;
    for (const ui::Theme theme : {ui::Theme::dark, ui::Theme::light}) {
      const Result<Drawn> large = render(scene, theme, 1920, 1080, 1, base_map);
      if (!large) return large.error();
      const Small small = quarter(*large);
      const std::filesystem::path file = folder / (name_of(scene, theme, 1920, 1080) + ".png");
      if (Result<void> written = write_png(file.string(), small.width, small.height, small.rgb); !written)
        return written;
    }
  }
  return {};
}

}  // namespace wf::pictures
