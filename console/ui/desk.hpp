#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/draw/keys.hpp"
#include "console/ui/frame.hpp"
#include "console/ui/incident/stills.hpp"
#include "console/ui/wall/filters.hpp"

namespace wf::ui {

/// The keys of one frame. Letters come as characters, so that they follow the keyboard's layout. Whoever takes a key
/// first has it alone: overlays are asked before views.
class KeyInput {
 public:
  /// Reads ImGui's queue. `typing`: a text field has the keyboard, so letters, Space, Home and the like are its own.
  void begin(bool typing);
  [[nodiscard]] bool letter(char lower_case);
  [[nodiscard]] bool take(Key key);
  [[nodiscard]] bool take_palette();
  [[nodiscard]] bool typing() const { return typing_; }
  /// Any key came in this frame.
  [[nodiscard]] bool any() const { return any_; }
  /// Leaves nothing for the others.
  void swallow();

 private:
  std::vector<char> letters_;
  std::array<bool, 12> down_{};
  bool typing_ = false, any_ = false, palette_ = false;
};

/// A command that went out and whose effect is not shown yet.
struct Sent {
  std::uint64_t incident = 0;
  std::uint32_t revision = 0;
  CommandKind kind = CommandKind::note;
  double at = 0;
};

/// What a person wants to do with the selected incident, from a key, a button or the palette.
enum class Action : std::uint8_t {
  none,
  acknowledge,
  on_scene,
  dispatch,
  note,
  escalate,
  shelve,
  resolve,
  merge,
  split,
  call,
  progress  ///< the next step of whoever is under way, told by radio
};

/// A line that rises in the corner and leaves by itself.
struct Toast {
  enum class Kind : std::uint8_t { done, notice, error } kind = Kind::done;
  std::string title, detail;
  double at = 0;
};

/// What our own views of one window share beyond the Frame: the keys, one tooltip, what was sent, what was counted.
struct Desk {
  KeyInput keys;
  std::shared_ptr<const Snapshot> snapshot;
  Standing standing;                   ///< of `snapshot`
  Counts counts;                       ///< of `snapshot`
  const Incident* selected = nullptr;  ///< of `snapshot`; null: none, or no longer open
  bool modal = false;                  ///< something lies over the views and has the keyboard
  bool seconds = true;                 ///< clocks show seconds
  Comfort comfort;                     ///< theme, density, zoom… as the settings have them
  bool unfold = false;                 ///< in a flood: show what is folded
  Filter filter;
  std::vector<Sent> sent;
  std::vector<Toast> toasts;
  Action wanted = Action::none;  ///< taken by the incident panel in this frame
  bool want_palette = false, want_keys = false, want_theme = false, want_mute = false;
  std::string want_doors;  ///< id of the person whose doors of today somebody wants to know
  std::string want_still;  ///< hash of the still that somebody wants to see large
  Stills stills;
  DesktopWish desktop;              ///< of this frame
  std::uint64_t reveal = 0;         ///< the wall scrolls to it
  std::vector<Question> questions;  ///< of this frame, on their way to the engine
  std::vector<Answer> answers;      ///< that came with this frame
  std::uint64_t last_question = 0;
  std::string tip;  ///< shown at the pointer at the end of the frame
  std::string filter_person_name;

  /// Shows `text` if `hit` is hovered.
  void hint(const Hit& hit, std::string_view text) {
    if (hit.hovered) tip.assign(text);
  }
  /// True while such a command on such an incident has no visible effect yet.
  [[nodiscard]] bool pending(std::uint64_t incident, CommandKind kind) const;
  /// Sends a command about one incident as it is shown; a second one of the same kind waits for the first.
  bool send(Frame& f, const Incident& about, Command command);
  /// Asks the engine; returns the token for answer().
  std::uint64_t ask(Query query);
  /// The answer to that question if it came with this frame; null: not yet. Once.
  [[nodiscard]] std::shared_ptr<const QueryPage> answer(std::uint64_t token);
  void toast(Toast::Kind kind, std::string title, std::string detail, double at);
};

/// A name that somebody wrote, as an arrangement of windows can have it: without blanks around it, not too long.
[[nodiscard]] std::string arrangement_name(std::string_view written);
/// Saves the windows by that name, and says so.
void save_arrangement(Frame& f, Desk& d, const std::string& name);

/// The saved filter that is shown now; null: none is.
[[nodiscard]] const SavedFilter* saved_as(const Desk& d);
/// Saves what is shown now by that name, and says so.
void save_filter(Frame& f, Desk& d, const std::string& name);
/// Shows the incidents of a saved filter.
void show_saved(Desk& d, const SavedFilter& saved);

/// The site that this seat is at home on: the one with the most devices. Null: no estate.
[[nodiscard]] const Site* home_site(const Snapshot& s);

/// A command of `kind` about the incident as it is shown.
[[nodiscard]] Command command_about(CommandKind kind, const Incident& incident);

/// Part of a view that scrolls. Draw between begin and end, at y − offset.
struct Scroll {
  float offset = 0, content = 0;
};
/// Takes the wheel, clips; returns where the content's top is.
float begin_scroll(Frame& f, std::string_view name, const Rect& r, Scroll& s);
/// `bottom`: where the content ended, in the same coordinates. Draws the bar.
void end_scroll(Frame& f, std::string_view name, const Rect& r, Scroll& s, float bottom);

}  // namespace wf::ui
