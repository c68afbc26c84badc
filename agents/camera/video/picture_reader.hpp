#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agents/camera/motion/polygon.hpp"

namespace wf::camera {

/// A picture's brightness, made small: what is judged needs no more.
struct SmallPicture {
  static constexpr int kWidth = 160, kHeight = 90;
  std::vector<std::uint8_t> luma;  ///< kWidth × kHeight, row by row; 0 black, 255 white
  std::int64_t mono = 0;           ///< CLOCK_MONOTONIC at which it was decoded; of a file: its time in it, from 1 s on
  bool colourless = false;         ///< as by infrared
  std::string still = {};          ///< the picture as JPEG, masked, where one was due
};

struct StreamSettings {
  std::string address;         ///< rtsp or rtsps, without a user; or a file
  std::string user, password;  ///< basic or digest, as the server asks
  bool udp = false;            ///< instead of TCP
  bool file = false;           ///< `address` is a file: read as fast as pictures are taken, once
  /// Where keyframes are further apart than this (nanoseconds), pictures between them are decoded too, and at most
  /// five a second are handed over. 0: keyframes alone.
  std::int64_t most_apart = 0;
  std::int64_t still_every = 0;  ///< nanoseconds between stills; 0: none
  int still_width = 1280;        ///< at most; a larger picture is made smaller by a whole number
  std::size_t still_bytes = 200U << 10U;
  std::vector<Polygon> masks;  ///< what no still shows
};

/// What the one who reads and the one who waits share.
struct StreamControl {
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> last_packet{0};  ///< CLOCK_MONOTONIC; 0: none came yet
  std::atomic<std::int64_t> deadline{0};     ///< CLOCK_MONOTONIC at which what is waited for is given up
};

/// Reads a stream until it ends, fails or is stopped, and hands over pictures of it. Blocks: it wants a thread of its
/// own, on which `take` is called. Gives the reason, in which no password stands; empty: the file is over.
using ReadPictures = std::string (*)(const StreamSettings&, StreamControl&,
                                     const std::function<void(SmallPicture&&)>& take);

}  // namespace wf::camera

/// The name of the module's one function, a ReadPictures. It is a module because libav takes more memory than an
/// agent, which most have no use for.
inline constexpr const char* kReadPicturesSymbol = "wf_read_pictures";
