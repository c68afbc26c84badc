#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "console/model/incident.hpp"

namespace wf::fusion {

/// Stills and clips that agents gave up after they had named them, the newest kMost of them. An agent's word may
/// overtake the event that names the attachment, since events wait in lanes.
class GivenUpAttachments {
 public:
  static constexpr std::size_t kMost = 4'096;
  void add(std::string_view agent, std::string_view hash);
  /// Says it in a line whose event is that agent's. True: that is news.
  bool mark(Contribution& line) const;

 private:
  std::unordered_map<std::string, std::string> agents_;  ///< by hash; looked up, never walked
  std::deque<std::string> order_;
};

}  // namespace wf::fusion
