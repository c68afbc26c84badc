// GLFW must not bring OpenGL's headers: gl.hpp has what we need.
#define GLFW_INCLUDE_NONE
#include "console/shell/window.hpp"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <imgui.h>
#if IMGUI_VERSION_NUM >= 18700
#include <imgui_internal.h>  // the queue of inputs
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <utility>

#include "console/shell/gl.hpp"
#include "console/shell/glfw_reason.hpp"
#include "console/ui/same_picture.hpp"

namespace wf::shell {
namespace {

/// Frames that are drawn after an input: the ui decides what lies under the pointer from the frame before.
constexpr int kFramesAfterInput = 3;
/// Between two frames of a window that does not wait for its monitor.
constexpr double kShortestFrame = 1.0 / 60;

/// 1.87 and later spread fast inputs over several frames: true while some wait for the next one. 1.86 holds none back.
bool inputs_wait() {
#if IMGUI_VERSION_NUM >= 18700
  return !ImGui::GetCurrentContext()->InputEventsQueue.empty();
#else
  return false;
#endif
}

std::string_view title_of(ui::View view) {
  switch (view) {
    case ui::View::wall:
      return "Alert wall";
    case ui::View::map:
      return "Site map";
    case ui::View::agents:
      return "Agents";
    case ui::View::rules:
      return "Rules";
    case ui::View::guard:
      return "Guard's post";
    case ui::View::settings:
      return "Settings";
    case ui::View::gallery:
      return "Widget gallery";
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<Window>> Window::open(Host& host, const Look& look, const WindowKept& kept, const Spot& spot) {
  std::unique_ptr<Window> out(new Window(host, look));
  if (Result<void> made = out->create(kept, spot); !made) return made.error();
  return out;
}

Result<void> Window::create(const WindowKept& kept, const Spot& spot) {
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);  // it is shown where it belongs
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "watchfloor");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "watchfloor");
  window_ = glfwCreateWindow(spot.width, spot.height, look_.title.c_str(), nullptr, nullptr);
  if (window_ == nullptr) {
    return Error{"no window with OpenGL 3.3 can be opened" + glfw_reason(), "display",
                 "install libgl1-mesa-dri, or use `watchfloor shot` and `watchfloor serve`, which need no display"};
  }
  glfwMakeContextCurrent(window_);
  set_paced(look_.paced);
  if (Result<void> loaded = load_gl(&glfwGetProcAddress); !loaded) return loaded;
  Screen::Hooks hooks;
  hooks.before_reset = [this] {
    ImGui_ImplGlfw_Shutdown();
    glfw_backend_ = false;
  };
  hooks.after_reset = [this] { glfw_backend_ = ImGui_ImplGlfw_InitForOpenGL(window_, false); };
  hooks.on_still = [] { glfwPostEmptyEvent(); };
  hooks.tell = [](const std::string& line) { std::fprintf(stderr, "watchfloor: %s\n", line.c_str()); };
  Result<std::unique_ptr<Screen>> screen =
      Screen::make(base_scale() * host_.comfort().zoom, look_.base_map, look_.post, std::move(hooks));
  if (!screen) return screen.error();
  screen_ = std::move(*screen);
  glfwSetWindowUserPointer(window_, this);
  install_callbacks();
  glfw_backend_ = ImGui_ImplGlfw_InitForOpenGL(window_, false);
  stand(spot, kept);
  glfwShowWindow(window_);
  moved();
  return {};
}

Window::~Window() {
  if (window_ == nullptr) return;
  glfwMakeContextCurrent(window_);
  if (glfw_backend_) {
    screen_->stage().enter();
    ImGui_ImplGlfw_Shutdown();
  }
  screen_.reset();
  glfwDestroyWindow(window_);
}

Window& Window::of(GLFWwindow* window) { return *static_cast<Window*>(glfwGetWindowUserPointer(window)); }

void Window::touch() { frames_due_ = kFramesAfterInput; }

void Window::offer(const std::shared_ptr<const Snapshot>& snapshot) {
  if (shown_ == nullptr || !ui::same_picture(*shown_, *snapshot, screen_->stage().console().view()))
    frames_due_ = std::max(frames_due_, 1);
}

void Window::tell(CommandReply reply) {
  replies_.push_back(std::move(reply));
  touch();
}

void Window::tell(ui::Answer answer) {
  answers_.push_back(std::move(answer));
  touch();
}

bool Window::closing() const { return glfwWindowShouldClose(window_) != GLFW_FALSE; }
bool Window::focused() const { return focused_; }
void Window::ask_for_attention() { glfwRequestWindowAttention(window_); }

void Window::set_paced(bool paced) {
  paced_ = paced;
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(paced ? 1 : 0);
}

double Window::due_at() const {
  const double soonest = paced_ || drawn_at_ < 0 ? 0 : drawn_at_ + kShortestFrame;
  if (frames_due_ > 0) return soonest;
  return redraw_at_ < 0 ? -1 : std::max(redraw_at_, soonest);
}

// Our callbacks make this window's context the current one before they call ImGui's: with several windows the
// input would go to whichever drew last.
void Window::install_callbacks() {
  glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int focused) {
    of(w).screen_->stage().enter();
    of(w).focused_ = focused != GLFW_FALSE;
    of(w).touch();
    ImGui_ImplGlfw_WindowFocusCallback(w, focused);
  });
  glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int entered) {
    of(w).screen_->stage().enter();
    of(w).touch();
    ImGui_ImplGlfw_CursorEnterCallback(w, entered);
  });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) { of(w).on_cursor(x, y); });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int mods) {
    const PointerAt at = of(w).cursor_;
    of(w).add({Input::Kind::button, static_cast<unsigned>(button), 0, action, mods, at.x, at.y});
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* w, double x, double y) {
    of(w).screen_->stage().enter();
    of(w).touch();
    ImGui_ImplGlfw_ScrollCallback(w, x, y);
  });
  glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    of(w).on_key(key, scancode, action, mods);
  });
  glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned c) { of(w).add({Input::Kind::letter, c}); });
  glfwSetWindowPosCallback(window_, [](GLFWwindow* w, int, int) { of(w).moved(); });
  glfwSetWindowSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).moved(); });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).touch(); });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).touch(); });
  glfwSetWindowIconifyCallback(window_, [](GLFWwindow* w, int) { of(w).touch(); });
  glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* w, float, float) { of(w).touch(); });
}

void Window::on_cursor(double x, double y) {
  screen_->stage().enter();
  touch();
  cursor_ = {static_cast<float>(x), static_cast<float>(y)};
#if IMGUI_VERSION_NUM >= 18700
  // Where the window system counts in points, the console still counts in pixels.
  int window_width = 1, pixels = 1, unused = 0;
  glfwGetWindowSize(window_, &window_width, &unused);
  glfwGetFramebufferSize(window_, &pixels, &unused);
  const double k = window_width > 0 ? static_cast<double>(pixels) / window_width : 1.0;
  ImGui_ImplGlfw_CursorPosCallback(window_, x * k, y * k);
#endif
}

void Window::on_key(int key, int scancode, int action, int mods) {
  screen_->stage().enter();
  touch();
  const bool down = action != GLFW_RELEASE;
  if (down && (mods & GLFW_MOD_CONTROL) != 0) {
    ui::Comfort comfort = host_.comfort();
    if (key == GLFW_KEY_EQUAL || key == GLFW_KEY_KP_ADD) comfort.zoom = ui::next_zoom(comfort.zoom, 1);
    if (key == GLFW_KEY_MINUS || key == GLFW_KEY_KP_SUBTRACT) comfort.zoom = ui::next_zoom(comfort.zoom, -1);
    if (key == GLFW_KEY_0 || key == GLFW_KEY_KP_0) comfort.zoom = 1;
    host_.set_comfort(comfort);
  }
  if (key != GLFW_KEY_UNKNOWN) add({Input::Kind::key, static_cast<unsigned>(key), scancode, action, mods});
}

/// To ImGui, which from 1.87 on has a queue of its own, or to ours.
void Window::add(const Input& input) {
  screen_->stage().enter();
  touch();
#if IMGUI_VERSION_NUM < 18700
  inputs_.add(input);
#else
  turn_.inputs = {input};
  take_inputs();
#endif
}

/// Gives ImGui what the coming frame acts on.
void Window::take_inputs() {
#if IMGUI_VERSION_NUM < 18700
  turn_ = inputs_.next(ImGui::GetIO().WantTextInput, seen_);
  if (!inputs_.empty()) touch();
#endif
  for (const Input& i : turn_.inputs) {
    const int code = static_cast<int>(i.code);
    if (i.kind == Input::Kind::letter) ImGui_ImplGlfw_CharCallback(window_, i.code);
    if (i.kind == Input::Kind::key) ImGui_ImplGlfw_KeyCallback(window_, code, i.scancode, i.action, i.mods);
#if IMGUI_VERSION_NUM < 18700
    if (i.kind == Input::Kind::button && i.code < std::size(buttons_)) buttons_[i.code] = i.action == GLFW_PRESS;
#else
    if (i.kind == Input::Kind::button) ImGui_ImplGlfw_MouseButtonCallback(window_, code, i.action, i.mods);
#endif
  }
}

/// 1.86 asks GLFW where the pointer is and which buttons are down in the moment of a frame: a click would count where
/// the pointer went after it.
void Window::place_pointer() {
#if IMGUI_VERSION_NUM < 18700
  ImGuiIO& io = ImGui::GetIO();
  if (turn_.pointer) io.MousePos = {turn_.pointer->x, turn_.pointer->y};
  seen_ = {io.MousePos.x, io.MousePos.y};
  std::copy(std::begin(buttons_), std::end(buttons_), std::begin(io.MouseDown));
#endif
}

/// The monitor's own scale; a monitor of over 1,440 lines that claims to have none is read at 1080 lines. One that
/// stands on end is counted across.
float Window::base_scale() const {
  if (look_.scale > 0) return look_.scale;
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  const float scale = std::max(x, y);
  const int lines = std::min(width, height);
  return scale <= 1 && lines > 1440 ? static_cast<float>(lines) / 1080.0F : std::max(scale, 0.75F);
}

/// Where it stands as a window is remembered while it fills a screen.
void Window::moved() {
  touch();
  if (glfwGetWindowMonitor(window_) != nullptr || glfwGetWindowAttrib(window_, GLFW_ICONIFIED) != GLFW_FALSE) return;
  int width = 0, height = 0;
  glfwGetWindowSize(window_, &width, &height);
  if (width <= 0 || height <= 0) return;
  glfwGetWindowPos(window_, &x_, &y_);
  width_ = width;
  height_ = height;
}

void Window::toggle_fullscreen() {
  touch();
  if (glfwGetWindowMonitor(window_) != nullptr) {
    glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, GLFW_DONT_CARE);
    return;
  }
  moved();
  // The monitor under the window's middle, else the first.
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  GLFWmonitor* target = glfwGetPrimaryMonitor();
  for (int i = 0; i < count; ++i) {
    int mx = 0, my = 0;
    glfwGetMonitorPos(monitors[i], &mx, &my);
    const GLFWvidmode* mode = glfwGetVideoMode(monitors[i]);
    const int cx = x_ + width_ / 2, cy = y_ + height_ / 2;
    if (mode != nullptr && cx >= mx && cx < mx + mode->width && cy >= my && cy < my + mode->height)
      target = monitors[i];
  }
  if (target == nullptr) return;
  const GLFWvidmode* mode = glfwGetVideoMode(target);
  if (mode != nullptr) glfwSetWindowMonitor(window_, target, 0, 0, mode->width, mode->height, mode->refreshRate);
}

void Window::stand(const Spot& spot, const WindowKept& kept) {
  screen_->stage().console().restore(kept.memory);
  touch();
  if (glfwGetWindowMonitor(window_) != nullptr) toggle_fullscreen();
  width_ = spot.width;
  height_ = spot.height;
  glfwSetWindowSize(window_, spot.width, spot.height);
  if (spot.monitor >= 0 && kept.place.known()) {
    x_ = spot.x;
    y_ = spot.y;
    glfwSetWindowPos(window_, spot.x, spot.y);
  }
  if (!spot.fullscreen) return;
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  if (spot.monitor < 0 || spot.monitor >= count) return;
  const GLFWvidmode* mode = glfwGetVideoMode(monitors[spot.monitor]);
  if (mode != nullptr)
    glfwSetWindowMonitor(window_, monitors[spot.monitor], 0, 0, mode->width, mode->height, mode->refreshRate);
}

WindowKept Window::kept() const {
  WindowKept out;
  out.memory = screen_->stage().console().memory();
  GLFWmonitor* const filled = glfwGetWindowMonitor(window_);
  out.place = place_of(x_, y_, width_, height_, filled != nullptr, host_.monitors());
  if (filled != nullptr) {
    const char* const name = glfwGetMonitorName(filled);
    out.place.monitor = name == nullptr ? "" : name;
    glfwGetMonitorPos(filled, &out.place.monitor_x, &out.place.monitor_y);
  }
  return out;
}

Spot Window::spot() const { return {x_, y_, width_, height_, 0, glfwGetWindowMonitor(window_) != nullptr}; }

/// Windows are told apart in the system's lists.
void Window::name() {
  const ui::View view = screen_->stage().console().view();
  if (std::exchange(named_, view) != view)
    glfwSetWindowTitle(window_, (look_.title + ": " + std::string(title_of(view))).c_str());
}

ui::FrameOutput Window::draw(const std::shared_ptr<const Snapshot>& snapshot, ui::FrameInput input) {
  frames_due_ = std::max(frames_due_ - 1, 0);
  redraw_at_ = -1;
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  if (width <= 0 || height <= 0 || glfwGetWindowAttrib(window_, GLFW_ICONIFIED) != GLFW_FALSE) {
    frames_due_ = 0;  // nobody sees it; it is touched when it comes back
    return {};
  }
  glfwMakeContextCurrent(window_);
  Stage& stage = screen_->stage();
  stage.enter();
  stage.console().set_comfort(host_.comfort());
  stage.set_scale(base_scale() * host_.comfort().zoom);
  take_inputs();
  ImGui_ImplGlfw_NewFrame();
  place_pointer();
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM < 18700
  if (io.DisplaySize.x > 0 && io.MousePos.x > -1e6F) {
    io.MousePos.x *= static_cast<float>(width) / io.DisplaySize.x;
    io.MousePos.y *= static_cast<float>(height) / io.DisplaySize.y;
  }
#endif
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  io.DisplayFramebufferScale = {1, 1};
  input.width = io.DisplaySize.x;
  input.height = io.DisplaySize.y;
  input.replies = std::exchange(replies_, {});
  input.answers = std::exchange(answers_, {});
  input.pictures = &stage.stills();
  drawn_at_ = input.seconds;
  ui::FrameOutput output = screen_->build(snapshot, input);
  if (screen_->whole()) {
    if (inputs_wait()) touch();
    screen_->stage().draw(width, height);
    glfwSwapBuffers(window_);
    ++frames_;
    shown_ = snapshot;
    host_.set_comfort(screen_->stage().console().comfort());
    name();
  } else {
    replies_ = std::move(input.replies);
    answers_ = std::move(input.answers);
  }
  redraw_at_ = output.redraw_in < 0 ? -1 : input.seconds + output.redraw_in;
  if (!output.commands.empty()) touch();
  return output;
}

}  // namespace wf::shell
