#pragma once
#include "agents/camera/video/keyframe_reader.hpp"
#include "proto/result.hpp"

namespace wf::camera {

/// Loads the module that reads streams, once: beside the program, or under ../lib/watchfloor. An error: it, or libav,
/// is not installed.
[[nodiscard]] Result<ReadKeyframes> video_module();

}  // namespace wf::camera
