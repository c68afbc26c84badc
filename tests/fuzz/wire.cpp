// What comes over the link: headers, batches, statuses, commands to devices, lines of events.
#include "proto/device_command.hpp"
#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"
#include "proto/link_message.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

int fuzz_link_header(const std::uint8_t* data, std::size_t size) {
  const Result<LinkMessage> message = decode_link(text_of(data, size));
  if (!message) return 0;
  holds(message->kind <= kLastLinkKind, "a kind is one that this build knows, or none");
  std::string bytes;
  encode_link(*message, bytes);
  const Result<LinkMessage> again = decode_link(bytes);
  holds(again && *again == *message, "a header that was read is written and read the same");
  return 0;
}

int fuzz_event_batch(const std::uint8_t* data, std::size_t size) {
  const BatchOrigin origin{"net-1", 7, 1, 100};
  const std::string_view bytes = text_of(data, size);
  const Result<BatchSummary> summary = summarise_batch(bytes);
  const Result<std::vector<Event>> events = decode_batch(bytes, origin);
  if (!events) return 0;
  holds(summary && summary->events == events->size(), "summary and batch agree on the number of events");
  for (const Event& event : *events)
    holds(event.time >= summary->min_time && event.time <= summary->max_time, "the summary covers each event's time");
  std::string encoded;
  BatchEncoder().encode(*events, encoded);
  const Result<std::vector<Event>> again = decode_batch(encoded, origin);
  holds(again && *again == *events, "a batch that was read is written and read the same");
  return 0;
}

int fuzz_agent_status(const std::uint8_t* data, std::size_t size) {
  const Result<AgentReport> report = decode_report(text_of(data, size));
  if (!report) return 0;
  std::string bytes;
  encode_report(*report, bytes);
  const Result<AgentReport> again = decode_report(bytes);
  holds(again && *again == *report, "a status that was read is written and read the same");
  return 0;
}

int fuzz_device_command(const std::uint8_t* data, std::size_t size) {
  if (const Result<SignedCommand> frame = decode_signed_command(text_of(data, size))) {
    (void)signed_text(frame->command);
    (void)decode_device_command(frame->command);
  }
  const Result<DeviceCommand> command = decode_device_command(text_of(data, size));
  if (!command) return 0;
  std::string bytes;
  encode_device_command(*command, bytes);
  const Result<DeviceCommand> again = decode_device_command(bytes);
  holds(again && *again == *command, "a command that was read is written and read the same");
  return 0;
}

int fuzz_event_json(const std::uint8_t* data, std::size_t size) {
  std::vector<Field> fields;
  (void)flatten_json(text_of(data, size), "x.", fields);
  const Result<Event> event = parse_json_line(text_of(data, size));
  if (!event) return 0;
  std::string line;
  append_json_line(*event, line);
  const Result<Event> again = parse_json_line(line);
  holds(bool(again), "a line that was written can be read");
  std::string second;
  append_json_line(*again, second);
  holds(second == line, "a line that was read is written the same");
  return 0;
}
