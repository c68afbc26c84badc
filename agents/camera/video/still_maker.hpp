#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "agents/camera/video/picture_reader.hpp"

struct AVCodecContext;
struct AVFrame;
struct AVPacket;

namespace wf::camera {

/// Makes JPEGs of decoded pictures: smaller by a whole number where they are wider than wanted, what is masked painted
/// over before anything is encoded, and of no more bytes than allowed (in steps of quality). One thread.
class StillMaker {
 public:
  explicit StillMaker(const StreamSettings& settings) : settings_(settings) {}
  ~StillMaker();
  StillMaker(const StillMaker&) = delete;
  StillMaker& operator=(const StillMaker&) = delete;

  /// Empty: the picture is of a kind that is not known here, or does not get small enough.
  [[nodiscard]] std::string make(const AVFrame& picture);

 private:
  struct Rest;
  void close();
  bool prepare(const AVFrame& picture);
  void fill(const AVFrame& picture);
  void pad(int plane, int width, int height);

  const StreamSettings& settings_;
  int from_width_ = 0, from_height_ = 0, by_ = 1, quality_ = 4;
  int width_ = 0, height_ = 0;  ///< of the still
  AVCodecContext* encoder_ = nullptr;
  AVFrame* frame_ = nullptr;
  AVPacket* packet_ = nullptr;
  std::vector<std::uint8_t> masked_;  ///< of each block of 2 × 2 points; empty: there are no masks
};

}  // namespace wf::camera
