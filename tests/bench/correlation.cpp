// Benchmark 7: threshold correlation, five of a key within 60 s, beside sec (Debian's simple event correlator) over the
// same file of JSON lines. Times are the processor's, of sec with its start (a tenth of a second). sec counts by the
// clock on the wall, in which the whole file is one minute, so its alerts are others; ours are compared with the plain
// evaluator of tests/console/sigma.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "console/fusion/sigma/rule_set.hpp"
#include "proto/event_json.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"
#include "tests/console/sigma/plain_correlation.hpp"
#include "tests/console/sigma/random_rules.hpp"

namespace wf::bench {
namespace {

constexpr int kLines = 200'000, kKeys = 2'000;
constexpr const char* kSec = "/usr/bin/sec";

const char* const kRule = R"(
title: Many failed logins
id: many
correlation: {type: event_count, rules: [failed], group-by: [user.name], timespan: 60s, condition: {gte: 5}}
---
title: Failed login
id: failed
logsource: {product: linux, service: sshd}
detection: {s: {kind: host.login_failed}, condition: s}
)";

const char* const kSecRule = R"sec(type=SingleWithThreshold
ptype=RegExp
pattern="kind":"host\.login_failed".*"user\.name":"([^"]+)"
desc=many $1
action=write )sec";

/// Failed logins of 2,000 accounts, one each `step`; in every thousand lines somebody tries six times in a row.
std::vector<std::string> make_lines(std::int64_t step) {
  test::Dice dice(7);
  std::vector<std::string> out;
  std::size_t burst = 0;
  for (int i = 0; i < kLines; ++i) {
    std::size_t user = dice.below(kKeys);
    if (i % 1000 == 500) burst = user;
    if (i % 1000 > 500 && i % 1000 < 506) user = burst;
    out.push_back(fmt::format(
        R"({{"id":"host-1:4:0:{}","time":"{}","kind":"host.login_failed","logsource":{{"product":"linux","service":"sshd"}},"fields":{{"user.name":"user{}","host.name":"hv-07","src.ip":"198.51.100.7"}}}})",
        i, format_rfc3339(1'772'000'000 * kSecond + i * step), user));
  }
  return out;
}

std::vector<Event> parsed(const std::vector<std::string>& lines) {
  std::vector<Event> out;
  for (const std::string& line : lines)
    if (auto event = parse_json_line(line)) out.push_back(std::move(*event));
  return out;
}

std::shared_ptr<const sigma::RuleSet> rules() {
  sigma::LoadReport report;
  return sigma::RuleSet::compile({{"bench.yml", kRule}}, report);
}

/// Lines in a second of the processor's time, from the file to the alerts.
double ours(const std::filesystem::path& file) {
  const auto set = rules();
  const double begin = thread_seconds();
  sigma::Matcher matcher(set);
  std::vector<sigma::Match> matches;
  std::ifstream in(file);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    const auto event = parse_json_line(line);
    matches.clear();
    if (event) matcher.match(*event, matches);
  }
  return static_cast<double>(count) / (thread_seconds() - begin);
}

/// The same of sec.
double theirs(const std::filesystem::path& file, const std::filesystem::path& conf) {
  const pid_t child = start_quietly(
      {kSec, "--conf=" + conf.string(), "--input=" + file.string(), "--notail", "--fromstart", "--nointevents"});
  if (child < 0) throw std::runtime_error("sec cannot be started");
  int status = 0;
  rusage used{};
  if (::wait4(child, &status, 0, &used) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("sec failed");
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return kLines / (seconds(used.ru_utime) + seconds(used.ru_stime));
}

/// Half a file would be a figure that is too good.
void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  if (!(out << text).flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

/// What the windows hold at the most, for each key; looked at a hundred times.
double bytes_a_key(const std::vector<Event>& events) {
  const auto set = rules();
  sigma::Matcher matcher(set);
  std::vector<sigma::Match> matches;
  const std::size_t before = heap_bytes();
  std::size_t most = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    matches.clear();
    matcher.match(events[i], matches);
    if (i % 2000 == 1999) {
      std::vector<sigma::Match>().swap(matches);
      most = std::max(most, heap_bytes() - before);
    }
  }
  return static_cast<double>(most) / kKeys;
}

Row compared(const std::vector<Event>& events) {
  test::CorrelationSpec spec;
  spec.id = "many";
  spec.type = "event_count";
  spec.bases = {"failed"};
  spec.group_by = {"user.name"};
  spec.group_fields = {{"user.name"}};
  spec.timespan = 60;
  spec.lateness = 300;
  spec.condition = {{"gte", 5}};
  test::PlainCorrelations plain({spec});
  const auto set = rules();
  sigma::Matcher matcher(set);
  std::vector<sigma::Match> matches;
  std::size_t different = 0, alerts = 0;
  const std::size_t judged = events.size() / 4;
  for (std::size_t i = 0; i < judged; ++i) {
    matches.clear();
    matcher.match(events[i], matches);
    std::vector<std::string> got;
    for (const sigma::Match& m : matches) {
      if (set->rules()[m.rule].id != "many") continue;
      std::string line = "many@" + std::to_string(m.time) + "(";
      for (std::size_t k = 0; k < m.event_ids.size(); ++k) line += (k > 0 ? "," : "") + m.event_ids[k];
      got.push_back(line + ")");
    }
    alerts += got.size();
    different += got == plain.take(events[i], {"failed"}) ? 0 : 1;
  }
  return {"7",
          fmt::format("  of {} events ({} alerts) the plain evaluator judges differently", judged, alerts),
          static_cast<double>(different),
          "events",
          "",
          0,
          0,
          false,
          true,
          ""};
}

}  // namespace

Rows correlation() {
  Rows out;
  const std::vector<std::string> lines = make_lines(50 * kMillisecond);
  const Scratch scratch;
  const std::filesystem::path file = scratch.path() / "lines.jsonl", conf = scratch.path() / "sec.conf";
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  write(file, text);
  write(conf, kSecRule + (scratch.path() / "sec.out").string() + " many $1\nwindow=60\nthresh=5\n");
  const bool peer = ::access(kSec, X_OK) == 0;
  std::vector<double> us, them;
  for (int i = 0; i < kRuns; ++i) {
    us.push_back(ours(file));
    if (peer) them.push_back(theirs(file, conf));
  }
  Row row{"7",
          fmt::format("threshold correlation, 5 of 60 s, {} lines, {} keys", kLines, kKeys),
          median(us),
          "lines/s",
          "sec, lines/s",
          median(them),
          3,
          true,
          peer,
          ""};
  if (!peer) row.note = "sec is not on this machine (Debian package sec), so there is nothing to compare with";
  out.push_back(row);
  const std::vector<Event> events = parsed(lines);
  out.push_back({"7", "  memory for each key, 20 events a second", bytes_a_key(events), "bytes", "", 0, 256, false,
                 true, "event ids and what the lateness of 5 min keeps are in it"});
  out.push_back({"7", "  the same with 100 events a second: 18 of a key held",
                 bytes_a_key(parsed(make_lines(10 * kMillisecond))), "bytes", "", 0, 0, false, false, ""});
  out.push_back(compared(events));
  return out;
}

}  // namespace wf::bench
