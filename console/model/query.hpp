#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/model/rule.hpp"
#include "proto/time.hpp"

namespace wf {

/// A question to the engine about the past or about its rules; answered in one immutable page.
struct Query {
  enum class What : std::uint8_t {
    events,
    alerts,
    incidents,
    audit,
    rules,  ///< all of them, with their figures
    rule    ///< one in full; `where` is its id
  } what = What::events;
  UtcNs since = 0;
  UtcNs until = 0;          ///< 0: now
  std::string where;        ///< "field=value" terms joined by " and "; empty: all
  std::size_t limit = 200;  ///< newest first
  std::uint64_t known = 0;  ///< rules: RuleList::version that the asker has; 0: none
};
inline constexpr Query::What kLastQuery = Query::What::rule;
/// Is it about the engine's rules, and not about what is stored?
[[nodiscard]] constexpr bool about_rules(Query::What what) { return what >= Query::What::rules; }

struct QueryPage {
  std::vector<std::string> lines;  ///< one JSON object each; of events, alerts, incidents and audit
  bool more = false;
  std::string error;                            ///< not empty: the query failed
  std::shared_ptr<const RuleList> rules = {};   ///< answers `rules`
  std::shared_ptr<const RuleDetail> rule = {};  ///< answers `rule`
};

}  // namespace wf
