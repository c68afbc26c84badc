#pragma once
#include <imgui.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/console.hpp"
#include "console/ui/draw/keys.hpp"
#include "console/ui/probe.hpp"

namespace wf::ui {

/// An operator without a screen: builds frames through Dear ImGui with no renderer, clicks what has a name, types,
/// and collects the commands that come out. Time is what the test says. It counts its actions itself: a key, a click,
/// a turn of the wheel, something held, or a text typed and confirmed is one; moving the pointer is none.
class DeskDriver {
 public:
  explicit DeskDriver(std::shared_ptr<const Snapshot> snapshot, float width = 1920, float height = 1080,
                      float scale = 1);
  ~DeskDriver();
  DeskDriver(const DeskDriver&) = delete;
  DeskDriver& operator=(const DeskDriver&) = delete;

  /// Builds `n` frames, `dt` seconds apart.
  void frames(int n = 1, double dt = 1.0 / 60);
  void show(std::shared_ptr<const Snapshot> snapshot) { snapshot_ = std::move(snapshot); }
  /// Questions are answered by it from now on, in the frame after; null: they wait.
  void answer_by(std::function<QueryPage(const Query&)> answer) { answer_ = std::move(answer); }
  /// Questions since the last call.
  [[nodiscard]] std::vector<Question> questions();
  /// Moves the pointer onto a named area, presses, releases. False: no such area.
  bool click(std::string_view name);
  void move_to(float x, float y);
  bool hover(std::string_view name);
  void wheel(float notches);
  void type(std::string_view text);  ///< characters, one a frame; each is a key, so each is an action
  /// A text typed into the field that has the keyboard, and the key that confirms it: one action.
  void say(std::string_view text, Key confirm = Key::enter);
  void press(Key key);
  void press_palette();
  /// Holds the pointer, or the key of panic, for so many seconds.
  bool hold(std::string_view name, double seconds);
  void hold_p(double seconds);

  /// Actions since the last call.
  [[nodiscard]] int actions();
  /// Builds frames until it is so; false: it did not come about in ten seconds of the desk's time.
  bool until(const std::function<bool()>& so);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] Rect rect(std::string_view name) const;
  /// Texts of the last frame.
  [[nodiscard]] const std::vector<WrittenText>& texts() const { return texts_; }
  [[nodiscard]] bool wrote(std::string_view part) const;
  /// Commands since the last call.
  [[nodiscard]] std::vector<Command> commands();
  [[nodiscard]] Probe look() { return probe(*console_); }
  [[nodiscard]] Console& console() { return *console_; }
  [[nodiscard]] const FrameOutput& last() const { return last_; }
  FrameInput input;
  std::function<void(const FrameOutput&)> after;  ///< called after each frame

 private:
  ImGuiContext* context_ = nullptr;
  std::unique_ptr<Console> console_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<WrittenText> texts_;
  std::vector<Command> commands_;
  std::vector<Question> questions_;
  std::function<QueryPage(const Query&)> answer_;
  FrameOutput last_;
  float scale_ = 1;
  int actions_ = 0;
};

/// Inter and JetBrains Mono where Debian puts them; empty paths where they are not.
[[nodiscard]] FontFiles debian_fonts();

}  // namespace wf::ui
