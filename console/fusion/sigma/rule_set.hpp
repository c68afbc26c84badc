#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/model/entity.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::sigma {

/// What people and fusion need to know of a loaded rule.
struct RuleInfo {
  std::string id, title, description;
  Priority level = Priority::low;  ///< informational and low: low
  bool informational = false;      ///< level informational: context for incidents, opens none
  bool life_safety = false;        ///< tag watchfloor.life-safety
  bool correlation = false;
  bool hidden = false;  ///< a base rule of a correlation without `generate: true`: makes no alert itself
  std::vector<std::string> tags;
  std::vector<std::string> would_confirm, would_refute;  ///< from the rule's `watchfloor:` section
  std::string title_template;                            ///< `watchfloor: title: "{door.name} forced"`; empty: title
  std::vector<std::string> plan;                         ///< response steps, from the rule's `watchfloor:` section
  std::vector<std::string> join;  ///< entity kinds by which its alerts join incidents; empty: all of them
  std::string file;               ///< path and line of the document
};

/// A text of rules: path (for messages) and content.
struct RuleFile {
  std::string path, text;
};

/// A match of an event, or the completion of a correlation.
struct Match {
  std::uint32_t rule = 0;  ///< index into RuleSet::rules()
  UtcNs time = 0;
  std::vector<std::string> event_ids;  ///< contributing events, in time order; for a plain rule the one event
};

/// Problems found while loading: one line each, "path:line: what; what to do".
struct LoadReport {
  std::vector<std::string> problems;
  std::size_t loaded = 0, refused = 0;
};

/// Rules compiled together: immutable, shareable between threads.
class RuleSet {
 public:
  /// A rule that cannot be honoured exactly is refused and named in the report; the rest loads.
  [[nodiscard]] static std::shared_ptr<const RuleSet> compile(const std::vector<RuleFile>& files, LoadReport& report);
  virtual ~RuleSet() = default;
  [[nodiscard]] virtual const std::vector<RuleInfo>& rules() const = 0;
};

/// State of the correlations of one RuleSet over one stream. Deterministic; not thread-safe.
class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const RuleSet> rules);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  /// Appends every rule that this event matches and every correlation it completes, rules by index.
  void match(const Event& event, std::vector<Match>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads *.yml and *.yaml below each path (or the file itself), sorted by path. Files that cannot be read
/// become problems.
[[nodiscard]] std::vector<RuleFile> read_rule_files(const std::vector<std::filesystem::path>& paths,
                                                    LoadReport& report);

}  // namespace wf::sigma
