#include <atomic>
#include <fstream>

#include "console/engine/compiled_rules.hpp"
#include "console/engine/rule_answers.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;

namespace {

const std::atomic<bool> kNever{false};

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

TEST_CASE("fusion's thread compiles nothing that a reload has compiled, also where people changed rules") {
  Rig rig(rule("r1", "attack"));
  rig.options.role = "Administrator";
  rig.start();
  const auto in_force = [&] { return rig.engine().rules().in_force; };
  const auto version = [&] { return in_force() ? in_force()->version : 0; };
  rig.wait([&](const Snapshot&) { return in_force() != nullptr; });
  std::uint64_t before = version();
  rig.write_rules(rule("r1", "attack") + "---\n" + rule("r2", "scan"));
  must(rig.engine().reload(rig.judgement(), rig.notes));
  rig.wait([&](const Snapshot&) { return version() != before; });
  sigma::LoadReport report;
  CHECK(in_force()->rules == engine::compile_rules(*in_force()->files, report));

  Command edit;
  edit.kind = CommandKind::rule;
  edit.action = "text";
  edit.target = "r2";
  edit.text = "the scanner is ours";
  const auto detail =
      engine::answer_rules(rig.engine().rules(), rig.data(), 0, {Query::What::rule, 0, 0, "r2"}, kNever);
  REQUIRE(detail.rule);
  edit.document = detail.rule->text;
  edit.basis = text_sum(detail.rule->text);
  edit.document.replace(edit.document.find("scan"), 4, "sweep");
  before = version();
  const CommandReply reply = rig.command(edit);
  INFO(reply.message);
  REQUIRE(reply.accepted);
  rig.wait([&](const Snapshot&) { return version() != before; });
  REQUIRE(in_force()->changes.any_text());
  before = version();
  rig.write_rules(rule("r1", "attack") + "---\n" + rule("r2", "scan") + "---\n" + rule("r3", "else"));
  must(rig.engine().reload(rig.judgement(), rig.notes));
  rig.wait([&](const Snapshot&) { return version() != before; });
  CHECK(in_force()->rules == engine::compile_rules(*in_force()->files, report));
  CHECK(in_force()->rules->rules().size() == 3);
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

namespace {

/// A plan for the rule r1, in a file of the rig.
std::string write_plan(Rig& rig, const std::string& step) {
  const std::filesystem::path folder = rig.rule_file().parent_path().parent_path() / "plans";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "attack.yaml") << "v: 1\nid: attack\ntitle: Attack\nfor: {rules: [r1]}\nsteps:\n  - " << step
                                        << "\n";
  rig.options.plans = {folder};
  return (folder / "attack.yaml").string();
}

}  // namespace

TEST_CASE("plans are part of the configuration: a replay has the steps of then, new ones come by a reload") {
  Rig rig(rule("r1", "attack"));
  write_plan(rig, "{do: Look, role: Operator, minutes: 5}");
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, {event(1, "attack", "a")});
  auto snapshot = rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; });
  CHECK(snapshot->incidents[0]->plan_title == "Attack");
  REQUIRE(snapshot->incidents[0]->plan.size() == 1);
  const PlanStep before = snapshot->incidents[0]->plan[0];
  CHECK(before.text == "Look");
  CHECK(before.due == snapshot->incidents[0]->opened + 5 * kMinute);
  write_plan(rig, "{do: Isolate, role: IT, minutes: 9}");
  must(rig.engine().reload(rig.judgement(), rig.notes));
  CHECK(configurations(rig.data()) == 2);
  rig.deliver(*agent, 2, {event(2, "attack", "b")});
  rig.wait([](const Snapshot& s) { return s.incidents.size() == 2; });
  rig.stop();
  rig.start();
  snapshot = rig.engine().snapshot();
  REQUIRE(snapshot->incidents.size() == 2);
  CHECK(snapshot->incidents[0]->plan[0].text == "Look");
  CHECK(snapshot->incidents[0]->plan[0].due == before.due);
  CHECK(snapshot->incidents[1]->plan[0].text == "Isolate");
  CHECK(configurations(rig.data()) == 2);
}

TEST_CASE("a plan that can no longer be read leaves what is in force as it is; one that never could is named") {
  Rig rig(rule("r1", "attack"));
  const std::string file = write_plan(rig, "{do: Look, role: Operator}");
  std::ofstream(std::filesystem::path(file).parent_path() / "bad.yaml") << "v: 1\nid: bad\n";
  rig.start();
  REQUIRE(rig.notes.size() == 1);
  CHECK(rig.notes[0].ends_with("bad.yaml:1: no title; add 'title'"));
  write_plan(rig, "{do: Look}");
  const Result<void> reloaded = rig.engine().reload(rig.judgement(), rig.notes);
  REQUIRE_FALSE(reloaded.ok());
  CHECK(reloaded.error().what == "a response plan that is in force cannot be read any more");
  CHECK(reloaded.error().where == file);
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, {event(1, "attack", "a")});
  CHECK(rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; })->incidents[0]->plan_title == "Attack");
  CHECK(configurations(rig.data()) == 1);
}
