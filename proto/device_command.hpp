#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf {

/// What the engine asks of a device; see device_command.proto for each field.
struct DeviceCommand {
  std::string id;
  std::string agent;
  std::string device;
  std::string action;
  std::uint32_t seconds = 0;
  UtcNs issued = 0;
  UtcNs expires = 0;
  std::string actor;
  std::string reason;
  std::uint64_t incident = 0;
  bool operator==(const DeviceCommand&) const = default;
};

/// A command as bytes, and the signature over signed_text() of them.
struct SignedCommand {
  std::string command;
  std::string signature;
};

/// What Ed25519 signs: the purpose, then the encoded command.
[[nodiscard]] std::string signed_text(std::string_view command);
/// What the key that signs commands signs of the one that comes after it (hexadecimal of its public key): another
/// purpose, so that neither signature can stand for the other.
[[nodiscard]] std::string vouched_text(std::string_view next_key);

void encode_device_command(const DeviceCommand& command, std::string& out);
[[nodiscard]] Result<DeviceCommand> decode_device_command(std::string_view bytes);
void encode_signed_command(const SignedCommand& signed_command, std::string& out);
[[nodiscard]] Result<SignedCommand> decode_signed_command(std::string_view bytes);

}  // namespace wf
