#include <limits>

#include "proto/link.pb.h"
#include "proto/link_message.hpp"
#include "proto/utf8.hpp"

namespace wf {
namespace {

constexpr std::uint8_t kLanes = 3;
constexpr std::size_t kMaxReportBytes = 1U << 20U;

// link.proto declares text as bytes, so that one bad character costs that character and not the message.
std::string text_of(const std::string& bytes) {
  std::string out;
  append_utf8(bytes, out);
  return out;
}

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <class Message>
void serialize(const Message& message, std::string& out) {
  // Fails only for messages beyond 2 GiB.
  if (!message.SerializeToString(&out)) out.clear();
}

Error bad_message(const char* where, std::string what) {
  return {std::move(what), where, "check that both ends are releases of Watchfloor that know each other"};
}

}  // namespace

void encode_link(const LinkMessage& message, std::string& out) {
  pb::LinkHeader header;
  header.set_kind(static_cast<pb::LinkHeader::Kind>(message.kind));
  header.set_wire_version(message.wire_version);
  header.set_agent_version(message.agent_version);
  header.set_epoch(message.epoch);
  header.set_lane(message.lane);
  header.set_first_sequence(message.first_sequence);
  header.set_count(message.count);
  header.set_window(message.window);
  header.set_reason(message.reason);
  header.set_agent_name(message.agent_name);
  header.set_public_key(message.public_key);
  header.set_agent_kind(message.agent_kind);
  for (const LaneStored& stored : message.stored) {
    pb::LaneStored& lane = *header.add_stored();
    lane.set_epoch(stored.epoch);
    lane.set_lane(stored.lane);
    lane.set_sequence(stored.sequence);
  }
  header.set_clock(message.clock);
  header.set_last_sequence(message.last_sequence);
  header.set_lease(message.lease);
  header.set_renew(message.renew);
  header.set_window_bytes(message.window_bytes);
  header.set_command_key(message.command_key);
  header.set_next_engine_key(message.next_engine_key);
  for (const std::string& device : message.devices) header.add_devices(device);
  header.set_attachment(message.attachment);
  header.set_offset(message.offset);
  header.set_total(message.total);
  header.set_media_type(message.media_type);
  header.set_next_command_key(message.next_command_key);
  header.set_next_command_proof(message.next_command_proof);
  serialize(header, out);
}

Result<LinkMessage> decode_link(std::string_view bytes) {
  if (bytes.size() > kMaxHeaderBytes)
    return bad_message("link header", "header of " + std::to_string(bytes.size()) + " bytes is over the limit of " +
                                          std::to_string(kMaxHeaderBytes));
  pb::LinkHeader header;
  if (!parse(header, bytes)) return bad_message("link header", "not a protobuf message");
  LinkMessage message;
  const int kind = static_cast<int>(header.kind());
  if (kind > 0 && kind <= static_cast<int>(kLastLinkKind)) message.kind = static_cast<LinkKind>(kind);
  message.wire_version = header.wire_version();
  message.agent_version = text_of(header.agent_version());
  message.epoch = header.epoch();
  if (header.lane() >= kLanes)
    return bad_message(kUnknownLane, "lane " + std::to_string(header.lane()) + " is unknown");
  message.lane = static_cast<std::uint8_t>(header.lane());
  message.first_sequence = header.first_sequence();
  message.count = header.count();
  message.window = header.window();
  message.reason = text_of(header.reason());
  message.agent_name = text_of(header.agent_name());
  message.public_key = text_of(header.public_key());
  message.agent_kind = text_of(header.agent_kind());
  for (const pb::LaneStored& stored : header.stored())
    if (stored.lane() < kLanes)  // a newer engine's further lanes are not ours to know
      message.stored.push_back({stored.epoch(), static_cast<std::uint8_t>(stored.lane()), stored.sequence()});
  message.clock = header.clock();
  message.last_sequence = header.last_sequence();
  message.lease = text_of(header.lease());
  message.renew = header.renew();
  message.window_bytes = header.window_bytes();
  message.command_key = text_of(header.command_key());
  message.next_engine_key = text_of(header.next_engine_key());
  for (const std::string& device : header.devices()) message.devices.push_back(text_of(device));
  message.attachment = text_of(header.attachment());
  message.offset = header.offset();
  message.total = header.total();
  message.media_type = text_of(header.media_type());
  message.next_command_key = text_of(header.next_command_key());
  message.next_command_proof = header.next_command_proof();
  return message;
}

void encode_report(const AgentReport& report, std::string& out) {
  pb::AgentStatus status;
  for (const SourceStatus& source : report.sources) {
    pb::SourceStatus& to = *status.add_sources();
    to.set_name(source.name);
    to.set_state(source.state);
    to.set_read(source.read);
    to.set_events(source.events);
    to.set_refused(source.refused);
    to.set_problem(source.problem);
    to.set_last_event(source.last_event);
  }
  status.set_spooled(report.spooled);
  status.set_spool_bytes(report.spool_bytes);
  status.set_resident_bytes(report.resident_bytes);
  for (const OfferedOutput& output : report.outputs) {
    pb::OfferedOutput& to = *status.add_outputs();
    to.set_device(output.device);
    for (const std::string& action : output.actions) to.add_actions(action);
    to.set_max_seconds(output.max_seconds);
  }
  serialize(status, out);
}

Result<AgentReport> decode_report(std::string_view bytes) {
  pb::AgentStatus status;
  if (bytes.size() > kMaxReportBytes)
    return bad_message("agent status", "status of " + std::to_string(bytes.size()) + " bytes is over the limit of " +
                                           std::to_string(kMaxReportBytes));
  if (!parse(status, bytes)) return bad_message("agent status", "not a protobuf message");
  AgentReport report;
  for (const pb::SourceStatus& from : status.sources()) {
    report.sources.push_back({text_of(from.name()), text_of(from.state()), from.read(), from.events(), from.refused(),
                              text_of(from.problem()), from.last_event()});
  }
  report.spooled = status.spooled();
  report.spool_bytes = status.spool_bytes();
  report.resident_bytes = status.resident_bytes();
  for (const pb::OfferedOutput& from : status.outputs()) {
    OfferedOutput output{text_of(from.device()), {}, from.max_seconds()};
    for (const std::string& action : from.actions()) output.actions.push_back(text_of(action));
    report.outputs.push_back(std::move(output));
  }
  return report;
}

}  // namespace wf
