#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/engine/engine.hpp"
#include "console/seat/seat.hpp"
#include "console/seat/seat_server.hpp"
#include "proto/result.hpp"

namespace wf::cli {

/// An engine and the doors for seats to it. Members end in reverse order.
struct House {
  std::unique_ptr<engine::Engine> engine;
  std::vector<std::unique_ptr<seat::SeatServer>> doors;
};

/// Starts an engine, and serves seats at seat.ipc in its data directory and at `seats` (tcp://…; empty: no further).
/// A seat.ipc that cannot be served is a note; `seats` that cannot be is an error.
[[nodiscard]] Result<House> open_house(engine::EngineOptions options, const std::string& seats,
                                       std::vector<std::string>& notes);

/// A seat over the wire: what follows --connect, an ipc:// address or a file with a token.
[[nodiscard]] Result<std::unique_ptr<seat::Seat>> connect_seat(const std::string& where);

}  // namespace wf::cli
