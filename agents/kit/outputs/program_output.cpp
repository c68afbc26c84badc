#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/outputs/output.hpp"
#include "agents/kit/source.hpp"
#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kKept = 512;
constexpr std::int64_t kLookEvery = 50 * kMillisecond;  ///< where the kernel gives no descriptor of a process

/// The attributes and files of a program to start; both must be destroyed.
class Stage {
 public:
  explicit Stage(int output) {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&files_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&files_, "/");
  }
  ~Stage() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  int start(const std::vector<std::string>& words, pid_t& pid) const {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    return ::posix_spawn(&pid, argv.front(), &files_, &attributes_, argv.data(), environment.data());
  }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t files_{};
};

class ProgramOutput final : public Output {
 public:
  explicit ProgramOutput(const OutputSpec& spec) : run_(spec.run), undo_(spec.undo), timeout_(spec.timeout) {}
  /// What runs still may finish: half a turn of a lock would be worse.
  ~ProgramOutput() override = default;

  void begin(const Order& order, const Moment& moment) override {
    words_ = order.undo ? &undo_ : &run_;
    said_.clear();
    failed_ = 0;
    deadline_ = moment.mono + timeout_;
    std::array<int, 2> ends{};
    if (words_->empty() || ::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
      failed_ = words_->empty() ? ENOENT : errno;
      return;
    }
    pipe_ = Descriptor(ends[0]);
    const Descriptor other(ends[1]);
    // The program must not find its output non-blocking.
    ::fcntl(other.get(), F_SETFL, 0);
    failed_ = Stage(other.get()).start(*words_, pid_);
    if (failed_ != 0) {
      pid_ = -1;
      return;
    }
    // pidfd_open(2); glibc 2.36 declares it for C only.
    process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }

  std::optional<Result<void>> outcome(const Moment& moment) override {
    if (failed_ != 0) return end(Error{std::string("cannot be started: ") + std::strerror(failed_), name(), ""});
    if (pid_ < 0) return std::nullopt;
    read();
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    const bool ended = info.si_pid != 0;
    if (!ended && moment.mono < deadline_) return std::nullopt;
    read();
    // What it left behind in its group goes with it; while it is not reaped, the group's number is nobody else's.
    ::kill(-pid_, SIGKILL);
    int state = 0;
    ::waitpid(pid_, &state, 0);
    if (!ended) return end(Error{"did not end in time and was killed", name(), ""});
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return end({});
    std::string what = WIFSIGNALED(state) ? "ended by signal " + std::to_string(WTERMSIG(state))
                                          : "ended with status " + std::to_string(WEXITSTATUS(state));
    if (const std::string line = first_line(); !line.empty()) what += ": " + line;
    return end(Error{std::move(what), name(), ""});
  }

  void add_fds(std::vector<pollfd>& fds) const override {
    if (process_.open()) fds.push_back({process_.get(), POLLIN, 0});
    if (pipe_.open() && pid_ > 0) fds.push_back({pipe_.get(), POLLIN, 0});
  }

  std::int64_t next_wake() const override {
    if (failed_ != 0) return 0;
    if (pid_ < 0) return kNever;
    return process_.open() ? deadline_ : std::min(deadline_, looked_ + kLookEvery);
  }

 private:
  std::optional<Result<void>> end(Result<void> result) {
    pid_ = -1;
    failed_ = 0;
    pipe_.reset();
    process_.reset();
    return result;
  }

  void read() {
    looked_ = monotonic_ns();
    std::array<char, 4096> part{};
    // A program that writes without end is held back by its pipe, and ended by its timeout.
    for (int i = 0; i < 16 && pipe_.open(); ++i) {
      const ssize_t n = ::read(pipe_.get(), part.data(), part.size());
      if (n > 0)
        said_.append(part.data(), std::min(static_cast<std::size_t>(n), kKept - std::min(said_.size(), kKept)));
      else if (n == 0)
        pipe_.reset();
      else if (errno != EINTR)
        return;
    }
  }

  [[nodiscard]] std::string first_line() const { return one_line(said_.substr(0, said_.find('\n'))); }
  [[nodiscard]] std::string name() const { return words_->empty() ? std::string() : words_->front(); }

  const std::vector<std::string> run_, undo_;
  const std::int64_t timeout_;
  const std::vector<std::string>* words_ = nullptr;
  Descriptor pipe_, process_;
  std::string said_;
  pid_t pid_ = -1;
  int failed_ = 0;
  std::int64_t deadline_ = 0, looked_ = 0;
};

}  // namespace

std::unique_ptr<Output> make_program_output(const OutputSpec& spec) { return std::make_unique<ProgramOutput>(spec); }

}  // namespace wf::kit
