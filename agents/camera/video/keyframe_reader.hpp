#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wf::camera {

/// A keyframe's brightness, made small: what is judged needs no more.
struct SmallPicture {
  static constexpr int kWidth = 160, kHeight = 90;
  std::vector<std::uint8_t> luma;  ///< kWidth × kHeight, row by row; 0 black, 255 white
  std::int64_t mono = 0;           ///< CLOCK_MONOTONIC at which it was decoded
};

struct StreamSettings {
  std::string address;         ///< rtsp or rtsps, without a user
  std::string user, password;  ///< basic or digest, as the server asks
  bool udp = false;            ///< instead of TCP
};

/// What the one who reads and the one who waits share.
struct StreamControl {
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> last_packet{0};  ///< CLOCK_MONOTONIC; 0: none came yet
  std::atomic<std::int64_t> deadline{0};     ///< CLOCK_MONOTONIC at which what is waited for is given up
};

/// Reads a stream until it ends, fails or is stopped, and hands over each keyframe; other frames are not decoded.
/// Blocks: it wants a thread of its own, on which `take` is called. Gives the reason, in which no password stands.
using ReadKeyframes = std::string (*)(const StreamSettings&, StreamControl&,
                                      const std::function<void(SmallPicture&&)>& take);

}  // namespace wf::camera

/// The name of the module's one function, a ReadKeyframes. It is a module because libav takes more memory than an
/// agent, which most have no use for.
inline constexpr const char* kReadKeyframesSymbol = "wf_read_keyframes";
