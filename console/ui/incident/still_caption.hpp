#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "proto/time.hpp"

namespace wf::ui {

/// What a still of the camera agent says of itself (agents/camera/stills.hpp). It is what its sender claims, no more.
struct StillCaption {
  enum class Which : std::uint8_t { before, at, after } which = Which::at;  ///< of its event
  UtcNs time = 0;                                                           ///< when the picture was taken
  std::string camera;                                                       ///< one line
};

/// The caption in a JPEG's comment (ITU-T T.81, B.2.4.5); nothing if there is none, or not such a one.
[[nodiscard]] std::optional<StillCaption> read_still_caption(std::string_view jpeg);

}  // namespace wf::ui
