#pragma once
#include <string>

namespace wf::shell {

/// " (what GLFW says of its last failure)", or nothing.
[[nodiscard]] std::string glfw_reason();

}  // namespace wf::shell
