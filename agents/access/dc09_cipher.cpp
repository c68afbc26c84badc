#include "agents/access/dc09_cipher.hpp"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <sodium.h>

#include <array>
#include <cassert>

namespace wf::access {
namespace {

using Vector = std::array<std::uint8_t, AES_BLOCK_SIZE>;

std::uint8_t* data(std::string& bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }

/// Runs one direction with the context of the key's size, and leaves nothing of the key behind.
template <class Context, class SetKey, class Cipher, class Mode>
void run(std::span<const std::uint8_t> key, std::string& bytes, SetKey set_key, Cipher cipher, Mode mode) {
  Context context;
  set_key(&context, key.data());
  Vector vector{};
  mode(&context, reinterpret_cast<nettle_cipher_func*>(cipher), AES_BLOCK_SIZE, vector.data(), bytes.size(),
       data(bytes), data(bytes));
  sodium_memzero(&context, sizeof context);
}

}  // namespace

void aes_cbc_encrypt(std::span<const std::uint8_t> key, std::string& bytes) {
  assert(bytes.size() % AES_BLOCK_SIZE == 0);
  if (key.size() == AES128_KEY_SIZE)
    run<aes128_ctx>(key, bytes, aes128_set_encrypt_key, aes128_encrypt, nettle_cbc_encrypt);
  else if (key.size() == AES192_KEY_SIZE)
    run<aes192_ctx>(key, bytes, aes192_set_encrypt_key, aes192_encrypt, nettle_cbc_encrypt);
  else
    run<aes256_ctx>(key, bytes, aes256_set_encrypt_key, aes256_encrypt, nettle_cbc_encrypt);
}

void aes_cbc_decrypt(std::span<const std::uint8_t> key, std::string& bytes) {
  assert(bytes.size() % AES_BLOCK_SIZE == 0);
  if (key.size() == AES128_KEY_SIZE)
    run<aes128_ctx>(key, bytes, aes128_set_decrypt_key, aes128_decrypt, nettle_cbc_decrypt);
  else if (key.size() == AES192_KEY_SIZE)
    run<aes192_ctx>(key, bytes, aes192_set_decrypt_key, aes192_decrypt, nettle_cbc_decrypt);
  else
    run<aes256_ctx>(key, bytes, aes256_set_decrypt_key, aes256_decrypt, nettle_cbc_decrypt);
}

}  // namespace wf::access
