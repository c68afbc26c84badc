#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agents/camera/video/picture_reader.hpp"

namespace wf::camera {

/// A stream that is read in a thread of its own, again and again, whatever becomes of it. A thread that hangs within
/// libav is left behind when this ends.
class StreamThread {
 public:
  enum class Transport : std::uint8_t { either, tcp, udp };
  StreamThread(ReadPictures read, StreamSettings settings, Transport transport);
  ~StreamThread();
  StreamThread(const StreamThread&) = delete;
  StreamThread& operator=(const StreamThread&) = delete;

  /// Readable when there is something new.
  [[nodiscard]] int fd() const;
  /// The pictures since it was asked last, the newest of them if they were many; of a file all, one after the other.
  [[nodiscard]] std::vector<SmallPicture> take();
  /// CLOCK_MONOTONIC at which bytes of the stream came last; 0: never.
  [[nodiscard]] std::int64_t last_packet() const;
  /// A file is read to its end, and all its pictures were taken.
  [[nodiscard]] bool over() const;
  /// Why the last try ended; empty: the first one goes on.
  [[nodiscard]] std::string problem() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wf::camera
