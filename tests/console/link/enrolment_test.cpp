#include <sodium.h>

#include <simdjson.h>

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
