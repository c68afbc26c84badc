#include "agents/kit/link/keyring.hpp"

#include <sys/stat.h>

#include <fstream>
#include <random>

#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

constexpr UtcNs kNow = 1'700'000'000 * kSecond;

std::string key() { return make_key_pair().value().public_key; }

Invitation invitation(UtcNs expires = kNow + kHour) {
  const KeyPair once = make_key_pair().value();
  Invitation out;
  out.engine = "tcp://127.0.0.1:7710";
  out.engine_key = key();
  out.public_key = once.public_key;
  out.secret_key = once.secret_key;
  out.agent = "gate-1";
  out.expires = expires;
  return out;
}

Identity enrolled_identity(const Invitation& from) {
  Identity out = make_identity(from).value();
  out.enrolled = true;
  return out;
}

/// What an engine keeps of one agent, and does with its keys.
struct PlainEngine {
  std::string current, next;
  [[nodiscard]] bool admits(const std::string& key) const { return key == current || (!next.empty() && key == next); }
  void hello(const std::string& key) {
    if (key != next) return;
    current = next;
    next.clear();
  }
};

/// An agent that ends at any point and starts from its file again.
struct Agent {
  explicit Agent(const test::Scratch& scratch) : file(scratch / "identity.json") {
    REQUIRE(write_identity(file, enrolled_identity(invite)));
    start();
  }
  void start() { ring.emplace(read_identity(file).value().value(), invite, file, 1); }
  Invitation invite = invitation();
  std::filesystem::path file;
  std::optional<KeyRing> ring;
};

}  // namespace

TEST_CASE(
    "a change of keys may be cut anywhere, on either side, and the agent always comes back and ends on the newest") {
  const test::Scratch scratch;
  Agent agent(scratch);
  PlainEngine engine{agent.ring->identity().public_key, {}};
  std::minstd_rand random(5);
  const auto chance = [&](unsigned in) { return random() % in == 0; };
  std::size_t changes = 0, cuts = 0;
  /// One connection, cut at a random point if `perfect` is false. True: it came to its end.
  const auto session = [&](bool perfect, bool ask) {
    const auto cut = [&] {
      if (perfect || !chance(5)) return false;
      ++cuts;
      if (chance(2)) agent.start();  // SIGKILL; otherwise the connection alone ended
      return true;
    };
    for (std::size_t tries = 0;; ++tries) {
      REQUIRE(tries <= 2);  // each of the keys at most once
      const std::string with = agent.ring->way(0).keys.public_key;
      if (engine.admits(with)) {
        engine.hello(with);
        break;
      }
      REQUIRE(agent.ring->unwelcome(0, kNow));
      if (cut()) return false;
    }
    if (cut()) return false;  // WELCOME was not heard
    REQUIRE(agent.ring->welcomed(0));
    if (ask && agent.ring->to_say(0).empty()) {
      REQUIRE(agent.ring->rotate(0));
      ++changes;
      if (cut()) return false;  // the pair is kept and not said
    }
    const std::string say = agent.ring->to_say(0);
    if (say.empty()) return true;
    if (cut()) return false;
    engine.next = say;
    if (cut()) return false;  // the engine has it, and its answer is not heard
    REQUIRE(agent.ring->rotated(say));
    return false;  // connect again
  };
  for (int round = 0; round < 600; ++round) {
    session(false, chance(3));
    if (!chance(10)) continue;
    for (int i = 0; i < 4 && !session(true, false); ++i) {
    }
    REQUIRE(engine.current == agent.ring->identity().public_key);
    REQUIRE(agent.ring->way(0).keys.public_key == engine.current);
    agent.start();
    REQUIRE(engine.admits(agent.ring->way(0).keys.public_key));
    // An engine that was put back to before the last change.
    if (chance(4)) {
      const PlainEngine before = engine;
      session(true, true);
      for (int i = 0; i < 4 && !session(true, false); ++i) {
      }
      REQUIRE(engine.current != before.current);
      engine = before;
    }
  }
  CHECK(changes > 100);
  CHECK(cuts > 100);
}

TEST_CASE("a pair that cannot be kept is not used") {
  const test::Scratch scratch;
  const Invitation from = invitation();
  const Identity before = enrolled_identity(from);
  KeyRing ring(before, from, scratch / "no-such-folder/identity.json", 1);
  CHECK_FALSE(ring.rotate(0));
  CHECK(ring.to_say(0).empty());
  CHECK(ring.way(0).keys.public_key == before.public_key);
  CHECK_FALSE(ring.learn(key()));
  CHECK(ring.identity().next_engine_key.empty());
}

TEST_CASE(
    "the engine's next key is kept when it is announced, tried when the current one does not open, and then stays") {
  const test::Scratch scratch;
  Agent agent(scratch);
  const std::string old = agent.ring->identity().engine_key, next = key();
  const auto learned = agent.ring->learn(next);
  REQUIRE(learned);
  CHECK(*learned);
  CHECK_FALSE(*agent.ring->learn(next));
  CHECK_FALSE(*agent.ring->learn("no key"));
  agent.start();
  CHECK(agent.ring->identity().next_engine_key == next);
  // A connection that broke in its handshake: the next key, then the current one again.
  CHECK(agent.ring->way(0).keys.engine_key == old);
  CHECK(agent.ring->incompatible(0, kNow));
  CHECK(agent.ring->way(0).keys.engine_key == next);
  CHECK_FALSE(agent.ring->incompatible(0, kNow));
  CHECK(agent.ring->way(0).keys.engine_key == old);
  REQUIRE(agent.ring->welcomed(0));
  CHECK(agent.ring->identity().engine_key == old);
  // The engine has changed it.
  CHECK(agent.ring->incompatible(0, kNow));
  REQUIRE(agent.ring->welcomed(0));
  agent.start();
  CHECK(agent.ring->identity().engine_key == next);
  CHECK(agent.ring->identity().next_engine_key.empty());
  CHECK_FALSE(agent.ring->incompatible(0, kNow));
}

TEST_CASE("an agent that is shut out enrols again with a new invitation, and never with the one that it came by") {
  const test::Scratch scratch;
  Agent agent(scratch);
  CHECK_FALSE(agent.ring->unwelcome(0, kNow));
  CHECK_FALSE(agent.ring->way(0).enrol);
  // Its owner gives it a new one.
  const std::string before = agent.ring->identity().public_key;
  agent.invite = invitation();
  agent.start();
  CHECK_FALSE(agent.ring->way(0).enrol);  // while its key is good it is no business of the invitation
  CHECK(agent.ring->unwelcome(0, kNow));
  CHECK(agent.ring->way(0).enrol);
  CHECK(agent.ring->way(0).keys.engine_key == agent.invite.engine_key);
  agent.start();  // SIGKILL: the same key asks again
  const std::string asked = agent.ring->identity().public_key;
  CHECK(asked != before);
  CHECK(agent.ring->way(0).enrol);
  LinkMessage message;
  message.agent_name = "gate-1";
  message.devices = {"door-3", "cam-*"};
  REQUIRE(agent.ring->enrolled(message));
  agent.start();
  CHECK_FALSE(agent.ring->way(0).enrol);
  CHECK(agent.ring->way(0).keys.public_key == asked);
  CHECK(agent.ring->way(0).keys.engine_key == agent.invite.engine_key);
  CHECK(agent.ring->identity().devices == message.devices);
}

TEST_CASE("who only pretended that the keys are refused does no harm: they are tried beside the invitation, and kept") {
  const test::Scratch scratch;
  Agent agent(scratch);
  const std::string before = agent.ring->identity().public_key;
  agent.invite = invitation();
  agent.start();
  CHECK(agent.ring->unwelcome(0, kNow));  // somebody in between said so
  CHECK(agent.ring->unwelcome(0, kNow));  // the real engine: that name is enrolled
  CHECK(agent.ring->way(0).keys.public_key == before);
  REQUIRE(agent.ring->welcomed(0));
  agent.start();
  CHECK(agent.ring->identity().enrolled);
  CHECK(agent.ring->way(0).keys.public_key == before);
  CHECK(agent.ring->to_say(0).empty());
  CHECK_FALSE(agent.ring->unwelcome(0, kNow));  // and that invitation was used
}

TEST_CASE("an invitation that has expired is no way back in") {
  const test::Scratch scratch;
  Agent agent(scratch);
  agent.invite = invitation(kNow - 1);
  agent.start();
  CHECK_FALSE(agent.ring->unwelcome(0, kNow));
}

TEST_CASE("an identity of a release before is read, and a damaged one of any bytes is refused") {
  const Identity made = enrolled_identity(invitation());
  const auto old = parse_identity("{\"v\":1,\"name\":\"gate-1\",\"engine\":\"tcp://h:1\",\"engine_key\":\"" +
                                  made.engine_key + "\",\"public\":\"" + made.public_key + "\",\"secret\":\"" +
                                  made.secret_key + "\",\"enrolled\":true}");
  REQUIRE(old);
  CHECK(old->older.empty());
  for (const char* bad : {"", "{}", "[]", "\xff", "{\"name\":1}"}) CHECK_FALSE(parse_identity(bad));
}

TEST_CASE("an invitation that others may read is used, and its owner is told") {
  const test::Scratch scratch;
  const std::string file = (scratch / "token").string();
  // {"v":1,…} with the keys of ZeroMQ's documentation, as in identity_test.cpp.
  std::ofstream(file)
      << "wf1."
         "eyJ2IjoxLCJlbmdpbmUiOiJ0Y3A6Ly8xMC4wLjAuNTo3NzEwIiwiZW5naW5lX2tleSI6InJxOnJNPn1VP0BMbnM0N0UxJWtSLm9AbiVGY2"
         "1tc0wvQHtIOF15ZjciLCJwdWJsaWMiOiJZbmVAJHctdm88ZlZ2aV1hPE5ZNlQxZWQ6TSRmQ0cqW0lhTFZ7aElEIiwic2VjcmV0IjoiRDopUVt"
         "J"
         "bEFXIWFoaEMyYWM6OSpBfWg6cD8oWzQld09USiVKUiVjcyIsImFnZW50IjoiZ2F0ZS0xIiwiZXhwaXJlcyI6IjIwMjYtMDItMDFUMDg6MDA6M"
         "DBaIn0";
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const auto open = read_invitation(file);
  REQUIRE(open);
  CHECK(open->warning ==
        file + ": others may read this invitation, and who reads it first may enrol with it; chmod 600 it");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  CHECK(read_invitation(file)->warning.empty());
}
