#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf {

/// Version of the link protocol that this build speaks; both ends use the lower of their two.
inline constexpr std::uint32_t kWireVersion = 3;
/// The first in which one batch of life safety may go beside a window of bytes that is used up.
inline constexpr std::uint32_t kUrgentBesideWindow = 3;

/// Most bytes of a header frame; a longer one is refused unread.
inline constexpr std::size_t kMaxHeaderBytes = 64U << 10U;

enum class LinkKind : std::uint8_t {
  none,
  hello,
  welcome,
  batch,
  ack,
  heartbeat,
  refuse,
  status,
  enrol,
  enrolled,
  // Wire version 2
  given_up,
  rotate,
  rotated,
  attachment,
  attachment_stored,
  device_command
};
inline constexpr LinkKind kLastLinkKind = LinkKind::device_command;

struct LaneStored {
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  std::uint64_t sequence = 0;  ///< everything up to and including it is stored; 0: nothing
  bool operator==(const LaneStored&) const = default;
};

/// The header frame of every message on the link; see link.proto for each field.
struct LinkMessage {
  LinkKind kind = LinkKind::none;
  std::uint32_t wire_version = kWireVersion;
  std::string agent_version;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;
  std::uint32_t window = 0;
  std::string reason;
  std::string agent_name;
  std::string public_key;
  std::string agent_kind;
  std::vector<LaneStored> stored;
  UtcNs clock = 0;
  // Wire version 2
  std::uint64_t last_sequence = 0;
  std::string lease;
  bool renew = false;
  std::uint64_t window_bytes = 0;
  std::string command_key;
  std::string next_engine_key;
  std::vector<std::string> devices;
  std::string attachment;
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  std::string media_type;
  std::string next_command_key;
  std::string next_command_proof;
  bool operator==(const LinkMessage&) const = default;
};

void encode_link(const LinkMessage& message, std::string& out);
/// Error::where of a header that is one, and names a lane that this build does not know: its sender deserves a reason.
inline constexpr const char* kUnknownLane = "link header's lane";
/// Unknown kinds decode as LinkKind::none, so that a newer peer can be survived.
[[nodiscard]] Result<LinkMessage> decode_link(std::string_view bytes);

struct SourceStatus {
  std::string name;
  std::string state;  ///< starting, running, waiting, failed, ended
  std::uint64_t read = 0;
  std::uint64_t events = 0;
  std::uint64_t refused = 0;
  std::string problem;
  UtcNs last_event = 0;
  bool operator==(const SourceStatus&) const = default;
};

/// What an agent may do to a device, by its own list.
struct OfferedOutput {
  std::string device;
  std::vector<std::string> actions;  ///< unlock, lock, release, sounder_on, sounder_off
  std::uint32_t max_seconds = 0;     ///< of an action that ends by itself; 0: no limit but the command's
  bool operator==(const OfferedOutput&) const = default;
};

/// What an agent says of itself.
struct AgentReport {
  std::vector<SourceStatus> sources;
  std::uint64_t spooled = 0;
  std::uint64_t spool_bytes = 0;
  std::uint64_t resident_bytes = 0;
  std::vector<OfferedOutput> outputs;
  bool operator==(const AgentReport&) const = default;
};

void encode_report(const AgentReport& report, std::string& out);
[[nodiscard]] Result<AgentReport> decode_report(std::string_view bytes);

}  // namespace wf
