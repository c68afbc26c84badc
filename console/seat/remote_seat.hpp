#pragma once
#include <memory>
#include <optional>
#include <string>

#include "console/seat/seat.hpp"
#include "console/seat/seat_keys.hpp"
#include "proto/result.hpp"

namespace wf::seat {

struct RemoteSeatOptions {
  SeatToken token;
  std::string program;                   ///< version, for people
  std::string name;                      ///< of the seat, for people
  std::optional<std::string> post = {};  ///< set: it is a guard's post, of this name if it has one
};

/// A seat over the wire. It connects, and connects again, on a thread of its own; until the first snapshot comes it
/// shows an empty one and connection_problem() says so. A command that was not answered is sent again after a
/// reconnect, under the same id. An error says what is wrong with the token.
[[nodiscard]] Result<std::unique_ptr<Seat>> make_remote_seat(RemoteSeatOptions options);

}  // namespace wf::seat
