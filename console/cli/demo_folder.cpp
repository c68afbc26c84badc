#include "console/cli/demo_folder.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <utility>

#include "console/cli/assets.hpp"
#include "console/cli/command.hpp"

namespace wf::cli {

Result<DemoFolder> DemoFolder::make(bool keep) {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  std::string name = (parent / "watchfloor-demo-XXXXXX").string();
  if (failed || ::mkdtemp(name.data()) == nullptr)
    return Error{"a temporary folder cannot be made", parent.string(), "check TMPDIR, its mode and its disk"};
  return DemoFolder(name, keep);
}

DemoFolder::DemoFolder(DemoFolder&& o) noexcept : path_(std::exchange(o.path_, {})), keep_(o.keep_) {}

DemoFolder::~DemoFolder() {
  if (path_.empty()) return;
  if (keep_) {
    note(fmt::format("the demo's data stays in {}", path_.string()));
    return;
  }
  std::error_code failed;
  std::filesystem::remove_all(path_, failed);
  if (failed) note(fmt::format("{}: cannot remove it: {}", path_.string(), failed.message()));
}

Result<demo::Recording> find_recording(const std::string& folder) {
  Result<std::filesystem::path> found = assets();
  if (!found) return found.error();
  const std::filesystem::path from = folder.empty() ? *found / "recordings" / "evening" : std::filesystem::path(folder);
  std::vector<std::string> problems;
  demo::Recording out = demo::load_recording(from, *found / "mappings", problems);
  if (problems.empty()) return out;
  for (const std::string& problem : problems) note(problem);
  return Error{"this recording cannot be played", from.string(), "mend what is named above"};
}

}  // namespace wf::cli
