#pragma once
#include <sodium.h>

#include <string>

#include "proto/device_command.hpp"

namespace wf::kit::test {

/// A key as the engine has one.
struct CommandKeys {
  CommandKeys() {
    if (sodium_init() < 0) return;
    secret.resize(crypto_sign_SECRETKEYBYTES);
    std::string raw(crypto_sign_PUBLICKEYBYTES, '\0');
    crypto_sign_keypair(reinterpret_cast<unsigned char*>(raw.data()), reinterpret_cast<unsigned char*>(secret.data()));
    public_text.resize(2 * raw.size() + 1);
    sodium_bin2hex(public_text.data(), public_text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                   raw.size());
    public_text.pop_back();
  }
  [[nodiscard]] std::string sign(const DeviceCommand& command) const {
    SignedCommand whole;
    encode_device_command(command, whole.command);
    const std::string text = signed_text(whole.command);
    whole.signature.resize(crypto_sign_BYTES);
    crypto_sign_detached(reinterpret_cast<unsigned char*>(whole.signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         reinterpret_cast<const unsigned char*>(secret.data()));
    std::string out;
    encode_signed_command(whole, out);
    return out;
  }
  /// What lets who trusts this key trust that one.
  [[nodiscard]] std::string vouch_for(const std::string& next) const {
    const std::string text = vouched_text(next);
    std::string out(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(out.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         reinterpret_cast<const unsigned char*>(secret.data()));
    return out;
  }
  std::string secret, public_text;
};

}  // namespace wf::kit::test
