#pragma once
#include <imgui.h>

#include <cstdint>
#include <memory>
#include <string>

#include "console/model/attachment.hpp"

namespace wf::ui {

/// How a picture stands with whoever draws the frames.
struct PictureLook {
  enum class State : std::uint8_t { coming, there, broken } state = State::coming;
  ImTextureID texture{};      ///< there: a texture of this frame's context
  int width = 0, height = 0;  ///< there: pixels of the picture as it was sent
  std::string why;            ///< broken: one line; there: what is wrong with it; empty: nothing
  bool operator==(const PictureLook&) const = default;
};

/// Decodes pictures beside the frames, and has them as textures. The ui knows no format: what agents send is what a
/// stranger wrote. ImGui's thread only.
class Pictures {
 public:
  virtual ~Pictures() = default;
  /// The picture of this name. The first call begins to decode it; a frame is drawn when that is done. Those that were
  /// not asked for longest are forgotten, and begun anew.
  [[nodiscard]] virtual PictureLook look(const std::string& name,
                                         const std::shared_ptr<const AttachmentContent>& content) = 0;
};

}  // namespace wf::ui
