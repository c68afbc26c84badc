#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/model/attachment.hpp"
#include "console/model/rule.hpp"
#include "console/model/trial.hpp"
#include "proto/time.hpp"

namespace wf {

/// A question to the engine about the past, about its rules or for a still; answered in one immutable page.
struct Query {
  enum class What : std::uint8_t {
    events,
    alerts,
    incidents,
    audit,
    rules,        ///< all of them, with their figures
    rule,         ///< one in full; `where` is its id
    check,        ///< what the engine thinks of another text of a rule: `edit`
    trial,        ///< tries a rule on the past: `edit` on the last `days`
    trial_state,  ///< how far the trial is, and what came of it
    trial_stop,   ///< stops the trial whose number is `known`
    attachment    ///< the still whose hash is `where`
  } what = What::events;
  UtcNs since = 0;
  UtcNs until = 0;          ///< 0: now
  std::string where;        ///< "field=value" terms joined by " and "; empty: all
  std::size_t limit = 200;  ///< newest first
  std::uint64_t known = 0;  ///< rules: RuleList::version that the asker has; 0: none. trial_stop: the trial's number
  RuleEdit edit = {};
  std::uint32_t days = 0;  ///< 0: the whole log
  std::string actor = {};  ///< who asks; the engine sets it for a seat over the wire
};
inline constexpr Query::What kLastQuery = Query::What::attachment;
/// Is it about the engine's rules, and not about what is stored?
[[nodiscard]] constexpr bool about_rules(Query::What what) {
  return what >= Query::What::rules && what <= Query::What::trial_stop;
}
[[nodiscard]] constexpr bool about_trials(Query::What what) {
  return what >= Query::What::trial && what <= Query::What::trial_stop;
}
/// Most bytes of a still that is handed to a seat; a larger one, and a clip, is read on the engine's machine.
inline constexpr std::uint64_t kMostStill = 8ULL << 20U;

struct QueryPage {
  std::vector<std::string> lines;  ///< one JSON object each; of events, alerts, incidents and audit
  bool more = false;
  std::string error;                            ///< not empty: the query failed
  std::shared_ptr<const RuleList> rules = {};   ///< answers `rules`
  std::shared_ptr<const RuleDetail> rule = {};  ///< answers `rule`
  std::shared_ptr<const RuleCheck> check = {};  ///< answers `check`
  std::shared_ptr<const Trial> trial = {};      ///< answers the three of a trial: the one that runs, or ran last
  std::shared_ptr<const AttachmentContent> attachment = {};  ///< answers `attachment`
};

}  // namespace wf
