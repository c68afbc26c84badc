// Who owns the numbers of an agent's epoch: what Sessions makes of leases.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "console/link/sessions.hpp"

namespace wf::link {

void Sessions::greet(Connection& connection, const LinkMessage& header, std::int64_t mono) {
  const std::string& agent = connection.agent;
  connection.epoch = header.epoch;
  connection.lease.clear();
  connection.lease_due = {};
  connection.renewal = Connection::Renewal::none;
  const bool was_superseded = std::exchange(connection.superseded, false);
  const std::vector<LaneStored> stored = handlers_.stored ? handlers_.stored(agent) : std::vector<LaneStored>{};
  const bool known = stored.empty() || std::any_of(stored.begin(), stored.end(),
                                                   [&](const LaneStored& lane) { return lane.epoch == header.epoch; });
  if (const auto told = renewed_.find(agent); told != renewed_.end() && (was_superseded || !known)) {
    // Only now is it certain: what was told to number anew may have been the rest of a connection that its agent had
    // left, and nobody heard it.
    report(Topic::clone, connection, told->second, mono);
    renewed_.erase(told);
  } else if (!known && std::exchange(announced_[agent], header.epoch) != header.epoch) {
    report(Topic::epoch, connection,
           fmt::format("{}: numbers its events anew; its spool was lost or deleted, with what was not sent yet", agent),
           mono);
  }
  if (connection.wire_version >= 2) {
    Leases::Greeting greeting = leases_.hello(agent, header.epoch, header.lease);
    if (greeting.renew)
      return make_renew(connection,
                        fmt::format("{}: a copy of it came with an old lease (a cloned machine, or a restored backup); "
                                    "it numbers anew",
                                    agent),
                        mono);
    connection.lease = std::move(greeting.lease);
    // An agent has one connection: another one with the same numbers is one that it left, or a copy's.
    for (const std::uint64_t number : connections_.numbers())
      if (Connection& other = *connections_.find(number);
          &other != &connection && other.agent == agent && other.epoch == header.epoch)
        other.superseded = true;
  }
  welcome(connection, mono);
}

bool Sessions::owns(Connection& connection, const LinkMessage& header, ReceivedBatch& batch, std::int64_t mono) {
  if (connection.renewal != Connection::Renewal::none) return false;
  if (connection.lease.empty()) return true;  // wire version 1 has none
  if (header.epoch != connection.epoch) {
    report(Topic::numbers, connection,
           fmt::format("{}: numbers of another epoch than it said hello with were refused", connection.agent), mono);
    refuse(connection, "numbers of another epoch than HELLO said; update the agent", mono);
    return false;
  }
  const Leases::Claim claim = connection.superseded ? Leases::Claim::superseded
                                                    : leases_.claim(connection.agent, header.epoch, connection.lease);
  if (claim == Leases::Claim::superseded) {
    connection.superseded = true;
    make_renew(connection,
               fmt::format("{}: two copies of it speak (a cloned machine, or a restored backup); one numbers anew",
                           connection.agent),
               mono);
    return false;
  }
  batch.compare = true;
  // Life safety may be stored before what came before it: whichever of both is first makes the lease durable.
  if (claim == Leases::Claim::taken) connection.lease_due = {true, true};
  if (std::exchange(connection.lease_due[header.lane == 0 ? 0 : 1], false)) batch.lease = connection.lease;
  return true;
}

void Sessions::make_renew(Connection& connection, std::string why, std::int64_t mono) {
  if (connection.renewal == Connection::Renewal::none) connection.renewal = Connection::Renewal::due;
  renewed_[connection.agent] = std::move(why);
  tell_renew(connection, mono);
}

void Sessions::tell_renew(Connection& connection, std::int64_t mono) {
  if (connection.renewal != Connection::Renewal::due || connection.in_flight > 0) return;
  connection.renewal = Connection::Renewal::told;
  connection.lease.clear();
  welcome(connection, mono);
}

}  // namespace wf::link
