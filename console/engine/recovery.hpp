#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "console/engine/configuration.hpp"
#include "console/engine/intake.hpp"
#include "console/engine/watch.hpp"
#include "proto/result.hpp"

namespace wf::engine {

/// What fusion changed and the store does not have yet. Of each incident and alert only the newest is kept: the
/// store holds an incident as it stood at moments, not each of a storm's thousand revisions in between.
class Unstored {
 public:
  void take(const fusion::Changes& changes);
  [[nodiscard]] bool empty() const { return incidents_.empty() && alerts_.empty(); }
  /// As the store keeps it, in the order of ids; nothing is left here.
  [[nodiscard]] Findings hand_over();

 private:
  std::map<std::uint64_t, std::shared_ptr<const Incident>> incidents_;
  std::map<std::uint64_t, Alert> alerts_;
};

/// What a replay of the log found.
struct Recovery {
  std::uint64_t records = 0, events = 0;
  Configuration configuration;     ///< in force at the end; empty: the log has none
  std::string configuration_json;  ///< as the log has it
  Findings findings;               ///< what a crash kept from being stored, one revision a second
};

/// Takes the whole log through `watch`. The incidents and alerts that it makes again are those that were stored
/// before; what is not stored yet comes back in `findings`.
/// `reading` is told every few records how far it is, first before any; when it says false, replay ends with an error.
[[nodiscard]] Result<Recovery> replay(
    const std::filesystem::path& data, Watch& watch,
    const std::function<bool(std::uint64_t position, std::uint64_t newest)>& reading = {});

}  // namespace wf::engine
