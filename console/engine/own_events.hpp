#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "console/link/fact.hpp"
#include "console/store/store.hpp"
#include "proto/event.hpp"

namespace wf::engine {

/// The event that a fact of the link becomes: kind "link.*", so that rules fire on it.
[[nodiscard]] Event event_of(const link::Fact& fact, UtcNs now);

/// Makes the engine's own events records of the log, under the engine's name (link::kEngineName) and its own epoch and
/// numbers, which go on where the ledger ends. One thread, the writer's.
class OwnEvents {
 public:
  explicit OwnEvents(const store::Store& store);
  /// One batch of them; the caller stores it before the next one, or again until it is stored.
  [[nodiscard]] store::Record record_of(const std::vector<Event>& events);

 private:
  std::uint64_t epoch_ = 0;
  std::uint64_t next_ = 1;
};

}  // namespace wf::engine
