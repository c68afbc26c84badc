// What door controllers on the network send and answer.
#include "agents/access/uhppote_packet.hpp"
#include "agents/access/unifi_event.hpp"
#include "agents/kit/read/document_framing.hpp"
#include "agents/onvif/notice_event.hpp"
#include "proto/event_codec.hpp"
#include "proto/utf8.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::access;
using namespace wf::fuzz;

namespace {

void sendable(const std::vector<Event>& events) {
  for (const Event& event : events)
    for (const Field& field : event.fields) holds(is_utf8(field.value), "a field is UTF-8");
  if (events.empty()) return;
  std::string bytes;
  BatchEncoder().encode(events, bytes);
  holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
}

std::vector<std::string> records_of(std::string_view text, std::size_t step) {
  const std::unique_ptr<kit::Framing> framing = kit::document_framing(text.substr(0, 256));
  std::vector<std::string> out;
  std::string buffer;
  for (std::size_t at = 0; at <= text.size(); at += step) {
    buffer += text.substr(std::min(at, text.size()), step);
    const bool final = at + step > text.size();
    for (kit::Frame frame; framing->next(buffer, final, frame);) {
      holds(frame.consumed > 0 && frame.consumed <= buffer.size(), "a frame takes something that is there");
      holds(!frame.record || (frame.begin <= frame.end && frame.end <= frame.consumed), "a record lies in its frame");
      if (frame.record) out.push_back(buffer.substr(frame.begin, frame.end - frame.begin));
      buffer.erase(0, frame.consumed);
      if (buffer.empty()) break;
    }
  }
  return out;
}

}  // namespace

int fuzz_controllers(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const unsigned which = pieces.byte();
  const std::string_view text = pieces.rest();
  std::vector<Event> events;
  if (which % 4 == 0) {
    kit::Zone zone;
    if (const Result<UhppotePacket> packet = parse_uhppote(text))
      if (std::optional<Event> event = uhppote_event(*packet, zone, 1)) events.push_back(std::move(*event));
  } else if (which % 4 == 3) {
    UnifiReader reader;
    for (const std::string& record : records_of(text, text.size() + 1))
      if (Result<UnifiReader::Read> read = reader.read(record, 7))
        for (Event& event : read->events) events.push_back(std::move(event));
  } else {
    std::vector<Error> broken;
    const Result<std::vector<onvif::Notice>> notices =
        which % 4 == 1 ? onvif::read_notices(text) : onvif::read_axis_log(text, broken);
    if (notices)
      for (const onvif::Notice& notice : *notices)
        if (std::optional<Event> event =
                onvif::event_of(notice, which % 8 < 4 ? onvif::Role::access : onvif::Role::camera, 7))
          events.push_back(std::move(*event));
  }
  sendable(events);
  return 0;
}

int fuzz_documents(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text = text_of(data + 1, size - 1);
  const std::vector<std::string> whole = records_of(text, text.size() + 1), pieces = records_of(text, 1 + data[0] % 64);
  holds(whole == pieces, "records do not depend on how their bytes come");
  return 0;
}
