#include <sodium.h>
#include <sys/resource.h>
#include <zmq.h>

#include <csignal>
#include <fstream>

#include <simdjson.h>

#include "console/link/admission.hpp"
#include "console/link/zap.hpp"
#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

/// What an agent reads from the token.
struct Token {
  std::string engine, engine_key;
  KeyPair once;
};

Token read_token(const std::string& text) {
  REQUIRE(text.starts_with("wf1."));
  std::string json(text.size(), '\0');
  std::size_t size = 0;
  REQUIRE(sodium_base642bin(reinterpret_cast<unsigned char*>(json.data()), json.size(), text.data() + 4,
                            text.size() - 4, nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0);
  json.resize(size);
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.parse(json);
  const auto get = [&](const char* name) { return std::string(std::string_view(root[name])); };
  return {get("engine"), get("engine_key"), {get("public"), get("secret")}};
}

LinkMessage enrol(const KeyPair& own, const std::string& kind = "network", const std::string& name = "net-9") {
  LinkMessage out;
  out.kind = LinkKind::enrol;
  out.agent_name = name;
  out.agent_kind = kind;
  out.public_key = own.public_key;
  return out;
}

Token invite(Engine& engine, const Invitation& invitation) {
  Result<std::string> token = make_invitation(engine.keys, "tcp://127.0.0.1:7710", invitation);
  REQUIRE(token);
  return read_token(*token);
}

}  // namespace

TEST_CASE("an invited agent enrols its own key over the link and connects with it at once") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"net-5", "network", engine.now + kHour, 1});
  CHECK(token.engine == "tcp://127.0.0.1:7710");
  CHECK(token.engine_key == engine.engine_key);
  const KeyPair own = make_key_pair().value();
  {
    Client agent = engine.connect(token.once);
    agent.send(enrol(own));
    const auto enrolled = agent.receive(LinkKind::enrolled);
    REQUIRE(enrolled);
    CHECK(enrolled->agent_name == "net-5");  // the invitation's name, not the one that it asked for
  }
  CHECK(engine.audited("net-5 enrolled as network agent from 127.0.0.1"));
  Client agent = engine.connect(own);
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  CHECK(engine.server->peers().at(0).kind == "network");

  // The invitation has one use.
  Client second = engine.connect(token.once);
  second.send(enrol(make_key_pair().value()));
  CHECK(second.receive(LinkKind::refuse));
}

TEST_CASE("an agent that did not hear the answer may ask again with the same key") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"net-5", "network", engine.now + kHour, 1});
  const KeyPair own = make_key_pair().value();
  for (int i = 0; i < 2; ++i) {
    Client agent = engine.connect(token.once);
    agent.send(enrol(own));
    REQUIRE(agent.receive(LinkKind::enrolled));
  }
}

TEST_CASE("an invitation that has expired does not get past the handshake") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"net-5", "network", engine.now - 1, 1});
  Client agent = engine.connect(token.once);
  agent.send(enrol(make_key_pair().value()));
  CHECK(engine.audited("an invitation that has expired"));
  CHECK_FALSE(agent.receive(100));
}

TEST_CASE("an invitation enrols its kinds only, and does nothing but enrol") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"", "network,host", engine.now + kHour, 5});
  Client agent = engine.connect(token.once);
  agent.send(enrol(make_key_pair().value(), "camera"));
  const auto refuse = agent.receive(LinkKind::refuse);
  REQUIRE(refuse);
  CHECK(refuse->reason == "this invitation is for network,host agents; ask for one for this kind");
  CHECK(engine.audited("an enrolment from 127.0.0.1 was refused"));
  Client sender = engine.connect(token.once);
  sender.send(batch(1, 1), "x");
  const auto no = sender.receive(LinkKind::refuse);
  REQUIRE(no);
  CHECK(no->reason == "an invitation is for enrolment only");
  CHECK(engine.taken().empty());
}

TEST_CASE("an agent's file is looked at once a round: a revocation counts from the next one on") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const std::string key = engine.enrol("net-5").public_key;
  Admission admission(engine.keys, [&] { return engine.now.load(); });
  admission.begin_round();
  CHECK(admission.standing("net-5", key) == Admission::Standing::good);
  REQUIRE(revoke_agent(engine.keys, "net-5"));
  CHECK(admission.standing("net-5", key) == Admission::Standing::good);
  CHECK_FALSE(admission.admit(key).admitted);  // a handshake always looks
  admission.begin_round();
  CHECK(admission.standing("net-5", key) == Admission::Standing::revoked);
}

TEST_CASE("an agent that was revoked and enrolled again under a new key is served, its old key is not") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair old = engine.enrol("net-5");
  Client before = engine.connect(old);
  before.send(hello());
  REQUIRE(before.receive(LinkKind::welcome));
  REQUIRE(revoke_agent(engine.keys, "net-5"));
  const Token token = invite(engine, {"net-5", "network", engine.now + kHour, 1});
  const KeyPair own = make_key_pair().value();
  {
    Client agent = engine.connect(token.once);
    agent.send(enrol(own));
    REQUIRE(agent.receive(LinkKind::enrolled));
  }
  Client after = engine.connect(own);
  after.send(hello());
  REQUIRE(after.receive(LinkKind::welcome));
  before.send(batch(1, 1), "x");
  REQUIRE(before.receive(LinkKind::refuse));
  after.send(batch(1, 1), "y");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.taken()[0].payload == "y");
}

TEST_CASE("an invitation that has expired says when, whoever asks on a connection from before") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"net-5", "network", engine.now + kHour, 1});
  Admission admission(engine.keys, [&] { return engine.now + 2 * kHour; });
  const auto late = admission.enrol(token.once.public_key, enrol(make_key_pair().value()));
  REQUIRE_FALSE(late);
  CHECK(late.error().text() ==
        "this invitation expired on " + format_rfc3339(engine.now + kHour) + "; ask for a new one");
}

TEST_CASE("of many agents that race for the last uses of an invitation as many are enrolled as it has uses") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"", "network", engine.now + kHour, 3});
  std::vector<std::unique_ptr<Client>> agents;
  for (int i = 0; i < 8; ++i)
    agents.push_back(std::make_unique<Client>(engine.server->endpoint(), engine.engine_key, token.once));
  for (int i = 0; i < 8; ++i)
    agents[static_cast<std::size_t>(i)]->send(enrol(make_key_pair().value(), "network", "net-" + std::to_string(i)));
  int enrolled = 0, refused = 0;
  for (const std::unique_ptr<Client>& agent : agents) {
    const auto answer = agent->receive();
    REQUIRE(answer);
    enrolled += answer->kind == LinkKind::enrolled ? 1 : 0;
    refused +=
        answer->kind == LinkKind::refuse && answer->reason == "this invitation is used up; ask for a new one" ? 1 : 0;
  }
  CHECK(enrolled == 3);
  CHECK(refused == 5);
  CHECK(enrolled_agents(engine.keys)->size() == 3);
}

TEST_CASE("after a crash in the middle of an enrolment the same agent finishes it, and nobody else gets its use") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const Token token = invite(engine, {"", "network", engine.now + kHour, 1});
  const KeyPair own = make_key_pair().value(), other = make_key_pair().value();
  // What the disk holds when the engine ends between the invitation and the agent.
  StoredInvitation stored = read_invitation(invitation_file(engine.keys, token.once.public_key)).value();
  stored.invitation.uses = 0;
  stored.granted.push_back(own.public_key);
  REQUIRE(write_invitation(engine.keys, stored));
  Client stranger = engine.connect(token.once);
  stranger.send(enrol(other, "network", "net-8"));
  REQUIRE(stranger.receive(LinkKind::refuse));
  Client agent = engine.connect(token.once);
  agent.send(enrol(own));
  REQUIRE(agent.receive(LinkKind::enrolled));
  CHECK(enrolled_agents(engine.keys)->size() == 1);
}

TEST_CASE("an enrolment that a full disk cuts is refused with the reason, and goes on where it was") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  REQUIRE(engine_public_key(keys));
  constexpr UtcNs kNow = 1'700'000'000 * kSecond;
  REQUIRE(make_invitation(keys, "tcp://127.0.0.1:7710", {"", "network", kNow + kHour, 1}));
  std::string once;
  for (const auto& entry : std::filesystem::directory_iterator(keys / "invitations"))
    once = read_invitation(entry.path()).value().public_key;
  Admission admission(keys, [] { return kNow; });
  const LinkMessage request = enrol(make_key_pair().value());
  // No file of this process may grow beyond its first bytes, as on a full disk; for no longer than the call.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit full = before;
  full.rlim_cur = 16;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  const auto refused = admission.enrol(once, request);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("cannot write it") != std::string::npos);
  CHECK(read_invitation(invitation_file(keys, once))->invitation.uses == 1);
  CHECK(enrolled_agents(keys)->empty());
  REQUIRE(admission.enrol(once, request));
  CHECK(read_invitation(invitation_file(keys, once))->invitation.uses == 0);
}

TEST_CASE("a revocation takes back what is left of the invitation, and an engine that starts later audits who did it") {
  const Folder folder;
  std::string once;
  {
    Engine engine(folder.path() / "keys");
    const Token token = invite(engine, {"", "network", engine.now + kHour, 5, {"door-3"}});
    once = token.once.public_key;
    Client agent = engine.connect(token.once);
    agent.send(enrol(make_key_pair().value()));
    const auto enrolled = agent.receive(LinkKind::enrolled);
    REQUIRE(enrolled);
    CHECK(enrolled->devices == std::vector<std::string>{"door-3"});
    CHECK(engine.audited("an invitation was made for 5 agents of kind network, for door-3, until "));
  }
  const std::filesystem::path keys = folder.path() / "keys";
  const auto taken_back = revoke_agent(keys, "net-9");
  REQUIRE(taken_back);
  CHECK(*taken_back == 4);
  CHECK(read_invitation(invitation_file(keys, once))->invitation.uses == 0);
  Engine engine(keys);
  CHECK(engine.audited("net-9 was revoked (by "));
}

TEST_CASE("an engine that can open no file takes no agent for a stranger") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  REQUIRE(make_key_folders(keys).ok());
  const auto enrol = [&](const std::string& name) {
    const KeyPair pair = make_key_pair().value();
    REQUIRE(write_agent(keys, {name, "network", pair.public_key, 1, false}).ok());
    return pair.public_key;
  };
  Admission admission(keys, [] { return UtcNs{1}; });
  const std::string old = enrol("old");
  REQUIRE(admission.admit(old).admitted);
  const std::string fresh = enrol("fresh");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool still = admission.admit(old).admitted, known = admission.admit(fresh).admitted;
  const Admission::Standing standing = admission.standing("old", old);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(still);
  CHECK(standing == Admission::Standing::good);
  CHECK_FALSE(known);  // what nobody could read yet
  CHECK(admission.admit(fresh).admitted);
}

TEST_CASE("while no file can be opened, the authentication says later to keys that nobody could look up") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  REQUIRE(make_key_folders(keys).ok());
  Admission admission(keys, [] { return UtcNs{1}; });
  const auto code = [&](const std::string& key) {
    std::string raw(32, '\0');
    REQUIRE(zmq_z85_decode(reinterpret_cast<std::uint8_t*>(raw.data()), key.c_str()) != nullptr);
    return answer_zap({"1.0", "1", kZapDomain, "192.0.2.1", "", "CURVE", raw}, admission, false).frames.at(2);
  };
  const std::string stranger = make_key_pair().value().public_key;
  CHECK(code(stranger) == "400");
  const std::string agent = make_key_pair().value().public_key, seat = make_key_pair().value().public_key;
  REQUIRE(write_agent(keys, {"fresh", "network", agent, 1, false}).ok());
  StoredInvitation invitation;
  invitation.public_key = make_key_pair().value().public_key;
  invitation.invitation.expires = 2;
  REQUIRE(write_invitation(keys, invitation).ok());
  std::filesystem::create_directories(keys / "seats");
  std::ofstream(keys / "seats" / "tower.json") << R"({"role": "watch", "public_key": ")" << seat << "\"}";
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  std::vector<std::string> starved;
  for (const std::string& key : {agent, invitation.public_key, seat, stranger}) starved.push_back(code(key));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(starved == std::vector<std::string>(4, "300"));
  CHECK(code(agent) == "200");
  CHECK(code(invitation.public_key) == "200");
  CHECK(code(seat) == "200");
  CHECK(code(stranger) == "400");
}

TEST_CASE("while no file can be opened, an agent whose file was changed is not believed, and the others are") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  REQUIRE(make_key_folders(keys).ok());
  Admission admission(keys, [] { return UtcNs{1}; });
  const std::string changed = make_key_pair().value().public_key, same = make_key_pair().value().public_key;
  REQUIRE(write_agent(keys, {"changed", "network", changed, 1, false}).ok());
  REQUIRE(write_agent(keys, {"same", "network", same, 1, false}).ok());
  REQUIRE(admission.admit(changed).admitted);
  REQUIRE(admission.admit(same).admitted);
  REQUIRE(admission.standing("changed", changed) == Admission::Standing::good);
  REQUIRE(write_agent(keys, {"changed", "network", changed, 1, true}).ok());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Admission::Verdict first = admission.admit(changed), other = admission.admit(same);
  const Admission::Standing standing = admission.standing("changed", changed);
  const Admission::Standing others = admission.standing("same", same);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK_FALSE(first.admitted);
  CHECK(first.later);
  CHECK(standing != Admission::Standing::good);
  CHECK(other.admitted);
  CHECK(others == Admission::Standing::good);
  CHECK(admission.standing("changed", changed) == Admission::Standing::revoked);
  CHECK_FALSE(admission.admit(changed).later);
}
