#include "agents/camera/video/still_maker.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
}

#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "agents/kit/code_pages.hpp"

namespace wf::camera {
namespace {

constexpr int kBest = 4, kWorst = 24;  // libav's scale of quantisers, 1 to 31
constexpr int kBlock = 16;             // of four blocks of brightness and one of each colour
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
  const int width = width_ = picture.width / by_ / 2 * 2, height = height_ = picture.height / by_ / 2 * 2;
  const AVCodec* const codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  encoder_ = codec == nullptr ? nullptr : avcodec_alloc_context3(codec);
  frame_ = av_frame_alloc();
  if (packet_ == nullptr) packet_ = av_packet_alloc();
  if (encoder_ == nullptr || frame_ == nullptr || packet_ == nullptr || width < 2 || height < 2) return false;
  // Whole blocks, which the encoder takes as they are: of anything else it makes a copy.
  encoder_->width = frame_->width = (width + kBlock - 1) / kBlock * kBlock;
  encoder_->height = frame_->height = (height + kBlock - 1) / kBlock * kBlock;
  encoder_->pix_fmt = AV_PIX_FMT_YUVJ420P;
  frame_->format = AV_PIX_FMT_YUVJ420P;
  encoder_->time_base = {1, 25};
  encoder_->flags |= AV_CODEC_FLAG_QSCALE;
  encoder_->qmin = 1, encoder_->qmax = 31;
  encoder_->thread_count = 1;
  // Tables made to fit would take some per cent of bytes off, and as much memory as a large picture.
  AVDictionary* options = nullptr;
  av_dict_set(&options, "huffman", "default", 0);
  const bool ready = av_frame_get_buffer(frame_, 0) >= 0 && avcodec_open2(encoder_, codec, &options) >= 0;
  av_dict_free(&options);
  if (!ready) {
    close();
    return false;
  }
  if (settings_.masks.empty() || (same && !masked_.empty())) return true;
  masked_.assign(static_cast<std::size_t>(width / 2) * static_cast<std::size_t>(height / 2), 0);
  // A block is painted over if any corner of it, or of its neighbours, is inside: nothing shines through at the edge.
  const int blocks = width / 2, columns = blocks + 3;
  const PicturePoint step{2.0 / width, 2.0 / height};
  for (const Polygon& mask : settings_.masks) {
    const std::vector<std::uint8_t> corners = inside(mask, {{-step.x, -step.y}, step, columns, height / 2 + 3});
    for (std::size_t at = 0; at < corners.size(); ++at) {
      if (corners[at] == 0) continue;
      const int column = static_cast<int>(at) % columns, row = static_cast<int>(at) / columns;
      for (int y = std::max(0, row - 3); y <= std::min(height / 2 - 1, row); ++y)
        for (int x = std::max(0, column - 3); x <= std::min(blocks - 1, column); ++x)
          masked_[static_cast<std::size_t>(y * blocks + x)] = 1;
    }
  }
  return true;
}

void StillMaker::fill(const AVFrame& picture) {
  const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const bool full = picture.color_range == AVCOL_RANGE_JPEG || picture.format == AV_PIX_FMT_YUVJ420P ||
                    picture.format == AV_PIX_FMT_YUVJ422P || picture.format == AV_PIX_FMT_YUVJ444P;
  const Plane luma(picture, format, 0, full);
  const int width = width_, height = height_;
  const auto hidden = [&](int x, int y) {
    return !masked_.empty() && masked_[static_cast<std::size_t>(y * (width / 2) + x)] != 0;
  };
  const auto count = static_cast<unsigned>(by_ * by_);
  for (int y = 0; y < height; ++y) {
    std::uint8_t* const line = frame_->data[0] + static_cast<std::ptrdiff_t>(y) * frame_->linesize[0];
    for (int x = 0; x < width; ++x) {
      if (hidden(x / 2, y / 2)) {
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
        line[x] = grey || hidden(x, y) ? kMaskChroma
                                       : static_cast<std::uint8_t>(chroma.at((2 * x * by_) >> format.log2_chroma_w,
                                                                             (2 * y * by_) >> format.log2_chroma_h));
      }
    }
  }
  for (int plane = 0; plane <= 2; ++plane) pad(plane, plane == 0 ? width : width / 2, plane == 0 ? height : height / 2);
}

/// To whole blocks, by what stands at the edge: it costs no bytes, and the JPEG says that it ends before.
void StillMaker::pad(int plane, int width, int height) {
  const int block = plane == 0 ? kBlock : kBlock / 2;
  const int line = frame_->linesize[plane];
  std::uint8_t* const data = frame_->data[plane];
  for (int y = 0; y < height; ++y) {
    std::uint8_t* const row = data + static_cast<std::ptrdiff_t>(y) * line;
    std::fill(row + width, row + (width + block - 1) / block * block, row[width - 1]);
  }
  for (int y = height; y % block != 0; ++y)
    std::copy_n(data + static_cast<std::ptrdiff_t>(height - 1) * line, (width + block - 1) / block * block,
                data + static_cast<std::ptrdiff_t>(y) * line);
}

/// What decoding took of code and what encoding takes need not be there at the same time. Once a second is enough for
/// all cameras together.
void rest_code() {
  static std::atomic<std::int64_t> rested{0};
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  const std::int64_t now = std::int64_t{time.tv_sec} * 10 + time.tv_nsec / 100'000'000;
  std::int64_t last = rested;
  if (now - last >= 9 && rested.compare_exchange_strong(last, now)) kit::release_code_pages();
}

/// Says how large it is in the frame header (ITU-T T.81, B.2.2) of a JPEG that was encoded in whole blocks.
void say_size(std::string& jpeg, int width, int height) {
  for (std::size_t at = 2; at + 9 <= jpeg.size() && jpeg[at] == '\xFF';) {
    if (jpeg[at + 1] == '\xC0') {
      for (const auto& [where, value] : {std::pair(at + 5, height), std::pair(at + 7, width)}) {
        jpeg[where] = static_cast<char>(value >> 8);
        jpeg[where + 1] = static_cast<char>(value & 0xFF);
      }
      return;
    }
    at += 2U + (static_cast<unsigned char>(jpeg[at + 2]) << 8U | static_cast<unsigned char>(jpeg[at + 3]));
  }
}

/// Between two stills, a second apart, the encoder's memory is of use to others.
struct StillMaker::Rest {
  StillMaker& of;
  ~Rest() { of.close(); }
};

std::string StillMaker::make(const AVFrame& picture) {
  rest_code();
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
    say_size(out, width_, height_);
    // A scene that got simpler is shown well again.
    if (size < settings_.still_bytes / 2 && quality_ > kBest) quality_ -= 4;
    return out;
  }
  quality_ = kWorst;
  return {};
}

}  // namespace wf::camera
