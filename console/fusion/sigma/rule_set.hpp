#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "console/model/entity.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::sigma {

/// Evidence around an alert that would settle it and that the engine looks for itself.
struct Expectation {
  std::string text;      ///< in words for people: "somebody on a camera there"
  bool refutes = false;  ///< it would refute; else confirm
  std::vector<std::string> kinds;
  /// Where it would come from: the alert's door; the cameras that watch its door or zone; the doors into its zone; its
  /// host; who did it; who owns its host.
  enum class At : std::uint8_t { door, camera, zone, host, person, owner } at = At::door;
  std::int64_t before = 0, within = 0;  ///< event time around the alert's, at most an hour each
};
/// Kinds whose events fusion remembers, so that what came before an alert can be found.
[[nodiscard]] bool remembered_kind(std::string_view kind);

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
  std::string plan_id;                                   ///< the response plan that it names there instead
  std::vector<Expectation> expect;                       ///< from the same section
  std::vector<std::string> join;  ///< entity kinds by which its alerts join incidents; empty: all of them
  std::string file;               ///< path and line of the document
  Logsource logsource;            ///< as the document states it; of a correlation: empty
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
  /// The event that should have been followed, where the match is its absence: it has nothing to do with the event or
  /// tick that brought it. Null for every other match.
  std::shared_ptr<const Event> absent;
};

/// Problems found while loading: one line each, "path:line: what; what to do".
struct LoadReport {
  std::vector<std::string> problems;
  std::size_t loaded = 0, refused = 0;
};

/// A document of a file's text: where it begins and what it says, with the line that separates it from the one before
/// left out.
struct DocumentText {
  std::uint32_t line = 1;          ///< of its first line
  std::size_t begin = 0, end = 0;  ///< bytes of the text
};
/// The YAML documents of a text, also where they cannot be read.
[[nodiscard]] std::vector<DocumentText> documents_of(std::string_view text);

/// Rules compiled together: immutable, shareable between threads.
class RuleSet {
 public:
  /// A rule that cannot be honoured exactly is refused and named in the report; the rest loads.
  [[nodiscard]] static std::shared_ptr<const RuleSet> compile(const std::vector<RuleFile>& files, LoadReport& report);
  virtual ~RuleSet() = default;
  [[nodiscard]] virtual const std::vector<RuleInfo>& rules() const = 0;
};

/// State of the correlations of one RuleSet over one stream. Its time is the greatest of its events and ticks; it knows
/// no clock. Deterministic; not thread-safe.
class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const RuleSet> rules);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  /// Appends what turns out to be absent by the event's time; then every rule that the event matches and every
  /// correlation it completes, rules by index.
  void match(const Event& event, std::vector<Match>& out);
  /// The same where there is a clock that is better than the events': the stream's time never goes beyond `now`.
  void match(const Event& event, UtcNs now, std::vector<Match>& out);
  /// The same in two steps, for who wants to add to an event only if a rule matches it. First what turns out to be
  /// absent and the rules of single events; true if there was one of these.
  bool match_rules(const Event& event, UtcNs now, std::vector<Match>& out);
  /// Then the correlations that the same event completes; `out` is what match_rules() left.
  void match_correlations(const Event& event, std::vector<Match>& out);
  /// Bit i: `names[i]` of ask_for() is looked at by a rule of single events with this logsource. Correlations do not
  /// count: what they group by and add up is looked at when a rule has matched.
  [[nodiscard]] std::uint64_t asked(const Logsource& source);
  /// At most 64; they must outlive it.
  void ask_for(std::span<const std::string_view> names);
  /// Moves the stream's time to `now`, and appends what turns out to be absent.
  void tick(UtcNs now, std::vector<Match>& out);
  /// True while a tick can turn out anything.
  [[nodiscard]] bool waiting() const;
  /// Takes over what `old` remembers of those correlations that mean the same in both rule sets: same id, same
  /// definition, and the same of every rule that they stand on. `old` must not be used any more.
  void adopt(Matcher&& old);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads *.yml and *.yaml below each path (or the file itself), sorted by path. Files that cannot be read
/// become problems.
[[nodiscard]] std::vector<RuleFile> read_rule_files(const std::vector<std::filesystem::path>& paths,
                                                    LoadReport& report);

}  // namespace wf::sigma
