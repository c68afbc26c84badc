#include "agents/access/osdp/line_output.hpp"

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/support/catch.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

struct FakeLine final : LineCommands {
  bool give(std::size_t reader, std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t) override {
    if (!why.empty() || full) return false;
    given.push_back(std::to_string(reader) + " " + to_hex({&code, 1}) + " " + to_hex(data));
    if (ticket != 0) last = ticket;
    return true;
  }
  std::string trouble(std::size_t) const override { return why; }
  void switched(std::size_t reader, std::uint32_t output, bool on) override {
    given.push_back(std::to_string(reader) + " switched " + std::to_string(output) + (on ? " on" : " off"));
  }
  std::vector<std::string> take() { return std::exchange(given, {}); }
  std::vector<std::string> given;
  std::string why;
  bool full = false;
  std::uint32_t last = 0;
};
using Lines = std::vector<std::string>;

struct Driven {
  explicit Driven(std::vector<std::string> actions = {"unlock", "release"}, std::map<std::string, std::string> to = {},
                  bool ends_itself = false) {
    std::vector<Error> problems;
    file = LineFile::parse(
        "v: 1\ndevice: /dev/null\nreaders: [{address: 4, reader: R-4, plain_text: true}, {address: 9, reader: R-9, "
        "plain_text: true}]\n",
        "line.yaml", problems);
    REQUIRE(problems.empty());
    spec.device = "D-1";
    spec.where = "agent.yaml:7";
    spec.actions = std::move(actions);
    spec.through = "line";
    spec.to = to.empty() ? std::map<std::string, std::string>{{"reader", "R-9"}, {"output", "1"}} : std::move(to);
    spec.ends_itself = ends_itself;
    Result<std::unique_ptr<kit::Output>> made = make_line_output(spec, file, line);
    if (made)
      output = std::move(*made);
    else
      problem = made.error().text();
  }
  std::string outcome(std::int64_t now = 0) {
    const std::optional<Result<void>> out = output->outcome({0, now});
    return !out ? "none" : *out ? "done" : out->error().what;
  }
  LineFile file;
  FakeLine line;
  kit::OutputSpec spec;
  std::unique_ptr<kit::Output> output;
  std::string problem;
};

TEST_CASE("an unlock is an output that is on until it is undone, and the door is told") {
  Driven d;
  d.output->begin({"unlock", 5, false}, {0, 0});
  CHECK(d.line.take() == Lines{"1 68 01020000"});
  CHECK(d.outcome() == "none");
  d.line.ended(d.line.last + 1, {});  // somebody else's
  CHECK(d.outcome() == "none");
  d.line.ended(d.line.last, {});
  CHECK(d.line.take() == Lines{"1 switched 1 on"});
  CHECK(d.outcome() == "done");
  CHECK(d.outcome() == "none");
  d.output->begin({"unlock", 0, true}, {0, 0});
  CHECK(d.line.take() == Lines{"1 68 01010000"});
  d.line.ended(d.line.last, {});
  CHECK(d.line.take() == Lines{"1 switched 1 off"});
  CHECK(d.outcome() == "done");
}

TEST_CASE("an unlock that ends itself is timed by the reader, in tenths of a second") {
  Driven d({"unlock"}, {}, true);
  d.output->begin({"unlock", 5, false}, {0, 0});
  CHECK(d.line.take() == Lines{"1 68 01053200"});
  d.line.ended(d.line.last, {});
  CHECK(d.outcome() == "done");
  d.output->begin({"unlock", 100'000, false}, {0, 0});
  CHECK(d.line.take() == Lines{"1 switched 1 on", "1 68 0105ffff"});
}

TEST_CASE("a lamp shines for as long as it is unlocked") {
  Driven d({"unlock"}, {{"reader", "R-4"}, {"output", "0"}, {"led", "green"}});
  d.output->begin({"unlock", 5, false}, {0, 0});
  CHECK(d.line.take() == Lines{"0 68 00020000", "0 69 0000020100020232000000000000"});
  d.line.ended(d.line.last, {});
  CHECK(d.outcome() == "done");
}

TEST_CASE("a lock is an output that is off, and a fire's release of it one that is on") {
  Driven d({"lock"});
  d.output->begin({"lock", 0, false}, {0, 0});
  CHECK(d.line.take() == Lines{"1 68 01010000"});
  d.line.ended(d.line.last, {});
  CHECK(d.outcome() == "done");
  d.line.take();
  d.output->begin({"release", 0, false}, {0, 0});
  CHECK(d.line.take() == Lines{"1 68 01020000"});
}

TEST_CASE("an output that a reader lost is switched on again, unless it was switched off meanwhile or is timed") {
  Driven d({"unlock", "release"});
  d.spec.actions = {"lock"};
  const std::unique_ptr<kit::Output> lock = std::move(*make_line_output(d.spec, d.file, d.line));
  const std::vector<std::uint8_t> off{0, 0}, on{0, 1};
  const auto carry_out = [&](kit::Output& output, const kit::Output::Order& order) {
    output.begin(order, {0, 0});
    d.line.ended(d.line.last, {});
    CHECK(output.outcome({0, 0})->ok());
    d.line.take();
  };
  d.line.shown(1, off, 0);
  CHECK(d.line.take().empty());
  carry_out(*d.output, {"release", 0, false});
  d.line.shown(1, on, 0);
  d.line.shown(0, off, 0);  // another reader
  CHECK(d.line.take().empty());
  // One that shows it off whatever it is told is not told for ever.
  for (int i = 0; i < 5; ++i) d.line.shown(1, off, 0);
  CHECK(d.line.take() == Lines(3, "1 68 01020000"));
  d.line.shown(1, on, 0);
  d.line.shown(1, off, 0);
  CHECK(d.line.take() == Lines{"1 68 01020000"});
  // Another entry locks the same door: that counts.
  carry_out(*lock, {"lock", 0, false});
  d.line.shown(1, off, 0);
  CHECK(d.line.take().empty());
  carry_out(*d.output, {"unlock", 5, false});
  d.output->begin({"unlock", 0, true}, {0, 0});
  d.line.take();
  d.line.shown(1, off, 0);
  CHECK(d.line.take().empty());
}

TEST_CASE("a buzzer sounds and stops") {
  Driven d({"sounder_on", "sounder_off"}, {{"reader", "R-4"}, {"buzzer", "true"}});
  d.output->begin({"sounder_on", 0, false}, {0, 0});
  d.line.ended(d.line.last, {});
  CHECK(d.outcome() == "done");
  d.output->begin({"sounder_off", 0, false}, {0, 0});
  CHECK(d.line.take() == Lines{"0 6a 0002050500", "0 6a 0001000000"});
}

TEST_CASE("a reader that is off line, refuses, or says nothing is said") {
  Driven d;
  d.line.why = "it does not answer";
  d.output->begin({"unlock", 5, false}, {0, 0});
  CHECK(d.outcome() == "it does not answer");
  d.line.why.clear();
  d.line.full = true;
  d.output->begin({"unlock", 5, false}, {0, 0});
  CHECK(d.outcome() == "too many commands wait for the reader");
  d.line.full = false;
  d.output->begin({"unlock", 5, false}, {0, 0});
  d.line.ended(d.line.last, "the reader refuses it");
  CHECK(d.outcome() == "the reader refuses it");
  d.output->begin({"unlock", 5, false}, {0, 0});
  CHECK(d.output->next_wake() == 5 * kSecond);
  CHECK(d.outcome(5 * kSecond - 1) == "none");
  CHECK(d.outcome(5 * kSecond) == "the reader did not answer in time");
  const std::uint32_t late = d.line.last;
  d.output->begin({"unlock", 5, false}, {0, 0});
  d.line.ended(late, {});
  CHECK(d.outcome() == "none");
}

TEST_CASE("what an entry may name is checked") {
  using To = std::map<std::string, std::string>;
  CHECK(Driven({"unlock"}, To{{"reader", "R-7"}, {"output", "0"}}).problem ==
        "agent.yaml:7: there is no reader 'R-7' on this line; name one of the line's file");
  CHECK(Driven({"unlock"}, To{{"reader", "R-4"}}).problem.find("actions and what they drive do not fit") !=
        std::string::npos);
  CHECK(Driven({"sounder_on"}, To{{"reader", "R-4"}, {"output", "0"}}).problem.find("do not fit") != std::string::npos);
  CHECK(Driven({"unlock"}, To{{"reader", "R-4"}, {"buzzer", "true"}}).problem.find("do not fit") != std::string::npos);
  CHECK(Driven({"unlock"}, To{{"reader", "R-4"}, {"output", "256"}}).problem.find("'output: 256' says nothing") !=
        std::string::npos);
  CHECK(Driven({"unlock"}, To{{"reader", "R-4"}, {"output", "0"}, {"led", "plaid"}}).problem.find("'led: plaid'") !=
        std::string::npos);
  CHECK(Driven().problem.empty());
}

}  // namespace
}  // namespace wf::access::osdp
