#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/access/osdp/line_report.hpp"
#include "agents/access/osdp/secure_channel.hpp"
#include "proto/result.hpp"

namespace wf::access::osdp {

/// One record of a capture: bytes of either direction and when they were seen.
struct CaptureRecord {
  std::optional<UtcNs> time;  ///< absolute
  std::int64_t after = 0;     ///< else nanoseconds on a clock of the recorder's
  std::vector<std::uint8_t> bytes;
};

/// Reads one line of a capture, which is one of
/// - osdpcap: {"timeSec": "…", "timeNano": "…", "io": "…", "data": " ff 53 …"}, as SIA's tools write it;
/// - JSON: {"t_ms": 12, "dir": "…", "hex": "ff53…"};
/// - text: MILLISECONDS DIRECTION HEX.
/// Blanks, hyphens, colons or commas may stand between bytes: recorders differ.
[[nodiscard]] Result<CaptureRecord> read_capture_line(std::string_view line);

/// What was said on a recorded line, seen by somebody who only listens. Answers become events as those of a line that
/// this agent commands; so do the outputs that the recorded panel switched. With the readers' key it reads secure
/// channels whose beginning was recorded; a key that was set while it listened it knows by itself.
class CaptureListener {
 public:
  /// `file`: who is on the line; of readers that it does not name the address is the name.
  CaptureListener(LineFile file, std::optional<Key> key, LineReport::Tell tell, LineReport::Refuse refuse);

  /// Frames taken from these bytes.
  std::size_t take(Bytes bytes, const kit::Moment& moment);
  /// What must be told when time goes on; call it with each record's time and at the end.
  void step(const kit::Moment& moment);
  /// Messages of secure channels that could not be read.
  [[nodiscard]] std::uint64_t sealed() const { return sealed_; }

 private:
  struct Listened {
    std::uint8_t address = 0;
    std::size_t index = 0;
    Nonce a{};
    bool default_key = false;
    std::optional<Key> set_key;  ///< which the recorded panel gave it
    SessionKeys keys;
    Block cryptogram{};
    std::optional<SecureSession> session;
    Identity identity;
    bool told = false;
    std::array<std::uint8_t, 4> last_mac{};
    std::map<std::uint32_t, std::int64_t> ends;  ///< outputs that are on for a time
  };

  Listened& listened(std::uint8_t address);
  void take(const Frame& frame);
  void take_clear(Listened& reader, const Frame& frame, Bytes data);
  static void take_keyset(Listened& reader, Bytes data);
  void handshake(Listened& reader, const Frame& frame);

  LineFile file_;
  const std::optional<Key> key_;
  LineReport report_;
  FrameReader line_;
  std::deque<Listened> readers_;
  std::uint64_t sealed_ = 0;
};

}  // namespace wf::access::osdp
