#pragma once
#include <cstdint>
#include <string_view>

namespace wf::kit {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, going on from `before` (0 to begin). Uses the processor's
/// instruction for it where there is one.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);
/// The same without it.
[[nodiscard]] std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before = 0);

}  // namespace wf::kit
