#include "console/cli/assets.hpp"

#include <cstdlib>

namespace wf::cli {
namespace {

namespace fs = std::filesystem;

bool holds_assets(const fs::path& folder) {
  std::error_code failed;
  return fs::is_directory(folder / "rules", failed);
}

}  // namespace

fs::path program_folder() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path("/usr/bin") : program.parent_path();
}

Result<fs::path> assets() {
  if (const char* const named = std::getenv("WATCHFLOOR_ASSETS"); named != nullptr && *named != '\0') {
    if (holds_assets(named)) return fs::path(named);
    return Error{"there are no assets here (no folder `rules`)", named, "correct or unset WATCHFLOOR_ASSETS"};
  }
  const fs::path bin = program_folder();
  // Installed: PREFIX/bin and PREFIX/share/watchfloor.
  if (const fs::path installed = bin.parent_path() / "share" / "watchfloor"; holds_assets(installed)) return installed;
  // Built: SOURCE/build/PRESET/bin.
  for (fs::path up = bin; up.has_relative_path(); up = up.parent_path())
    if (holds_assets(up / "assets")) return up / "assets";
  if (holds_assets("/usr/share/watchfloor")) return fs::path("/usr/share/watchfloor");
  return Error{"the assets (rules, sample site) are not found", bin.string(),
               "install watchfloor whole, or name their folder with WATCHFLOOR_ASSETS"};
}

}  // namespace wf::cli
