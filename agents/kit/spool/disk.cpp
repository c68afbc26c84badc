#include "agents/kit/spool/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "agents/kit/descriptor.hpp"

namespace wf::kit {

int Disk::open(const std::filesystem::path& file, int flags) { return ::open(file.c_str(), flags | O_CLOEXEC, 0600); }
void Disk::close(int fd) { ::close(fd); }
ssize_t Disk::read(int fd, char* to, std::size_t size, off_t at) { return ::pread(fd, to, size, at); }
ssize_t Disk::write(int fd, const char* bytes, std::size_t size, off_t at) { return ::pwrite(fd, bytes, size, at); }
off_t Disk::size(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? info.st_size : -1;
}
void Disk::begin_sync(int fd) { (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); }
int Disk::sync(int fd) { return ::fdatasync(fd); }
int Disk::truncate(int fd, off_t size) { return ::ftruncate(fd, size); }
int Disk::allocate(int fd, off_t size) {
  const int failed = ::posix_fallocate(fd, 0, size);
  return failed == 0 ? 0 : (errno = failed, -1);
}
int Disk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::rename(from.c_str(), to.c_str());
}
int Disk::remove(const std::filesystem::path& file) { return ::unlink(file.c_str()); }
int Disk::make_directory(const std::filesystem::path& directory) { return ::mkdir(directory.c_str(), 0700); }
int Disk::list(const std::filesystem::path& directory, std::vector<std::string>& names) {
  std::error_code failed;
  for (std::filesystem::directory_iterator it(directory, failed), end; !failed && it != end; it.increment(failed))
    names.push_back(it->path().filename().string());
  return failed ? (errno = failed.value(), -1) : 0;
}
int Disk::sync_directory(const std::filesystem::path& directory) {
  const Descriptor fd(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.open() ? ::fsync(fd.get()) : -1;
}
int Disk::place(const std::filesystem::path& directory, DirectoryPlace& out) {
  struct statx info {};
  if (::statx(AT_FDCWD, directory.c_str(), 0, STATX_INO | STATX_BTIME, &info) != 0) return -1;
  out.inode = info.stx_ino;
  out.born = (info.stx_mask & STATX_BTIME) != 0
                 ? static_cast<std::int64_t>(info.stx_btime.tv_sec) * 1'000'000'000 + info.stx_btime.tv_nsec
                 : 0;
  return 0;
}

bool DiskFile::read(char* to, std::size_t size, std::uint64_t at) const {
  while (size > 0) {
    const ssize_t n = disk_->read(fd_, to, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    at += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

int DiskFile::write_all(std::string_view bytes, std::uint64_t at) const {
  while (!bytes.empty()) {
    const ssize_t n = write(bytes, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0 ? (errno = ENOSPC, -1) : -1;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
  return 0;
}

Disk& real_disk() {
  static Disk disk;
  return disk;
}

Error file_error(const std::filesystem::path& file, std::string_view doing, int reason) {
  const char* to_do = "check that it exists, its owner and its mode";
  if (reason == ENOSPC || reason == EDQUOT) to_do = "free space on that disk";
  if (reason == EROFS) to_do = "the disk is mounted read-only; choose another place";
  if (reason == EIO) to_do = "the disk fails; replace it";
  if (reason == EMFILE || reason == ENFILE) to_do = "raise `ulimit -n`";
  if (reason == EFBIG) to_do = "it is too large to be the right file";
  return {"cannot " + std::string(doing) + ": " + std::strerror(reason), file.string(), to_do};
}

Result<void> make_private_directory(const std::filesystem::path& directory, Disk& disk) {
  const std::filesystem::path above = directory.parent_path();
  int made = disk.make_directory(directory);
  if (made != 0 && errno == ENOENT && !above.empty() && above != directory) {
    if (Result<void> first = make_private_directory(above, disk); !first) return first;
    made = disk.make_directory(directory);
  }
  std::vector<std::string> names;  // a file of that name cannot be listed
  if (made != 0 && (errno != EEXIST || disk.list(directory, names) != 0))
    return file_error(directory, "make this directory", errno);
  // Also when it was there: an earlier try may have failed at this. A directory above that is not ours to read is
  // not ours to make entries in either.
  if (disk.sync_directory(above) != 0 && errno != EACCES) return file_error(directory, "make it durable", errno);
  return {};
}

Result<void> check_private_endpoint(const std::string& endpoint) {
  const std::string path = endpoint.substr(std::min<std::size_t>(6, endpoint.size()));  // ipc://
  if (!path.starts_with('/'))
    return Error{"only a path from the root says in which directory this is", endpoint, "write ipc:///DIRECTORY/NAME"};
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0) return {};
  const bool ours = info.st_uid == ::geteuid() || ::geteuid() == 0;
  if (S_ISDIR(info.st_mode) && (info.st_mode & 077U) == 0 && ours) return {};
  return Error{"others may enter this directory, and ipc has no encryption", directory.string(),
               "chmod 700 it, name it without a symbolic link, or connect to the engine's tcp:// address"};
}

Result<void> sync_directory(const std::filesystem::path& directory, Disk& disk) {
  if (disk.sync_directory(directory) != 0) return file_error(directory, "make its change durable", errno);
  return {};
}

Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t most) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.open()) return file_error(file, "read it", errno);
  std::string out;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t n = ::read(in.get(), part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(file, "read it", errno);
    if (n == 0) return out;
    out.append(part.data(), static_cast<std::size_t>(n));
    if (out.size() > most) return file_error(file, "read it", EFBIG);
  }
}

Result<void> replace_file(const std::filesystem::path& file, std::string_view text, Disk& disk) {
  // One process owns the directory, so that a name left by a crash is nobody's.
  const std::filesystem::path temporary = file.string() + ".new";
  if (disk.remove(temporary) != 0 && errno != ENOENT) return file_error(file, "write it", errno);
  DiskFile out(disk, temporary, O_RDWR | O_CREAT | O_EXCL);
  if (!out.open()) return file_error(file, "write it", errno);
  if (out.write_all(text, 0) != 0 || out.sync() != 0 || disk.rename(temporary, file) != 0) {
    const int reason = errno;
    out.reset();
    (void)disk.remove(temporary);
    return file_error(file, "write it", reason);
  }
  return sync_directory(file.parent_path(), disk);
}

}  // namespace wf::kit
