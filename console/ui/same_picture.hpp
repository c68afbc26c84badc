#pragma once
#include "console/model/snapshot.hpp"
#include "console/ui/console.hpp"

namespace wf::ui {

/// True if a view would look the same of both, at the same moment: an engine that has nothing to say still sends a
/// snapshot every few seconds, and no frame is drawn for it. In doubt it says no.
[[nodiscard]] bool same_picture(const Snapshot& shown, const Snapshot& next, View view);

}  // namespace wf::ui
