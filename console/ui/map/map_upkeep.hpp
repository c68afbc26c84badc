#pragma once
#include <string>
#include <string_view>

#include "console/ui/map/map_memory.hpp"

namespace wf::ui {

/// The row of the maintenance or test that goes on at a device or zone; null: none does.
[[nodiscard]] const Incident* works_at(const Standing& standing, std::string_view id);
/// The open incident whose symptom somebody said this device or zone is; null: none.
[[nodiscard]] const Incident* cause_of(const Standing& standing, std::string_view id);
/// The ticket of a device that is not closed; null: it has none.
[[nodiscard]] const Ticket* open_ticket(const Snapshot& s, std::string_view device);

/// What keeps alarms of a device or zone back, and who mends the device: what goes on, what can be asked for, and the
/// form of what is asked. From `y` down; gives the height. `dry` measures only. `device` false: a zone, which has no
/// ticket.
float draw_upkeep(Frame& f, const Rect& r, float y, bool dry, MapMemory& m, const std::string& id, bool device);

}  // namespace wf::ui
