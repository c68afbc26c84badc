// Watches an engine from another machine and calls for help; console/watchdog/README.md.
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <mutex>

#include "console/cli/command.hpp"
#include "console/cli/signals.hpp"
#include "console/config/settings.hpp"
#include "console/engine/clock.hpp"
#include "console/seat/health_probe.hpp"
#include "console/watchdog/caller.hpp"
#include "console/watchdog/judge.hpp"

namespace wf::cli {
namespace {

using std::chrono::milliseconds;
using watchdog::Call;
using watchdog::Trouble;

constexpr int kWell = 0, kTrouble = 1, kCannotTell = 2;
constexpr milliseconds kTestWithin{45'000};

struct Options {
  std::string where, token, agents;
  std::vector<std::string> run, post;
  std::string authorities;
  bool once = false, test = false;
  watchdog::Policy policy;
};

Result<seat::SeatToken> token_of(const Options& options) {
  Result<seat::SeatToken> token = seat::read_connection(options.token.empty() ? options.where : options.token);
  if (!token || options.token.empty()) return token;
  // The address that the watch takes may be another one than that of the token's seats.
  if (!options.where.starts_with("tcp://"))
    return Error{"with --token the engine is named by its address", options.where, "write tcp://HOST:PORT"};
  token->endpoint = options.where;
  return token;
}

/// One look, and what the door of its agents says.
class Eye {
 public:
  Eye(seat::SeatToken token, std::string agents, const watchdog::Policy& policy)
      : token_(std::move(token)), agents_(std::move(agents)), within_(policy.answer_within / kMillisecond) {}
  [[nodiscard]] watchdog::Look look(int cancel) const {
    watchdog::Look out;
    out.engine = seat::ask_health(token_, within_, cancel);
    if (!out.engine.report || agents_ == "none") return out;
    const std::string door =
        agents_.empty() ? seat::agents_door(token_.endpoint, out.engine.report->agents_at) : agents_;
    if (!door.empty()) out.door = seat::knock(token_, door, within_, cancel);
    return out;
  }
  [[nodiscard]] const std::string& engine() const { return token_.endpoint; }

 private:
  const seat::SeatToken token_;
  const std::string agents_;
  const milliseconds within_;
};

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return out;
}

int look_once(const Eye& eye, const watchdog::Policy& policy) {
  const watchdog::Finding finding = watchdog::judge(eye.look(-1), policy);
  fmt::print("{} {}: {}\n", upper(watchdog::name_of(finding.trouble)), eye.engine(), finding.text);
  if (finding.trouble == Trouble::none) return kWell;
  return finding.trouble == Trouble::unknown ? kCannotTell : kTrouble;
}

/// Everybody who is called, and what is said of those who cannot be.
class Helpers {
 public:
  Helpers() = default;
  ~Helpers() {
    // Threads that end may still tell of their helper: none of them finds the others any more.
    std::vector<std::unique_ptr<watchdog::Caller>> ending;
    {
      const std::lock_guard hold(mutex_);
      ending.swap(callers_);
    }
    ending.clear();
  }
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;
  [[nodiscard]] Result<void> add(const Options& options, const std::string& engine) {
    engine_ = engine;
    std::vector<Result<std::unique_ptr<watchdog::Helper>>> made;
    for (const std::string& path : options.run) made.push_back(watchdog::run_program(path));
    for (const std::string& url : options.post) {
      if (!url.starts_with('@')) {
        made.push_back(watchdog::post_to(url, options.authorities));
        continue;
      }
      std::ifstream in(url.substr(1));
      std::string line;
      if (!std::getline(in, line))
        return Error{"no address can be read", "--post " + url, "write it in its first line"};
      made.push_back(watchdog::post_to(line, options.authorities));
    }
    for (auto& one : made)
      if (!one) return one.error();
    const std::lock_guard hold(mutex_);
    for (auto& one : made)
      callers_.push_back(std::make_unique<watchdog::Caller>(
          std::move(*one),
          watchdog::Caller::Tell{
              [this](const std::string& helper, const std::string& problem) { on_helper(helper, problem); },
              [this](const std::string& helper, const std::string& soon) { on_soon(helper, soon); }}));
    return {};
  }

  void call(const Call& call) {
    const watchdog::Message message{call, engine_, engine::Clock().now()};
    print(message);
    const std::lock_guard hold(mutex_);
    for (const auto& caller : callers_) caller->put(message);
  }

  /// True when all calls have arrived.
  [[nodiscard]] bool drained(milliseconds limit) {
    bool all = true;
    for (const auto& caller : callers_) all = caller->drained(limit) && all;
    return all;
  }
  [[nodiscard]] std::string problem() const {
    const std::lock_guard hold(mutex_);
    return problems_.empty() ? std::string() : fmt::format("cannot call {}", fmt::join(problems_, ", "));
  }

 private:
  void on_helper(const std::string& helper, const std::string& problem) {
    const watchdog::Message message =
        tell(problem.empty() ? fmt::format("{} can be called again", helper)
                             : fmt::format("the watch cannot call {} for help: {}", helper, problem));
    const std::lock_guard hold(mutex_);
    std::erase(problems_, helper);
    if (!problem.empty()) problems_.push_back(helper);
    // Who can be called learns that another one cannot.
    for (const auto& caller : callers_)
      if (caller->helper().name() != helper) caller->put(message);
  }

  /// What ends soon is told to everybody, the helper itself too, while it can be told.
  void on_soon(const std::string& helper, const std::string& soon) {
    if (soon.empty()) return;
    const watchdog::Message message = tell(fmt::format("{}: {}; after that it cannot be called", helper, soon));
    const std::lock_guard hold(mutex_);
    for (const auto& caller : callers_) caller->put(message);
  }

  watchdog::Message tell(std::string text) {
    watchdog::Message message{{Call::Kind::helper, Trouble::none, std::move(text), 0}, engine_, engine::Clock().now()};
    print(message);
    return message;
  }

  void print(const watchdog::Message& message) {
    const std::string line =
        fmt::format("{} {} {} {}: {}\n", format_rfc3339(message.time), upper(name_of(message.call.kind)),
                    watchdog::name_of(message.call.trouble), message.engine, message.call.text);
    const std::lock_guard hold(printing_);
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
  }

  std::string engine_;
  std::mutex printing_;
  mutable std::mutex mutex_;
  std::vector<std::string> problems_;                       ///< helpers that cannot be called; guarded by mutex_
  std::vector<std::unique_ptr<watchdog::Caller>> callers_;  ///< the last to be made: its threads use the rest
};

/// Becomes readable for as long as somebody wants the watch to end or acknowledges.
class Bell {
 public:
  Bell() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Bell() { ::close(fd_); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(fd_, &one, sizeof one);
  }
  void wait(std::int64_t ns) const {
    pollfd item{fd_, POLLIN, 0};
    ::poll(&item, 1, static_cast<int>((ns + kMillisecond - 1) / kMillisecond));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = ::read(fd_, &count, sizeof count);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  const int fd_;
};

int keep_watch(const Eye& eye, Helpers& helpers, const watchdog::Policy& policy) {
  const Bell bell;
  std::atomic<bool> stop = false, acknowledged = false;
  const Signals signals(
      [&](int number) {
        if (number == SIGUSR1)
          acknowledged = true;
        else if (number != SIGHUP)
          stop = true;
        if (number != SIGHUP) bell.ring();
      },
      {SIGUSR1});
  watchdog::Watchdog dog(policy);
  std::string status;
  ::sd_notify(0, "READY=1");
  note(fmt::format("watches {}: dead is called within {} s, blind after {} min without an event", eye.engine(),
                   (policy.dead_after + policy.answer_within) / kSecond, policy.blind_after / kMinute));
  while (!stop) {
    ::sd_notify(0, "WATCHDOG=1");
    const watchdog::Finding finding = watchdog::judge(eye.look(bell.fd()), policy);
    if (stop) break;
    if (acknowledged.exchange(false)) {
      dog.acknowledge();
      bell.wait(0);
      note("acknowledged: the trouble is not called again until it gets worse or is over");
      continue;  // the look was cut short
    }
    for (const Call& call : dog.take(finding, engine::monotonic_ns())) helpers.call(call);
    const std::string trouble = helpers.problem();
    const std::string now = fmt::format("STATUS={}: {}{}{}", upper(watchdog::name_of(finding.trouble)), finding.text,
                                        trouble.empty() ? "" : "; ", trouble);
    if (now != status) ::sd_notify(0, now.c_str());
    status = now;
    bell.wait(dog.pause());
  }
  ::sd_notify(0, "STOPPING=1");
  note("the watch ends; nobody watches this engine from here any more");
  return kGood;
}

int watch(const Options& options) {
  Result<seat::SeatToken> token = token_of(options);
  if (!token) {
    fail(token.error());
    return kCannotTell;
  }
  const Eye eye(std::move(*token), options.agents, options.policy);
  if (options.once) return look_once(eye, options.policy);
  Helpers helpers;
  // Signals are blocked before there is any other thread: helpers' threads leave them to keep_watch().
  sigset_t mine;
  ::sigemptyset(&mine);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) ::sigaddset(&mine, number);
  if (!options.test) ::pthread_sigmask(SIG_BLOCK, &mine, nullptr);
  if (Result<void> added = helpers.add(options, eye.engine()); !added) {
    fail(added.error());
    return kCannotTell;
  }
  if (!options.test) return keep_watch(eye, helpers, options.policy);
  helpers.call({Call::Kind::test, Trouble::none, "a test of the watch: nothing is wrong", 0});
  return helpers.drained(kTestWithin) ? kWell : kTrouble;
}

void add_span(CLI::App& app, const std::string& name, std::int64_t& to, const std::string& help, bool zero = false) {
  app.add_option_function<std::string>(
      name,
      [&to, name, zero](const std::string& text) {
        const Result<std::int64_t> span = config::parse_duration(text);
        if (!span) throw CLI::ValidationError(name, span.error().what + "; " + span.error().to_do);
        if (*span < (zero ? 0 : 100 * kMillisecond)) throw CLI::ValidationError(name, "is too short");
        to = *span;
      },
      help);
}

}  // namespace

void add_watch(CLI::App& app, Run& run) {
  CLI::App* const command =
      app.add_subcommand("watch", "Watch an engine from elsewhere; call for help when it is dead, deaf or blind");
  const auto options = std::make_shared<Options>();
  command->footer(
      "Make its account on the engine's machine: watchfloor user add tower --role watch --engine tcp://HOST:PORT.\n"
      "SIGUSR1 acknowledges. Exit code of --once: 0 well, 1 trouble, 2 cannot tell; of --test: 1 somebody cannot be "
      "called.");
  command->add_option("ENGINE", options->where, "A file with the account's token, tcp://HOST:PORT, or ipc://PATH")
      ->required();
  command->add_option("--token", options->token, "File with the account's token, where ENGINE is tcp://HOST:PORT");
  command->add_option("--agents", options->agents,
                      "Where agents connect, to try their door; default: as the engine says; none: do not try");
  command
      ->add_option("--run", options->run, "Program to run at each call, by its path; repeatable; facts in WATCHFLOOR_*")
      ->allow_extra_args(false);
  command
      ->add_option("--post", options->post, "Address to POST each call to as JSON, or @FILE that holds it; repeatable")
      ->allow_extra_args(false);
  command
      ->add_option("--authorities", options->authorities,
                   "PEM file with the only authorities that may vouch for --post; default: the machine's")
      ->check(CLI::ExistingFile);
  command->add_flag("--once", options->once, "One look, one line, an exit code; for cron and Nagios");
  command->add_flag("--test", options->test, "Call everybody once, to see that they can be called");
  watchdog::Policy& policy = options->policy;
  add_span(*command, "--every", policy.every, "Between two looks; default 10s");
  add_span(*command, "--within", policy.answer_within, "Time for an answer; default 5s");
  add_span(*command, "--dead-after", policy.dead_after, "Without an answer; default 30s");
  add_span(*command, "--deaf-after", policy.deaf_after, "A thread stands still, or nothing can be stored; default 60s");
  add_span(*command, "--silent-after", policy.silent_after, "No agent speaks; default 2min");
  add_span(*command, "--blind-after", policy.blind_after, "No event from anybody; default 15min; 0: never", true);
  add_span(*command, "--repeat", policy.repeat, "Between two calls for the same trouble; default 10min");
  add_span(*command, "--well-for", policy.well_for, "All well, before a trouble is over; default 1min");
  command->callback([options, &run] { run = [options] { return watch(*options); }; });
}

}  // namespace wf::cli
