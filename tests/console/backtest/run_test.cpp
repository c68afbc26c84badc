#include <array>
#include <random>

#include "tests/console/backtest/log.hpp"

using namespace wf;
using namespace wf::backtest;
using namespace wf::backtest::test;

namespace {

const std::array<std::string, 4> kWhats{"scan", "login", "noise", "nothing"};

std::string rules_of_then() { return rule("a", "scan") + rule("b", "login", "medium"); }

/// Events and people at random, but the same for the same seed.
void fill(Log& log, unsigned seed, int records) {
  std::mt19937 dice(seed);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(dice() % n); };
  UtcNs at = kBegin;
  log.configure(at, rules_of_then());
  for (int i = 0; i < records; ++i) {
    at += 1 + static_cast<UtcNs>(below(5 * 60)) * kSecond * (below(20) == 0 ? 20 : 1);
    const auto open = log.open();
    if (below(4) != 0 || open.empty()) {
      log.event(at, kWhats.at(below(4)), "h" + std::to_string(below(6)));
      continue;
    }
    const std::uint64_t id = open[below(static_cast<unsigned>(open.size()))]->id;
    constexpr std::array kKinds{CommandKind::acknowledge, CommandKind::resolve, CommandKind::resolve,
                                CommandKind::resolve,     CommandKind::note,    CommandKind::shelve,
                                CommandKind::dispatch,    CommandKind::call,    CommandKind::split};
    const CommandKind kind = kKinds.at(below(kKinds.size()));
    const Cause cause = below(3) == 0 ? Cause::true_alarm : Cause::nuisance;
    (void)log.command(at, kind, kind == CommandKind::call ? 0 : id, kind == CommandKind::resolve ? cause : Cause::none,
                      kind == CommandKind::dispatch ? "guard" : "");
  }
}

}  // namespace

TEST_CASE("the report is the same to the byte, run by run and whatever the number of threads") {
  Log log;
  fill(log, 1, 600);
  Options options = log.options(rule("b", "login", "high") + rule("c", "noise"));
  const Report report = log.run(options);
  CHECK(report.lost.size() + report.gained.size() > 5);
  CHECK(report.commands > 50);
  const std::string json = to_json(report), text = to_text(report);
  for (const unsigned threads : {1U, 2U, 3U, 4U, 0U}) {
    options.threads = threads;
    const Report again = log.run(options);
    CHECK(to_json(again) == json);
    CHECK(to_text(again) == text);
  }
}

TEST_CASE("the rules of then lose and gain nothing, whatever people did") {
  for (unsigned seed = 10; seed < 20; ++seed) {
    Log log;
    fill(log, seed, 300);
    const Report report = log.run(rules_of_then());
    INFO("seed " << seed);
    CHECK(report.then.rows > 20);
    CHECK(report.candidate.rows == report.then.rows);
    CHECK(report.candidate.calls == report.then.calls);
    CHECK(report.candidate.left_open == report.then.left_open);
    CHECK(report.lost.empty());
    CHECK(report.gained.empty());
    CHECK(report.weaker.empty());
    CHECK(report.handled_for_nobody == 0);
  }
}

TEST_CASE("the time that is asked for: rows that open in it, the candidate from its begin, causes that came later") {
  Log log;
  log.configure(kBegin, rule("a", "scan"));
  log.event(kBegin + kHour, "scan", "h1");
  log.event(kBegin + 2 * kHour, "scan", "h2");
  log.event(kBegin + 3 * kHour, "scan", "h3");
  log.event(kBegin + 5 * kHour, "scan", "h4");
  log.handle(kBegin + 6 * kHour, log.at_host("h3"), Cause::true_alarm);
  Options options = log.options(rule("other", "nothing"));
  options.from = kBegin + 90 * kMinute;
  options.to = kBegin + 4 * kHour;
  const Report report = log.run(options);
  CHECK(report.from == options.from);
  CHECK(report.to == options.to);
  CHECK(report.then.rows == 2);
  CHECK(report.candidate.rows == 0);
  CHECK(report.events == 2);
  REQUIRE(report.missed.size() == 1);
  CHECK(report.missed[0].title == "Test scan");
  // With a begin in the future of the log nothing is asked.
  options.from = kBegin + kDay;
  options.to = 0;
  CHECK(log.run(options).then.rows == 0);
  options.to = kBegin;
  CHECK_FALSE(backtest::run(options, {}, std::atomic<bool>{false}));
}

TEST_CASE("candidates beside the rules of then: of two with one id the candidate's") {
  Log log;
  log.configure(kBegin, rule("a", "scan") + rule("b", "login", "low"));
  log.event(kBegin + kMinute, "scan", "h1");
  log.event(kBegin + 2 * kMinute, "login", "h2");
  log.event(kBegin + 3 * kMinute, "noise", "h3");
  Options options = log.options(rule("b", "login", "critical") + rule("c", "noise"));
  CHECK(log.run(options).lost.size() == 1);
  options.add = true;
  const Report report = log.run(options);
  CHECK(report.lost.empty());
  CHECK(report.gained.size() == 1);
  CHECK(report.candidate.by_priority == std::array<std::uint64_t, 4>{0, 0, 2, 1});
  REQUIRE(report.left_out.size() == 1);
  CHECK(report.left_out[0].find("the id b is already that of") != std::string::npos);
}

TEST_CASE("a rule of then that cannot stand beside the candidate's is named") {
  Log log;
  log.configure(kBegin, rule("a", "scan") + "title: ours\nplaceholders: {x: scan}\n---\n");
  log.event(kBegin + kMinute, "scan", "h1");
  Options options = log.options("title: other\nplaceholders: {x: noise}\n---\n" + rule("c", "noise"));
  options.add = true;
  const Report report = log.run(options);
  CHECK(report.lost.empty());
  REQUIRE(report.left_out.size() == 1);
  CHECK(report.left_out[0].find("placeholder 'x' already has values") != std::string::npos);
  CHECK(to_text(report).find(report.left_out[0]) != std::string::npos);
  CHECK(to_json(report).find("\"left_out\"") != std::string::npos);
  // What was refused alone as well was said before.
  options.add = false;
  CHECK(log.run(options).left_out.empty());
}

TEST_CASE("an absence is found in a silence in which nothing of then waited") {
  Log log;
  log.configure(kBegin, rule("a", "scan"));
  log.event(kBegin + kMinute, "noise", "h1");
  log.event(kBegin + kHour, "nothing", "h2");
  const std::string absence = rule("beat", "noise") +
                              "title: Silent\nid: silent\nlevel: high\ncorrelation: {type: absence, rules: [beat], "
                              "group-by: [host.name], timespan: 5m}\n---\n";
  const Report report = log.run(absence);
  REQUIRE(report.gained.size() == 1);
  CHECK(report.gained[0].rule_id == "silent");
  // Five minutes and the lateness that it allows for; not an hour.
  CHECK(report.gained[0].opened < kBegin + 15 * kMinute);
}

TEST_CASE("a backtest tells how far it is, and ends soon when it is cancelled") {
  Log log;
  fill(log, 3, 200);
  for (const unsigned threads : {1U, 3U}) {
    Options options = log.options(rules_of_then());
    options.threads = threads;
    std::atomic<bool> cancelled{false};
    std::uint64_t last = 0, calls = 0;
    const Result<Report> whole = backtest::run(
        options,
        [&](const Progress& p) {
          CHECK(p.position > last);
          CHECK(p.position <= p.newest);
          last = p.position;
          ++calls;
        },
        cancelled);
    CHECK(whole);
    CHECK((threads > 1 || calls > 0));
    cancelled = true;
    const Result<Report> stopped = backtest::run(options, {}, cancelled);
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().what == "the backtest was stopped before its end");
  }
}

TEST_CASE("a record that cannot be read is said and passed over; an empty or absent directory is an error") {
  Log log;
  log.configure(kBegin, rule("a", "scan"));
  store::Record broken;
  broken.kind = store::RecordKind::batch;
  broken.time = kBegin + kSecond;
  broken.origin = {"net-9", 1, 1, 1};
  broken.count = 1;
  broken.min_time = broken.max_time = broken.time;
  broken.payload = "no batch";
  log.put(std::move(broken));
  log.event(kBegin + kMinute, "scan", "h1");
  const Report report = log.run(rule("a", "scan"));
  CHECK(report.then.rows == 1);
  CHECK(report.candidate.rows == 1);
  CHECK(report.problem.find("record 2 of the log cannot be used") != std::string::npos);
  CHECK(to_text(report).find(report.problem) != std::string::npos);

  Log empty;
  CHECK_FALSE(backtest::run(empty.options(rule("a", "scan")), {}, std::atomic<bool>{false}));
  Options nowhere = empty.options(rule("a", "scan"));
  nowhere.data /= "nowhere";
  CHECK_FALSE(backtest::run(nowhere, {}, std::atomic<bool>{false}));
}
