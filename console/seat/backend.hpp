#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/link/fact.hpp"
#include "console/model/command.hpp"
#include "console/model/health.hpp"
#include "console/model/snapshot.hpp"
#include "console/seat/seat.hpp"

namespace wf::seat {

/// What a seat needs of an engine; the seam between a seat over the wire and the engine that serves it.
/// Every function may be called from any thread.
struct Backend {
  std::function<std::shared_ptr<const Snapshot>()> snapshot;
  std::function<void(Command, std::function<void(CommandReply)>)> submit;
  /// Runs a query to its end or until `cancelled` is set; blocking.
  std::function<QueryPage(const Query&, const std::atomic<bool>& cancelled)> query;
  std::function<std::uint64_t(std::function<void()>)> watch;  ///< on each new snapshot; returns a token
  std::function<void(std::uint64_t)> unwatch;
  std::function<HealthReport()> health;
  /// The guards' posts that are connected through `door`, which only tells doors apart; may be empty.
  std::function<void(const void* door, std::vector<GuardPost>)> posts;
  /// A security-relevant fact of the seats' door, for audit and rules; may be empty.
  std::function<void(const link::Fact&)> report;
  /// Why what is shown is not of now, in one line; empty text: it is. May be empty.
  std::function<std::string()> problem = {};
};

/// A seat in the engine's own process. `post`: it is a guard's post, of this name if it has one.
[[nodiscard]] std::unique_ptr<Seat> make_local_seat(Backend backend, std::optional<std::string> post = {});

}  // namespace wf::seat
