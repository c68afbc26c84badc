#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "agents/kit/link/engine_clock.hpp"
#include "agents/kit/link/identity.hpp"
#include "proto/link_message.hpp"

namespace wf::kit {

/// What an agent must know of its engine before it believes a command to a device: what time it is there, and by which
/// key commands are signed. That key is pinned in the identity at enrolment, or by the first WELCOME of an engine that
/// names one (the connection is authenticated by the engine's CURVE key, which the invitation named). Another key is
/// never believed, whatever a WELCOME says, but for one that the pinned key vouches for: it is kept beside it, and
/// takes its place at the first WELCOME that names it as the key of commands. One thread.
class CommandLink {
 public:
  void hello(std::int64_t mono) { clock_.hello(mono); }
  void enrolled(const LinkMessage& message, Identity& identity);
  /// `plain`: over ipc, where there is no identity and no command is believed.
  void welcomed(const LinkMessage& message, bool plain, Identity& identity, const std::filesystem::path& file,
                const Moment& moment);
  /// WELCOME or HEARTBEAT names the key that will sign commands: keeps it if the pinned one vouches for it. True: it
  /// is news. An error says why it cannot be kept.
  [[nodiscard]] Result<bool> learn(const LinkMessage& message, Identity& identity, const std::filesystem::path& file);
  /// The engine's clock is not what it was at the last WELCOME: connect again to learn it. At most once a minute.
  [[nodiscard]] bool contradicted(const LinkMessage& message, const Moment& moment);

  [[nodiscard]] const EngineClock& clock() const { return clock_; }
  [[nodiscard]] const std::string& key() const { return key_; }  ///< hexadecimal; empty: none is known
  /// Why commands signed by this engine are not believed; empty: nothing is wrong.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  [[nodiscard]] bool turn(Identity& identity, const std::filesystem::path& file, Identity changed);
  EngineClock clock_;
  std::string key_, problem_;
  std::int64_t asked_again_ = 0;
};

}  // namespace wf::kit
