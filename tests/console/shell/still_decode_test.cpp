// Pictures that agents send are what a stranger wrote: each gives pixels within bounds or one line, and nothing breaks.
#include "console/shell/still_decode.hpp"

#include <png.h>
#include <turbojpeg.h>

#include <cmath>
#include <random>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::shell;

namespace {

/// Red grows to the right, green downwards.
std::vector<unsigned char> ramp(int width, int height) {
  std::vector<unsigned char> rgb(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      unsigned char* at =
          rgb.data() +
          (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
      at[0] = static_cast<unsigned char>(255 * x / width);
      at[1] = static_cast<unsigned char>(255 * y / height);
      at[2] = 90;
    }
  return rgb;
}

AttachmentContent jpeg(int width, int height, int flags = 0) {
  const std::vector<unsigned char> rgb = ramp(width, height);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  tjhandle handle = tjInitCompress();
  REQUIRE(tjCompress2(handle, rgb.data(), width, 0, height, TJPF_RGB, &out, &size, TJSAMP_420, 85, flags) == 0);
  AttachmentContent content{std::string(reinterpret_cast<const char*>(out), size), "image/jpeg"};
  tjFree(out);
  tjDestroy(handle);
  return content;
}

AttachmentContent png(int width, int height) {
  const std::vector<unsigned char> rgb = ramp(width, height);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  REQUIRE(png_image_write_to_memory(&image, nullptr, &size, 0, rgb.data(), 0, nullptr) != 0);
  AttachmentContent content{std::string(size, 0), "image/png"};
  REQUIRE(png_image_write_to_memory(&image, content.bytes.data(), &size, 0, rgb.data(), 0, nullptr) != 0);
  content.bytes.resize(size);
  return content;
}

void check_ramp(const StillPixels& s) {
  REQUIRE(s.rgba.size() == static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height) * 4);
  for (const auto& [fx, fy] : {std::pair{0.25, 0.25}, {0.75, 0.25}, {0.5, 0.9}}) {
    const auto x = static_cast<std::size_t>(fx * s.width), y = static_cast<std::size_t>(fy * s.height);
    const std::uint8_t* at = s.rgba.data() + (y * static_cast<std::size_t>(s.width) + x) * 4;
    CHECK(std::abs(at[0] - 255 * fx) < 8);
    CHECK(std::abs(at[1] - 255 * fy) < 8);
    CHECK(std::abs(at[2] - 90) < 8);
    CHECK(at[3] == 255);
  }
}

}  // namespace

TEST_CASE("JPEG and PNG become pixels, large ones scaled down with their size told") {
  struct Case {
    AttachmentContent content;
    int width, height;
  };
  for (const Case& c : {Case{jpeg(640, 360), 640, 360},
                        {jpeg(3840, 2160), 3840, 2160},
                        {jpeg(641, 481, TJFLAG_PROGRESSIVE), 641, 481},
                        {png(320, 200), 320, 200},
                        {png(4100, 130), 4100, 130}}) {
    const Result<StillPixels> out = decode_still(c.content);
    REQUIRE(out.ok());
    CHECK(out->sent_width == c.width);
    CHECK(out->sent_height == c.height);
    CHECK(std::max(out->width, out->height) <= kStillSide);
    CHECK(out->damage.empty());
    check_ramp(*out);
  }
  // The content counts, not what somebody calls it.
  AttachmentContent named = jpeg(64, 64);
  named.media_type = "image/png";
  CHECK(decode_still(named).ok());
}

TEST_CASE("a picture of one pixel is one, and one of too many is refused before a byte is allocated for it") {
  CHECK(decode_still(jpeg(1, 1)).ok());
  CHECK(decode_still(png(1, 1)).ok());
  AttachmentContent huge = jpeg(64, 64);
  const std::size_t frame = huge.bytes.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  huge.bytes.replace(frame + 5, 4, "\x75\x30\x75\x30");
  const Result<StillPixels> refused = decode_still(huge);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().text().find("30000 × 30000 pixels; at most 64 million are drawn") != std::string::npos);
  AttachmentContent wide = png(64, 64);
  wide.bytes.replace(16, 4, std::string("\x00\x0F\x00\x00", 4));
  CHECK_FALSE(decode_still(wide).ok());
}

TEST_CASE("a JPEG that ends early is given as far as it goes, and says so") {
  AttachmentContent cut = jpeg(640, 480);
  cut.bytes.resize(cut.bytes.size() / 2);
  const Result<StillPixels> out = decode_still(cut);
  REQUIRE(out.ok());
  CHECK(out->damage.find("remature end") != std::string::npos);
  AttachmentContent half = png(640, 480);
  half.bytes.resize(half.bytes.size() / 2);
  CHECK_FALSE(decode_still(half).ok());
}

TEST_CASE("whatever bytes come, there are pixels of the size that is told, or a reason") {
  std::mt19937 random(11);
  const std::vector<AttachmentContent> seeds{jpeg(96, 64), jpeg(96, 64, TJFLAG_PROGRESSIVE), png(96, 64)};
  int good = 0, refused = 0;
  for (int n = 0; n < 3000; ++n) {
    AttachmentContent c = seeds[n % seeds.size()];
    for (auto k = 1 + random() % 6; k > 0; --k) c.bytes[random() % c.bytes.size()] = static_cast<char>(random());
    if (random() % 3 == 0) c.bytes.resize(random() % c.bytes.size());
    const Result<StillPixels> out = decode_still(c);
    if (!out) {
      ++refused;
      CHECK_FALSE(out.error().text().empty());
      continue;
    }
    ++good;
    CHECK(out->rgba.size() == static_cast<std::size_t>(out->width) * static_cast<std::size_t>(out->height) * 4);
    CHECK(std::max(out->width, out->height) <= kStillSide);
  }
  CHECK(good > 100);
  CHECK(refused > 100);
  CHECK(decode_still({"", ""}).error().text().find("neither JPEG nor PNG") != std::string::npos);
}
