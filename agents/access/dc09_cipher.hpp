#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace wf::access {

/// AES-128, -192 or -256 by the key's size (16, 24, 32 bytes) in CBC mode with an initial vector of zeros, as DC-09
/// 5.4.6 asks for; the padding in front stands for the vector. In place; the size must be a multiple of 16.
void aes_cbc_encrypt(std::span<const std::uint8_t> key, std::string& bytes);
void aes_cbc_decrypt(std::span<const std::uint8_t> key, std::string& bytes);

}  // namespace wf::access
