#include <chrono>
#include <random>
#include <thread>

#include "console/link/admission.hpp"
#include "console/link/command_key.hpp"
#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

LinkMessage rotate(const std::string& key) {
  LinkMessage out;
  out.kind = LinkKind::rotate;
  out.public_key = key;
  return out;
}

EnrolledAgent agent_of(const Engine& engine, const std::string& name) {
  return read_agent(agent_file(engine.keys, name)).value();
}

bool eventually(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + wf::test::patience(std::chrono::seconds(10));
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::string new_key() { return make_key_pair().value().public_key; }

}  // namespace

TEST_CASE("an agent is asked for a new key, which is admitted beside the old one until it says hello with it") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair old = engine.enrol("net-1"), fresh = make_key_pair().value();
  Client agent = engine.connect(old);
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  REQUIRE(ask_rotation(engine.keys, "net-1"));
  REQUIRE(agent.receive(LinkKind::rotate));
  CHECK(engine.audited("net-1 is to make a new key (by "));
  for (int i = 0; i < 2; ++i) {  // it did not hear the first answer
    agent.send(rotate(fresh.public_key));
    const auto rotated = agent.receive(LinkKind::rotated);
    REQUIRE(rotated);
    CHECK(rotated->public_key == fresh.public_key);
  }
  CHECK(agent_of(engine, "net-1").public_key == old.public_key);
  {
    // Whichever of the two it tries.
    Client again = engine.connect(old);
    again.send(hello());
    REQUIRE(again.receive(LinkKind::welcome));
  }
  Client changed = engine.connect(fresh);
  changed.send(hello());
  REQUIRE(changed.receive(LinkKind::welcome));
  CHECK(engine.audited("net-1 has a new key; the one before is refused from now on"));
  const EnrolledAgent kept = agent_of(engine, "net-1");
  CHECK(kept.public_key == fresh.public_key);
  CHECK(kept.next_key.empty());
  CHECK(kept.key_since == engine.now);
  CHECK_FALSE(kept.rotate);
  agent.send(batch(1, 1), "x");
  CHECK(agent.receive(LinkKind::refuse));
  changed.send(batch(1, 1), "y");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.taken()[0].payload == "y");
  Client late = engine.connect(old);
  late.send(hello());
  CHECK(engine.audited("an unknown key"));
  CHECK_FALSE(late.receive(200));
}

TEST_CASE("an agent's key that is older than the configured age is changed without anybody asking") {
  const Folder folder;
  Engine engine(folder.path() / "keys", "tcp://127.0.0.1:0", 64,
                [](LinkOptions& options) { options.rotate_after = 90 * kDay; });
  const KeyPair young = engine.enrol("net-1");
  const KeyPair old = make_key_pair().value();
  REQUIRE(write_agent(engine.keys, {"net-2", "network", old.public_key, engine.now - 91 * kDay}));
  Client a = engine.connect(young), b = engine.connect(old);
  a.send(hello());
  b.send(hello());
  REQUIRE(a.receive(LinkKind::welcome));
  REQUIRE(b.receive(LinkKind::rotate));
  while (const auto more = a.receive(100)) CHECK(more->kind != LinkKind::rotate);
}

TEST_CASE("an agent of wire version 1 is never asked, and the audit says that its program is too old") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair keys = engine.enrol("net-1");
  REQUIRE(ask_rotation(engine.keys, "net-1"));
  REQUIRE(prepare_engine_key(engine.keys, engine.now));
  Client agent = engine.connect(keys);
  LinkMessage old = hello();
  old.wire_version = 1;
  agent.send(old);
  const auto welcome = agent.receive(LinkKind::welcome);
  REQUIRE(welcome);
  CHECK(welcome->next_engine_key.empty());
  CHECK(engine.audited("its program is too old to do it; update the agent"));
  while (const auto more = agent.receive(100)) CHECK(more->kind == LinkKind::heartbeat);
  CHECK(heard_of(engine.keys, "net-1").wire_version == 1);
  CHECK(heard_of(engine.keys, "net-1").version == "0.1.0");
}

TEST_CASE("a key that belongs to somebody else, or to an invitation, is not taken as an agent's next one") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair own = engine.enrol("net-1"), other = engine.enrol("net-2");
  Admission admission(engine.keys, [&] { return engine.now.load(); });
  REQUIRE(make_invitation(engine.keys, "tcp://127.0.0.1:7710", {"net-3", "", engine.now + kHour, 1}));
  std::string invited;
  for (const auto& entry : std::filesystem::directory_iterator(engine.keys / "invitations"))
    invited = read_invitation(entry.path()).value().public_key;
  for (const std::string& bad : {other.public_key, own.public_key, invited, std::string("none"), std::string()})
    CHECK_FALSE(admission.take_next_key("net-1", own.public_key, bad));
  CHECK_FALSE(admission.take_next_key("net-1", other.public_key, new_key()));
  CHECK_FALSE(admission.take_next_key("net-9", own.public_key, new_key()));
  REQUIRE(revoke_agent(engine.keys, "net-1"));
  CHECK_FALSE(admission.take_next_key("net-1", own.public_key, new_key()));
}

TEST_CASE("the key before is refused at once, in the round too in which the next one said hello") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair old = engine.enrol("net-1");
  Admission admission(engine.keys, [&] { return engine.now.load(); });
  const std::string next = new_key();
  admission.begin_round();
  CHECK(admission.standing("net-1", next) == Admission::Standing::gone);
  REQUIRE(admission.take_next_key("net-1", old.public_key, next));
  CHECK(admission.standing("net-1", next) == Admission::Standing::good);
  CHECK(admission.standing("net-1", old.public_key) == Admission::Standing::good);
  REQUIRE(admission.promote("net-1", next).value());
  CHECK(admission.standing("net-1", next) == Admission::Standing::good);
  CHECK(admission.standing("net-1", old.public_key) == Admission::Standing::gone);
}

TEST_CASE(
    "whatever ends in between, an engine admits the key it had or the next one, and ends on the one that said hello") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  REQUIRE(make_key_folders(keys));
  std::minstd_rand random(17);
  UtcNs now = 1'700'000'000 * kSecond;
  struct Plain {
    std::string current, next;
    bool revoked = false;
  };
  std::map<std::string, Plain> plain;
  std::vector<std::string> all;
  for (const char* name : {"a", "b", "c"}) {
    plain[name].current = new_key();
    all.push_back(plain[name].current);
    REQUIRE(write_agent(keys, {name, "network", plain[name].current, now}));
  }
  std::optional<Admission> admission;
  for (int round = 0; round < 600; ++round) {
    if (round % 7 == 0) admission.emplace(keys, [&] { return now; });  // the engine was killed and started
    const std::string name(1, static_cast<char>('a' + random() % 3));
    Plain& it = plain[name];
    switch (random() % 5) {
      case 0: {
        const std::string key = new_key();
        const bool taken = admission->take_next_key(name, it.current, key).ok();
        REQUIRE(taken == !it.revoked);
        if (taken) it.next = key;
        all.push_back(key);
        break;
      }
      case 1: {
        const std::string with = random() % 2 == 0 ? it.current : it.next;
        if (with.empty() || it.revoked) break;
        const auto promoted = admission->promote(name, with);
        REQUIRE(promoted);
        REQUIRE(*promoted == (with == it.next));
        if (*promoted) it.current = std::exchange(it.next, {});
        break;
      }
      case 2:
        REQUIRE(ask_rotation(keys, name).ok() == !it.revoked);
        break;
      case 3:
        if (random() % 10 != 0) break;
        REQUIRE(revoke_agent(keys, name));
        it.revoked = true;
        it.next.clear();
        break;
      default:
        if (!it.revoked || random() % 3 != 0) break;
        it = {new_key(), {}, false};
        all.push_back(it.current);
        REQUIRE(write_agent(keys, {name, "network", it.current, now}));
        break;
    }
    for (const std::string& key : {all[random() % all.size()], it.current, it.next}) {
      if (key.empty()) continue;
      std::string expected;
      for (const auto& [owner, p] : plain)
        if (!p.revoked && (key == p.current || key == p.next)) expected = owner;
      const Admission::Verdict verdict = admission->admit(key);
      CAPTURE(round, name, verdict.why);
      REQUIRE(verdict.admitted == !expected.empty());
      REQUIRE(verdict.user_id == expected);
      if (!expected.empty()) REQUIRE(admission->standing(expected, key) == Admission::Standing::good);
    }
  }
}

TEST_CASE("the engine's next key reaches agents that are connected and those that come, and who has it is known") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair one = engine.enrol("net-1"), two = engine.enrol("net-2");
  Client first = engine.connect(one);
  first.send(hello());
  REQUIRE(first.receive(LinkKind::welcome)->next_engine_key.empty());
  const std::string next = prepare_engine_key(engine.keys, engine.now).value().pair.public_key;
  CHECK(prepare_engine_key(engine.keys, engine.now).value().pair.public_key == next);
  std::optional<LinkMessage> told;
  do {
    told = first.receive(LinkKind::heartbeat);
  } while (told && told->next_engine_key.empty());
  REQUIRE(told);
  CHECK(told->next_engine_key == next);
  LinkMessage status;
  status.kind = LinkKind::status;
  status.next_engine_key = next;
  std::string payload;
  encode_report({}, payload);
  first.send(status, payload);
  CHECK(eventually([&] { return heard_of(engine.keys, "net-1").next_engine_key == next; }));
  Client second = engine.connect(two);
  second.send(hello());
  REQUIRE(second.receive(LinkKind::welcome)->next_engine_key == next);
  LinkMessage knows = hello();
  knows.next_engine_key = next;
  second.send(knows);
  REQUIRE(second.receive(LinkKind::welcome));
  CHECK(heard_of(engine.keys, "net-2").next_engine_key == next);
  CHECK(engine.audited("the engine's next key was prepared"));

  REQUIRE(switch_engine_key(engine.keys));
  CHECK(engine_public_key(engine.keys).value() == next);
  CHECK_FALSE(switch_engine_key(engine.keys));
  CHECK_FALSE(find_engine_key(engine.keys, kNextEngineKey).value().has_value());
}

TEST_CASE("the next key of commands reaches agents with what vouches for it, and who has it is known") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const std::string now = CommandKey::open(engine.keys).value().public_text();
  const KeyPair one = engine.enrol("gate-1"), two = engine.enrol("gate-2"), three = engine.enrol("gate-3");
  Client first = engine.connect(one);
  first.send(hello());
  REQUIRE(first.receive(LinkKind::welcome)->next_command_key.empty());
  const CommandKey prepared = prepare_command_key(engine.keys, engine.now).value();
  const std::string next = prepared.public_text();
  const std::string proof = CommandKey::open(engine.keys).value().vouch_for(next);
  std::optional<LinkMessage> told;
  do {
    told = first.receive(LinkKind::heartbeat);
  } while (told && told->next_command_key.empty());
  REQUIRE(told);
  CHECK(told->next_command_key == next);
  CHECK(told->next_command_proof == proof);
  CHECK(told->next_engine_key.empty());
  LinkMessage status;
  status.kind = LinkKind::status;
  status.next_command_key = next;
  std::string payload;
  encode_report({}, payload);
  first.send(status, payload);
  CHECK(eventually([&] { return heard_of(engine.keys, "gate-1").next_command_key == next; }));
  Client second = engine.connect(two);
  LinkMessage knows = hello();
  knows.next_command_key = next;
  second.send(knows);
  const auto welcome = second.receive(LinkKind::welcome);
  REQUIRE(welcome);
  CHECK(welcome->command_key == now);
  CHECK(welcome->next_command_key == next);
  CHECK(welcome->next_command_proof == proof);
  CHECK(heard_of(engine.keys, "gate-2").next_command_key == next);
  // One of version 1 knows no commands and is told none of it.
  Client third = engine.connect(three);
  LinkMessage old = hello();
  old.wire_version = 1;
  third.send(old);
  CHECK(third.receive(LinkKind::welcome)->next_command_key.empty());
  CHECK(engine.audited("the next key of commands to devices was prepared"));

  // The engine signs with the key that it was started with: it vouches for none by another.
  REQUIRE(switch_command_key(engine.keys));
  REQUIRE(prepare_command_key(engine.keys, engine.now));
  CHECK(eventually([&] {
    Client again = engine.connect(two);
    again.send(hello());
    const auto said = again.receive(LinkKind::welcome);
    return said && said->command_key == now && said->next_command_key.empty();
  }));
}

TEST_CASE("a key file of any bytes is a key or is refused") {
  const KeyPair pair = make_key_pair().value();
  const auto with_date = parse_engine_key(pair.secret_key + "\nsince 2026-02-01T08:00:00Z\n");
  REQUIRE(with_date);
  CHECK(with_date->pair.public_key == pair.public_key);
  CHECK(format_rfc3339(with_date->since) == "2026-02-01T08:00:00Z");
  REQUIRE(parse_engine_key(pair.secret_key));
  for (const std::string& bad : {std::string(), std::string("\n"), std::string(40, '\xff'), pair.secret_key.substr(1)})
    CHECK_FALSE(parse_engine_key(bad));
  for (const char* bad : {"", "{}", "[1]", "\xff", R"({"name":"a"})"}) {
    CHECK_FALSE(parse_agent(bad));
    CHECK_FALSE(parse_stored_invitation(bad));
  }
  // What may speak for three devices must not come to speak for all because its file is damaged.
  const Folder folder;
  REQUIRE(write_agent(folder.path(), {"a", "access", pair.public_key, 1, false, {"door-3"}}));
  std::string text = read_private(agent_file(folder.path(), "a")).value();
  REQUIRE(parse_agent(text));
  CHECK(parse_agent(text)->devices == std::vector<std::string>{"door-3"});
  for (const char* devices : {"\"door-3\"", "[3]", "[\"\"]", "null"}) {
    std::string damaged = text;
    damaged.replace(damaged.find("[\"door-3\"]"), 10, devices);
    CHECK_FALSE(parse_agent(damaged));
  }
}
