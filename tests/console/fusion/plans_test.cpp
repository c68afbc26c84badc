// Response plans: what is read, what is refused and where, and which plan an alert gets.
#include "console/fusion/plans.hpp"

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using fusion::PlanBook;

namespace {

struct Loaded {
  std::shared_ptr<const PlanBook> book;
  sigma::LoadReport report;
};

Loaded load(std::vector<sigma::RuleFile> files) {
  Loaded out;
  out.book = PlanBook::compile(files, out.report);
  return out;
}

/// What is said of a plan whose document is `lines` below "v: 1".
std::string problem(const std::string& lines) {
  const Loaded l = load({{"p.yaml", "v: 1\n" + lines}});
  CHECK(l.book->plans().empty());
  CHECK(l.report.refused == 1);
  return l.report.problems.size() == 1 ? l.report.problems.front() : std::to_string(l.report.problems.size());
}

constexpr const char* kHead = "id: a\ntitle: A\n";
constexpr const char* kSteps = "steps: [{do: Look, role: Guard}]\n";

sigma::RuleInfo rule(const std::string& id) {
  sigma::RuleInfo out;
  out.id = id;
  return out;
}

std::string id_of(const PlanBook::Found& plan) { return plan ? plan->id : "none"; }

}  // namespace

TEST_CASE("A plan has steps with text, role, target and needs") {
  const Loaded l = load({{"p.yaml", R"(
v: 1
id: door-forced
title: Door forced
for: {rules: [r-forced], tags: [attack.t1200], kinds: [door.forced]}
steps:
  - {do: Look at the door's camera, role: Operator, minutes: 1}
  - do: Send a guard
    role: Operator
    minutes: 3
    needs: Radio channel 2
  - {do: Have the lock checked, role: Maintenance}
)"}});
  CHECK(l.report.problems == std::vector<std::string>{});
  REQUIRE(l.book->plans().size() == 1);
  const fusion::Plan& plan = *l.book->plans().front();
  CHECK(plan.title == "Door forced");
  CHECK(plan.file == "p.yaml:2");
  REQUIRE(plan.steps.size() == 3);
  CHECK(plan.steps[0].text == "Look at the door's camera");
  CHECK(plan.steps[0].within == kMinute);
  CHECK(plan.steps[1].needs == "Radio channel 2");
  CHECK(plan.steps[2].role == "Maintenance");
  CHECK(plan.steps[2].within == 0);
}

TEST_CASE("What is wrong with a plan is named with file and line, and what to do") {
  const std::string head = kHead, steps = kSteps;
  CHECK(problem(head) == "p.yaml:1: the plan has no steps; list them under 'steps'");
  CHECK(problem("title: A\n" + steps) == "p.yaml:1: no id; add 'id', for example door-forced");
  CHECK(problem("id: a\n" + steps) == "p.yaml:1: no title; add 'title'");
  CHECK(problem(head + "step: x\n" + steps) == "p.yaml:4: a plan has no 'step'; use v, id, title, for, steps");
  CHECK(problem(head + "for: {rule: x}\n" + steps) == "p.yaml:4: 'for' has no 'rule'; use rules, tags, kinds");
  CHECK(problem(head + "steps: [Look]\n") == "p.yaml:4: a step is no map; see assets/plans/README.md");
  CHECK(problem(head + "steps: []\n") == "p.yaml:4: the plan has no steps; list them under 'steps'");
  CHECK(problem(head + "steps:\n  - {do: Look, role: Guard}\n  - {role: Guard}\n") ==
        "p.yaml:6: a step does not say what to do; add 'do'");
  CHECK(problem(head + "steps: [{do: Look}]\n") == "p.yaml:4: a step does not say whose it is; add 'role'");
  CHECK(problem(head + "steps:\n  - {do: Look, role: G}\n  - {do: Look, role: H}\n") ==
        "p.yaml:6: the same step stands here twice; keep one of them");
  for (const char* minutes : {"0", "-2", "soon", "1.5", "99999999999999999999", "5m"})
    CHECK(problem(head + "steps: [{do: Look, role: G, minutes: " + minutes + "}]\n") ==
          std::string("p.yaml:4: '") + minutes +
              "' is no number of minutes; write a whole number from 1 to 10080, counted from the call");
  CHECK(problem(head + "steps: [{do: " + std::string(81, 'x') + ", role: G}]\n") ==
        "p.yaml:4: 'do' has 81 letters of at most 80; say it shorter: it is read at a glance");
  CHECK(problem(head + "steps: [{do: \"two\\nlines\", role: G}]\n") ==
        "p.yaml:4: 'do' is more than one line; write one line");
  std::string nine = head + "steps:\n";
  for (int i = 0; i < 9; ++i) nine += "  - {do: Step " + std::to_string(i) + ", role: G}\n";
  CHECK(problem(nine) == "p.yaml:5: 9 steps of at most 8; keep what is done in the first hour");
  CHECK(problem(head + "title: B\n" + steps) == "p.yaml:4: 'title' is written twice; join the two, or rename one");
  const Loaded newer = load({{"p.yaml", "v: 2\n" + head + steps}});
  CHECK(newer.report.problems ==
        std::vector<std::string>{"p.yaml:1: this version of a plan is not known; write `v: 1`, or update watchfloor"});
}

TEST_CASE("What is no YAML costs its file, a bad plan itself, and the rest loads") {
  const std::string good = std::string("v: 1\n") + kHead + kSteps;
  const Loaded l = load({{"bad.yaml", "v: 1\n  id: [a\n"},
                         {"list.yaml", "- a\n- b\n"},
                         {"two.yaml", good + "---\nv: 1\nid: b\n---\nv: 1\nid: c\ntitle: C\n" + kSteps}});
  REQUIRE(l.report.problems.size() == 3);
  CHECK(l.report.problems[0].starts_with("bad.yaml:2: not YAML: "));
  CHECK(l.report.problems[1] == "list.yaml:1: a plan is no map; see assets/plans/README.md");
  CHECK(l.report.problems[2] == "two.yaml:6: no title; add 'title'");
  REQUIRE(l.book->plans().size() == 2);
  CHECK(l.report.loaded == 2);
  CHECK(l.book->plans()[0]->id == "a");
  CHECK(l.book->plans()[1]->id == "c");
}

TEST_CASE("An id, a rule, a tag and a kind belong to one plan: the first") {
  const std::string first = "v: 1\nid: a\ntitle: A\nfor: {rules: [r], tags: [t], kinds: [k]}\n" + std::string(kSteps);
  const auto second = [&](const std::string& id, const std::string& selectors) {
    const Loaded l =
        load({{"1.yaml", first},
              {"2.yaml", "v: 1\nid: " + id + "\ntitle: B\nfor: " + selectors + "\n" + std::string(kSteps)}});
    CHECK(l.book->plans().size() == 1);
    return l.report.problems.empty() ? std::string() : l.report.problems.front();
  };
  CHECK(second("a", "{}") == "2.yaml:1: there is a plan 'a' already in 1.yaml:1; keep it in one place");
  CHECK(second("b", "{rules: [q, r]}") ==
        "2.yaml:1: there is a plan for rule 'r' already in 1.yaml:1; keep it in one place");
  CHECK(second("b", "{tags: [t]}") ==
        "2.yaml:1: there is a plan for tag 't' already in 1.yaml:1; keep it in one place");
  CHECK(second("b", "{kinds: [k]}") ==
        "2.yaml:1: there is a plan for kind 'k' already in 1.yaml:1; keep it in one place");
}

TEST_CASE("The nearest plan is taken: named by the rule, for the rule, the rule's own, by tag, by kind") {
  const auto plan = [](const std::string& id, const std::string& selectors) {
    return "v: 1\nid: " + id + "\ntitle: T\nfor: " + selectors + "\n" + std::string(kSteps) + "---\n";
  };
  const auto book =
      test::plans_of(plan("named", "{}") + plan("for-rule", "{rules: [r-1]}") + plan("tag-1", "{tags: [t-1]}") +
                     plan("tag-2", "{tags: [t-2]}") + plan("kind", "{kinds: [door.forced]}"));
  sigma::RuleInfo r = rule("r-1");
  r.tags = {"t-0", "t-2", "t-1"};
  r.plan = {"Own step"};
  r.plan_id = "named";
  CHECK(id_of(book->of(r, "door.forced")) == "named");
  r.plan_id = "gone";
  CHECK(id_of(book->of(r, "door.forced")) == "for-rule");
  r.id = "r-2";
  const auto own = book->of(r, "door.forced");
  REQUIRE(own);
  CHECK(own->id.empty());
  REQUIRE(own->steps.size() == 1);
  CHECK(own->steps[0].text == "Own step");
  r.plan.clear();
  CHECK(id_of(book->of(r, "door.forced")) == "tag-2");  // the rule's first tag that has one
  r.tags.clear();
  CHECK(id_of(book->of(r, "door.forced")) == "kind");
  CHECK(id_of(book->of(r, "door.held")) == "none");
  CHECK(id_of(book->of_kind("door.forced")) == "kind");
}

TEST_CASE("Rules and plans that name each other in vain are told") {
  const auto rules = test::rules_of(R"(
title: Forced
id: r-forced
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor: {plan: {id: door-forced}}
)");
  REQUIRE(rules->rules().size() == 1);
  CHECK(rules->rules()[0].plan_id == "door-forced");
  CHECK(rules->rules()[0].plan.empty());
  const auto none = test::plans_of("");
  CHECK(none->missing(*rules) ==
        std::vector<std::string>{"rules.yml:2: there is no plan 'door-forced'; correct the rule's `plan: {id: …}`, or "
                                 "add the plan"});
  const auto book =
      test::plans_of("v: 1\nid: door-forced\ntitle: D\nfor: {rules: [r-forced, r-gone]}\n" + std::string(kSteps));
  CHECK(book->missing(*rules).empty());
  CHECK(book->strangers(*rules) ==
        std::vector<std::string>{"plans.yaml:1: there is no rule 'r-gone'; correct `for: rules:`"});
}

TEST_CASE("A rule that names a plan in a way that means nothing is refused") {
  const auto said = [](const std::string& plan) {
    sigma::LoadReport report;
    (void)sigma::RuleSet::compile(
        {{"r.yml",
          "title: T\nid: r\nlogsource: {product: p}\ndetection: {s: {a: b}, condition: s}\nwatchfloor:\n  "
          "plan: " +
              plan + "\n"}},
        report);
    return report.problems.empty() ? std::string() : report.problems.front();
  };
  CHECK(said("{id: door}").empty());
  CHECK(said("[One, Two]").empty());
  CHECK(said("One").empty());
  CHECK(said("{id: ''}") == "r.yml:6: 'plan' names no plan; write its id");
  CHECK(said("{name: door}") ==
        "r.yml:6: 'plan: name' is not known; name a plan, `plan: {id: door-forced}`, or list steps");
}
