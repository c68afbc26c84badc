#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/shell/input_queue.hpp"
#include "console/shell/monitors.hpp"
#include "console/shell/screen.hpp"

struct GLFWwindow;

namespace wf::shell {

/// What all windows of a program share, and what a window tells the others.
class Host {
 public:
  virtual ~Host() = default;
  [[nodiscard]] virtual const ui::Comfort& comfort() const = 0;
  virtual void set_comfort(const ui::Comfort& comfort) = 0;
  [[nodiscard]] virtual const std::vector<Monitor>& monitors() const = 0;
};

/// One window of the system with a console of its own. Its thread is the one that made GLFW.
class Window {
 public:
  struct Look {
    std::string title;
    float scale = 0;  ///< 0: from the monitor
    std::shared_ptr<const BaseMap> base_map;
    std::string post;   ///< of the guard's view
    bool paced = true;  ///< it waits for its monitor; with several windows each would wait for all
  };
  [[nodiscard]] static Result<std::unique_ptr<Window>> open(Host& host, const Look& look, const WindowKept& kept,
                                                            const Spot& spot);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Draws one frame; what a person did in it.
  ui::FrameOutput draw(const std::shared_ptr<const Snapshot>& snapshot, ui::FrameInput input);
  /// The engine's answer to what was asked here; its next frame shows it.
  void tell(CommandReply reply);
  void tell(ui::Answer answer);
  /// An input came, or something that is shown changed: frames are due.
  void touch();
  /// A newer snapshot is there: a frame is due if it would look different.
  void offer(const std::shared_ptr<const Snapshot>& snapshot);
  /// A frame is due at this moment of GLFW's clock; ≤ now: at once; < 0: none.
  [[nodiscard]] double due_at() const;
  void set_paced(bool paced);

  [[nodiscard]] bool closing() const;
  [[nodiscard]] bool focused() const;
  void ask_for_attention();
  void toggle_fullscreen();
  /// Moves it, and shows what is kept there.
  void stand(const Spot& spot, const WindowKept& kept);
  /// What it shows and where it stands now.
  [[nodiscard]] WindowKept kept() const;
  [[nodiscard]] Spot spot() const;
  [[nodiscard]] Screen& screen() { return *screen_; }
  /// Frames that were drawn since it was opened.
  [[nodiscard]] std::uint64_t frames() const { return frames_; }

 private:
  Window(Host& host, const Look& look) : host_(host), look_(look) {}
  static Window& of(GLFWwindow* window);
  [[nodiscard]] Result<void> create(const WindowKept& kept, const Spot& spot);
  void install_callbacks();
  void on_key(int key, int scancode, int action, int mods);
  void on_cursor(double x, double y);
  void add(const Input& input);
  void take_inputs();
  void place_pointer();
  void moved();
  void name();
  [[nodiscard]] float base_scale() const;

  Host& host_;
  Look look_;
  GLFWwindow* window_ = nullptr;
  std::unique_ptr<Screen> screen_;
  int frames_due_ = 0;
  std::uint64_t frames_ = 0;
  double redraw_at_ = -1, drawn_at_ = -1;
  bool glfw_backend_ = false, paced_ = true, focused_ = false;
  ui::View named_ = ui::View::gallery;
  InputQueue inputs_;
  InputQueue::Turn turn_;              ///< the inputs of this frame
  PointerAt cursor_, seen_;            ///< as the last event told it; as the last frame had it
  bool buttons_[5] = {};               ///< as this frame has them
  std::vector<CommandReply> replies_;  ///< for the next frame
  std::vector<ui::Answer> answers_;
  std::shared_ptr<const Snapshot> shown_;
  int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  ///< as a window, also while it fills a screen
};

}  // namespace wf::shell
