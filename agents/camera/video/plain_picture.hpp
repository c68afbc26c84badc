#pragma once

struct AVFrame;

namespace wf::camera {

/// Makes a picture one of brightness and colour planes with eight bits (YUVJ444P), where it is none: red, green and
/// blue, a palette, big-endian or packed bits, as films on a disk and some small cameras have them.
class PlainPicture {
 public:
  PlainPicture() = default;
  ~PlainPicture();
  PlainPicture(const PlainPicture&) = delete;
  PlainPicture& operator=(const PlainPicture&) = delete;
  /// The picture itself if it is plain, else one that lives until the next call; null: of a kind that is not read.
  [[nodiscard]] const AVFrame* of(const AVFrame& picture);

 private:
  AVFrame* plain_ = nullptr;
};

}  // namespace wf::camera
