#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/console/backtest/log.hpp"
#include "tests/system/program.hpp"

using namespace wf;
using namespace wf::test;
using wf::backtest::test::kBegin;
using wf::backtest::test::Log;
using wf::backtest::test::rule;
using Json = nlohmann::json;

namespace {

/// A signal that was sent to a process and is not taken yet.
bool pending(pid_t pid, int number) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("ShdPnd:")) return (std::stoull(line.substr(7), nullptr, 16) >> (number - 1) & 1U) != 0;
  return false;
}

}  // namespace

TEST_CASE("match --compare says which rows other rules would have lost and gained, the same each time") {
  const Scratch scratch;
  Log log;
  log.configure(kBegin, rule("a", "scan") + rule("b", "login"));
  log.event(kBegin + kMinute, "scan", "h1");
  log.event(kBegin + 2 * kMinute, "login", "h2");
  log.event(kBegin + 3 * kMinute, "noise", "h3");
  log.handle(kBegin + 4 * kMinute, log.at_host("h2"), Cause::true_alarm);
  write_text(scratch / "candidate.yml", rule("a", "scan") + rule("c", "noise"));
  const std::string data = log.data();
  const std::vector<std::string> words{"match", "--compare", "--data", data, "--rules", scratch / "candidate.yml"};

  const Outcome text = run("watchfloor", words);
  INFO(text.err);
  REQUIRE(text.status == 0);
  CHECK(text.out.find("1 rows lost, 1 gained. Of 1 resolved as true 1 would have been missed.") != std::string::npos);
  CHECK(text.out.find("Missed: resolved as true then, no row now (1)\n  INC-0002") != std::string::npos);

  std::string first;
  for (const char* threads : {"1", "2", "4"}) {
    std::vector<std::string> more = words;
    more.insert(more.end(), {"--json", "--threads", threads});
    const Outcome json = run("watchfloor", more);
    REQUIRE(json.status == 0);
    if (first.empty()) first = json.out;
    CHECK(json.out == first);
  }
  const Json report = Json::parse(first);
  CHECK(report["v"] == 1);
  CHECK(report["then"]["rows"] == 2);
  CHECK(report["candidate"]["rows"] == 2);
  CHECK(report["missed"][0]["incident"] == "INC-0002");
  CHECK(report["missed"][0]["cause"] == "true");
  CHECK(report["gained"][0]["rule"] == "c");

  // A time in the past of the log, and words that do not go together.
  std::vector<std::string> later = words;
  later.insert(later.end(), {"--from", format_rfc3339(kBegin + 3 * kMinute), "--json"});
  CHECK(Json::parse(run("watchfloor", later).out)["then"]["rows"] == 0);
  CHECK(run("watchfloor", {"match", "--json", "--rules", scratch / "candidate.yml", "-"}).status == 2);
  std::vector<std::string> both = words;
  both.push_back("events.jsonl");
  CHECK(run("watchfloor", both).status == 2);
  CHECK(run("watchfloor", {"match", "--compare", "--data", scratch / "none", "--rules", scratch / "candidate.yml"})
            .status == 1);
}

TEST_CASE("match --compare that is interrupted ends with one line and no report") {
  const Scratch scratch;
  Log log;
  log.configure(kBegin, rule("a", "scan"));
  for (int i = 1; i <= 2000; ++i) log.event(kBegin + i * kSecond, "scan", "h" + std::to_string(i % 9));
  const std::string rules = scratch / "rules.yml";
  REQUIRE(::mkfifo(rules.c_str(), 0600) == 0);
  Program program("watchfloor", {"match", "--compare", "--data", log.data(), "--rules", rules});
  const int pipe = ::open(rules.c_str(), O_WRONLY);  // waits until it reads its rules
  REQUIRE(pipe >= 0);
  program.signal(SIGINT);
  REQUIRE(eventually([&] { return !pending(program.pid(), SIGINT); }));
  const std::string text = rule("a", "scan");
  REQUIRE(::write(pipe, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(pipe);
  CHECK(program.wait() == 1);
  CHECK(program.out().empty());
  CHECK(program.err().find("the backtest was stopped before its end") != std::string::npos);
}
