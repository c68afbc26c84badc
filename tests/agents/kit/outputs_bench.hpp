#pragma once
// Outputs on fake doors, with the agent's and the engine's clock in the test's hand.
#include <algorithm>
#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "agents/kit/outputs/outputs.hpp"
#include "agents/kit/source.hpp"
#include "agents/kit/spool/disk.hpp"
#include "scratch.hpp"
#include "signed_commands.hpp"
#include "tests/support/catch.hpp"

namespace wf::kit::test_bench {

using namespace wf;
using namespace wf::kit;

inline constexpr UtcNs kEngine = 1'700'000'000 * kSecond;  ///< the engine's clock at mono 0

/// An output that does nothing, remembers what it was told, and ends when the test says so.
struct FakeDoor {
  std::vector<std::string> done;  ///< "unlock 5", "undo unlock"
  bool slow = false;              ///< outcome() waits for `outcome`
  std::optional<Result<void>> outcome;
  Result<void> next;
  std::function<void()> on_begin;
};

class FakeOutput final : public Output {
 public:
  explicit FakeOutput(FakeDoor& door) : door_(door) {}
  void begin(const Order& order, const Moment&) override {
    REQUIRE_FALSE(busy_);
    busy_ = true;
    if (door_.on_begin) door_.on_begin();
    door_.done.push_back(order.undo ? "undo " + order.action : order.action + " " + std::to_string(order.seconds));
  }
  std::optional<Result<void>> outcome(const Moment&) override {
    if (door_.slow && !door_.outcome) return std::nullopt;
    busy_ = false;
    Result<void> out = door_.slow ? *door_.outcome : door_.next;
    door_.outcome.reset();
    return out;
  }
  void add_fds(std::vector<pollfd>&) const override {}
  std::int64_t next_wake() const override { return kNever; }

 private:
  FakeDoor& door_;
  bool busy_ = false;
};

inline OutputSpec door(std::vector<std::string> actions = {"unlock"}) {
  OutputSpec spec;
  spec.device = "door-3";
  spec.actions = std::move(actions);
  spec.run = {"/bin/true"};
  spec.undo = {"/bin/true"};
  spec.max_seconds = 30;
  return spec;
}

/// Outputs on fake doors, with the agent's and the engine's clock in the test's hand. Crash it as often as you like.
struct Bench {
  explicit Bench(std::vector<OutputSpec> specs = {door()}) : list(std::move(specs)) { start(); }

  void start() {
    outputs.reset();
    OutputsOptions options;
    options.list = list;
    options.journal = scratch / "commands";
    options.injected_clock = injected;
    options.write = [this](const std::filesystem::path& file, std::string_view text) -> Result<void> {
      if (disk_full) return Error{"cannot write it: No space left on device", file.string(), ""};
      return replace_file(file, text);
    };
    options.make = [this](const OutputSpec& spec) { return std::make_unique<FakeOutput>(doors[spec.device]); };
    outputs = std::make_unique<Outputs>(std::move(options), [this](Event&& event) { events.push_back(event); });
    outputs->start(moment());
  }
  /// A new process: CLOCK_MONOTONIC may begin anew; the engine is connected to again.
  void crash() {
    outputs.reset();
    doors["door-3"].outcome.reset();
    doors["door-3"].slow = false;
    start();
    connect();
  }
  void connect() {
    clock.set_slept([]() -> std::int64_t { return 0; });
    clock.hello(mono);
    clock.welcome(kEngine + mono, mono);
  }
  [[nodiscard]] Moment moment() const { return {agent_clock + mono, mono}; }
  [[nodiscard]] DeviceCommand command(const std::string& id, const std::string& action = "unlock",
                                      std::uint32_t seconds = 5) const {
    return {id,          "gate-7",  "door-3", action, seconds, kEngine + mono, kEngine + mono + 10 * kSecond,
            "A. Bakker", "courier", 42};
  }
  void take(const std::string& payload) {
    outputs->take(payload, "gate-7", keys.public_text, clock, moment());
    outputs->step(clock, moment());
  }
  void take(const DeviceCommand& c) { take(keys.sign(c)); }
  void pass(std::int64_t ns) {
    mono += ns;
    outputs->step(clock, moment());
    outputs->step(clock, moment());
  }
  /// "c1 received", "c1 executed"… since the last call.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const Event& e : events) {
      CHECK(e.kind == "device.command");
      out.push_back(std::string(e.field("command.id")) + " " + std::string(e.field("command.state")));
    }
    if (!events.empty()) last = events.back();
    events.clear();
    return out;
  }
  [[nodiscard]] const std::vector<std::string>& done() { return doors["door-3"].done; }
  [[nodiscard]] std::string reason() const { return std::string(last.field("reason")); }

  test::Scratch scratch;
  test::CommandKeys keys;
  std::vector<OutputSpec> list;
  std::map<std::string, FakeDoor> doors;
  EngineClock clock;
  UtcNs agent_clock = 1'600'000'000 * kSecond;  ///< years behind, which must not matter
  std::int64_t mono = 1000 * kSecond;
  bool injected = false, disk_full = false;
  std::vector<Event> events;
  Event last;
  std::unique_ptr<Outputs> outputs;
};

using Told = std::vector<std::string>;

inline Event contact(const Bench& b, const std::string& kind, const std::string& device) {
  Event event;
  event.kind = kind;
  event.time = b.moment().now;
  event.add("door.id", device);
  return event;
}

}  // namespace wf::kit::test_bench
