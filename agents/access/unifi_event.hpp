#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "agents/access/unifi_access.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::access {

/// Reads what UniFi says: messages of Protect's updates ({action, data} or {type, item}, also many as the members of
/// one object), its events as its interface lists them, Access' notifications and webhooks ({event, data}) and its log
/// ({data: {hits}}). Knows which events were told, since the end of motion names nothing but the id.
class UnifiReader {
 public:
  struct Read {
    std::vector<Event> events;
    std::size_t messages = 0;
    std::vector<Error> broken;
  };
  /// An error: this is no JSON, or none of UniFi's.
  [[nodiscard]] Result<Read> read(std::string_view json, UtcNs now);

 private:
  struct Told {
    std::string id, camera;
    bool lasts = false;  ///< motion without an end yet
  };
  static constexpr std::size_t kMostTold = 256;
  std::deque<Told> told_;  ///< events that were told, oldest first
  unifi::AccessReader access_;

  friend class UnifiMessage;
};

}  // namespace wf::access
