#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/result.hpp"

namespace wf::kit {

/// What tells a directory from a copy of it on the same machine.
struct DirectoryPlace {
  std::uint64_t inode = 0;
  std::int64_t born = 0;  ///< nanoseconds since 1970 UTC; 0: the file system does not keep it
  bool operator==(const DirectoryPlace&) const = default;
};

/// All that the spool does to files, so that tests can make a disk full, broken or forgetful. As the system calls:
/// −1 and errno.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual int open(const std::filesystem::path& file, int flags);  ///< as open(2); a new file has mode 0600
  virtual void close(int fd);
  virtual ssize_t read(int fd, char* to, std::size_t size, off_t at);
  virtual ssize_t write(int fd, const char* bytes, std::size_t size, off_t at);
  virtual off_t size(int fd);
  /// Asks that what was written be on its way to the disk while other files are synced. Promises nothing.
  virtual void begin_sync(int fd);
  virtual int sync(int fd);
  virtual int truncate(int fd, off_t size);
  /// Takes the space of the first `size` bytes now; the file is that long then.
  virtual int allocate(int fd, off_t size);
  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to);
  virtual int remove(const std::filesystem::path& file);
  virtual int make_directory(const std::filesystem::path& directory);  ///< mode 0700
  virtual int list(const std::filesystem::path& directory, std::vector<std::string>& names);
  virtual int sync_directory(const std::filesystem::path& directory);
  virtual int place(const std::filesystem::path& directory, DirectoryPlace& out);
};

/// The file system as it is.
[[nodiscard]] Disk& real_disk();

/// Owns an open file of a disk.
class DiskFile {
 public:
  DiskFile() = default;
  /// As Disk::open; open() tells whether it worked, errno why not.
  DiskFile(Disk& disk, const std::filesystem::path& file, int flags) : disk_(&disk), fd_(disk.open(file, flags)) {}
  DiskFile(DiskFile&& other) noexcept : disk_(other.disk_), fd_(std::exchange(other.fd_, -1)) {}
  DiskFile& operator=(DiskFile&& other) noexcept {
    std::swap(disk_, other.disk_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;
  ~DiskFile() { reset(); }

  void reset() {
    if (fd_ >= 0) disk_->close(std::exchange(fd_, -1));
  }
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  [[nodiscard]] off_t size() const { return disk_->size(fd_); }
  /// True when all of it could be read.
  [[nodiscard]] bool read(char* to, std::size_t size, std::uint64_t at) const;
  [[nodiscard]] ssize_t write(std::string_view bytes, std::uint64_t at) const {
    return disk_->write(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
  }
  /// Writes all of it; else −1 and errno.
  [[nodiscard]] int write_all(std::string_view bytes, std::uint64_t at) const;
  void begin_sync() const { disk_->begin_sync(fd_); }
  [[nodiscard]] int sync() const { return disk_->sync(fd_); }
  [[nodiscard]] int truncate(std::uint64_t size) const { return disk_->truncate(fd_, static_cast<off_t>(size)); }
  [[nodiscard]] int allocate(std::uint64_t size) const { return disk_->allocate(fd_, static_cast<off_t>(size)); }

 private:
  Disk* disk_ = nullptr;
  int fd_ = -1;
};

/// "cannot <doing>: <reason of errno>", with what to do about it.
[[nodiscard]] Error file_error(const std::filesystem::path& file, std::string_view doing, int reason);

/// Makes a directory and those above it, mode 0700, and the entries of those that it made durable.
[[nodiscard]] Result<void> make_private_directory(const std::filesystem::path& directory, Disk& disk = real_disk());
/// An ipc:// endpoint has no encryption: whoever may enter its directory can play the engine there. It has to be this
/// user's (for root: anybody's), entered by nobody else, and no symbolic link. One that is absent is no failure.
[[nodiscard]] Result<void> check_private_endpoint(const std::string& endpoint);
/// Makes what happened in a directory (files made, renamed) durable.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory, Disk& disk = real_disk());
/// Reads a file (or a pipe) of at most `most` bytes whole.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t most);
/// Replaces a file at once and durably: a new one, mode 0600, synced, renamed over it.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& file, std::string_view text,
                                        Disk& disk = real_disk());

}  // namespace wf::kit
