// Doors of UHPPOTE controllers are driven over UDP; the controller is of the tests' own.
#include "agents/access/uhppote_door.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "agents/access/uhppote.hpp"
#include "agents/access/uhppote_packet.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/outputs/outputs.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "tests/agents/kit/signed_commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access {
namespace {

using namespace wf::test;

constexpr std::uint32_t kSerial = 423187757;
constexpr std::uint8_t kOpen = 0x40, kSet = 0x80, kAsk = 0x82;

/// A controller with four doors; what is wrong with it is set from outside.
struct Controller {
  Controller() {
    Result<kit::Descriptor> made = kit::listen_on("127.0.0.1", 0, SOCK_DGRAM, "test");
    REQUIRE(made);
    socket = std::move(*made);
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(kit::port_of(socket)); }

  /// Answers what came.
  void serve() {
    std::array<std::uint8_t, 65> bytes;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    for (;;) {
      const ssize_t n =
          ::recvfrom(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
      if (n < 0) return;
      REQUIRE(n == 64);
      REQUIRE(bytes[0] == 0x17);
      heard.push_back(bytes[1]);
      if (mute > 0) {
        --mute;
        continue;
      }
      if (bytes[1] == kSet && !stubborn) {
        state = bytes[9];
        delay = bytes[10];
      }
      std::array<std::uint8_t, 64> out{};
      std::copy_n(bytes.begin(), 9, out.begin());
      if (bytes[1] == kOpen) {
        opened += refuses ? 0 : 1;
        out[8] = refuses ? 0 : 1;
      } else {
        out[9] = state;
        out[10] = delay;
      }
      if (strange) {
        // Another controller's, one of another function, and one that is too short come first.
        for (const std::size_t at : {std::size_t{4}, std::size_t{1}}) {
          std::array<std::uint8_t, 64> other = out;
          other[at] ^= 0x10;
          (void)::sendto(socket.get(), other.data(), other.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
        }
        (void)::sendto(socket.get(), out.data(), 10, 0, reinterpret_cast<sockaddr*>(&from), size);
      }
      (void)::sendto(socket.get(), out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  kit::Descriptor socket;
  std::uint8_t state = 3, delay = 5;
  int mute = 0, opened = 0;
  bool refuses = false, stubborn = false, strange = false;
  std::vector<std::uint8_t> heard;
};

struct Driven {
  explicit Driven(std::vector<std::string> actions = {"unlock", "release"}, bool ends_itself = false) {
    spec.device = "D-1";
    spec.where = "agent.yaml:7";
    spec.actions = std::move(actions);
    spec.through = "doors";
    spec.to = {{"controller", std::to_string(kSerial)}, {"door", "2"}, {"address", controller.address()}};
    spec.ends_itself = ends_itself;
    Result<std::unique_ptr<kit::Output>> made = make_uhppote_output(spec);
    REQUIRE(made);
    output = std::move(*made);
  }
  /// Carries an order out; what became of it. Time goes on by a second whenever nothing is to be done.
  std::string order(const kit::Output::Order& order) {
    controller.heard.clear();
    output->begin(order, {0, mono});
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    for (;;) {
      controller.serve();
      if (const std::optional<Result<void>> out = output->outcome({0, mono})) return *out ? "done" : out->error().what;
      if (std::chrono::steady_clock::now() > end) return "never";
      std::vector<pollfd> fds;
      output->add_fds(fds);
      CHECK(fds.size() == 1);
      fds.push_back({controller.socket.get(), POLLIN, 0});
      // What was sent over the loopback is there at once; without anything the time of the next try comes.
      if (::poll(fds.data(), fds.size(), 5) == 0) mono = std::max(mono, output->next_wake());
    }
  }
  Controller controller;
  kit::OutputSpec spec;
  std::unique_ptr<kit::Output> output;
  std::int64_t mono = 1000 * kSecond;
};
using Heard = std::vector<std::uint8_t>;

TEST_CASE("an unlock sets the door to stay open, its end sets it back, and the delay stays as it was") {
  Driven d;
  d.controller.strange = GENERATE(false, true);
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.controller.heard == Heard{kAsk, kSet});
  CHECK(d.controller.state == 1);
  CHECK(d.controller.delay == 5);
  CHECK(d.order({"unlock", 0, true}) == "done");
  CHECK(d.controller.state == 3);
  CHECK(d.controller.delay == 5);
}

TEST_CASE("what an unlock's end sets back is what stood before, but never a door that stays closed") {
  const auto [before, after] = GENERATE(table<int, int>({{1, 1}, {2, 3}, {3, 3}, {4, 4}}));
  Driven d;
  d.controller.state = static_cast<std::uint8_t>(before);
  CHECK(d.order({"unlock", 5, false}) == "done");
  // A second one, before the first has ended, does not count as what stood before.
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.order({"unlock", 0, true}) == "done");
  CHECK(d.controller.state == after);
  // After a new start of the agent the door obeys its cards.
  Driven fresh;
  fresh.controller.state = 1;
  CHECK(fresh.order({"unlock", 0, true}) == "done");
  CHECK(fresh.controller.state == 3);
}

TEST_CASE("a release stays, also of an unlock that ends itself, as in a fire; a lock lets the door obey its cards") {
  Driven d({"unlock", "release"}, GENERATE(false, true));
  CHECK(d.order({"release", 0, false}) == "done");
  CHECK(d.controller.state == 1);
  Driven lock({"lock"});
  lock.controller.state = 1;
  CHECK(lock.order({"lock", 0, false}) == "done");
  CHECK(lock.controller.state == 3);
}

TEST_CASE("with ends_itself the controller opens the door, no longer than was said") {
  Driven d({"unlock"}, true);
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.controller.heard == Heard{kAsk, kOpen});
  CHECK(d.controller.opened == 1);
  CHECK(d.controller.state == 3);
  CHECK(d.order({"unlock", 4, false}).find("would open the door for 5 s, the command says 4 s") != std::string::npos);
  d.controller.state = 2;
  CHECK(d.order({"unlock", 5, false}).find("set to stay closed") != std::string::npos);
  d.controller.state = 3;
  d.controller.refuses = true;
  CHECK(d.order({"unlock", 5, false}).find("refuses") != std::string::npos);
  CHECK(d.controller.opened == 1);
}

TEST_CASE("what is lost is said again, except to open: that may have been done") {
  Driven d;
  d.controller.mute = 2;
  CHECK(d.order({"unlock", 5, false}) == "done");
  CHECK(d.controller.heard == Heard{kAsk, kAsk, kAsk, kSet});
  Driven pulse({"unlock"}, true);
  CHECK(pulse.order({"unlock", 5, false}) == "done");
  pulse.controller.serve();
  pulse.output->begin({"unlock", 5, false}, {0, pulse.mono});
  pulse.controller.heard.clear();
  // It takes the question and not the order.
  while (pulse.controller.heard.empty()) {
    pollfd fd{pulse.controller.socket.get(), POLLIN, 0};
    REQUIRE(::poll(&fd, 1, patience_ms(20'000)) == 1);
    pulse.controller.serve();
  }
  pulse.controller.mute = 100;
  std::optional<Result<void>> out;
  while (pulse.controller.heard.size() < 2) {
    REQUIRE_FALSE(pulse.output->outcome({0, pulse.mono}));
    pollfd fd{pulse.controller.socket.get(), POLLIN, 0};
    if (::poll(&fd, 1, 5) == 1) pulse.controller.serve();
  }
  CHECK(pulse.output->next_wake() == pulse.mono + pulse.spec.timeout);
  out = pulse.output->outcome({0, pulse.mono + pulse.spec.timeout});
  REQUIRE(out);
  CHECK_FALSE(*out);
  pulse.controller.serve();
  CHECK(pulse.controller.heard == Heard{kAsk, kOpen});
}

TEST_CASE("a controller that says nothing, or does not take it, is a failure with its reason") {
  Driven d;
  d.controller.mute = 1000;
  CHECK(d.order({"unlock", 5, false}).find("did not answer") != std::string::npos);
  d.controller.mute = 0;
  d.controller.stubborn = true;
  CHECK(d.order({"unlock", 5, false}).find("did not take it") != std::string::npos);
  // Nobody is there at all.
  Driven gone;
  gone.controller.socket.reset();
  gone.output->begin({"unlock", 5, false}, {0, 0});
  std::optional<Result<void>> out = gone.output->outcome({0, 0});
  if (!out) out = gone.output->outcome({0, gone.spec.timeout});
  REQUIRE(out);
  CHECK_FALSE(*out);
}

/// What --check says, while the controller serves from a thread of its own.
std::string checked(Driven& d) {
  std::atomic<bool> over = false;
  std::thread serving([&] {
    while (!over) {
      pollfd fd{d.controller.socket.get(), POLLIN, 0};
      if (::poll(&fd, 1, 10) == 1) d.controller.serve();
    }
  });
  const Result<std::string> out = d.output->check();
  over = true;
  serving.join();
  return out ? *out : out.error().text();
}

TEST_CASE("--check asks a controller how its door is set, and moves nothing") {
  Driven d({"unlock"}, true);
  d.controller.strange = true;
  CHECK(checked(d).find("controller 423187757 answers: door 2 obeys its cards, it opens for 5 s") == 0);
  CHECK(d.controller.heard == Heard{kAsk});
  d.controller.state = 2;
  CHECK(checked(d).find("set to stay closed: an unlock would be refused") != std::string::npos);
  d.controller.state = 0;
  CHECK(checked(d).find("knows no door 2") != std::string::npos);
  d.spec.max_seconds = 4;
  d.controller.state = 3;
  d.output = std::move(*make_uhppote_output(d.spec));
  CHECK(checked(d).find("it opens door 2 for 5 s, and 'max_seconds' is 4") != std::string::npos);
  CHECK(d.controller.heard == Heard{kAsk, kAsk, kAsk, kAsk});
  CHECK(d.controller.opened == 0);
  d.controller.socket.reset();
  CHECK(d.output->check().error().what == "nothing listens there");
}

TEST_CASE("an agent that died during an unlock sets the door back when it is started again") {
  using namespace wf::kit;
  Driven d;
  d.spec.through = "doors";
  TemporaryFolder folder;
  const kit::test::CommandKeys keys;
  EngineClock clock;
  clock.set_slept([]() -> std::int64_t { return 0; });
  clock.hello(d.mono);
  const UtcNs engine = 1'700'000'000 * kSecond;
  clock.welcome(engine, d.mono);
  std::vector<std::string> told;
  const auto started = [&] {
    OutputsOptions options;
    options.list = {d.spec};
    options.journal = folder.path() / "commands";
    options.make = [](const OutputSpec& spec) { return std::move(*make_uhppote_output(spec)); };
    auto out = std::make_unique<Outputs>(std::move(options),
                                         [&](Event&& event) { told.emplace_back(event.field("command.state")); });
    out->start({engine, d.mono});
    return out;
  };
  const auto until = [&](Outputs& outputs, const char* state) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (std::find(told.begin(), told.end(), state) == told.end() && std::chrono::steady_clock::now() < end) {
      outputs.step(clock, {engine, d.mono});
      pollfd fd{d.controller.socket.get(), POLLIN, 0};
      if (::poll(&fd, 1, 5) == 1) d.controller.serve();
    }
    REQUIRE(told.back() == state);
  };
  std::unique_ptr<Outputs> outputs = started();
  const DeviceCommand command{"c1", "gate-7", "D-1", "unlock", 5, engine, engine + 10 * kSecond, "A. Bakker", "", 0};
  outputs->take(keys.sign(command), "gate-7", keys.public_text, clock, {engine, d.mono});
  until(*outputs, "executed");
  CHECK(d.controller.state == 1);
  outputs.reset();  // SIGKILL: nothing more is said
  CHECK(d.controller.state == 1);
  d.mono += 60 * kSecond;
  told.clear();
  outputs = started();
  d.mono += 6 * kSecond;
  until(*outputs, "ended");
  CHECK(d.controller.state == 3);
}

TEST_CASE("what is wrong with an output of a UHPPOTE controller is said") {
  const auto problem = [](std::map<std::string, std::string> to, std::vector<std::string> actions = {"unlock"}) {
    kit::OutputSpec spec;
    spec.where = "agent.yaml:7";
    spec.to = std::move(to);
    spec.actions = std::move(actions);
    const Result<std::unique_ptr<kit::Output>> made = make_uhppote_output(spec);
    return made ? std::string() : made.error().text();
  };
  const std::map<std::string, std::string> good{{"controller", "5"}, {"door", "4"}, {"address", "192.0.2.7"}};
  CHECK(problem(good).empty());
  CHECK(problem({{"controller", "5"}, {"door", "4"}}).find("where that is") != std::string::npos);
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"door", "5"}, {"door ", "1"}, {"controller", "x"}, {"address", "name:1"}, {"relay", "1"}}) {
    std::map<std::string, std::string> bad = good;
    bad[key] = value;
    CHECK(problem(bad).find("says nothing to a UHPPOTE controller") != std::string::npos);
  }
  CHECK(problem(good, {"sounder_on"}).find("no sounder") != std::string::npos);
  // A listener drives the controllers that it hears, a file none.
  const kit::SourceMade listener = make_uhppote(*kit::parse_source_spec("uhppote:127.0.0.1:60001,controllers=5"));
  kit::OutputSpec spec;
  spec.actions = {"unlock"};
  spec.to = good;
  if (const Result<std::unique_ptr<kit::Output>> made = listener.source->output(spec); !made) FAIL(made.error().text());
  spec.to["controller"] = "6";
  CHECK(listener.source->output(spec).error().what.find("not one of this source's") != std::string::npos);
}

}  // namespace
}  // namespace wf::access
