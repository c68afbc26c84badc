#include "console/engine/command_codec.hpp"

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::engine;

TEST_CASE("a command comes back from the log as it was") {
  Command c;
  c.id = "abc";
  c.kind = GENERATE(CommandKind::progress, CommandKind::panic, CommandKind::ticket);
  c.time = 5;
  c.actor = "avos";
  c.seat = "gate-pc";
  c.incidents = {4};
  c.seen_revisions = {2};
  c.text = "nobody there";
  c.action = "clear";
  c.role = "Guard";
  c.post = "Gate 3";
  const Result<Command> out = command_from_json(command_to_json(c));
  REQUIRE(out.ok());
  CHECK(*out == c);
}

TEST_CASE("a command of a log of before posts is read, one of a newer log is not guessed") {
  const Result<Command> old = command_from_json(
      R"({"v":1,"id":"a","kind":11,"name":"on scene","time":5,"actor":"x","seat":"s","incidents":[1]})");
  REQUIRE(old.ok());
  CHECK(old->kind == CommandKind::on_scene);
  CHECK(old->post.empty());
  CHECK_FALSE(command_from_json(R"({"v":1,"id":"a","kind":99,"time":5})").ok());
}
