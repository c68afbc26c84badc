#pragma once
#include <string>

#include "console/ui/desk.hpp"
#include "console/ui/incident/attachment_look.hpp"

namespace wf::ui {

/// The stills among what came with an incident: here, and of a kind that can be drawn; the newest last.
[[nodiscard]] std::vector<AttachmentLook> stills_of(std::vector<AttachmentLook> all);

/// What stands beside a still: when it was taken, where it says so, else when its event was; whose it is and what.
struct StillWords {
  UtcNs time = 0;
  std::string text;   ///< "C-27, before the event"; without a caption "C-27, JPEG, 61.0 KiB"
  std::string whole;  ///< "C-27, before the event, JPEG, 61.0 KiB"
};
[[nodiscard]] StillWords words_of(const Desk& d, const AttachmentLook& a);

/// Draws one still as large as the box allows, its proportions kept; while it comes, and where it cannot be drawn, says
/// so. `small`: there is no room for words. True: there is a picture.
bool draw_still(Frame& f, Desk& d, const Rect& box, const std::string& hash, bool small);

/// One still over everything, with its neighbours: Left, Right, Escape.
class StillView {
 public:
  void open(std::string hash) { hash_ = std::move(hash); }
  void close() { hash_.clear(); }
  [[nodiscard]] bool is_open() const { return !hash_.empty(); }
  /// Takes its keys; leaves when the incident that it is of is no longer selected.
  void draw(Frame& f, Desk& d, const Rect& window);

 private:
  std::string hash_;
};

}  // namespace wf::ui
