// A device of the tests' own is asked as a real one is, with its quirks one by one.
#include "agents/onvif/live_source.hpp"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

#include "agents/kit/clock.hpp"
#include "tests/agents/onvif/device_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/tls_server.hpp"

namespace wf::onvif {
namespace {

using namespace wf::test;
using test::DeviceServer;
using test::Quirks;

constexpr const char* kMotion = "tns1:RuleEngine/CellMotionDetector/Motion";
constexpr const char* kDoor = "tns1:Door/State/DoorAlarm";

/// A source that asks a device, and what it said.
struct Asking {
  explicit Asking(const std::string& address, const std::string& options = "", Role role = Role::camera)
      : role_(role), password_(folder_.write("password", "secret\n")) {
    ::chmod(password_.c_str(), 0600);
    spec_ = "onvif:" + address + ",user=watch,password_file=" + password_ + ",device=cam-1" + options;
    restart("");
  }
  void restart(const std::string& position, bool once = false) {
    source.reset();
    kit::SourceMade made = make_onvif(*kit::parse_source_spec(spec_), role_);
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start(position, once, look()));
  }
  [[nodiscard]] kit::Moment look() const { return {kit::Clock().now(), kit::monotonic_ns() + later}; }
  void turn() {
    source->step(sink, look());
    std::vector<pollfd> fds;
    source->add_fds(fds);
    const std::int64_t left = source->next_wake() - look().mono;
    ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(left / kMillisecond + 1, 0, 20)));
  }
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (!done()) {
      if (std::chrono::steady_clock::now() > end || source->over()) return done();
      turn();
    }
    return true;
  }
  /// Time goes by, and the device answers meanwhile.
  void pass(std::int64_t time) {
    for (const std::int64_t end = later + time; later < end;) {
      later = std::min(later + 16 * kSecond, end);
      const std::uint64_t read = source->status().read;
      REQUIRE(until([&] { return source->status().read > read; }));
    }
  }
  [[nodiscard]] std::string kinds() const {
    std::string out;
    for (const Event& event : sink.events) out += (out.empty() ? "" : " ") + event.kind;
    return out;
  }
  bool hears(const std::string& expected) {
    const bool heard = until([&] { return kinds().size() >= expected.size(); });
    INFO(source->status().state << " " << source->status().problem);
    CHECK(kinds() == expected);
    return heard;
  }

  Collected sink;
  std::unique_ptr<kit::Source> source;
  std::int64_t later = 0;  ///< added to CLOCK_MONOTONIC: time that passes between two turns
  TemporaryFolder folder_;
  Role role_;
  std::string password_, spec_;
};

TEST_CASE("a device's events are heard; what stands when a subscription begins is no news") {
  DeviceServer device;
  device.property(kMotion, "VideoSourceConfigurationToken=1", "IsMotion=true");
  Asking asking(device.url());
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 2; }));
  CHECK(asking.kinds().empty());
  device.say(kMotion, "VideoSourceConfigurationToken=1", "IsMotion=false");
  device.say(kMotion, "VideoSourceConfigurationToken=1", "IsMotion=true");
  asking.hears("camera.motion_end camera.motion");
  const Event& event = asking.sink.events.back();
  CHECK(event.field("camera.id") == "cam-1");
  CHECK(event.field("VideoSourceConfigurationToken") == "1");
  CHECK(event.logsource.category == "camera");
  CHECK(event.source.find("secret") == std::string::npos);
  CHECK(asking.source->status().state == "running");
  CHECK(asking.source->position().find("secret") == std::string::npos);
}

TEST_CASE("each quirk that was seen of devices is met") {
  Quirks quirks;
  SECTION("a wrong user is told as HTTP 400") { quirks.refused_as_400 = true; }
  SECTION("HTTP digest only") { quirks.digest = true; }
  SECTION("the clock wants a login") { quirks.clock_wants_login = true; }
  SECTION("500 without InitialTerminationTime") { quirks.wants_initial_time = true; }
  SECTION("no duration as InitialTerminationTime") { quirks.no_relative_time = true; }
  SECTION("TerminationTime is no date") { quirks.odd_termination = true; }
  SECTION("other prefixes, and addresses as the device believes them to be") { quirks.foreign_names = true; }
  SECTION("the subscription stands in the header") { quirks.reference_parameters = true; }
  SECTION("no capabilities") { quirks.no_capabilities = true; }
  SECTION("an answer at once although there is nothing") { quirks.no_hold = true; }
  SECTION("all that can be together") {
    quirks.clock_wants_login = quirks.wants_initial_time = quirks.no_relative_time = true;
    quirks.odd_termination = quirks.foreign_names = quirks.reference_parameters = quirks.wants_message_id = true;
  }
  DeviceServer device(quirks);
  Asking asking(device.url());
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  device.say("tns1:RuleEngine/LineDetector/Crossed", "VideoSourceConfigurationToken=1", "ObjectId=5");
  asking.hears("camera.line_crossed");
  if (quirks.no_hold) CHECK(device.count("PullMessages") <= 3);
}

TEST_CASE("a lease is renewed, and where that is refused another subscription takes its place") {
  Quirks quirks;
  quirks.wants_message_id = true;
  SECTION("renewed") {}
  // Without a date the lease is what was asked for, by our clock.
  SECTION("refused") { quirks.no_renewal = quirks.odd_termination = true; }
  DeviceServer device(quirks);
  Asking asking(device.url());
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  asking.pass(kMinute);
  REQUIRE(asking.until([&] { return device.count("Renew") >= 1; }));
  asking.pass(kMinute);
  REQUIRE(asking.until([&] { return device.count(quirks.no_renewal ? "CreatePullPointSubscription" : "Renew") >= 2; }));
  CHECK(device.count("CreatePullPointSubscription") == (quirks.no_renewal ? 2 : 1));
  CHECK(device.count("Unsubscribe") == 0);  // it might end those of others
  device.say(kMotion, "Source=1", "State=true");
  CHECK(asking.until([&] { return !asking.sink.events.empty(); }));
}

TEST_CASE("a device that began anew is subscribed to again: what stands as it was told is no news, what changed is") {
  DeviceServer device;
  device.property(kDoor, "DoorToken=D1", "State=Normal");
  Asking asking(device.url(), "", Role::access);
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 2; }));
  device.say(kDoor, "DoorToken=D1", "State=DoorForcedOpen");
  asking.hears("door.forced");
  asking.later = 16 * kSecond;
  device.reboot();
  device.property(kDoor, "DoorToken=D1", "State=DoorForcedOpen");
  REQUIRE(asking.until([&] { return device.count("CreatePullPointSubscription") >= 2; }));
  const int pulled = device.count("PullMessages");
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= pulled + 2; }));
  CHECK(asking.kinds() == "door.forced");
  asking.later = 40 * kSecond;
  device.reboot();
  device.property(kDoor, "DoorToken=D1", "State=Normal");
  asking.hears("door.forced door.restored");
  CHECK(asking.sink.events.back().field("onvif.operation") == "Initialized");
}

TEST_CASE("over a restart the subscription goes on, and what was told is not told again") {
  DeviceServer device;
  Asking asking(device.url(), "", Role::access);
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  device.say(kDoor, "DoorToken=D1", "State=DoorForcedOpen");
  asking.hears("door.forced");
  device.property(kDoor, "DoorToken=D1", "State=DoorForcedOpen");
  const std::string position = asking.source->position();
  asking.restart(position);
  device.say(kDoor, "DoorToken=D2", "State=DoorOpenTooLong");
  asking.hears("door.forced door.held");
  CHECK(device.count("CreatePullPointSubscription") == 1);
  CHECK(device.count("SetSynchronizationPoint") == 1);
  // It was well again while nobody listened.
  device.reboot();
  device.property(kDoor, "DoorToken=D1", "State=Normal");
  asking.restart(position);
  asking.hears("door.forced door.held door.restored");
}

TEST_CASE("a user that is refused is said once and tried seldom, and a new password is taken without a restart") {
  Quirks quirks;
  SECTION("as 401") {}
  SECTION("as 400") { quirks.refused_as_400 = true; }
  SECTION("by HTTP digest") { quirks.digest = true; }
  DeviceServer device(quirks);
  device.set_password("another");
  Asking asking(device.url());
  asking.hears("device.fault");
  CHECK(asking.sink.events[0].field("reason") == "credential");
  CHECK(asking.source->status().state == "waiting");
  CHECK(device.count("GetDeviceInformation") <= 6);
  const int tries = device.count("GetDeviceInformation");
  asking.pass(kMinute);
  CHECK(device.count("GetDeviceInformation") == tries);
  CHECK(asking.kinds() == "device.fault");
  device.set_password("secret");
  asking.pass(5 * kMinute);
  asking.hears("device.fault device.restored");
  CHECK(asking.source->status().state == "running");
}

TEST_CASE("a clock that is wrong is said, is no reason to be refused, and its times are put right") {
  DeviceServer device;
  device.set_clock_ahead(-3600 * kSecond);
  Asking asking(device.url());
  asking.hears("device.fault");
  CHECK(asking.sink.events[0].field("reason") == "clock");
  CHECK(asking.sink.events[0].field("message").find("s behind") != std::string::npos);
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  device.say(kMotion, "Source=1", "State=true");
  asking.hears("device.fault camera.motion");
  const Event& event = asking.sink.events.back();
  CHECK(std::abs(event.time - asking.look().now) < 60 * kSecond);
  CHECK_FALSE(event.field("onvif.time").empty());
  device.set_clock_ahead(0);
  asking.pass(10 * kMinute);
  asking.hears("device.fault camera.motion device.restored");
}

TEST_CASE("a device that says nothing, anything or everything is off line, and comes back") {
  Quirks quirks;
  SECTION("nothing") { quirks.never = true; }
  SECTION("a page") { quirks.page = true; }
  SECTION("for ever") { quirks.endless = true; }
  DeviceServer device;
  Asking asking(device.url());
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  device.set(quirks);
  const auto begin = std::chrono::steady_clock::now();
  asking.later = 31 * kSecond;
  asking.hears("camera.offline");
  CHECK(std::chrono::steady_clock::now() - begin < patience(std::chrono::seconds(5)));
  CHECK(asking.sink.events[0].field("camera.id") == "cam-1");
  device.set({});
  asking.later = 60 * kSecond;
  asking.hears("camera.offline camera.online");
  device.say(kMotion, "Source=1", "State=true");
  CHECK(asking.until([&] { return asking.sink.events.size() >= 3; }));
}

TEST_CASE("a device that is not there is off line after half a minute") {
  std::string address;
  {
    DeviceServer gone;
    address = gone.url();
  }
  Asking asking(address, "", Role::access);
  REQUIRE(asking.until([&] { return asking.source->status().problem.find("onnect") != std::string::npos; }));
  CHECK(asking.kinds().empty());
  asking.later = 29 * kSecond;
  asking.turn();
  CHECK(asking.kinds().empty());
  asking.later = 31 * kSecond;
  asking.hears("device.offline");
}

TEST_CASE("answers that cannot be used are counted, and the next one is taken") {
  DeviceServer device;
  Asking asking(device.url());
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  device.answer_next_pull(200, "<SOAP-ENV:Envelope");
  REQUIRE(asking.until([&] { return asking.source->status().refused == 1; }));
  CHECK(asking.source->status().problem.find("no XML") != std::string::npos);
  const int pulled = device.count("PullMessages");
  REQUIRE(asking.until([&] { return device.count("PullMessages") > pulled; }));
  device.say(kMotion, "Source=1", "State=true");
  asking.hears("camera.motion");
}

TEST_CASE("with once a device is asked for what it has to say, and the subscription is ended") {
  DeviceServer device;
  device.property(kDoor, "DoorToken=D1", "State=DoorForcedOpen");
  Asking asking(device.url(), "", Role::access);
  asking.restart("", true);
  REQUIRE(asking.until([&] { return asking.source->over(); }));
  CHECK(asking.source->status().state == "ended");
  CHECK(asking.kinds() == "door.forced");
  CHECK(device.count("Unsubscribe") == 1);
  CHECK(device.subscriptions() == 0);
}

TEST_CASE("a check asks who the device is and subscribes to nothing") {
  DeviceServer device;
  Asking asking(device.url());
  CHECK(asking.source->check().empty());
  device.set_password("another");
  const std::vector<Error> refused = asking.source->check();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].what.find("refuses user or password") != std::string::npos);
  CHECK(device.count("CreatePullPointSubscription") == 0);
}

TEST_CASE("over TLS a device is believed by its certificate or its key, and by nothing else") {
  tls::Authority authority, other("Another authority");
  tls::Server server(authority.vouch(-kDay, kDay));
  const std::string address = "https://127.0.0.1:" + std::to_string(server.port());
  SECTION("by its authority") {
    Asking asking(address, ",ca=" + authority.file());
    CHECK(asking.until([&] { return server.taken >= 1; }));
  }
  SECTION("not by another one") {
    Asking asking(address, ",ca=" + other.file());
    const bool said =
        asking.until([&] { return asking.source->status().problem.find("ca=FILE") != std::string::npos; });
    INFO(asking.source->status().problem);
    CHECK(said);
    CHECK(server.taken == 0);
  }
  SECTION("not by another key") {
    Asking asking(address, ",pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    CHECK(asking.until([&] { return asking.source->status().problem.find("another device") != std::string::npos; }));
    CHECK(server.taken == 0);
  }
}

TEST_CASE("what is wrong with an onvif source is said, and no password is repeated") {
  TemporaryFolder folder;
  const std::string open = folder.write("open", "secret");
  ::chmod(open.c_str(), 0644);
  for (const auto& [spec, why] :
       {std::pair{std::string("onvif:http://watch:hunter2@10.0.0.9/"), "have no place in an address"},
        std::pair{std::string("onvif:rtsp://10.0.0.9"), "http or https"},
        std::pair{std::string("onvif:http://10.0.0.9,user=watch"), "belong together"},
        std::pair{std::string("onvif:http://10.0.0.9,pin=sha256//A"), "https only"},
        std::pair{std::string("onvif:https://10.0.0.9,pin=AA"), "no fingerprint"},
        std::pair{std::string("onvif:http://10.0.0.9,password=x"), "no option 'password'"},
        std::pair{std::string("onvif:http://10.0.0.9,recording=maybe"), "always or on-events"},
        std::pair{std::string("onvif:http://10.0.0.9:99999"), "no address"}}) {
    const std::string said = problems_of(make_onvif(*kit::parse_source_spec(spec), Role::camera));
    INFO(said);
    CHECK(said.find(why) != std::string::npos);
    CHECK(said.find("hunter2") == std::string::npos);
  }
  kit::SourceMade made =
      make_onvif(*kit::parse_source_spec("onvif:http://10.0.0.9,user=watch,password_file=" + open), Role::camera);
  REQUIRE(made.source);
  const Result<void> started = made.source->start("", false, {});
  REQUIRE_FALSE(started);
  CHECK(started.error().text().find("chmod 600") != std::string::npos);
}

TEST_CASE("recorded answers of a device give the events that stand in them, through a device that gives them") {
  const std::filesystem::path folder = std::filesystem::path(WF_SHARED_DATA) / "field/onvif";
  if (!std::filesystem::exists(folder)) {
    std::cout << folder << " is absent: its samples are not read\n";
    return;
  }
  DeviceServer device;
  Asking asking(device.url(), ",channels=yes");
  REQUIRE(asking.until([&] { return device.count("PullMessages") >= 1; }));
  for (const char* const name : {"Pull1_init", "Pull2_on", "Pull3_off", "Pull4", "Pull5_sync"}) {
    std::stringstream text;
    text << std::ifstream(folder / "transcripts" / (std::string(name) + ".resp.xml")).rdbuf();
    const std::uint64_t read = asking.source->status().read;
    device.answer_next_pull(200, text.str());
    REQUIRE(asking.until([&] { return asking.source->status().read > read; }));
  }
  asking.hears("camera.motion camera.motion_end device.alarm");
  CHECK(asking.sink.events[0].field("camera.id") == "cam-1/VideoSourceToken");
  CHECK(asking.sink.events[2].field("alarm.point") == "DI_1");
  CHECK(asking.source->status().refused == 0);
}

}  // namespace
}  // namespace wf::onvif
