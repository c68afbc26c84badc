#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event_codec.hpp"

namespace wf::link {

/// Patterns of devices: 1 to 128 bytes of UTF-8 without control characters and commas each, at most 256.
[[nodiscard]] bool valid_scope(const std::vector<std::string>& patterns);
/// "door-3,cam-*" as patterns; blanks around a comma do not matter. Errors name the pattern.
[[nodiscard]] Result<std::vector<std::string>> parse_scope(std::string_view text);
/// `*` stands for any characters, also none; `?` for one. Upper and lower case differ.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// The site's id of the device that a source calls `name`; empty: the site has none, or there is no site. Any thread.
using DeviceNames = std::function<std::string(std::string_view name)>;

/// Which devices an agent may speak for, and what becomes of events that speak for others. Immutable.
class Scope {
 public:
  /// `kind` of the agent decides which fields of an event say what device speaks: door.id, reader.id and camera.id for
  /// all, host.name and host.id for all but network agents, which see hosts and do not speak for them.
  Scope(std::vector<std::string> patterns, std::string kind);
  /// There are patterns: batches have to be looked at.
  [[nodiscard]] bool restricted() const { return !patterns_.empty(); }
  /// A pattern matches the name, or what the site calls that device.
  [[nodiscard]] bool allows(std::string_view device, const DeviceNames& names) const;

  struct Verdict {
    bool readable = true;      ///< false: the batch was left as it came
    std::uint32_t claims = 0;  ///< events that spoke for a foreign device
    std::string device, kind;  ///< of the first one, shortened; as the agent wrote it
  };
  /// Puts an event `link.claim` into the place of each event that speaks for a foreign device: same number, same
  /// count, the time `now`, severity high. A batch without one keeps its bytes.
  [[nodiscard]] Verdict enforce(std::string& payload, const BatchOrigin& origin, UtcNs now,
                                const DeviceNames& names) const;

 private:
  [[nodiscard]] bool speaks(std::string_view field) const;
  /// The event that stands for a claim; without a field's name it says no more than that there was one.
  [[nodiscard]] Event claim(std::string_view kind, const Field& field, UtcNs now) const;

  std::vector<std::string> patterns_;
  std::string kind_;
};

}  // namespace wf::link
