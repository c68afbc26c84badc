#include "agents/tls/session.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace wf::tls {
namespace {

/// Of one that is no failure, a warning for instance, in a row.
constexpr int kMostRepeats = 16;
constexpr unsigned char kHandshakeRecord = 22;

std::string shown(unsigned char first) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (first > 0x20 && first < 0x7f) return std::string("'") + static_cast<char>(first) + "'";
  return std::string("byte 0x") + kHex[first >> 4U] + kHex[first & 15U];
}

}  // namespace

Session::Session(std::shared_ptr<const Credentials> credentials, int socket)
    : credentials_(std::move(credentials)), library_(credentials_->library()), socket_(socket) {
  if (library_.init(&session_, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) != 0) {
    session_ = nullptr;
    problem_ = {"GnuTLS makes no session", "", ""};
    return;
  }
  library_.session_set_ptr(session_, this);
  library_.priority_set(session_, credentials_->priority());
  library_.credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_->get());
  if (credentials_->mutual()) {
    library_.certificate_server_set_request(session_, GNUTLS_CERT_REQUIRE);
    library_.session_set_verify_function(session_, &Session::verify);
  }
  library_.transport_set_int2(session_, socket, socket);
}

Session::~Session() {
  if (session_ == nullptr) return;
  // One try to say goodbye: it waits for nobody.
  if (established_ && !broken_) (void)library_.bye(session_, GNUTLS_SHUT_WR);
  library_.deinit(session_);
}

int Session::verify(gnutls_session_t session) {
  Session& self = *static_cast<Session*>((*gnutls_library())->session_get_ptr(session));
  Result<std::string> peer = self.credentials_->admit(session);
  if (!peer) {
    self.problem_ = peer.error();
    return GNUTLS_E_CERTIFICATE_ERROR;
  }
  self.peer_ = std::move(*peer);
  return 0;
}

Session::Step Session::fail(int code, bool in_handshake) {
  broken_ = true;
  const std::string during = in_handshake ? " during the TLS handshake" : "";
  const auto because = [&](std::string what, std::string to_do = {}) {
    problem_ = {std::move(what), "", std::move(to_do)};
  };
  // What is cut off looks as if it were broken.
  unsigned char next = 0;
  if (in_handshake && code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH &&
      ::recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
    code = GNUTLS_E_PREMATURE_TERMINATION;
  switch (code) {
    case GNUTLS_E_FATAL_ALERT_RECEIVED: {
      const gnutls_alert_description_t alert = library_.alert_get(session_);
      const char* const name = library_.alert_get_name(alert);
      const bool certificate = alert == GNUTLS_A_UNKNOWN_CA || alert == GNUTLS_A_BAD_CERTIFICATE ||
                               alert == GNUTLS_A_CERTIFICATE_EXPIRED || alert == GNUTLS_A_CERTIFICATE_UNKNOWN;
      because("it ended the TLS connection: " + std::string(name == nullptr ? "unknown alert" : name),
              certificate ? "let the sender trust the authority of this agent's certificate" : "");
      break;
    }
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_PUSH_ERROR:
      because("it ended the connection" + during);
      break;
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
    case GNUTLS_E_NO_CIPHER_SUITES:
    case GNUTLS_E_NO_COMMON_KEY_SHARE:
      because("it offers no TLS that is safe: " + std::string(library_.strerror(code)),
              "let the sender speak TLS 1.2 or 1.3");
      break;
    case GNUTLS_E_CERTIFICATE_REQUIRED:
    case GNUTLS_E_NO_CERTIFICATE_FOUND:
      because("it showed no certificate", "give the sender one");
      break;
    case GNUTLS_E_DECRYPTION_FAILED:
      // A client of TLS 1.3 that does not like what it sees says so in plain text.
      if (in_handshake) {
        because("it broke the TLS handshake off, most likely because it does not trust this agent's certificate",
                "let the sender trust the authority of this agent's certificate");
        break;
      }
      because(std::string("TLS failed: ") + library_.strerror(code));
      break;
    case GNUTLS_E_REHANDSHAKE:
      because("it wanted to negotiate TLS anew, which is not done", "switch renegotiation off at the sender");
      break;
    default:
      because("TLS failed" + during + ": " + library_.strerror(code));
  }
  if (in_handshake) (void)library_.alert_send_appropriate(session_, code);
  return Step::failed;
}

Session::Step Session::handshake() {
  if (session_ == nullptr) return Step::failed;
  if (!looked_) {
    unsigned char first = 0;
    const ssize_t n = ::recv(socket_, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Step::wait;
    if (n <= 0) return Step::ended;  // somebody looked whether the port is open
    looked_ = true;
    if (first != kHandshakeRecord) {
      broken_ = true;
      problem_ = {"what it sends is no TLS (it begins with " + shown(first) + ")", "",
                  "let the sender use TLS, or tcp:// and another port"};
      return Step::failed;
    }
  }
  for (int i = 0; i < kMostRepeats; ++i) {
    const int code = library_.handshake(session_);
    if (code == GNUTLS_E_SUCCESS) {
      established_ = true;
      return Step::done;
    }
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) return Step::wait;
    if (library_.error_is_fatal(code) != 0) {
      if (code == GNUTLS_E_CERTIFICATE_ERROR && !problem_.what.empty()) {
        broken_ = true;
        (void)library_.alert_send_appropriate(session_, code);
        return Step::failed;
      }
      return fail(code, true);
    }
  }
  return fail(GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, true);
}

Session::Step Session::read(char* bytes, std::size_t size, std::size_t& got) {
  got = 0;
  for (int i = 0; i < kMostRepeats; ++i) {
    const ssize_t n = library_.record_recv(session_, bytes, size);
    if (n > 0) {
      got = static_cast<std::size_t>(n);
      return Step::done;
    }
    if (n == 0) return Step::ended;
    const int code = static_cast<int>(n);
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) return Step::wait;
    // Many senders just close the connection; a message that this cuts off is told of by who reads messages.
    if (code == GNUTLS_E_PREMATURE_TERMINATION) {
      broken_ = true;
      return Step::ended;
    }
    if (code == GNUTLS_E_REHANDSHAKE || library_.error_is_fatal(code) != 0) return fail(code, false);
  }
  return fail(GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, false);
}

bool Session::has_more() const { return established_ && library_.record_check_pending(session_) > 0; }
bool Session::wants_write() const {
  return session_ != nullptr && looked_ && library_.record_get_direction(session_) == 1;
}

}  // namespace wf::tls
