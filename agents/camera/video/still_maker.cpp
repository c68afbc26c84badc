#include "agents/camera/video/still_maker.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>

namespace wf::camera {
namespace {

constexpr int kBest = 4, kWorst = 24;  // libav's scale of quantisers, 1 to 31
constexpr std::uint8_t kMaskLuma = 96, kMaskChroma = 128;

/// A component of a picture as eight bits of JPEG's range, which is the full one.
class Plane {
 public:
  Plane(const AVFrame& picture, const AVPixFmtDescriptor& format, int component, bool full)
      : part_(format.comp[component]),
        data_(picture.data[part_.plane] + part_.offset),
        line_(picture.linesize[part_.plane]),
        shift_(part_.depth - 8) {
    for (int i = 0; i < 256; ++i) {
      const double v = full ? i : component == 0 ? (i - 16) * 255 / 219.0 : (i - 128) * 255 / 224.0 + 128;
      table_[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(v + 0.5, 0.0, 255.0));
    }
  }
  [[nodiscard]] unsigned at(int x, int y) const {
    const std::uint8_t* const point =
        data_ + static_cast<std::ptrdiff_t>(y) * line_ + static_cast<std::ptrdiff_t>(x) * part_.step;
    const unsigned value =
        part_.depth > 8 ? ((point[0] | static_cast<unsigned>(point[1]) << 8U) >> part_.shift) >> shift_ : point[0];
    return table_[std::min(value, 255U)];
  }

 private:
  const AVComponentDescriptor& part_;
  const std::uint8_t* data_;
  int line_, shift_;
  std::array<std::uint8_t, 256> table_{};
};

}  // namespace

StillMaker::~StillMaker() {
  close();
  av_packet_free(&packet_);
}

void StillMaker::close() {
  avcodec_free_context(&encoder_);
  av_frame_free(&frame_);
}

bool StillMaker::prepare(const AVFrame& picture) {
  const bool same = picture.width == from_width_ && picture.height == from_height_;
  close();
  from_width_ = picture.width, from_height_ = picture.height;
  by_ = std::max(1, (picture.width + settings_.still_width - 1) / std::max(settings_.still_width, 2));
  const int width = picture.width / by_ / 2 * 2, height = picture.height / by_ / 2 * 2;
  const AVCodec* const codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  encoder_ = codec == nullptr ? nullptr : avcodec_alloc_context3(codec);
  frame_ = av_frame_alloc();
  if (packet_ == nullptr) packet_ = av_packet_alloc();
  if (encoder_ == nullptr || frame_ == nullptr || packet_ == nullptr || width < 2 || height < 2) return false;
  encoder_->width = frame_->width = width;
  encoder_->height = frame_->height = height;
  encoder_->pix_fmt = AV_PIX_FMT_YUVJ420P;
  frame_->format = AV_PIX_FMT_YUVJ420P;
  encoder_->time_base = {1, 25};
  encoder_->flags |= AV_CODEC_FLAG_QSCALE;
  encoder_->qmin = 1, encoder_->qmax = 31;
  encoder_->thread_count = 1;
  if (av_frame_get_buffer(frame_, 0) < 0 || avcodec_open2(encoder_, codec, nullptr) < 0) {
    close();
    return false;
  }
  if (same && !masked_.empty()) return true;
  masked_.assign(static_cast<std::size_t>(width / 2) * static_cast<std::size_t>(height / 2), 0);
  // A block is painted over if any corner of it, or of its neighbours, is inside: nothing shines through at the edge.
  for (const Polygon& mask : settings_.masks)
    for (int y = 0; y < height / 2; ++y)
      for (int x = 0; x < width / 2; ++x) {
        std::uint8_t& block = masked_[static_cast<std::size_t>(y * (width / 2) + x)];
        for (int dy = -1; dy <= 2; ++dy)
          for (int dx = -1; dx <= 2; ++dx)
            if (block == 0 && inside(mask, 2.0 * (x + dx) / width, 2.0 * (y + dy) / height)) block = 1;
      }
  return true;
}

void StillMaker::fill(const AVFrame& picture) {
  const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const bool full = picture.color_range == AVCOL_RANGE_JPEG || picture.format == AV_PIX_FMT_YUVJ420P ||
                    picture.format == AV_PIX_FMT_YUVJ422P || picture.format == AV_PIX_FMT_YUVJ444P;
  const Plane luma(picture, format, 0, full);
  const int width = frame_->width, height = frame_->height;
  const auto count = static_cast<unsigned>(by_ * by_);
  for (int y = 0; y < height; ++y) {
    std::uint8_t* const line = frame_->data[0] + static_cast<std::ptrdiff_t>(y) * frame_->linesize[0];
    for (int x = 0; x < width; ++x) {
      if (masked_[static_cast<std::size_t>(y / 2 * (width / 2) + x / 2)] != 0) {
        line[x] = kMaskLuma;
        continue;
      }
      unsigned sum = 0;
      for (int dy = 0; dy < by_; ++dy)
        for (int dx = 0; dx < by_; ++dx) sum += luma.at(x * by_ + dx, y * by_ + dy);
      line[x] = static_cast<std::uint8_t>(sum / count);
    }
  }
  for (int plane = 1; plane <= 2; ++plane) {
    const bool grey = format.nb_components < 3;
    const Plane chroma(picture, format, grey ? 0 : plane, full);
    for (int y = 0; y < height / 2; ++y) {
      std::uint8_t* const line = frame_->data[plane] + static_cast<std::ptrdiff_t>(y) * frame_->linesize[plane];
      for (int x = 0; x < width / 2; ++x) {
        const bool hidden = grey || masked_[static_cast<std::size_t>(y * (width / 2) + x)] != 0;
        line[x] = hidden ? kMaskChroma
                         : static_cast<std::uint8_t>(
                               chroma.at((2 * x * by_) >> format.log2_chroma_w, (2 * y * by_) >> format.log2_chroma_h));
      }
    }
  }
}

/// Between two stills, a second apart, the encoder's memory is of use to others.
struct StillMaker::Rest {
  StillMaker& of;
  ~Rest() { of.close(); }
};

std::string StillMaker::make(const AVFrame& picture) {
  const Rest rest{*this};
  if (!prepare(picture) || av_frame_make_writable(frame_) < 0) return {};
  fill(picture);
  for (; quality_ <= kWorst; quality_ += 4) {
    frame_->quality = encoder_->global_quality = quality_ * FF_QP2LAMBDA;
    ++frame_->pts;
    if (avcodec_send_frame(encoder_, frame_) < 0 || avcodec_receive_packet(encoder_, packet_) < 0) return {};
    std::string out;
    const auto size = static_cast<std::size_t>(packet_->size);
    if (size <= settings_.still_bytes) out.assign(reinterpret_cast<const char*>(packet_->data), size);
    av_packet_unref(packet_);
    if (out.empty()) continue;
    // A scene that got simpler is shown well again.
    if (size < settings_.still_bytes / 2 && quality_ > kBest) quality_ -= 4;
    return out;
  }
  quality_ = kWorst;
  return {};
}

}  // namespace wf::camera
