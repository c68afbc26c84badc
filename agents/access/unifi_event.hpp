#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::access {

/// Reads what UniFi says: messages of Protect's updates ({action, data} or {type, item}, also many as the members of
/// one object) and of Access' notifications and webhooks ({event, data}). Knows which motion has begun, since its end
/// names nothing but the id.
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
  struct Open {
    std::string id, camera;
  };
  static constexpr std::size_t kMostOpen = 256;
  std::deque<Open> open_;  ///< motion without an end yet, oldest first

  friend class UnifiMessage;
};

}  // namespace wf::access
