#include "tests/console/ui/desk_driver.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tests/support/sample_snapshot.hpp"

namespace wf::ui {
namespace {

std::string there(const std::string& path) {
  std::FILE* f = std::fopen(path.c_str(), "rb");
  if (f == nullptr) return {};
  std::fclose(f);
  return path;
}

void key_event(Key key, bool down) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
  io.AddKeyEvent(imgui_key(key), down);
#else
  io.KeysDown[io.KeyMap[imgui_key(key)]] = down;
#endif
}

void mouse_at(float x, float y) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
  io.AddMousePosEvent(x, y);
#else
  io.MousePos = {x, y};
#endif
}

void mouse_button(bool down) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
  io.AddMouseButtonEvent(0, down);
#else
  io.MouseDown[0] = down;
#endif
}

}  // namespace

FontFiles debian_fonts() {
  const std::string inter = "/usr/share/fonts/opentype/inter/";
  const std::string mono = "/usr/share/fonts/truetype/jetbrains-mono/";
  return {there(inter + "Inter-Regular.otf"),
          there(inter + "Inter-Medium.otf"),
          there(inter + "Inter-SemiBold.otf"),
          there(mono + "JetBrainsMono-Regular.ttf"),
          there(mono + "JetBrainsMono-Medium.ttf"),
          {},
          0};
}

DeskDriver::DeskDriver(std::shared_ptr<const Snapshot> snapshot, float width, float height, float scale)
    : snapshot_(std::move(snapshot)), scale_(scale) {
  context_ = ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  io.DisplaySize = {width, height};
#if IMGUI_VERSION_NUM < 18700
  for (int k = 0; k < ImGuiKey_COUNT; ++k) io.KeyMap[k] = 256 + k;  // any places that differ will do
#endif
  console_ = std::make_unique<Console>();
  console_->build_fonts(*io.Fonts, debian_fonts(), 16 * scale);
  probe(*console_).written = &texts_;
  input.now = sample::kNow;
  input.width = width;
  input.height = height;
  input.sound.device = true;
  mouse_at(-1e30F, -1e30F);
  frames(2);
}

DeskDriver::~DeskDriver() {
  console_.reset();
  ImGui::DestroyContext(context_);
}

void DeskDriver::frames(int n, double dt) {
  ImGuiIO& io = ImGui::GetIO();
  for (int i = 0; i < n; ++i) {
    io.DeltaTime = static_cast<float>(dt);
    input.seconds += dt;
    input.now += static_cast<std::int64_t>(dt * 1e9);
    ImGui::NewFrame();
    texts_.clear();
    last_ = console_->frame(snapshot_, input);
    commands_.insert(commands_.end(), last_.commands.begin(), last_.commands.end());
    if (after) after(last_);
    input.replies.clear();
    input.answers.clear();
    for (const Question& q : last_.questions) {
      questions_.push_back(q);
      if (answer_) input.answers.push_back({q.token, std::make_shared<const QueryPage>(answer_(q.query))});
    }
    ImGui::Render();
  }
}

void DeskDriver::move_to(float x, float y) {
  mouse_at(x * scale_ - 3, y * scale_);  // the first place after none is no movement to Dear ImGui
  frames(1);
  mouse_at(x * scale_, y * scale_);
  frames(2);
}

bool DeskDriver::hover(std::string_view name) {
  const Hits::Area* a = look().hits.find(name);
  if (a == nullptr || a->rect.w <= 0 || a->rect.h <= 0) return false;
  move_to(a->rect.mid_x(), a->rect.mid_y());
  return true;
}

bool DeskDriver::click(std::string_view name) {
  if (!hover(name)) return false;
  ++actions_;
  mouse_button(true);
  frames(1);
  mouse_button(false);
  frames(2);
  return true;
}

bool DeskDriver::hold(std::string_view name, double seconds) {
  if (!hover(name)) return false;
  ++actions_;
  mouse_button(true);
  frames(1);
  frames(2, seconds / 2);
  mouse_button(false);
  frames(2);
  return true;
}

void DeskDriver::hold_p(double seconds) {
  ++actions_;
  const auto key = [](bool down) {
#if IMGUI_VERSION_NUM >= 18700
    ImGui::GetIO().AddKeyEvent(ImGuiKey_P, down);
#else
    ImGui::GetIO().KeysDown['P'] = down;
#endif
  };
  key(true);
  frames(1);
  frames(2, seconds / 2);
  key(false);
  frames(2);
}

void DeskDriver::wheel(float notches) {
  ++actions_;
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseWheelEvent(0, notches);
#else
  ImGui::GetIO().MouseWheel = notches;
#endif
  frames(1);
}

void DeskDriver::type(std::string_view text) {
  for (const char c : text) {
    ++actions_;
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
    frames(2);
  }
}

void DeskDriver::say(std::string_view text, Key confirm) {
  const int before = actions_;
  type(text);
  press(confirm);
  actions_ = before + 1;
}

int DeskDriver::actions() { return std::exchange(actions_, 0); }

bool DeskDriver::until(const std::function<bool()>& so) {
  for (int i = 0; i < 600; ++i) {
    if (so()) return true;
    frames(1);
  }
  return so();
}

void DeskDriver::press(Key key) {
  ++actions_;
  key_event(key, true);
  frames(1);
  key_event(key, false);
  frames(2);
}

void DeskDriver::press_palette() {
  ++actions_;
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
  io.AddKeyEvent(ImGuiKey_ModCtrl, true);
  io.AddKeyEvent(ImGuiKey_K, true);
  frames(2);
  io.AddKeyEvent(ImGuiKey_K, false);
  io.AddKeyEvent(ImGuiKey_ModCtrl, false);
#else
  io.KeyCtrl = true;
  io.KeysDown[75] = true;  // K, as GLFW numbers letters
  frames(1);
  io.KeysDown[75] = false;
  io.KeyCtrl = false;
#endif
  frames(3);
}

bool DeskDriver::has(std::string_view name) const { return probe(*console_).hits.find(name) != nullptr; }

Rect DeskDriver::rect(std::string_view name) const {
  const Hits::Area* a = probe(*console_).hits.find(name);
  return a == nullptr ? Rect{} : a->rect;
}

bool DeskDriver::wrote(std::string_view part) const {
  return std::any_of(texts_.begin(), texts_.end(),
                     [&](const WrittenText& t) { return t.text.find(part) != std::string::npos; });
}

std::vector<Question> DeskDriver::questions() { return std::exchange(questions_, {}); }

std::vector<Command> DeskDriver::commands() { return std::exchange(commands_, {}); }

}  // namespace wf::ui
