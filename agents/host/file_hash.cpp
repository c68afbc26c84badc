#include "agents/host/file_hash.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace wf::host {

int FileHash::begin(const std::string& path) {
  // Not through a link, not waiting for a writer of a pipe, and without a trace in the access time where we may.
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  int fd = ::open(path.c_str(), kFlags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::open(path.c_str(), kFlags);
  if (fd < 0) return errno;
  file_ = kit::Descriptor(fd);
  struct stat st {};
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    const int code = S_ISREG(st.st_mode) ? errno : EINVAL;
    stop();
    return code;
  }
  state_ = FileState::of(st);
  crypto_hash_sha256_init(&hash_);
  return 0;
}

FileHash::Went FileHash::go() {
  std::array<unsigned char, 64U << 10U> block;
  for (std::size_t read = 0; read < kSlice;) {
    const ssize_t n = ::read(file_.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      stop();
      return Went::failed;
    }
    if (n > 0) {
      crypto_hash_sha256_update(&hash_, block.data(), static_cast<unsigned long long>(n));
      read += static_cast<std::size_t>(n);
      continue;
    }
    struct stat st {};
    const bool same = ::fstat(file_.get(), &st) == 0 && FileState::of(st).looks_like(state_);
    stop();
    if (!same) return Went::changed;
    crypto_hash_sha256_final(&hash_, state_.hash.data());
    state_.hashed = true;
    return Went::done;
  }
  return Went::on;
}

}  // namespace wf::host
