#include "tests/bench/hidden_window.hpp"

#include <imgui.h>

#include <filesystem>
#include <string>

#include "tests/bench/load.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::bench {
namespace {

std::string font(const std::string& path) {
  std::error_code failed;
  return std::filesystem::exists(path, failed) ? path : std::string();
}

}  // namespace

HiddenWindow::HiddenWindow(ui::View view, float width, float height) : context_(ImGui::CreateContext()) {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  io.DisplaySize = {width, height};
  io.DeltaTime = 1.0F / 60;
  const std::string inter = "/usr/share/fonts/opentype/inter/", mono = "/usr/share/fonts/truetype/jetbrains-mono/";
  console_ = std::make_unique<ui::Console>();
  console_->build_fonts(*io.Fonts,
                        {font(inter + "Inter-Regular.otf"),
                         font(inter + "Inter-Medium.otf"),
                         font(inter + "Inter-SemiBold.otf"),
                         font(mono + "JetBrainsMono-Regular.ttf"),
                         font(mono + "JetBrainsMono-Medium.ttf"),
                         {},
                         0},
                        16);
  console_->set_view(view);
  input_.now = sample::kNow;
  input_.width = width;
  input_.height = height;
}

HiddenWindow::~HiddenWindow() {
  console_.reset();
  ImGui::DestroyContext(context_);
}

double HiddenWindow::frame(const std::shared_ptr<const Snapshot>& snapshot) {
  input_.seconds += 1.0 / 60;
  input_.now += kSecond / 60;
  const double begin = thread_seconds();
  ImGui::NewFrame();
  console_->frame(snapshot, input_);
  ImGui::Render();
  return (thread_seconds() - begin) * 1e3;
}

}  // namespace wf::bench
