#pragma once
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "proto/result.hpp"

namespace wf::link {

// Files that only their owner may read, which several processes read and write. Any thread.

/// What tells that a file was replaced. `exists` is false for a missing file.
struct FileStamp {
  bool exists = false;
  std::uint64_t inode = 0;
  std::int64_t changed = 0, modified = 0, size = 0;
  bool operator==(const FileStamp&) const = default;
};
[[nodiscard]] FileStamp stamp_of(const std::filesystem::path& path);
/// This errno says that nothing can be opened now: what a file says is not known, whatever it is.
[[nodiscard]] inline bool no_descriptors(int error) { return error == EMFILE || error == ENFILE; }

/// An ipc:// endpoint has no encryption: only its directory guards it. That has to be this user's, entered by nobody
/// else, and no symbolic link, which somebody else may turn elsewhere.
[[nodiscard]] Result<void> check_private_endpoint(const std::string& endpoint);

/// Makes a directory and those above it, mode 0700.
[[nodiscard]] Result<void> make_directory(const std::filesystem::path& directory);
/// Makes what happened in a directory durable.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);
inline constexpr std::int64_t kMostPrivateBytes = 64 << 10;
/// A regular file of at most `most` bytes; not through a symbolic link.
[[nodiscard]] Result<std::string> read_private(const std::filesystem::path& file,
                                               std::int64_t most = kMostPrivateBytes);
/// Replaces a file at once and durably: a new one of mode 0600, synced, renamed over the old one, the directory
/// synced. A reader in any process sees the old one or the new one, whole. With `keep`, one that exists stays.
[[nodiscard]] Result<void> write_private(const std::filesystem::path& file, std::string_view text, bool keep = false);
/// Durably; one that does not exist is no failure.
[[nodiscard]] Result<void> remove_private(const std::filesystem::path& file);
/// Adds a line to a file of mode 0600, durably.
[[nodiscard]] Result<void> append_private(const std::filesystem::path& file, std::string_view line);

/// Whoever reads a key file to write it again holds this meanwhile, so that a command and the engine do not undo
/// each other's changes (a revocation). Readers need none.
class KeyLock {
 public:
  /// Waits up to `wait` nanoseconds for the one who has it.
  [[nodiscard]] static Result<KeyLock> take(const std::filesystem::path& keys, std::int64_t wait);
  KeyLock(KeyLock&& o) noexcept : descriptor_(std::exchange(o.descriptor_, -1)) {}
  KeyLock& operator=(KeyLock&&) = delete;
  ~KeyLock();

 private:
  KeyLock() = default;
  int descriptor_ = -1;
};

}  // namespace wf::link
