#pragma once
#include <sodium.h>

#include <string>
#include <string_view>

namespace wf::store {

/// BLAKE2b (32 bytes, RFC 7693) of a content that comes in pieces.
class ContentHash {
 public:
  ContentHash();
  void add(std::string_view bytes);
  /// 64 hexadecimal digits; once, at the end.
  [[nodiscard]] std::string hex();

 private:
  crypto_generichash_state state_{};
};

}  // namespace wf::store
