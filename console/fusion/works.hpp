#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "console/fusion/facts.hpp"
#include "console/fusion/fusion.hpp"

namespace wf::fusion {

/// Something that is planned and keeps alarms of one device or zone from calling anybody: maintenance, a test, or a
/// known cause whose symptoms these are. What it keeps back stands in its row of the wall, with owner, reason and
/// end. Life safety passes.
struct Work {
  enum class Kind : std::uint8_t { suppression, test, inhibition } kind = Kind::suppression;
  std::uint64_t number = 0;    ///< never another's
  std::uint64_t incident = 0;  ///< its row; of an inhibition the cause's
  std::string scope, name;     ///< id of a device or zone, and its name for people
  bool zone = false;
  UtcNs begins = 0, until = 0;
  std::string who;                             ///< technician of a test, else the owner
  std::map<std::string, std::uint32_t> heard;  ///< test: signals by device, of those in scope
  /// Made by the policy for this: it keeps back what the inhibition names, and nothing else there.
  std::optional<Policy::Inhibition> standing = {};
  std::vector<std::string> points;  ///< test: devices in scope, at most kMostPoints

  static constexpr std::size_t kMostPoints = 1'000;
  [[nodiscard]] bool covers(const Facts& facts) const;
};

inline constexpr std::size_t kMostWorks = 200;  ///< at once; a further one is refused
inline constexpr std::int64_t kLongestSuppression = 30 * kDay;
inline constexpr std::int64_t kLongestTest = kDay;  ///< of an inhibition too

}  // namespace wf::fusion
