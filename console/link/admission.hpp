#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/link/key_files.hpp"
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
    std::string user_id;  ///< the enrolled name, or "invite:<id>"
    std::string why;      ///< why not
  };
  /// Judges a CURVE public key (Z85) at its handshake.
  [[nodiscard]] Verdict admit(std::string_view public_key);

  enum class Standing { good, revoked, gone };
  /// Judges an admitted agent again at each of its messages: one stat, and a read only when its file was
  /// replaced. Gone: removed, unreadable, or enrolled again under another key.
  [[nodiscard]] Standing standing(const std::string& name, std::string_view public_key);

  /// Enrols what an invited connection asks for and writes the files. Gives the agent's name. The error's
  /// text is for the agent's operator.
  [[nodiscard]] Result<EnrolledAgent> enrol(std::string_view one_time_key, const LinkMessage& request);

  /// All enrolled agents, as of the last change of their files.
  [[nodiscard]] std::vector<EnrolledAgent> agents();

 private:
  struct Known {
    FileStamp stamp;
    EnrolledAgent agent;  ///< name empty: cannot be read
  };
  void refresh();
  const Known& current(const std::string& name);

  const std::filesystem::path keys_;
  const std::function<UtcNs()> clock_;
  std::mutex mutex_;
  FileStamp folder_;             ///< of agents/ when it was last read
  bool folder_settled_ = false;  ///< its time is old enough for a later change to show
  std::map<std::string, Known> by_name_;
  std::unordered_map<std::string, std::string> name_by_key_;
};

}  // namespace wf::link
