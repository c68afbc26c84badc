#pragma once
#include <poll.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::kit {

/// The CURVE keys of one connection; all empty: plain, for ipc.
struct ConnectionKeys {
  std::string engine_key, public_key, secret_key;  ///< Z85
};

/// One connection to an engine: a DEALER that connects once. libzmq's own reconnecting is off, so that the link
/// always knows whether it speaks to the same session. Never blocks. One thread.
class LinkSocket {
 public:
  LinkSocket();
  ~LinkSocket();
  LinkSocket(const LinkSocket&) = delete;
  LinkSocket& operator=(const LinkSocket&) = delete;

  [[nodiscard]] Result<void> connect(const std::string& endpoint, const ConnectionKeys& keys);
  void close();
  [[nodiscard]] bool open() const;

  /// One message, of one frame if `payload` is empty. False: it cannot be sent now.
  [[nodiscard]] bool send(std::string_view header, std::string_view payload = {});
  /// The same, but what was sent of a large payload is not copied: `payload` has been swapped for a buffer of an
  /// earlier one, whatever is in it.
  [[nodiscard]] bool give(std::string_view header, std::string& payload);
  /// The header of the next message that came, and its payload frame (empty: it has none); false: there is none.
  /// Further frames are thrown away.
  [[nodiscard]] bool receive(std::string& header, std::string& payload);

  enum class Fate {
    alive,         ///< connecting or connected
    unreachable,   ///< nothing answers at the address
    unwelcome,     ///< the engine does not admit the key
    incompatible,  ///< what answers does not speak the link's protocol, or has another key
    ended,         ///< it was connected
  };
  /// What became of the connection.
  [[nodiscard]] Fate fate();
  /// As of the last fate(): the engine is there, and admitted the key.
  [[nodiscard]] bool agreed() const;

  /// Descriptors that become readable when receive() or fate() may have news. They are edge-triggered:
  /// before waiting, call both until they have nothing more.
  void add_fds(std::vector<pollfd>& fds) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::kit
