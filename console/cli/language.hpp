#pragma once
#include <string>

#include "proto/result.hpp"

namespace wf::cli {

/// Speaks the language of the option, else the configuration's, else the environment's. What is wrong with a catalogue
/// is noted; an error means that what the option asks for is not there.
[[nodiscard]] Result<void> choose_language(const std::string& option, const std::string& configured);

}  // namespace wf::cli
