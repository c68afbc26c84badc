#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "agents/access/unifi_json.hpp"

namespace wf::access::unifi {

/// Reads what UniFi Access says: its notifications and webhooks ({event, data}), entries of its log, alone or as the
/// answer to who asked for it. Of a door's state only a change is news, so it remembers what stood.
class AccessReader {
 public:
  /// A message; its event, if it is one, is added to `out`.
  void take(const std::string& type, const std::string& about, dom::element data, UtcNs now, std::vector<Event>& out);
  /// An entry of the log: {"_source": {"event": {…}, "actor": {…}, "target": […]}}.
  void take_log(const std::string& type, dom::element entry, UtcNs now, std::vector<Event>& out);

 private:
  struct Door {
    std::string position, emergency;
  };
  void take_insight(const std::string& type, dom::element data, UtcNs now, std::vector<Event>& out);
  void take_state(const std::string& door, const std::string& name, dom::element state, UtcNs now,
                  std::vector<Event>& out);
  bool seen(const Event& event);

  static constexpr std::size_t kMostDoors = 1024, kRemembered = 64;
  std::map<std::string, Door, std::less<>> doors_;
  std::array<std::string, kRemembered> last_;  ///< what the log said last: newer firmware says it in two ways
  std::size_t next_ = 0;
};

}  // namespace wf::access::unifi
