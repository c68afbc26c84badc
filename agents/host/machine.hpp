#pragma once
#include <string>

namespace wf::host {

/// The name of this machine, for what does not name one itself; empty if it has none.
[[nodiscard]] std::string machine_name();

}  // namespace wf::host
