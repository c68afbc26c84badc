// Doors of an ONVIF controller of the tests' own are driven, and its contact tells what became of it.
#include "agents/onvif/door_output.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "agents/kit/clock.hpp"
#include "agents/onvif/live_source.hpp"
#include "tests/agents/onvif/device_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::onvif {
namespace {

using namespace wf::test;
using test::DeviceServer;
using test::Quirks;

/// A source that asks the controller, and an output of it.
struct Driven {
  explicit Driven(const Quirks& quirks = {}, bool ends_itself = false, const std::string& password = "secret",
                  std::map<std::string, std::string> to = {{"door", "D1"}})
      : device(quirks) {
    const std::string file = folder.write("password", password + "\n");
    ::chmod(file.c_str(), 0600);
    kit::SourceMade made = make_onvif(
        *kit::parse_source_spec("onvif:" + device.url() + ",user=watch,password_file=" + file), Role::access);
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start("", false, look()));
    spec.device = "D-1";
    spec.where = "agent.yaml:7";
    spec.actions = {"unlock", "release"};
    spec.through = "doors";
    spec.to = std::move(to);
    spec.ends_itself = ends_itself;
    Result<std::unique_ptr<kit::Output>> out = source->output(spec);
    if (!out) FAIL(out.error().text());
    output = std::move(*out);
  }
  [[nodiscard]] kit::Moment look() const { return {kit::Clock().now(), kit::monotonic_ns() + later}; }
  std::string order(const kit::Output::Order& order) {
    output->begin(order, look());
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (std::chrono::steady_clock::now() < end) {
      if (const std::optional<Result<void>> out = output->outcome(look())) return *out ? "done" : out->error().what;
      source->step(sink, look());
      std::vector<pollfd> fds;
      source->add_fds(fds);
      output->add_fds(fds);
      ::poll(fds.data(), fds.size(), 20);
    }
    return "never";
  }
  DeviceServer device;
  TemporaryFolder folder;
  Collected sink;
  std::unique_ptr<kit::Source> source;
  kit::OutputSpec spec;
  std::unique_ptr<kit::Output> output;
  std::int64_t later = 0;
};

TEST_CASE("an unlock is UnlockDoor and its end LockDoor, a release stays") {
  Driven d;
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.device.door() == "UnlockDoor");
  CHECK(d.order({"unlock", 0, true}) == "done");
  CHECK(d.device.door() == "LockDoor");
  CHECK(d.order({"release", 0, false}) == "done");
  CHECK(d.device.door() == "UnlockDoor");
  CHECK(d.order({"lock", 0, false}) == "done");
  CHECK(d.device.door() == "LockDoor");
  // Where doors are asked is asked once, and the host is the one of the configuration.
  CHECK(d.device.count("GetServices") == 1);
}

TEST_CASE("with ends_itself the device opens the door for the time of the command, or for its own") {
  Driven d({}, true);
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.device.door() == "AccessDoor PT5S");
  CHECK(d.order({"release", 0, false}) == "done");
  CHECK(d.device.door() == "UnlockDoor");
  Driven own({}, true, "secret", {{"door", "D1"}, {"time", "own"}});
  CHECK(own.order({"unlock", 5, false}) == "done");
  CHECK(own.device.door() == "AccessDoor");
}

TEST_CASE("a device that keeps no list of services, or wants a digest, is met") {
  Quirks quirks;
  switch (GENERATE(0, 1, 2)) {
    case 0:
      quirks.no_service_list = true;
      break;
    case 1:
      quirks.digest = true;
      break;
    default:
      quirks.digest_at_doors = true;
  }
  Driven d(quirks);
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.device.door() == "UnlockDoor");
}

TEST_CASE("a device that refuses, knows no such door or user, or says nothing is a failure with its reason") {
  Quirks quirks;
  quirks.locked_down = true;
  Driven locked(quirks);
  CHECK(locked.order({"unlock", 5, false}).find("The door is locked down") != std::string::npos);
  Driven other({}, false, "secret", {{"door", "D9"}});
  CHECK(other.order({"unlock", 5, false}).find("There is no such door") != std::string::npos);
  Driven stranger({}, false, "wrong");
  CHECK(stranger.order({"unlock", 5, false}).find("refuses this user") != std::string::npos);
  Quirks never;
  never.never_at_doors = true;
  Driven mute(never);
  mute.spec.timeout = 200 * kMillisecond;
  mute.output = std::move(*mute.source->output(mute.spec));
  CHECK(mute.order({"unlock", 5, false}) != "done");
  // It is not sent again: it may have been done.
  CHECK(mute.device.count("UnlockDoor") <= 1);
  Quirks page;
  page.page = true;
  Driven web(page);
  CHECK(web.order({"unlock", 5, false}).find("HTTP 200") != std::string::npos);
  CHECK(mute.device.door().empty());
}

TEST_CASE("--check asks which door it is and what it takes, by the device's clock, and moves nothing") {
  const auto said = [](const Quirks& quirks, bool ends_itself, const std::string& password, const char* door) {
    Driven d(quirks, ends_itself, password, {{"door", door}});
    d.device.set_clock_ahead(-kHour);
    (void)d.source->check();
    const Result<std::string> out = d.output->check();
    CHECK(d.device.door().empty());
    return out ? *out : out.error().text();
  };
  Quirks locked;
  locked.locked_down = true;
  CHECK(said({}, false, "secret", "D1").find("door D1 is 'Yard gate'") != std::string::npos);
  CHECK(said({}, false, "secret", "D9").find("it knows no such door") != std::string::npos);
  CHECK(said(locked, false, "secret", "D1").find("takes no UnlockDoor, so 'unlock' would be") != std::string::npos);
  CHECK(said({}, false, "wrong", "D1").find("refuses this user") != std::string::npos);
}

TEST_CASE("the device's contact proves what was done") {
  Driven d;
  CHECK(d.order({"unlock", 5, false}) == "done");
  const auto opened = [&] {
    return std::any_of(d.sink.events.begin(), d.sink.events.end(), [](const Event& event) {
      return event.kind == "door.opened" && event.field("door.id") == "D1";
    });
  };
  const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
  bool said = false;
  while (!opened() && std::chrono::steady_clock::now() < end) {
    if (!said && d.device.subscriptions() > 0) {
      d.device.say("tns1:Door/State/DoorPhysicalState", "DoorToken=D1", "State=Open");
      said = true;
    }
    d.source->step(d.sink, d.look());
    std::vector<pollfd> fds;
    d.source->add_fds(fds);
    ::poll(fds.data(), fds.size(), 20);
  }
  CHECK(opened());
}

TEST_CASE("what is wrong with an output of an ONVIF controller is said") {
  Driven d;
  const auto problem = [&](std::map<std::string, std::string> to, std::vector<std::string> actions = {"unlock"}) {
    kit::OutputSpec spec;
    spec.where = "agent.yaml:7";
    spec.to = std::move(to);
    spec.actions = std::move(actions);
    const Result<std::unique_ptr<kit::Output>> made = d.source->output(spec);
    return made ? std::string() : made.error().text();
  };
  CHECK(problem({{"door", "D1"}}).empty());
  CHECK(problem({}).find("which door") != std::string::npos);
  CHECK(problem({{"door", "D1"}, {"relay", "1"}}).find("says nothing") != std::string::npos);
  CHECK(problem({{"door", "D1"}, {"time", "own"}}).find("ends_itself") != std::string::npos);
  CHECK(problem({{"door", "D1"}}, {"sounder_on"}).find("no sounder") != std::string::npos);
  // A camera has no doors.
  const kit::SourceMade camera = make_onvif(*kit::parse_source_spec("onvif:" + d.device.url()), Role::camera);
  CHECK(camera.source->output(d.spec).error().what.find("drives no outputs") != std::string::npos);
}

}  // namespace
}  // namespace wf::onvif
