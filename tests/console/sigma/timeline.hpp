#pragma once
#include <optional>
#include <string>

#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

/// Base rules: field A is fail, ok or end.
inline const std::string kBases =
    "title: fail\nid: id-fail\nname: fail\nlogsource: {category: test}\ndetection: {s: {A: fail}, condition: s}\n---\n"
    "title: ok\nid: id-ok\nname: ok\nlogsource: {category: test}\ndetection: {s: {A: ok}, condition: s}\n---\n"
    "title: end\nid: id-end\nname: end\nlogsource: {category: test}\ndetection: {s: {A: end}, condition: s}\n---\n";

/// A document with that id, the name "ID_name" and `body` as its correlation.
inline std::string correlation(const std::string& id, const std::string& body, const std::string& more = {}) {
  return "title: " + id + "\nid: " + id + "\nname: " + id + "_name\nlevel: high\ncorrelation: " + body + "\n" + more;
}

/// Feeds events at seconds and notes when which correlation completes. Events are numbered from 1.
class Timeline {
 public:
  explicit Timeline(const std::string& correlations) {
    sigma::LoadReport report;
    rules_ = rules_of(kBases + correlations, report);
    for (const std::string& p : report.problems) UNSCOPED_INFO(p);
    REQUIRE(report.problems.empty());
    matcher_.emplace(rules_);
  }

  /// "name(ids)" of each completed correlation, in order.
  std::string at(double seconds, const Json& fields, bool drill = false) {
    Event e = event_of(fields, {{"category", "test"}}, static_cast<UtcNs>(seconds * static_cast<double>(kSecond)),
                       std::to_string(++count_));
    e.drill = drill;
    std::vector<sigma::Match> matches;
    matcher_->match(e, matches);
    return told(matches);
  }
  std::string fail(double s, const std::string& user = "joe") { return at(s, {{"A", "fail"}, {"U", user}}); }
  std::string ok(double s, const std::string& user = "joe") { return at(s, {{"A", "ok"}, {"U", user}}); }
  std::string end(double s, const std::string& user = "joe") { return at(s, {{"A", "end"}, {"U", user}}); }
  std::string tick(double seconds) {
    std::vector<sigma::Match> matches;
    matcher_->tick(static_cast<UtcNs>(seconds * static_cast<double>(kSecond)), matches);
    return told(matches);
  }
  /// The second for which the last match was.
  [[nodiscard]] double last() const { return static_cast<double>(last_) / static_cast<double>(kSecond); }
  [[nodiscard]] bool waiting() const { return matcher_->waiting(); }
  [[nodiscard]] const sigma::RuleSet& rules() const { return *rules_; }
  /// Other rules from here on.
  void configure(const std::string& correlations) {
    sigma::LoadReport report;
    auto next = rules_of(kBases + correlations, report);
    REQUIRE(report.problems.empty());
    sigma::Matcher fresh(next);
    fresh.adopt(std::move(*matcher_));
    matcher_.emplace(std::move(fresh));
    rules_ = std::move(next);
  }

 private:
  std::string told(const std::vector<sigma::Match>& matches) {
    std::string out;
    for (const sigma::Match& m : matches) {
      const sigma::RuleInfo& info = rules_->rules()[m.rule];
      if (!info.correlation) continue;
      last_ = m.time;
      if (!out.empty()) out += " ";
      out += info.id + "(";
      for (std::size_t i = 0; i < m.event_ids.size(); ++i) out += (i != 0 ? "," : "") + m.event_ids[i];
      out += ")";
    }
    return out;
  }

  std::shared_ptr<const sigma::RuleSet> rules_;
  std::optional<sigma::Matcher> matcher_;
  int count_ = 0;
  UtcNs last_ = 0;
};

}  // namespace wf::test
