#pragma once
#include <functional>
#include <memory>
#include <string>

#include "console/shell/stage.hpp"

namespace wf::shell {

/// A stage that survives its console: a frame that throws is told in one line, and the console is made anew with what
/// was selected and begun in it. The failure of a view is not the failure of the watch. Its OpenGL context must be
/// current in every call; one thread.
class Screen {
 public:
  struct Hooks {
    /// Around a reset: Dear ImGui's context ends, and another is there.
    std::function<void()> before_reset, after_reset;
    /// A still is ready to be drawn; called on a thread of its own.
    std::function<void()> on_still;
    /// One line for standard error.
    std::function<void(const std::string&)> tell;
  };
  [[nodiscard]] static Result<std::unique_ptr<Screen>> make(float scale, std::shared_ptr<const BaseMap> base_map,
                                                            std::string post, Hooks hooks);
  /// As Stage::build, and throws only if OpenGL gives no stage any more. A frame that failed has drawn nothing and asks
  /// for the next one at once. What fails again soon loses more each time: first its maps' places and filters, then the
  /// selection, then the view is shut, says why, and offers to try again. What was begun is never lost.
  ui::FrameOutput build(const std::shared_ptr<const Snapshot>& snapshot, const ui::FrameInput& input);
  /// False: the last frame failed, so there is nothing to draw.
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] Stage& stage() { return *stage_; }
  [[nodiscard]] const Stage& stage() const { return *stage_; }

 private:
  Screen() = default;
  void reset(const std::string& why, double now, ui::FrameOutput& out);

  std::unique_ptr<Stage> stage_;
  std::shared_ptr<const BaseMap> base_map_;
  std::string post_;  ///< of the guard's view
  Hooks hooks_;
  bool whole_ = false;
  int failures_ = 0;  ///< in a row, each soon after the one before
  double failed_at_ = -1e9;
};

}  // namespace wf::shell
