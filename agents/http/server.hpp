#pragma once
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agents/kit/descriptor.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::http {

struct ServerOptions {
  /// What "Authorization: Bearer TOKEN" must say (RFC 6750), or Basic (RFC 7617) with it for a password, or ApiKey with
  /// it behind the colon; never empty.
  std::string token;
  std::string certificate, key;         ///< PEM; both empty: without TLS
  std::size_t most = 1U << 20U;         ///< bytes of a body, as it comes and unpacked
  std::size_t together = 4U << 20U;     ///< bytes of all bodies that are not answered yet
  unsigned connections = 64;            ///< at once, of one address at most a quarter of them
  std::int64_t timeout = 30 * kSecond;  ///< of a connection on which nothing happens
  bool bulk = false;                    ///< Elasticsearch's bulk interface is spoken too (bulk.hpp)
};

/// A body that came whole, from somebody with the token.
struct Posted {
  std::uint64_t id = 0;
  std::string peer;  ///< numeric address
  std::string body;
  bool bulk = false;  ///< it came by the bulk interface, and its answer is in JSON
};

/// What was turned away, since the server was opened.
struct TurnedAway {
  std::uint64_t without_token = 0, too_large = 0, no_post = 0, too_many = 0, compressed = 0, damaged = 0,
                without_zlib = 0;
  std::string last_peer;
};

/// Takes bodies by HTTP/1.1 POST, without ever blocking, and answers each when its receiver says so. Who has no token
/// is answered 401 before the body is read; 405 what is no POST or PUT, 413 what is too large, 503 what comes while too
/// much waits. A body may come by gzip, and is given unpacked: 413 what is too large unpacked, 400 what is
/// damaged or not whole, 415 another compression. One thread.
class Server {
 public:
  /// Takes over a listening socket. An error: the library is not there, or the certificate cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(kit::Descriptor socket, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Moves its connections; appends what came whole.
  void step(std::vector<Posted>& out);
  /// Answers one that step() gave; nothing if its sender went away.
  void reply(std::uint64_t id, unsigned status, const std::string& text);
  /// Bodies that wait for their reply.
  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] const TurnedAway& turned_away() const;
  void add_fds(std::vector<pollfd>& fds) const;
  /// CLOCK_MONOTONIC at which step() must be called; kit::kNever: when a descriptor is ready.
  [[nodiscard]] std::int64_t next_wake(std::int64_t now) const;

 private:
  class Daemon;
  explicit Server(std::unique_ptr<Daemon> daemon);
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace wf::http
