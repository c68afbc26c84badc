#include "console/link/rotation.hpp"

#include <fmt/format.h>

#include "console/link/command_key.hpp"

namespace wf::link {
namespace {

constexpr std::int64_t kLookEvery = kSecond;
/// An agent that could not do it (its disk is full) is asked again, and told again.
constexpr std::int64_t kAskEvery = kMinute;
constexpr std::int64_t kPromoteEvery = 10 * kSecond;
/// Least time between two keys of one agent: each costs a synced write on the link's thread.
constexpr std::int64_t kTakeEvery = 10 * kSecond;
constexpr std::size_t kMostVersion = 64;

}  // namespace

void Rotation::on_hello(Connection& connection, const LinkMessage& hello, std::int64_t mono) {
  connection.keys = {};
  if (connection.public_key.empty()) return;  // ipc
  promote(connection, mono);
  HeardOf heard;
  heard.wire_version = hello.wire_version;
  heard.version = hello.agent_version.substr(0, kMostVersion);
  if (valid_public_key(hello.next_engine_key)) heard.next_engine_key = hello.next_engine_key;
  if (valid_command_key(hello.next_command_key)) heard.next_command_key = hello.next_command_key;
  connection.keys.kept_engine_key = heard.next_engine_key;
  connection.keys.kept_command_key = heard.next_command_key;
  hear(connection.agent, heard);
}

void Rotation::promote(Connection& connection, std::int64_t mono) {
  connection.keys.promoted_at = mono;
  const Result<bool> done = admission_.promote(connection.agent, connection.public_key);
  if (!done)
    // It is served by its next key all the same; the old one is admitted until this can be written.
    report_({Topic::key_rotated, connection.agent, connection.remote,
             fmt::format("{}: its new key cannot be stored as its own yet: {}", connection.agent, done.error().text())},
            mono);
  else if (*done)
    report_({Topic::key_rotated, connection.agent, connection.remote,
             fmt::format("{} has a new key; the one before is refused from now on", connection.agent)},
            mono);
}

void Rotation::announce(const Connection& connection, LinkMessage& out) const {
  if (connection.wire_version < 2 || connection.public_key.empty()) return;
  out.next_engine_key = next_engine_key_;
  out.next_command_key = next_command_key_;
  out.next_command_proof = next_command_proof_;
}

void Rotation::on_rotate(Connection& connection, const LinkMessage& rotate, std::int64_t mono) {
  const std::string& agent = connection.agent;
  if (connection.public_key.empty() || connection.wire_version < 2) return;
  const std::optional<EnrolledAgent> known = admission_.agent(agent);
  const bool again = known && known->next_key == rotate.public_key;
  // One that the engine asked for since is no flood, however soon.
  if (const auto took = took_.find(agent);
      !again && took != took_.end() && mono - took->second < kTakeEvery && connection.keys.asked <= took->second)
    return report_({Topic::flood, agent, connection.remote,
                    fmt::format("{}: changes its key too often; one was not taken", agent)},
                   mono);
  if (!again) took_[agent] = mono;
  if (Result<void> taken = admission_.take_next_key(agent, connection.public_key, rotate.public_key); !taken)
    // No REFUSE: events go on with the old key, and it asks again.
    return report_({Topic::key_expiry, agent, connection.remote,
                    fmt::format("{}: its new key was not taken: {}", agent, taken.error().text())},
                   mono);
  LinkMessage out;
  out.kind = LinkKind::rotated;
  out.public_key = rotate.public_key;
  outbox_.send(connection, std::move(out), mono);
}

void Rotation::on_status(Connection& connection, const LinkMessage& status) {
  if (connection.public_key.empty()) return;
  Connection::Keys& keys = connection.keys;
  // After a switch an agent has no next key and says none: what it said last stays known.
  const bool engine = status.next_engine_key != keys.kept_engine_key && valid_public_key(status.next_engine_key);
  const bool command = status.next_command_key != keys.kept_command_key && valid_command_key(status.next_command_key);
  if (!engine && !command) return;
  HeardOf heard = heard_of(options_.keys, connection.agent);
  if (engine) heard.next_engine_key = keys.kept_engine_key = status.next_engine_key;
  if (command) heard.next_command_key = keys.kept_command_key = status.next_command_key;
  hear(connection.agent, heard);
}

void Rotation::tick(Connection& connection, std::int64_t mono) {
  Connection::Keys& keys = connection.keys;
  if (connection.public_key.empty() || connection.agent.empty() || connection.refused) return;
  if (mono - keys.looked < kLookEvery) return;
  keys.looked = mono;
  const std::optional<EnrolledAgent> agent = admission_.agent(connection.agent);
  if (!agent) return;
  if (agent->next_key == connection.public_key && mono - keys.promoted_at >= kPromoteEvery) promote(connection, mono);
  const UtcNs now = options_.clock();
  const bool old = options_.rotate_after > 0 && now - agent->key_since > options_.rotate_after;
  if ((agent->rotate || old) && agent->public_key == connection.public_key &&
      (keys.asked == 0 || mono - keys.asked >= kAskEvery)) {
    keys.asked = mono;
    if (connection.wire_version < 2) {
      report_({Topic::key_expiry, agent->name, connection.remote,
               fmt::format("{}: its key is to be changed, and its program is too old to do it; update the agent",
                           agent->name)},
              mono);
    } else {
      LinkMessage out;
      out.kind = LinkKind::rotate;
      outbox_.send(connection, std::move(out), mono);
    }
  }
  LinkMessage out;
  out.kind = LinkKind::heartbeat;
  announce(connection, out);
  const bool engine = !out.next_engine_key.empty() && out.next_engine_key != keys.kept_engine_key;
  const bool command = !out.next_command_key.empty() && out.next_command_key != keys.kept_command_key;
  if (!engine && !command) return;
  // WELCOME said them, unless they were prepared since.
  const bool announced =
      out.next_engine_key == keys.announced_engine_key && out.next_command_key == keys.announced_command_key;
  if (announced && mono - keys.announced < kAskEvery) return;
  keys.announced_engine_key = out.next_engine_key;
  keys.announced_command_key = out.next_command_key;
  keys.announced = mono;
  outbox_.send(connection, std::move(out), mono);
}

void Rotation::look(std::int64_t mono) {
  look_for_engine_key(mono);
  look_for_command_key(mono);
}

void Rotation::look_for_command_key(std::int64_t mono) {
  const FileStamp next_stamp = stamp_of(options_.keys / kNextCommandKey);
  const FileStamp stamp = stamp_of(options_.keys / kCommandKey);
  if (next_stamp == next_command_stamp_ && stamp == command_stamp_) return;
  next_command_stamp_ = next_stamp;
  command_stamp_ = stamp;
  next_command_key_.clear();
  next_command_proof_.clear();
  const Result<std::optional<CommandKey>> next = CommandKey::find(options_.keys, kNextCommandKey);
  const Result<std::optional<CommandKey>> now = CommandKey::find(options_.keys, kCommandKey);
  if (!next || !now)
    return report_(
        {Topic::key_expiry,
         {},
         {},
         fmt::format("the next key of commands is not announced: {}", (next ? now.error() : next.error()).text())},
        mono);
  // Agents believe what the key vouches for that they have: the one that this engine signs commands with.
  if (!*next || !*now || (*now)->public_text() != options_.command_key) return;
  next_command_key_ = (*next)->public_text();
  next_command_proof_ = (*now)->vouch_for(next_command_key_);
}

void Rotation::look_for_engine_key(std::int64_t mono) {
  const FileStamp now = stamp_of(options_.keys / kNextEngineKey);
  if (now == next_stamp_) return;
  next_stamp_ = now;
  const Result<std::optional<EngineKey>> next = find_engine_key(options_.keys, kNextEngineKey);
  next_engine_key_.clear();
  if (!next)
    report_({Topic::key_expiry, {}, {}, fmt::format("the engine's next key is not announced: {}", next.error().text())},
            mono);
  else if (*next)
    next_engine_key_ = (*next)->pair.public_key;
}

void Rotation::hear(const std::string& agent, const HeardOf& heard) {
  auto [known, fresh] = heard_.try_emplace(agent);
  if (fresh) known->second = heard_of(options_.keys, agent);
  if (known->second == heard) return;
  // What cannot be written now is said again by its next HELLO.
  if (write_heard_of(options_.keys, agent, heard)) known->second = heard;
}

}  // namespace wf::link
