#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "console/link/connections.hpp"
#include "proto/link_message.hpp"

namespace wf::link {

/// What goes out to agents. What a connection cannot take at once is kept for it, up to a bound; what is beyond it
/// is left out, since the connection's next WELCOME makes it good. One thread.
class Outbox {
 public:
  enum class Sent { sent, full, gone };
  /// Sends a header frame, and a payload frame if it is not empty, without blocking.
  using Sender = std::function<Sent(const std::string& route, const std::string& header, const std::string& payload)>;

  /// `most` messages wait for one connection; `deaf` hears of one that does not read even those.
  Outbox(Sender sender, std::function<UtcNs()> clock, std::size_t most,
         std::function<void(Connection&, std::int64_t mono)> deaf);

  /// The connection stays valid even if it turns out to be gone.
  void send(Connection& connection, LinkMessage message, std::int64_t mono, std::string payload = {});
  /// Says why, and that nothing more is taken from it until its next HELLO.
  void refuse(Connection& connection, const std::string& reason, std::int64_t mono);
  /// Tries again what was kept.
  void flush(Connection& connection, std::int64_t mono);
  /// Numbers of connections that turned out to be gone since the last call.
  [[nodiscard]] std::vector<std::uint64_t> take_gone();

 private:
  Sent pass(Connection& connection, const std::string& header, const std::string& payload, std::int64_t mono);

  const Sender sender_;
  const std::function<UtcNs()> clock_;
  const std::size_t most_;
  const std::function<void(Connection&, std::int64_t mono)> deaf_;
  std::vector<std::uint64_t> gone_;
  std::string header_;  ///< reused
};

}  // namespace wf::link
