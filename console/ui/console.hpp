#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/model/base_map.hpp"
#include "console/model/command.hpp"
#include "console/model/query.hpp"
#include "console/model/snapshot.hpp"
#include "console/ui/annunciator.hpp"
#include "console/ui/draw/look.hpp"
#include "console/ui/remembered.hpp"

struct ImFontAtlas;

namespace wf::ui {

class Pictures;

enum class View : std::uint8_t { wall, map, agents, rules, gallery, guard, settings };
/// "wall", "map"…, as the command line and kept files write them.
[[nodiscard]] std::string_view name_of(View view);
[[nodiscard]] std::optional<View> view_named(std::string_view name);

/// What a view asks of the engine; the answer carries the token.
struct Question {
  std::uint64_t token = 0;
  Query query;
};
struct Answer {
  std::uint64_t token = 0;
  std::shared_ptr<const QueryPage> page;
};
/// A language that can be chosen.
struct LanguageChoice {
  std::string code, name;  ///< "de", "Deutsch"
};
/// The windows of a program, for its settings and its palette.
struct DesktopState {
  std::vector<std::string> arrangements;  ///< names of those that are saved
  std::string arrangement;                ///< the one that was opened or saved last; empty: none
  std::size_t windows = 1;
  std::vector<LanguageChoice> languages = {};  ///< fewer than two: there is nothing to choose
};
/// What a person wants of the windows.
struct DesktopWish {
  std::optional<View> open_window;
  std::string save, open, forget;  ///< an arrangement's name; empty: nothing
  [[nodiscard]] bool any() const { return open_window || !save.empty() || !open.empty() || !forget.empty(); }
};

/// What a frame is told from outside; the ui has no clock of its own.
struct FrameInput {
  UtcNs now = 0;                      ///< engine clock of this frame
  double seconds = 0;                 ///< monotonic, for animation and held rows
  float width = 0, height = 0;        ///< pixels
  std::vector<CommandReply> replies;  ///< answers to commands since the last frame
  std::string connection_problem;     ///< from the seat; empty while connected
  SoundState sound;
  std::vector<Answer> answers = {};  ///< to questions, since the last frame
  bool can_ask = true;               ///< somebody answers questions: not so where a snapshot is all there is
  DesktopState desktop;
  std::string kept_in;           ///< the file that keeps what is set and begun; empty: none does
  std::string kept_problem;      ///< why it does not; empty: it does
  Pictures* pictures = nullptr;  ///< draws stills; null: nobody does
};

/// What a person asked of the sound.
struct SoundWish {
  bool toggle_mute = false;
  std::optional<Priority> try_tone;
};

/// What a frame asks of the shell.
struct FrameOutput {
  std::vector<Command> commands;
  double redraw_in = -1;  ///< seconds until the next frame is needed without input; < 0: none
  bool toggle_fullscreen = false;
  SoundWish sound;
  std::vector<Question> questions = {};
  std::vector<std::string> remarks = {};  ///< for the log, one line each, each once
  DesktopWish desktop;
};

struct Probe;

/// The whole console of one window. Draws snapshots, emits commands, owns no truth. ImGui's thread only.
class Console {
 public:
  Console();
  ~Console();
  /// Builds the fonts for a font height in pixels (16 at 100 %); call before the first frame and whenever
  /// it changes, outside a frame. Clears the atlas.
  void build_fonts(ImFontAtlas& atlas, const FontFiles& files, float font_height);
  /// The last frame met Chinese, Japanese or Korean writing that the atlas lacks: build the fonts again.
  [[nodiscard]] bool wants_fonts() const;
  /// The same in every window of a program: whoever draws several tells each what was changed in another.
  [[nodiscard]] const Comfort& comfort() const;
  void set_comfort(const Comfort& comfort);
  void set_theme(Theme theme);
  void set_view(View view);
  /// The guard's view is that of this post; empty: of its user alone.
  void set_post(std::string name);
  [[nodiscard]] View view() const;
  /// Selects an incident (0: none) as a click on its row would.
  void select(std::uint64_t incident);
  /// What the world map draws behind the sites; null: a graticule alone.
  void set_base_map(const std::shared_ptr<const BaseMap>& map);
  /// Shows the world map in the map's view.
  void show_world();
  /// Opens the card of a device on the map.
  void open_card(const std::string& device);
  /// What would have to be found or written again if the program ended now; and puts it back. What belongs to incidents
  /// waits for the first snapshot that has any, and for those that are still the same.
  [[nodiscard]] WindowMemory memory() const;
  void restore(const WindowMemory& kept);
  /// Says that the frame before could not be drawn; and shuts a view until somebody tries it again.
  void tell_failure(std::string title, std::string why, double now);
  void shut(View view, std::string why);
  /// What a frame that threw had to say to the engine before: a key that was pressed counts.
  [[nodiscard]] std::vector<Command> unsent();
  /// Draws one frame between ImGui::NewFrame and ImGui::Render.
  FrameOutput frame(const std::shared_ptr<const Snapshot>& snapshot, const FrameInput& input);

 private:
  friend struct Probe probe(Console& console);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::ui
