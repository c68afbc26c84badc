#include "console/store/content_hash.hpp"

#include <array>

namespace wf::store {
namespace {
constexpr std::size_t kBytes = 32;
}

ContentHash::ContentHash() { crypto_generichash_init(&state_, nullptr, 0, kBytes); }

void ContentHash::add(std::string_view bytes) {
  crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string ContentHash::hex() {
  std::array<unsigned char, kBytes> hash{};
  crypto_generichash_final(&state_, hash.data(), hash.size());
  std::array<char, 2 * kBytes + 1> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return text.data();
}

}  // namespace wf::store
