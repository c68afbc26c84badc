#include "console/store/data_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "console/store/content_hash.hpp"
#include "console/store/schema.hpp"

namespace wf::store {
namespace {

std::string owner_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t n = ::pread(descriptor, text.data(), text.size() - 1, 0);
  const long pid = n > 0 ? std::strtol(text.data(), nullptr, 10) : 0;
  if (pid <= 0) return "another process";
  std::ifstream comm(fmt::format("/proc/{}/comm", pid));
  std::string name;
  return std::getline(comm, name) ? fmt::format("process {} ({})", pid, name) : fmt::format("process {}", pid);
}

}  // namespace

Error file_error(const std::filesystem::path& path, std::string_view doing, int reason) {
  const char* to_do = reason == ENOSPC || reason == EDQUOT ? "free space on that disk"
                      : reason == EROFS                    ? "the disk is mounted read-only; choose another place"
                                                           : "check that it exists, its owner and its mode";
  return {fmt::format("cannot {}: {}", doing, std::strerror(reason)), path.string(), to_do};
}

Result<void> make_private_directory(const std::filesystem::path& directory) {
  std::error_code failed;
  if (std::filesystem::is_directory(directory, failed)) return {};
  const std::filesystem::path parent = directory.parent_path();
  if (!parent.empty() && parent != directory) {
    if (Result<void> made = make_private_directory(parent); !made) return made;
  }
  // Its name too must survive a power cut, or all that is synced inside is gone with it.
  if (::mkdir(directory.c_str(), 0700) == 0) return sync_path(parent.empty() ? "." : parent);
  if (errno != EEXIST) return file_error(directory, "make it", errno);
  if (!std::filesystem::is_directory(directory, failed)) return file_error(directory, "use it", ENOTDIR);
  return {};
}

Result<void> make_private_file(const std::filesystem::path& file) {
  const Descriptor made{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (made.number < 0) return file_error(file, "make it", errno);
  return {};
}

Result<void> sync_path(const std::filesystem::path& path) {
  const Descriptor opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (opened.number < 0 || ::fsync(opened.number) != 0) return file_error(path, "write it to the disk", errno);
  return {};
}

Result<void> read_through(const std::filesystem::path& file,
                          const std::function<Result<void>(std::string_view piece)>& each) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (in.number < 0) return file_error(file, "read", errno);
  std::array<char, 1U << 16U> buffer{};
  while (true) {
    const ssize_t n = ::read(in.number, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(file, "read", errno);
    if (n == 0) return {};
    if (Result<void> done = each(std::string_view(buffer.data(), static_cast<std::size_t>(n))); !done) return done;
  }
}

Result<std::string> copy_private_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Descriptor out{::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (out.number < 0) return file_error(to, "make it", errno);
  ContentHash hash;
  Result<void> copied = read_through(from, [&](std::string_view piece) -> Result<void> {
    hash.add(piece);
    while (!piece.empty()) {
      const ssize_t n = ::write(out.number, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return file_error(to, "write it", errno);
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  });
  if (!copied) return copied.error();
  if (::fsync(out.number) != 0) return file_error(to, "write it to the disk", errno);
  return hash.hex();
}

Result<std::string> hash_file(const std::filesystem::path& file) {
  ContentHash hash;
  Result<void> done = read_through(file, [&](std::string_view piece) -> Result<void> {
    hash.add(piece);
    return {};
  });
  if (!done) return done.error();
  return hash.hex();
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / kLockFile;
  DirectoryLock lock;
  lock.descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock.descriptor_ < 0) return file_error(file, "open the lock", errno);
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error(file, "lock it", errno);
    return Error{fmt::format("the data directory is in use by {}", owner_of(lock.descriptor_)), directory.string(),
                 "stop that one, or choose another directory with --data"};
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.descriptor_, 0) != 0 ||
      ::pwrite(lock.descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return file_error(file, "write the lock", errno);
  return lock;
}

}  // namespace wf::store
