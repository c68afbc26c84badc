#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/attachment.hpp"
#include "proto/result.hpp"

namespace wf::shell {

/// A decoded still.
struct StillPixels {
  int width = 0, height = 0;            ///< of `rgba`
  int sent_width = 0, sent_height = 0;  ///< of the picture as it was sent
  std::vector<std::uint8_t> rgba;       ///< row by row, the top one first
  std::string damage;                   ///< what is wrong with a picture that is here in part; empty: it is whole
};

/// The longest side of what decode_still() gives, and the most pixels of what it takes.
inline constexpr int kStillSide = 2048;
inline constexpr std::int64_t kStillPixels = 64'000'000;

/// Decodes a JPEG (libjpeg-turbo) or PNG (libpng) by its content, whatever its media type says, scaled down to
/// kStillSide. What agents send is taken for what a stranger wrote: sizes are looked at before anything is allocated,
/// and the scans of a progressive JPEG are counted. A JPEG that ends early is given as far as it goes. Blocking; any
/// thread.
[[nodiscard]] Result<StillPixels> decode_still(const AttachmentContent& content);

}  // namespace wf::shell
