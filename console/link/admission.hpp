#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/link/agent_files.hpp"
#include "console/link/scope.hpp"
#include "console/link/watchers.hpp"
#include "proto/link_message.hpp"

namespace wf::link {

/// User-Id of a connection on an invitation's key begins with this; no agent's name can.
inline constexpr std::string_view kInvitedPrefix = "invite:";

/// Who may connect, from the key files, which other processes may change at any time. Any thread.
class Admission {
 public:
  /// `clock` says whether an invitation has expired.
  Admission(std::filesystem::path keys, std::function<UtcNs()> clock);

  struct Verdict {
    bool admitted = false;
    std::string user_id;  ///< the enrolled name, "invite:<id>", or kWatcherPrefix
    std::string why;      ///< why not
    bool later = false;   ///< not admitted, and not refused: no file can be opened to look it up
  };
  /// Judges a CURVE public key (Z85) at its handshake.
  [[nodiscard]] Verdict admit(std::string_view public_key);

  enum class Standing { good, revoked, gone, unknown };
  /// What standing() and scope() found of a file holds until this is called again, right before a few messages are
  /// judged, or until the file is written from here. Before the first call, each of them looks.
  void begin_round();
  /// Judges an admitted agent again at each of its messages: one stat a round, and a read only when its file was
  /// replaced. Unknown: it was, and no file can be opened to read it. Gone: removed, unreadable, or enrolled again
  /// under another key. Good are the agent's key and its next one.
  [[nodiscard]] Standing standing(const std::string& name, std::string_view public_key);

  /// What an agent may speak for; null: anything, as when there is no such agent.
  [[nodiscard]] std::shared_ptr<const Scope> scope(const std::string& name);
  /// One enrolled agent as its file is now; nothing if there is none that can be read.
  [[nodiscard]] std::optional<EnrolledAgent> agent(const std::string& name);

  /// Takes the key that an agent wants to have next, sent on `current`. Asked again, it says the same. The error's
  /// text is for the agent's operator.
  [[nodiscard]] Result<void> take_next_key(const std::string& name, std::string_view current, std::string_view next);
  /// If `key` is the agent's next one: from now on it is the agent's, and the one before is refused. True if it was.
  [[nodiscard]] Result<bool> promote(const std::string& name, std::string_view key);

  /// Enrols what an invited connection asks for and writes the files. Gives the agent's name. The error's
  /// text is for the agent's operator.
  [[nodiscard]] Result<EnrolledAgent> enrol(std::string_view one_time_key, const LinkMessage& request);

  /// All enrolled agents, as of the last change of their files.
  [[nodiscard]] std::vector<EnrolledAgent> agents();

 private:
  struct Known {
    FileStamp stamp;
    EnrolledAgent agent;  ///< name empty: cannot be read
    std::shared_ptr<const Scope> scope;
    bool unread = false;      ///< the file is another now, and could not be opened for want of descriptors
    std::uint64_t round = 0;  ///< when standing() or scope() last looked at the file
  };
  void refresh();
  /// Locks the key files and reads the agent's, to write it again.
  [[nodiscard]] Result<EnrolledAgent> fresh(const std::string& name, std::optional<KeyLock>& lock) const;
  /// Writes an agent's file; what was found of it before counts no more.
  [[nodiscard]] Result<void> write(const EnrolledAgent& agent);
  const Known& current(const std::string& name);
  /// The same, as it was in this round.
  const Known& of_this_round(const std::string& name);

  const std::filesystem::path keys_;
  const std::function<UtcNs()> clock_;
  std::mutex mutex_;
  Watchers watchers_;
  FileStamp folder_;             ///< of agents/ when it was last read
  bool starved_ = false;         ///< something could not be opened for want of descriptors, in the last refresh()
  bool folder_settled_ = false;  ///< its time is old enough for a later change to show
  std::uint64_t round_ = 0;
  std::map<std::string, Known> by_name_;
  std::unordered_map<std::string, std::string> name_by_key_;
};

}  // namespace wf::link
