#include "agents/camera/video/picture_reader.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
}
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdlib>
#include <memory>

#include "agents/camera/video/picture_memory.hpp"
#include "agents/camera/video/plain_picture.hpp"
#include "agents/camera/video/still_maker.hpp"

namespace wf::camera {
namespace {

constexpr int kSecond = 1'000'000'000;
constexpr std::int64_t kOpen = 10LL * kSecond, kRead = 10LL * kSecond;
constexpr int kMostPixels = 8192 * 8192;

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * kSecond + time.tv_nsec;
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

const char* kind_of(AVPixelFormat format) {
  const char* const name = av_get_pix_fmt_name(format);
  return name == nullptr ? "unknown" : name;
}

/// The mean of each field of the picture's first plane, which is the brightness in every format with one.
void shrink(const AVFrame& frame, SmallPicture& out) {
  const AVPixFmtDescriptor* const format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const AVComponentDescriptor& luma = format->comp[0];
  const int shift = luma.depth + luma.shift - 8;
  out.luma.resize(SmallPicture::kWidth * SmallPicture::kHeight);
  for (int y = 0; y < SmallPicture::kHeight; ++y) {
    // Of one that is smaller still, points are taken more than once.
    const int top = y * frame.height / SmallPicture::kHeight;
    const int bottom = std::max(top + 1, (y + 1) * frame.height / SmallPicture::kHeight);
    for (int x = 0; x < SmallPicture::kWidth; ++x) {
      const int left = x * frame.width / SmallPicture::kWidth;
      const int right = std::max(left + 1, (x + 1) * frame.width / SmallPicture::kWidth);
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
}

/// By infrared cameras send no colours, or hardly any. Some hundred points tell.
bool colourless(const AVFrame& frame) {
  constexpr int kAcross = 20, kDown = 12, kLittle = 6;
  const AVPixFmtDescriptor* const format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format->nb_components < 3) return true;
  const int width = -((-frame.width) >> format->log2_chroma_w), height = -((-frame.height) >> format->log2_chroma_h);
  for (int component = 1; component <= 2; ++component) {
    const AVComponentDescriptor& part = format->comp[component];
    for (int i = 0; i < kAcross * kDown; ++i) {
      const int x = (2 * (i % kAcross) + 1) * width / (2 * kAcross), y = (2 * (i / kAcross) + 1) * height / (2 * kDown);
      const std::uint8_t* const at = frame.data[part.plane] +
                                     static_cast<std::ptrdiff_t>(y) * frame.linesize[part.plane] +
                                     static_cast<std::ptrdiff_t>(x) * part.step + part.offset;
      const int value = part.depth > 8 ? (at[0] | at[1] << 8) >> (part.shift + part.depth - 8) : at[0];
      if (std::abs(value - 128) > kLittle) return false;
    }
  }
  return true;
}

/// Decides which packets are decoded: keyframes alone where they come often enough, else all of them. A decoder that is
/// to take others again begins at a keyframe.
class Diet {
 public:
  Diet(const StreamSettings& settings, AVCodecContext& decoder) : most_apart_(settings.most_apart), decoder_(decoder) {
    all_ = most_apart_ > 0;
    if (all_ && !settings.file) decoder_.skip_frame = AVDISCARD_NONREF;
    if (!all_) decoder_.skip_frame = AVDISCARD_NONKEY;
    if (settings.file) always_ = all_;
  }
  /// Of a packet at `time`: is it given to the decoder?
  bool wanted(bool key, std::int64_t time) {
    if (most_apart_ > 0 && !always_ && key) {
      const bool often = last_key_ != 0 && time - last_key_ <= most_apart_ + most_apart_ / 4;
      often_ = often ? often_ + 1 : 0;
      if (last_key_ != 0) all_ = often_ < 3;
      decoder_.skip_frame = all_ ? AVDISCARD_NONREF : AVDISCARD_NONKEY;
      last_key_ = time;
    }
    return key || all_;
  }
  [[nodiscard]] bool keys_alone() const { return !all_; }

 private:
  std::int64_t most_apart_;
  AVCodecContext& decoder_;
  bool all_ = false, always_ = false;
  std::int64_t last_key_ = 0;
  int often_ = 0;
};

/// When a picture was taken. Of a stream: when it came, by its own time stamps, since packets come in bursts; it is
/// taken to be as late as the quickest of those before. Of a file: its time in it, from 1 s on.
class PictureTimes {
 public:
  PictureTimes(const StreamSettings& settings, AVRational rate, AVRational base)
      : file_(settings.file),
        each_(rate.num > 0 ? std::int64_t{kSecond} * rate.den / rate.num : kSecond / 25),
        base_(base) {}
  std::int64_t of(std::int64_t stamp) {
    const std::int64_t came = now();
    // Where a file's pictures have no times, they come as often as it says.
    if (stamp == AV_NOPTS_VALUE) return file_ ? last_ += each_ : came;
    // Whatever somebody wrote into it, sums of it have room.
    const std::int64_t time = std::clamp<std::int64_t>(av_rescale_q(stamp, base_, {1, kSecond}), -kFar, kFar);
    if (!begun_) {
      begun_ = true;
      ahead_ = file_ ? kSecond - time : came - time;
    }
    if (!file_ && (time + ahead_ > came || came - time - ahead_ > kLate)) ahead_ = came - time;
    return last_ = time + ahead_;
  }

 private:
  static constexpr std::int64_t kLate = 2LL * kSecond, kFar = 1LL << 59U;
  bool file_, begun_ = false;
  std::int64_t each_;
  AVRational base_;
  std::int64_t ahead_ = 0, last_ = kSecond;
};

/// Hands pictures over, not more often than is of use, with a still now and then.
class Giver {
 public:
  Giver(const StreamSettings& settings, const std::function<void(SmallPicture&&)>& take)
      : settings_(settings), take_(take), stills_(settings) {}
  /// False: no pictures of this kind are read.
  bool give(const AVFrame& decoded, std::int64_t time) {
    if (settings_.most_apart > 0 && given_ != 0 && time - given_ < kApart) return true;
    const AVFrame* const plain = plain_.of(decoded);
    if (plain == nullptr) return false;
    const AVFrame& frame = *plain;
    SmallPicture picture;
    picture.mono = time;
    shrink(frame, picture);
    picture.colourless = colourless(frame);
    given_ = time;
    if (settings_.still_every > 0 && (still_ == 0 || time - still_ >= settings_.still_every - kApart / 2)) {
      picture.still = stills_.make(frame);
      still_ = time;
    }
    take_(std::move(picture));
    return true;
  }

 private:
  static constexpr std::int64_t kApart = 190'000'000;
  const StreamSettings& settings_;
  const std::function<void(SmallPicture&&)>& take_;
  StillMaker stills_;
  PlainPicture plain_;
  std::int64_t given_ = 0, still_ = 0;
};

std::string read_pictures(const StreamSettings& settings, StreamControl& control,
                          const std::function<void(SmallPicture&&)>& take) {
  av_log_set_callback(quiet);
  // Buffers of pictures go back when they are freed, whatever was freed before.
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  avformat_network_init();
  Format format;
  if (format.context == nullptr) return "no memory";
  format.context->interrupt_callback = {interrupted, &control};
  format.context->max_analyze_duration = 3'000'000;
  format.context->probesize = 1'000'000;
  AVDictionary* options = nullptr;
  if (settings.file) {
    // A file names no other files and no addresses to be read.
    av_dict_set(&options, "protocol_whitelist", "file", 0);
  } else {
    av_dict_set(&options, "rtsp_transport", settings.udp ? "udp" : "tcp", 0);
    av_dict_set(&options, "allowed_media_types", "video", 0);
  }
  control.deadline = now() + kOpen;
  const std::string address = settings.file ? "file:" + settings.address : with_user(settings);
  int code = avformat_open_input(&format.context, address.c_str(), nullptr, &options);
  av_dict_free(&options);
  if (code < 0) return "it cannot be opened: " + words(code);
  control.deadline = now() + kOpen;
  // What a server says of its stream is enough to decode it, which tells the rest: to look into it first would take a
  // second decoder, and time.
  int index = settings.file ? -1 : av_find_best_stream(format.context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (index < 0 || format.context->streams[index]->codecpar->codec_id == AV_CODEC_ID_NONE) {
    if ((code = avformat_find_stream_info(format.context, nullptr)) < 0)
      return "it tells nothing of its stream: " + words(code);
    index = av_find_best_stream(format.context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  }
  if (index < 0) return "there is no video in it";
  for (unsigned i = 0; i < format.context->nb_streams; ++i)
    format.context->streams[i]->discard = i == static_cast<unsigned>(index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  const AVStream& stream = *format.context->streams[index];
  const AVCodec* const decoder = avcodec_find_decoder(stream.codecpar->codec_id);
  PictureMemory memory;
  Codec codec;
  codec.context = decoder == nullptr ? nullptr : avcodec_alloc_context3(decoder);
  if (codec.context == nullptr || avcodec_parameters_to_context(codec.context, stream.codecpar) < 0)
    return std::string("nothing here decodes ") + avcodec_get_name(stream.codecpar->codec_id);
  codec.context->thread_count = 1;
  codec.context->max_pixels = kMostPixels;
  memory.serve(*codec.context);
  Diet diet(settings, *codec.context);
  if ((code = avcodec_open2(codec.context, decoder, nullptr)) < 0) return "its video cannot be decoded: " + words(code);
  Giver giver(settings, take);
  Packet packet;
  Frame frame;
  PictureTimes times(settings, av_guess_frame_rate(format.context, format.context->streams[index], nullptr),
                     stream.time_base);
  bool settled = false;
  std::string unread;
  const auto receive = [&] {
    while (avcodec_receive_frame(codec.context, frame.frame) >= 0) {
      if (!giver.give(*frame.frame, times.of(frame.frame->best_effort_timestamp)))
        unread = std::string("pictures of this kind are not read: ") + kind_of(codec.context->pix_fmt);
      // A picture that is held is one more that the decoder needs room for.
      av_frame_unref(frame.frame);
      if (!settled) ::malloc_trim(0);  // what it took to find out what the stream is
      settled = true;
    }
  };
  for (;;) {
    control.deadline = now() + kRead;
    code = av_read_frame(format.context, packet.packet);
    if (code == AVERROR(EAGAIN) && !control.stop) continue;
    if (code == AVERROR_EOF && settings.file && !control.stop) {
      avcodec_send_packet(codec.context, nullptr);
      receive();
      return control.stop ? "stopped" : unread;
    }
    if (code < 0) return control.stop ? "stopped" : "the stream ended: " + words(code);
    control.last_packet = now();
    const bool key = packet.packet->stream_index == index && (packet.packet->flags & AV_PKT_FLAG_KEY) != 0;
    if (packet.packet->stream_index == index && diet.wanted(key, now()) &&
        avcodec_send_packet(codec.context, packet.packet) >= 0) {
      // With keyframes alone a decoder that reorders holds back the last one until it is told that no more comes.
      if (diet.keys_alone()) avcodec_send_packet(codec.context, nullptr);
      receive();
      if (diet.keys_alone()) avcodec_flush_buffers(codec.context);
    }
    av_packet_unref(packet.packet);
    if (control.stop) return "stopped";
    if (!unread.empty()) return unread;
  }
}

}  // namespace
}  // namespace wf::camera

extern "C" __attribute__((visibility("default"))) wf::camera::ReadPictures wf_read_pictures() {
  return wf::camera::read_pictures;
}
