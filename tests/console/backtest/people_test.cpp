#include "console/backtest/people.hpp"
#include "tests/console/backtest/log.hpp"

using namespace wf;
using namespace wf::backtest;
using namespace wf::backtest::test;

TEST_CASE("what was resolved is resolved for the candidate too, so what comes again is a row again") {
  Log log;
  const std::string rules = rule("a", "scan");
  log.configure(kBegin, rules);
  UtcNs at = kBegin;
  for (int i = 0; i < 3; ++i) {
    log.event(at += kHour, "scan", "h1");
    log.handle(at += kMinute, log.at_host("h1"), Cause::nuisance);
  }
  const Report report = log.run(rule("other", "noise") + rules);
  CHECK(report.then.rows == 3);
  CHECK(report.candidate.rows == 3);
  CHECK(report.kept_candidate == 3);
  CHECK(report.candidate.left_open == 0);
}

TEST_CASE("a row that nobody had is handled as people handled others until then") {
  Log log;
  const std::string rules = rule("a", "scan");
  log.configure(kBegin, rules);
  log.event(kBegin + kMinute, "scan", "h1");
  log.handle(kBegin + 2 * kMinute, log.at_host("h1"), Cause::nuisance, 5 * kMinute);
  // Every two minutes for two hours: with nobody there it would be one row, since it never stops for a join window.
  // Acknowledged after a minute and resolved five minutes later, each row takes in three or four of them.
  for (int i = 0; i < 60; ++i) log.event(kBegin + kHour + i * 2 * kMinute, "noise", "h2");
  log.pass(kBegin + 4 * kHour);
  log.event(kBegin + 4 * kHour, "nothing", "h3");
  const Report report = log.run(rules + rule("noisy", "noise"));
  CHECK(report.gained.size() >= 15);
  CHECK(report.gained.size() <= 20);
  CHECK(report.handled_for_nobody == report.gained.size());
  CHECK(report.candidate.left_open == 0);
  CHECK_FALSE(report.minutes_assumed);
  CHECK(report.minutes_a_row == Approx(5));
  CHECK(report.candidate.minutes == Approx(5.0 * static_cast<double>(report.candidate.rows)));
}

TEST_CASE("where nobody has resolved anything, nobody does, and the minutes are assumed") {
  Log log;
  log.configure(kBegin, rule("a", "scan"));
  log.event(kBegin + kMinute, "scan", "h1");
  for (int i = 0; i < 60; ++i) log.event(kBegin + kHour + i * 2 * kMinute, "noise", "h2");
  const Report report = log.run(rule("a", "scan") + rule("noisy", "noise"));
  CHECK(report.gained.size() == 1);
  CHECK(report.handled_for_nobody == 0);
  CHECK(report.candidate.left_open == 2);
  CHECK(report.minutes_assumed);
  CHECK(report.then.minutes == Approx(5));
}

TEST_CASE("a row that stands for two of then is resolved with the second of them") {
  Log log;
  // Then: two hosts, two rows. The candidate's sweep brings both into one.
  const std::string two = rule("a", "scan");
  const std::string sweep =
      two +
      "title: Sweep\nid: sweep\nlevel: critical\ncorrelation: {type: value_count, rules: [a], group-by: [what], "
      "timespan: 5m, condition: {field: host.name, gte: 2}}\n---\n";
  log.configure(kBegin, two);
  log.event(kBegin + kMinute, "scan", "h1");
  log.event(kBegin + 2 * kMinute, "scan", "h2");
  const std::uint64_t first = log.at_host("h1"), second = log.at_host("h2");
  REQUIRE(first != second);
  log.handle(kBegin + 3 * kMinute, first, Cause::true_alarm, kMinute);
  log.event(kBegin + 5 * kMinute, "scan", "h2");
  log.handle(kBegin + 6 * kMinute, second, Cause::true_alarm, kMinute);
  // A correlation hides its base rule unless told otherwise.
  const Report report = log.run(sweep + "");
  CHECK(report.then.rows == 2);
  CHECK(report.candidate.rows == 1);
  CHECK(report.lost.empty());
  CHECK(report.kept_then == 2);
  CHECK(report.kept_candidate == 1);
  CHECK(report.candidate.left_open == 0);
}

TEST_CASE("what is about a device or a zone needs no row of the candidate; what is about a row does") {
  const History then, now;
  const People people(then, now);
  for (const CommandKind kind : {CommandKind::suppress, CommandKind::test, CommandKind::ticket, CommandKind::device,
                                 CommandKind::device_sent, CommandKind::call}) {
    Command command;
    command.kind = kind;
    command.target = "D-1";
    INFO(name_of(kind));
    CHECK(people.translate(command));
  }
  for (const CommandKind kind :
       {CommandKind::acknowledge, CommandKind::resolve, CommandKind::inhibit, CommandKind::note, CommandKind::merge,
        CommandKind::end_works, CommandKind::skip_step}) {
    Command command;
    command.kind = kind;
    command.incidents = {1};
    command.seen_revisions = {1};
    INFO(name_of(kind));
    CHECK_FALSE(people.translate(command));
  }
}

TEST_CASE("what was refused then is not tried") {
  Log log;
  const std::string rules = rule("a", "scan");
  log.configure(kBegin, rules);
  log.event(kBegin + kMinute, "scan", "h1");
  CHECK_FALSE(log.command(kBegin + 2 * kMinute, CommandKind::resolve, log.at_host("h1")));  // no cause
  CHECK_FALSE(log.command(kBegin + 3 * kMinute, CommandKind::resolve, 77, Cause::true_alarm));
  const Report report = log.run(rules);
  CHECK(report.candidate.left_open == 1);
  CHECK(report.commands == 0);
  CHECK(report.commands_without_row == 0);
}
