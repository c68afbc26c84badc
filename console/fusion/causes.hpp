#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "console/model/site.hpp"
#include "proto/time.hpp"

namespace wf::fusion {

/// A condition as its parts: "offline C-27".
struct ConditionParts {
  std::string_view what, thing;
};
[[nodiscard]] ConditionParts parts_of(std::string_view condition);

/// What hangs behind what: cameras, doors, hosts and agents behind a switch, doors behind a controller. Immutable; any
/// thread.
class Behind {
 public:
  static constexpr std::size_t kDeepest = 16;  ///< links of a chain that are looked at

  Behind() = default;
  explicit Behind(const Estate& estate);
  /// What a thing of a condition hangs behind ("C-27"; "agent cam-gw" for agents), nearest first.
  [[nodiscard]] std::vector<std::string_view> chain(std::string_view thing) const;
  /// The same of what a condition is of.
  [[nodiscard]] std::vector<std::string_view> chain(const ConditionParts& of) const;
  [[nodiscard]] bool carries(std::string_view device) const { return carriers_.contains(device); }
  [[nodiscard]] bool empty() const { return carriers_.empty(); }

 private:
  std::map<std::string, std::string, std::less<>> upstream_;
  std::map<std::string, std::size_t, std::less<>> carriers_;  ///< how much hangs directly behind each
};

/// Does the one condition explain the other at what hangs behind? A dead switch explains silence, a controller without
/// power doors without power; neither explains a forced door, a covered camera or a tamper.
[[nodiscard]] bool condition_explains(std::string_view cause, std::string_view symptom);

/// Something that stopped working and that other things hang behind.
struct Down {
  std::string device, condition;
  std::uint64_t incident = 0;  ///< its row; taken in by another, it is that one's
  UtcNs since = 0;             ///< event time
  UtcNs ended = 0;             ///< engine clock since when it works again; 0: it does not
};

inline constexpr std::size_t kMostSymptoms = 1'000;  ///< of one row; more of them call for themselves

}  // namespace wf::fusion
