#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agents/kit/link/identity.hpp"
#include "agents/kit/link/link_socket.hpp"
#include "proto/link_message.hpp"

namespace wf::kit {

/// The keys of an agent and how they change, without a moment in which no key is admitted. A new pair is made and kept
/// on the disk beside the one before, then said to the engine on the old one; whichever of the two an engine knows lets
/// the agent in, and from there it comes to the newest. So an agent or an engine may end at any point, and an engine
/// restored from a backup is served. The engine's own key likewise: the next one is kept when it is announced, and
/// tried when the current one does not open.
///
/// Every change is on the disk before anything rests on it. One thread.
class KeyRing {
 public:
  /// `file` is where the identity is kept; `engines` is how many there are, named by their index from here on.
  KeyRing(Identity identity, std::optional<Invitation> invitation, std::filesystem::path file, std::size_t engines);

  struct Way {
    ConnectionKeys keys;
    bool enrol = false;  ///< on the invitation's key
  };
  /// With which keys to connect to an engine now.
  [[nodiscard]] Way way(std::size_t engine) const;
  [[nodiscard]] const Identity& identity() const { return identity_; }
  /// For who keeps something else in the identity: writes the file, then changes it.
  [[nodiscard]] Identity& held() { return identity_; }
  [[nodiscard]] const std::optional<Invitation>& invitation() const { return invitation_; }

  /// The engine does not admit the key, or does not enrol it. True: there is another way that was not tried since
  /// WELCOME; false: each was.
  [[nodiscard]] bool unwelcome(std::size_t engine, UtcNs now);
  /// What answers cannot open what was said to it: it may have its next key by now. True as with unwelcome().
  [[nodiscard]] bool incompatible(std::size_t engine, UtcNs now);
  /// WELCOME came. An error says what could not be kept; it is tried again at the next one.
  [[nodiscard]] Result<void> welcomed(std::size_t engine);
  /// ENROLLED came; `more` may add to what is kept. With an error nothing has changed, and asking again gives the same
  /// answer.
  [[nodiscard]] Result<void> enrolled(const LinkMessage& message, const std::function<void(Identity&)>& more = nullptr);

  /// Keeps a key that the engine will have; true if it is news.
  [[nodiscard]] Result<bool> learn(const std::string& next_engine_key);

  /// The engine asks for a new pair: makes one, unless one waits to be said.
  [[nodiscard]] Result<void> rotate(std::size_t engine);
  /// The public key to say to the engine that the agent is connected to; empty: it knows the newest.
  [[nodiscard]] std::string to_say(std::size_t engine) const;
  /// The engine has taken a key. True: connect again, with it.
  [[nodiscard]] bool rotated(const std::string& public_key);

 private:
  enum class Pair { invitation, newest, older };
  struct Trial {
    std::size_t way = 0;      ///< index into ways()
    std::size_t refused = 0;  ///< ways since the last WELCOME
    bool next_engine_key = false;
    bool both_tried = false;  ///< of the engine's keys, since the last WELCOME
  };
  [[nodiscard]] std::vector<Pair> ways() const;
  [[nodiscard]] Pair pair(std::size_t engine) const;
  [[nodiscard]] bool begin_enrolment(UtcNs now);
  /// Writes it and takes it over, or leaves all as it was.
  [[nodiscard]] Result<void> keep(Identity changed);
  void start_over(std::size_t way);

  Identity identity_;
  std::optional<Invitation> invitation_;
  const std::filesystem::path file_;
  std::vector<Trial> trials_;
};

}  // namespace wf::kit
