// What cameras answer.
#include "agents/camera/frigate_event.hpp"
#include "agents/onvif/device_health.hpp"
#include "agents/onvif/property_memory.hpp"
#include "agents/onvif/pull_point.hpp"
#include "proto/utf8.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

/// A device that answers anything, in any order, over hours.
int fuzz_onvif_device(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  onvif::PullPoint device(*http::read_address("http://10.0.0.9"), {}, [](std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) byte = 7;
  });
  onvif::DeviceHealth health(onvif::Role::camera, "cam");
  onvif::PropertyMemory memory;
  device.set_account("user", "hunter2");
  kit::Moment moment{1'770'000'000 * kSecond, kSecond};
  device.start(pieces.piece(), moment);
  while (!pieces.done()) {
    const std::int64_t later = pieces.byte() * kSecond;
    moment.now += later;
    moment.mono += later;
    if (std::optional<http::Question> question = device.next(moment)) {
      holds(question->url.starts_with("http://10.0.0.9"), "only the device itself is asked");
      holds(question->body.find("hunter2") == std::string::npos, "no password goes out");
      holds(bool(onvif::read_reply(question->body)), "a question is XML");
      const unsigned status = pieces.byte();
      http::Answer answer;
      answer.status = 200 + 50 * (status % 8);
      answer.digest_offered = (status & 0x40U) != 0;
      answer.date = (status & 0x80U) != 0 ? 1'780'000'000 * kSecond : 0;
      answer.body = pieces.piece();
      onvif::PullPoint::Heard heard;
      if (status == 255)
        device.answered(Error{"cut", "", ""}, moment, heard);
      else
        device.answered(std::move(answer), moment, heard);
      for (const onvif::Notice& notice : heard.notices) {
        (void)memory.compare(notice);
        const std::optional<Event> event = onvif::event_of(notice, onvif::Role::camera, moment.now);
        memory.remember(notice, event && onvif::lasting(*event));
        if (event)
          for (const Field& field : event->fields) holds(is_utf8(field.value), "a field is UTF-8");
      }
    }
    for (const Event& event : health.look(device, moment)) holds(!event.kind.empty(), "health has a kind");
    (void)device.next_wake(moment.mono);
    onvif::PropertyMemory again;
    again.load(memory.save());
    holds(device.save().find('\n') == std::string::npos, "what is saved is one line");
  }
  return 0;
}

/// What is published under Frigate's topics, whoever does it; and a file of it.
int fuzz_frigate(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const std::string_view topic = pieces.piece();
  const Result<std::optional<Event>> message = camera::frigate_event(topic, pieces.rest(), 7);
  const Result<std::optional<Event>> document = camera::frigate_document(pieces.rest(), 7);
  for (const auto* read : {&message, &document})
    if (*read && **read)
      for (const Field& field : (**read)->fields) holds(is_utf8(field.value), "a field is UTF-8");
  return 0;
}
