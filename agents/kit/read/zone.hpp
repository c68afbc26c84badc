#pragma once
#include <optional>
#include <string>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// Turns times that a source wrote without an offset into UTC. The rules where clocks change:
///  - a time that occurs twice (clocks set back) is the first of the two, unless that would lie more than five
///    minutes before the record before it: then it is the second. So a file in order stays in order;
///  - a time that does not occur (clocks set forward) is read with the offset before the change, as the device
///    would have shown it had it not been set forward yet.
/// Remembers the current offset, so that the time-zone database is asked once between two changes. One thread.
class Zone {
 public:
  Zone() = default;  ///< UTC
  /// An IANA name ("Europe/Amsterdam", "UTC"), an offset ("+01:00", "-0600"), or "local": this machine's zone.
  [[nodiscard]] static Result<Zone> find(const std::string& name, const std::string& where);

  /// `local` is the civil time as if it were UTC; `before` the time of the record before it, if there is one.
  [[nodiscard]] UtcNs to_utc(UtcNs local, std::optional<UtcNs> before = {});
  /// The civil time at a moment, as if it were UTC.
  [[nodiscard]] UtcNs to_local(UtcNs utc) const;

 private:
  const void* zone_ = nullptr;  // date::time_zone, which lives as long as the program; null: a fixed offset
  std::int64_t fixed_ = 0;
  std::int64_t begin_ = 0, end_ = 0, offset_ = 0;  // local times in [begin_, end_) have this offset and no other
};

}  // namespace wf::kit
