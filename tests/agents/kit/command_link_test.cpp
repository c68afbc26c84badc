#include "agents/kit/outputs/command_link.hpp"

#include <fstream>

#include "scratch.hpp"
#include "signed_commands.hpp"
#include "tests/agents/kit/fake_engine.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

Identity enrolled_identity() {
  const test::Keys own = test::make_keys(), engine = test::make_keys();
  return {"gate-7", "tcp://e:1", engine.public_key, own.public_key, own.secret_key, true};
}

LinkMessage welcome(const std::string& key) {
  LinkMessage message;
  message.kind = LinkKind::welcome;
  message.clock = 1'700'000'000 * kSecond;
  message.command_key = key;
  return message;
}

}  // namespace

TEST_CASE("the key of commands is pinned at enrolment, and no WELCOME changes it") {
  const test::Scratch scratch;
  const std::string key = test::CommandKeys().public_text, other = test::CommandKeys().public_text;
  Identity identity = enrolled_identity();
  CommandLink link;
  LinkMessage enrolled;
  enrolled.command_key = key;
  link.enrolled(enrolled, identity);
  REQUIRE(write_identity(scratch / "identity.json", identity));
  Result<std::optional<Identity>> kept = read_identity(scratch / "identity.json");
  REQUIRE(kept);
  CHECK((*kept)->command_key == key);
  link.welcomed(welcome(key), false, **kept, scratch / "identity.json", {});
  CHECK(link.key() == key);
  CHECK(link.problem().empty());
  link.welcomed(welcome(other), false, **kept, scratch / "identity.json", {});
  CHECK(link.key() == key);
  CHECK(link.problem().find("names another key") != std::string::npos);
  CHECK((*read_identity(scratch / "identity.json"))->command_key == key);
  link.welcomed(welcome(""), false, **kept, scratch / "identity.json", {});
  CHECK(link.key() == key);
  CHECK(link.problem().empty());
}

TEST_CASE(
    "the next key of commands is kept if the pinned one vouches for it, and is believed once the engine uses it") {
  const test::Scratch scratch;
  const std::string file = scratch / "identity.json";
  const test::CommandKeys now, next, other;
  Identity identity = enrolled_identity();
  identity.command_key = now.public_text;
  REQUIRE(write_identity(file, identity));
  CommandLink link;
  const auto told = [&](const std::string& key, const std::string& proof) {
    LinkMessage message;
    message.kind = LinkKind::heartbeat;
    message.next_command_key = key;
    message.next_command_proof = proof;
    return link.learn(message, identity, file);
  };
  link.welcomed(welcome(now.public_text), false, identity, file, {});
  // Whoever has the engine's CURVE key, but not the key of commands, cannot bring in another one.
  CHECK_FALSE(told(next.public_text, "").value());
  CHECK_FALSE(told(next.public_text, other.vouch_for(next.public_text)).value());
  CHECK_FALSE(told(next.public_text, next.vouch_for(next.public_text)).value());
  CHECK_FALSE(told(next.public_text, now.vouch_for(other.public_text)).value());
  CHECK_FALSE(told("no key", now.vouch_for("no key")).value());
  CHECK(identity.next_command_key.empty());
  // A disk that takes nothing: it is not kept, and told again.
  LinkMessage message;
  message.next_command_key = next.public_text;
  message.next_command_proof = now.vouch_for(next.public_text);
  CHECK_FALSE(link.learn(message, identity, scratch / "absent/identity.json"));
  CHECK(identity.next_command_key.empty());

  CHECK(told(next.public_text, now.vouch_for(next.public_text)).value());
  CHECK_FALSE(told(next.public_text, now.vouch_for(next.public_text)).value());
  CHECK((*read_identity(file))->next_command_key == next.public_text);
  // Kept is not believed: the engine signs with the one before until it says otherwise.
  link.welcomed(welcome(now.public_text), false, identity, file, {});
  CHECK(link.key() == now.public_text);
  CHECK(link.problem().empty());
  // The agent was off when the engine switched, and starts with what it kept.
  Identity back = **read_identity(file);
  CommandLink again;
  again.welcomed(welcome(next.public_text), false, back, file, {});
  CHECK(again.key() == next.public_text);
  CHECK(again.problem().empty());
  CHECK((*read_identity(file))->command_key == next.public_text);
  CHECK((*read_identity(file))->next_command_key.empty());
  // From here on the key before is another key.
  again.welcomed(welcome(now.public_text), false, back, file, {});
  CHECK(again.key() == next.public_text);
  CHECK(again.problem().find("names another key") != std::string::npos);
  // A switch that cannot be kept: neither key is believed.
  link.welcomed(welcome(next.public_text), false, identity, scratch / "absent/identity.json", {});
  CHECK(link.key().empty());
  CHECK(link.problem().find("cannot be kept") != std::string::npos);
}

TEST_CASE("an agent that was enrolled before there were commands pins the first key that it is told") {
  const test::Scratch scratch;
  const std::string key = test::CommandKeys().public_text;
  Identity identity = enrolled_identity();
  REQUIRE(write_identity(scratch / "identity.json", identity));
  CommandLink link;
  link.welcomed(welcome("no key"), false, identity, scratch / "identity.json", {});
  CHECK(link.key().empty());
  link.welcomed(welcome(key), false, identity, scratch / "identity.json", {});
  CHECK(link.key() == key);
  CHECK((*read_identity(scratch / "identity.json"))->command_key == key);
}

TEST_CASE("a key that cannot be kept is not believed, and over ipc none is") {
  const test::Scratch scratch;
  const std::string key = test::CommandKeys().public_text;
  Identity identity = enrolled_identity();
  CommandLink link;
  link.welcomed(welcome(key), false, identity, scratch / "absent/identity.json", {});
  CHECK(link.key().empty());
  CHECK(link.problem().find("cannot be kept") != std::string::npos);
  link.welcomed(welcome(key), true, identity, scratch / "identity.json", {});
  CHECK(link.key().empty());
  CHECK(link.problem().empty());
}

TEST_CASE("an engine's clock that is not what it was is asked for again, at most once a minute") {
  CommandLink link;
  Identity identity = enrolled_identity();
  const Moment then{0, 500 * kSecond};
  link.hello(then.mono);
  const LinkMessage first = welcome("");
  link.welcomed(first, true, identity, "", then);
  LinkMessage beat;
  beat.clock = first.clock + kHour;
  CHECK(link.contradicted(beat, then));
  CHECK_FALSE(link.contradicted(beat, then));
  CHECK(link.contradicted(beat, {0, then.mono + kMinute}));
  beat.clock = first.clock;
  CHECK_FALSE(link.contradicted(beat, {0, then.mono + kSecond}));
}
