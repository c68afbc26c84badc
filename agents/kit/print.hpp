#pragma once
#include <string>

#include "agents/kit/source.hpp"

namespace wf::kit {

/// Writes each event as one JSON line to a descriptor, for --print. Blocks when the reader is slow.
class PrintSink final : public Sink {
 public:
  PrintSink(int fd, std::string agent) : fd_(fd), agent_(std::move(agent)) {}
  void take(Event&& event) override;
  [[nodiscard]] bool full() const override { return text_.size() >= kFlushBytes; }
  /// Writes what was taken.
  void flush();
  /// Why nothing can be written any more, as an errno; 0 while it can. EPIPE: the reader has seen enough.
  [[nodiscard]] int failure() const { return failure_; }

 private:
  static constexpr std::size_t kFlushBytes = 64U << 10U;
  int fd_;
  std::string agent_;
  std::string text_;
  int failure_ = 0;
};

}  // namespace wf::kit
