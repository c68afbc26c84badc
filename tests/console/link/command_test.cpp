#include <sodium.h>
#include <sys/stat.h>

#include <fstream>

#include "console/link/command_key.hpp"
#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

DeviceCommand unlock() {
  return {"c1", "gate-7", "door-3", "unlock", 5, 10 * kSecond, 20 * kSecond, "ann", "courier", 0};
}

/// Does the signature of a payload frame hold under a key in hexadecimal?
bool holds(const std::string& payload, const std::string& key) {
  const Result<SignedCommand> whole = decode_signed_command(payload);
  std::string raw(crypto_sign_PUBLICKEYBYTES, '\0');
  std::size_t size = 0;
  if (!whole || sodium_hex2bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), key.data(), key.size(),
                               nullptr, &size, nullptr) != 0)
    return false;
  const std::string text = signed_text(whole->command);
  return crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(whole->signature.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                     reinterpret_cast<const unsigned char*>(raw.data())) == 0;
}

}  // namespace

TEST_CASE("the key that signs commands is made once, is the owner's alone, and signs what verifies") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  const Result<CommandKey> made = CommandKey::open(keys);
  REQUIRE(made);
  CHECK(made->public_text().size() == 64);
  struct stat info {};
  REQUIRE(::stat((keys / "command.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  const Result<CommandKey> again = CommandKey::open(keys);
  REQUIRE(again);
  CHECK(again->public_text() == made->public_text());
  const std::string payload = made->sign(unlock());
  CHECK(holds(payload, again->public_text()));
  CHECK(*decode_device_command(decode_signed_command(payload)->command) == unlock());
  const Result<CommandKey> other = CommandKey::open(folder.path() / "other");
  REQUIRE(other);
  CHECK_FALSE(holds(payload, other->public_text()));

  REQUIRE(::chmod((keys / "command.key").c_str(), 0640) == 0);
  CHECK(CommandKey::open(keys).error().what.find("others may read") != std::string::npos);
  REQUIRE(::chmod((keys / "command.key").c_str(), 0600) == 0);
  std::ofstream(keys / "command.key") << "no seed\n";
  CHECK(CommandKey::open(keys).error().what == "this is no Ed25519 seed");
}

TEST_CASE("the next key of commands is prepared once, vouched for by the one before, and takes its place whole") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  constexpr UtcNs kNow = 1'790'000'000 * kSecond;
  const Result<CommandKey> old = CommandKey::open(keys);
  REQUIRE(old);
  CHECK(switch_command_key(keys).error().what == "no next key of commands was prepared");
  const Result<CommandKey> next = prepare_command_key(keys, kNow);
  REQUIRE(next);
  CHECK(next->public_text() != old->public_text());
  CHECK(next->since() == kNow);
  CHECK(prepare_command_key(keys, kNow + kDay)->public_text() == next->public_text());
  CHECK(CommandKey::open(keys)->public_text() == old->public_text());
  struct stat info {};
  REQUIRE(::stat((keys / "command.next.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  // A signature of a command vouches for no key, and the other way round.
  const std::string proof = old->vouch_for(next->public_text());
  CHECK(proof.size() == crypto_sign_BYTES);
  CHECK(proof != decode_signed_command(old->sign(unlock()))->signature);
  std::string payload;
  encode_signed_command({next->public_text(), proof}, payload);
  CHECK_FALSE(holds(payload, old->public_text()));

  REQUIRE(switch_command_key(keys));
  CHECK(CommandKey::open(keys)->public_text() == next->public_text());
  CHECK(CommandKey::open(keys)->since() == kNow);
  CHECK(*read_private(keys / "command.pub") == next->public_text() + "\n");
  CHECK_FALSE(CommandKey::find(keys, kNextCommandKey)->has_value());
  std::ofstream(keys / "command.next.key") << "no seed\n";
  CHECK_FALSE(CommandKey::find(keys, kNextCommandKey));
  CHECK_FALSE(switch_command_key(keys));
  CHECK(CommandKey::open(keys)->public_text() == next->public_text());
}

TEST_CASE("agents of this version are told the key of commands; an older one is not, and gets none") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  REQUIRE(engine.problem.empty());
  const std::string key = CommandKey::open(engine.keys)->public_text();
  const KeyPair pair = engine.enrol("gate-7");
  Client agent = engine.connect(pair);
  agent.send(hello());
  CHECK(agent.receive(LinkKind::welcome)->command_key == key);
  const KeyPair old_pair = engine.enrol("gate-old");
  Client old = engine.connect(old_pair);
  LinkMessage first = hello();
  first.wire_version = 1;
  old.send(first);
  CHECK(old.receive(LinkKind::welcome)->command_key.empty());
  engine.server->send_command("gate-old", "c2", "payload");
  CHECK(engine.fate("c2") == CommandFate::too_old);
}

TEST_CASE("a command goes to the agent that it names if that one is connected now, and is never kept for later") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  REQUIRE(engine.problem.empty());
  const KeyPair pair = engine.enrol("gate-7"), other_pair = engine.enrol("gate-8");
  engine.server->send_command("gate-7", "c1", "too early");
  CHECK(engine.fate("c1") == CommandFate::not_connected);
  Client agent = engine.connect(pair), other = engine.connect(other_pair);
  agent.send(hello());
  other.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  REQUIRE(other.receive(LinkKind::welcome));
  engine.server->send_command("gate-7", "c2", "unlock");
  CHECK(engine.fate("c2") == CommandFate::sent);
  REQUIRE(agent.receive(LinkKind::device_command));
  CHECK(agent.payload() == "unlock");
  CHECK_FALSE(agent.receive(200));
  CHECK_FALSE(other.receive(0));
  REQUIRE(revoke_agent(engine.keys, "gate-7"));
  engine.server->send_command("gate-7", "c3", "unlock");
  CHECK(engine.fate("c3") == CommandFate::not_connected);
}

TEST_CASE("an invitation's answer names the key of commands") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  REQUIRE(engine.problem.empty());
  const Result<KeyPair> one_time = make_key_pair(), own = make_key_pair();
  REQUIRE(write_invitation(engine.keys, {one_time->public_key, {"gate-9", "network", engine.now + kHour, 1}}));
  Client agent = engine.connect(*one_time);
  LinkMessage enrol;
  enrol.kind = LinkKind::enrol;
  enrol.agent_kind = "network";
  enrol.agent_name = "gate-9";
  enrol.public_key = own->public_key;
  agent.send(enrol);
  const auto enrolled = agent.receive(LinkKind::enrolled);
  REQUIRE(enrolled);
  CHECK(enrolled->command_key == CommandKey::open(engine.keys)->public_text());
}
