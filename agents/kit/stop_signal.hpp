#pragma once

namespace wf::kit {

/// Turns SIGTERM, SIGINT and SIGHUP into a readable descriptor, and SIGPIPE into EPIPE. Made before any thread
/// is, so that all inherit the mask. One a process.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  /// True once a signal came.
  [[nodiscard]] bool stopped();

 private:
  int fd_;
  bool stopped_ = false;
};

}  // namespace wf::kit
