#include "console/engine/compiled_rules.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

namespace wf::engine {
namespace {

/// A pure function's last result. Immutable.
struct Compiled {
  std::vector<sigma::RuleFile> files;
  std::shared_ptr<const sigma::RuleSet> rules;
  sigma::LoadReport report;
};

class Last {
 public:
  [[nodiscard]] std::shared_ptr<const Compiled> get() {
    const std::lock_guard hold(mutex_);
    return last_;
  }
  void put(std::shared_ptr<const Compiled> compiled) {
    const std::lock_guard hold(mutex_);
    last_.swap(compiled);  // the one before is let go outside the lock
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Compiled> last_;  ///< guarded by mutex_
};

Last& last() {
  static Last one;
  return one;
}

}  // namespace

bool same_rules(const std::vector<sigma::RuleFile>& a, const std::vector<sigma::RuleFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const sigma::RuleFile& x, const sigma::RuleFile& y) {
    return x.path == y.path && x.text == y.text;
  });
}

std::shared_ptr<const sigma::RuleSet> compile_rules(const std::vector<sigma::RuleFile>& files,
                                                    sigma::LoadReport& report) {
  std::shared_ptr<const Compiled> done = last().get();
  if (done == nullptr || !same_rules(done->files, files)) {
    auto made = std::make_shared<Compiled>();
    made->files = files;
    made->rules = sigma::RuleSet::compile(files, made->report);
    last().put(made);
    done = std::move(made);
  }
  report.problems.insert(report.problems.end(), done->report.problems.begin(), done->report.problems.end());
  report.loaded += done->report.loaded;
  report.refused += done->report.refused;
  return done->rules;
}

}  // namespace wf::engine
