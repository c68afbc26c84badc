#include "console/shell/stage.hpp"

#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "console/shell/gl.hpp"

namespace wf::shell {

Result<std::unique_ptr<Stage>> Stage::make(ui::Theme theme, ui::View view, float scale) {
  std::unique_ptr<Stage> stage(new Stage);
  IMGUI_CHECKVERSION();
  stage->context_ = ImGui::CreateContext();
  stage->enter();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  std::string missing;
  stage->fonts_ = find_fonts(missing);
  static bool said = false;  // once, however many windows there are
  if (!missing.empty() && !std::exchange(said, true)) std::fprintf(stderr, "watchfloor: %s\n", missing.c_str());
  stage->console_ = std::make_unique<ui::Console>();
  stage->console_->set_theme(theme);
  stage->console_->set_view(view);
  if (!ImGui_ImplOpenGL3_Init("#version 330 core")) {
    return Error{"OpenGL 3.3 cannot be used", "shell", "install libgl1 and libgl1-mesa-dri, which draw without a GPU"};
  }
  stage->backend_ = true;
  stage->set_scale(scale);
  return stage;
}

Stage::~Stage() {
  enter();
  console_.reset();
  if (backend_) ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext(context_);
}

void Stage::enter() const { ImGui::SetCurrentContext(context_); }

void Stage::set_scale(float scale) {
  scale = std::clamp(scale, 0.5F, 6.0F);
  if (std::fabs(scale - scale_) < 0.001F) return;
  enter();
  scale_ = scale;
  build_fonts();
}

void Stage::build_fonts() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  console_->build_fonts(*ImGui::GetIO().Fonts, fonts_, std::round(16.0F * scale_));
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

ui::FrameOutput Stage::build(const std::shared_ptr<const Snapshot>& snapshot, const ui::FrameInput& input) {
  if (console_->wants_fonts()) build_fonts();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  ui::FrameOutput output = console_->frame(snapshot, input);
  ImGui::Render();
  for (const std::string& line : output.remarks) std::fprintf(stderr, "watchfloor: %s\n", line.c_str());
  return output;
}

void Stage::build_plain(const char* text) const {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  ImGui::GetForegroundDrawList()->AddText({24, 24}, IM_COL32(255, 120, 136, 255), text);
  ImGui::Render();
}

void Stage::draw(int width, int height) const {
  gl().viewport(0, 0, width, height);
  gl().clear_color(0, 0, 0, 1);
  gl().clear(kColorBuffer);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace wf::shell
