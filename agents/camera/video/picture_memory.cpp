#include "agents/camera/video/picture_memory.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace wf::camera {
namespace {

constexpr std::size_t kPlanes = 4;
constexpr std::size_t kLine = 64;              ///< rows begin where the widest vectors do
constexpr std::size_t kBeyond = 2 * 64;        ///< decoders touch a little beyond the end of a plane
constexpr std::size_t kLooks = 8, kLook = 16;  ///< of a picture, and bytes of each

std::size_t up(std::size_t value, std::size_t to) { return (value + to - 1) / to * to; }

void* map(void* where, std::size_t bytes) {
  const int fixed = where == nullptr ? 0 : MAP_FIXED_NOREPLACE;
  return ::mmap(where, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
}

}  // namespace

struct PictureMemory::Block {
  PictureMemory* of = nullptr;
  std::uint8_t* memory = nullptr;
  std::size_t bytes = 0;
  std::size_t colours = 0;  ///< where they begin
  bool fresh = true;        ///< it never had a picture

  /// There is no picture in it yet, nor the beginning of one: zero all over, its colours too, it would be green and
  /// nothing else.
  [[nodiscard]] bool untouched() const {
    const auto zero = [this](std::size_t at) {
      return std::all_of(memory + at, memory + at + kLook, [](std::uint8_t byte) { return byte == 0; });
    };
    for (std::size_t look = 0; fresh && look < kLooks; ++look)
      if (!zero(bytes / kLooks * look)) return false;
    return fresh && zero(colours);
  }
  /// Takes the pages of one that is no longer needed, which then has none.
  bool inherit(Block& other) {
    if (other.bytes != bytes || !untouched()) return false;
    if (::mremap(other.memory, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, memory) != MAP_FAILED) {
      other.memory = nullptr;
      fresh = false;
      return true;
    }
    // It may have taken the place away before it failed.
    if (const void* const again = map(memory, bytes); again != memory && errno != EEXIST) std::abort();
    return false;
  }
};

PictureMemory::~PictureMemory() { drop(spare_); }

void PictureMemory::drop(Block* block) {
  if (block != nullptr && block->memory != nullptr) ::munmap(block->memory, block->bytes);
  delete block;
}

void PictureMemory::serve(AVCodecContext& decoder) {
  if (decoder.codec == nullptr || (decoder.codec->capabilities & AV_CODEC_CAP_DR1) == 0) return;
  decoder.opaque = this;
  decoder.get_buffer2 = get;
}

PictureMemory::Block* PictureMemory::take(std::size_t bytes) {
  Block* out = std::exchange(spare_, nullptr);
  if (out != nullptr && out->bytes != bytes) drop(std::exchange(out, nullptr));
  if (out == nullptr) {
    void* const memory = map(nullptr, bytes);
    if (memory == MAP_FAILED) return nullptr;
    out = new Block{this, static_cast<std::uint8_t*>(memory), bytes};
  }
  waits_ = out;
  return out;
}

int PictureMemory::get(AVCodecContext* decoder, AVFrame* frame, int flags) {
  const auto kind = static_cast<AVPixelFormat>(frame->format);
  const AVPixFmtDescriptor* const format = av_pix_fmt_desc_get(kind);
  constexpr std::uint64_t kOthers = AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM;
  if (format == nullptr || (format->flags & kOthers) != 0) return avcodec_default_get_buffer2(decoder, frame, flags);
  int width = frame->width, height = frame->height;
  std::array<int, AV_NUM_DATA_POINTERS> align{};
  avcodec_align_dimensions2(decoder, &width, &height, align.data());
  std::array<int, kPlanes> lines{};
  if (const int code = av_image_fill_linesizes(lines.data(), kind, width); code < 0) return code;
  std::array<std::ptrdiff_t, kPlanes> line{};
  for (std::size_t i = 0; i < kPlanes; ++i)
    line[i] = static_cast<std::ptrdiff_t>(up(static_cast<std::size_t>(lines[i]), kLine));
  std::array<std::size_t, kPlanes> plane{};
  if (const int code = av_image_fill_plane_sizes(plane.data(), kind, height, line.data()); code < 0) return code;
  std::size_t bytes = 0;
  for (std::size_t& one : plane)
    if (one > 0) bytes += one = up(one + kBeyond, kLine);
  Block* const block =
      static_cast<PictureMemory*>(decoder->opaque)->take(up(bytes, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))));
  if (block == nullptr) return AVERROR(ENOMEM);
  block->colours = plane[1] > 0 ? plane[0] : 0;
  frame->buf[0] = av_buffer_create(block->memory, block->bytes, put, block, 0);
  if (frame->buf[0] == nullptr) {
    put(block, block->memory);
    return AVERROR(ENOMEM);
  }
  std::uint8_t* at = block->memory;
  for (std::size_t i = 0; i < kPlanes && plane[i] > 0; at += plane[i++]) {
    frame->data[i] = at;
    frame->linesize[i] = static_cast<int>(line[i]);
  }
  frame->extended_data = frame->data;
  return 0;
}

void PictureMemory::put(void* opaque, std::uint8_t*) {
  auto* const block = static_cast<Block*>(opaque);
  PictureMemory& self = *block->of;
  if (self.waits_ == block) self.waits_ = nullptr;
  block->fresh = false;
  if (self.waits_ != nullptr) {
    const bool inherited = self.waits_->inherit(*block);
    self.waits_ = nullptr;
    if (inherited) return self.drop(block);
  }
  if (self.spare_ != nullptr) return self.drop(block);
  self.spare_ = block;
}

}  // namespace wf::camera
