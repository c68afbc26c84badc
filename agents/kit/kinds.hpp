#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace wf::kit {

/// What the kit knows of an event kind of proto/README.md.
struct KindInfo {
  std::string_view name;
  std::uint8_t severity;  ///< when the source gives none (OCSF severity_id)
  std::uint8_t lane;      ///< 0 life safety, 1 normal, 2 bulk
};

/// Null when there is no such kind.
[[nodiscard]] const KindInfo* find_kind(std::string_view name);
/// Lane of a kind; 1 for kinds that this build does not know.
[[nodiscard]] std::uint8_t lane_of(std::string_view kind);
/// The known kind that is spelled most alike, for messages.
[[nodiscard]] std::string nearest_kind(std::string_view name);

inline constexpr std::uint8_t kLanes = 3;

}  // namespace wf::kit
