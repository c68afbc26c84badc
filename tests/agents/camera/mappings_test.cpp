// The sample estate's camera gateway, through the mapping that is shipped.
#include <filesystem>

#include "agents/kit/mapped/mapped.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/recording_lines.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf {
namespace {

using namespace wf::test;

ReadOnce read(const std::string& data) {
  const TemporaryFolder folder;
  kit::SourceMade made =
      kit::make_mapped(*kit::parse_source_spec("mapped:" + folder.write("data", data) +
                                               ",map=" WF_SOURCE_DIR "/assets/mappings/camera-gateway.yaml"),
                       "camera");
  if (!made.problems.empty()) FAIL(problems_of(made));
  return read_once(*made.source);
}

TEST_CASE("every event of the gateway has its kind") {
  const auto [event, kind] = GENERATE(table<std::string, std::string>({
      {"motion_start", "camera.motion"},
      {"motion_end", "camera.motion_end"},
      {"object", "camera.object"},
      {"line_crossed", "camera.line_crossed"},
      {"loitering", "camera.loitering"},
      {"covered", "camera.covered"},
      {"blurred", "camera.blurred"},
      {"restored", "camera.restored"},
      {"offline", "camera.offline"},
      {"online", "camera.online"},
      {"dancing", "other"},
  }));
  const ReadOnce got = read(R"({"time": "2026-03-12T22:31:07.300+01:00", "camera": "C-27", "event": ")" + event +
                            R"(", "object": "person", "count": 2, "zone": "server lobby", "confidence": 0.93})" + "\n");
  INFO(event);
  REQUIRE(got.events.size() == 1);
  const Event& e = got.events[0];
  CHECK(e.kind == kind);
  CHECK(e.time == utc_from_civil(2026, 3, 12, 21, 31, 7) + 300 * kMillisecond);
  CHECK(e.field("camera.id") == "C-27");
  CHECK(e.field("object") == "person");
  CHECK(e.field("count") == "2");
  CHECK(e.field("confidence") == "0.93");
  CHECK(e.logsource == Logsource{"watchfloor", "camera", "camera"});
}

TEST_CASE("no line of the sample recording is refused or unknown") {
  const std::string file = WF_SOURCE_DIR "/assets/recordings/evening/cameras.rec";
  REQUIRE(std::filesystem::exists(file));
  const ReadOnce got = read(recording_lines(file));
  CHECK(got.events.size() > 100);
  CHECK(got.status.refused == 0);
  CHECK(got.status.problem.empty());
}

TEST_CASE("what devices of four makers write can be mapped") {
  const std::filesystem::path field = std::filesystem::path(WF_SHARED_DATA) / "field";
  if (!std::filesystem::exists(field)) {
    WARN("the field samples are absent: not mapped");
    return;
  }
  const TemporaryFolder folder;
  const auto one = [&](const std::string& sample, const std::string& mapping) {
    kit::SourceMade made = kit::make_mapped(
        *kit::parse_source_spec("mapped:" + (field / sample).string() + ",map=" + folder.write("map.yaml", mapping)),
        "camera");
    if (!made.problems.empty()) FAIL(problems_of(made));
    const ReadOnce got = read_once(*made.source);
    INFO(sample << ": " << got.status.problem);
    REQUIRE(got.events.size() == 1);
    CHECK(got.status.refused == 0);
    return got.events[0];
  };
  const Event frigate = one("frigate/00_frigate_events.json",
                            "v: 1\nformat: json\ntime: {column: after.frame_time, format: epoch_s}\n"
                            "fields: {camera.id: after.camera, object: after.label}\n"
                            "kinds: [{when: {type: [new, update]}, kind: camera.object}]\n");
  CHECK(frigate.field("camera.id") == "front_door");
  CHECK(frigate.field("object") == "person");
  const Event unifi = one("unifi-protect/smartdetect_lifecycle.json",
                          "v: 1\nformat: json\ntime: {column: item.start, format: epoch_ms}\n"
                          "fields: {camera.id: item.device, object: item.smartDetectTypes}\n"
                          "kinds: [{when: {type: add, item.type: smartDetect*}, kind: camera.object}, {when: {type: "
                          "update}, kind: skip}]\n");
  CHECK(unifi.field("object") == "person");
  const Event axis = one("axis-a1001/fetch_events_response.json",
                         "v: 1\nformat: json\nrecords: Event\ntime: {column: UtcTime}\n"
                         "fields: {credential.id: 'KeyValues[Key=CredentialToken].Value'}\n"
                         "kinds: [{when: {'KeyValues[Key=topic1].Value': AccessGranted}, kind: access.granted}]\n");
  CHECK(axis.field("credential.id") == "Axis-00408c184c74:1382951567.312696000");
  const Event uhppote = one("uhppote/events_udp.json",
                            "v: 1\nformat: json\n"
                            "time: {column: expect.timestamp, format: '%Y-%m-%dT%H:%M:%S', zone: Europe/Amsterdam}\n"
                            "fields: {door.id: expect.door, credential.id: expect.card}\n"
                            "kinds: [{when: {expect.reason: '6'}, kind: access.denied, reason: not authorised}]\n");
  CHECK(uhppote.field("door.id") == "3");
}

}  // namespace
}  // namespace wf
