#pragma once
#include <poll.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/outputs/output_list.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// Drives what one entry of the list stands for. One order at a time; none of its functions may block. One thread.
class Output {
 public:
  struct Order {
    std::string action;
    std::uint32_t seconds = 0;
    bool undo = false;  ///< end what the action began
  };
  virtual ~Output() = default;
  /// For --check, of an output to which no order was given: asks whether it could be driven, and changes nothing: no
  /// door is opened. May block for kCheckFor. What was found, in one line (empty: nothing can be asked), or what is
  /// wrong.
  [[nodiscard]] virtual Result<std::string> check() { return std::string(); }
  static constexpr std::int64_t kCheckFor = 3 * kSecond;
  /// Begins to carry it out. Precondition: the last one's outcome was given.
  virtual void begin(const Order& order, const Moment& moment) = 0;
  /// Once after begin(): what became of it. Nothing while it is under way.
  [[nodiscard]] virtual std::optional<Result<void>> outcome(const Moment& moment) = 0;
  /// Descriptors that wake it, appended, and CLOCK_MONOTONIC at which outcome() has something to do anyway.
  virtual void add_fds(std::vector<pollfd>& fds) const = 0;
  [[nodiscard]] virtual std::int64_t next_wake() const = 0;
};

/// Runs the entry's programs: no shell, an empty environment, a process group of its own; exit status 0 is success. A
/// program that takes longer than the entry's timeout is killed with all that it started. Of what it writes only the
/// beginning is kept, for the reason of a failure.
[[nodiscard]] std::unique_ptr<Output> make_program_output(const OutputSpec& spec);

}  // namespace wf::kit
