#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Frames of OSDP v2 (SIA OSDP 2.2, IEC 60839-11-5):
/// `[FF] 53 address length(LE) control [security block] code data [MAC 4] CRC16|checksum8`.
namespace wf::access::osdp {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t kLargestFrame = 1440;  ///< without the idle mark FF
inline constexpr std::uint8_t kMark = 0xff;
inline constexpr std::uint8_t kStart = 0x53;
inline constexpr std::uint8_t kBroadcast = 0x7f;

namespace command {
inline constexpr std::uint8_t kPoll = 0x60, kId = 0x61, kCap = 0x62, kLstat = 0x64, kIstat = 0x65, kOstat = 0x66,
                              kRstat = 0x67, kOut = 0x68, kLed = 0x69, kBuz = 0x6a, kText = 0x6b, kComset = 0x6e,
                              kKeyset = 0x75, kChlng = 0x76, kScrypt = 0x77;
}  // namespace command
namespace reply {
inline constexpr std::uint8_t kAck = 0x40, kNak = 0x41, kPdid = 0x45, kPdcap = 0x46, kLstatr = 0x48, kIstatr = 0x49,
                              kOstatr = 0x4a, kRstatr = 0x4b, kRaw = 0x50, kFmt = 0x51, kKeypad = 0x53, kCom = 0x54,
                              kCcrypt = 0x76, kRmacI = 0x78, kBusy = 0x79;
}  // namespace reply
/// Reasons of a NAK.
namespace nak {
inline constexpr std::uint8_t kCheck = 1, kLength = 2, kUnknown = 3, kSequence = 4, kSecurityBlock = 5,
                              kSecurityNeeded = 6, kBioType = 7, kBioFormat = 8, kRecord = 9;
}  // namespace nak

enum class Check : std::uint8_t { checksum, crc };

/// One frame that was read. Its spans point into the bytes that it was read from.
struct Frame {
  std::uint8_t address = 0;  ///< without the reply's bit 7
  bool reply = false;
  std::uint8_t sequence = 0;  ///< 0 to 3
  Check check = Check::crc;
  std::uint8_t block = 0;  ///< type of the security block, 11 to 18 hexadecimal; 0: there is none
  Bytes block_data;
  std::uint8_t code = 0;
  Bytes data;     ///< encrypted with blocks 17 and 18
  Bytes mac;      ///< four bytes with blocks 15 to 18, else none
  Bytes covered;  ///< what the MAC is made of: from the start byte to the end of the data
  Bytes whole;    ///< from the start byte to the check
};

/// CRC-16 of the standard: polynomial 1021, initial value 1D0F, neither reflected nor inverted.
[[nodiscard]] std::uint16_t crc16(Bytes bytes);
/// Two's complement of the sum.
[[nodiscard]] std::uint8_t checksum8(Bytes bytes);

/// Reads a frame from its start byte to its check. Nothing if any part of it is wrong.
[[nodiscard]] std::optional<Frame> parse_frame(Bytes whole);

/// A frame to be built. With blocks 15 to 18 room for the MAC is left, and `data` is as it goes out.
struct Outgoing {
  std::uint8_t address = 0;
  bool reply = false;
  std::uint8_t sequence = 0;
  Check check = Check::crc;
  std::uint8_t block = 0;
  Bytes block_data;
  std::uint8_t code = 0;
  Bytes data;
};
/// Writes mark, header, block, code and data, with the length that the whole frame will have. Returns how many bytes
/// were written, 0 if `out` is too small. The MAC, if there is one, is written behind them by the caller.
[[nodiscard]] std::size_t begin_frame(const Outgoing& frame, std::span<std::uint8_t> out);
/// Writes the check behind the `size` bytes that stand in `out`. Returns the size of all.
[[nodiscard]] std::size_t end_frame(Check check, std::span<std::uint8_t> out, std::size_t size);

/// Finds frames in what comes over a line: passes over noise, and goes on behind the start byte of what looked like a
/// frame and was none. Takes nothing from the heap.
class FrameReader {
 public:
  /// Takes bytes and returns how many: all of them if next() was called until it gave nothing and there are at most
  /// kLargestFrame.
  std::size_t push(Bytes bytes);
  /// The next whole frame, valid until the next call of push() or next(); nothing: more bytes are needed.
  [[nodiscard]] std::optional<Frame> next();
  /// The beginning of a frame waits for its rest.
  [[nodiscard]] bool partial() const { return begin_ < end_; }
  /// Gives up what waits: its rest will not come.
  void reset();

  [[nodiscard]] std::uint64_t noise() const { return noise_; }    ///< bytes that belonged to no frame
  [[nodiscard]] std::uint64_t broken() const { return broken_; }  ///< what began as a frame and was none

 private:
  void drop(std::size_t count);

  std::array<std::uint8_t, 2 * kLargestFrame> buffer_{};
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t noise_ = 0, broken_ = 0;
};

}  // namespace wf::access::osdp
