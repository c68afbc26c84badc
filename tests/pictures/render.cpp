#include "tests/pictures/render.hpp"

#include <imgui.h>
#include <stb_image_write.h>

#include <algorithm>
#include <string_view>

#include "console/shell/gl.hpp"
#include "console/shell/offscreen.hpp"
#include "console/shell/stage.hpp"
#include "console/ui/probe.hpp"
#include "tests/pictures/still.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::pictures {
namespace {

void point_at(float x, float y) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMousePosEvent(x, y);
#else
  ImGui::GetIO().MousePos = {x, y};
#endif
}

void press(bool down) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseButtonEvent(0, down);
#else
  ImGui::GetIO().MouseDown[0] = down;
#endif
}

}  // namespace

Result<Drawn> render(const Scene& scene, ui::Theme theme, int width, int height, float scale,
                     const std::shared_ptr<const BaseMap>& base_map) {
  auto target = shell::Offscreen::make(width, height);
  if (!target) return target.error();
  if (scale <= 0) scale = static_cast<float>(std::min(width, height)) / 1080.0F;
  auto stage = shell::Stage::make(theme, scene.view, scale);
  if (!stage) return stage.error();
  ui::Console& console = (*stage)->console();
  const std::shared_ptr<Snapshot> snapshot = scene.snapshot();
  std::uint64_t select = scene.select;
  if (select == 0 && !snapshot->incidents.empty()) select = snapshot->incidents.front()->id;
  if (select != 0) console.select(select);
  if (scene.view == ui::View::guard) console.set_post("Gate 3");
  if (*scene.card != 0) console.open_card(scene.card);
  console.set_base_map(base_map);
  if (scene.world) console.show_world();
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  io.DisplayFramebufferScale = {1, 1};
  io.DeltaTime = 1.0F / 30;
  ui::FrameInput input;
  input.now = sample::kNow;
  input.width = io.DisplaySize.x;
  input.height = io.DisplaySize.y;
  input.connection_problem = scene.problem;
  input.sound = scene.sound;
  input.kept_in = "/home/okafor/.local/state/watchfloor/console.json";
  input.desktop = {{"drill", "night"}, "night", 2};
  input.desktop.languages = {{"de", "Deutsch"}, {"en", "English"}};
  (*stage)->stills().decode_at_once();
  input.pictures = &(*stage)->stills();
  Drawn out{width, height, {}, {}, {}};
  const char* key = scene.keys;
  std::string_view clicks = scene.click;
  const std::string_view last = scene.last;
  const int clicked = 41 + 6 * static_cast<int>(std::count(clicks.begin(), clicks.end(), ';') + 2);
  const int frames =
      clicks.empty() ? 70 : std::max(100, clicked + (last.empty() ? 0 : 2 * static_cast<int>(last.size()) + 60));
  for (int frame = 0; frame < frames; ++frame) {
    input.seconds = frame / 30.0;
    if (frame > 2 && frame % 2 == 0 && *key != 0) io.AddInputCharacter(static_cast<unsigned char>(*key++));
    if (frame > 40 && frame % 6 == 0 && !clicks.empty()) {
      const std::string name(clicks.substr(0, clicks.find(';')));
      clicks.remove_prefix(std::min(clicks.size(), name.size() + 1));
      if (name.empty())
        point_at(-1, -1);  // time passes
      else if (const ui::Hits::Area* area = ui::probe(console).hits.find(name))
        point_at(area->rect.mid_x() * scale, area->rect.mid_y() * scale);
      else
        out.missing.push_back(name);
    }
    if (frame > 40 && (frame % 6 == 2 || frame % 6 == 4)) press(frame % 6 == 2 && io.MousePos.x >= 0);
    if (frame == clicked - 5 && !last.empty()) point_at(-1, -1);  // what is typed is not clicked at
    if (const int n = frame - clicked; n >= 0 && n % 2 == 0 && static_cast<std::size_t>(n / 2) < last.size())
      io.AddInputCharacter(static_cast<unsigned char>(last[static_cast<std::size_t>(n / 2)]));
    ui::probe(console).written = frame == frames - 1 ? &out.texts : nullptr;
    const ui::FrameOutput output = (*stage)->build(snapshot, input);
    input.answers.clear();
    for (const ui::Question& q : output.questions) {
      QueryPage page = sample::answer(q.query);
      if (q.query.what == Query::What::attachment) {
        page = {};
        page.attachment = still(q.query.where);
      }
      if (page.trial && scene.trial != Trial::State::none) page.trial = sample::trial(scene.trial);
      input.answers.push_back({q.token, std::make_shared<const QueryPage>(std::move(page))});
    }
    if (*scene.click != 0 && frame == frames - 4) point_at(-1, -1);
  }
  ui::probe(console).written = nullptr;
  (*stage)->draw(width, height);
  shell::gl().finish();
  out.pixels = (*target)->pixels();
  return out;
}

std::string name_of(const Scene& scene, ui::Theme theme, int width, int height) {
  return std::string(scene.name) + (theme == ui::Theme::dark ? "-dark-" : "-light-") + std::to_string(width) + "x" +
         std::to_string(height);
}

Result<void> write_png(const std::string& file, int width, int height, const std::vector<unsigned char>& rgb) {
  if (stbi_write_png(file.c_str(), width, height, 3, rgb.data(), width * 3) == 0)
    return Error{"cannot be written", file, "name a folder that exists and can be written"};
  return {};
}

}  // namespace wf::pictures
