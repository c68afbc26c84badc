#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "proto/time.hpp"

namespace wf {

/// What an engine tells of itself to who watches it from outside; no event, person or place is in it.
struct HealthReport {
  struct Thread {
    std::string name;
    std::int64_t quiet = 0;  ///< ns since it last began a round
    bool operator==(const Thread&) const = default;
  };
  std::string program;          ///< version, for people
  UtcNs now = 0;                ///< engine clock
  std::int64_t up = 0;          ///< ns since the engine started
  std::vector<Thread> threads;  ///< those of the pipeline
  std::string problem;          ///< why nothing can be stored; empty: it can
  std::string heartbeat;        ///< why the heartbeat to elsewhere fails; empty: it does not, or there is none
  std::uint32_t agents = 0;     ///< enrolled and not revoked
  std::uint32_t connected = 0;  ///< of those, that speak now
  std::int64_t last_event =
      -1;                 ///< ns since an event of anybody was stored, agents' words of themselves apart; -1: none ever
  std::string agents_at;  ///< address where agents connect, as the engine bound it
  std::uint64_t gap_events = 0;  ///< numbers that the ledger misses

  bool operator==(const HealthReport&) const = default;
};

}  // namespace wf
