#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/pictures/render.hpp"

namespace wf::pictures {

/// The scenes that are kept as pictures, dark and light; all others are kept as texts.
[[nodiscard]] bool kept_as_picture(const Scene& scene);

/// A picture of a quarter of the width and height: each pixel is the mean of 4 × 4.
struct Small {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
};
[[nodiscard]] Small quarter(const Drawn& drawn);
[[nodiscard]] Result<Small> read_png(const std::filesystem::path& file);

/// How two pictures differ, by blocks of 8 × 8 small pixels. A block differs when a colour of it does by more than
/// kTolerance in the mean: what another rasteriser does at edges is below, a text that moved or changed is above.
struct Difference {
  static constexpr int kBlock = 8, kTolerance = 6;
  std::size_t blocks = 0, differ = 0;
  int x = 0, y = 0;  ///< middle of the worst block, in pixels of the full picture
  int worst = 0;     ///< its difference
};
/// Precondition: of the same size.
[[nodiscard]] Difference compare(const Small& a, const Small& b);

/// What is written in a scene: a line a text, in reading order, with "…" where it is cut. Times of the machine do not
/// stand in it.
[[nodiscard]] std::string texts_of(const Drawn& drawn);

/// Names of the fonts' files with a hash of each: other fonts give other pictures.
[[nodiscard]] std::string fonts_here();

/// Writes all goldens into `folder`.
[[nodiscard]] Result<void> write_goldens(const std::filesystem::path& folder,
                                         const std::shared_ptr<const BaseMap>& base_map);

}  // namespace wf::pictures
