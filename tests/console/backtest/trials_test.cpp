// Rules tried on the past for the seats of an engine that goes on meanwhile.
#include "console/backtest/trials.hpp"

#include <condition_variable>
#include <future>
#include <mutex>

#include "console/engine/command_codec.hpp"
#include "tests/console/backtest/log.hpp"
#include "tests/console/engine/rig.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::backtest;
using namespace wf::backtest::test;

namespace {

constexpr auto kPatience = wf::test::patience(std::chrono::seconds(60));

std::shared_ptr<const engine::RulesInForce> rules_of(const std::string& text) {
  sigma::LoadReport report;
  return engine::rules_in_force({{"rules.yml", text}}, report);
}

/// Trials over a directory, and waiting for what they tell.
struct Bench {
  std::mutex mutex;
  std::condition_variable changed;
  Trial last;
  std::vector<double> shares;
  std::function<void(const Trial&)> at_progress;  ///< on the trial's thread
  std::shared_ptr<const engine::RulesInForce> rules;
  std::unique_ptr<Trials> trials;

  Bench(std::filesystem::path data, std::shared_ptr<const engine::RulesInForce> in_force, UtcNs now)
      : rules(std::move(in_force)) {
    Trials::Needs needs;
    needs.data = std::move(data);
    needs.now = [now] { return now; };
    needs.rules = [this] { return rules; };
    needs.told = [this](const Trial& trial) {
      if (at_progress) at_progress(trial);
      const std::lock_guard hold(mutex);
      last = trial;
      if (trial.state == Trial::State::running) shares.push_back(trial.share);
      changed.notify_all();
    };
    trials = std::make_unique<Trials>(std::move(needs));
  }
  ~Bench() { trials.reset(); }

  QueryPage ask(Query::What what, RuleEdit edit = {}, std::uint32_t days = 0, std::uint64_t known = 0) {
    Query query;
    query.what = what;
    query.edit = std::move(edit);
    query.days = days;
    query.known = known;
    query.actor = "M. Okafor";
    return trials->answer(query);
  }
  Trial end() {
    std::unique_lock hold(mutex);
    const bool ended = changed.wait_for(
        hold, kPatience, [&] { return last.state != Trial::State::none && last.state != Trial::State::running; });
    REQUIRE(ended);
    return last;
  }
};

/// A month of a noisy rule and one that was true once.
struct Month : Log {
  UtcNs now = kBegin;
  std::string rules = rule("noise", "noise", "low") + "---\n" + rule("scan", "scan");
  Month() {
    configure(now, rules);
    for (int day = 0; day < 30; ++day) {
      now = kBegin + (day + 1) * kDay;
      const std::string host = "h" + std::to_string(day);
      event(now, "noise", host);
      handle(now + kMinute, at_host(host), Cause::nuisance);
      if (day != 20) continue;
      event(now + kHour, "scan", "srv");
      handle(now + kHour + kMinute, at_host("srv"), Cause::true_alarm);
    }
    now += kDay;
  }
};

}  // namespace

TEST_CASE("a rule that is tried switched off loses its rows and their minutes, and a true one is told as missed") {
  Month month;
  Bench bench(month.data(), rules_of(month.rules), month.now);
  const QueryPage begun = bench.ask(Query::What::trial, {"noise", true, {}});
  REQUIRE(begun.error.empty());
  REQUIRE(begun.trial);
  CHECK(begun.trial->number == 1);
  CHECK(begun.trial->title == "Test noise");
  CHECK(begun.trial->by == "M. Okafor");
  const Trial noise = bench.end();
  REQUIRE(noise.state == Trial::State::done);
  CHECK(noise.share == 1);
  CHECK(noise.lost == 30);
  CHECK(noise.gained == 0);
  CHECK(noise.missed == 0);
  CHECK(noise.report->confirmed == 1);
  CHECK(noise.report->then.rows == 31);
  CHECK(noise.report->candidate.rows == 1);
  CHECK(noise.report->candidate.minutes < noise.report->then.minutes);
  REQUIRE(noise.report->rules.size() == 1);
  CHECK(noise.report->rules[0].id == "noise");
  CHECK(noise.report->left_out.empty());

  bench.last = {};
  REQUIRE(bench.ask(Query::What::trial, {"scan", true, {}}, 30).error.empty());
  const Trial scan = bench.end();
  CHECK(scan.number == 2);
  CHECK(scan.from == month.now - 30 * kDay);
  CHECK(scan.missed == 1);
  REQUIRE(scan.report->missed.size() == 1);
  CHECK(scan.report->missed[0].rule_id == "scan");
  // Who looks later sees what came of it.
  CHECK(bench.ask(Query::What::trial_state).trial->report == scan.report);
}

TEST_CASE("a rule that is tried as it is loses and gains nothing, with another text what that makes of it") {
  Month month;
  Bench bench(month.data(), rules_of(month.rules), month.now);
  REQUIRE(bench.ask(Query::What::trial, {"noise", false, {}}).error.empty());
  const Trial same = bench.end();
  CHECK(same.lost == 0);
  CHECK(same.gained == 0);
  CHECK(same.report->left_out.empty());
  bench.last = {};
  REQUIRE(bench.ask(Query::What::trial, {"noise", false, rule("noise", "scan", "low")}).error.empty());
  const Trial other = bench.end();
  CHECK(other.lost == 30);
  CHECK(other.missed == 0);
  CHECK(other.report->left_out.empty());
}

TEST_CASE("what cannot be tried is told in one line, and nothing begins") {
  Month month;
  Bench bench(month.data(), rules_of(month.rules), month.now);
  CHECK(bench.ask(Query::What::trial, {"nobody", true, {}}).error == "This rule is not loaded");
  CHECK(bench.ask(Query::What::trial, {"noise", false, "title: x\nid: noise\nlevel: urgent\n"})
            .error.starts_with("line 3: "));
  CHECK(bench.ask(Query::What::trial_state).trial->state == Trial::State::none);
  bench.rules = nullptr;
  CHECK_FALSE(bench.ask(Query::What::trial, {"noise", true, {}}).error.empty());
  Bench nowhere(month.data() / "nowhere", rules_of(month.rules), month.now);
  REQUIRE(nowhere.ask(Query::What::trial, {"noise", true, {}}).error.empty());
  const Trial failed = nowhere.end();
  CHECK(failed.state == Trial::State::failed);
  CHECK_FALSE(failed.problem.empty());
}

TEST_CASE("one is tried at a time; it tells how far it is, and ends when somebody stops it") {
  Month month;
  Bench bench(month.data(), rules_of(month.rules), month.now);
  std::promise<void> under_way, go_on;
  bool first = true;
  bench.at_progress = [&, wait = go_on.get_future().share()](const Trial& trial) {
    if (trial.state != Trial::State::running || !std::exchange(first, false)) return;
    under_way.set_value();
    wait.wait();
  };
  REQUIRE(bench.ask(Query::What::trial, {"noise", true, {}}).error.empty());
  REQUIRE(under_way.get_future().wait_for(kPatience) == std::future_status::ready);
  const QueryPage second = bench.ask(Query::What::trial, {"scan", true, {}});
  CHECK(second.error == "“Test noise” is being tried by M. Okafor; stop that or wait for its end");
  REQUIRE(second.trial);
  CHECK(second.trial->number == 1);
  CHECK(second.trial->share > 0);
  CHECK(second.trial->at >= kBegin);
  (void)bench.ask(Query::What::trial_stop, {}, 0, 7);  // another one
  CHECK(bench.ask(Query::What::trial_state).trial->state == Trial::State::running);
  (void)bench.ask(Query::What::trial_stop, {}, 0, 1);
  go_on.set_value();
  const Trial stopped = bench.end();
  CHECK(stopped.state == Trial::State::stopped);
  CHECK_FALSE(stopped.report);
  // The next one may begin.
  bench.at_progress = {};
  bench.last = {};
  REQUIRE(bench.ask(Query::What::trial, {"scan", true, {}}).error.empty());
  CHECK(bench.end().state == Trial::State::done);
}

TEST_CASE("what somebody switched off then is off on both sides, and can be tried as if it had not been") {
  Month month;
  Command off;
  off.id = "off";
  off.kind = CommandKind::rule;
  off.actor = "M. Okafor";
  off.role = "Supervisor";
  off.target = "noise";
  off.action = "off";
  off.text = "too noisy";
  store::Record record;
  record.kind = store::RecordKind::command;
  record.time = month.now;
  record.payload = engine::command_to_json(off);
  month.put(std::move(record));
  for (int n = 0; n < 5; ++n) month.event(month.now + (n + 1) * kHour, "noise", "late" + std::to_string(n));
  CHECK(month.at_host("late0") == 0);
  Bench bench(month.data(), rules_of(month.rules), month.now + kDay);
  REQUIRE(bench.ask(Query::What::trial, {"scan", false, {}}).error.empty());
  const Trial same = bench.end();
  CHECK(same.lost == 0);
  CHECK(same.gained == 0);
  bench.last = {};
  REQUIRE(bench.ask(Query::What::trial, {"noise", false, {}}).error.empty());
  const Trial on = bench.end();
  CHECK(on.lost == 0);
  CHECK(on.gained == 5);
}

TEST_CASE("while a rule is tried the engine goes on judging") {
  engine::test::Rig rig(engine::test::rule("r1", "attack"));
  rig.start();
  const auto agent = rig.agent("net-1");
  // Progress is told every 256 records.
  for (std::uint64_t n = 1; n <= 400; ++n) rig.deliver(*agent, n, {engine::test::event(n, "attack")});
  rig.wait([](const Snapshot& s) { return s.events_total == 400; });
  Bench bench(rig.data(), rig.engine().rules().in_force, rig.options.clock.now());
  std::promise<void> under_way, go_on;
  bool first = true;
  bench.at_progress = [&, wait = go_on.get_future().share()](const Trial& trial) {
    if (trial.state != Trial::State::running || !std::exchange(first, false)) return;
    under_way.set_value();
    wait.wait();
  };
  REQUIRE(bench.ask(Query::What::trial, {"r1", true, {}}).error.empty());
  REQUIRE(under_way.get_future().wait_for(kPatience) == std::future_status::ready);
  // In the midst of it.
  const std::size_t before = rig.engine().snapshot()->incidents.size();
  rig.deliver(*agent, 401, {engine::test::event(401, "attack", "another host")});
  const auto after = rig.wait([&](const Snapshot& s) { return s.incidents.size() > before; });
  CHECK(rig.command(rig.acknowledge(*after->incidents.back())).accepted);
  CHECK(bench.ask(Query::What::trial_state).trial->state == Trial::State::running);
  go_on.set_value();
  const Trial done = bench.end();
  REQUIRE(done.state == Trial::State::done);
  CHECK(done.lost > 0);
  CHECK(done.report->candidate.rows == 0);
}
