// Controllers on the network, from what they say. The samples were compared with their documents by eye; what is
// expected of each stands here.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>

#include "agents/access/uhppote.hpp"
#include "agents/access/uhppote_packet.hpp"
#include "agents/access/unifi.hpp"
#include "agents/access/unifi_event.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/document_framing.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access {
namespace {

namespace fs = std::filesystem;
using namespace wf::test;

const fs::path kField = fs::path(WF_SHARED_DATA) / "field";

bool samples_absent(const fs::path& folder) {
  if (fs::exists(folder)) return false;
  std::cout << folder << " is absent: its samples are not read\n";
  return true;
}

ReadOnce read(kit::SourceMade (*make)(const kit::SourceSpec&), const std::string& spec) {
  kit::SourceMade made = make(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return read_once(*made.source, {utc_from_civil(2026, 3, 12), 0});
}

/// A packet as a controller sends it.
struct Packet {
  std::uint32_t serial = 423187757, index = 1, card = 6154410;
  std::uint8_t type = 1, granted = 1, door = 3, direction = 1, reason = 1;
  std::string time = "\x20\x26\x03\x12\x22\x31\x05";

  [[nodiscard]] std::string bytes() const {
    std::string out(kUhppoteSize, '\0');
    out[0] = 0x17;
    out[1] = 0x20;
    const auto put = [&](std::size_t at, std::uint32_t value) {
      for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(value >> (8 * i));
    };
    put(4, serial);
    put(8, index);
    out[12] = static_cast<char>(type);
    out[13] = static_cast<char>(granted);
    out[14] = static_cast<char>(door);
    out[15] = static_cast<char>(direction);
    put(16, card);
    out.replace(20, 7, time);
    out[27] = static_cast<char>(reason);
    return out;
  }
};

Event event_of(const Packet& packet) {
  kit::Zone utc;
  const Result<UhppotePacket> parsed = parse_uhppote(packet.bytes());
  if (!parsed) FAIL(parsed.error().text());
  std::optional<Event> event = uhppote_event(*parsed, utc, 7);
  REQUIRE(event);
  return std::move(*event);
}

TEST_CASE("the UHPPOTE sample is the refusal that its document says") {
  const fs::path file = kField / "uhppote/events_udp.json";
  if (samples_absent(file)) return;
  const ReadOnce got = read(make_uhppote, "uhppote:" + file.string() + ",tz=UTC");
  CHECK(got.status.read == 1);
  CHECK(got.status.refused == 0);
  REQUIRE(got.events.size() == 1);
  const Event& e = got.events[0];
  CHECK(e.kind == "access.denied");
  CHECK(e.field("reason") == "not authorised");
  CHECK(e.time == utc_from_civil(2019, 4, 19, 17, 0, 9));
  CHECK(e.field("serial_number") == "423187757");
  CHECK(e.field("event_index") == "57");
  CHECK(e.field("type") == "1");
  CHECK(e.field("granted") == "false");
  CHECK(e.field("door") == "3");
  CHECK(e.field("direction") == "in");
  CHECK(e.field("card") == "6154410");
  CHECK(e.field("reason_code") == "6");
  CHECK(e.field("device.id") == "423187757");
  CHECK(e.field("door.id") == "423187757-3");
  CHECK(e.field("reader.id") == "423187757-3-in");
  CHECK(e.field("credential.id") == "6154410");
}

TEST_CASE("each reason of a UHPPOTE controller has its kind") {
  const auto [number, kind, reason] = GENERATE(table<int, std::string, std::string>({
      {1, "access.granted", ""},
      {5, "access.denied", "other"},
      {6, "access.denied", "not authorised"},
      {7, "access.denied", "invalid PIN"},
      {8, "access.passback", ""},
      {9, "access.denied", "other"},
      {11, "access.denied", "blocked"},
      {12, "access.interlock", ""},
      {15, "access.denied", "outside schedule"},
      {18, "access.denied", "other"},
      {20, "door.rex", ""},
      {23, "door.opened", ""},
      {24, "door.closed", ""},
      {25, "access.granted", "supervisor password"},
      {28, "device.fault", "power on"},
      {32, "door.fault", "communication"},
      {33, "access.interlock", ""},
      {34, "access.duress", ""},
      {37, "door.held", ""},
      {38, "door.forced", ""},
      {39, "fire.release", ""},
      {42, "intrusion.alarm", ""},
      {43, "intrusion.holdup", ""},
      {44, "access.remote_open", ""},
      {45, "access.remote_open", ""},
      {2, "access.granted", ""},
      {4, "access.granted", ""},
      {14, "access.denied", "other"},
      {16, "access.denied", "other"},
      {19, "access.denied", "other"},
      {21, "door.rex", ""},
      {26, "access.mode", "supervisor password"},
      {30, "access.denied", "other"},
      {35, "access.duress", ""},
      {40, "access.mode", ""},
      {46, "other", ""},
      {200, "other", ""},
  }));
  Packet packet;
  packet.reason = static_cast<std::uint8_t>(number);
  const Event event = event_of(packet);
  INFO(number);
  CHECK(event.kind == kind);
  CHECK(event.field("reason") == reason);
  CHECK((event.kind == "other" || kit::find_kind(event.kind) != nullptr));
}

TEST_CASE("a swipe that did not open the door is a refusal; a button is no badge") {
  Packet packet;
  packet.granted = 0;
  CHECK(event_of(packet).kind == "access.denied");
  CHECK(event_of(packet).field("reason") == "other");
  packet.type = 2;
  packet.reason = 20;
  packet.card = 3;
  CHECK(event_of(packet).field("credential.id").empty());
}

TEST_CASE("a controller's clock is local; what is no event or no packet is none") {
  kit::Zone amsterdam = *kit::Zone::find("Europe/Amsterdam", "test");
  const UhppotePacket packet = *parse_uhppote(Packet().bytes());
  CHECK(uhppote_event(packet, amsterdam, 7)->time == utc_from_civil(2026, 3, 12, 21, 31, 5));
  for (const std::uint8_t type : {std::uint8_t{0}, std::uint8_t{255}}) {
    Packet none;
    none.type = type;
    CHECK_FALSE(uhppote_event(*parse_uhppote(none.bytes()), amsterdam, 7));
  }
  Packet empty;
  empty.index = 0;
  empty.time = std::string(7, '\0');
  CHECK_FALSE(uhppote_event(*parse_uhppote(empty.bytes()), amsterdam, 7));
  CHECK_FALSE(parse_uhppote(Packet().bytes().substr(1)));
  CHECK_FALSE(parse_uhppote(std::string(64, '\0')));
}

TEST_CASE("an event of a controller whose clock is not set counts: it happened when it came") {
  const std::string time =
      GENERATE(std::string("\x20\x26\x13\x12\x22\x31\x05"), std::string("\x20\x2A\x03\x12\x22\x31\x05"),
               std::string("\x20\x20\0\0\0\0\0", 7), std::string("\xA0\x26\x03\x12\x22\x31\x05"));
  Packet packet;
  packet.reason = 39;
  packet.time = time;
  const Event event = event_of(packet);
  CHECK(event.kind == "fire.release");
  CHECK(event.time == 7);
  CHECK(event.field("clock") == "not set");
}

TEST_CASE("a card's event bears the card though the controller calls it one of the door") {
  Packet packet;
  packet.type = 2;
  packet.card = 10058400;
  const Event event = event_of(packet);
  CHECK(event.kind == "access.granted");
  CHECK(event.field("credential.id") == "10058400");
  CHECK(event.field("reader.id") == "423187757-3-in");
}

TEST_CASE("an event of a controller's log that somebody asked for is read like one that it sent") {
  std::string bytes = Packet().bytes();
  bytes[1] = static_cast<char>(0xB0);
  const Result<UhppotePacket> packet = parse_uhppote(bytes);
  REQUIRE(packet);
  CHECK(packet->index == 1);
  CHECK(packet->card == 6154410);
}

/// Sends datagrams to a listener and lets it read them.
struct Wire {
  explicit Wire(const std::string& options = "") : options_(options) {
    const Result<kit::Descriptor> free = kit::listen_on("127.0.0.1", 0, SOCK_DGRAM, "test");
    REQUIRE(free);
    port_ = kit::port_of(*free);
  }
  void start(const std::string& position = "") {
    source.reset();
    kit::SourceMade made =
        make_uhppote(*kit::parse_source_spec("uhppote:127.0.0.1:" + std::to_string(port_) + ",tz=UTC" + options_));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    CHECK(source->check().empty());
    REQUIRE(source->start(position, false, {}));
    REQUIRE(source->status().state == "running");
  }
  void send(const std::string& bytes) {
    const kit::Descriptor socket(::socket(AF_INET, SOCK_DGRAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::sendto(socket.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to) ==
            static_cast<ssize_t>(bytes.size()));
    const std::uint64_t before = source->status().read;
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (source->status().read == before && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      ::poll(fds.data(), fds.size(), 20);
      (void)source->step(sink, {0, mono});
    }
    REQUIRE(source->status().read == before + 1);
  }

  std::unique_ptr<kit::Source> source;
  Collected sink;
  std::int64_t mono = 1000 * kSecond;

 private:
  std::string options_;
  std::uint16_t port_ = 0;
};

TEST_CASE("a controller's datagrams are heard; one that comes twice is reported once, one that is missing is said") {
  Wire wire;
  wire.start();
  Packet packet;
  packet.index = 57;
  wire.send(packet.bytes());
  wire.send(packet.bytes());
  REQUIRE(wire.sink.events.size() == 1);
  CHECK(wire.sink.events[0].kind == "access.granted");
  CHECK(wire.sink.events[0].field("src.ip") == "127.0.0.1");
  packet.index = 58;
  wire.send(packet.bytes());
  CHECK(wire.sink.events.size() == 2);
  // Over a restart too.
  wire.start(wire.source->position());
  wire.send(packet.bytes());
  CHECK(wire.sink.events.size() == 2);
  packet.index = 62;
  wire.send(packet.bytes());
  REQUIRE(wire.sink.events.size() == 4);
  CHECK(wire.sink.events[2].kind == "device.fault");
  CHECK(wire.sink.events[2].field("count") == "3");
  CHECK(wire.sink.events[2].field("message") ==
        "Controller 423187757: events 59 to 61 did not arrive; they stand in its own log");
  // A controller that was emptied begins anew.
  packet.index = 1;
  wire.send(packet.bytes());
  CHECK(wire.sink.events.size() == 5);
  wire.send(packet.bytes() + "x");
  wire.send("hello");
  wire.send("");
  CHECK(wire.source->status().refused == 3);
  CHECK(wire.source->status().state == "running");
  CHECK_FALSE(wire.source->can_wait());
}

TEST_CASE("a controller that is not named is refused and said once a minute") {
  Wire wire(",controllers=423187757+5");
  wire.start();
  Packet packet;
  packet.serial = 666;
  wire.send(packet.bytes());
  wire.send(packet.bytes());
  REQUIRE(wire.sink.events.size() == 1);
  CHECK(wire.sink.events[0].kind == "device.refused");
  CHECK(wire.sink.events[0].field("device.id") == "666");
  packet.serial = 423187757;
  wire.send(packet.bytes());
  CHECK(wire.sink.events.back().kind == "access.granted");
  wire.mono += 60 * kSecond;
  packet.index = 2;
  wire.send(packet.bytes());
  CHECK(wire.sink.events.size() == 4);
  CHECK(wire.sink.events[2].field("count") == "1");
}

TEST_CASE("any number of controllers takes no more memory than that of some") {
  Wire wire;
  wire.start();
  Packet packet;
  for (std::uint32_t i = 0; i < 600; ++i) {
    packet.serial = 1000 + i;
    wire.send(packet.bytes());
  }
  CHECK(wire.sink.events.size() == 600);
  CHECK(wire.source->position().size() < 256 * 8);
}

TEST_CASE("what is wrong with a uhppote source is said") {
  for (const auto& [spec, why] :
       {std::pair{"uhppote:", "needs a file or an address"}, std::pair{"uhppote:0.0.0.0:60001,tz=Nowhere", "Nowhere"},
        std::pair{"uhppote:0.0.0.0:60001,controllers=x", "'x' is no serial number"},
        std::pair{"uhppote:/tmp/file,controllers=5", "for a listener"},
        std::pair{"uhppote:/tmp/file,map=x", "no option 'map'"}})
    CHECK(problems_of(make_uhppote(*kit::parse_source_spec(spec))).find(why) != std::string::npos);
}

TEST_CASE("the recorded messages of UniFi Protect give the events that stand in them") {
  if (samples_absent(kField / "unifi-protect")) return;
  const ReadOnce got = read(make_unifi, "unifi:" + (kField / "unifi-protect/sample_ws_messages.json").string());
  CHECK(got.status.read == 131);
  CHECK(got.status.refused == 0);
  std::map<std::string, int> kinds;
  for (const Event& event : got.events) ++kinds[event.kind + " " + std::string(event.field("type"))];
  CHECK(kinds == std::map<std::string, int>{{"camera.motion motion", 5},
                                            {"camera.motion_end motion", 2},
                                            {"camera.object smartDetectZone", 3},
                                            {"door.opened sensorOpened", 3},
                                            {"door.closed sensorClosed", 1},
                                            {"access.mode doorlockOpened", 1},
                                            {"other sensorMotion", 4},
                                            {"other lightMotion", 1},
                                            {"other ring", 1}});
  const auto lock = std::find_if(got.events.begin(), got.events.end(),
                                 [](const Event& event) { return event.kind == "access.mode"; });
  CHECK(lock->field("door.id") == "61eeeeef03de9d03e700c532");
  CHECK(lock->field("message") == "A lock was opened: Garage Front Door Lock");
  CHECK(lock->time == 1'643'055'802'893 * kMillisecond);
  const ReadOnce life = read(make_unifi, "unifi:" + (kField / "unifi-protect/smartdetect_lifecycle.json").string());
  CHECK(life.status.read == 5);
  CHECK(life.status.refused == 0);
  REQUIRE(life.events.size() == 1);
  CHECK(life.events[0].kind == "camera.object");
  CHECK(life.events[0].field("object") == "person");
  CHECK(life.events[0].field("camera.id") == "aabbccddeeff00112233aabb");
  CHECK(life.events[0].time == 1'735'690'000'000 * kMillisecond);
  const ReadOnce camera = read(make_unifi, "unifi:" + (kField / "unifi-protect/sample_camera.json").string());
  CHECK(camera.events.empty());
  CHECK(camera.status.refused == 1);
  CHECK(camera.status.problem.find("no message of UniFi") != std::string::npos);
}

TEST_CASE("UniFi Access says who was let in, who was not, and what became of the door") {
  UnifiReader reader;
  const auto one = [&](const char* json) {
    Result<UnifiReader::Read> read = reader.read(json, 7);
    if (!read) FAIL(read.error().text());
    REQUIRE(read->events.size() == 1);
    return std::move(read->events[0]);
  };
  const Event granted =
      one(R"({"event":"access.logs.add","data":{"_source":{"actor":{"id":"u1","display_name":"M. Novak"},)"
          R"("authentication":{"credential_provider":"NFC"},"event":{"published":1770000000000,"result":"ACCESS"},)"
          R"("target":[{"type":"UAH","id":"h"},{"type":"door","id":"d1","display_name":"Main"}]}}})");
  CHECK(granted.kind == "access.granted");
  CHECK(granted.field("door.id") == "d1");
  CHECK(granted.field("person.name") == "M. Novak");
  CHECK(granted.field("auth.method") == "NFC");
  CHECK(granted.time == 1'770'000'000'000 * kMillisecond);
  CHECK(granted.field("message") == "Access granted: Main");
  const Event denied = one(R"({"event":"access.logs.add","data":{"_source":{"event":{"result":"BLOCKED"}}}})");
  CHECK(denied.kind == "access.denied");
  CHECK(denied.field("reason") == "other");
  CHECK(denied.time == 7);
  CHECK(one(R"({"event":"access.data.device.remote_unlock","data":{"unique_id":"d1","name":"Main"}})").kind ==
        "access.remote_open");
  CHECK(
      one(R"({"event":"access.device.dps_status","data":{"location":{"id":"d1"},"object":{"status":"open"}}})").kind ==
      "door.opened");
  CHECK(one(R"({"event":"access.door.unlock","data":{"location":{"id":"d1"},"object":{"result":"Access Denied"}}})")
            .kind == "access.denied");
  CHECK(one(R"({"event":"something.new","data":{}})").kind == "other");
  for (const char* bad : {"", "[]", "{}", "{\"event\":5}", "5", "{\"a\":{\"b\":1}}"}) CHECK_FALSE(reader.read(bad, 0));
}

/// What a reader makes of one document: "kind reason message" of each event.
std::vector<std::string> unifi(UnifiReader& reader, const std::string& json) {
  Result<UnifiReader::Read> read = reader.read(json, 7);
  if (!read) FAIL(read.error().text());
  CHECK(read->broken.empty());
  std::vector<std::string> out;
  for (const Event& event : read->events) {
    std::string line = event.kind;
    for (const char* name : {"reason", "mode", "direction", "door.id", "credential.id", "person.name"})
      if (const std::string_view value = event.field(name); !value.empty())
        line += " " + std::string(name) + "=" + std::string(value);
    out.push_back(line);
  }
  return out;
}
using Said = std::vector<std::string>;

/// An entry of UniFi Access' log.
std::string log_entry(const std::string& type, const std::string& result, const std::string& method,
                      const std::string& said = "", const std::string& person = "M. Novak") {
  return R"({"@timestamp":"2026-03-12T22:31:05Z","_id":"1","_source":{"actor":{"id":"","display_name":")" + person +
         R"("},"authentication":{"credential_provider":")" + method + R"(","issuer":"04AB12CD"},"event":{"type":")" +
         type + R"(","result":")" + result + R"(","display_message":")" + said +
         R"(","reason":""},"target":[{"type":"UAH","id":"h1","display_name":"Hub"},{"type":"device_config",)" +
         R"("id":"door_entry_method","display_name":"exit"},{"type":"door","id":"d1","display_name":"Main"}]},"tag":"access"})";
}

TEST_CASE("the log of UniFi Access is read as its interface answers and as it is sent on") {
  UnifiReader reader;
  const std::string card = log_entry("access.door.unlock", "ACCESS", "NFC", "Access Granted (NFC)");
  const Said granted{"access.granted direction=out door.id=d1 credential.id=04AB12CD person.name=M. Novak"};
  CHECK(unifi(reader, R"({"code":"SUCCESS","data":{"hits":[)" + card + R"(],"page":1,"total":1}})") == granted);
  CHECK(unifi(reader, card) == granted);
  CHECK(unifi(reader, R"({"event":"access.logs.add","data":)" + card + "}") == granted);
  const auto of = [&](const std::string& entry) { return unifi(reader, entry).at(0); };
  CHECK(of(log_entry("access.door.unlock", "BLOCKED", "NFC", "Access Denied / Unknown (NFC)", "N/A")) ==
        "access.denied reason=credential unknown direction=out door.id=d1 credential.id=04AB12CD");
  CHECK(of(log_entry("access.door.unlock", "BLOCKED", "PIN_CODE", "Access Denied / Invalid PIN")) ==
        "access.denied reason=invalid PIN direction=out door.id=d1 person.name=M. Novak");
  CHECK(of(log_entry("access.door.unlock", "ACCESS", "REMOTE_THROUGH_UAH", "Access Granted (Remote)"))
            .starts_with("access.remote_open "));
  CHECK(of(log_entry("access.door.unlock", "ACCESS", "REX", "Access Granted (REX)", "N/A")).starts_with("door.rex "));
  CHECK(of(log_entry("access.unlock_schedule.deactivate", "ACCESS", "")).starts_with("access.mode mode=locked "));
  CHECK(of(log_entry("access.device.offline", "", "")).starts_with("other "));
  // Older consoles pack what they say into a text.
  CHECK(unifi(reader,
              "{\"event\":\"access.logs.add\",\"data\":\"{\\\"_source\\\":{\\\"event\\\":{\\\"result\\\":"
              "\\\"BLOCKED\\\"}}}\"}") == Said{"access.denied reason=other"});
}

TEST_CASE("what newer consoles say in two ways is one event") {
  UnifiReader reader;
  const std::string insight =
      R"x({"event":"access.logs.insights.add","data":{"event_type":"access.door.unlock","message":"Access Granted (NFC)",)x"
      R"("published":1770000000000,"result":"ACCESS","metadata":{"actor":{"id":"u1","display_name":"M. Novak"},)"
      R"("door":[{"id":"d1","type":"door","display_name":"Main"}],"authentication":{"id":"04AB12CD","display_name":"NFC"}}}})";
  const std::string log =
      R"({"event":"access.logs.add","data":{"_source":{"actor":{"id":"u1","display_name":"M. Novak"},"event":)"
      R"({"type":"access.door.unlock","published":1770000000000,"result":"ACCESS"},"target":[{"type":"door","id":"d1"}]}}})";
  CHECK(unifi(reader, insight) == Said{"access.granted door.id=d1 credential.id=04AB12CD person.name=M. Novak"});
  CHECK(unifi(reader, log).empty());
  UnifiReader other;
  CHECK(unifi(other, log).size() == 1);
  CHECK(unifi(other, insight).empty());
}

TEST_CASE("of the state of UniFi's doors a change is news, what stood when it was first told is not") {
  UnifiReader reader;
  const auto state = [](const std::string& dps, const std::string& emergency) {
    return R"({"event":"access.data.v2.location.update","data":{"id":"d1","location_type":"door","name":"Main","state":)"
           R"({"lock":"locked","dps":")" +
           dps + R"(","emergency":{"software":")" + emergency + R"(","hardware":"none"}}}})";
  };
  CHECK(unifi(reader, state("close", "none")).empty());
  CHECK(unifi(reader, state("open", "none")) == Said{"door.opened door.id=d1"});
  CHECK(unifi(reader, state("open", "none")).empty());
  CHECK(unifi(reader, R"({"event":"access.data.v2.device.update","data":{"id":"h1","location_states":)"
                      R"([{"location_id":"d1","dps":"close"}]}})") == Said{"door.closed door.id=d1"});
  CHECK(unifi(reader, state("close", "evacuation")) == Said{"access.mode mode=evacuation door.id=d1"});
  CHECK(unifi(reader, state("none", "none")) == Said{"access.mode mode=normal door.id=d1"});
  CHECK(unifi(reader, R"({"event":"access.data.setting.update","data":{"evacuation":true,"lockdown":false}})") ==
        Said{"access.mode mode=evacuation"});
  CHECK(unifi(reader, R"({"event":"access.base.info","data":{"top_log_count":1}})").empty());
  CHECK(unifi(reader, R"({"event":"access.device.dps_status","data":{"device":{"location_id":"d1"},"object":)"
                      R"({"status":"close"}}})") == Said{"door.closed door.id=d1"});
}

TEST_CASE("UniFi Protect's events are read as its interface lists them, and those that are told when they are over") {
  UnifiReader reader;
  const auto listed = [](const std::string& type, const std::string& metadata) {
    return R"({"id":"e-)" + type + R"(","modelKey":"event","type":")" + type +
           R"(","start":1770000000000,"end":1770000001000,"camera":null,"metadata":)" + metadata + "}";
  };
  CHECK(unifi(reader, listed("sensorOpened", R"({"sensorId":{"text":"s1"},"sensorName":{"text":"Gate"}})")) ==
        Said{"door.opened door.id=s1"});
  CHECK(unifi(reader, listed("nfcCardScanned", R"({"nfc":{"nfcId":"64B2A621","userId":"u1"}})")) ==
        Said{"access.granted credential.id=64B2A621"});
  CHECK(unifi(reader, listed("fingerprintIdentified", R"({"fingerprint":{"ulpId":null}})")) ==
        Said{"access.denied reason=credential unknown"});
  CHECK(unifi(reader, listed("sensorAlarm", R"({"sensorId":{"text":"s2"},"alarmType":{"text":"smoke"}})")) ==
        Said{"fire.alarm"});
  CHECK(unifi(reader, listed("alarmHubSmoke", "{}")) == Said{"fire.alarm"});
  CHECK(unifi(reader, listed("somethingNew", "{}")) == Said{"other"});
  const std::string over = R"({"type":"update","item":{"id":"e9","modelKey":"event","type":"smartDetectZone",)"
                           R"("start":1770000000000,"end":1770000006000,"device":"c1","smartDetectTypes":["person"]}})";
  CHECK(unifi(reader, over) == Said{"camera.object"});
  CHECK(unifi(reader, over).empty());
  CHECK(unifi(reader,
              R"({"type":"add","item":{"id":"e10","modelKey":"event","type":"smartAudioDetect",)"
              R"("start":1770000000000,"device":"c1","smartDetectTypes":["alrmSmoke"]}})") == Said{"fire.alarm"});
}

TEST_CASE("a console that would have to be asked is said to be none") {
  CHECK(problems_of(make_unifi(*kit::parse_source_spec("unifi:https://10.0.0.9"))).find("asks no UniFi console") !=
        std::string::npos);
}

}  // namespace
}  // namespace wf::access
