#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wf::test {

/// A directory of one test (mode 0700), removed at its end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Where the programs lie: this build's, or $WF_PROGRAMS (those that are installed, those of another build).
[[nodiscard]] std::filesystem::path program_directory();

/// A TCP port of this machine that nobody has.
[[nodiscard]] int free_port();

/// A program of this build ("watchfloor", "wf-agent-network"…), or one by its absolute path, running. Its output goes
/// to files.
class Program {
 public:
  /// `environment`: NAME=VALUE beside this process's own.
  Program(const std::string& name, const std::vector<std::string>& arguments, std::string_view input = {},
          const std::vector<std::string>& environment = {});
  /// Kills it if it still runs. In a build with sanitizers what they reported fails the test.
  ~Program();
  Program(Program&& o) noexcept;
  Program& operator=(Program&&) = delete;

  void signal(int number) const;
  /// Waits for its end; its exit status, 128 + signal, or -1 if it still runs after `limit`
  /// (tests/support/patience.hpp).
  int wait(std::chrono::seconds limit = std::chrono::seconds(60));
  [[nodiscard]] bool running();
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  int status_ = -1;
};

struct Outcome {
  int status = -1;
  std::string out, err;
};
/// Runs a program to its end.
[[nodiscard]] Outcome run(const std::string& name, const std::vector<std::string>& arguments,
                          std::string_view input = {});

/// Asks again and again until `done`, or the limit (longer in a build with sanitizers: tests/support/patience.hpp);
/// waits on the kernel's timer in between.
[[nodiscard]] bool eventually(const std::function<bool()>& done,
                              std::chrono::milliseconds limit = std::chrono::seconds(30));

void write_text(const std::filesystem::path& file, std::string_view text);
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

}  // namespace wf::test
