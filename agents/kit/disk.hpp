#pragma once
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::kit {

/// What the spool does to files, so that tests can make a disk full or broken. As the system calls: −1 and errno.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual ssize_t write(int fd, const char* bytes, std::size_t size, off_t at);
  virtual int sync(int fd);
  virtual int truncate(int fd, off_t size);
};

/// The file system as it is.
[[nodiscard]] Disk& real_disk();

/// "cannot <doing>: <reason of errno>", with what to do about it.
[[nodiscard]] Error file_error(const std::filesystem::path& file, std::string_view doing, int reason);

/// Makes a directory and those above it, mode 0700.
[[nodiscard]] Result<void> make_private_directory(const std::filesystem::path& directory);
/// Makes what happened in a directory (files made, renamed) durable.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);
/// Reads a file of at most `most` bytes whole.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t most);
/// Replaces a file at once and durably: a new one, mode 0600, synced, renamed over it.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& file, std::string_view text);

}  // namespace wf::kit
