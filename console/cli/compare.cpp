#include "console/cli/compare.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "console/backtest/backtest.hpp"
#include "console/cli/command.hpp"
#include "console/cli/signals.hpp"
#include "console/engine/clock.hpp"
#include "console/store/data_directory.hpp"

namespace wf::cli {
namespace {

constexpr std::size_t kMostComplaints = 10;

/// A line on standard error twice a second; on a terminal it is written over.
class Shown {
 public:
  void operator()(const backtest::Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(terminal_ ? 500 : 10'000)) return;
    last_ = now;
    const double share = static_cast<double>(progress.position) / static_cast<double>(progress.newest);
    fmt::print(stderr, "{}{:3.0f} %, {}{}", terminal_ ? "\r" : "", share * 100,
               format_rfc3339(progress.at / kSecond * kSecond), terminal_ ? "" : "\n");
    std::fflush(stderr);
    dirty_ = terminal_;
  }
  void end() const {
    if (dirty_) fmt::print(stderr, "\r{:40}\r", "");
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool dirty_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

int compare(const CompareOptions& options, const std::vector<std::string>& rules) {
  std::atomic<bool> cancelled{false};
  const Signals signals([&](int number) {
    if (number == SIGINT || number == SIGTERM) cancelled = true;
  });
  backtest::Options wanted;
  const Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return fail(data.error());
  if (!std::filesystem::exists(*data)) return fail(no_data(*data));
  wanted.data = *data;
  sigma::LoadReport report;
  wanted.rules = sigma::read_rule_files({rules.begin(), rules.end()}, report);
  (void)sigma::RuleSet::compile(wanted.rules, report);
  for (std::size_t i = 0; i < report.problems.size() && i < kMostComplaints; ++i) note(report.problems[i]);
  if (!report.problems.empty())
    note(
        fmt::format("{} rules loaded, {} refused; `watchfloor rules check` names each", report.loaded, report.refused));
  if (report.loaded == 0) return fail("no rule could be loaded: name rule files, or folders of them, with --rules");
  const UtcNs clock = engine::Clock().now();
  const Result<UtcNs> from = time_of(options.from, "--from", clock), to = time_of(options.to, "--to", clock);
  if (!from) return fail(from.error());
  if (!to) return fail(to.error());
  wanted.add = options.add;
  wanted.from = *from;
  wanted.to = *to;
  wanted.threads = options.threads;
  Shown shown;
  const Result<backtest::Report> done = backtest::run(wanted, std::ref(shown), cancelled);
  shown.end();
  if (!done) return fail(done.error());
  fmt::print("{}{}", options.json ? backtest::to_json(*done) : backtest::to_text(*done), options.json ? "\n" : "");
  if (std::fflush(stdout) != 0) return fail("cannot write the report to standard output");
  return kGood;
}

void add_compare_options(CLI::App& command, CLI::Option& compare, CompareOptions& options) {
  add_data_option(command, options.shared);
  command.add_option("--from", options.from, "From then on (RFC 3339, or 30d for so long ago); default: all");
  command.add_option("--to", options.to, "Until then; default: now");
  command.add_flag("--add", options.add, "These rules beside those of then; default: instead of them");
  command.add_option("--threads", options.threads, "1 to 3; the report is the same")->check(CLI::PositiveNumber);
  command.add_flag("--json", options.json, "The whole report as one JSON object");
  for (const char* name : {"--data", "--from", "--to", "--add", "--threads", "--json"})
    command.get_option(name)->needs(&compare);
}

}  // namespace wf::cli
