#pragma once
#include <imgui.h>

#include <vector>

namespace wf::ui {

/// A stretch of a draw list that is kept and put into later lists as it is: what does not change is worked out once.
/// Whoever draws decides what it depends on; kept are the triangles, so the place on the screen is a part of that.
class DrawnOnce {
 public:
  /// What is drawn into the list from here to end() is kept. In between the clipping and the texture stay what they
  /// are: a stretch in which they change is not kept.
  void begin(const ImDrawList& list);
  void end(const ImDrawList& list);
  /// Puts it into the list. False: nothing is kept, or it was drawn with another clipping or texture than is set now.
  bool put(ImDrawList& list) const;
  void forget() { kept_ = false; }

 private:
  /// Vertices that one run of indices (16 bits) reaches.
  struct Run {
    unsigned first = 0, last = 0;    ///< vertices
    std::vector<ImDrawIdx> indices;  ///< counted from `first`
  };
  ImVec4 clip_;
  ImTextureID texture_{};
  int commands_ = 0;
  unsigned vertex_ = 0, index_ = 0;
  std::vector<ImDrawVert> vertices_;
  std::vector<Run> runs_;
  bool kept_ = false;
};

}  // namespace wf::ui
