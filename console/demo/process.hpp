#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "proto/result.hpp"

namespace wf::demo {

/// A child process. It gets SIGTERM when the thread that started it ends, so that none is left behind.
class Process {
 public:
  Process() = default;
  /// `out` and `err` are files of mode 0600, made new; an empty `out` means that it writes to `err` too.
  [[nodiscard]] static Result<Process> start(const std::vector<std::string>& words, const std::filesystem::path& out,
                                             const std::filesystem::path& err);
  Process(Process&& o) noexcept;
  Process& operator=(Process&& o) noexcept;
  ~Process();  ///< kills and reaps

  [[nodiscard]] bool started() const { return pid_ > 0; }
  /// A descriptor that becomes readable when it ends; -1 when it was reaped.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void terminate() const;
  /// Waits up to `wait_ms` (negative: for ever) and reaps. True when it has ended.
  bool reap(int wait_ms);
  /// After reap() was true: the exit status, or 128 + signal.
  [[nodiscard]] int status() const { return status_; }

 private:
  pid_t pid_ = -1;
  int descriptor_ = -1;
  int status_ = -1;
};

/// Last line of a small text file, for a message; empty if there is none.
[[nodiscard]] std::string last_line(const std::filesystem::path& file);

}  // namespace wf::demo
