// What cameras answer.
#include <yaml-cpp/yaml.h>

#include "agents/camera/discovery.hpp"
#include "agents/camera/frigate_event.hpp"
#include "agents/camera/picture_health.hpp"
#include "agents/camera/view.hpp"
#include "agents/kit/kinds.hpp"
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
  const bool guessed = text_of(data, size).find("hunter2") != std::string_view::npos;
  kit::Moment moment{1'770'000'000 * kSecond, kSecond};
  device.start(pieces.piece(), moment);
  while (!pieces.done()) {
    const std::int64_t later = pieces.byte() * kSecond;
    moment.now += later;
    moment.mono += later;
    if (std::optional<http::Question> question = device.next(moment)) {
      holds(question->url.starts_with("http://10.0.0.9"), "only the device itself is asked");
      // What the device said itself may be repeated to it.
      holds(guessed || question->body.find("hunter2") == std::string::npos, "no password goes out");
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

/// Notices of any topic and items, each as whoever asks for it sees it: a door's controller, a camera, a recorder that
/// is to record always, one that had told of another state before.
int fuzz_onvif_notices(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const unsigned how = pieces.byte();
  const onvif::Role role = (how & 1U) != 0 ? onvif::Role::access : onvif::Role::camera;
  const onvif::Recording recording = (how & 2U) != 0 ? onvif::Recording::always : onvif::Recording::on_events;
  const Result<std::vector<onvif::Notice>> notices = onvif::read_notices(pieces.rest());
  if (!notices) return 0;
  onvif::PropertyMemory memory;
  for (const onvif::Notice& notice : *notices) {
    holds(!onvif::recorder_topic(notice, recording).kind.empty(), "a recorder's notice has a kind");
    const std::optional<Event> event = onvif::event_of(notice, role, 7, (how & 4U) != 0, recording);
    (void)memory.compare(notice);
    memory.remember(notice, event && onvif::lasting(*event));
    if (!event) continue;
    holds(kit::find_kind(event->kind) != nullptr, "a kind is one of those that we have");
    for (const Field& field : event->fields) holds(is_utf8(field.value), "a field is UTF-8");
  }
  onvif::PropertyMemory again;
  again.load(memory.save());
  holds(again.save() == memory.save(), "what was told is remembered over a restart");
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

/// Answers to a probe, from anybody on the network: what is proposed is a configuration of ONVIF sources and nothing
/// else.
int fuzz_discovery(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  std::vector<camera::FoundDevice> all;
  while (!pieces.done() && all.size() < 32) {
    const std::string from = "10.0.0." + std::to_string(pieces.byte());
    const Result<std::vector<camera::FoundDevice>> found = camera::read_probe_matches(pieces.piece(), from);
    if (found) all.insert(all.end(), found->begin(), found->end());
  }
  const std::string text = camera::propose(all);
  holds(is_utf8(text), "a proposal is UTF-8");
  const YAML::Node root = YAML::Load(text);
  holds(root.size() == 2 && root["sources"].size() == all.size(), "each device is one source");
  for (const YAML::Node& source : root["sources"]) {
    holds(source.size() == 4 && source["kind"].Scalar() == "onvif", "a source is of ONVIF");
    holds(source["options"].size() == 3 && source["options"]["user"].Scalar() == "watch", "options are ours");
    holds(source["address"].Scalar().starts_with("http"), "an address is of the web");
  }
  return 0;
}

/// A view's file, what it makes of pictures, and what a position says pictures are compared with.
int fuzz_camera_view(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  std::vector<Error> problems;
  const camera::View view = camera::read_view(pieces.piece(), "view.yaml", problems);
  holds(view.zones.size() == view.places.size(), "each zone has a place");
  camera::PictureHealth health;
  if (health.load(pieces.piece())) {
    camera::PictureHealth again;
    holds(again.load(health.kept()), "what was kept is kept again");
  }
  camera::Presence presence(view.zones, view.background, view.masks);
  camera::SmallPicture picture;
  picture.luma.resize(camera::SmallPicture::kWidth * camera::SmallPicture::kHeight);
  for (int i = 0; i < 16 && !pieces.done(); ++i) {
    // Anything may come from a camera: bands of any brightness, at any time.
    picture.mono += pieces.byte() * (kSecond / 8);
    const std::uint8_t seed = pieces.byte(), other = pieces.byte(), from = pieces.byte(), wide = pieces.byte();
    for (std::size_t at = 0; at < picture.luma.size(); ++at) {
      const std::size_t x = at % camera::SmallPicture::kWidth;
      const bool in = x >= from && x < std::size_t{from} + wide % 64;
      picture.luma[at] = static_cast<std::uint8_t>(in ? other : seed + (at * 31 % 7));
    }
    (void)health.look(picture);
    for (const camera::Presence::Change& change : presence.look(picture)) {
      holds(change.zone < view.zones.size(), "a change is of a zone");
      holds(change.confidence >= 0.5 && change.confidence <= 1, "confidence is a half to one");
      holds(change.since <= change.mono && change.mono <= picture.mono, "times are in order");
    }
  }
  return 0;
}
