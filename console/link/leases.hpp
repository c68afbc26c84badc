#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace wf::link {

/// Who owns an agent's epoch. Two copies of an agent (a cloned machine, a restored backup) would use the same numbers
/// for different events, so every WELCOME gives a fresh lease, and the first batch under one makes it the epoch's:
/// whoever says or holds another one from then on is a copy and must number anew.
///
/// A lease that was given and not used yet is not kept anywhere: it says by a signature which lease was the epoch's
/// when it was given, and is good while that is still so. Only the one in use is durable, with the batch that came
/// under it; both hold over a restart of the engine. An agent that says none, or one of another engine of its list,
/// is let in: the store compares what comes under numbers that it has. One thread.
class Leases {
 public:
  /// The lease in use of an epoch as the store has it; empty: none.
  using Stored = std::function<std::string(const std::string& agent, std::uint64_t epoch)>;
  /// `secret` signs; a lease that was signed by another one is not known.
  Leases(std::string secret, Stored stored);

  struct Greeting {
    bool renew = false;  ///< it is a copy: it must number anew
    std::string lease;   ///< to be given to it otherwise
  };
  /// An agent says hello with the lease that it was given last; empty: none. One that this engine gave and that is
  /// good no more is a copy's.
  [[nodiscard]] Greeting hello(const std::string& agent, std::uint64_t epoch, std::string_view lease) const;

  enum class Claim {
    held,       ///< the lease is in use
    taken,      ///< it is from now on: make it durable with the batch
    superseded  ///< another one is: the batch must not be taken
  };
  /// A batch comes on a connection that was given this lease.
  [[nodiscard]] Claim claim(const std::string& agent, std::uint64_t epoch, const std::string& lease);

  /// Does the epoch have a lease in use?
  [[nodiscard]] bool known(const std::string& agent, std::uint64_t epoch) const {
    return !current(agent, epoch).empty();
  }

 private:
  [[nodiscard]] std::string current(const std::string& agent, std::uint64_t epoch) const;
  /// A lease is text: random, a signature that it is this engine's, and one that it was given while `parent` was in
  /// use.
  [[nodiscard]] std::string sign(const std::string& agent, std::uint64_t epoch, std::string_view what,
                                 std::string_view random) const;
  [[nodiscard]] bool given_here(const std::string& agent, std::uint64_t epoch, std::string_view lease) const;
  [[nodiscard]] bool follows(const std::string& agent, std::uint64_t epoch, std::string_view parent,
                             std::string_view lease) const;

  const std::string secret_;
  const Stored stored_;
  /// Leases in use that are newer than what the store may have yet.
  std::map<std::pair<std::string, std::uint64_t>, std::string> taken_;
};

}  // namespace wf::link
