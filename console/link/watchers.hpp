#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "console/link/key_files.hpp"

namespace wf::link {

/// User-Id of a connection on a watcher's key begins with this; no agent's name can.
inline constexpr std::string_view kWatcherPrefix = "watch:";

/// The role of an account that may read the engine's health and nothing else, in any case of letters.
inline constexpr std::string_view kWatchRole = "watch";
[[nodiscard]] bool is_watch_role(std::string_view role);

/// The accounts of that role among the seats' (keys/seats/<name>.json, console/seat/seat_keys.hpp). Their keys are
/// let in at agents' door as far as the handshake, so that who watches from outside can tell whether agents can
/// connect; no word of theirs is taken there. One thread at a time.
class Watchers {
 public:
  explicit Watchers(std::filesystem::path keys) : folder_(std::move(keys) / "seats") {}
  /// Reads the folder again only when it changed. False for seats that may more than watch: they have no business
  /// at agents' door.
  [[nodiscard]] bool admits(const std::string& public_key);
  /// The last admits() could not open something for want of descriptors; the next one tries again.
  [[nodiscard]] bool starved() const { return starved_; }

 private:
  const std::filesystem::path folder_;
  FileStamp stamp_;
  bool settled_ = false;  ///< the folder's time is old enough for a later change to show
  bool starved_ = false;
  std::set<std::string> keys_;
};

}  // namespace wf::link
