#include "agents/kit/self_check.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "agents/kit/link/engine_check.hpp"
#include "agents/kit/outputs/output.hpp"
#include "agents/kit/source.hpp"
#include "tests/agents/kit/fake_engine.hpp"
#include "tests/agents/kit/scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;
using namespace wf::kit::test;
using Verdict = Checked::Verdict;

namespace {

Identity identity_for(const FakeEngine& engine) {
  const Result<KeyPair> pair = make_key_pair();
  REQUIRE(pair.ok());
  Identity out;
  out.name = "net-1";
  out.engine = engine.endpoint();
  out.engine_key = engine.public_key();
  out.public_key = pair->public_key;
  out.secret_key = pair->secret_key;
  out.enrolled = true;
  return out;
}

/// Answers the first message with `answer`, and keeps what it was.
struct Answering {
  FakeEngine& engine;
  LinkMessage answer;
  std::optional<FromAgent> heard;
  std::thread thread;
  Answering(FakeEngine& e, LinkMessage a)
      : engine(e), answer(std::move(a)), thread([this] {
          heard = engine.receive(10'000);
          if (heard) engine.send(heard->route, answer);
        }) {}
  ~Answering() {
    if (thread.joinable()) thread.join();
  }
};

LinkMessage welcome(UtcNs clock) {
  LinkMessage out;
  out.kind = LinkKind::welcome;
  out.agent_name = "net-1";
  out.clock = clock;
  return out;
}

bool any(const std::vector<Checked>& all, Verdict verdict, const std::string& about, const std::string& text) {
  for (const Checked& one : all)
    if (one.verdict == verdict && one.about.find(about) != std::string::npos &&
        one.text.find(text) != std::string::npos)
      return true;
  return false;
}

}  // namespace

TEST_CASE("an engine is asked without a HELLO, and its clock is compared") {
  FakeEngine engine("tcp://127.0.0.1:*");
  const Clock clock(1'000'000 * kSecond, monotonic_ns(), 1.0);
  Answering answering(engine, welcome(999'990 * kSecond));
  const EngineAnswer answer = ask_engine(engine.endpoint(), identity_for(engine), std::nullopt, clock);
  answering.thread.join();
  INFO(answer.text);
  CHECK(answer.admitted);
  CHECK(answer.text.find("admits this agent as net-1") != std::string::npos);
  REQUIRE(answering.heard);
  CHECK(answering.heard->header.kind == LinkKind::heartbeat);
  CHECK(answering.heard->header.lease.empty());
  CHECK(answering.heard->header.epoch == 0);
  REQUIRE(answer.skew);
  CHECK(*answer.skew > 9 * kSecond);
  CHECK(*answer.skew < 20 * kSecond);
}

TEST_CASE("an engine's refusal is said in its own words") {
  FakeEngine engine("tcp://127.0.0.1:*");
  LinkMessage refusal;
  refusal.kind = LinkKind::refuse;
  refusal.reason = "this agent was revoked";
  Answering answering(engine, refusal);
  const EngineAnswer answer = ask_engine(engine.endpoint(), identity_for(engine), std::nullopt, Clock());
  CHECK_FALSE(answer.admitted);
  CHECK(answer.text == "it refuses this agent: this agent was revoked");
}

TEST_CASE("an invitation is tried and not used up") {
  FakeEngine engine("tcp://127.0.0.1:*");
  const Identity keys = identity_for(engine);
  Invitation invitation;
  invitation.engine = engine.endpoint();
  invitation.engine_key = keys.engine_key;
  invitation.public_key = keys.public_key;
  invitation.secret_key = keys.secret_key;
  LinkMessage refusal;
  refusal.kind = LinkKind::refuse;
  refusal.reason = "an invitation is for enrolment only";
  Answering answering(engine, refusal);
  const EngineAnswer answer = ask_engine(engine.endpoint(), std::nullopt, invitation, Clock());
  answering.thread.join();
  CHECK(answer.admitted);
  CHECK(answer.text.find("knows this invitation") != std::string::npos);
  REQUIRE(answering.heard);
  CHECK(answering.heard->header.kind != LinkKind::enrol);
}

TEST_CASE("nobody there and another engine there are told apart") {
  FakeEngine engine("tcp://127.0.0.1:*");
  Identity identity = identity_for(engine);
  CHECK(ask_engine("tcp://127.0.0.1:1", identity, std::nullopt, Clock()).text.find("nothing takes connections") == 0);
  identity.engine_key = make_key_pair()->public_key;
  const EngineAnswer answer = ask_engine(engine.endpoint(), identity, std::nullopt, Clock());
  CHECK_FALSE(answer.admitted);
  CHECK(answer.text.find("not the engine of this agent's keys") != std::string::npos);
}

TEST_CASE("a name without an address, and something that takes connections and is silent, are told apart") {
  FakeEngine engine("tcp://127.0.0.1:*");
  const Identity identity = identity_for(engine);
  const std::string unknown = ask_engine("tcp://engine.invalid:7710", identity, std::nullopt, Clock()).text;
  CHECK(unknown.find("no address is known for 'engine.invalid'") == 0);
  // A socket whose connections the kernel takes and nobody reads, as of an engine that is stuck.
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(silent, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(silent, 8) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const std::string at = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  CHECK(ask_engine(at, identity, std::nullopt, Clock()).text.find("takes connections and does not answer") !=
        std::string::npos);
  ::close(silent);
}

TEST_CASE("disk, spool and clock are judged by how much is left") {
  constexpr std::uint64_t kMib = 1 << 20;
  CHECK(check_disk("/s", 900 * kMib, 1000 * kMib, 0, 256 * kMib).verdict == Verdict::fine);
  CHECK(check_disk("/s", 100 * kMib, 1000 * kMib, 0, 256 * kMib).verdict == Verdict::warning);
  CHECK(check_disk("/s", 100 * kMib, 1000 * kMib, 200 * kMib, 256 * kMib).verdict == Verdict::fine);
  CHECK(check_disk("/s", 9 * kMib, 1000 * kMib, 255 * kMib, 256 * kMib).verdict == Verdict::failed);
  CHECK(check_spool(10 * kMib, 256 * kMib).verdict == Verdict::fine);
  CHECK(check_spool(206 * kMib, 256 * kMib).verdict == Verdict::warning);
  CHECK(check_spool(256 * kMib, 256 * kMib).verdict == Verdict::failed);
  CHECK(check_skew(kSecond, "e").verdict == Verdict::fine);
  CHECK(check_skew(-3 * kSecond, "e").verdict == Verdict::warning);
  CHECK(check_skew(-3 * kSecond, "e").text.find("3000 ms behind the engine's") != std::string::npos);
  CHECK(check_skew(2 * kMinute, "e").verdict == Verdict::failed);
}

TEST_CASE("a state directory is looked at and left as it is") {
  const Scratch scratch;
  const std::filesystem::path state = scratch / "state";
  CHECK(check_state(state).text == "not there yet; it will be made");
  CHECK_FALSE(std::filesystem::exists(state));
  std::filesystem::create_directory(state);
  ::chmod(state.c_str(), 0755);
  CHECK(check_state(state).verdict == Verdict::warning);
  ::chmod(state.c_str(), 0700);
  CHECK(check_state(state).text == "no agent runs on it");
  const int lock = ::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(::flock(lock, LOCK_EX | LOCK_NB) == 0);
  CHECK(check_state(state).text.find("an agent runs on it") == 0);
  ::close(lock);
  std::ofstream(scratch / "file") << "x";
  CHECK(check_state(scratch / "file").verdict == Verdict::failed);
  if (::geteuid() != 0) CHECK(check_state("/proc/nowhere").verdict == Verdict::failed);
}

/// Drives doors of which it says what a test wants.
struct DoorSource final : Source {
  using Source::Source;
  Result<void> start(std::string_view, bool, const Moment&) override { return {}; }
  bool step(Sink&, const Moment&) override { return false; }
  std::string position() const override { return {}; }
  Result<std::unique_ptr<Output>> output(const OutputSpec& spec) override {
    struct Door final : Output {
      explicit Door(Result<std::string> answer) : said(std::move(answer)) {}
      Result<std::string> check() override { return said; }
      void begin(const Order&, const Moment&) override { FAIL("a check moves nothing"); }
      std::optional<Result<void>> outcome(const Moment&) override { return std::nullopt; }
      void add_fds(std::vector<pollfd>&) const override {}
      std::int64_t next_wake() const override { return kNever; }
      Result<std::string> said;
    };
    if (spec.device == "door-1") return std::unique_ptr<Output>(std::make_unique<Door>(std::string("it answers")));
    if (spec.device == "door-2")
      return std::unique_ptr<Output>(std::make_unique<Door>(Error{"it does not answer", "controller 7", "see it"}));
    return std::unique_ptr<Output>(std::make_unique<Door>(std::string()));
  }
};

TEST_CASE("what outputs drive through a source is asked, a line each") {
  const Scratch scratch;
  Configuration configuration;
  configuration.state = scratch / "state";
  for (const char* device : {"door-1", "door-2", "door-3"}) {
    OutputSpec spec;
    spec.device = device;
    spec.actions = {"unlock", "release"};
    spec.through = "doors";
    configuration.outputs.push_back(spec);
  }
  SourceSpec spec;
  spec.name = "doors";
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<DoorSource>(spec));
  std::vector<std::string> lines;
  for (const Checked& one : check_agent(configuration, sources, Clock()))
    if (one.about.starts_with("output")) lines.push_back(line_of(one));
  CHECK(lines == std::vector<std::string>{"ok   output door-1 unlock, release: it answers",
                                          "FAIL output door-2 unlock, release: controller 7: it does not answer; see "
                                          "it"});
}

TEST_CASE("an agent that is not enrolled is told what is missing, and an expired or open invitation is named") {
  const Scratch scratch;
  Configuration configuration;
  configuration.state = scratch / "state";
  std::vector<Checked> all = check_agent(configuration, {}, Clock());
  CHECK(any(all, Verdict::failed, "identity", "watchfloor agent invite"));
  CHECK(any(all, Verdict::failed, "engine", "none is named"));
  configuration.invite = scratch / "invite";
  std::ofstream(configuration.invite) << "nonsense\n";
  all = check_agent(configuration, {}, Clock());
  CHECK(any(all, Verdict::failed, "invitation", "no invitation"));
  CHECK_FALSE(std::filesystem::exists(configuration.state));
  // Keys that cannot be used are the one thing that is wrong then.
  std::filesystem::create_directory(configuration.state);
  ::chmod(configuration.state.c_str(), 0700);
  std::ofstream(configuration.state / "identity.json") << "{\n";
  ::chmod((configuration.state / "identity.json").c_str(), 0600);
  all = check_agent(configuration, {}, Clock());
  CHECK(any(all, Verdict::failed, "identity", "identity.json"));
  CHECK(any(all, Verdict::failed, "engine", "not tried"));
}

TEST_CASE("a line of a check begins with its verdict") {
  CHECK(line_of({Verdict::fine, "a", "b"}) == "ok   a: b");
  CHECK(line_of({Verdict::warning, "a", "b"}) == "warn a: b");
  CHECK(line_of({Verdict::failed, "a", "b"}) == "FAIL a: b");
}
