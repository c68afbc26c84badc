#include "console/link/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proto/time.hpp"

namespace wf::link {
namespace {

namespace fs = std::filesystem;

Error file_error(const fs::path& path, std::string_view doing, int reason) {
  const char* to_do = reason == ENOSPC || reason == EDQUOT ? "free space on that disk"
                      : reason == EROFS                    ? "the disk is mounted read-only; choose another place"
                                                           : "check that it exists, its owner and its mode";
  return {fmt::format("cannot {}: {}", doing, std::strerror(reason)), path.string(), to_do};
}

struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

Result<void> sync_directory(const fs::path& directory) {
  const Descriptor in{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (in.number < 0 || ::fsync(in.number) != 0) return file_error(directory, "write it to the disk", errno);
  return {};
}

Result<void> make_directory(const fs::path& directory) {
  if (directory.has_parent_path() && directory.parent_path() != directory) {
    struct stat above {};
    if (::stat(directory.parent_path().c_str(), &above) != 0)
      if (Result<void> made = make_directory(directory.parent_path()); !made) return made;
  }
  // Its name too must survive a power cut, or the keys are gone with it.
  if (::mkdir(directory.c_str(), 0700) == 0)
    return sync_directory(directory.has_parent_path() ? directory.parent_path() : ".");
  if (errno != EEXIST) return file_error(directory, "make it", errno);
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0) return file_error(directory, "use it", errno);
  if (!S_ISDIR(found.st_mode)) return file_error(directory, "use it", ENOTDIR);
  return {};
}

Result<std::string> read_private(const fs::path& file, std::int64_t most) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat info {};
  if (in.number < 0 || ::fstat(in.number, &info) != 0) return file_error(file, "read it", errno);
  if (!S_ISREG(info.st_mode) || info.st_size > most)
    return Error{"this is no key file", file.string(), "remove it or restore it from a backup"};
  std::string out(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t at = 0;
  while (at < out.size()) {
    const ssize_t n = ::read(in.number, out.data() + at, out.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(file, "read it", errno);
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
  }
  out.resize(at);
  return out;
}

Result<void> write_private(const fs::path& file, std::string_view text, bool keep) {
  std::string temporary = file.string() + ".XXXXXX";
  const Descriptor out{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (out.number < 0) return file_error(file, "write it", errno);
  const auto fail = [&](std::string_view doing) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return file_error(file, doing, reason);
  };
  while (!text.empty()) {
    const ssize_t n = ::write(out.number, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail("write it");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fchmod(out.number, 0600) != 0 || ::fsync(out.number) != 0) return fail("write it");
  if (keep) {
    if (::link(temporary.c_str(), file.c_str()) != 0 && errno != EEXIST) return fail("write it");
    ::unlink(temporary.c_str());
  } else if (::rename(temporary.c_str(), file.c_str()) != 0) {
    return fail("write it");
  }
  return sync_directory(file.parent_path());
}

Result<void> remove_private(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) return file_error(file, "remove it", errno);
  return sync_directory(file.parent_path());
}

Result<void> append_private(const fs::path& file, std::string_view line) {
  const Descriptor out{::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (out.number < 0) return file_error(file, "write it", errno);
  // One write: a reader in another process sees the whole line or nothing of it.
  const ssize_t n = ::write(out.number, line.data(), line.size());
  if (n < 0) return file_error(file, "write it", errno);
  if (static_cast<std::size_t>(n) != line.size()) return file_error(file, "write all of it", ENOSPC);
  if (::fsync(out.number) != 0) return file_error(file, "write it to the disk", errno);
  return sync_directory(file.parent_path());
}

KeyLock::~KeyLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<KeyLock> KeyLock::take(const fs::path& keys, std::int64_t wait) {
  constexpr std::int64_t kStep = 5 * kMillisecond;
  KeyLock out;
  const fs::path file = keys / "lock";
  out.descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out.descriptor_ < 0) return file_error(file, "open it", errno);
  for (std::int64_t waited = 0; ::flock(out.descriptor_, LOCK_EX | LOCK_NB) != 0; waited += kStep) {
    if (errno != EWOULDBLOCK && errno != EINTR) return file_error(file, "lock it", errno);
    if (waited >= wait)
      return Error{"another command changes the keys and does not end", file.string(),
                   "see who has it with `fuser`, end that command, and try again"};
    (void)::poll(nullptr, 0, static_cast<int>(kStep / kMillisecond));
  }
  return out;
}

Result<void> check_private_endpoint(const std::string& endpoint) {
  constexpr std::string_view kScheme = "ipc://";
  const std::string path = endpoint.substr(std::min(kScheme.size(), endpoint.size()));
  // "@name" has no directory and no owner, "*" is in one that libzmq chooses.
  if (!path.starts_with('/'))
    return Error{"only a path from the root says in which directory this is", endpoint, "write ipc:///DIRECTORY/NAME"};
  const fs::path directory = fs::path(path).parent_path();
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0)
    return Error{fmt::format("cannot listen in this directory: {}", std::strerror(errno)), directory.string(),
                 "make it with mode 0700"};
  if (S_ISLNK(info.st_mode))
    return Error{"this is a symbolic link, which may be turned to a directory of somebody else", directory.string(),
                 "name the directory itself"};
  if (!S_ISDIR(info.st_mode) || (info.st_mode & 077U) != 0 || info.st_uid != ::geteuid())
    return Error{"others may enter this directory, and ipc has no encryption", directory.string(),
                 "chmod 700 it, as its owner, or listen on tcp://"};
  return {};
}

FileStamp stamp_of(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {true, info.st_ino, info.st_ctim.tv_sec * kSecond + info.st_ctim.tv_nsec,
          info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec, info.st_size};
}

}  // namespace wf::link
