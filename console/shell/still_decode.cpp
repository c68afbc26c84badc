#include "console/shell/still_decode.hpp"

#include <fmt/format.h>
#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace wf::shell {
namespace {

constexpr const char* kAt = "still";
constexpr const char* kDo = "`watchfloor attachment get` gives it as it was sent";

Result<void> check_size(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1) return Error{"it has no pixels", kAt, kDo};
  if (width * height > kStillPixels || std::max(width, height) > 32'768)
    return Error{
        fmt::format("it has {} × {} pixels; at most {} million are drawn", width, height, kStillPixels / 1'000'000),
        kAt, kDo};
  return {};
}

/// The mean of each four, until it is small enough.
void halve(StillPixels& out) {
  while (std::max(out.width, out.height) > kStillSide) {
    const int w = std::max(1, out.width / 2), h = std::max(1, out.height / 2);
    const int dx = out.width > 1 ? 4 : 0;
    const std::size_t dy = out.height > 1 ? static_cast<std::size_t>(out.width) * 4 : 0;
    std::vector<std::uint8_t> to(static_cast<std::size_t>(w) * h * 4);
    for (int y = 0; y < h; ++y) {
      const std::uint8_t* from = out.rgba.data() + static_cast<std::size_t>(y) * 2 * dy;
      std::uint8_t* at = to.data() + static_cast<std::size_t>(y) * w * 4;
      for (int x = 0; x < w; ++x, from += std::size_t{2} * dx, at += 4)
        for (int c = 0; c < 4; ++c)
          at[c] = static_cast<std::uint8_t>((from[c] + from[c + dx] + from[c + dy] + from[c + dx + dy] + 2) / 4);
    }
    out.rgba = std::move(to);
    out.width = w;
    out.height = h;
  }
}

Result<StillPixels> decode_jpeg(std::string_view bytes) {
  struct Close {
    void operator()(void* handle) const { tjDestroy(handle); }
  };
  const std::unique_ptr<void, Close> handle(tjInitDecompress());
  if (!handle) return Error{"no JPEG can be decoded: " + std::string(tjGetErrorStr2(nullptr)), kAt, kDo};
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int colours = 0, samples = 0;
  StillPixels out;
  const auto size = static_cast<unsigned long>(bytes.size());
  if (tjDecompressHeader3(handle.get(), data, size, &out.sent_width, &out.sent_height, &samples, &colours) != 0)
    return Error{"no JPEG: " + std::string(tjGetErrorStr2(handle.get())), kAt, kDo};
  if (Result<void> good = check_size(out.sent_width, out.sent_height); !good) return good.error();
  int count = 0;
  const tjscalingfactor* factors = tjGetScalingFactors(&count);
  tjscalingfactor by{1, 8};
  for (int k = 0; k < count; ++k) {
    const tjscalingfactor f = factors[k];
    if (f.num > f.denom || std::max(TJSCALED(out.sent_width, f), TJSCALED(out.sent_height, f)) > kStillSide) continue;
    if (f.num * by.denom > by.num * f.denom) by = f;
  }
  out.width = TJSCALED(out.sent_width, by);
  out.height = TJSCALED(out.sent_height, by);
  out.rgba.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height) * 4);
  if (tjDecompress2(handle.get(), data, size, out.rgba.data(), out.width, 0, out.height, TJPF_RGBA,
                    TJFLAG_LIMITSCANS) != 0) {
    out.damage = tjGetErrorStr2(handle.get());
    if (tjGetErrorCode(handle.get()) != TJERR_WARNING) return Error{"no JPEG: " + out.damage, kAt, kDo};
  }
  halve(out);
  return out;
}

Result<StillPixels> decode_png(std::string_view bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  struct Free {
    png_image& image;
    ~Free() { png_image_free(&image); }
  } const free{image};
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0)
    return Error{"no PNG: " + std::string(image.message), kAt, kDo};
  if (Result<void> good = check_size(image.width, image.height); !good) return good.error();
  image.format = PNG_FORMAT_RGBA;
  StillPixels out;
  out.width = out.sent_width = static_cast<int>(image.width);
  out.height = out.sent_height = static_cast<int>(image.height);
  out.rgba.resize(PNG_IMAGE_SIZE(image));
  const png_color black{0, 0, 0};
  if (png_image_finish_read(&image, &black, out.rgba.data(), 0, nullptr) == 0)
    return Error{"no PNG: " + std::string(image.message), kAt, kDo};
  halve(out);
  return out;
}

}  // namespace

Result<StillPixels> decode_still(const AttachmentContent& content) {
  const std::string_view bytes = content.bytes;
  if (bytes.starts_with("\xFF\xD8")) return decode_jpeg(bytes);
  if (bytes.starts_with("\x89PNG")) return decode_png(bytes);
  return Error{"it is neither JPEG nor PNG", kAt, kDo};
}

}  // namespace wf::shell
