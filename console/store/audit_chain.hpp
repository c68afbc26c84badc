#pragma once
#include <string>
#include <string_view>

#include "console/store/store.hpp"

namespace wf::store {

inline constexpr std::size_t kAuditHashBytes = 32;

/// What the first line's hash covers in place of a line before it.
[[nodiscard]] std::string audit_chain_start();

/// BLAKE2b (RFC 7693, 32 bytes, no key) of the previous hash, the number, the time and the four texts, each
/// number as 8 bytes, little-endian, and each text with its length before it. Gives raw bytes.
[[nodiscard]] std::string audit_hash(std::string_view previous, const AuditLine& line);

[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace wf::store
