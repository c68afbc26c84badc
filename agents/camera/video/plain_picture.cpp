#include "agents/camera/video/plain_picture.hpp"

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace wf::camera {

PlainPicture::~PlainPicture() { av_frame_free(&plain_); }

const AVFrame* PlainPicture::of(const AVFrame& picture) {
  const AVPixFmtDescriptor* const format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  if (format == nullptr || (format->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0 || picture.width < 2 || picture.height < 2)
    return nullptr;
  const bool coloured = (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
  const AVComponentDescriptor& luma = format->comp[0];
  if (!coloured && (format->flags & (AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BE)) == 0 && luma.plane == 0 &&
      luma.step >= 1 && luma.step <= 2)
    return &picture;
  const bool palette = (format->flags & AV_PIX_FMT_FLAG_PAL) != 0;
  const int parts = palette ? 3 : std::min<int>(format->nb_components, 3);
  if (parts == 2) return nullptr;  // grey with an alpha channel that is not little-endian: nobody sends it
  if (plain_ == nullptr || plain_->width != picture.width || plain_->height != picture.height) {
    av_frame_free(&plain_);
    plain_ = av_frame_alloc();
    if (plain_ == nullptr) return nullptr;
    plain_->format = AV_PIX_FMT_YUVJ444P;
    plain_->width = picture.width, plain_->height = picture.height;
    if (av_frame_get_buffer(plain_, 0) < 0) return nullptr;
  }
  const auto width = static_cast<std::size_t>(picture.width);
  std::array<std::vector<std::uint16_t>, 3> line;
  for (std::vector<std::uint16_t>& part : line) part.assign(width, 0);
  for (int y = 0; y < picture.height; ++y) {
    for (int part = 0; part < parts; ++part) {
      const bool chroma = !coloured && part > 0;
      const int across = chroma ? format->log2_chroma_w : 0, down = chroma ? format->log2_chroma_h : 0;
      std::vector<std::uint16_t>& to = line[static_cast<std::size_t>(part)];
      av_read_image_line2(to.data(), const_cast<const std::uint8_t**>(picture.data), picture.linesize, format, 0,
                          y >> down, part, -((-picture.width) >> across), palette ? 1 : 0, 2);
      const int depth = palette ? 8 : format->comp[part].depth;
      for (std::uint16_t& value : to)
        value = static_cast<std::uint16_t>(depth > 8 ? value >> (depth - 8) : value * 255 / ((1 << depth) - 1));
      for (std::size_t x = width; across > 0 && x-- > 0;) to[x] = to[x >> static_cast<unsigned>(across)];
    }
    std::array<std::uint8_t*, 3> out{};
    for (std::size_t plane = 0; plane < 3; ++plane)
      out[plane] = plain_->data[plane] + static_cast<std::ptrdiff_t>(y) * plain_->linesize[plane];
    for (std::size_t x = 0; x < width; ++x) {
      const int a = line[0][x], b = line[1][x], c = line[2][x];
      // ITU-R BT.601 in full range.
      const bool rgb = coloured && parts == 3;
      out[0][x] = static_cast<std::uint8_t>(rgb ? (77 * a + 150 * b + 29 * c) / 256 : a);
      out[1][x] = static_cast<std::uint8_t>(rgb ? std::clamp(128 + (-43 * a - 85 * b + 128 * c) / 256, 0, 255)
                                                : (parts == 3 ? b : 128));
      out[2][x] = static_cast<std::uint8_t>(rgb ? std::clamp(128 + (128 * a - 107 * b - 21 * c) / 256, 0, 255)
                                                : (parts == 3 ? c : 128));
    }
  }
  return plain_;
}

}  // namespace wf::camera
