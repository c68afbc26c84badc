#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "console/link/key_files.hpp"
#include "tests/support/patience.hpp"

namespace wf::link::test {

/// A TCP connection to the link that speaks whatever the test makes it speak, below ZeroMQ.
class RawPeer {
 public:
  /// `endpoint`: tcp://ADDRESS:PORT. What cannot connect is closed().
  /// `receive_buffer`: SO_RCVBUF; 0: what the kernel gives.
  explicit RawPeer(const std::string& endpoint, int receive_buffer = 0);
  ~RawPeer();
  RawPeer(RawPeer&& o) noexcept;
  RawPeer& operator=(RawPeer&&) = delete;
  /// False: the other end is gone, or takes nothing for two seconds.
  bool send(std::string_view bytes);
  /// So many bytes from the other end; fewer: it is gone or silent.
  std::string receive(std::size_t bytes, int patience_ms = wf::test::patience_ms(5000));
  /// Closes its own direction; the other end may still speak.
  void say_no_more() const;
  /// The other end closed it, or does within the time. What it says meanwhile is thrown away.
  bool closed(int wait_ms = 0);

 private:
  int descriptor_ = -1;
};

/// Begins to connect and does not wait; the descriptor, or −1.
[[nodiscard]] int begin_connection(const std::string& endpoint);

/// The first 64 bytes that a CURVE client says (ZMTP 3.1).
[[nodiscard]] std::string greeting();
/// The head of a ZMTP command frame of so many bytes.
[[nodiscard]] std::string command_head(std::uint64_t bytes);

/// An enrolled agent that gets through the handshake by its own ZMTP and CURVE (RFC 26), and then keeps to nothing:
/// libzmq's client sends only whole messages in good order.
class HostilePeer {
 public:
  struct Habits {
    std::string routing_id;                         ///< to be called by
    std::size_t metadata = 0;                       ///< further bytes of metadata in its handshake
    int patience_ms = wf::test::patience_ms(5000);  ///< for an answer in its handshake
    int receive_buffer = 0;                         ///< SO_RCVBUF
  };
  /// Connects and shakes hands; good() says whether it got through.
  HostilePeer(const std::string& endpoint, const std::string& engine_key, const KeyPair& keys);
  HostilePeer(const std::string& endpoint, const std::string& engine_key, const KeyPair& keys, const Habits& habits);
  ~HostilePeer();
  HostilePeer(HostilePeer&&) noexcept;
  HostilePeer& operator=(HostilePeer&&) = delete;
  [[nodiscard]] bool good() const { return good_; }
  /// An encrypted frame; `more`: the message goes on. False: the other end is gone.
  bool send(std::string_view frame, bool more = false);
  /// A ZMTP command in the encryption, PING with a time to live in tenths of a second.
  bool ping(std::uint16_t ttl);
  /// Bytes as they are, after the handshake.
  bool send_raw(std::string_view bytes) { return raw_.send(bytes); }
  bool closed(int wait_ms = 0) { return raw_.closed(wait_ms); }

 private:
  bool shake_hands(const std::string& engine_key, const KeyPair& keys, const Habits& habits);
  bool send_flagged(std::string_view frame, std::uint8_t flags);

  RawPeer raw_;
  std::string session_;  ///< the precomputed secret of the connection
  std::uint64_t nonce_ = 2;
  bool good_ = false;  ///< last: the handshake needs the others
};

}  // namespace wf::link::test
