#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "console/fusion/facts.hpp"

namespace wf::fusion {

struct Policy;

/// Which devices and agents would have told what happened: an absence is evidence only if its source was alive. Knows
/// what they said, in event time, and nothing of links and connections. An event costs two look-ups and takes no memory
/// once its device and its agent are known. Bounded by the estate and kMostAgents. One thread.
class Liveness {
 public:
  static constexpr std::size_t kMostAgents = 4096;  ///< beyond them an agent is taken for silent

  void take(const Event& event, const Facts& facts);
  /// The estate changed: devices are other objects now.
  void use() { by_device_.clear(); }

  /// Why it says nothing that the device was silent from `from` to `until`: "was offline", "was silent", "its agent
  /// cam-gw was silent". Empty: it was alive, and would have told.
  [[nodiscard]] std::string why_deaf(std::string_view device, UtcNs from, UtcNs until, const Policy& policy) const;
  /// The same of all agents that bring badges of a site.
  [[nodiscard]] std::string why_deaf_to_badges(std::string_view site, UtcNs from, UtcNs until,
                                               const Policy& policy) const;

 private:
  /// A time when it told nothing; `until` 0: it still does not.
  struct Gap {
    UtcNs from = 0, until = 0;
    const char* reason = "";
    [[nodiscard]] bool overlaps(UtcNs begin, UtcNs end) const {
      return from != 0 && from <= end && (until == 0 || until >= begin);
    }
  };
  /// The last two such times of one kind: what is judged may be older than the newest.
  struct Gaps {
    Gap newest, before;
    UtcNs ended = 0;  ///< the newest word of an end
    void begin(UtcNs time, const char* why);
    void end(UtcNs time);
    /// Why it told nothing; null: it did.
    [[nodiscard]] const char* why(UtcNs begin, UtcNs end) const {
      return newest.overlaps(begin, end) ? newest.reason : before.overlaps(begin, end) ? before.reason : nullptr;
    }
  };
  struct Agent {
    UtcNs heard = 0;
    UtcNs lost = 0;  ///< it said last that events of it are lost
    Gaps source;
  };
  struct Life {
    UtcNs heard = 0;
    Gaps away, picture;                  ///< one ends without the other
    const std::string* agent = nullptr;  ///< whose event named it last; a key of agents_
  };
  Life& life_of(const Device& device);
  std::pair<const std::string, Agent>* agent_of(std::string_view name);
  [[nodiscard]] std::string agent_deaf(const std::string& agent, UtcNs from, UtcNs until, const Policy& policy) const;

  std::map<std::string, Life, std::less<>> lives_;
  std::unordered_map<const Device*, Life*> by_device_;  ///< looked up only
  std::map<std::string, Agent, std::less<>> agents_;
  std::pair<const std::string, Agent>* last_ = nullptr;  ///< whose event came last: one agent's come together
  std::map<std::string, std::set<std::string>, std::less<>> badges_;  ///< site → agents that brought badges of it
};

}  // namespace wf::fusion
