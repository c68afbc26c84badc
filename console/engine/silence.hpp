#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "console/link/fact.hpp"
#include "console/model/snapshot.hpp"

namespace wf::engine {

/// Says when an agent that spoke before is not heard of any more, and when it is again: once each, also over a restart,
/// since the log knows what was said last. One thread.
class Silence {
 public:
  /// Real time without a word; an agent says something every five seconds.
  static constexpr std::int64_t kAfter = 15 * kSecond;
  /// Once an engine started agents have so long to come back.
  static constexpr std::int64_t kAfterStart = kMinute;

  /// `silent`: agents that the log's last word calls silent. `mono` is CLOCK_MONOTONIC.
  Silence(std::vector<std::string> silent, std::int64_t mono);
  /// `spoke`: has an event of this agent ever been stored?
  void look(const std::vector<AgentState>& agents, std::int64_t mono,
            const std::function<bool(const std::string&)>& spoke, const std::function<void(const link::Fact&)>& tell);

 private:
  struct Known {
    bool told = false;       ///< that it is silent
    std::int64_t heard = 0;  ///< when it last was, by `mono`
  };
  std::map<std::string, Known> known_;
  std::int64_t started_;
};

}  // namespace wf::engine
