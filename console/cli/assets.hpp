#pragma once
#include <filesystem>
#include <string_view>

#include "proto/result.hpp"

namespace wf::cli {

/// The folder of what comes with Watchfloor (rules, mappings, the sample site, recordings): $WATCHFLOOR_ASSETS, else
/// the source tree's when the program runs from a build folder in it, else beside the installed program.
[[nodiscard]] Result<std::filesystem::path> assets();

/// Where this program lies; the agents lie beside it.
[[nodiscard]] std::filesystem::path program_folder();

}  // namespace wf::cli
