#include "console/demo/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace wf::demo {
namespace {

int open_output(const std::filesystem::path& file) {
  return ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
}

/// Between fork and exec: nothing but what signal-safety(7) allows.
[[noreturn]] void become(char* const* argv, int out, int err, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // it ended meanwhile
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execv(argv[0], argv);
  ::_exit(127);
}

}  // namespace

Result<Process> Process::start(const std::vector<std::string>& words, const std::filesystem::path& out,
                               const std::filesystem::path& err) {
  if (::access(words.front().c_str(), X_OK) != 0)
    return Error{fmt::format("this program cannot be started: {}", std::strerror(errno)), words.front(),
                 "build or install watchfloor whole"};
  const int to_err = open_output(err);
  const int to_out = out.empty() ? to_err : open_output(out);
  const int reason = errno;
  Process process;
  if (to_err >= 0 && to_out >= 0) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    process.pid_ = ::fork();
    if (process.pid_ == 0) become(argv.data(), to_out, to_err, parent);
  }
  if (to_out != to_err && to_out >= 0) ::close(to_out);
  if (to_err >= 0) ::close(to_err);
  if (to_err < 0 || to_out < 0)
    return Error{fmt::format("cannot make it: {}", std::strerror(reason)), (to_err < 0 ? err : out).string(),
                 "check the folder and its disk"};
  if (process.pid_ < 0)
    return Error{fmt::format("this program cannot be started: {}", std::strerror(errno)), words.front(),
                 "end other programs, or raise `ulimit -u`"};
  process.descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process.pid_, 0));
  if (process.descriptor_ < 0)
    return Error{"this kernel cannot watch a process (pidfd_open)", words.front(), "use Linux 5.3 or newer"};
  return process;
}

Process::Process(Process&& o) noexcept
    : pid_(std::exchange(o.pid_, -1)), descriptor_(std::exchange(o.descriptor_, -1)), status_(o.status_) {}

Process& Process::operator=(Process&& o) noexcept {
  std::swap(pid_, o.pid_);
  std::swap(descriptor_, o.descriptor_);
  std::swap(status_, o.status_);
  return *this;
}

Process::~Process() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  reap(-1);
}

void Process::terminate() const {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

bool Process::reap(int wait_ms) {
  if (pid_ <= 0) return true;
  if (descriptor_ >= 0 && wait_ms >= 0) {
    pollfd item{descriptor_, POLLIN, 0};
    if (::poll(&item, 1, wait_ms) <= 0) return false;
  }
  int state = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid_, &state, 0);
  } while (got < 0 && errno == EINTR);
  status_ = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  pid_ = -1;
  return true;
}

std::string last_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string out;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out = line;
  return out;
}

}  // namespace wf::demo
