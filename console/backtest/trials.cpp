#include "console/backtest/trials.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "console/engine/clock.hpp"
#include "console/engine/rule_commands.hpp"
#include "console/engine/rule_documents.hpp"

namespace wf::backtest {
namespace {

constexpr int kLeastUrgent = 19;
constexpr std::uint32_t kMostDays = 36'500;
/// A name that no file has, so that what is said of the tried text is told apart.
constexpr const char* kTried = "the rule that is tried";

/// The thread that calls, and those that it starts, stand behind every other one.
void step_back() {
  const sched_param none{};
  (void)::sched_setscheduler(0, SCHED_BATCH, &none);
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLeastUrgent);
}

/// Two of three processors stay the watch's.
unsigned threads() { return std::clamp(std::thread::hardware_concurrency() / 3, 1U, 3U); }

void cut(std::vector<BacktestReport::NamedRow>& rows) {
  if (rows.size() > Trial::kMostListed) rows.resize(Trial::kMostListed);
}

/// For a seat: lists that a person can read, and only what the trial moved.
void finish(Trial& trial, Report report) {
  trial.lost = report.lost.size();
  trial.gained = report.gained.size();
  trial.missed = report.missed.size();
  trial.weaker = report.weaker.size();
  for (auto* rows : {&report.lost, &report.gained, &report.missed, &report.weaker}) cut(*rows);
  std::erase_if(report.rules,
                [](const RuleLine& line) { return line.lost == 0 && line.gained == 0 && line.then == line.candidate; });
  std::stable_sort(report.rules.begin(), report.rules.end(),
                   [](const RuleLine& a, const RuleLine& b) { return a.lost + a.gained > b.lost + b.gained; });
  if (report.rules.size() > Trial::kMostListed) report.rules.resize(Trial::kMostListed);
  // That the tried text stands instead of the rule's own is what was asked for.
  std::erase_if(report.left_out, [&](const std::string& line) {
    return line.find("the id " + trial.edit.rule + " is already that of " + kTried) != std::string::npos;
  });
  if (report.left_out.size() > Trial::kMostListed) report.left_out.resize(Trial::kMostListed);
  trial.report = std::make_shared<const BacktestReport>(std::move(report));
}

}  // namespace

Trials::Trials(Needs needs) : needs_(std::move(needs)) {}

Trials::~Trials() {
  cancelled_ = true;
  if (thread_.joinable()) thread_.join();
}

QueryPage Trials::answer(const Query& query) {
  QueryPage page;
  if (query.what == Query::What::trial) page.error = start(query);
  if (query.what == Query::What::trial_stop) stop(query.known);
  page.trial = std::make_shared<const Trial>(state());
  return page;
}

std::string Trials::start(const Query& query) {
  {
    const std::lock_guard hold(mutex_);
    if (trial_.state == Trial::State::running)
      return "“" + trial_.title + "” is being tried by " + trial_.by + "; stop that or wait for its end";
  }
  const std::shared_ptr<const engine::RulesInForce> rules = needs_.rules();
  if (!rules) return "The engine has not read its rules yet; try again in a moment";
  const std::vector<sigma::RuleInfo>& infos = rules->rules->rules();
  const auto info =
      std::find_if(infos.begin(), infos.end(), [&](const sigma::RuleInfo& one) { return one.id == query.edit.rule; });
  if (info == infos.end()) return "This rule is not loaded";
  Options options;
  options.data = needs_.data;
  options.add = true;
  options.threads = threads();
  const UtcNs now = needs_.now();
  options.from = query.days == 0 ? 0 : now - static_cast<std::int64_t>(std::min(query.days, kMostDays)) * kDay;
  if (query.edit.off) {
    options.off.insert(query.edit.rule);
  } else {
    std::string text = query.edit.text;
    if (text.empty()) {
      const std::optional<engine::FoundDocument> found = engine::find_document(*rules->files, query.edit.rule);
      if (!found) return "Its text is not found in its file; it can be tried switched off";
      text = engine::text_of(*rules->files, *found);
    } else if (const RuleCheck check = engine::check_text(*rules, query.edit.rule, text); !check.problems.empty()) {
      const RuleCheck::Problem& first = check.problems.front();
      return (first.line == 0 ? std::string() : "line " + std::to_string(first.line) + ": ") + first.text;
    }
    options.rules.push_back({kTried, std::move(text)});
    options.on.insert(query.edit.rule);
  }
  std::thread ended;
  {
    const std::lock_guard hold(mutex_);
    if (trial_.state == Trial::State::running) return "Another trial was begun just now; wait for its end";
    ended = std::move(thread_);
    take_over(query, info->title, options.from, now);
  }
  // It may still be telling of its end, for which it needs the lock.
  if (ended.joinable()) ended.join();
  const std::lock_guard hold(mutex_);
  thread_ = std::thread([this, options = std::move(options)] { run(options); });
  return {};
}

void Trials::take_over(const Query& query, const std::string& title, UtcNs from, UtcNs now) {
  const std::uint64_t number = trial_.number + 1;
  trial_ = {};
  trial_.state = Trial::State::running;
  trial_.number = number;
  trial_.edit = query.edit;
  trial_.title = title;
  trial_.by = query.actor;
  trial_.asked = now;
  trial_.from = from;
  began_ = engine::monotonic_ns();
  cancelled_ = false;
}

void Trials::stop(std::uint64_t number) {
  const std::lock_guard hold(mutex_);
  if (trial_.state == Trial::State::running && trial_.number == number) cancelled_ = true;
}

void Trials::run(const Options& options) {
  step_back();
  const auto tell = [this] {
    if (needs_.told) needs_.told(state());
  };
  Result<Report> done = backtest::run(
      options,
      [&](const Progress& progress) {
        {
          const std::lock_guard hold(mutex_);
          trial_.share =
              static_cast<double>(progress.position) / static_cast<double>(std::max<std::uint64_t>(1, progress.newest));
          trial_.at = progress.at;
        }
        tell();
      },
      cancelled_);
  {
    const std::lock_guard hold(mutex_);
    trial_.took = engine::monotonic_ns() - began_;
    if (done) {
      finish(trial_, std::move(*done));
      trial_.share = 1;
      trial_.state = Trial::State::done;
    } else if (cancelled_) {
      trial_.state = Trial::State::stopped;
    } else {
      trial_.problem = done.error().text();
      trial_.state = Trial::State::failed;
    }
  }
  tell();
}

Trial Trials::state() const {
  const std::lock_guard hold(mutex_);
  Trial out = trial_;
  if (out.state == Trial::State::running) out.took = engine::monotonic_ns() - began_;
  return out;
}

}  // namespace wf::backtest
