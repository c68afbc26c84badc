#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/model/base_map.hpp"
#include "console/ui/draw/draw.hpp"
#include "proto/result.hpp"
#include "tests/pictures/scenes.hpp"

namespace wf::pictures {

/// A scene as it looks.
struct Drawn {
  int width = 0, height = 0;
  std::vector<unsigned char> pixels;   ///< RGB, top row first
  std::vector<ui::WrittenText> texts;  ///< of the last frame, in units
  std::vector<std::string> missing;    ///< areas that were to be clicked and are not there
};

/// Draws a scene off screen. `scale` 1: a font height of 16 pixels; 0: by the size. An error where there is no OpenGL.
[[nodiscard]] Result<Drawn> render(const Scene& scene, ui::Theme theme, int width, int height, float scale,
                                   const std::shared_ptr<const BaseMap>& base_map);

/// "wall-dark-1920x1080".
[[nodiscard]] std::string name_of(const Scene& scene, ui::Theme theme, int width, int height);

[[nodiscard]] Result<void> write_png(const std::string& file, int width, int height,
                                     const std::vector<unsigned char>& rgb);

}  // namespace wf::pictures
