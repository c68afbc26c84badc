#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"

namespace wf::link {

/// What the link has to say of security. Each topic is also a kind of event ("link.clone"), so that rules tell them
/// apart. To add one: a line here, its line in fact.cpp's table, and its row in proto/README.md.
enum class Topic : std::uint8_t {
  refused_key,        ///< a connection with a key that nobody enrolled, or without encryption
  handshake,          ///< a connection that does not speak the link's protocol
  broken,             ///< a message that cannot be read, or lacks a part
  revoked,            ///< an agent that was revoked, or is not enrolled any more, speaks
  kind,               ///< enrolled as one kind, came as another
  enrolled,           ///< a new agent was enrolled
  enrolment_refused,  ///< somebody with an invitation was not enrolled
  numbers,            ///< impossible sequence numbers or sizes of a batch, or of a range that was given up
  flood,              ///< more than the window or a budget allows
  kept_out,           ///< who flooded is not let in for a while, or tried to come meanwhile
  deaf,               ///< a peer that does not read what the engine answers
  device,             ///< events about a device that the agent was not enrolled for
  clone,              ///< two copies of one agent speak, or a restored one
  epoch,              ///< a known agent numbers anew: its spool was lost or deleted
  given_up,           ///< an agent gave up events that will never come
  clock,              ///< the clock of an agent, or the engine's own, is far off
  key_rotated,        ///< a key was exchanged for a new one
  key_expiry,         ///< a key, an invitation or a certificate nears its end
  attachment,         ///< an attachment was refused
  command,            ///< a command to a device was refused, expired or failed
  changed,            ///< a command changed agents, their devices or keys: somebody's decision
  library,            ///< libzmq or the system failed the link
  silent,             ///< nothing is heard of an agent that spoke before
  heard               ///< an agent that was silent speaks again
};
inline constexpr Topic kLastTopic = Topic::heard;

/// "link.refused_key"…: the kind of the event that a fact becomes.
[[nodiscard]] std::string_view kind_of(Topic topic);
/// As Event::severity: 1 for what is as it should be, 3 for a fault, 4 for what looks like an attack.
[[nodiscard]] std::uint8_t severity_of(Topic topic);

/// A security-relevant fact of the link. It becomes a line of the audit and an event of the engine's own. Say it with
/// Sessions::report(), which tells the first of like facts at once and counts what follows within a minute.
struct Fact {
  Topic topic = Topic::broken;
  std::string agent;   ///< the enrolled name (never what a peer calls itself); empty: not known
  std::string remote;  ///< the peer's address without its port; empty: not known
  std::string line;    ///< one line for people
  /// What rules may ask for beside agent, address and line: names as proto/README.md has them.
  std::vector<Field> fields = {};
  std::uint32_t times = 1;  ///< like facts that this one stands for; the throttle sets it
};

}  // namespace wf::link
