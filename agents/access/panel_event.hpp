#pragma once
#include <map>
#include <string>

#include "agents/access/dc09_config.hpp"
#include "agents/access/panel_report.hpp"
#include "proto/event.hpp"

namespace wf::access {

/// Partition ("" the whole panel) to its state: disarmed, armed, or how it was armed (stay, partial, forced…).
using ArmState = std::map<std::string, std::string, std::less<>>;

/// The largest number of partitions whose state is kept for one panel.
inline constexpr std::size_t kMostPartitions = 64;

/// The event of a panel's report, all but its time; keeps `armed` true. Kind, lane and words come from the tables of
/// codes, places from the account's zones, doors, partitions and users.
[[nodiscard]] Event panel_event(const PanelReport& report, const PanelAccount& account, const PanelCodes& codes,
                                ArmState& armed);

/// An event about the panel itself.
[[nodiscard]] Event about_panel(const PanelAccount& account, std::string kind, std::string reason, std::string message);

/// The fields of a message's extended data. Keys and authentication hashes are left out.
void add_extended(const std::vector<std::string>& extended, Event& event);

}  // namespace wf::access
