#include "console/shell/screen.hpp"

#include <imgui.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace wf::shell {
namespace {

constexpr double kSoon = 30;      ///< seconds within which a failure counts as the same one
constexpr int kShut = 3;          ///< failures after which the view is shut
constexpr double kTryAgain = 30;  ///< seconds, where not even the frame around the views can be drawn

std::string_view words(ui::View view) {
  switch (view) {
    case ui::View::wall:
      return "the wall";
    case ui::View::map:
      return "the map";
    case ui::View::agents:
      return "the agents' view";
    case ui::View::rules:
      return "the rules' view";
    case ui::View::guard:
      return "the guard's view";
    case ui::View::settings:
      return "the settings";
    case ui::View::gallery:
      return "the gallery";
  }
  return "the view";
}

}  // namespace

Result<std::unique_ptr<Screen>> Screen::make(float scale, std::shared_ptr<const BaseMap> base_map, std::string post,
                                             Hooks hooks) {
  std::unique_ptr<Screen> out(new Screen);
  Result<std::unique_ptr<Stage>> stage = Stage::make(ui::Theme::dark, ui::View::wall, scale);
  if (!stage) return stage.error();
  out->stage_ = std::move(*stage);
  out->base_map_ = std::move(base_map);
  out->post_ = std::move(post);
  out->hooks_ = std::move(hooks);
  if (out->hooks_.on_still) out->stage_->stills().set_on_ready(out->hooks_.on_still);
  out->stage_->console().set_base_map(out->base_map_);
  out->stage_->console().set_post(out->post_);
  return out;
}

ui::FrameOutput Screen::build(const std::shared_ptr<const Snapshot>& snapshot, const ui::FrameInput& input) {
  ui::FrameOutput out;
  whole_ = true;
  if (failures_ > kShut && input.seconds - failed_at_ < kTryAgain) {
    stage_->build_plain("This window cannot be drawn. Alarms sound all the same. It is tried again in half a minute.");
    out.redraw_in = kTryAgain - (input.seconds - failed_at_) + 0.01;
    return out;
  }
  try {
    return stage_->build(snapshot, input);
  } catch (const std::exception& e) {
    reset(e.what(), input.seconds, out);
  } catch (...) {
    reset("an exception of an unknown kind", input.seconds, out);
  }
  whole_ = false;
  out.redraw_in = 0;
  return out;
}

void Screen::reset(const std::string& why, double now, ui::FrameOutput& out) {
  out.commands = stage_->console().unsent();
  failures_ = now - failed_at_ < kSoon ? failures_ + 1 : 1;
  failed_at_ = now;
  const ui::Comfort comfort = stage_->console().comfort();
  ui::WindowMemory memory = stage_->console().memory();
  const float scale = stage_->scale();
  const std::string what(words(memory.view));
  if (hooks_.tell) hooks_.tell(what + " failed and was reset: " + why);
  memory.pane = memory.full = {};
  if (failures_ > 1) {
    memory.filter = {};
    memory.filter_person_name.clear();
    memory.site.clear();
    memory.level.clear();
    memory.incident = 0;
  }
  if (hooks_.before_reset) hooks_.before_reset();
  // The context is in the middle of a frame: nothing of it can be used again.
  stage_.reset();
  Result<std::unique_ptr<Stage>> stage = Stage::make(comfort.theme, memory.view, scale);
  if (!stage) throw std::runtime_error(stage.error().text());
  stage_ = std::move(*stage);
  if (hooks_.after_reset) hooks_.after_reset();
  if (hooks_.on_still) stage_->stills().set_on_ready(hooks_.on_still);
  ui::Console& console = stage_->console();
  console.set_base_map(base_map_);
  console.set_post(post_);
  console.set_comfort(comfort);
  console.restore(memory);
  console.tell_failure("Reset: " + what + " failed", why, now);
  if (failures_ >= kShut) console.shut(memory.view, why);
}

}  // namespace wf::shell
