#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::kit {

/// Takes what a source wants kept beside an event: a still, a clip (JPEG, PNG, MP4). The source adds the content
/// first and then hands over its event with the given hash in a field `attachment`, one field for each; so an event
/// never names what is not durable. The same content is kept once. The agent's thread; costs a write and a sync.
class AttachmentSink {
 public:
  virtual ~AttachmentSink() = default;
  /// Most bytes of one attachment.
  [[nodiscard]] virtual std::uint64_t most_bytes() const = 0;
  /// Gives the content's name: BLAKE2b-256 as hexadecimal text.
  [[nodiscard]] virtual Result<std::string> add(std::string_view content) = 0;
  /// The same of an open regular file, from its front; refuses one that is being written meanwhile.
  [[nodiscard]] virtual Result<std::string> add_file(int fd) = 0;
};

}  // namespace wf::kit
