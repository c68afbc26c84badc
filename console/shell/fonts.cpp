#include <array>
#include <cstdlib>
#include <filesystem>

#include "console/shell/shell.hpp"

namespace wf::shell {
namespace {

namespace fs = std::filesystem;

/// The first file of that name in one of the folders or a folder below them; empty if there is none.
std::string find_file(const std::vector<fs::path>& folders, std::string_view stem) {
  for (const fs::path& folder : folders) {
    std::error_code error;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
      const fs::path& path = it->path();
      if (path.stem() != stem) continue;
      const std::string ending = path.extension().string();
      if (ending == ".otf" || ending == ".ttf") return path.string();
    }
  }
  return {};
}

}  // namespace

ui::FontFiles find_fonts(std::string& missing) {
  std::vector<fs::path> folders;
  if (const char* own = std::getenv("WATCHFLOOR_FONTS"); own != nullptr && *own != '\0') folders.emplace_back(own);
  for (const char* folder : {"/usr/share/fonts/opentype/inter", "/usr/share/fonts/truetype/inter",
                             "/usr/share/fonts/truetype/jetbrains-mono", "/usr/share/fonts/opentype/jetbrains-mono"})
    folders.emplace_back(folder);

  ui::FontFiles files;
  files.inter_regular = find_file(folders, "Inter-Regular");
  files.inter_medium = find_file(folders, "Inter-Medium");
  files.inter_semibold = find_file(folders, "Inter-SemiBold");
  files.mono_regular = find_file(folders, "JetBrainsMono-Regular");
  files.mono_medium = find_file(folders, "JetBrainsMono-Medium");

  missing.clear();
  std::string packages;
  if (files.inter_regular.empty()) packages = "fonts-inter";
  if (files.mono_regular.empty()) packages += packages.empty() ? "fonts-jetbrains-mono" : " fonts-jetbrains-mono";
  if (!packages.empty()) {
    missing = "fonts: not found; text is set in Dear ImGui's own font, which knows ASCII only; install " + packages +
              " or name a folder in WATCHFLOOR_FONTS";
  }
  return files;
}

}  // namespace wf::shell
