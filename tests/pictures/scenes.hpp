#pragma once
#include <memory>
#include <vector>

#include "console/model/snapshot.hpp"
#include "console/model/trial.hpp"
#include "console/ui/console.hpp"

namespace wf::pictures {

inline constexpr ui::SoundState kSound = {true, false, false, 0};

/// One state of the console that is worth a look: a snapshot of the sample night, and what a person did before.
struct Scene {
  const char* name;
  ui::View view;
  std::shared_ptr<Snapshot> (*snapshot)();
  std::uint64_t select;
  const char* keys;       ///< typed before the picture is taken
  const char* card = "";  ///< device whose card is open
  bool world = false;     ///< the map shows all sites
  ui::SoundState sound = kSound;
  const char* click = "";                   ///< areas that are clicked after that, separated by ;
  const char* problem = "";                 ///< of the connection
  const char* last = "";                    ///< typed after the clicks; then two seconds pass
  Trial::State trial = Trial::State::none;  ///< of the rule that is tried
};

[[nodiscard]] std::vector<Scene> all_scenes();

}  // namespace wf::pictures
