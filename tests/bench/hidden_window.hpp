#pragma once
#include <memory>

#include "console/model/snapshot.hpp"
#include "console/ui/console.hpp"

struct ImGuiContext;

namespace wf::bench {

/// A console whose frames are built and never drawn. One at a time, one thread.
class HiddenWindow {
 public:
  HiddenWindow(ui::View view, float width, float height);
  ~HiddenWindow();
  HiddenWindow(const HiddenWindow&) = delete;
  HiddenWindow& operator=(const HiddenWindow&) = delete;

  /// Milliseconds of CPU of one frame.
  double frame(const std::shared_ptr<const Snapshot>& snapshot);

 private:
  ImGuiContext* context_ = nullptr;
  std::unique_ptr<ui::Console> console_;
  ui::FrameInput input_;
};

}  // namespace wf::bench
