#pragma once
#include <memory>
#include <string>

#include "proto/result.hpp"

namespace spdlog {
class logger;
}

namespace wf::cli {

/// The service's own log: what the program does, never what it watches. No names of people, badges, accounts or
/// addresses of hosts belong into it. Any thread.
class Log {
 public:
  /// Empty: standard error (the journal's form when systemd reads it). Else a file, kept to 5 × 8 MiB.
  [[nodiscard]] static Result<Log> open(const std::string& file);
  void information(const std::string& line);
  void warning(const std::string& line);
  void error(const std::string& line);

 private:
  explicit Log(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace wf::cli
