#include "proto/attachment.hpp"
#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

const std::string kName(64, 'a');

LinkMessage piece(std::uint64_t offset, std::uint64_t total, const std::string& name = kName) {
  LinkMessage out;
  out.kind = LinkKind::attachment;
  out.attachment = name;
  out.media_type = "image/jpeg";
  out.offset = offset;
  out.total = total;
  return out;
}

/// An agent's end of the link, welcomed.
struct Agent {
  explicit Agent(Engine& engine, std::uint32_t version = 2) : client(engine.connect(engine.enrol("net-1"))) {
    LinkMessage first = hello();
    first.wire_version = version;
    client.send(first);
    REQUIRE(client.receive(LinkKind::welcome));
  }
  Client client;
};

}  // namespace

TEST_CASE("a piece of an attachment comes under the agent's enrolled name, and its answer goes back") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Agent welcomed(engine);
  Client& agent = welcomed.client;
  agent.send(piece(5, 12), "the rest");
  REQUIRE(engine.wait([](const Engine& e) { return e.pieces.size() == 1; }));
  const ReceivedPiece got = engine.pieces.front();
  CHECK(got.agent == "net-1");
  CHECK(got.hash == kName);
  CHECK(got.media_type == "image/jpeg");
  CHECK(got.offset == 5);
  CHECK(got.total == 12);
  CHECK(got.payload == "the rest");
  engine.server->answer_piece(
      {got.reply_to, kName, 12, 12, "", {{Topic::attachment, "net-1", {}, "something of note"}}});
  const auto stored = agent.receive(LinkKind::attachment_stored);
  REQUIRE(stored);
  CHECK(stored->attachment == kName);
  CHECK(stored->offset == 12);
  CHECK(stored->total == 12);
  CHECK(stored->reason.empty());
  CHECK(engine.audited("something of note"));
  engine.server->answer_piece({got.reply_to, kName, 0, 12, "not wanted"});
  CHECK(agent.receive(LinkKind::attachment_stored)->reason == "not wanted");
  engine.server->answer_piece({9999, kName, 0, 12, "of a connection that is gone"});
}

TEST_CASE("pieces without a name or of a wrong size are named and go no further, and events go on") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Agent welcomed(engine);
  Client& agent = welcomed.client;
  agent.send(piece(0, 10, "../../keys/engine.key"), "x");
  CHECK(engine.audited("a piece of an attachment without a name"));
  agent.send(piece(0, 10));
  CHECK(agent.receive(LinkKind::attachment_stored)->reason == "a piece of no bytes or too many");
  agent.send(piece(0, 1U << 20U), std::string(kMostPieceBytes + 1, 'x'));
  CHECK(agent.receive(LinkKind::attachment_stored)->reason == "a piece of no bytes or too many");
  agent.send(batch(1, 1), "event");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.pieces.empty());
}

TEST_CASE("an agent that sends pieces without waiting for answers is held to twice the window") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Agent welcomed(engine);
  Client& agent = welcomed.client;
  for (std::uint64_t i = 0; i < 50; ++i) agent.send(piece(i, 100), "x");
  agent.send(batch(1, 1), "event");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.pieces.size() == 2 * kPieceWindow);
  CHECK(engine.audited("more pieces of attachments than the window allows"));
  engine.server->answer_piece({engine.pieces.front().reply_to, kName, 1, 100, ""});
  REQUIRE(agent.receive(LinkKind::attachment_stored));
  agent.send(piece(60, 100), "x");
  REQUIRE(engine.wait([](const Engine& e) { return e.pieces.size() == 2 * kPieceWindow + 1; }));
}

TEST_CASE("pieces for which there is no room are left out and hold nothing up") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Agent welcomed(engine);
  Client& agent = welcomed.client;
  {
    const std::lock_guard hold(engine.mutex);
    engine.room = false;
  }
  for (std::uint64_t i = 0; i < 50; ++i) agent.send(piece(i, 100), "x");
  agent.send(batch(1, 1), "event");
  REQUIRE(engine.wait([](const Engine& e) { return e.offers > 0; }));
  {
    const std::lock_guard hold(engine.mutex);
    engine.room = true;
  }
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.pieces.empty());
}

TEST_CASE("an agent of version 1 has no attachments") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  Agent welcomed(engine, 1);
  Client& agent = welcomed.client;
  agent.send(piece(0, 100), "x");
  agent.send(batch(1, 1), "event");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 1; }));
  CHECK(engine.pieces.empty());
}
