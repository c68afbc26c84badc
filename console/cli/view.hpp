#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/backtest/trials.hpp"
#include "console/engine/engine.hpp"
#include "console/seat/backend.hpp"
#include "console/seat/seat.hpp"
#include "console/shell/shell.hpp"
#include "proto/result.hpp"

namespace CLI {
class App;
}

namespace wf::cli {

/// Options of what is drawn.
struct ViewOptions {
  std::string view, theme, size;  ///< empty: as a window showed it last, or the wall, dark, 1920x1080
  std::string arrangement;        ///< windows that were saved by this name
  double scale = 0;
  std::vector<std::string> base_map;
  std::string post;      ///< name of the guard's post
  std::string language;  ///< "de"; empty: the configuration's or the environment's
};
/// Adds --view, --post, --theme, --size, --scale and --base-map.
void add_view_options(CLI::App& command, ViewOptions& options);
/// Adds --arrangement, for what opens windows.
void add_window_options(CLI::App& command, ViewOptions& options);

/// As what the seat sits down: a guard's post, of this name if it has one; nothing: as a console.
[[nodiscard]] std::optional<std::string> post_of(const ViewOptions& options);
[[nodiscard]] Result<shell::WindowOptions> window_options(const ViewOptions& options);
[[nodiscard]] Result<shell::ShotOptions> shot_options(const ViewOptions& options, const std::string& out);

/// What a seat needs of an engine, and of the trials of rules beside it; both must outlive it.
[[nodiscard]] seat::Backend backend_of(engine::Engine& engine, backtest::Trials& trials);
/// What a window needs of a seat, which must outlive it. The clock goes on between the seat's snapshots.
[[nodiscard]] shell::Feed feed_of(seat::Seat& seat);
/// A feed of one snapshot that stands still; questions are answered by `answer`, or by nobody.
[[nodiscard]] shell::Feed feed_of(std::shared_ptr<const Snapshot> snapshot,
                                  std::function<QueryPage(const Query&)> answer = {});

}  // namespace wf::cli
