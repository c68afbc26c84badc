#include "tests/faults/shim/watched.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace wf::shim {
namespace {

constexpr int kMostDescriptors = 1 << 16;
std::array<std::atomic<unsigned long>, kMostDescriptors> g_watched;
std::atomic<long> g_acts{0};

const std::string& directory() {
  static const std::string value = [] {
    const char* const text = std::getenv("WF_SHIM_DIRECTORY");
    return text == nullptr ? std::string() : std::string(text);
  }();
  return value;
}

/// $WF_SHIM_FAIL: "FIRST,COUNT,ERRNO,COUNTER": the acts from FIRST on, COUNT of them (0: all), fail; the file COUNTER
/// gets a byte an act, so that a run without failures says how many there are. $WF_SHIM_FAIL_ACTS: only acts of these
/// letters count.
struct Plan {
  long first = 0, count = 0;
  int reason = 0, counter = -1;
  const char* acts = nullptr;
};

const Plan& plan() {
  static const Plan value = [] {
    Plan out;
    const char* const text = std::getenv("WF_SHIM_FAIL");
    char counter[PATH_MAX] = "";
    if (text == nullptr || std::sscanf(text, "%ld,%ld,%d,%4000s", &out.first, &out.count, &out.reason, counter) < 3)
      return Plan{};
    out.acts = std::getenv("WF_SHIM_FAIL_ACTS");
    if (counter[0] != '\0') out.counter = ::open(counter, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return out;
  }();
  return value;
}

}  // namespace

std::string watched_path(int at, const char* path) {
  if (path == nullptr || directory().empty()) return {};
  std::filesystem::path full = path;
  if (full.is_relative()) {
    std::array<char, PATH_MAX> base{};
    if (at == AT_FDCWD) {
      if (::getcwd(base.data(), base.size()) == nullptr) return {};
    } else {
      const std::string link = "/proc/self/fd/" + std::to_string(at);
      if (::readlink(link.c_str(), base.data(), base.size() - 1) <= 0) return {};
    }
    full = std::filesystem::path(base.data()) / full;
  }
  std::string out = full.lexically_normal().string();
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  const std::string& top = directory();
  const bool below = out.size() >= top.size() && out.compare(0, top.size(), top) == 0 &&
                     (out.size() == top.size() || out[top.size()] == '/');
  return below ? out : std::string();
}

void watch_descriptor(int fd, unsigned long inode) {
  if (fd >= 0 && fd < kMostDescriptors) g_watched[static_cast<std::size_t>(fd)] = inode;
}

bool watched_descriptor(int fd) {
  if (fd < 0 || fd >= kMostDescriptors) return false;
  const unsigned long inode = g_watched[static_cast<std::size_t>(fd)];
  return inode != 0 && inode == inode_of(fd);
}

unsigned long inode_of(int fd) {
  struct stat info {};
  const bool good = ::fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
  return good ? info.st_ino : 0;
}

int failure(Act act) {
  const Plan& p = plan();
  if (p.reason == 0 && p.counter < 0) return 0;
  if (p.acts != nullptr && std::strchr(p.acts, static_cast<char>(act)) == nullptr) return 0;
  // A full disk does not keep anybody from removing or syncing.
  const bool can_fail = p.reason != ENOSPC || (act != Act::unlink && act != Act::remove_directory && act != Act::sync);
  if (p.reason == 0 || can_fail) {
    const long number = ++g_acts;
    const char mark = static_cast<char>(act);
    if (p.counter >= 0) {
      const int kept = errno;
      // The shim's own write: the descriptor is not watched.
      (void)!::write(p.counter, &mark, 1);
      errno = kept;
    }
    if (p.reason != 0 && number >= p.first && (p.count == 0 || number < p.first + p.count)) return p.reason;
  }
  return 0;
}

}  // namespace wf::shim
