#include <array>
#include <cstdlib>
#include <filesystem>

#include "console/shell/language.hpp"
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
      if (ending == ".otf" || ending == ".ttf" || ending == ".ttc") return path.string();
    }
  }
  return {};
}

struct Collection {
  const char* stem;
  bool by_language;  ///< faces are JP, KR, SC, TC, HK; else there is one
};
/// What Debian has for Chinese, Japanese and Korean, the best first.
constexpr Collection kCjk[] = {{"NotoSansCJK-Regular", true},    {"NotoSansCJKjp-Regular", false},
                               {"DroidSansFallbackFull", false}, {"DroidSansFallback", false},
                               {"wqy-microhei", false},          {"wqy-zenhei", false}};

/// One character is written differently in the countries that share it: by the language of the environment, else
/// Japanese, as the collection itself begins.
int cjk_face() {
  const std::string tag = environment_language();
  if (tag.starts_with("ko")) return 1;
  if (tag.starts_with("zh_HK")) return 4;
  if (tag.starts_with("zh_TW")) return 3;
  if (tag.starts_with("zh")) return 2;
  return 0;
}

void find_cjk(std::vector<fs::path> folders, ui::FontFiles& files) {
  for (const char* folder : {"/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/droid",
                             "/usr/share/fonts/truetype/wqy", "/usr/share/fonts/opentype/noto-cjk"})
    folders.emplace_back(folder);
  for (const Collection& one : kCjk) {
    files.cjk = find_file(folders, one.stem);
    files.cjk_face = one.by_language ? cjk_face() : 0;
    if (!files.cjk.empty()) return;
  }
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
  find_cjk(folders, files);

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
