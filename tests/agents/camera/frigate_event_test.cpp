// Messages of Frigate. The samples were compared with its documentation by eye; what is expected of each stands here.
#include "agents/camera/frigate_event.hpp"

#include <filesystem>
#include <iostream>

#include "agents/camera/frigate.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::camera {
namespace {

namespace fs = std::filesystem;
using namespace wf::test;

ReadOnce read(const std::string& file) {
  kit::SourceMade made = make_frigate(*kit::parse_source_spec("frigate:" + file));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return read_once(*made.source, {7, 0});
}

std::optional<Event> event_of(std::string_view topic, std::string_view payload) {
  Result<std::optional<Event>> read = frigate_event(topic, payload, 7);
  if (!read) FAIL(read.error().text());
  return std::move(*read);
}

TEST_CASE("every sample of Frigate gives the event that its document says") {
  const fs::path folder = fs::path(WF_SHARED_DATA) / "field/frigate";
  if (!fs::exists(folder)) {
    std::cout << folder << " is absent: its samples are not read\n";
    return;
  }
  struct Expected {
    const char *file, *kind, *camera, *object, *message;
    UtcNs time;
  };
  const Expected sample = GENERATE(values<Expected>({
      {"00_frigate_events.json", "camera.object", "front_door", "person", "A person was recognised as John Smith",
       1'607'123'962'082'975'000},
      {"01_generative_ai_description_update.json", "other", "", "",
       "The car is a red sedan moving away from the camera.", 7},
      {"02_face_recognition_update.json", "camera.object", "front_door_cam", "person", "A face was recognised: John",
       1'607'123'958'748'393'000},
      {"03_license_plate_recognition_update.json", "camera.object", "driveway_cam", "vehicle",
       "A number plate was read: 123ABC", 1'607'123'958'748'393'000},
      {"04_object_classification_update.json", "other", "front_door_cam", "", "person_classifier: delivery_person",
       1'607'123'958'748'393'000},
      {"05_object_classification_update.json", "other", "front_door_cam", "", "helmet_detector: yes",
       1'607'123'958'748'393'000},
      {"06_frigate_reviews.json", "camera.object", "front_cam", "person", "Frigate calls it an alert: person, car",
       1'718'987'129'308'396'000},
      {"07_frigate_triggers.json", "other", "driveway", "", "Frigate's trigger car_trigger", 7},
  }));
  INFO(sample.file);
  const ReadOnce got = read((folder / sample.file).string());
  CHECK(got.status.read == 1);
  CHECK(got.status.refused == 0);
  REQUIRE(got.events.size() == 1);
  const Event& event = got.events[0];
  CHECK(event.kind == sample.kind);
  CHECK(event.field("camera.id") == sample.camera);
  CHECK(event.field("object") == sample.object);
  CHECK(event.field("message") == sample.message);
  CHECK(event.time == sample.time);
  if (sample.file[1] == '0') {
    CHECK(event.field("person.name") == "John Smith");
    CHECK(event.field("license_plate") == "ABC12345");
    CHECK(event.field("confidence") == "0.958984");
    CHECK(event.field("zone") == "yard");
  }
}

std::string tracked(const std::string& type, const std::string& before, const std::string& after) {
  const auto object = [](const std::string& more) {
    return R"({"id":"5.5-a","camera":"gate","label":"car","start_time":1770000000.5,"frame_time":1770000003,)"
           R"("end_time":1770000009,"false_positive":false)" +
           more + "}";
  };
  return R"({"type":")" + type + R"(","before":)" + object(before) + R"(,"after":)" + object(after) + "}";
}

TEST_CASE("of an object it is news that it came, where it went, what it is and that it is gone") {
  const std::optional<Event> seen = event_of("events", tracked("new", "", ""));
  REQUIRE(seen);
  CHECK(seen->kind == "camera.object");
  CHECK(seen->field("object") == "vehicle");
  CHECK(seen->field("label") == "car");
  CHECK(seen->time == 1'770'000'000'500 * kMillisecond);
  const std::optional<Event> gone = event_of("events", tracked("end", "", ""));
  REQUIRE(gone);
  CHECK(gone->kind == "camera.motion_end");
  CHECK(gone->time == 1'770'000'009 * kSecond);
  CHECK_FALSE(event_of("events", tracked("update", "", "")));
  CHECK_FALSE(event_of("events", tracked("update", R"(,"entered_zones":["a"])", R"(,"entered_zones":["a"])")));
  const std::optional<Event> entered =
      event_of("events", tracked("update", R"(,"entered_zones":["a"])", R"(,"entered_zones":["a","b"])"));
  REQUIRE(entered);
  CHECK(entered->field("message") == "A car entered b");
  CHECK(event_of("events", tracked("update", "", R"(,"recognized_license_plate":"X1")"))->field("license_plate") ==
        "X1");
  CHECK(event_of("events", tracked("update", "", R"(,"sub_label":"ups")"))->field("sub_label") == "ups");
  CHECK_FALSE(
      event_of("events", R"({"type":"new","before":{},"after":{"camera":"a","label":"car","false_positive":true}})"));
}

TEST_CASE("a review is news when it becomes an alert") {
  const auto review = [](const char* type, const char* before, const char* after) {
    const auto one = [](const std::string& severity) {
      return R"({"id":"5.5-r","camera":"gate","start_time":1770000000,"severity":")" + severity +
             R"(","data":{"objects":["person"],"zones":["yard"]}})";
    };
    return std::string(R"({"type":")") + type + R"(","before":)" + one(before) + R"(,"after":)" + one(after) + "}";
  };
  CHECK(event_of("reviews", review("new", "alert", "alert"))->severity == 3);
  CHECK(event_of("reviews", review("update", "detection", "alert"))->field("zone") == "yard");
  CHECK_FALSE(event_of("reviews", review("new", "detection", "detection")));
  CHECK_FALSE(event_of("reviews", review("update", "alert", "alert")));
  CHECK_FALSE(event_of("reviews", review("end", "alert", "alert")));
}

TEST_CASE("words mean what their topic says") {
  CHECK(event_of("available", "offline")->kind == "device.offline");
  CHECK(event_of("available", "online")->kind == "device.online");
  CHECK(event_of("gate/motion", "ON")->kind == "camera.motion");
  CHECK(event_of("gate/motion", "OFF")->kind == "camera.motion_end");
  CHECK(event_of("gate/motion", "OFF")->field("camera.id") == "gate");
  CHECK(event_of("gate/status/detect", "offline")->kind == "camera.offline");
  CHECK_FALSE(event_of("gate/status/detect", "disabled"));
  CHECK(event_of("available", "stopped")->kind == "device.offline");
  CHECK(event_of("gate/status/record", "offline")->kind == "camera.recording_gap");
  CHECK(event_of("gate/status/record", "online")->kind == "camera.recorded");
  CHECK(event_of("gate/audio/scream", "ON")->field("audio") == "scream");
  CHECK(event_of("gate/detect/state", "OFF")->field("message") == "Detection was switched off");
  CHECK(event_of("gate/enabled/state", "OFF")->severity == 2);
  CHECK(event_of("gate/classification/barrier", "open")->field("state") == "open");
}

TEST_CASE("what Frigate publishes besides is no news, and nothing wrong") {
  for (const auto& [topic, payload] :
       {std::pair{"gate/person", "2"}, std::pair{"gate/all/active", "0"},
        std::pair{"yard/car/snapshot", "\xff\xd8\xff"}, std::pair{"gate/motion/state", "ON"},
        std::pair{"gate/motion_threshold/state", "30"}, std::pair{"gate/review_status", "ALERT"},
        std::pair{"gate/audio/dBFS", "-41.3"}, std::pair{"gate/audio/state", "ON"}, std::pair{"gate/audio/bark", "OFF"},
        std::pair{"gate/ptz", "STOP"}, std::pair{"gate/birdseye_mode/state", "MOTION"},
        std::pair{"gate/notifications/suspended", "0"}, std::pair{"gate/status/audio", "offline"},
        std::pair{"restart", ""}, std::pair{"notifications/state", "ON"}, std::pair{"profile/state", "none"},
        std::pair{"stats", "not whole {"},
        std::pair{"stats", R"({"cameras":{"gate":{"camera_fps":5.1}},"detectors":{"cpu":{}},"service":{"uptime":9}})"},
        std::pair{"camera_activity",
                  R"({"gate":{"config":{"detect":true},"motion":true,"objects":[{"id":"5-a","label":"car"}]}})"}}) {
    INFO(topic << " " << payload);
    CHECK_FALSE(event_of(topic, payload));
  }
  CHECK(event_of("tracked_object_update", R"({"type":"face","id":"5-a","name":null,"score":0.4,"camera":"gate"})")
            ->field("message") == "A face was seen that nobody knows");
  const std::optional<Event> verified = event_of(
      "reviews",
      R"({"type":"new","after":{"camera":"gate","severity":"alert","data":{"objects":["person-verified"],"audio":[]}}})");
  CHECK(verified->field("object") == "person");
}

TEST_CASE("what is no message of Frigate is refused with its reason, and the next is read") {
  for (const auto& [topic, payload] :
       {std::pair{"events", "{"}, std::pair{"events", "{}"}, std::pair{"events", "5"}, std::pair{"events", ""},
        std::pair{"gate/motion", "MAYBE"}, std::pair{"events", R"({"type":"new","after":{"camera":5}})"},
        std::pair{"events", R"({"type":"odd","after":{"camera":"a","label":"b"}})"},
        std::pair{"reviews", R"({"type":"new","after":{"severity":"alert","camera":"a","data":5}})"}})
    CHECK_FALSE(frigate_event(topic, payload, 7));
  TemporaryFolder folder;
  const ReadOnce got =
      read(folder.write("log", R"({"tst":"2026-02-02T04:00:00.250000+0100","topic":"frigate/gate/motion","payload":"ON"}
{"topic":"frigate/events","payload":{"type":"new","after":{"camera":"gate","label":"dog","start_time":1770000000}}}
{"a":1}
{"topic":"frigate/events","payload":"{\"type\":\"new\",\"after\":{\"camera\":\"gate\",\"label\":\"face\"}}"}
)"));
  CHECK(got.status.read == 4);
  CHECK(got.status.refused == 1);
  REQUIRE(got.events.size() == 3);
  CHECK(got.events[0].kind == "camera.motion");
  CHECK(got.events[0].time == utc_from_civil(2026, 2, 2, 3, 0, 0) + 250 * kMillisecond);
  CHECK(got.events[1].field("object") == "animal");
  CHECK(got.events[2].field("object") == "person");
}

}  // namespace
}  // namespace wf::camera
