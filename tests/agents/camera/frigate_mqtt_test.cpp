// Frigate is heard at a real broker, Debian's mosquitto.
#include <arpa/inet.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>

#include "agents/camera/frigate.hpp"
#include "agents/kit/descriptor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

extern char** environ;

namespace wf::camera {
namespace {

using namespace wf::test;

int free_port() {
  const kit::Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

const char* const kBroker = "/usr/sbin/mosquitto";

class Broker {
 public:
  explicit Broker(const std::string& more = "allow_anonymous true\n") : port_(free_port()) {
    // As root it would become another user, who may not write here.
    const std::string user = ::geteuid() == 0 ? "user root\n" : "";
    config_ = folder.write("mosquitto.conf", "listener " + std::to_string(port_) + " 127.0.0.1\n" + user + more);
    begin();
  }
  ~Broker() { end(); }
  void begin() {
    const std::string file = config_;
    const char* const arguments[] = {kBroker, "-c", file.c_str(), nullptr};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    REQUIRE(::posix_spawn(&pid_, kBroker, &quiet, nullptr, const_cast<char* const*>(arguments), environ) == 0);
    posix_spawn_file_actions_destroy(&quiet);
  }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] int port() const { return port_; }
  TemporaryFolder folder;

 private:
  int port_;
  std::string config_;
  pid_t pid_ = -1;
};

/// As Frigate does it.
class Publisher {
 public:
  explicit Publisher(int port) : client_(mosquitto_new("frigate", true, this)) {
    mosquitto_publish_callback_set(client_,
                                   [](mosquitto*, void* self, int) { ++static_cast<Publisher*>(self)->acknowledged_; });
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (mosquitto_connect(client_, "127.0.0.1", port, 10) != MOSQ_ERR_SUCCESS)
      REQUIRE(std::chrono::steady_clock::now() < end);
    REQUIRE(mosquitto_loop_start(client_) == MOSQ_ERR_SUCCESS);
  }
  ~Publisher() {
    mosquitto_disconnect(client_);
    mosquitto_loop_stop(client_, false);
    mosquitto_destroy(client_);
  }
  void say(const char* topic, const std::string& payload, bool retain = false) {
    REQUIRE(mosquitto_publish(client_, nullptr, topic, static_cast<int>(payload.size()), payload.data(), 1, retain) ==
            MOSQ_ERR_SUCCESS);
    ++said_;
  }
  /// The broker has all of it.
  void flush() const {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (acknowledged_ < said_) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      ::poll(nullptr, 0, 1);
    }
  }

 private:
  mosquitto* client_;
  int said_ = 0;
  std::atomic<int> acknowledged_{0};
};

struct Hearing {
  explicit Hearing(const Broker& broker, const std::string& options = "")
      : spec_("frigate:mqtt://127.0.0.1:" + std::to_string(broker.port()) + options) {
    start("");
  }
  void start(const std::string& position) {
    source.reset();
    kit::SourceMade made = make_frigate(*kit::parse_source_spec(spec_));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->start(position, false, look()));
  }
  [[nodiscard]] kit::Moment look() const { return {7, kit::monotonic_ns() + later}; }
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (!done() && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      ::poll(fds.data(), fds.size(), 20);
      source->step(sink, look());
      if (saves) source->durable(look());
    }
    return done();
  }
  [[nodiscard]] std::string kinds() const {
    std::string out;
    for (const Event& event : sink.events) out += (out.empty() ? "" : " ") + event.kind;
    return out;
  }

  Collected sink;
  std::unique_ptr<kit::Source> source;
  std::int64_t later = 0;
  bool saves = true;  ///< what was handed over is on the disk after each step
  std::string spec_;
};

bool broker_absent() {
  if (std::filesystem::exists(kBroker)) return false;
  std::cout << kBroker << " is absent: no broker is asked\n";
  return true;
}

const char* const kSeen = R"({"type":"new","before":{},"after":{"id":"1","camera":"gate","label":"person"}})";
const char* const kLater = R"({"type":"new","before":{},"after":{"id":"2","camera":"gate","label":"person"}})";

TEST_CASE(
    "what Frigate publishes is heard; what stood there before is state; what comes meanwhile is kept by the broker") {
  if (broker_absent()) return;
  Broker broker;
  Publisher frigate(broker.port());
  frigate.say("frigate/gate/motion", "ON", true);
  frigate.say("frigate/available", "online", true);
  frigate.flush();
  Hearing hearing(broker);
  REQUIRE(
      hearing.until([&] { return hearing.source->status().read >= 2 && hearing.source->status().state == "running"; }));
  CHECK(hearing.kinds().empty());
  frigate.say("frigate/events", kSeen);
  frigate.say("frigate/stats", "{}");
  frigate.say("frigate/gate/motion", "OFF");
  frigate.say("frigate/events", "{");
  frigate.say("frigate/available", "offline", true);
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() >= 3; }));
  CHECK(hearing.kinds() == "camera.object camera.motion_end device.offline");
  CHECK(hearing.source->status().refused == 1);
  const std::string position = hearing.source->position();
  hearing.source.reset();
  frigate.say("frigate/events", kLater);
  hearing.start(position);
  // A message that came just as the source ended leaves all unacknowledged, and the broker brings them once more.
  const auto came = [&](std::string_view kind, std::string_view id) {
    return std::any_of(hearing.sink.events.begin() + 3, hearing.sink.events.end(), [&](const Event& event) {
      return event.kind == kind && (id.empty() || event.field("frigate.id") == id);
    });
  };
  REQUIRE(hearing.until([&] { return came("camera.object", "2"); }));
  frigate.say("frigate/available", "online", true);
  REQUIRE(hearing.until([&] { return came("device.online", ""); }));
}

TEST_CASE("a queue that is full is read on when there is room, and nothing is lost") {
  if (broker_absent()) return;
  Broker broker("allow_anonymous true\nmax_queued_messages 0\n");
  Publisher frigate(broker.port());
  Hearing hearing(broker);
  REQUIRE(hearing.until([&] { return hearing.source->status().state == "running"; }));
  frigate.say("frigate/events", kSeen);
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() == 1; }));
  for (int i = 0; i < 3000; ++i) frigate.say("frigate/events", kSeen);
  hearing.sink.room = 1;
  for (int i = 0; i < 50; ++i) hearing.until([&] { return true; });
  CHECK(hearing.sink.events.size() == 1);
  hearing.sink.room = static_cast<std::size_t>(-1);
  CHECK(hearing.until([&] { return hearing.sink.events.size() == 3001; }));
  frigate.say("frigate/events", std::string((1U << 20U) + 1, ' '));
  CHECK(hearing.until([&] { return hearing.source->status().refused == 1; }));
  CHECK(hearing.source->status().problem.find("larger than 1 MiB") != std::string::npos);
}

TEST_CASE("what was not on the disk when the agent was killed is brought again, and what was is not") {
  if (broker_absent()) return;
  Broker broker;
  Publisher frigate(broker.port());
  Hearing hearing(broker);
  hearing.saves = false;
  REQUIRE(hearing.until([&] { return hearing.source->status().state == "running"; }));
  frigate.say("frigate/stats", "{}");  // of no use: settled by itself
  frigate.say("frigate/events", kSeen);
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() == 1; }));
  // More than the broker sends unacknowledged; they wait there.
  for (int i = 0; i < 40; ++i) frigate.say("frigate/events", kSeen);
  frigate.flush();
  // Killed before it was spooled.
  hearing.start("");
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() >= 2; }));
  hearing.saves = true;
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() >= 42; }));
  hearing.until([&] { return true; });
  // All was durable, and the broker says so by having nothing left: the next is what is said next.
  const auto settled = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
  std::size_t again = 1;
  while (again > 0 && std::chrono::steady_clock::now() < settled) {
    const std::size_t before = hearing.sink.events.size();
    frigate.say("frigate/gate/motion", "ON");
    REQUIRE(hearing.until([&] { return hearing.sink.events.back().kind == "camera.motion"; }));
    hearing.until([&] { return true; });
    hearing.start("");
    frigate.say("frigate/gate/motion", "OFF");
    REQUIRE(hearing.until([&] { return hearing.sink.events.back().kind == "camera.motion_end"; }));
    again = hearing.sink.events.size() - before - 2;
  }
  CHECK(again == 0);
}

TEST_CASE("a broker that is gone is said once, and that it is back") {
  if (broker_absent()) return;
  Broker broker;
  { Publisher ready(broker.port()); }
  Hearing hearing(broker);
  REQUIRE(hearing.until([&] { return hearing.source->status().state == "running"; }));
  broker.end();
  REQUIRE(hearing.until([&] { return hearing.source->status().state == "waiting"; }));
  CHECK(hearing.kinds().empty());
  hearing.later = 31 * kSecond;
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() >= 1; }));
  CHECK(hearing.kinds() == "device.offline");
  broker.begin();
  REQUIRE(hearing.until([&] { return hearing.sink.events.size() >= 2; }));
  CHECK(hearing.kinds() == "device.offline device.online");
}

TEST_CASE("a broker that refuses the password is said to") {
  if (broker_absent()) return;
  Broker broker("allow_anonymous false\n");
  const std::string password = broker.folder.write("password", "hunter2\n");
  ::chmod(password.c_str(), 0600);
  Hearing hearing(broker, ",user=watch,password_file=" + password);
  const bool said =
      hearing.until([&] { return hearing.source->status().problem.find("refused") != std::string::npos; });
  INFO(hearing.source->status().problem);
  CHECK(said);
  CHECK(hearing.source->status().problem.find("hunter2") == std::string::npos);
}

TEST_CASE("what is wrong with a frigate source is said, and no password is repeated") {
  for (const auto& [spec, why] :
       {std::pair{"frigate:", "needs a file or a broker"},
        std::pair{"frigate:mqtt://a:hunter2@b", "no place in an address"},
        std::pair{"frigate:http://b", "Frigate is heard at a broker"},
        std::pair{"frigate:mqtt://b,user=x", "belong together"}, std::pair{"frigate:mqtt://b,ca=x", "mqtts only"},
        std::pair{"frigate:mqtt://b/a/+", "no wildcards"}, std::pair{"frigate:file,map=x", "no option 'map'"}}) {
    const std::string said = problems_of(make_frigate(*kit::parse_source_spec(spec)));
    INFO(said);
    CHECK(said.find(why) != std::string::npos);
    CHECK(said.find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace wf::camera
