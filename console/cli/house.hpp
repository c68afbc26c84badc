#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/backtest/trials.hpp"
#include "console/cli/settle.hpp"
#include "console/engine/engine.hpp"
#include "console/seat/kept_picture.hpp"
#include "console/seat/seat.hpp"
#include "console/seat/seat_server.hpp"
#include "console/watchdog/heartbeat.hpp"
#include "proto/result.hpp"

namespace wf::cli {

/// An engine and what stands on it: the doors for seats, trials of rules, the heartbeat, the picture that is kept.
struct House {
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<backtest::Trials> trials;  ///< of rules on the past
  std::vector<std::unique_ptr<seat::SeatServer>> doors;
  std::unique_ptr<watchdog::Heartbeat> heartbeat;
  std::unique_ptr<seat::PictureKeeper> keeper;
  /// Ends all of it before its own end, the engine last.
  void close();
};

/// Starts an engine, and serves seats at seat.ipc in its data directory and at `seats` (tcp://…; empty: no further).
/// A seat.ipc that cannot be served is a note; `seats` that cannot be is an error.
[[nodiscard]] Result<House> open_house(engine::EngineOptions options, const std::string& seats,
                                       std::vector<std::string>& notes);

/// Begins the heartbeat that the settings name, if they name one: it is sent while every thread of the house's engine
/// makes progress and the store works. What is wrong with it stands in the engine's health.
void start_heartbeat(House& house, const Settled& settled);

/// A seat over the wire: what follows --connect, an ipc:// address or a file with a token. `post`: it is a guard's.
[[nodiscard]] Result<std::unique_ptr<seat::Seat>> connect_seat(const std::string& where,
                                                               std::optional<std::string> post = {});

}  // namespace wf::cli
