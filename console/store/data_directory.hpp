#pragma once
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "proto/result.hpp"

namespace wf::store {

/// "cannot <doing>: <reason of errno>", with what to do about it.
[[nodiscard]] Error file_error(const std::filesystem::path& path, std::string_view doing, int reason);

/// Closes a descriptor at the end of a scope.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int descriptor) : number(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

/// Makes a directory and its parents; those it makes have mode 0700.
[[nodiscard]] Result<void> make_private_directory(const std::filesystem::path& directory);
/// Makes an empty file of mode 0600 unless it exists.
[[nodiscard]] Result<void> make_private_file(const std::filesystem::path& file);
/// fsync of a file or directory.
[[nodiscard]] Result<void> sync_path(const std::filesystem::path& path);
/// Reads a file to its end, a piece at a time.
[[nodiscard]] Result<void> read_through(const std::filesystem::path& file,
                                        const std::function<Result<void>(std::string_view piece)>& each);
/// Copies a file's bytes into a new file of mode 0600 and syncs it; gives the hex BLAKE2b of the bytes.
[[nodiscard]] Result<std::string> copy_private_file(const std::filesystem::path& from, const std::filesystem::path& to);
/// Hex BLAKE2b (32 bytes) of a file's bytes.
[[nodiscard]] Result<std::string> hash_file(const std::filesystem::path& file);

/// Says that this process owns a data directory: an flock on its file `lock`, which holds the pid. The
/// kernel lets go of it when the process ends, however it ends.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  DirectoryLock(DirectoryLock&& o) noexcept : descriptor_(std::exchange(o.descriptor_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&& o) noexcept {
    std::swap(descriptor_, o.descriptor_);
    return *this;
  }
  ~DirectoryLock();
  /// Fails, and names the owner, when another process or another Store has the directory.
  [[nodiscard]] static Result<DirectoryLock> take(const std::filesystem::path& directory);

 private:
  int descriptor_ = -1;
};

}  // namespace wf::store
