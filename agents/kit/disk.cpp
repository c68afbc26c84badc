#include "agents/kit/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agents/kit/descriptor.hpp"

namespace wf::kit {

ssize_t Disk::write(int fd, const char* bytes, std::size_t size, off_t at) { return ::pwrite(fd, bytes, size, at); }
int Disk::sync(int fd) { return ::fdatasync(fd); }
int Disk::truncate(int fd, off_t size) { return ::ftruncate(fd, size); }

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

Result<void> make_private_directory(const std::filesystem::path& directory) {
  const std::filesystem::path above = directory.parent_path();
  struct stat info {};
  if (!above.empty() && above != directory && ::stat(above.c_str(), &info) != 0)
    if (Result<void> made = make_private_directory(above); !made) return made;
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  const int reason = errno;
  if (::stat(directory.c_str(), &info) != 0) return file_error(directory, "make this directory", reason);
  if (!S_ISDIR(info.st_mode)) return file_error(directory, "make this directory", ENOTDIR);
  return {};
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.open() || ::fsync(fd.get()) != 0) return file_error(directory, "make its change durable", errno);
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

Result<void> replace_file(const std::filesystem::path& file, std::string_view text) {
  std::string temporary = file.string() + ".XXXXXX";
  const Descriptor out(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!out.open()) return file_error(file, "write it", errno);
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t n = ::write(out.get(), text.data(), text.size());
    if (n >= 0)
      text.remove_prefix(static_cast<std::size_t>(n));
    else
      good = errno == EINTR;
  }
  if (!good || ::fsync(out.get()) != 0 || ::rename(temporary.c_str(), file.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return file_error(file, "write it", reason);
  }
  return sync_directory(file.parent_path());
}

}  // namespace wf::kit
