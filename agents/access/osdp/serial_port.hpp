#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "agents/access/osdp/frame.hpp"
#include "agents/kit/descriptor.hpp"
#include "proto/result.hpp"

namespace wf::access::osdp {

/// A serial line or a pseudo terminal: raw, eight bits, no parity, one stop bit, this process's alone. Nothing blocks.
class SerialPort {
 public:
  /// Locks it, so that two panels never speak on one line.
  [[nodiscard]] static Result<SerialPort> open(const std::string& device, std::uint32_t baud);

  /// What has come; 0: nothing now. An error means that the line is gone.
  [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> out);
  /// Sends, or keeps until flush() what the device does not take now. What was kept and not sent is dropped: an old
  /// frame is worth nothing.
  [[nodiscard]] Result<void> write(Bytes bytes);
  [[nodiscard]] Result<void> flush();
  [[nodiscard]] bool wants_to_write() const { return kept_ > 0; }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  SerialPort(kit::Descriptor fd, std::string device) : fd_(std::move(fd)), device_(std::move(device)) {}

  kit::Descriptor fd_;
  std::string device_;
  std::array<std::uint8_t, kLargestFrame + 1> waiting_{};
  std::size_t kept_ = 0;
};

}  // namespace wf::access::osdp
