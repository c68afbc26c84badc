#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "console/model/health.hpp"
#include "console/seat/seat_keys.hpp"

namespace wf::seat {

/// What became of one attempt to reach an engine.
enum class Reach {
  answered,
  unreachable,  ///< nothing takes connections at the address
  silent,       ///< it takes connections, and says nothing within the limit
  refused,      ///< it does not admit this key
  strange       ///< what answers is no engine, another engine, or one too old to tell its health
};

struct Probe {
  Reach reach = Reach::silent;
  std::string why;  ///< one line for people; empty when answered
  std::optional<HealthReport> report;
};

/// Asks an engine once, on a connection of its own that is closed again, so that each time the whole way is tried:
/// address, handshake, admission, the seat server's thread. Blocks for `limit` at most; ends early when `cancel`
/// (a descriptor; -1: none) becomes readable. Any thread; nothing is shared.
[[nodiscard]] Probe ask_health(const SeatToken& token, std::chrono::milliseconds limit, int cancel = -1);

/// Tries agents' door in the same way as far as the handshake, and says no word there. An account of the role
/// "watch" is admitted as far as that (console/link/admission.hpp).
[[nodiscard]] Probe knock(const SeatToken& token, const std::string& agents_at, std::chrono::milliseconds limit,
                          int cancel = -1);

/// Where somebody who reaches the engine's seats at `seats` reaches its agents' door, which the engine has bound at
/// `bound`; empty: it cannot be reached from there (bound to another machine's loopback, or ipc seen over TCP).
[[nodiscard]] std::string agents_door(const std::string& seats, const std::string& bound);

}  // namespace wf::seat
