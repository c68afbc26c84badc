// Benchmark 6: Sigma matching on one core. Time is the thread's own, so that others on the machine do not count, and
// some of the events are judged by the plain evaluator too: the alerts must be the same.
#include <fmt/format.h>

#include <set>

#include "console/fusion/sigma/rule_set.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/judged_load.hpp"
#include "tests/bench/load.hpp"
#include "tests/console/sigma/plain.hpp"

namespace wf::bench {
namespace {

struct Rules {
  std::vector<sigma::RuleFile> files;
  std::shared_ptr<const sigma::RuleSet> set;
  std::size_t loaded = 0;
};

Rules compiled(std::vector<sigma::RuleFile> files) {
  sigma::LoadReport report;
  Rules out;
  out.set = sigma::RuleSet::compile(files, report);
  out.files = std::move(files);
  out.loaded = report.loaded;
  return out;
}

/// Events in a second of the processor's time.
double rate(const Rules& rules, const std::vector<Event>& events) {
  return median_of([&] { return matching_rate(rules.set, events); });
}

/// Judges every `step`th event in both ways.
void compare(const std::string& number, const std::string& name, const Rules& rules, const std::vector<Event>& events,
             std::size_t step, Rows& out) {
  std::set<std::string> loaded;
  for (const sigma::RuleInfo& r : rules.set->rules()) loaded.insert(r.id);
  const test::PlainRules plain(rules.files, loaded);
  sigma::Matcher matcher(rules.set);
  std::vector<sigma::Match> matches;
  std::size_t different = 0, judged = 0, alerts = 0;
  double spent = 0;
  for (std::size_t i = 0; i < events.size(); i += step) {
    matches.clear();
    matcher.match(events[i], matches);
    std::set<std::string> got;
    for (const sigma::Match& m : matches) got.insert(rules.set->rules()[m.rule].id);
    const double begin = thread_seconds();
    const std::set<std::string> truth = plain.judge(events[i]);
    spent += thread_seconds() - begin;
    ++judged;
    alerts += truth.size();
    different += got == truth ? 0 : 1;
  }
  out.push_back({number,
                 fmt::format("  of {} events ({} alerts) the plain evaluator judges differently", judged, alerts),
                 static_cast<double>(different), "events", "", 0, 0, false, true, ""});
  out.push_back({number, fmt::format("  the plain evaluator, {}", name), static_cast<double>(judged) / spent,
                 "events/s", "", 0, 0, true, false, ""});
}

/// What Windows process rules look at: nine in ten of the public rules.
std::vector<Event> processes(std::uint32_t count) {
  std::vector<Event> out = make_events(1, count);
  for (std::size_t i = 0; i < out.size(); ++i) {
    Event& e = out[i];
    e.kind = "host.process";
    e.logsource = {"windows", "", "process_creation"};
    e.fields.clear();
    // One in a hundred is what rules are about.
    if (i % 100 == 50) {
      e.add("Image", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe");
      e.add("CommandLine", "powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA");
      e.add("ParentImage", "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE");
    } else {
      e.add("Image", fmt::format("C:\\Program Files\\Vendor{}\\tool.exe", i % 977));
      e.add("CommandLine", fmt::format("\"C:\\Program Files\\Vendor{}\\tool.exe\" --run {} /quiet", i % 977, i));
      e.add("ParentImage", "C:\\Windows\\explorer.exe");
    }
    e.add("User", "CORP\\ann");
    e.add("OriginalFileName", "tool.exe");
    e.add("CurrentDirectory", "C:\\Users\\ann\\");
    e.add("IntegrityLevel", "Medium");
  }
  return out;
}

/// Network flows; one in a hundred holds what the rules look for.
std::vector<Event> flows(std::uint32_t count) {
  std::vector<Event> out = make_events(1, count);
  for (std::size_t i = 50; i < out.size(); i += 100)
    for (Field& f : out[i].fields)
      if (f.name == "payload_printable") f.value.replace(20, 9, fmt::format("needle{:03}", i % 500));
  return out;
}

}  // namespace

Rows matching() {
  Rows out;
  const std::vector<Event> network = flows(20'000);
  const Rules five_hundred = compiled(plain_rules(500));
  out.push_back({"6b", fmt::format("sigma, {} rules, one core", five_hundred.loaded), rate(five_hundred, network),
                 "events/s", "", 0, 200'000, true, true, ""});
  compare("6b", "500 rules", five_hundred, network, 25, out);
  const double hundred = rate(compiled(plain_rules(100)), network);
  const double one = rate(compiled(plain_rules(1)), network);
  out.push_back({"6c", "sigma, cost of an event with 100 rules", 1e9 / hundred, "ns", "the same with 1 rule, ns",
                 1e9 / one, 2, false, true, ""});
  const std::filesystem::path hq = std::filesystem::path(WF_SHARED_DATA) / "sigma" / "rules";
  Row all{"6a", "sigma, all of SigmaHQ, process events, one core", 0, "events/s", "", 0, 100'000, true, true, ""};
  if (!std::filesystem::exists(hq)) {
    all.note = "the rules of SigmaHQ are not on this machine";
    out.push_back(all);
    return out;
  }
  sigma::LoadReport report;
  const Rules public_rules = compiled(sigma::read_rule_files({hq}, report));
  const std::vector<Event> started = processes(20'000);
  all.figure = fmt::format("sigma, SigmaHQ ({} rules), process events, one core", public_rules.loaded);
  all.value = rate(public_rules, started);
  out.push_back(all);
  compare("6a", "SigmaHQ", public_rules, started, 50, out);
  return out;
}

}  // namespace wf::bench
