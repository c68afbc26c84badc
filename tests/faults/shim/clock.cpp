// libwf-shim-clock.so, for LD_PRELOAD: adds to the wall clock what the file $WF_SHIM_CLOCK says, eight bytes of
// nanoseconds that may change at any moment. The monotonic clock stays as it is.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t offset() {
  static std::atomic<std::int64_t>* const shared = []() -> std::atomic<std::int64_t>* {
    const char* const path = std::getenv("WF_SHIM_CLOCK");
    const int fd = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return nullptr;
    void* const map = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return map == MAP_FAILED ? nullptr : static_cast<std::atomic<std::int64_t>*>(map);
  }();
  return shared == nullptr ? 0 : shared->load();
}

int real_time(clockid_t clock, struct timespec* out) {
  static const auto next = reinterpret_cast<int (*)(clockid_t, struct timespec*)>(::dlsym(RTLD_NEXT, "clock_gettime"));
  return next(clock, out);
}

std::int64_t shifted() {
  struct timespec now {};
  real_time(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec + offset();
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, struct timespec* out) noexcept {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return real_time(clock, out);
  const std::int64_t now = shifted();
  out->tv_sec = now / kSecond;
  out->tv_nsec = now % kSecond;
  return 0;
}

int gettimeofday(struct timeval* out, void*) noexcept {
  const std::int64_t now = shifted();
  out->tv_sec = now / kSecond;
  out->tv_usec = now % kSecond / 1000;
  return 0;
}

time_t time(time_t* out) noexcept {
  const time_t now = shifted() / kSecond;
  if (out != nullptr) *out = now;
  return now;
}

}  // extern "C"
