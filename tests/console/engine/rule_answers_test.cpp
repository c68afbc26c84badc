#include "console/engine/rule_answers.hpp"

#include <algorithm>

#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;

namespace {

const std::atomic<bool> kNotCancelled{false};

QueryPage ask(Rig& rig, Query::What what, const std::string& where = {}, std::uint64_t known = 0) {
  Query query;
  query.what = what;
  query.where = where;
  query.known = known;
  return answer_rules(rig.engine().rules(), rig.data(), rig.options.clock.now(), query, kNotCancelled);
}

}  // namespace

TEST_CASE("an engine tells all its rules, also those that never matched and those that cannot be used") {
  Rig rig(rule("r1", "attack") + "---\n" + rule("r2", "scan", "low") +
          "---\ntitle: t\nid: r9\nlogsource: {category: test}\ndetection: {condition: x}\n");
  // Figures are made anew every five seconds at most.
  rig.options.clock = Clock(1'772'000'000 * kSecond, monotonic_ns(), 20.0);
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, events(1, 3, "attack"));
  rig.wait([](const Snapshot& s) { return !s.incidents.empty(); });
  rig.wait([&](const Snapshot&) {
    const QueryPage page = ask(rig, Query::What::rules);
    return page.rules && !page.rules->firings.empty() && page.rules->firings[0].times == 3;
  });
  const QueryPage page = ask(rig, Query::What::rules);
  REQUIRE(page.error.empty());
  const RuleList& list = *page.rules;
  REQUIRE(list.rules.size() == 2);
  CHECK(list.rules[0].id == "r1");
  CHECK(list.rules[0].file == rig.rule_file().string() + ":1");
  CHECK(list.rules[0].logsource.category == "test");
  CHECK(list.rules[1].level == Priority::low);
  REQUIRE(list.problems.size() == 1);
  CHECK(list.problems[0].starts_with(rig.rule_file().string() + ":"));
  REQUIRE(list.firings.size() == 1);
  CHECK(list.firings[0].rule == "r1");
  CHECK(list.since != 0);
  REQUIRE_FALSE(list.weeks.empty());
  REQUIRE(list.weeks[0].rules.size() == 1);
  CHECK(list.weeks[0].rules[0].rows > 0);

  // Who has the list gets the figures alone.
  const QueryPage again = ask(rig, Query::What::rules, {}, list.version);
  CHECK(again.rules->same);
  CHECK(again.rules->rules.empty());
  CHECK(again.rules->weeks == list.weeks);
  // A restart with the same rules has the same version, other rules have another.
  rig.stop();
  rig.start();
  CHECK(ask(rig, Query::What::rules).rules->version == list.version);
  CHECK(ask(rig, Query::What::rules).rules->firings == list.firings);
  rig.write_rules(rule("r1", "attack", "low"));
  must(rig.engine().reload(rig.judgement(), rig.notes));
  rig.wait([&](const Snapshot&) { return ask(rig, Query::What::rules).rules->version != list.version; });
}

TEST_CASE("a rule is told with its own document of a file and the incidents that have its name") {
  const std::string second = rule("r2", "attack");
  Rig rig(rule("r1", "scan") + "---\n" + second + "---\n" + rule("r3", "login"));
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, {event(1, "attack", "a"), event(2, "attack", "b"), event(3, "scan", "c")});
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.incidents.size() == 3; });
  rig.command(rig.acknowledge(*snapshot->incidents[0]));
  const auto rows = [&] {
    const QueryPage page = ask(rig, Query::What::rule, "r2");
    return page.rule ? page.rule->rows : std::vector<RuleDetail::Row>{};
  };
  rig.wait([&](const Snapshot&) {
    const auto all = rows();
    return all.size() == 2 && std::any_of(all.begin(), all.end(), [](const RuleDetail::Row& row) {
             return row.state == IncidentState::acknowledged;
           });
  });
  const QueryPage page = ask(rig, Query::What::rule, "r2");
  CHECK(page.error.empty());
  CHECK(page.rule->text == second);
  CHECK(page.rule->path == rig.rule_file().string());
  const auto lines = static_cast<std::uint32_t>(std::count(second.begin(), second.end(), '\n'));
  CHECK(page.rule->line > lines);
  CHECK(page.rule->rows[0].priority == Priority::high);
  CHECK(page.rule->rows[0].opened != 0);

  const QueryPage none = ask(rig, Query::What::rule, "r7");
  CHECK(none.rule->text.empty());
  CHECK(none.rule->text_absent == "This rule is not loaded");
  CHECK(none.rule->rows.empty());
}

TEST_CASE("a question about rules is no question about what is stored") {
  Rig rig;
  rig.start();
  Query query;
  query.what = Query::What::rules;
  CHECK_FALSE(answer_rules({}, {}, 0, query, kNotCancelled).error.empty());
}
