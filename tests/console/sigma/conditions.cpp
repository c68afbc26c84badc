// Conditions (Sigma rules specification 2.1, "Condition").
#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using wf::test::detects;

TEST_CASE("Conditions follow precedence, patterns and names") {
  const std::string all = "a: {A: 1}, b: {B: 1}, c: {C: 1}, _d: {D: 1}";
  CHECK(detects("{" + all + ", condition: a or b and c}", R"({"A":1})"));
  CHECK_FALSE(detects("{" + all + ", condition: (a or b) and c}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: all of them}", R"({"A":1,"B":1,"C":1})"));
  CHECK_FALSE(detects("{" + all + ", condition: 1 of them}", R"({"D":1})"));
  CHECK(detects("{" + all + ", condition: 1 of _*}", R"({"D":1})"));
  CHECK(detects("{" + all + ", condition: a and not (b or c)}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: a and not not b}", R"({"A":1,"B":1})"));
  CHECK(detects("{sel_a_main: {A: 1}, sel_b_main: {B: 1}, sel_c: {C: 1}, condition: 1 of sel_*_main}", R"({"B":1})"));
  CHECK_FALSE(
      detects("{sel_a_main: {A: 1}, sel_b_main: {B: 1}, sel_c: {C: 1}, condition: 1 of sel_*_main}", R"({"C":1})"));
  CHECK(detects("{not_sel: {A: 1}, condition: not_sel}", R"({"A":1})"));
  CHECK_FALSE(detects("{selection: {A: 1}, selection2: {B: 1}, condition: selection and selection2}", R"({"A":1})"));
  CHECK(detects("{a: {A: 1}, b: {B: 1}, condition: [a, b]}", R"({"B":1})"));
}

TEST_CASE("Not binds closest, then and, then or, and brackets over all") {
  const std::string all = "a: {A: 1}, b: {B: 1}, c: {C: 1}";
  CHECK(detects("{" + all + ", condition: not a and b or c}", R"({"B":1})"));
  CHECK(detects("{" + all + ", condition: not a and b or c}", R"({"A":1,"C":1})"));
  CHECK_FALSE(detects("{" + all + ", condition: not (a and b)}", R"({"A":1,"B":1})"));
  CHECK(detects("{" + all + ", condition: not a or b}", "{}"));
  CHECK(detects("{" + all + ", condition: ((a))and(b)}", R"({"A":1,"B":1})"));
  CHECK(detects("{" + all + ", condition: a AND NOT b}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: 1 of a and not 1 of b*}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: any of them}", R"({"C":1})"));
}

TEST_CASE("Patterns of names have a star anywhere, and keep what each name means inside") {
  const std::string all = "sel_a: {A: 1, B: 1}, sel_b: {C: 1}, other: {D: 1}";
  CHECK_FALSE(detects("{" + all + ", condition: 1 of sel_*}", R"({"A":1})"));
  CHECK(detects("{" + all + ", condition: 1 of sel_*}", R"({"A":1,"B":1})"));
  CHECK(detects("{" + all + ", condition: all of sel_*}", R"({"A":1,"B":1,"C":1})"));
  CHECK(detects("{" + all + ", condition: 1 of *_b}", R"({"C":1})"));
  CHECK(detects("{" + all + ", condition: 1 of *e*}", R"({"D":1})"));
  CHECK(detects("{" + all + ", condition: all of sel_b}", R"({"C":1})"));
  CHECK_FALSE(detects("{" + all + ", condition: 1 of *}", R"({"E":1})"));
}

TEST_CASE("Equal parts of different rules give each rule its own answer") {
  wf::sigma::LoadReport report;
  const auto rule = [](const std::string& id, const std::string& condition) {
    return "title: t\nid: " + id + "\nlogsource: {category: test}\ndetection: {a: {A|contains: [x, y]}, b: {B: 1}, " +
           "condition: " + condition + "}\n---\n";
  };
  const auto rules = wf::test::rules_of(
      rule("and", "a and b") + rule("or", "b or a") + rule("not", "not a") + rule("twice", "not not (b and a)"),
      report);
  wf::sigma::Matcher matcher(rules);
  using Set = std::set<std::string>;
  const auto ids = [&](const wf::test::Json& fields) {
    return wf::test::ids_of(matcher, *rules, wf::test::event_of(fields));
  };
  CHECK(ids({{"A", "y"}, {"B", 1}}) == Set{"and", "or", "twice"});
  CHECK(ids({{"A", "y"}}) == Set{"or"});
  CHECK(ids({{"B", 1}}) == Set{"or", "not"});
  CHECK(ids({{"C", 1}}) == Set{"not"});
}
