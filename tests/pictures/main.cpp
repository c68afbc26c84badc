// Draws every view of the sample night off screen, so that a change of look can be judged without an engine:
//   wf-pictures OUT_DIR [WIDTHxHEIGHT…] [--only NAME]
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "console/shell/shell.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace {

struct Picture {
  const char* name;
  wf::ui::View view;
  std::shared_ptr<wf::Snapshot> (*snapshot)();
  std::uint64_t select;
};

std::shared_ptr<wf::Snapshot> drill() {
  auto s = wf::sample::night();
  auto i = std::make_shared<wf::Incident>(*s->incidents[1]);
  i->drill = true;
  s->incidents[1] = i;
  s->demo = true;
  return s;
}

constexpr Picture kPictures[] = {
    {"wall", wf::ui::View::wall, &wf::sample::night, 0},     {"quiet", wf::ui::View::wall, &wf::sample::quiet, 0},
    {"flood", wf::ui::View::wall, &wf::sample::flood, 0},    {"drill", wf::ui::View::wall, &drill, 2415},
    {"shift", wf::ui::View::wall, &wf::sample::night, 1},    {"map", wf::ui::View::map, &wf::sample::night, 0},
    {"agents", wf::ui::View::agents, &wf::sample::night, 0}, {"gallery", wf::ui::View::gallery, &wf::sample::night, 0}};

}  // namespace

int main(int argc, char** argv) {
  std::string out = "pictures";
  std::string only;
  std::vector<std::pair<int, int>> sizes;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    int w = 0;
    int h = 0;
    if (a == "--only" && i + 1 < argc)
      only = argv[++i];
    else if (std::sscanf(a.c_str(), "%dx%d", &w, &h) == 2)
      sizes.emplace_back(w, h);
    else
      out = a;
  }
  if (sizes.empty()) sizes = {{1920, 1080}};
  std::filesystem::create_directories(out);
  for (const Picture& p : kPictures) {
    if (!only.empty() && only != p.name) continue;
    const std::shared_ptr<wf::Snapshot> snapshot = p.snapshot();
    wf::shell::Feed feed;
    feed.snapshot = [&] { return snapshot; };
    feed.now = [] { return wf::sample::kNow; };
    for (const auto theme : {wf::ui::Theme::dark, wf::ui::Theme::light})
      for (const auto& [w, h] : sizes) {
        wf::shell::ShotOptions o;
        o.view = p.view;
        o.theme = theme;
        o.width = w;
        o.height = h;
        o.scale = h >= 1080 ? 0 : 1;
        o.select = p.select;
        o.out = out + "/" + p.name + (theme == wf::ui::Theme::dark ? "-dark-" : "-light-") + std::to_string(w) + "x" +
                std::to_string(h) + ".png";
        if (const auto done = wf::shell::shoot(o, feed); !done) {
          std::fprintf(stderr, "%s\n", done.error().text().c_str());
          return 1;
        }
        std::printf("%s\n", o.out.c_str());
      }
  }
  return 0;
}
