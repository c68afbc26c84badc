#include "console/cli/signals.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace wf::cli {

Signals::Signals(std::function<void(int)> on_signal, std::initializer_list<int> more)
    : on_signal_(std::move(on_signal)) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, number);
  for (const int number : more) ::sigaddset(&set, number);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] {
    while (!over_) {
      std::array<pollfd, 2> items{{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}}};
      if (::poll(items.data(), items.size(), -1) < 0 && errno != EINTR) return;
      if ((items[0].revents & POLLIN) == 0) continue;
      signalfd_siginfo info{};
      if (::read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
      const int number = static_cast<int>(info.ssi_signo);
      if (number == SIGINT || number == SIGTERM) stopped_ = true;
      on_signal_(number);
    }
  });
}

Signals::~Signals() {
  over_ = true;
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) < 0) over_ = true;  // a full counter wakes all the same
  thread_.join();
  ::close(wake_);
  ::close(signals_);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  // Not without end: some libraries walk over all that there could be.
  constexpr rlim_t kEnough = 65'536;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > kEnough ? kEnough : limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace wf::cli
