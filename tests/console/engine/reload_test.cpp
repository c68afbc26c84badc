#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;

namespace {

std::uint64_t configurations(const std::filesystem::path& data) {
  std::uint64_t n = 0;
  must(must(store::Reader::open(data))->read_log(0, [&](store::Record& record) {
    n += record.kind == store::RecordKind::config ? 1 : 0;
    return true;
  }));
  return n;
}

}  // namespace

TEST_CASE("new rules are one record of the log and judge what comes after it") {
  Rig rig(rule("r1", "attack"));
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, {event(1, "scan", "a")});
  rig.wait([](const Snapshot& s) { return s.events_total == 1; });
  rig.write_rules(rule("r1", "attack") + "---\n" + rule("r2", "scan"));
  must(rig.engine().reload(rig.judgement(), rig.notes));
  rig.deliver(*agent, 2, {event(2, "scan", "b")});
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.events_total == 2; });
  REQUIRE(snapshot->incidents.size() == 1);
  CHECK(snapshot->incidents[0]->rule_id == "r2");
  CHECK(configurations(rig.data()) == 2);
  // The past keeps the rules of then.
  rig.stop();
  rig.start();
  CHECK(rig.engine().snapshot()->incidents.size() == 1);
  CHECK(configurations(rig.data()) == 2);
}

TEST_CASE("rules that can no longer be read leave those in force as they are") {
  Rig rig(rule("r1", "attack"));
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.write_rules("title: broken\nid: r1\nlogsource: {category: test}\ndetection: {s: {what: attack}, condition: t}\n");
  const Result<void> reloaded = rig.engine().reload(rig.judgement(), rig.notes);
  REQUIRE_FALSE(reloaded.ok());
  CHECK(reloaded.error().what == "a rule that is in force cannot be read any more");
  CHECK(reloaded.error().where == rig.rule_file().string());
  rig.deliver(*agent, 1, events(1, 1, "attack"));
  rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; });
  CHECK(configurations(rig.data()) == 1);

  // Nor does a restart take them.
  rig.stop();
  rig.start();
  REQUIRE_FALSE(rig.notes.empty());
  CHECK(rig.notes.back().find("cannot be read any more") != std::string::npos);
  CHECK(rig.engine().snapshot()->incidents.size() == 1);
}

TEST_CASE("a reload that changes nothing writes nothing") {
  Rig rig;
  rig.start();
  must(rig.engine().reload(rig.judgement(), rig.notes));
  CHECK(configurations(rig.data()) == 1);
}

TEST_CASE("a rule that never could be used is named and does not keep the others out") {
  Rig rig(rule("r1", "attack") + "---\ntitle: t\nid: r9\nlogsource: {category: test}\ndetection: {condition: x}\n");
  rig.start();
  CHECK_FALSE(rig.notes.empty());
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, events(1, 1, "attack"));
  rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; });
}

TEST_CASE("an engine without rules and site starts, stores and says nothing wrong of it") {
  Rig rig;
  rig.options.rules.clear();
  rig.start();
  CHECK(rig.notes.empty());
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, events(1, 3));
  CHECK(rig.wait([](const Snapshot& s) { return s.events_total == 3; })->incidents.empty());
  CHECK(rig.engine().alive());
}

TEST_CASE("a port in use is an error that names it, and the data directory is free again") {
  Rig first, second;
  first.start();
  second.options.listen = first.engine().endpoint();
  std::vector<std::string> notes;
  const auto refused = engine::Engine::start(second.options, notes);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().where == first.engine().endpoint());
  second.options.listen = "tcp://127.0.0.1:0";
  second.start();
}
