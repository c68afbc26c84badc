#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "console/fusion/incidents.hpp"

namespace wf::fusion {

/// The open incidents as people see them: by priority (highest first), then the oldest first. Ten thousand stand there
/// of which a few change between two looks; only these are put in their places again.
class OpenList {
 public:
  /// It was opened, or something of it changed or will.
  void touch(std::uint64_t incident);
  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> list(Incidents& incidents);

 private:
  /// What decides the place stands beside the incident, so that a comparison looks nowhere else.
  struct Entry {
    Priority priority = Priority::low;
    UtcNs opened = 0;
    std::uint64_t id = 0;
    std::shared_ptr<const Incident> incident;
  };
  static bool before(const Entry& a, const Entry& b);
  void rebuild(Incidents& incidents);
  void bring_up(Incidents& incidents);

  /// More than these are made anew: a log that is replayed without a look must not fill the memory.
  static constexpr std::size_t kMostTouched = 4'096;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> touched_;  ///< since the last look; the same one may be there often
  bool all_ = true;                     ///< more were touched than are kept
};

}  // namespace wf::fusion
