// Draws every view of the sample night off screen, so that a change of look can be judged without an engine:
//   wf-pictures OUT_DIR [WIDTHxHEIGHT…] [--scale 1.5] [--only NAME] [--language CODE]
//   wf-pictures --goldens DIR   writes what golden_test.cpp compares with
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "console/shell/language.hpp"
#include "console/site/base_map.hpp"
#include "tests/pictures/goldens.hpp"
#include "tests/pictures/render.hpp"

int main(int argc, char** argv) {
  using namespace wf::pictures;
  std::string out = "pictures", only, goldens, language;
  float scale = 0;
  std::vector<std::pair<int, int>> sizes;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    int w = 0, h = 0;
    if (a == "--only" && i + 1 < argc)
      only = argv[++i];
    else if (a == "--language" && i + 1 < argc)
      language = argv[++i];
    else if (a == "--goldens" && i + 1 < argc)
      goldens = argv[++i];
    else if (a == "--scale" && i + 1 < argc)
      scale = std::strtof(argv[++i], nullptr);
    else if (std::sscanf(a.c_str(), "%dx%d", &w, &h) == 2)
      sizes.emplace_back(w, h);
    else if (!a.empty() && a[0] == '-') {
      std::fprintf(stderr,
                   "usage: wf-pictures OUT_DIR [WIDTHxHEIGHT…] [--scale 1.5] [--only NAME] [--language CODE]\n"
                   "       wf-pictures --goldens DIR\n");
      return 2;
    } else {
      out = a;
    }
  }
  std::vector<std::string> problems;
  const auto base_map =
      std::make_shared<const wf::BaseMap>(wf::site::load_base_map(wf::site::installed_base_map(), problems));
  if (base_map->empty()) std::fprintf(stderr, "no coastlines: package python-cartopy-data is not installed\n");
  const auto spoken =
      wf::shell::speak_language(WF_SOURCE_DIR "/assets/languages", language.empty() ? "en" : language, "", problems);
  if (!spoken) {
    std::fprintf(stderr, "%s\n", spoken.error().text().c_str());
    return 2;
  }
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  if (!goldens.empty()) {
    const wf::Result<void> written = write_goldens(goldens, base_map);
    if (!written) std::fprintf(stderr, "%s\n", written.error().text().c_str());
    return written ? 0 : 1;
  }
  if (sizes.empty()) sizes = {{1920, 1080}};
  std::filesystem::create_directories(out);
  for (const Scene& scene : all_scenes()) {
    if (!only.empty() && only != scene.name) continue;
    for (const auto theme : {wf::ui::Theme::dark, wf::ui::Theme::light})
      for (const auto& [w, h] : sizes) {
        const float by_size = h >= 1080 ? static_cast<float>(h) / 1080 : 1;
        const wf::Result<Drawn> drawn = render(scene, theme, w, h, by_size * (scale > 0 ? scale : 1), base_map);
        const std::string file = out + "/" + name_of(scene, theme, w, h) + ".png";
        const wf::Result<void> written = drawn ? write_png(file, w, h, drawn->pixels) : wf::Result<void>(drawn.error());
        if (!written) {
          std::fprintf(stderr, "%s\n", written.error().text().c_str());
          return 1;
        }
        for (const std::string& name : drawn->missing)
          std::fprintf(stderr, "%s: nothing is called %s\n", scene.name, name.c_str());
        std::printf("%s\n", file.c_str());
      }
  }
  return 0;
}
