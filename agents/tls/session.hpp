#pragma once
#include <memory>
#include <string>

#include "agents/tls/credentials.hpp"

namespace wf::tls {

/// The receiving end of one TLS connection (RFC 5246, RFC 8446) on a socket that does not block. Nothing is sent but
/// what the protocol itself needs; a peer that wants to negotiate anew is ended. One thread.
class Session {
 public:
  enum class Step {
    done,   ///< bytes came, or the handshake is through
    wait,   ///< for the socket: see wants_write()
    ended,  ///< the peer ended it in order
    failed  ///< problem() says why
  };

  /// `socket` stays the caller's and outlives the session.
  Session(std::shared_ptr<const Credentials> credentials, int socket);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Goes on with the handshake.
  [[nodiscard]] Step handshake();
  [[nodiscard]] bool established() const { return established_; }
  /// After the handshake: reads up to `size` bytes; `got` of them came.
  [[nodiscard]] Step read(char* bytes, std::size_t size, std::size_t& got);
  /// Bytes were received that read() has not given yet: the socket does not wake for them.
  [[nodiscard]] bool has_more() const;
  [[nodiscard]] bool wants_write() const;
  /// Who it is, by its certificate; empty where none is asked for.
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// Why it failed, in one clause with what to do.
  [[nodiscard]] const Error& problem() const { return problem_; }

 private:
  static int verify(gnutls_session_t session);
  Step fail(int code, bool in_handshake);

  std::shared_ptr<const Credentials> credentials_;
  const GnutlsLibrary& library_;
  int socket_;
  gnutls_session_t session_ = nullptr;
  bool established_ = false, looked_ = false, broken_ = false;
  std::string peer_;
  Error problem_;
};

}  // namespace wf::tls
