#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::access {

/// An AES key of 16, 24 or 32 bytes; wiped when it goes.
class Dc09Key {
 public:
  /// 32, 48 or 64 hexadecimal digits.
  [[nodiscard]] static Result<Dc09Key> from_hex(std::string_view text);
  /// 16, 24 or 32 characters, each of which is a byte of the key: panels without hexadecimal keys call them a password.
  [[nodiscard]] static Result<Dc09Key> from_text(std::string_view text);
  Dc09Key() = default;
  Dc09Key(Dc09Key&&) noexcept = default;
  Dc09Key& operator=(Dc09Key&&) noexcept = default;
  ~Dc09Key();
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// One message of ANSI/SIA DC-09, from a panel (SIA-DCS, ADM-CID, NULL…) or to one (ACK, NAK, DUH, RSP):
/// LF CRC 0LLL "id" sequence [Rreceiver] [Lprefix] #account [data] [extended]… [_HH:MM:SS,MM-DD-YYYY] CR
struct Dc09Frame {
  std::string id;                     ///< without the star of an encrypted one
  bool encrypted = false;             ///< what stands behind the first bracket is AES-CBC, in hexadecimal digits
  std::string sequence;               ///< four digits; of transmitters that write fewer, as they wrote it
  std::string receiver, prefix;       ///< behind R and L; empty: absent
  std::string account;                ///< behind #
  std::string sealed;                 ///< of an encrypted one that was not opened: its bytes
  std::string data;                   ///< between the first brackets
  std::vector<std::string> extended;  ///< between the others: an identifying letter and its value
  std::optional<UtcNs> time;
  bool unreadable_time = false;  ///< there is a time stamp, and it is none
  std::string problem;           ///< why what stands in clear behind the account cannot be read; `data` holds all of it
  bool binary_crc = false;       ///< the CRC stood as two bytes, as transmitters from before the standard write it
};

/// A frame is never longer: LF, CRC, length, 0xFFF bytes, CR.
inline constexpr std::size_t kDc09Longest = 1 + 4 + 4 + 0xFFF + 1;
/// More fields than this are no message of a panel.
inline constexpr std::size_t kDc09MostExtended = 16;

/// CRC-16 with polynomial 8005 reflected, initial value 0 ("ARC"), of what stands from the first quote to before CR.
[[nodiscard]] std::uint16_t crc16_arc(std::string_view bytes);

/// What lies at the front of a stream's bytes.
struct Dc09Cut {
  enum class What { more, frame, broken } what = What::more;
  std::size_t consumed = 0;  ///< drop these bytes, then look again; with `more` too
  std::string_view body;     ///< of a frame: from the quote to before CR
  bool binary_crc = false;   ///< of a frame
  Error error;               ///< of a broken one: why it was passed over
};
/// Cuts one frame off the front and checks its length and CRC. What is not a frame is passed over up to the next LF
/// and is `broken` once. Needs at most kDc09Longest bytes in view.
[[nodiscard]] Dc09Cut cut_frame(std::string_view bytes);

/// Reads a frame's body; of an encrypted one what is in clear. An error: who sent it, and its number, cannot be read.
/// Names in the data may hold brackets: they end at one behind which nothing, a field or the time stamp begins.
[[nodiscard]] Result<Dc09Frame> parse_frame(std::string_view body);
/// Opens an encrypted one. An error: the key is not the panel's, or the message was changed.
[[nodiscard]] Result<void> open_frame(Dc09Frame& frame, const Dc09Key& key);

/// Fills a buffer with bytes that nobody can guess.
using Random = std::function<void(std::span<std::uint8_t>)>;
/// The whole frame, LF and CR included. An encrypted one needs `key` and `random` for its padding.
[[nodiscard]] std::string build_frame(const Dc09Frame& frame, const Dc09Key* key = nullptr, const Random& random = {});

/// "HH:MM:SS,MM-DD-YYYY", UTC.
[[nodiscard]] std::string format_stamp(UtcNs time);
[[nodiscard]] std::optional<UtcNs> parse_stamp(std::string_view text);

}  // namespace wf::access
