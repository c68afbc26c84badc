#pragma once
#include <cstddef>
#include <cstdint>

struct AVCodecContext;
struct AVFrame;

namespace wf::camera {

/// Memory that a decoder's pictures lie in: of those that it needs at a time, and one spare at most. libav's own keeps
/// what the most of them ever took, one more with H.265: that decoder takes memory for a picture first and gives back
/// that of an older one then. Here the older one's pages become the new one's, as long as nothing was written there.
/// One thread, and one decoder, which ends before this does, with all its pictures.
class PictureMemory {
 public:
  PictureMemory() = default;
  ~PictureMemory();
  PictureMemory(const PictureMemory&) = delete;
  PictureMemory& operator=(const PictureMemory&) = delete;
  /// Of a decoder that is about to be opened. Where it cannot use memory of others', or a kind of picture is not known
  /// here, libav's own is used.
  void serve(AVCodecContext& decoder);

 private:
  struct Block;
  static int get(AVCodecContext* decoder, AVFrame* frame, int flags);
  static void put(void* block, std::uint8_t* memory);
  Block* take(std::size_t bytes);
  void drop(Block* block);

  Block* spare_ = nullptr;
  Block* waits_ = nullptr;  ///< was handed out last, and may have no pages yet
};

}  // namespace wf::camera
