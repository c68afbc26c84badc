// What people write for the engine: a site, rules.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "console/fusion/plans.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/site/load.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;
namespace fs = std::filesystem;

int fuzz_site(const std::uint8_t* data, std::size_t size) {
  // The small site of tests/fuzz/site, of which some files are replaced.
  static const fs::path folder = [] {
    const fs::path made = fs::path(scratch()) / "site";
    fs::create_directory(made);
    return made;
  }();
  static const std::vector<fs::path> files = [] {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(std::string(WF_SOURCE_DIR) + "/tests/fuzz/site"))
      out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
  }();
  for (const fs::path& file : files)
    fs::copy_file(file, folder / file.filename(), fs::copy_options::overwrite_existing);
  Pieces pieces(text_of(data, size));
  for (int i = 0; i < 3 && !pieces.done(); ++i) {
    const fs::path& file = files[pieces.byte() % files.size()];
    write_scratch("site/" + file.filename().string(), pieces.piece());
  }
  site::SiteReport report;
  (void)site::load_estate(folder, report);
  return 0;
}

int fuzz_sigma(const std::uint8_t* data, std::size_t size) {
  sigma::LoadReport report;
  const auto rules = sigma::RuleSet::compile({{"fuzz.yml", std::string(text_of(data, size))}}, report);
  if (!rules || rules->rules().empty()) return 0;
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> matches;
  for (int i = 0; i < 4; ++i) {
    Event event;
    event.id = "e" + std::to_string(i);
    event.time = UtcNs{1'700'000'000} * kSecond + i * kSecond;
    event.kind = "access.denied";
    event.source = "fuzz";
    event.logsource = {"watchfloor", "access", "access"};
    event.add("door.id", "D-1");
    event.add("src.ip", "192.0.2.7");
    event.add("message", "powershell -enc QQ==");
    event.add("count", std::to_string(i), ValueType::number);
    matcher.match(event, matches);
  }
  matcher.tick(UtcNs{1'700'000'000} * kSecond + 400 * kDay, matches);  // what was absent
  sigma::Matcher next(rules);
  next.adopt(std::move(matcher));
  for (const sigma::Match& match : matches) holds(match.rule < rules->rules().size(), "a match names a rule");
  return 0;
}

int fuzz_plans(const std::uint8_t* data, std::size_t size) {
  sigma::LoadReport report;
  const auto book = fusion::PlanBook::compile({{"fuzz.yaml", std::string(text_of(data, size))}}, report);
  holds(book->plans().size() == report.loaded, "a plan is loaded or named");
  for (const fusion::PlanBook::Found& plan : book->plans()) {
    holds(!plan->id.empty() && !plan->steps.empty() && plan->steps.size() <= fusion::Plan::kMostSteps,
          "a plan has a name and steps");
    for (const fusion::Plan::Step& step : plan->steps)
      holds(!step.text.empty() && step.within >= 0, "a step says what to do, within a time that is one");
    for (const std::string& kind : plan->kinds) holds(book->of_kind(kind) == plan, "a kind has the plan that names it");
  }
  return 0;
}
