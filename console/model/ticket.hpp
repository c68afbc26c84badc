#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/model/incident.hpp"
#include "proto/time.hpp"

namespace wf {

/// Something that guards does not work: who mends it, until when, and who walks past meanwhile.
struct Ticket {
  enum class Why : std::uint8_t {
    broken,       ///< it says itself that it is, or what watches it does
    silent,       ///< nothing is heard of it
    test_failed,  ///< it was tested and said nothing
    reported      ///< a person says so
  } why = Why::broken;
  enum class State : std::uint8_t { open, taken, closed } state = State::open;
  std::uint64_t id = 0;
  std::string device;  ///< its id; of an agent its name
  bool agent = false;  ///< `device` is an agent
  std::string name;    ///< for people
  std::string site_id, unit_id, place;
  std::string what;         ///< "Camera C-28 is offline"
  std::string owner;        ///< who mends it: the policy's until somebody takes it
  bool vital = false;       ///< it guards a zone of criticality 3 or more, or is vital itself
  UtcNs since = 0;          ///< event time since when it does not work
  UtcNs opened = 0;         ///< engine clock; when it came back, of the last time
  UtcNs target = 0;         ///< until when it should work again
  bool overdue = false;     ///< that was missed
  std::uint32_t times = 1;  ///< how often it broke within this ticket
  std::int64_t patrol = 0;  ///< somebody walks past so often while it does not work; 0: nobody has to
  UtcNs patrol_due = 0;     ///< the next time; 0: no more
  std::uint32_t patrols = 0, patrols_missed = 0;
  UtcNs closed = 0;
  std::vector<LogLine> log;  ///< oldest first, at most kMostLog
  static constexpr std::size_t kMostLog = 40;

  [[nodiscard]] bool open_still() const { return state != State::closed; }
};

[[nodiscard]] std::string_view name_of(Ticket::State state);  ///< "Open", "Taken", "Closed"
[[nodiscard]] std::string_view name_of(Ticket::Why why);      ///< "broken", "silent", "failed its test", "reported"
/// "MT-0007".
[[nodiscard]] std::string ticket_name(std::uint64_t id);

}  // namespace wf
