#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "console/sound/output.hpp"
#include "console/ui/console.hpp"
#include "proto/result.hpp"

namespace wf::shell {

/// What the shell needs from the program: snapshots in, commands out. Wired to a seat by main.
struct Feed {
  std::function<std::shared_ptr<const Snapshot>()> snapshot;
  /// What sounds, where that is not all of the snapshot; may be empty.
  std::function<std::shared_ptr<const Snapshot>()> heard;
  std::function<void(Command)> send;
  std::function<std::vector<CommandReply>()> replies;
  std::function<std::string()> connection_problem;
  /// Passes a question on; what is answered comes with answers(), after the shell was woken up. Both may be empty:
  /// then nobody answers questions.
  std::function<void(ui::Question)> ask;
  std::function<std::vector<ui::Answer>()> answers;
  std::function<UtcNs()> now;  ///< engine clock
  /// Registers a function that wakes the shell up; callable from any thread.
  std::function<void(std::function<void()>)> set_on_change;
  /// Asked whenever the window wakes up; true closes it. May be empty. A signal handler sets what it reads and wakes.
  std::function<bool()> quit;
};

struct WindowOptions {
  std::optional<ui::View> view;          ///< in one window; else what was shown last, or the wall
  std::optional<ui::Theme> theme;        ///< else what was set last, or dark
  int width = 0, height = 0;             ///< 0: as it was last, or 1920 × 1080
  std::string arrangement;               ///< windows that were saved by this name; empty: those that were open last
  std::filesystem::path languages = {};  ///< folder of catalogues; empty: none can be chosen
  bool language_named = false;           ///< by the command line, which outranks what was chosen in the settings before
  std::string seat;                      ///< which engine's seat this is; empty: nothing is kept of it
  std::filesystem::path kept;            ///< the file that keeps it; empty: usual_kept_file()
  float scale = 0;                       ///< interface scale; 0: from the monitor
  double quit_after = 0;                 ///< seconds; 0: until closed
  std::shared_ptr<const BaseMap> base_map = {};  ///< behind the sites on the world map; null: a graticule alone
  std::string post = {};                         ///< the guard's view: name of the post
  std::string title = "Watchfloor";
  sound::Output* sound = nullptr;  ///< null: the system's device
};

/// Opens the windows and runs until the last is closed. Frames are drawn on input, on change and when the ui asks.
/// Ctrl with + − 0 zooms the interface from 75 % to 250 %, F11 switches full screen.
/// An error says why there is no window (no display, no OpenGL 3.3).
[[nodiscard]] Result<void> run_window(const WindowOptions& options, const Feed& feed);

struct ShotOptions {
  ui::View view = ui::View::wall;
  ui::Theme theme = ui::Theme::dark;
  int width = 1920, height = 1080;
  float scale = 0;           ///< 0: the shorter side / 1080
  std::uint64_t select = 0;  ///< incident to select; 0: the first of the wall
  std::string out;           ///< PNG file
  std::shared_ptr<const BaseMap> base_map = {};
  std::string post = {};  ///< the guard's view: name of the post
};

/// Draws one view off screen (EGL surfaceless, no display needed) and writes a PNG.
[[nodiscard]] Result<void> shoot(const ShotOptions& options, const Feed& feed);

/// Finds Inter and JetBrains Mono where Debian puts them, or under $WATCHFLOOR_FONTS; missing ones are empty,
/// and `missing` says so in one line. A font for Chinese, Japanese and Korean is only needed by texts in them.
[[nodiscard]] ui::FontFiles find_fonts(std::string& missing);

}  // namespace wf::shell
