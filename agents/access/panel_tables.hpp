#pragma once
#include <string_view>

namespace wf::access {

/// The files of assets/panels as they were when the program was built.
extern const std::string_view kContactIdTable;
extern const std::string_view kSiaTable;

}  // namespace wf::access
