#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/incident.hpp"

namespace wf::fusion {

/// One thing that a rule expects around an alert, and what became of it.
struct Expected {
  Evidence shown;
  std::vector<std::string> kinds;
  struct Source {
    std::string key;      ///< of an event's link: "camera C-27"
    std::string id;       ///< device, person, or site
    bool person = false;  ///< all who bring badges of the site `id` would tell
  };
  std::vector<Source> sources;
  sigma::Expectation::At at = sigma::Expectation::At::door;
  UtcNs alert = 0;         ///< event time of the alert
  UtcNs due = 0;           ///< engine clock when it is judged
  bool forgotten = false;  ///< not all that came before the alert is remembered
};

/// Which incidents look for evidence, by what it would come from, and when the next one is judged. Incidents leave it
/// when they are over.
class Lookout {
 public:
  void wait(std::uint64_t incident, const std::string& key);
  void judge_at(std::uint64_t incident, UtcNs due) { due_.emplace(due, incident); }
  /// Incidents that look for what `key` tells, by id; a copy, since taking evidence may change them.
  [[nodiscard]] std::vector<std::uint64_t> of(const std::string& key) const;
  void forget(std::uint64_t incident);
  [[nodiscard]] bool empty() const { return by_key_.empty(); }
  /// When the next is judged; 0: none is.
  [[nodiscard]] UtcNs next_due() const { return due_.empty() ? 0 : due_.begin()->first; }
  [[nodiscard]] std::uint64_t take_due();

 private:
  std::unordered_map<std::string, std::set<std::uint64_t>> by_key_;  ///< looked up only
  std::unordered_map<std::uint64_t, std::set<std::string>> keys_;    ///< of an incident
  std::set<std::pair<UtcNs, std::uint64_t>> due_;
};

}  // namespace wf::fusion
