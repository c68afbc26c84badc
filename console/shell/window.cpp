// GLFW must not bring OpenGL's headers: gl.hpp has what we need.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <imgui.h>
#if IMGUI_VERSION_NUM >= 18700
#include <imgui_internal.h>  // the queue of inputs
#endif

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "console/shell/gl.hpp"
#include "console/shell/sounder.hpp"
#include "console/shell/stage.hpp"

namespace wf::shell {
namespace {

/// Frames that are drawn after an input: the ui decides what lies under the pointer from the frame before.
constexpr int kFramesAfterInput = 3;
constexpr float kZoomStep = 0.1F, kZoomLeast = 0.75F, kZoomMost = 2.5F;

/// 1.87 and later spread fast inputs over several frames: true while some wait for the next one. 1.86 holds none back.
bool inputs_wait() {
#if IMGUI_VERSION_NUM >= 18700
  return !ImGui::GetCurrentContext()->InputEventsQueue.empty();
#else
  return false;
#endif
}

std::string glfw_reason() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text == nullptr ? std::string() : std::string(" (") + text + ")";
}

/// One window and what its callbacks need.
class Window {
 public:
  Window(const WindowOptions& options, const Feed& feed, sound::Output& output)
      : options_(options), feed_(feed), output_(output), sounder_(output) {}
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  [[nodiscard]] Result<void> open();
  void run();

 private:
  static Window& of(GLFWwindow* window) { return *static_cast<Window*>(glfwGetWindowUserPointer(window)); }
  void install_callbacks();
  void touched() { frames_due_ = kFramesAfterInput; }
  void on_key(int key, int scancode, int action, int mods);
  void on_cursor(double x, double y);
  void release_keys();
  [[nodiscard]] float base_scale() const;
  void toggle_fullscreen();
  void wait();
  void draw_frame();
  void sound();

  const WindowOptions& options_;
  const Feed& feed_;
  sound::Output& output_;
  Sounder sounder_;
  GLFWwindow* window_ = nullptr;
  std::unique_ptr<Stage> stage_;
  std::atomic<bool> news_{false};  ///< coalesces wake-ups: one empty event at most is under way
  int frames_due_ = kFramesAfterInput;
  double redraw_at_ = -1;
  double sound_at_ = -1;  ///< < 0: only with news
  double last_frame_ = 0;
  float zoom_ = 1;
  bool glfw_backend_ = false;
  struct Release {
    int key, scancode, mods;
  };
  std::vector<int> fresh_keys_;  ///< went down since the last frame
  std::vector<Release> late_releases_;
  int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  ///< before full screen
};

Result<void> Window::open() {
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "watchfloor");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "watchfloor");
  window_ = glfwCreateWindow(options_.width, options_.height, options_.title.c_str(), nullptr, nullptr);
  if (window_ == nullptr) {
    return Error{"no window with OpenGL 3.3 can be opened" + glfw_reason(), "display",
                 "install libgl1-mesa-dri, or use `watchfloor shot` and `watchfloor serve`, which need no display"};
  }
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  if (Result<void> loaded = load_gl(&glfwGetProcAddress); !loaded) return loaded;
  Result<std::unique_ptr<Stage>> stage = Stage::make(options_.theme, options_.view, base_scale());
  if (stage) (*stage)->console().set_base_map(options_.base_map);
  if (stage) (*stage)->console().set_post(options_.post);
  if (!stage) return stage.error();
  stage_ = std::move(*stage);
  glfwSetWindowUserPointer(window_, this);
  install_callbacks();
  ImGui_ImplGlfw_InitForOpenGL(window_, false);
  glfw_backend_ = true;
  const auto wake = [this] {
    if (!news_.exchange(true)) glfwPostEmptyEvent();
  };
  feed_.set_on_change(wake);
  output_.set_on_change(wake);
  return {};
}

Window::~Window() {
  feed_.set_on_change([] {});
  output_.set_on_change({});
  if (glfw_backend_) {
    stage_->enter();
    ImGui_ImplGlfw_Shutdown();
  }
  stage_.reset();
  if (window_ != nullptr) glfwDestroyWindow(window_);
}

// Our callbacks make this window's context the current one before they call ImGui's: with several windows the
// input would go to whichever drew last.
void Window::install_callbacks() {
  glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int focused) {
    of(w).stage_->enter();
    of(w).touched();
    ImGui_ImplGlfw_WindowFocusCallback(w, focused);
  });
  glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int entered) {
    of(w).stage_->enter();
    of(w).touched();
    ImGui_ImplGlfw_CursorEnterCallback(w, entered);
  });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) { of(w).on_cursor(x, y); });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int mods) {
    of(w).stage_->enter();
    of(w).touched();
    ImGui_ImplGlfw_MouseButtonCallback(w, button, action, mods);
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* w, double x, double y) {
    of(w).stage_->enter();
    of(w).touched();
    ImGui_ImplGlfw_ScrollCallback(w, x, y);
  });
  glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    of(w).on_key(key, scancode, action, mods);
  });
  glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned c) {
    of(w).stage_->enter();
    of(w).touched();
    ImGui_ImplGlfw_CharCallback(w, c);
  });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).touched(); });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).touched(); });
  glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* w, float, float) { of(w).touched(); });
}

void Window::on_cursor(double x, double y) {
  stage_->enter();
  touched();
#if IMGUI_VERSION_NUM >= 18700
  // Where the window system counts in points, the console still counts in pixels.
  int window_width = 1, pixels = 1, unused = 0;
  glfwGetWindowSize(window_, &window_width, &unused);
  glfwGetFramebufferSize(window_, &pixels, &unused);
  const double k = window_width > 0 ? static_cast<double>(pixels) / window_width : 1.0;
  ImGui_ImplGlfw_CursorPosCallback(window_, x * k, y * k);
#else
  (void)x;  // 1.86 asks GLFW for the position in each frame
  (void)y;
#endif
}

void Window::on_key(int key, int scancode, int action, int mods) {
  stage_->enter();
  touched();
  const bool down = action != GLFW_RELEASE;
  if (down && (mods & GLFW_MOD_CONTROL) != 0) {
    float zoom = zoom_;
    if (key == GLFW_KEY_EQUAL || key == GLFW_KEY_KP_ADD) zoom += kZoomStep;
    if (key == GLFW_KEY_MINUS || key == GLFW_KEY_KP_SUBTRACT) zoom -= kZoomStep;
    if (key == GLFW_KEY_0 || key == GLFW_KEY_KP_0) zoom = 1;
    zoom_ = std::clamp(zoom, kZoomLeast, kZoomMost);
  }
#if IMGUI_VERSION_NUM < 18700
  // 1.86 has no queue of events: a key that goes down and up between two frames was never pressed. It is held for one
  // frame, because a tap that acknowledges must never be lost on a slow machine.
  if (action == GLFW_PRESS) fresh_keys_.push_back(key);
  if (action == GLFW_RELEASE && std::find(fresh_keys_.begin(), fresh_keys_.end(), key) != fresh_keys_.end()) {
    late_releases_.push_back({key, scancode, mods});
    return;
  }
#endif
  ImGui_ImplGlfw_KeyCallback(window_, key, scancode, action, mods);
}

/// After a frame has seen them.
void Window::release_keys() {
  fresh_keys_.clear();
  for (const Release& r : late_releases_) {
    ImGui_ImplGlfw_KeyCallback(window_, r.key, r.scancode, GLFW_RELEASE, r.mods);
    touched();
  }
  late_releases_.clear();
}

/// The monitor's own scale; a monitor of over 1,440 lines that claims to have none is read at 1080 lines. One that
/// stands on end is counted across.
float Window::base_scale() const {
  if (options_.scale > 0) return options_.scale;
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  const float scale = std::max(x, y);
  const int lines = std::min(width, height);
  return scale <= 1 && lines > 1440 ? static_cast<float>(lines) / 1080.0F : std::max(scale, 0.75F);
}

void Window::toggle_fullscreen() {
  if (glfwGetWindowMonitor(window_) != nullptr) {
    glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, GLFW_DONT_CARE);
    return;
  }
  glfwGetWindowPos(window_, &x_, &y_);
  glfwGetWindowSize(window_, &width_, &height_);
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

/// Sleeps until an input, news from the seat, or the moment that the last frame asked for.
void Window::wait() {
  if (frames_due_ > 0 || news_.load()) {
    glfwPollEvents();
    return;
  }
  double until = redraw_at_;
  if (sound_at_ >= 0 && (until < 0 || until > sound_at_)) until = sound_at_;
  if (options_.quit_after > 0 && (until < 0 || until > options_.quit_after)) until = options_.quit_after;
  if (until < 0) {
    glfwWaitEvents();
    return;
  }
  const double left = until - glfwGetTime();
  if (left > 0) {
    glfwWaitEventsTimeout(left);
  } else {
    glfwPollEvents();
  }
}

void Window::draw_frame() {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  if (width <= 0 || height <= 0) return;  // minimised
  stage_->enter();
  stage_->set_scale(base_scale() * zoom_);
  ImGui_ImplGlfw_NewFrame();
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM < 18700
  if (io.DisplaySize.x > 0 && io.MousePos.x > -1e6F) {
    io.MousePos.x *= static_cast<float>(width) / io.DisplaySize.x;
    io.MousePos.y *= static_cast<float>(height) / io.DisplaySize.y;
  }
#endif
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  io.DisplayFramebufferScale = {1, 1};

  ui::FrameInput input;
  input.now = feed_.now();
  input.seconds = glfwGetTime();
  input.width = io.DisplaySize.x;
  input.height = io.DisplaySize.y;
  input.replies = feed_.replies();
  input.connection_problem = feed_.connection_problem();
  input.sound = sounder_.state(input.seconds);
  input.can_ask = feed_.ask != nullptr;
  if (feed_.answers) input.answers = feed_.answers();
  ui::FrameOutput output = stage_->build(feed_.snapshot(), input);
  if (inputs_wait()) touched();
  stage_->draw(width, height);
  glfwSwapBuffers(window_);
  release_keys();
  last_frame_ = input.seconds;
  redraw_at_ = output.redraw_in < 0 ? -1 : input.seconds + output.redraw_in;
  for (Command& command : output.commands) {
    feed_.send(std::move(command));
    touched();
  }
  if (output.sound.toggle_mute || output.sound.try_tone) {
    sounder_.carry_out(output.sound, input.seconds);
    sound();
    touched();
  }
  for (ui::Question& question : output.questions)
    if (feed_.ask) feed_.ask(std::move(question));
  if (output.toggle_fullscreen) toggle_fullscreen();
}

/// Beside the frames: what must be heard does not wait for a picture.
void Window::sound() {
  const double now = glfwGetTime();
  const double next = sounder_.step(feed_.heard ? feed_.heard() : feed_.snapshot(), now);
  sound_at_ = next < 0 ? -1 : now + next;
}

void Window::run() {
  while (glfwWindowShouldClose(window_) == GLFW_FALSE) {
    wait();
    const double now = glfwGetTime();
    if (options_.quit_after > 0 && now >= options_.quit_after) return;
    if (feed_.quit && feed_.quit()) return;
    const bool news = news_.exchange(false);
    if (news || frames_due_ > 0 || (sound_at_ >= 0 && now >= sound_at_)) sound();
    const bool due = redraw_at_ >= 0 && now >= redraw_at_;
    if (!news && !due && frames_due_ <= 0) continue;
    frames_due_ = std::max(frames_due_ - 1, news ? 1 : 0);
    draw_frame();
  }
}

}  // namespace

Result<void> run_window(const WindowOptions& options, const Feed& feed) {
  glfwSetErrorCallback(nullptr);
  if (glfwInit() == GLFW_FALSE) {
    return Error{"no display can be opened" + glfw_reason(), "display",
                 "set DISPLAY or WAYLAND_DISPLAY, or use `watchfloor shot` and `watchfloor serve`, which need none"};
  }
  const std::unique_ptr<sound::Output> speaker = options.sound ? nullptr : sound::open_speaker();
  Result<void> result;
  {
    Window window(options, feed, options.sound ? *options.sound : *speaker);
    result = window.open();
    if (result) window.run();
  }
  glfwTerminate();
  return result;
}

}  // namespace wf::shell
