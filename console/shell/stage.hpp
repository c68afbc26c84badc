#pragma once
#include <memory>
#include <string>

#include "console/shell/shell.hpp"
#include "console/shell/still_textures.hpp"

struct ImGuiContext;

namespace wf::shell {

/// One Dear ImGui context with its font atlas, its GL back end and the console that is drawn in it: what a window
/// and a picture have in common. Every window has a stage of its own. Its OpenGL context must be current in every
/// call; one thread.
class Stage {
 public:
  /// `scale`: 1 is a font height of 16 pixels.
  [[nodiscard]] static Result<std::unique_ptr<Stage>> make(ui::Theme theme, ui::View view, float scale);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// Makes this stage's context the current one; needed before events are handed to it.
  void enter() const;
  /// Builds the fonts anew when the scale changed. Outside a frame.
  void set_scale(float scale);
  [[nodiscard]] float scale() const { return scale_; }
  /// Between frames: ImGui's display size and time must be set. Builds one frame and its draw data.
  ui::FrameOutput build(const std::shared_ptr<const Snapshot>& snapshot, const ui::FrameInput& input);
  /// A frame of one line and no console.
  void build_plain(const char* text) const;
  /// Clears and draws the built frame into the current framebuffer.
  void draw(int width, int height) const;
  /// Stills as textures of this stage's context, for FrameInput::pictures.
  [[nodiscard]] StillTextures& stills() { return stills_; }
  [[nodiscard]] ui::Console& console() { return *console_; }
  [[nodiscard]] const ui::Console& console() const { return *console_; }

 private:
  Stage() = default;
  void build_fonts();
  ImGuiContext* context_ = nullptr;
  std::unique_ptr<ui::Console> console_;
  ui::FontFiles fonts_;
  StillTextures stills_;
  float scale_ = 0;
  bool backend_ = false;
};

}  // namespace wf::shell
