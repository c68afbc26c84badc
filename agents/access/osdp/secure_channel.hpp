#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agents/access/osdp/frame.hpp"

/// The secure channel of OSDP v2 (SIA OSDP 2.2, Annex D): AES-128, session keys from both sides' random numbers.
namespace wf::access::osdp {

using Block = std::array<std::uint8_t, 16>;
using Key = Block;
using Nonce = std::array<std::uint8_t, 8>;

/// SCBK-D: the key that everybody knows, good for nothing but to set another.
inline constexpr Key kDefaultKey{0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
                                 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f};

/// Types of the security block.
namespace block {
inline constexpr std::uint8_t kChallenge = 0x11, kCcrypt = 0x12, kScrypt = 0x13, kRmacI = 0x14, kCommandMac = 0x15,
                              kReplyMac = 0x16, kCommandEncrypted = 0x17, kReplyEncrypted = 0x18;
}  // namespace block

enum class From : std::uint8_t { panel, reader };

/// S_ENC, S_MAC1 and S_MAC2 of one session.
struct SessionKeys {
  Block enc{}, mac1{}, mac2{};
};
/// `a`: the panel's random number RND.A.
[[nodiscard]] SessionKeys session_keys(const Key& key, const Nonce& a);
/// What the reader proves its key with; `b`: its random number RND.B.
[[nodiscard]] Block reader_cryptogram(const SessionKeys& keys, const Nonce& a, const Nonce& b);
/// What the panel proves its key with.
[[nodiscard]] Block panel_cryptogram(const SessionKeys& keys, const Nonce& a, const Nonce& b);
/// RMAC_I: the first link of the chain of MACs.
[[nodiscard]] Block first_mac(const SessionKeys& keys, const Block& panel_cryptogram);
/// Takes the same time wherever they differ.
[[nodiscard]] bool same(Bytes one, Bytes other);

/// An established session, of either side: every message's MAC continues the chain of the other direction's last one.
/// Nothing of it changes until advance(), so that what fails to hold changes nothing.
class SecureSession {
 public:
  SecureSession(const SessionKeys& keys, const Block& rmac_i) : keys_(keys), of_reader_(rmac_i) {}
  ~SecureSession();
  SecureSession(const SecureSession&) = default;
  SecureSession& operator=(const SecureSession&) = default;

  /// The MAC of the next message; its first four bytes are sent.
  [[nodiscard]] Block mac(From from, Bytes covered) const;
  /// The message with this MAC was sent, or came and held.
  void advance(From from, const Block& mac) { (from == From::panel ? of_panel_ : of_reader_) = mac; }
  /// The next message's data, padded and encrypted. Returns its size, 0 if `out` is too small.
  [[nodiscard]] std::size_t encrypt(From from, Bytes data, std::span<std::uint8_t> out) const;
  /// The other way round; nothing if size or padding is wrong. An empty text is empty data: some devices send it.
  [[nodiscard]] std::optional<std::size_t> decrypt(From from, Bytes text, std::span<std::uint8_t> out) const;

 private:
  [[nodiscard]] Block vector_of(From from) const;

  SessionKeys keys_;
  Block of_panel_{}, of_reader_{};  ///< the last MACs
};

/// Builds a whole frame, mark first; `frame.data` is what it says in clear. With a session it gets block 15 or 17 (of
/// a reply 16 or 18), is encrypted and gets its MAC, and the session advances. Returns the size, 0: it does not fit.
[[nodiscard]] std::size_t build_frame(Outgoing frame, SecureSession* session, std::span<std::uint8_t> out);

/// What a frame of a session says.
struct Opened {
  enum class Verdict : std::uint8_t { good, plain, forged } verdict = Verdict::plain;
  Bytes data;  ///< of a good one: in `scratch`, or in the frame if it was not encrypted
};
/// Checks a frame that came and decrypts it. Readers differ in the block that they answer with: 15 to 18 are taken in
/// either direction. A good one advances the session; one without MAC is `plain`, one whose MAC or padding does not
/// hold is `forged`, and both change nothing. `scratch` holds at least the frame's data.
[[nodiscard]] Opened open_frame(const Frame& frame, SecureSession& session, std::span<std::uint8_t> scratch);

}  // namespace wf::access::osdp
