#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "proto/time.hpp"

namespace wf::engine {

/// What the machine says of its clock.
struct ClockReading {
  UtcNs utc = 0;          ///< CLOCK_REALTIME
  std::int64_t boot = 0;  ///< CLOCK_BOOTTIME: never set, and goes on while the machine sleeps
  /// systemd-timesyncd: in step with its server; nothing where that service does not run.
  std::optional<bool> synchronised;
};
/// Nothing when the reading was interrupted so long that the two clocks cannot be compared. `timesync` is the run-time
/// directory of systemd-timesyncd.
[[nodiscard]] std::optional<ClockReading> read_clock(const std::filesystem::path& timesync = "/run/systemd/timesync");

/// Whether the engine's clock can be believed: jumps against a clock that nobody sets, years off, not in step with the
/// time service, far from the clocks of most agents. Says each once when it begins. One thread.
class ClockWatch {
 public:
  /// `newest` is the time of the newest record in the log, which the clock must not be behind; 0: there is none.
  explicit ClockWatch(UtcNs newest) : newest_(newest) {}
  /// `skews`: of each connected agent, its clock minus the engine's. Call it about once a second.
  void look(const ClockReading& reading, std::vector<std::int64_t> skews);
  /// One line for the top bar; empty: it can be believed.
  [[nodiscard]] std::string problem() const;
  /// One line for each thing that began since the last call.
  [[nodiscard]] std::vector<std::string> take_news();

 private:
  struct Matter {
    std::string line;  ///< empty: all is well
  };
  void say(Matter& matter, std::string line);

  UtcNs newest_;
  std::optional<ClockReading> last_;
  std::int64_t jumped_ = 0, unsynchronised_ = 0;  ///< CLOCK_BOOTTIME since when; 0: not
  Matter jump_, years_, service_, agents_;
  std::vector<std::string> news_;
};

}  // namespace wf::engine
