// What network sensors and other machines send.
#include <algorithm>

#include "agents/network/eve_record.hpp"
#include "agents/network/gelf.hpp"
#include "agents/network/netflow_packet.hpp"
#include "agents/network/netflow_volume.hpp"
#include "agents/network/suricata.hpp"
#include "agents/network/syslog_event.hpp"
#include "agents/network/syslog_framing.hpp"
#include "agents/network/zeek_event.hpp"
#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"
#include "tests/fuzz/agrees.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

namespace {

void can_be_sent(const Event& event) {
  std::string bytes;
  BatchEncoder().encode({&event, 1}, bytes);
  holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
}

}  // namespace

int fuzz_zeek(const std::uint8_t* data, std::size_t size) {
  network::ZeekReader reader("conn.log");
  std::string_view text = text_of(data, size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Result<std::optional<Event>> event = reader.read(text.substr(0, end));
    if (event && *event) can_be_sent(**event);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}

int fuzz_syslog(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 4096;
  if (size < 1) return 0;
  const std::size_t step = 1 + data[0];
  const std::string_view text = text_of(data + 1, size - 1);
  static const kit::Zone zone = *kit::Zone::find("Europe/Amsterdam", "fuzz");
  network::SyslogReader reader(zone);
  network::SyslogFraming framing(kLimit);
  for (std::size_t at = 0; at <= text.size(); at += step) {
    const bool ended = at + step > text.size();
    if (at < text.size()) framing.feed(text.substr(at, step));
    for (bool more = true; more;) {
      std::string_view message;
      const auto next = framing.next(ended, message);
      more = next != network::SyslogFraming::Next::more;
      if (next != network::SyslogFraming::Next::message) continue;
      holds(message.size() <= kLimit, "a message is within the limit");
      std::vector<Event> events;
      const bool read(reader.read(message, "192.0.2.1", false, UtcNs{1'700'000'000} * kSecond, events));
      holds(read || events.empty(), "a message that is refused is no event");
      holds(!read || !events.empty() || reader.waiting(), "a message is an event, or waits for the rest of it");
      for (const Event& event : events) can_be_sent(event);
    }
  }
  std::vector<Event> rest;
  reader.flush(UtcNs{1'700'000'000} * kSecond, true, rest);
  holds(!reader.waiting(), "nothing waits at the end");
  for (const Event& event : rest) can_be_sent(event);
  return 0;
}

/// A connection's bytes, in plain TCP or out of TLS: cut in pieces of any size.
int fuzz_syslog_framing(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 200;
  if (size < 1) return 0;
  const std::string_view text = text_of(data + 1, size - 1);
  const auto cut = [&](std::size_t step) {
    network::SyslogFraming framing(kLimit);
    std::vector<std::string> out;
    std::size_t bytes = 0;
    for (std::size_t at = 0; at <= text.size(); at += step) {
      const bool ended = at + step > text.size();
      if (at < text.size()) framing.feed(text.substr(at, step));
      for (bool more = true; more;) {
        std::string_view message;
        switch (framing.next(ended, message)) {
          case network::SyslogFraming::Next::message:
            holds(message.size() <= kLimit, "a message is within the limit");
            bytes += message.size();
            out.emplace_back(message);
            break;
          case network::SyslogFraming::Next::too_long:
          case network::SyslogFraming::Next::broken:
            out.emplace_back("?");
            break;
          case network::SyslogFraming::Next::more:
            more = false;
        }
        holds(out.size() <= text.size() + 1, "no more messages than bytes");
      }
    }
    holds(bytes <= text.size(), "no byte comes twice");
    return out;
  };
  holds(cut(text.size() + 1) == cut(1 + data[0] % 64), "messages do not depend on how their bytes come");
  return 0;
}

/// Datagrams that are chunks of GELF, or packed, from two senders.
int fuzz_gelf(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  static const kit::Zone zone = *kit::Zone::find("UTC", "fuzz");
  network::GelfDatagrams gelf;
  network::SyslogReader reader(zone);
  std::int64_t mono = 0;
  std::string message;
  for (int i = 0; i < 64 && !pieces.done(); ++i) {
    const std::uint8_t how = pieces.byte();
    mono += (how >> 1U) * kSecond / 8;
    const std::string_view datagram = pieces.piece();
    if (!network::GelfDatagrams::is_one(datagram)) continue;
    const Result<bool> whole = gelf.take(datagram, how % 2 == 0 ? "192.0.2.1" : "192.0.2.2", mono, message);
    if (whole && *whole) {
      holds(message.size() <= network::GelfDatagrams::kMostMessage, "a message is within the limit");
      std::vector<Event> events;
      (void)reader.read(message, "192.0.2.1", false, UtcNs{1'700'000'000} * kSecond, events);
      for (const Event& event : events) can_be_sent(event);
    }
    holds(gelf.given_up(mono) <= network::GelfDatagrams::kMostPending + 1, "no more is given up than waited");
  }
  (void)gelf.given_up(mono + network::GelfDatagrams::kPatience);
  holds(!gelf.waiting(), "nothing waits for ever");
  return 0;
}

int fuzz_raw_record(const std::uint8_t* data, std::size_t size) {
  static kit::Zone zone = *kit::Zone::find("UTC", "fuzz");
  constexpr UtcNs kNow = UtcNs{1'700'000'000} * kSecond;
  network::ZeekReader zeek("conn.log");
  network::SyslogReader syslog(zone);
  std::string_view text = text_of(data, size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    network::EveRecord eve(line, zone);
    if (const Result<Event> event = network::suricata_event(line, zone)) agrees(eve, *event);
    if (const Result<std::optional<Event>> event = zeek.read(line); event && *event) {
      network::ZeekRecord raw(zeek, line);
      agrees(raw, **event);
    }
    const Result<network::SyslogMessage> message = syslog.parse(line, false, kNow);
    std::vector<Event> events;
    if (!message || !syslog.make(*message, "192.0.2.1", false, kNow, events)) continue;
    network::SyslogRecord raw(*message, "192.0.2.1");
    if (!raw.single()) continue;
    holds(events.size() == 1, "one event is made of a message that is said to make one");
    std::vector<Field> fields;
    // What looks like JSON and is none becomes a message that says something else.
    if (message->form == network::SyslogMessage::Form::json && !flatten_json(message->text, "", fields)) continue;
    agrees(raw, events.front());
  }
  return 0;
}

int fuzz_netflow(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  network::NetflowDecoder decoder;
  network::NetflowVolume volume(*network::OwnNetworks::parse("0.0.0.0/0"));
  for (int i = 0; i < 64; ++i) {
    const std::string_view datagram = pieces.piece();
    std::size_t flows = 0;
    (void)decoder.read(datagram, i % 2 == 0 ? "192.0.2.1" : "192.0.2.2", [&](const network::FlowRecord& flow) {
      volume.add(flow);
      ++flows;
    });
    holds(flows <= datagram.size(), "no more flows than bytes");
    holds(decoder.templates() <= network::NetflowDecoder::kMostTemplates, "templates are bounded");
  }
  std::vector<Event> events;
  volume.take(0, kMinute, events);
  for (const Event& event : events) can_be_sent(event);
  return 0;
}
