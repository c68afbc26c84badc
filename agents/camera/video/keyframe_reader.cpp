#include "agents/camera/video/keyframe_reader.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
}
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <memory>

namespace wf::camera {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kOpen = 10 * kSecond, kRead = 10 * kSecond;
constexpr int kMostPixels = 8192 * 8192;

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::string words(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

std::string escaped(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0x0FU];
    }
  }
  return out;
}

std::string with_user(const StreamSettings& settings) {
  if (settings.user.empty()) return settings.address;
  const std::size_t host = settings.address.find("://") + 3;
  return settings.address.substr(0, host) + escaped(settings.user) + ":" + escaped(settings.password) + "@" +
         settings.address.substr(host);
}

int interrupted(void* opaque) {
  const auto& control = *static_cast<const StreamControl*>(opaque);
  return control.stop || now() >= control.deadline ? 1 : 0;
}

/// libav would write addresses, with what stands in them, to standard error.
void quiet(void*, int, const char*, va_list) {}

struct Format {
  AVFormatContext* context = avformat_alloc_context();
  ~Format() { avformat_close_input(&context); }
};
struct Codec {
  AVCodecContext* context = nullptr;
  ~Codec() { avcodec_free_context(&context); }
};
struct Packet {
  AVPacket* packet = av_packet_alloc();
  ~Packet() { av_packet_free(&packet); }
};
struct Frame {
  AVFrame* frame = av_frame_alloc();
  ~Frame() { av_frame_free(&frame); }
};

/// The mean of each field of the picture's first plane, which is the brightness in every format with one.
bool shrink(const AVFrame& frame, SmallPicture& out) {
  const AVPixFmtDescriptor* const format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL |
                                             AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BE)) != 0)
    return false;
  const AVComponentDescriptor& luma = format->comp[0];
  if (luma.plane != 0 || luma.step < 1 || luma.step > 2 || frame.width < SmallPicture::kWidth ||
      frame.height < SmallPicture::kHeight)
    return false;
  const int shift = luma.depth + luma.shift - 8;
  out.luma.resize(SmallPicture::kWidth * SmallPicture::kHeight);
  for (int y = 0; y < SmallPicture::kHeight; ++y) {
    const int top = y * frame.height / SmallPicture::kHeight, bottom = (y + 1) * frame.height / SmallPicture::kHeight;
    for (int x = 0; x < SmallPicture::kWidth; ++x) {
      const int left = x * frame.width / SmallPicture::kWidth, right = (x + 1) * frame.width / SmallPicture::kWidth;
      // Large pictures are looked at in part: 4 × 4 points of a field tell its brightness.
      const int dy = std::max(1, (bottom - top) / 4), dx = std::max(1, (right - left) / 4);
      unsigned sum = 0, count = 0;
      for (int row = top; row < bottom; row += dy) {
        const std::uint8_t* const line = frame.data[0] + static_cast<std::ptrdiff_t>(row) * frame.linesize[0];
        for (int column = left; column < right; column += dx, ++count) {
          unsigned value = line[column * luma.step];
          if (luma.step == 2 && luma.depth > 8)
            value = (value | static_cast<unsigned>(line[column * 2 + 1]) << 8U) >> shift;
          sum += std::min(value, 255U);
        }
      }
      out.luma[static_cast<std::size_t>(y * SmallPicture::kWidth + x)] =
          static_cast<std::uint8_t>(sum / std::max(count, 1U));
    }
  }
  return true;
}

std::string read_keyframes(const StreamSettings& settings, StreamControl& control,
                           const std::function<void(SmallPicture&&)>& take) {
  av_log_set_callback(quiet);
  avformat_network_init();
  Format format;
  if (format.context == nullptr) return "no memory";
  format.context->interrupt_callback = {interrupted, &control};
  format.context->max_analyze_duration = 3'000'000;
  format.context->probesize = 1'000'000;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "rtsp_transport", settings.udp ? "udp" : "tcp", 0);
  av_dict_set(&options, "allowed_media_types", "video", 0);
  control.deadline = now() + kOpen;
  int code = avformat_open_input(&format.context, with_user(settings).c_str(), nullptr, &options);
  av_dict_free(&options);
  if (code < 0) return "it cannot be opened: " + words(code);
  control.deadline = now() + kOpen;
  if ((code = avformat_find_stream_info(format.context, nullptr)) < 0)
    return "it tells nothing of its stream: " + words(code);
  const int index = av_find_best_stream(format.context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (index < 0) return "there is no video in it";
  for (unsigned i = 0; i < format.context->nb_streams; ++i)
    format.context->streams[i]->discard = i == static_cast<unsigned>(index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  const AVCodecParameters& parameters = *format.context->streams[index]->codecpar;
  const AVCodec* const decoder = avcodec_find_decoder(parameters.codec_id);
  Codec codec;
  codec.context = decoder == nullptr ? nullptr : avcodec_alloc_context3(decoder);
  if (codec.context == nullptr || avcodec_parameters_to_context(codec.context, &parameters) < 0)
    return std::string("nothing here decodes ") + avcodec_get_name(parameters.codec_id);
  codec.context->thread_count = 1;
  codec.context->skip_frame = AVDISCARD_NONKEY;
  codec.context->max_pixels = kMostPixels;
  if ((code = avcodec_open2(codec.context, decoder, nullptr)) < 0) return "its video cannot be decoded: " + words(code);
  Packet packet;
  Frame frame;
  for (;;) {
    control.deadline = now() + kRead;
    code = av_read_frame(format.context, packet.packet);
    if (code == AVERROR(EAGAIN) && !control.stop) continue;
    if (code < 0) return control.stop ? "stopped" : "the stream ended: " + words(code);
    control.last_packet = now();
    const bool key = packet.packet->stream_index == index && (packet.packet->flags & AV_PKT_FLAG_KEY) != 0;
    if (key && avcodec_send_packet(codec.context, packet.packet) >= 0) {
      // With keyframes alone a decoder that reorders holds back the last one until it is told that no more comes.
      avcodec_send_packet(codec.context, nullptr);
      while (avcodec_receive_frame(codec.context, frame.frame) >= 0) {
        SmallPicture picture;
        picture.mono = now();
        if (shrink(*frame.frame, picture)) take(std::move(picture));
      }
      avcodec_flush_buffers(codec.context);
    }
    av_packet_unref(packet.packet);
  }
}

}  // namespace
}  // namespace wf::camera

extern "C" __attribute__((visibility("default"))) wf::camera::ReadKeyframes wf_read_keyframes() {
  return wf::camera::read_keyframes;
}
