#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {

/// Lines that rise in the corner above the time strip; errors stay until they are closed.
void draw_toasts(Frame& f, Desk& d, const Rect& area);
/// The one tooltip of the frame, beside the pointer.
void draw_tip(Frame& f, const Desk& d, const Rect& window);
/// One line for each thing that makes the picture less than the truth: engine not reached, engine's own problem, a
/// drill. Returns the height used.
float draw_banners(Frame& f, Desk& d, const Rect& r);
/// The keys of the view, over everything.
void draw_keys_help(Frame& f, Desk& d, const Rect& window, bool& open);

/// Ctrl+K: finds any command, person, door, camera, host, zone, incident.
class Palette {
 public:
  void open();
  void close() { open_ = false; }
  [[nodiscard]] bool is_open() const { return open_; }
  /// Takes arrows, Enter and Escape; draws over the window and carries out what is chosen.
  void draw(Frame& f, Desk& d, const Rect& window);

  struct Entry {
    enum class Kind : std::uint8_t {
      view,
      action,
      filter,
      look,
      window,
      save,
      arrange,
      save_filter,
      saved,
      incident,
      device,
      zone,
      person,
      doors
    } kind = Kind::view;
    int icon = 0;  ///< an Icon
    std::string title, detail, key;
    std::string id, site, level;
    std::uint64_t incident = 0;
    int value = 0;
    int score = 0;
  };
  /// What a query finds, best first; for the tests too.
  [[nodiscard]] static std::vector<Entry> find(const Snapshot& s, const Selection& selection, std::string_view query,
                                               std::size_t most, const DesktopState& desktop = {},
                                               const std::vector<SavedFilter>& filters = {});

 private:
  void choose(Frame& f, Desk& d, const Entry& e);

  bool open_ = false, focus_ = false;
  FieldState field_;
  std::string searched_;
  std::uint64_t version_ = 0;
  bool fresh_ = true;
  std::vector<Entry> found_;
  int at_ = 0;
};

}  // namespace wf::ui
