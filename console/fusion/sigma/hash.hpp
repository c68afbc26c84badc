#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wf::sigma {

/// Up to eight bytes as a number, on every machine the same within one run.
inline std::uint64_t load(const char* from, std::size_t bytes) {
  std::uint64_t out = 0;
  std::memcpy(&out, from, bytes < 8 ? bytes : 8);
  return out;
}

inline std::uint64_t mix(std::uint64_t x) {
  x *= 0x9E3779B97F4A7C15ULL;
  x ^= x >> 32U;
  x *= 0xD6E8FEB86659FD93ULL;
  return x ^ (x >> 32U);
}

/// Of a short text: tables compare the whole text after it.
inline std::uint64_t hash_text(std::string_view text) {
  std::uint64_t out = text.size();
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) out = mix(out ^ load(text.data() + i, 8));
  return mix(out ^ load(text.data() + i, text.size() - i));
}

}  // namespace wf::sigma
