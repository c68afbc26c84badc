#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/model/base_map.hpp"
#include "console/model/command.hpp"
#include "console/model/query.hpp"
#include "console/model/snapshot.hpp"
#include "console/ui/annunciator.hpp"

struct ImFontAtlas;

namespace wf::ui {

enum class Theme : std::uint8_t { dark, light };
enum class View : std::uint8_t { wall, map, agents, rules, gallery, guard };

/// Where the fonts lie; an empty path means that ImGui's own font stands in.
struct FontFiles {
  std::string inter_regular, inter_medium, inter_semibold, mono_regular, mono_medium;
  std::string cjk;   ///< for Chinese, Japanese and Korean, read when a text needs it; empty: there is none
  int cjk_face = 0;  ///< which face of a collection
};

/// What a view asks of the engine; the answer carries the token.
struct Question {
  std::uint64_t token = 0;
  Query query;
};
struct Answer {
  std::uint64_t token = 0;
  std::shared_ptr<const QueryPage> page;
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
};

/// What a person asked of the sound.
struct SoundWish {
  bool toggle_mute = false;
  std::optional<Priority> try_tone;
};
/// Of the loudest that the device can, as long as nobody has set another.
inline constexpr float kUsualVolume = 0.7F;

/// What a frame asks of the shell.
struct FrameOutput {
  std::vector<Command> commands;
  double redraw_in = -1;  ///< seconds until the next frame is needed without input; < 0: none
  bool toggle_fullscreen = false;
  SoundWish sound;
  std::vector<Question> questions = {};
  std::vector<std::string> remarks = {};  ///< for the log, one line each, each once
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
  void set_theme(Theme theme);
  void set_view(View view);
  /// The guard's view is that of this post; empty: of its user alone.
  void set_post(std::string name);
  /// Selects an incident (0: none) as a click on its row would.
  void select(std::uint64_t incident);
  /// What the world map draws behind the sites; null: a graticule alone.
  void set_base_map(const std::shared_ptr<const BaseMap>& map);
  /// Shows the world map in the map's view.
  void show_world();
  /// Opens the card of a device on the map.
  void open_card(const std::string& device);
  /// Draws one frame between ImGui::NewFrame and ImGui::Render.
  FrameOutput frame(const std::shared_ptr<const Snapshot>& snapshot, const FrameInput& input);

 private:
  friend struct Probe probe(Console& console);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::ui
