#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "proto/time.hpp"

namespace wf {

/// A question to the engine about the past; answered in one immutable page.
struct Query {
  enum class What : std::uint8_t { events, alerts, incidents, audit } what = What::events;
  UtcNs since = 0;
  UtcNs until = 0;          ///< 0: now
  std::string where;        ///< "field=value" terms joined by " and "; empty: all
  std::size_t limit = 200;  ///< newest first
};

struct QueryPage {
  std::vector<std::string> lines;  ///< one JSON object each
  bool more = false;
  std::string error;  ///< not empty: the query failed
};

}  // namespace wf
