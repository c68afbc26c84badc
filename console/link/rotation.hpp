#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "console/link/admission.hpp"
#include "console/link/connections.hpp"
#include "console/link/link_server.hpp"
#include "console/link/outbox.hpp"

namespace wf::link {

/// Changes of keys while the link runs: an agent makes itself a new pair when it is asked to, or when its key is old;
/// agents learn the keys that the engine will have next, its own and that of commands. Nothing of it stops events. The
/// link's thread only.
class Rotation {
 public:
  using Report = std::function<void(Fact, std::int64_t mono)>;
  Rotation(const LinkOptions& options, Admission& admission, Outbox& outbox, Report report)
      : options_(options), admission_(admission), outbox_(outbox), report_(std::move(report)) {}

  /// Before WELCOME: a HELLO on an agent's next key makes it the agent's.
  void on_hello(Connection& connection, const LinkMessage& hello, std::int64_t mono);
  /// Adds the engine's next keys to a WELCOME or HEARTBEAT, if the connection may be told.
  void announce(const Connection& connection, LinkMessage& out) const;
  /// The agent says its next key.
  void on_rotate(Connection& connection, const LinkMessage& rotate, std::int64_t mono);
  /// A STATUS says which next keys of the engine the agent has kept.
  void on_status(Connection& connection, const LinkMessage& status);
  /// Asks, announces, tries again; call it several times a second.
  void tick(Connection& connection, std::int64_t mono);
  /// Looks whether next keys of the engine were prepared; about once a second.
  void look(std::int64_t mono);

 private:
  void hear(const std::string& agent, const HeardOf& heard);
  void look_for_engine_key(std::int64_t mono);
  void look_for_command_key(std::int64_t mono);
  void promote(Connection& connection, std::int64_t mono);

  const LinkOptions& options_;
  Admission& admission_;
  Outbox& outbox_;
  const Report report_;
  FileStamp next_stamp_, next_command_stamp_, command_stamp_;
  std::string next_engine_key_;                        ///< Z85; empty: none is prepared
  std::string next_command_key_, next_command_proof_;  ///< hexadecimal, and what vouches for it; empty likewise
  std::map<std::string, HeardOf> heard_;               ///< what is written of each agent
  std::map<std::string, std::int64_t> took_;           ///< when an agent's next key was last written
};

}  // namespace wf::link
