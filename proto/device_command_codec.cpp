#include <limits>

#include "proto/device_command.hpp"
#include "proto/device_command.pb.h"
#include "proto/utf8.hpp"

namespace wf {
namespace {

constexpr std::size_t kMaxCommandBytes = 16U << 10U;
constexpr std::size_t kSignatureBytes = 64;

std::string text_of(const std::string& bytes) {
  std::string out;
  append_utf8(bytes, out);
  return out;
}

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  return bytes.size() <= kMaxCommandBytes && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

Error bad_command(std::string what) {
  return {std::move(what), "command to a device", "check that agent and engine are releases that know each other"};
}

}  // namespace

std::string signed_text(std::string_view command) {
  constexpr std::string_view kPurpose("watchfloor device command 1\0", 28);
  std::string out(kPurpose);
  out += command;
  return out;
}

std::string vouched_text(std::string_view next_key) {
  constexpr std::string_view kPurpose("watchfloor next command key 1\0", 30);
  std::string out(kPurpose);
  out += next_key;
  return out;
}

void encode_device_command(const DeviceCommand& command, std::string& out) {
  pb::DeviceCommand to;
  to.set_id(command.id);
  to.set_agent(command.agent);
  to.set_device(command.device);
  to.set_action(command.action);
  to.set_seconds(command.seconds);
  to.set_issued(command.issued);
  to.set_expires(command.expires);
  to.set_actor(command.actor);
  to.set_reason(command.reason);
  to.set_incident(command.incident);
  if (!to.SerializeToString(&out)) out.clear();
}

Result<DeviceCommand> decode_device_command(std::string_view bytes) {
  pb::DeviceCommand from;
  if (!parse(from, bytes)) return bad_command("not a protobuf message, or too long");
  DeviceCommand out;
  out.id = text_of(from.id());
  out.agent = text_of(from.agent());
  out.device = text_of(from.device());
  out.action = text_of(from.action());
  out.seconds = from.seconds();
  out.issued = from.issued();
  out.expires = from.expires();
  out.actor = text_of(from.actor());
  out.reason = text_of(from.reason());
  out.incident = from.incident();
  if (out.id.empty() || out.device.empty() || out.action.empty())
    return bad_command("a command without id, device or action");
  return out;
}

void encode_signed_command(const SignedCommand& signed_command, std::string& out) {
  pb::SignedCommand to;
  to.set_command(signed_command.command);
  to.set_signature(signed_command.signature);
  if (!to.SerializeToString(&out)) out.clear();
}

Result<SignedCommand> decode_signed_command(std::string_view bytes) {
  pb::SignedCommand from;
  if (!parse(from, bytes)) return bad_command("not a protobuf message, or too long");
  if (from.signature().size() != kSignatureBytes) return bad_command("a signature of the wrong length");
  return SignedCommand{from.command(), from.signature()};
}

}  // namespace wf
