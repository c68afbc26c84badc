#include "console/engine/rules_in_force.hpp"

#include <iterator>
#include <string_view>
#include <utility>

namespace wf::engine {
namespace {

/// FNV-1a: the same on every machine, so that a seat knows after a restart that it has these rules already.
class Sum {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0xFF);  // in no UTF-8 text: "a", "b" is not "ab"
  }
  [[nodiscard]] std::uint64_t value() const { return sum_ == 0 ? 1 : sum_; }

 private:
  void step(unsigned char byte) { sum_ = (sum_ ^ byte) * 1'099'511'628'211ULL; }
  std::uint64_t sum_ = 14'695'981'039'346'656'037ULL;
};

}  // namespace

std::shared_ptr<const RulesInForce> rules_in_force(std::vector<sigma::RuleFile> files, sigma::LoadReport& report) {
  auto out = std::make_shared<RulesInForce>();
  Sum sum;
  for (const sigma::RuleFile& file : files) {
    sum.add(file.path);
    sum.add(file.text);
  }
  out->version = sum.value();
  const std::size_t known = report.problems.size();
  out->rules = sigma::RuleSet::compile(files, report);
  out->problems.assign(report.problems.begin() + static_cast<std::ptrdiff_t>(known), report.problems.end());
  out->files = std::move(files);
  return out;
}

}  // namespace wf::engine
