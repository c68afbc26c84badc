// What a connection may cost, and what follows when it costs more.
#include <fmt/format.h>

#include <algorithm>

#include "console/link/sessions.hpp"

namespace wf::link {
namespace {

/// A second's worth of messages that are no batches.
constexpr double kPatienceASecond = 20;

}  // namespace

void Sessions::close(Connection& connection) {
  if (connection.door == 0) {
    connection.refused = true;
    return;
  }
  connection.closing = true;
  doors_.close(connection.door);
}

bool Sessions::bears(Connection& connection, double messages, std::int64_t mono) {
  const double seconds = static_cast<double>(mono - connection.patience_at) / kSecond;
  connection.patience = std::min(connection.patience + seconds * kPatienceASecond, kPatience) - messages;
  connection.patience_at = mono;
  if (connection.patience >= 0) return true;
  report(Topic::flood, connection,
         fmt::format("{}: floods the link with messages that are no batches; its connection was closed",
                     name_of(connection)),
         mono);
  close(connection);
  keep_out(connection, mono);
  return false;
}

void Sessions::keep_out(Connection& connection, std::int64_t mono) {
  if (plain_) return;
  const auto penalty = penalties_.strike(connection.agent.empty() ? connection.public_key : connection.agent, mono);
  if (!penalty) return;
  const double seconds = static_cast<double>(penalty->lasts) / kSecond;
  if (!connection.agent.empty())
    roster_.change(connection.agent,
                   [&](PeerState& state) { state.kept_out_until = options_.clock() + penalty->lasts; });
  report({Topic::kept_out,
          connection.agent,
          connection.remote,
          fmt::format("{}: flooded the link and is kept out for {:g} s, the {}. time", name_of(connection), seconds,
                      penalty->times),
          {{"penalty.seconds", fmt::format("{:g}", seconds), ValueType::number},
           {"penalty.times", std::to_string(penalty->times), ValueType::number}}},
         mono);
  if (connection.agent.empty()) return;
  for (const std::uint64_t number : connections_.numbers())
    if (Connection& other = *connections_.find(number); &other != &connection && other.agent == connection.agent)
      close(other);
}

void Sessions::flooded(std::uint64_t door, std::int64_t mono) {
  if (Connection* const connection = connections_.find_door(door)) keep_out(*connection, mono);
}

void Sessions::knocked(const std::string& who, const std::string& address, std::int64_t mono) {
  const bool agent = valid_agent_name(who);
  report({Topic::kept_out, agent ? who : std::string(), address,
          fmt::format("{} came from {} while it is kept out for flooding the link", agent ? who : "a key", address)},
         mono);
}

}  // namespace wf::link
