#pragma once
#include <cstdint>
#include <string>

#include "proto/time.hpp"

namespace wf {

/// How a still or clip that an event names stands with the engine. What an agent gave up before the event was sent
/// has no name and stands in Contribution::not_kept.
struct AttachmentState {
  enum class Where : std::uint8_t {
    missing,   ///< nothing of it has come: it still waits at its agent, or never comes
    arriving,  ///< `have` bytes of `bytes` are stored
    here,      ///< all of it, under its hash
    refused,   ///< the engine will not have it: `why`
    removed    ///< it was here, and made room for newer ones at `time`
  } where = Where::missing;
  std::uint64_t have = 0, bytes = 0;  ///< `bytes` 0: not known
  UtcNs time = 0;                     ///< received, removed or refused; 0: not known
  std::string media_type;             ///< of what is here: image/jpeg, image/png, video/mp4
  std::string why;
  bool operator==(const AttachmentState&) const = default;
};

/// A still or clip as its agent sent it. Whoever shows it decodes it as what a stranger wrote.
struct AttachmentContent {
  std::string bytes, media_type;
};

}  // namespace wf
