#include "agents/camera/camera_event.hpp"

#include <cstdio>

#include "agents/kit/kinds.hpp"

namespace wf::camera {
namespace {

struct Words {
  PictureHealth::State state;
  const char *name, *kind, *reason, *message;
};
constexpr Words kWords[] = {
    {PictureHealth::State::well, "well", "camera.restored", "", "The picture is as it should be"},
    {PictureHealth::State::black, "black", "camera.dark", "black", "The picture is black"},
    {PictureHealth::State::covered, "covered", "camera.covered", "covered", "Something covers the camera"},
    {PictureHealth::State::blurred, "blurred", "camera.blurred", "blurred", "The picture is blurred"},
    {PictureHealth::State::moved, "moved", "camera.moved", "moved", "The camera looks elsewhere"},
    {PictureHealth::State::frozen, "frozen", "camera.tamper", "frozen", "The picture has not changed for a minute"}};

const Words& words_of(PictureHealth::State state) { return kWords[static_cast<std::size_t>(state)]; }

Event begin(const char* kind, const char* reason, const std::string& message, const std::string& camera, UtcNs time) {
  Event event;
  event.kind = kind;
  if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
  event.logsource = {"watchfloor", "camera", "camera"};
  event.time = time;
  event.add("camera.id", camera);
  if (*reason != '\0') event.add("reason", reason);
  event.add("message", message);
  return event;
}

void number(Event& event, const char* name, double value, const char* format = "%.2f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  event.add(name, text, ValueType::number);
}

std::string seconds_in_words(std::int64_t duration) {
  const std::int64_t seconds = duration / kSecond;
  return seconds < 120 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

}  // namespace

const char* name_of(PictureHealth::State state) { return words_of(state).name; }

PictureHealth::State state_of(std::string_view name) {
  for (const Words& one : kWords)
    if (name == one.name) return one.state;
  return PictureHealth::State::well;
}

Event life_event(bool silent, const std::string& why, const std::string& camera, UtcNs time) {
  return silent ? begin("camera.offline", "stream", "No pictures: " + why, camera, time)
                : begin("camera.online", "stream", "Pictures come again", camera, time);
}

Event health_event(PictureHealth::State now, PictureHealth::State before, const PictureHealth::Measured& measured,
                   const std::string& camera, UtcNs time) {
  const Words& words = words_of(now);
  const bool well = now == PictureHealth::State::well;
  Event event = begin(words.kind, well ? words_of(before).reason : words.reason, words.message, camera, time);
  number(event, "picture.mean", measured.mean);
  number(event, "picture.contrast", measured.contrast);
  number(event, "picture.detail", measured.detail);
  number(event, "picture.likeness", measured.likeness);
  return event;
}

Event presence_event(const Presence::Change& change, const PresenceZone& zone, const std::string& place,
                     const std::string& camera, UtcNs time) {
  const std::string where = zone.name.empty() ? "the picture" : zone.name;
  const std::string lasted = seconds_in_words(change.mono - change.since);
  using What = Presence::What;
  Event event = change.what == What::began
                    ? begin("camera.motion", "presence", "Somebody or something is in " + where, camera, time)
                : change.what == What::loiters
                    ? begin("camera.loitering", "presence", "In " + where + " for " + lasted, camera, time)
                    : begin("camera.motion_end", "presence", "Nobody is in " + where + " any more, after " + lasted,
                            camera, time);
  if (!zone.name.empty()) event.add("zone", zone.name);
  if (!place.empty()) event.add("zone.id", place);
  number(event, "confidence", change.confidence);
  if (change.objects > 0) event.add("count", std::to_string(change.objects), ValueType::number);
  if (change.what != What::began)
    number(event, "presence.seconds", static_cast<double>(change.mono - change.since) / kSecond, "%.1f");
  char box[64];
  std::snprintf(box, sizeof box, "%.2f %.2f %.2f %.2f", 1.0 * change.where.left / SmallPicture::kWidth,
                1.0 * change.where.top / SmallPicture::kHeight, (change.where.right + 1.0) / SmallPicture::kWidth,
                (change.where.bottom + 1.0) / SmallPicture::kHeight);
  event.add("picture.box", box);
  return event;
}

Event still_event(const std::string& of, const std::string& camera, UtcNs time, bool lost) {
  Event event = begin("camera.still", lost ? "lost" : "later",
                      lost ? "Stills of what was told before are lost: the agent ended before they were there"
                           : "Stills of what was told before",
                      camera, time);
  event.add("still.of", of);
  if (lost) event.add("attachment.problem", "the agent ended before they were there");
  return event;
}

}  // namespace wf::camera
