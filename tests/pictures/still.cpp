#include "tests/pictures/still.hpp"

#include <stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/sample_snapshot.hpp"

namespace wf::pictures {
namespace {

constexpr int kWidth = 1280, kHeight = 720;

struct Canvas {
  std::vector<std::uint8_t> rgb = std::vector<std::uint8_t>(std::size_t{kWidth} * kHeight * 3);
  void put(int x, int y, int r, int g, int b) {
    if (x < 0 || y < 0 || x >= kWidth || y >= kHeight) return;
    std::uint8_t* at = rgb.data() + (static_cast<std::size_t>(y) * kWidth + static_cast<std::size_t>(x)) * 3;
    at[0] = static_cast<std::uint8_t>(std::clamp(r, 0, 255));
    at[1] = static_cast<std::uint8_t>(std::clamp(g, 0, 255));
    at[2] = static_cast<std::uint8_t>(std::clamp(b, 0, 255));
  }
  void box(int x0, int y0, int x1, int y1, int r, int g, int b) {
    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x) put(x, y, r, g, b);
  }
  void disc(int cx, int cy, int radius, int r, int g, int b) {
    for (int y = -radius; y <= radius; ++y)
      for (int x = -radius; x <= radius; ++x)
        if (x * x + y * y <= radius * radius) put(cx + x, cy + y, r, g, b);
  }
};

void write(void* to, void* data, int size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

}  // namespace

std::shared_ptr<const AttachmentContent> still(std::string_view hash) {
  Canvas c;
  // Floor, ceiling and walls run to one point; light falls off towards it.
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const double dx = (x - 640) / 640.0, dy = (y - 300) / 420.0;
      const double far = std::max(std::fabs(dx), std::fabs(dy));
      const int light = static_cast<int>(30 + 150 * far);
      const bool floor = dy > std::fabs(dx);
      c.put(x, y, floor ? light - 24 : light - 8, floor ? light - 20 : light - 4, floor ? light - 10 : light + 6);
    }
  for (int row = 0; row < 3; ++row)  // cabinets
    for (int side = -1; side <= 1; side += 2) {
      const int near = 470 - row * 130, tall = 560 - row * 150;
      const int x = 640 + side * near;
      c.box(x - 60 + row * 12, 330 - tall / 3, x + 60 - row * 12, 330 + tall / 2, 34, 38, 44);
      for (int led = 0; led < 9; ++led)
        c.disc(x - 20 + (led % 3) * 18, 330 - tall / 3 + 30 + led * (26 - row * 5), 3, 60, led % 4 == 1 ? 90 : 200,
               110);
    }
  const int stands = 500 + static_cast<int>(hash.empty() ? 0 : static_cast<unsigned char>(hash.front()) * 37U % 300U);
  c.disc(stands, 320, 26, 46, 40, 38);
  c.box(stands - 34, 346, stands + 34, 470, 26, 30, 38);
  c.box(stands - 28, 470, stands - 4, 600, 20, 22, 28);
  c.box(stands + 4, 470, stands + 28, 600, 20, 22, 28);
  auto out = std::make_shared<AttachmentContent>();
  out->media_type = "image/jpeg";
  stbi_write_jpg_to_func(&write, &out->bytes, kWidth, kHeight, 3, c.rgb.data(), 80);
  // What the camera agent writes into its stills (agents/camera/stills.hpp), behind the start of the picture.
  const bool before = hash.starts_with('9'), after = hash.starts_with('d');
  const std::string said = "watchfloor still 1\ntime " +
                           format_rfc3339(sample::kNow - (before  ? 82
                                                          : after ? 14
                                                                  : 32) *
                                                             kSecond) +
                           "\ncamera C-27\nwhich " +
                           (before  ? "before"
                            : after ? "after"
                                    : "at") +
                           "\n";
  out->bytes.insert(2, std::string("\xff\xfe\x00", 3) + static_cast<char>(said.size() + 2) + said);
  return out;
}

}  // namespace wf::pictures
