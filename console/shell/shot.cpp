#include <imgui.h>
#include <stb_image_write.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "console/shell/gl.hpp"
#include "console/shell/offscreen.hpp"
#include "console/shell/stage.hpp"

namespace wf::shell {
namespace {

/// Long enough for fits and fades to end (tokens.md: 200 ms), so that a picture shows where they lead.
constexpr int kFrames = 24;
constexpr double kFrameTime = 1.0 / 30;

struct File {
  std::FILE* file = nullptr;
  bool failed = false;
};

void write_some(void* context, void* data, int size) {
  File& f = *static_cast<File*>(context);
  if (!f.failed && std::fwrite(data, 1, static_cast<std::size_t>(size), f.file) != static_cast<std::size_t>(size)) {
    f.failed = true;
  }
}

/// Written beside and renamed, so that a reader never sees half a picture.
Result<void> write_png(const std::string& path, int width, int height, const std::vector<unsigned char>& pixels) {
  const std::string part = path + ".part";
  File f{std::fopen(part.c_str(), "wb")};
  if (f.file == nullptr) return Error{"cannot be written", path, "name a folder that exists and can be written"};
  const int made = stbi_write_png_to_func(&write_some, &f, width, height, 3, pixels.data(), width * 3);
  if (std::fclose(f.file) != 0) f.failed = true;
  std::error_code error;
  if (made != 0 && !f.failed) std::filesystem::rename(part, path, error);
  if (made == 0 || f.failed || error) {
    std::filesystem::remove(part, error);
    return Error{"the picture was not saved", path, "look for room on the disk"};
  }
  return {};
}

}  // namespace

Result<void> shoot(const ShotOptions& options, const Feed& feed) {
  Result<std::unique_ptr<Offscreen>> target = Offscreen::make(options.width, options.height);
  if (!target) return target.error();
  const float scale =
      options.scale > 0 ? options.scale : static_cast<float>(std::min(options.width, options.height)) / 1080.0F;
  Result<std::unique_ptr<Stage>> made = Stage::make(options.theme, options.view, scale);
  if (made) (*made)->console().set_base_map(options.base_map);
  if (!made) return made.error();
  Stage& stage = **made;
  stage.console().set_post(options.post);

  const std::shared_ptr<const Snapshot> snapshot = feed.snapshot();
  std::uint64_t select = options.select;
  if (select == 0 && !snapshot->incidents.empty()) select = snapshot->incidents.front()->id;
  if (select != 0) stage.console().select(select);

  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(options.width), static_cast<float>(options.height)};
  io.DisplayFramebufferScale = {1, 1};
  io.DeltaTime = static_cast<float>(kFrameTime);
  ui::FrameInput input;
  input.now = feed.now();
  input.width = io.DisplaySize.x;
  input.height = io.DisplaySize.y;
  input.sound.device = true;  // a picture is silent by nature
  input.connection_problem = feed.connection_problem ? feed.connection_problem() : std::string();
  stage.stills().decode_at_once();
  input.pictures = &stage.stills();
  for (int frame = 0; frame < kFrames; ++frame) {
    input.seconds = frame * kFrameTime;
    input.can_ask = feed.ask != nullptr;
    if (feed.answers) input.answers = feed.answers();
    for (ui::Question& question : stage.build(snapshot, input).questions)
      if (feed.ask) feed.ask(std::move(question));
  }
  stage.draw(options.width, options.height);
  gl().finish();
  return write_png(options.out, options.width, options.height, (*target)->pixels());
}

}  // namespace wf::shell
