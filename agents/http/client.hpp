#pragma once
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::http {

/// Whom a client believes over TLS.
struct Trust {
  std::string ca_file;  ///< PEM with the device's own certificate or its authority; empty: the system's authorities
  std::string pin;      ///< "sha256//BASE64" of the only public key that is believed, whoever signed it; empty: none
};

struct Question {
  std::string url;  ///< http or https
  std::string body;
  bool post = true;                     ///< otherwise GET, without a body
  std::vector<std::string> headers;     ///< "Name: value"
  std::string user, password;           ///< for HTTP digest (RFC 7616); no user: without
  std::int64_t timeout = 10 * kSecond;  ///< of the whole exchange
  std::size_t most = 1U << 20U;         ///< bytes of the answer's body
};

struct Answer {
  long status = 0;
  std::string body;
  std::string content_type;
  UtcNs date = 0;               ///< the header Date (RFC 9110, 6.6.1); 0: none, or none that can be read
  bool digest_offered = false;  ///< a challenge for HTTP digest came
};

/// Asks one device over HTTP/1.1, one question at a time, without ever blocking. Follows no redirection, uses no proxy,
/// keeps no cookie, never answers Basic. An answer that is too large or too slow is an error. One thread.
class Client {
 public:
  /// An error: libcurl is not there.
  [[nodiscard]] static Result<std::unique_ptr<Client>> make(Trust trust);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins; precondition: not busy().
  void ask(Question question);
  [[nodiscard]] bool busy() const;
  /// Moves on what is under way; what came of it once it is over. An error's `where` is left empty.
  [[nodiscard]] std::optional<Result<Answer>> step();
  /// Gives up what is under way.
  void cancel();
  void add_fds(std::vector<pollfd>& fds) const;
  /// CLOCK_MONOTONIC at which step() must be called; kit::kNever: when a descriptor is ready.
  [[nodiscard]] std::int64_t next_wake() const;

 private:
  class Exchange;
  explicit Client(std::unique_ptr<Exchange> exchange);
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace wf::http
