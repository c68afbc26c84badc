#pragma once
#include "agents/camera/video/picture_reader.hpp"
#include "proto/result.hpp"

namespace wf::camera {

/// Loads the module that reads streams, once: beside the program, or under ../lib/watchfloor. An error: it, or libav,
/// is not installed.
[[nodiscard]] Result<ReadPictures> video_module();

}  // namespace wf::camera
