#pragma once
#include <poll.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/descriptor.hpp"
#include "agents/network/syslog_framing.hpp"
#include "agents/tls/session.hpp"
#include "proto/result.hpp"

namespace wf::network {

/// Who a message came from.
struct SyslogSender {
  std::string address;      ///< numeric
  std::string certificate;  ///< the name or fingerprint by which it was let in; empty: it showed none
};

/// Connections that bring syslog messages, in plain TCP (RFC 6587) or TLS (RFC 5425). Each has its turn; none waits for
/// another, nor for a handshake. Bounded are how many there are, of one address too, what their unfinished messages
/// hold, how long a handshake takes and how long a message that said its length may stay unfinished. One thread.
class SyslogConnections {
 public:
  static constexpr std::size_t kMostLine = 64U << 10U;
  static constexpr std::size_t kMost = 128, kMostOfOnePeer = 32;
  static constexpr std::size_t kMostHeld = 1U << 20U;  ///< bytes of unfinished messages, of all together
  static constexpr std::int64_t kHandshake = 10 * kSecond, kUnfinished = 60 * kSecond;
  static constexpr std::int64_t kSilent = 60 * kSecond;  ///< whose place may be given to another

  /// What becomes of what they bring.
  struct Receiver {
    std::function<void(std::string_view message, const SyslogSender& sender)> take;
    std::function<void(const Error& why)> broken;       ///< a message that could not be used
    std::function<void(const Error& why)> turned_away;  ///< a connection
    std::function<bool()> full;                         ///< no more now
  };

  /// Takes a listening socket over.
  void open(kit::Descriptor listener) { listener_ = std::move(listener); }
  [[nodiscard]] bool listening() const { return listener_.open(); }
  /// With TLS, from the next connection on.
  void use(std::shared_ptr<const tls::Credentials> credentials) { credentials_ = std::move(credentials); }

  /// Accepts, and reads from each until the receiver is full. True: there is more to read at once.
  bool step(const Receiver& receiver, const kit::Moment& moment);
  void add_fds(std::vector<pollfd>& fds) const;
  /// CLOCK_MONOTONIC at which step() has something to do though no descriptor is ready.
  [[nodiscard]] std::int64_t next_wake() const;
  [[nodiscard]] std::size_t count() const { return connections_.size(); }

 private:
  struct Connection {
    kit::Descriptor socket;
    SyslogSender sender;
    std::unique_ptr<tls::Session> tls;  ///< null: in plain text
    SyslogFraming framing{kMostLine};
    std::int64_t since = 0;       ///< CLOCK_MONOTONIC when it came
    std::int64_t last = 0;        ///< when bytes came
    std::int64_t unfinished = 0;  ///< since when a message that said its length waits for its end; 0: none does
    bool unread = false;          ///< bytes are here that the socket does not wake for
    bool waits = false;           ///< the last step read all that the peer had sent
  };
  enum class Got { bytes, nothing, end };

  void accept_all(const Receiver& receiver, const kit::Moment& moment);
  bool make_room(const kit::Moment& moment);
  bool shake(Connection& c, const Receiver& receiver, const kit::Moment& moment);
  bool receive(Connection& c, const Receiver& receiver, const kit::Moment& moment);
  Got read(Connection& c, const Receiver& receiver, std::size_t& got);
  void cut(Connection& c, bool ended, const Receiver& receiver);
  void bound(Connection& c, const Receiver& receiver, const kit::Moment& moment);
  static void end(Connection& c);

  kit::Descriptor listener_;
  std::shared_ptr<const tls::Credentials> credentials_;
  std::vector<Connection> connections_;
  std::size_t turn_ = 0;
  std::array<char, 32U << 10U> in_{};
};

}  // namespace wf::network
