#include "tests/console/backtest/log.hpp"

using namespace wf;
using namespace wf::backtest;
using namespace wf::backtest::test;

TEST_CASE("a rule that is left out loses its rows, and those resolved as true are missed") {
  Log log;
  const std::string keep = rule("keep", "scan"), drop = rule("drop", "login", "medium");
  log.configure(kBegin, keep + drop);
  log.event(kBegin + kMinute, "scan", "h1");
  log.event(kBegin + 2 * kMinute, "login", "h2");
  log.event(kBegin + 3 * kMinute, "login", "h3");
  log.handle(kBegin + 4 * kMinute, log.at_host("h1"), Cause::true_alarm);
  const std::uint64_t missed = log.at_host("h2");
  log.handle(kBegin + 10 * kMinute, missed, Cause::true_alarm, 6 * kMinute);
  log.handle(kBegin + 20 * kMinute, log.at_host("h3"), Cause::nuisance, 2 * kMinute);

  const Report report = log.run(keep);
  CHECK(report.then.rows == 3);
  CHECK(report.candidate.rows == 1);
  CHECK(report.kept_then == 1);
  CHECK(report.lost.size() == 2);
  CHECK(report.gained.empty());
  CHECK(report.confirmed == 2);
  REQUIRE(report.missed.size() == 1);
  CHECK(report.missed[0].id == missed);
  CHECK(report.missed[0].rule_id == "drop");
  CHECK(report.missed[0].other == 0);
  CHECK(report.weaker.empty());
  CHECK(report.candidate.left_open == 0);
  CHECK(report.commands == 6);
  CHECK(report.commands_without_row == 4);
  REQUIRE(report.rules.size() == 2);
  const RuleLine& line = report.rules[0];
  CHECK(line.id == "drop");
  CHECK(line.then == 2);
  CHECK(line.candidate == 0);
  CHECK(line.missed == 1);
  CHECK(line.confirmed == 1);
  CHECK(line.unfounded == 1);
  // As long as people took: four, six and two minutes.
  CHECK(line.minutes_then == Approx(8));
  CHECK(line.minutes_a_row == Approx(4));
  CHECK(report.then.minutes == Approx(12));
  CHECK(report.candidate.minutes == Approx(4));
}

TEST_CASE("the rules of then as candidate lose and gain nothing") {
  Log log;
  const std::string rules = rule("a", "scan") + rule("b", "login", "low");
  log.configure(kBegin, rules);
  for (int i = 0; i < 40; ++i)
    log.event(kBegin + (i + 1) * kMinute, i % 3 == 0 ? "scan" : "login", "h" + std::to_string(i % 7));
  log.handle(kBegin + 50 * kMinute, log.at_host("h3"), Cause::false_alarm);
  log.event(kBegin + 70 * kMinute, "scan", "h3");
  (void)log.command(kBegin + 71 * kMinute, CommandKind::shelve, log.at_host("h4"));
  (void)log.command(kBegin + 72 * kMinute, CommandKind::call, 0);
  log.event(kBegin + 5 * kHour, "login", "h4");
  const Report report = log.run(rules);
  CHECK(report.then.rows > 7);
  CHECK(report.candidate.rows == report.then.rows);
  CHECK(report.candidate.calls == report.then.calls);
  CHECK(report.candidate.by_priority == report.then.by_priority);
  CHECK(report.candidate.left_open == report.then.left_open);
  CHECK(report.kept_then == report.then.rows);
  CHECK(report.kept_candidate == report.candidate.rows);
  CHECK(report.lost.empty());
  CHECK(report.gained.empty());
  CHECK(report.commands_without_row == 0);
  CHECK(report.handled_for_nobody == 0);
}

TEST_CASE("a row of the same event is the same, whatever rule names it and whatever its number is") {
  Log log;
  log.configure(kBegin, rule("then", "login"));
  log.event(kBegin + kMinute, "scan", "h1");
  log.event(kBegin + 2 * kMinute, "login", "h2");
  log.handle(kBegin + 3 * kMinute, log.at_host("h2"), Cause::true_alarm);
  log.event(kBegin + kHour, "login", "h2");
  // A row for the scan comes first, so numbers differ; commands must find the right row all the same.
  const Report report = log.run(rule("early", "scan") + rule("now", "login", "low"));
  CHECK(report.then.rows == 2);
  CHECK(report.candidate.rows == 3);
  CHECK(report.lost.empty());
  REQUIRE(report.gained.size() == 1);
  CHECK(report.gained[0].rule_id == "early");
  CHECK(report.commands_without_row == 0);
  CHECK(report.missed.empty());
  REQUIRE(report.weaker.size() == 1);
  CHECK(report.weaker[0].note == "low instead of high");
  CHECK(report.weaker[0].other == 2);
}

TEST_CASE("a lost row names the candidate's row of the same thing at the time, and only then") {
  Log log;
  log.configure(kBegin, rule("then", "login"));
  log.event(kBegin + kMinute, "login", "h1");
  log.event(kBegin + 2 * kMinute, "scan", "h1");
  log.event(kBegin + 3 * kMinute, "scan", "h2");
  log.event(kBegin + 4 * kMinute, "login", "h3");
  log.event(kBegin + kHour, "scan", "h3");
  const Report report = log.run(rule("now", "scan"));
  REQUIRE(report.lost.size() == 2);
  CHECK(report.lost[0].other == 1);  // h1, a minute later
  CHECK(report.lost[1].other == 0);  // h3, an hour later
  const std::string text = to_text(report);
  CHECK(text.find("Test login  the same thing in candidate 1\n") != std::string::npos);
  CHECK(text.find("  candidate 2  2026-02-25T06:16:20Z  high      Test scan\n") != std::string::npos);
  CHECK(to_json(report).find("\"candidate_near\": 1") != std::string::npos);
  CHECK(report.gained.size() == 3);
}

TEST_CASE("the same rule about the same thing at the time is the same row, though its alerts name other events") {
  Log log;
  log.configure(kBegin, rule("changed", "login"));
  log.event(kBegin + kMinute, "login", "h1");
  log.event(kBegin + 6 * kMinute, "scan", "h1");
  log.event(kBegin + kHour, "login", "h2");
  log.event(kBegin + 2 * kHour, "scan", "h2");
  const Report report = log.run(rule("changed", "scan"));
  CHECK(report.kept_then == 1);
  CHECK(report.kept_candidate == 1);
  REQUIRE(report.lost.size() == 1);
  CHECK(report.lost[0].id == 2);
  REQUIRE(report.gained.size() == 1);
  CHECK(report.gained[0].id == 2);
}

TEST_CASE("what would come later is weaker") {
  Log log;
  log.configure(kBegin, rule("early", "scan") + rule("late", "login"));
  log.event(kBegin + kMinute, "scan", "h1");
  log.event(kBegin + 6 * kMinute, "login", "h1");
  log.handle(kBegin + 7 * kMinute, log.at_host("h1"), Cause::true_alarm);
  const Report report = log.run(rule("late", "login"));
  CHECK(report.missed.empty());
  REQUIRE(report.weaker.size() == 1);
  CHECK(report.weaker[0].note == "300 s later");
}

TEST_CASE("a caller's row stands on both sides, though no event made it") {
  Log log;
  log.configure(kBegin, rule("a", "scan"));
  log.event(kBegin + kMinute, "scan", "h1");
  (void)log.command(kBegin + 2 * kMinute, CommandKind::call, 0, Cause::none, "gate");
  const Report report = log.run(rule("b", "nothing"));
  CHECK(report.then.rows == 2);
  CHECK(report.candidate.rows == 1);
  CHECK(report.lost.size() == 1);
  CHECK(report.gained.empty());
}
