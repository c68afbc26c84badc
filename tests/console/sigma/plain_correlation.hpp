#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proto/event.hpp"

namespace wf::test {

/// A correlation, as a test makes it up and writes it as YAML.
struct CorrelationSpec {
  std::string id, type;
  std::vector<std::string> bases;  ///< ids of plain rules, or of correlations that stand before it
  std::vector<std::string> group_by;
  /// For each base, the fields that stand for those of group_by; where they differ from them there is an alias.
  std::vector<std::vector<std::string>> group_fields;
  std::vector<std::string> fields;
  std::int64_t timespan = 0, lateness = 0;             ///< seconds
  std::vector<std::pair<std::string, int>> condition;  ///< gte, 3
  int percentile = 0;
  std::string logic;  ///< temporal: "a and (b or c)", for the YAML; `enough` is its meaning
  std::vector<std::set<std::size_t>> enough;

  [[nodiscard]] std::string yaml() const;
};

/// Correlations in the plainest way: everything is kept, every window is looked at anew. The truth that the engine's
/// windows are compared with.
class PlainCorrelations {
 public:
  explicit PlainCorrelations(std::vector<CorrelationSpec> specs);
  /// "id@time(event,event)" of all that an event completes, given the plain rules that it matches, in their order; what
  /// turns out to be absent by its time too. Sorted.
  std::vector<std::string> take(const Event& event, const std::vector<std::string>& matched);
  std::vector<std::string> tick(UtcNs now);

 private:
  struct Hit {
    std::string rule;
    std::shared_ptr<const Event> event;
    UtcNs time = 0;
    std::vector<std::string> ids;
    std::map<std::string, std::string> group;
  };
  struct Entry {
    Hit hit;
    std::size_t base = 0, arrival = 0;
    UtcNs came = 0;
    std::vector<std::string> values;
    bool waits = false;
    UtcNs due = 0;
    std::map<std::string, std::string> group;
  };
  struct Group {
    std::vector<Entry> entries;                  ///< by time, then as they came
    std::vector<std::pair<UtcNs, UtcNs>> fired;  ///< for, and when
    UtcNs touched = 0;
    std::size_t last = 0;
  };
  struct One {
    CorrelationSpec spec;
    std::int64_t span = 0, late = 0, delay = 0;
    std::map<std::string, Group> groups;
    std::vector<Entry> waiting;
  };
  std::optional<Hit> feed(One& c, std::size_t base, const Hit& hit);
  std::optional<Hit> count(One& c, Group& g, std::size_t at);
  std::optional<Hit> relate(One& c, Group& g, std::size_t at);
  void await(One& c, Group& g, const Entry& entry);
  void advance(UtcNs now, std::vector<std::string>& out);
  void spread(std::vector<Hit> hits, std::vector<std::string>& out);

  std::vector<One> all_;
  UtcNs now_ = 0;
  std::size_t arrival_ = 0;
};

}  // namespace wf::test
