#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include "console/watchdog/caller.hpp"
#include "console/watchdog/http.hpp"

extern char** environ;

namespace wf::watchdog {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds kProgramWithin{30};
constexpr int kLookMs = 50;

/// A value as an environment variable and a line can hold it.
std::string line_of(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return text;
}

std::vector<std::string> environment_of(const Message& message) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("WATCHFLOOR_")) out.emplace_back(*entry);
  const auto add = [&](const char* name, std::string_view value) {
    out.push_back(fmt::format("WATCHFLOOR_{}={}", name, line_of(std::string(value))));
  };
  add("KIND", name_of(message.call.kind));
  add("TROUBLE", name_of(message.call.trouble));
  add("TEXT", message.call.text);
  add("ENGINE", message.engine);
  add("SINCE", format_rfc3339(message.time - message.call.lasts));
  add("TIME", format_rfc3339(message.time));
  return out;
}

class RunProgram final : public Helper {
 public:
  explicit RunProgram(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::string name() const override { return path_; }

  [[nodiscard]] Result<void> call(const Message& message, const std::atomic<bool>& stop) override {
    std::vector<std::string> environment = environment_of(message);
    std::vector<char*> variables;
    for (std::string& one : environment) variables.push_back(one.data());
    variables.push_back(nullptr);
    std::string program = path_;
    char* const words[] = {program.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    // The watch blocks and ignores signals for itself; the program begins with none of that, in a group that can be
    // ended as a whole.
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t pid = -1;
    const int failed = ::posix_spawn(&pid, path_.c_str(), &files, &how, words, variables.data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (failed != 0)
      return Error{fmt::format("it cannot be started ({})", std::strerror(failed)), path_, "look at its path and mode"};
    return end_of(pid, stop);
  }

  [[nodiscard]] Result<std::string> check(const std::atomic<bool>&) override {
    if (::access(path_.c_str(), X_OK) == 0) return std::string();
    return Error{fmt::format("it cannot be run any more ({})", std::strerror(errno)), path_,
                 "look at its path and mode"};
  }

 private:
  [[nodiscard]] Result<void> end_of(pid_t pid, const std::atomic<bool>& stop) const {
    const auto limit = SteadyClock::now() + kProgramWithin;
    int status = 0;
    while (true) {
      const pid_t ended = ::waitpid(pid, &status, WNOHANG);
      if (ended == pid) break;
      if (ended < 0 && errno != EINTR)
        return Error{fmt::format("what became of it is not known ({})", std::strerror(errno)), path_, "look at it"};
      if (SteadyClock::now() > limit || stop) {
        ::kill(-pid, SIGKILL);
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        return Error{"it did not end within 30 seconds and was killed", path_, "let it do what takes long elsewhere"};
      }
      ::poll(nullptr, 0, kLookMs);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (WIFEXITED(status))
      return Error{fmt::format("it ended with status {}", WEXITSTATUS(status)), path_, "look at what it says"};
    return Error{fmt::format("it was ended by signal {}", WTERMSIG(status)), path_, "look at what it says"};
  }

  const std::string path_;
};

class PostTo final : public Helper {
 public:
  PostTo(std::string url, std::string authorities) : url_(std::move(url)), authorities_(std::move(authorities)) {}
  [[nodiscard]] std::string name() const override { return shown(url_); }
  [[nodiscard]] Result<void> call(const Message& message, const std::atomic<bool>& stop) override {
    return request(url_, to_json(message), stop, authorities_).done;
  }
  [[nodiscard]] Result<std::string> check(const std::atomic<bool>& stop) override {
    const Reply reply = knock(url_, stop, authorities_);
    if (!reply.done) return reply.done.error();
    return trouble_with(reply.certificate, now());
  }

 private:
  static UtcNs now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  const std::string url_, authorities_;
};

}  // namespace

Result<std::unique_ptr<Helper>> run_program(const std::string& path) {
  if (!path.starts_with('/'))
    return Error{"a program to run is named by its whole path", "--run " + path, "write /path/to/program"};
  if (::access(path.c_str(), X_OK) != 0)
    return Error{fmt::format("it cannot be run ({})", std::strerror(errno)), "--run " + path,
                 "look at its path and mode"};
  return std::unique_ptr<Helper>(std::make_unique<RunProgram>(path));
}

Result<std::unique_ptr<Helper>> post_to(const std::string& url, const std::string& authorities) {
  if (!is_http_url(url))
    return Error{"this is no address to POST to", "--post", "write http://HOST/… or https://HOST/…"};
  return std::unique_ptr<Helper>(std::make_unique<PostTo>(url, authorities));
}

}  // namespace wf::watchdog
