// What ONVIF devices say, from files. The samples were compared with their documents by eye; what is expected of each
// stands here.
#include <filesystem>
#include <iostream>
#include <tuple>

#include "agents/onvif/file_source.hpp"
#include "agents/onvif/notice_event.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"

namespace wf::onvif {
namespace {

namespace fs = std::filesystem;
using namespace wf::test;

const fs::path kField = fs::path(WF_SHARED_DATA) / "field";

bool samples_absent(const fs::path& folder) {
  if (fs::exists(folder)) return false;
  std::cout << folder << " is absent: its samples are not read\n";
  return true;
}

kit::SourceMade make_file(const kit::SourceSpec& spec) { return make_onvif_file(spec, Role::access); }

ReadOnce read(kit::SourceMade (*make)(const kit::SourceSpec&), const std::string& spec) {
  kit::SourceMade made = make(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return read_once(*made.source, {utc_from_civil(2026, 3, 12), 0});
}

std::string kinds_of(const ReadOnce& got) {
  std::string out;
  for (const Event& event : got.events) out += (out.empty() ? "" : " ") + event.kind;
  return out;
}

TEST_CASE("the Axis A1001's event log and its notification are the same grant") {
  if (samples_absent(kField / "axis-a1001")) return;
  const ReadOnce log = read(make_file, "axis:" + (kField / "axis-a1001/fetch_events_response.json").string());
  const ReadOnce xml = read(make_file, "axis:" + (kField / "axis-a1001/pullpoint_access_granted.xml").string());
  for (const ReadOnce* got : {&log, &xml}) {
    CHECK(got->status.read == 1);
    CHECK(got->status.refused == 0);
    REQUIRE(got->events.size() == 1);
    const Event& e = got->events[0];
    CHECK(e.kind == "access.granted");
    CHECK(e.field("reader.id") == "Axis-00408c184c74:1382951520.315392000");
    CHECK(e.field("credential.id") == "Axis-00408c184c74:1382951567.312696000");
    CHECK(e.field("person.name") == "Axis-00408c184c74:1382951566.633213000");
    CHECK(e.field("AccessPointToken") == "Axis-00408c184c74:1382951520.315392000");
    CHECK(e.field("onvif.topic") == "AccessControl/AccessGranted/Credential");
  }
  CHECK(log.events[0].time == utc_from_civil(2013, 10, 28, 9, 13, 23) + 18'766'000);
  CHECK(log.events[0].field("UUID") == "5581ad80-95b0-11e0-b883-00408c184c74");
  CHECK(xml.events[0].time == utc_from_civil(2013, 10, 28, 9, 13, 23));
}

TEST_CASE("every ONVIF sample gives the events that its document says, or is refused with its reason") {
  if (samples_absent(kField / "onvif")) return;
  struct Expected {
    const char* file;
    const char* kinds;
    const char* refused;  // empty: nothing
  };
  const Expected sample = GENERATE(values<Expected>({
      {"axis/event_instances.xml", "", "GetEventInstancesResponse"},
      {"axis/first_message.xml", "", ""},
      {"axis/motion_guard_init.xml", "", ""},
      {"axis/pir_change.xml", "camera.motion", ""},
      {"axis/pir_init.xml", "", ""},
      {"axis/port_0_init.xml", "", ""},
      {"axis/port_any_init.xml", "", ""},
      {"axis/vmd3_init.xml", "", ""},
      {"axis/vmd4_any_change.xml", "camera.motion", ""},
      {"axis/vmd4_any_init.xml", "", ""},
      {"axis/vmd4_c1p1_change.xml", "camera.motion", ""},
      {"axis/vmd4_c1p2_change.xml", "camera.motion", ""},
      {"spec/DoorControl.xml", "", "kind 'book'"},
      {"tapo/tapo_tapo_cellmotiondetector_person.xml", "camera.object", ""},
      {"tapo/tapo_tapo_cellmotiondetector_vehicle.xml", "camera.object", ""},
      {"tapo/tapo_tapo_intrusion.xml", "camera.object", ""},
      {"tapo/tapo_tapo_line_crossed.xml", "camera.line_crossed", ""},
      {"tapo/tapo_tapo_missing_attributes.xml", "camera.object", ""},
      {"tapo/tapo_tapo_tamper.xml", "camera.tamper", ""},
      {"tapo/tapo_tapo_tpsmartevent_pet.xml", "camera.object", ""},
      {"tapo/tapo_tapo_unknown_type.xml", "other", ""},
      {"transcripts/Pull1_init.resp.xml", "", ""},
      {"transcripts/Pull2_on.resp.xml", "camera.motion", ""},
      {"transcripts/Pull3_off.resp.xml", "camera.motion_end door.rex", ""},
      {"transcripts/Pull4.resp.xml", "", ""},
      {"transcripts/Pull5_sync.resp.xml", "", ""},
      {"transcripts/Pull6_gone.resp.xml", "", "wsrf-rw:ResourceUnknownFault, Resource unknown"},
      {"transcripts/badauth.resp.xml", "", "ter:NotAuthorized, Sender not Authorized"},
      {"transcripts/Pull1_init.req.xml", "", "kind 'PullMessages'"},
      {"transcripts/GetEventProperties.resp.xml", "", "kind 'GetEventPropertiesResponse'"},
      {"transcripts/agsh_PullMessages.template.xml", "", "no XML"},
  }));
  INFO(sample.file);
  const ReadOnce got = read(make_file, "onvif:" + (kField / "onvif" / sample.file).string());
  CHECK(got.status.read == 1);
  CHECK(kinds_of(got) == sample.kinds);
  CHECK(got.status.refused == (sample.refused[0] == '\0' ? 0 : 1));
  CHECK(got.status.problem.find(sample.refused) != std::string::npos);
}

Notice notice_of(const std::string& topic, std::vector<Notice::Item> items) {
  Notice out;
  out.topic = topic;
  out.time = "2026-03-12T22:31:05Z";
  out.operation = Notice::Operation::changed;
  out.source = {{"DoorToken", "D1"}};
  out.data = std::move(items);
  return out;
}

TEST_CASE("each topic of access and door control has its kind, and each reason its word") {
  const auto [topic, item, value, kind, reason] =
      GENERATE(table<std::string, std::string, std::string, std::string, std::string>({
          {"AccessControl/AccessGranted/Anonymous", "", "", "access.granted", ""},
          {"AccessControl/AccessGranted/Anonymous/External", "", "", "access.remote_open", ""},
          {"AccessControl/AccessGranted/Identifier", "", "", "access.granted", ""},
          {"AccessControl/AccessTaken/Credential", "", "", "access.entered", ""},
          {"AccessControl/AccessNotTaken/Credential", "", "", "access.not_taken", ""},
          {"AccessControl/Denied/Credential", "Reason", "CredentialNotEnabled", "access.denied", "not enabled"},
          {"AccessControl/Denied/Credential", "Reason", "CredentialNotActive", "access.denied", "not active"},
          {"AccessControl/Denied/Credential", "Reason", "CredentialExpired", "access.denied", "expired"},
          {"AccessControl/Denied/Credential", "Reason", "InvalidPIN", "access.denied", "invalid PIN"},
          {"AccessControl/Denied/Credential", "Reason", "NotPermittedAtThisTime", "access.denied", "outside schedule"},
          {"AccessControl/Denied/Anonymous", "Reason", "Unauthorized", "access.denied", "not authorised"},
          {"AccessControl/Denied/Credential", "Reason", "SomethingNew", "access.denied", "other"},
          {"AccessControl/Denied/CredentialNotFound/Card", "Card", "88", "access.denied", "credential unknown"},
          {"AccessControl/Duress", "", "", "access.duress", ""},
          {"AccessControl/Request/Timeout", "", "", "other", ""},
          {"Door/State/DoorAlarm", "State", "DoorForcedOpen", "door.forced", ""},
          {"Door/State/DoorAlarm", "State", "DoorOpenTooLong", "door.held", ""},
          {"Door/State/DoorAlarm", "State", "Normal", "door.restored", ""},
          {"Door/State/DoorTamper", "State", "TamperDetected", "door.tamper", ""},
          {"Door/State/DoorTamper", "State", "NotInTamper", "door.restored", ""},
          {"Door/State/DoorFault", "State", "FaultDetected", "door.fault", ""},
          {"Door/State/DoorFault", "State", "NotInFault", "door.restored", ""},
          {"Door/State/DoorMode", "State", "LockedDown", "access.mode", ""},
          {"Door/State/DoorPhysicalState", "State", "Open", "door.opened", ""},
          {"Door/State/DoorPhysicalState", "State", "Closed", "door.closed", ""},
          {"Door/State/LockPhysicalState", "State", "Fault", "door.fault", "lock"},
          {"Door/State/LockPhysicalState", "State", "Locked", "other", ""},
          {"Device/HardwareFailure/PowerSupplyFailure", "Failed", "true", "door.power", "power supply"},
          {"Device/Trigger/DigitalInput", "LogicalState", "true", "door.rex", ""},
          {"Configuration/Door/Changed", "", "", "other", ""},
          {"AccessControl/Denied/Authentication/InvalidPIN", "", "", "access.denied", "invalid PIN"},
          {"AccessControl/Denied/CredentialNotFound/PIN", "PIN", "4711", "access.denied", "credential unknown"},
          {"Credential/State/ApbViolation", "ApbViolation", "true", "access.passback", ""},
          {"Credential/State/ApbViolation", "ApbViolation", "false", "other", ""},
          {"Door/State/DoorWarning", "State", "1", "other", ""},
          {"Door/Status/BatteryAlarm", "Active", "1", "door.fault", "battery"},
          {"Door/Status/LockJammed", "Active", "1", "door.fault", "lock"},
          {"Door/Status/LockJammed", "Active", "0", "door.restored", "lock"},
          {"IdPoint/Tampering", "Tampering", "1", "door.tamper", "tamper"},
          {"IdPoint/Request/REX", "", "", "door.rex", ""},
          {"IdPoint/Request/IdData", "Card", "1234", "access.read", ""},
          {"RemoteDevice/Connection/Status", "Status", "0", "device.offline", ""},
          {"Device/HardwareFailure/TemperatureCritical", "Critical", "true", "device.fault", "temperature"},
          {"Device/HardwareFailure/FanFailure", "Failed", "true", "device.fault", "hardware"},
          {"Device/Casing/Open", "Open", "1", "device.tamper", ""},
          {"Device/Network/Lost", "lost", "1", "device.fault", "network"},
          {"EventLogger/DroppedEvents", "DroppedEvents", "7", "device.fault", "communication"},
      }));
  INFO(topic << " " << value);
  Notice notice = notice_of(topic, {{item, value}});
  std::optional<Event> event = event_of(notice, Role::access, 0);
  REQUIRE(event);
  CHECK(event->kind == kind);
  CHECK(event->field("reason") == reason);
  CHECK(event->field("door.id") == "D1");
  CHECK(event->time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  if (kind == "access.mode") CHECK(event->field("mode") == value);
  // At the beginning of a subscription only what is wrong is news.
  notice.operation = Notice::Operation::initialized;
  const bool wrong = kind == "door.forced" || kind == "door.held" || kind == "door.tamper" || kind == "door.fault";
  if (topic.starts_with("Door/")) CHECK(bool(event_of(notice, Role::access, 0)) == wrong);
}

TEST_CASE("who showed what is no credential's token is named by what was shown, but a PIN is nowhere") {
  const std::string topic = GENERATE("AccessControl/AccessGranted/Identifier", "AccessControl/Denied/Identifier");
  const Event card = *event_of(
      notice_of(topic, {{"IdentifierType", "pt:Card"}, {"FormatType", "WIEGAND26"}, {"IdentifierValue", "00A1B2C3"}}),
      Role::access, 0);
  CHECK(card.field("credential.id") == "00A1B2C3");
  CHECK(card.field("FormatType") == "WIEGAND26");
  for (const Notice& notice :
       {notice_of(topic, {{"IdentifierType", "pt:PIN"}, {"IdentifierValue", "4711"}}),
        notice_of("AccessControl/Denied/CredentialNotFound/PIN", {{"PIN", "4711"}, {"Value", "4711"}}),
        notice_of("IdPoint/Request/PIN", {{"Digits", "4711"}}),
        notice_of("IdPoint/Request/IdData", {{"Card", "1234"}, {"PIN", "4711"}})}) {
    INFO(notice.topic);
    const Event event = *event_of(notice, Role::access, 0);
    CHECK(event.field("door.id") == "D1");
    for (const Field& field : event.fields) CHECK(field.value.find("4711") == std::string::npos);
  }
}

TEST_CASE("the answer of Axis' event logger is read as XML too, and its alarms") {
  const std::vector<Notice> notices = *read_notices(
      R"(<axlog:FetchEventsResponse xmlns:axlog="http://www.axis.com/vapix/ws/EventLogger"><axlog:Event token="t1">)"
      R"(<axlog:rowid>76</axlog:rowid><axlog:UUID>u1</axlog:UUID><axlog:UtcTime>2026-03-12T22:31:05Z</axlog:UtcTime>)"
      R"(<axlog:KeyValues><axlog:Key>topic1</axlog:Key><axlog:Value>State</axlog:Value></axlog:KeyValues>)"
      R"(<axlog:KeyValues><axlog:Key>topic2</axlog:Key><axlog:Value>DoorAlarm</axlog:Value></axlog:KeyValues>)"
      R"(<axlog:KeyValues><axlog:Key>topic0</axlog:Key><axlog:Value>Door</axlog:Value></axlog:KeyValues>)"
      R"(<axlog:KeyValues><axlog:Key>DoorToken</axlog:Key><axlog:Value>D7</axlog:Value><axlog:Tags>onvif-source)"
      R"(</axlog:Tags></axlog:KeyValues><axlog:KeyValues><axlog:Key>State</axlog:Key><axlog:Value>DoorForcedOpen)"
      R"(</axlog:Value><axlog:Tags>onvif-data</axlog:Tags></axlog:KeyValues></axlog:Event><axlog:More>false)"
      R"(</axlog:More></axlog:FetchEventsResponse>)");
  REQUIRE(notices.size() == 1);
  const Event event = *event_of(notices[0], Role::access, 0);
  CHECK(event.kind == "door.forced");
  CHECK(event.field("door.id") == "D7");
  CHECK(event.field("UUID") == "u1");
  CHECK(event.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  std::vector<Error> broken;
  const Result<std::vector<Notice>> alarms = read_axis_log(
      R"({"Alarm":[{"token":"t","UtcTime":"2026-03-12T22:31:05Z","KeyValues":[{"Key":"topic0","Value":"AccessControl"},)"
      R"({"Key":"topic1","Value":"Duress","Tags":[]}]}]})",
      broken);
  REQUIRE(alarms);
  REQUIRE(alarms->size() == 1);
  CHECK(event_of(alarms->front(), Role::access, 0)->kind == "access.duress");
}

TEST_CASE("A recorder tells of what it does not record: a job in error, and every pause where it is to record always") {
  const auto kind = [](const char* topic, const char* item, const char* value, Recording recording) {
    return event_of(notice_of(topic, {{item, value}}), Role::camera, 0, false, recording)->kind;
  };
  for (const Recording recording : {Recording::on_events, Recording::always}) {
    CHECK(kind("RecordingConfig/JobState", "State", "Error", recording) == "camera.recording_gap");
    CHECK(kind("RecordingConfig/JobState", "State", "Active", recording) == "camera.recorded");
    CHECK(kind("RecordingConfig/JobState", "State", "PartiallyActive", recording) == "other");
    CHECK(kind("RecordingHistory/Recording/State", "IsRecording", "true", recording) == "camera.recorded");
    const bool always = recording == Recording::always;
    const std::string pause = always ? "camera.recording_gap" : "other";
    CHECK(kind("RecordingConfig/JobState", "State", "Idle", recording) == pause);
    CHECK(kind("RecordingHistory/Recording/State", "IsRecording", "false", recording) == pause);
    // At the beginning of a subscription a gap is news, and what is as it should be is not.
    Notice stands = notice_of("RecordingHistory/Recording/State", {{"IsRecording", "false"}});
    stands.operation = Notice::Operation::initialized;
    CHECK(bool(event_of(stands, Role::camera, 0, false, recording)) == always);
    stands = notice_of("RecordingConfig/JobState", {{"State", "Active"}});
    stands.operation = Notice::Operation::initialized;
    CHECK_FALSE(event_of(stands, Role::camera, 0, false, recording));
    CHECK(event_of(stands, Role::camera, 0, true, recording)->kind == "camera.recorded");
  }
  const Event gap = *event_of(notice_of("RecordingConfig/JobState", {{"State", "Error"}}), Role::camera, 0);
  CHECK(lasting(gap));
  CHECK(gap.field("reason") == "recorder");
  // A camera's power supply is no door's.
  CHECK(event_of(notice_of("Device/HardwareFailure/PowerSupplyFailure", {{"Failed", "true"}}), Role::camera, 0)->kind ==
        "device.fault");
}

TEST_CASE("what cameras say has its kind, at its beginning and at its end") {
  const auto [topic, item, begins, object,
              ends] = GENERATE(table<std::string, std::string, std::string, std::string, std::string>({
      {"VideoSource/MotionAlarm", "State", "camera.motion", "", "camera.motion_end"},
      {"RuleEngine/CellMotionDetector/Motion", "IsMotion", "camera.motion", "", "camera.motion_end"},
      {"RuleEngine/FieldDetector/ObjectsInside", "IsInside", "camera.object", "", "camera.motion_end"},
      {"RuleEngine/MyRuleDetector/PeopleDetect", "State", "camera.object", "person", "camera.motion_end"},
      {"RuleEngine/MyRuleDetector/VehicleDetect", "State", "camera.object", "vehicle", "camera.motion_end"},
      {"RuleEngine/LoiteringDetector/ObjectIsLoitering", "State", "camera.loitering", "", "camera.motion_end"},
      {"VideoSource/GlobalSceneChange/ImagingService", "State", "camera.moved", "", "camera.restored"},
      {"VideoSource/ImageTooDark/AnalyticsService", "State", "camera.dark", "", "camera.restored"},
      {"VideoSource/ImageTooBlurry/AnalyticsService", "State", "camera.blurred", "", "camera.restored"},
      {"VideoSource/SignalLoss", "State", "camera.offline", "", "camera.online"},
      {"Device/Trigger/DigitalInput", "LogicalState", "device.alarm", "", "device.normal"},
      {"Device/Tampering", "Tampering", "camera.tamper", "", "camera.restored"},
      // What makers have of their own, and what each calls its item.
      {"RuleEngine/MotionRegionDetector/Motion", "State", "camera.motion", "", "camera.motion_end"},
      {"RuleEngine/CellMotionDetector/Motion", "Value", "camera.motion", "", "camera.motion_end"},
      {"VideoSource/MotionAlarm", "MotionAlarmState", "camera.motion", "", "camera.motion_end"},
      {"VideoSource/MotionDetection", "State", "camera.motion", "", "camera.motion_end"},
      {"VideoAnalytics/MotionDetection", "State", "camera.motion", "", "camera.motion_end"},
      {"RuleEngine/VMD3/vmd3_video_1", "active", "camera.motion", "", "camera.motion_end"},
      {"CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1", "active", "camera.object", "",
       "camera.motion_end"},
      {"CameraApplicationPlatform/FenceGuard/Camera1Profile1", "active", "camera.object", "", "camera.motion_end"},
      {"CameraApplicationPlatform/LoiteringGuard/Camera1Profile1", "active", "camera.loitering", "",
       "camera.motion_end"},
      {"RuleEngine/CellMotionDetector/People", "IsPeople", "camera.object", "person", "camera.motion_end"},
      {"RuleEngine/PeopleDetector/People", "IsPeople", "camera.object", "person", "camera.motion_end"},
      {"RuleEngine/TPSmartEventDetector/TPSmartEvent", "IsVehicle", "camera.object", "vehicle", "camera.motion_end"},
      {"RuleEngine/CellMotionDetector/TpSmartEvent", "IsPet", "camera.object", "animal", "camera.motion_end"},
      {"RuleEngine/CellMotionDetector/Intrusion", "IsIntrusion", "camera.object", "", "camera.motion_end"},
      {"RuleEngine/MyRuleDetector/FaceDetect", "State", "camera.object", "person", "camera.motion_end"},
      {"RuleEngine/MyRuleDetector/Visitor", "State", "camera.object", "person", "camera.motion_end"},
      {"RuleEngine/MyRuleDetector/DogCatDetect", "State", "camera.object", "animal", "camera.motion_end"},
      {"RuleEngine/MyRuleDetector/Package", "State", "camera.object", "package", "camera.motion_end"},
      {"UserAlarm/IVA/HumanShapeDetect", "State", "camera.object", "person", "camera.motion_end"},
      {"VideoAnalytics/FaceDetection", "State", "camera.object", "person", "camera.motion_end"},
      {"RuleEngine/IvaRule/EnterRegion", "Detected", "camera.object", "", "camera.motion_end"},
      {"VideoSource/ImageTooBright/ImagingService", "State", "camera.dark", "", "camera.restored"},
      {"VideoSource/Tampering", "tampering", "camera.tamper", "", "camera.restored"},
      {"VideoAnalytics/Tampering", "State", "camera.tamper", "", "camera.restored"},
      {"RuleEngine/TamperDetector/Tamper", "IsTamper", "camera.tamper", "", "camera.restored"},
      {"VideoSource/VideoLoss", "Value", "camera.offline", "", "camera.online"},
      {"Device/HardwareFailure/StorageFailure", "Failed", "device.fault", "", "device.restored"},
      {"Device/HardwareFailure/FanFailure", "State", "device.fault", "", "device.restored"},
      {"Device/IO/VirtualPort", "state", "device.alarm", "", "device.normal"},
  }));
  INFO(topic);
  const std::optional<Event> begun = event_of(notice_of(topic, {{item, "true"}}), Role::camera, 0);
  const std::optional<Event> over = event_of(notice_of(topic, {{item, "false"}}), Role::camera, 0);
  REQUIRE(begun);
  REQUIRE(over);
  CHECK(begun->kind == begins);
  CHECK(begun->field("object") == object);
  CHECK(begun->logsource.category == "camera");
  CHECK(over->kind == ends);
  CHECK(lasting(*begun) == (begins != "camera.loitering"));
  for (const char* const yes : {"1", "True", "TRUE", "active"})
    CHECK(event_of(notice_of(topic, {{item, yes}}), Role::camera, 0)->kind == begins);
  CHECK(event_of(notice_of(topic, {{item, "0"}}), Role::camera, 0)->kind == ends);
  CHECK_FALSE(lasting(*over));
  // At the beginning of a subscription a picture that is wrong is news, and that something moves is not.
  Notice stands = notice_of(topic, {{item, "true"}});
  stands.operation = Notice::Operation::initialized;
  CHECK(bool(event_of(stands, Role::camera, 0)) ==
        (ends == "camera.restored" || ends == "camera.online" || ends == "device.restored"));
  CHECK(event_of(stands, Role::camera, 0, true));
}

TEST_CASE("a number plate is a vehicle's; a line is crossed without an end") {
  const std::optional<Event> plate =
      event_of(notice_of("RuleEngine/Recognition/LicensePlate", {{"PlateNumber", "AB-12"}}), Role::camera, 0);
  REQUIRE(plate);
  CHECK(plate->kind == "camera.object");
  CHECK(plate->field("object") == "vehicle");
  CHECK(plate->field("license_plate") == "AB-12");
  CHECK(event_of(notice_of("RuleEngine/LineDetector/Crossed", {{"ObjectId", "5"}}), Role::camera, 0)->kind ==
        "camera.line_crossed");
  CHECK(event_of(notice_of("RuleEngine/CellMotionDetector/LineCross", {{"IsLineCross", "true"}}), Role::camera, 0)
            ->kind == "camera.line_crossed");
}

TEST_CASE("what is no yes or no, and what is no camera's sight, is told as what it is") {
  for (const auto& [topic, item, value] : {std::tuple{"RuleEngine/CountAggregation/Counter", "Count", "1"},
                                           {"Monitoring/ProcessorUsage", "Value", "1"},
                                           {"Monitoring/OperatingTime/LastReboot", "Status", "2026-03-12T22:31:05Z"},
                                           {"VideoSource/LiveStreamAccessed", "accessed", "1"},
                                           {"VideoSource/DayNightVision", "day", "1"},
                                           {"Device/Trigger/Relay", "LogicalState", "active"},
                                           {"AudioAnalytics/Audio/DetectedSound", "IsSoundDetected", "true"},
                                           {"RuleEngine/CellMotionDetector/TpSmartEvent", "IsNothingKnown", "true"},
                                           {"VideoSource/MotionAlarm", "Level", "17"},
                                           {"RuleEngine/FieldDetector/ObjectsInside", "ObjectId", "1"}}) {
    INFO(topic);
    const std::optional<Event> event = event_of(notice_of(topic, {{item, value}}), Role::camera, 0);
    REQUIRE(event);
    CHECK(event->kind == "other");
    CHECK(event->field(item) == value);
  }
}

TEST_CASE("documents that are hostile or of another kind are refused") {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "<a>";
  CHECK_FALSE(read_notices(deep));
  CHECK_FALSE(read_notices(""));
  CHECK_FALSE(read_notices("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"));
  std::vector<Error> broken;
  CHECK_FALSE(read_axis_log("{", broken));
  CHECK_FALSE(read_axis_log("{\"Event\": 5}", broken));
  CHECK(read_axis_log("{\"Event\": [{}, {\"KeyValues\": []}]}", broken)->empty());
  CHECK(broken.size() == 2);
}

TEST_CASE("a source without a file is said to be none") {
  CHECK(problems_of(make_file(*kit::parse_source_spec("onvif:"))).find("needs a file or an address") !=
        std::string::npos);
}

}  // namespace
}  // namespace wf::onvif
