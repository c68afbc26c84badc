// Benchmark 6: Sigma matching on one core.
#include <fmt/format.h>

#include <chrono>

#include "console/fusion/sigma/rule_set.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {
namespace {

/// Rules as people write them: a few fields, some with wildcards, that hardly any event matches.
std::vector<sigma::RuleFile> rules(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format(
        "title: Bench {0}\nid: bench-{0}\nlevel: low\nlogsource: {{product: suricata}}\n"
        "detection:\n  flow:\n    proto: TCP\n    payload_printable|contains: ['needle{0}', 'thread{0}']\n"
        "  port:\n    dst.port: [{1}, {2}]\n  condition: flow or (port and not flow)\n---\n",
        i, 70'000 + i, 80'000 + i);
  return {{"bench.yml", text}};
}

double rate(const std::shared_ptr<const sigma::RuleSet>& set, const std::vector<Event>& events) {
  return median_of([&] {
    sigma::Matcher matcher(set);
    std::vector<sigma::Match> matches;
    const auto begin = std::chrono::steady_clock::now();
    for (const Event& event : events) {
      matches.clear();
      matcher.match(event, matches);
    }
    return static_cast<double>(events.size()) /
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  });
}

std::shared_ptr<const sigma::RuleSet> compiled(const std::vector<sigma::RuleFile>& files, std::size_t& loaded) {
  sigma::LoadReport report;
  auto set = sigma::RuleSet::compile(files, report);
  loaded = report.loaded;
  return set;
}

/// What Windows process rules look at: nine in ten of the public rules.
std::vector<Event> processes(std::uint32_t count) {
  std::vector<Event> out = make_events(1, count);
  for (std::size_t i = 0; i < out.size(); ++i) {
    Event& e = out[i];
    e.kind = "host.process";
    e.logsource = {"windows", "", "process_creation"};
    e.fields.clear();
    e.add("Image", fmt::format("C:\\Program Files\\Vendor{}\\tool.exe", i % 977));
    e.add("CommandLine", fmt::format("\"C:\\Program Files\\Vendor{}\\tool.exe\" --run {} /quiet", i % 977, i));
    e.add("ParentImage", "C:\\Windows\\explorer.exe");
    e.add("User", "CORP\\ann");
    e.add("OriginalFileName", "tool.exe");
    e.add("CurrentDirectory", "C:\\Users\\ann\\");
    e.add("IntegrityLevel", "Medium");
  }
  return out;
}

}  // namespace

Rows matching() {
  Rows out;
  std::size_t loaded = 0;
  const std::vector<Event> flows = make_events(1, 20'000);
  const double five_hundred = rate(compiled(rules(500), loaded), flows);
  out.push_back({"6b", fmt::format("sigma, {} rules, one core", loaded), five_hundred, "events/s", "", 0, 200'000, true,
                 true, ""});
  const double hundred = rate(compiled(rules(100), loaded), flows);
  const double one = rate(compiled(rules(1), loaded), flows);
  out.push_back({"6c", "sigma, cost of an event with 100 rules", 1e9 / hundred, "ns", "the same with 1 rule, ns",
                 1e9 / one, 2, false, true, ""});
  const std::filesystem::path hq = std::filesystem::path(WF_SHARED_DATA) / "sigma" / "rules";
  Row all{"6a", "sigma, all of SigmaHQ, process events, one core", 0, "events/s", "", 0, 100'000, true, true, ""};
  if (std::filesystem::exists(hq)) {
    sigma::LoadReport report;
    const auto files = sigma::read_rule_files({hq}, report);
    const auto set = compiled(files, loaded);
    all.figure = fmt::format("sigma, SigmaHQ ({} rules), process events, one core", loaded);
    all.value = rate(set, processes(20'000));
  } else {
    all.note = "the rules of SigmaHQ are not on this machine";
  }
  out.push_back(all);
  return out;
}

}  // namespace wf::bench
