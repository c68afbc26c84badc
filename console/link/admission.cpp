#include "console/link/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace wf::link {
namespace {

/// A directory that was changed less than this before it was read may change again without a new time: file
/// systems stamp with the kernel's tick.
constexpr std::int64_t kTick = 100 * kMillisecond;

/// How long the link's thread waits for a command that writes the key files.
constexpr std::int64_t kPatience = 200 * kMillisecond;

std::int64_t file_system_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool has_key(const EnrolledAgent& agent, std::string_view key) {
  return agent.public_key == key || (!agent.next_key.empty() && agent.next_key == key);
}

bool listed(std::string_view list, std::string_view word) {
  if (list.empty()) return true;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

Admission::Admission(std::filesystem::path keys, std::function<UtcNs()> clock)
    : keys_(std::move(keys)), clock_(std::move(clock)), watchers_(keys_) {}

void Admission::refresh() {
  starved_ = false;
  const FileStamp now = stamp_of(keys_ / "agents");
  if (folder_settled_ && now == folder_) return;
  std::map<std::string, Known> found;
  std::unordered_map<std::string, std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator it(keys_ / "agents", failed), end; !failed && it != end;
       it.increment(failed)) {
    if (it->path().extension() != ".json") continue;
    const std::string name = it->path().stem().string();
    found[name] = current(name);
    const EnrolledAgent& agent = found[name].agent;
    if (agent.name.empty()) continue;
    names[agent.public_key] = name;
    if (!agent.next_key.empty()) names[agent.next_key] = name;
  }
  // A folder that cannot be read now is not an empty one: what was known of it stands, and it is read again.
  if (failed) {
    starved_ |= no_descriptors(failed.value());
    folder_settled_ = false;
    return;
  }
  folder_settled_ = !starved_ && file_system_now() - now.modified > kTick;
  folder_ = now;
  name_by_key_ = std::move(names);
  by_name_ = std::move(found);
}

const Admission::Known& Admission::current(const std::string& name) {
  const std::filesystem::path file = agent_file(keys_, name);
  Known& known = by_name_[name];
  const FileStamp now = stamp_of(file);
  known.unread = false;
  if (now == known.stamp) return known;
  Known read;
  if (now.exists) {
    errno = 0;
    if (Result<EnrolledAgent> agent = read_agent(file)) {
      read.agent = std::move(*agent);
      if (!read.agent.devices.empty()) read.scope = std::make_shared<Scope>(read.agent.devices, read.agent.kind);
    } else if (no_descriptors(errno)) {
      // Nobody knows what it says until something can be opened: it may be a revocation, so the agent is not believed;
      // but who floods the engine with connections must not make strangers of its agents. Without the stamp it is read
      // again at the next message.
      starved_ = known.unread = true;
      return known;
    }
  }
  read.stamp = now;
  return known = std::move(read);
}

const Admission::Known& Admission::of_this_round(const std::string& name) {
  if (round_ != 0)
    if (const auto known = by_name_.find(name); known != by_name_.end() && known->second.round == round_)
      return known->second;
  current(name);
  Known& looked = by_name_[name];
  looked.round = round_;
  return looked;
}

void Admission::begin_round() {
  const std::lock_guard hold(mutex_);
  ++round_;
}

Admission::Verdict Admission::admit(std::string_view public_key) {
  const std::lock_guard hold(mutex_);
  refresh();
  const Verdict later{false, {}, "no file can be opened to look its key up", true};
  if (const auto name = name_by_key_.find(std::string(public_key)); name != name_by_key_.end()) {
    const Known& known = current(name->second);
    if (known.unread) return later;
    const EnrolledAgent& agent = known.agent;
    if (has_key(agent, public_key))
      return agent.revoked ? Verdict{false, {}, fmt::format("the key of the revoked agent {}", agent.name)}
                           : Verdict{true, agent.name, {}};
  }
  const std::filesystem::path file = invitation_file(keys_, public_key);
  if (!stamp_of(file).exists) {
    if (watchers_.admits(std::string(public_key))) return {true, std::string(kWatcherPrefix), {}, false};
    return starved_ || watchers_.starved() ? later : Verdict{false, {}, "an unknown key"};
  }
  errno = 0;
  const Result<StoredInvitation> stored = read_invitation(file);
  if (!stored && no_descriptors(errno)) return later;
  if (!stored || stored->public_key != public_key) return {false, {}, "an invitation whose file cannot be read"};
  if (stored->invitation.expires < clock_()) return {false, {}, "an invitation that has expired"};
  // One that is used up is let in too: the agent that used it may not have heard the answer and ask again.
  return {true, std::string(kInvitedPrefix) + file.stem().string(), {}};
}

Admission::Standing Admission::standing(const std::string& name, std::string_view public_key) {
  const std::lock_guard hold(mutex_);
  const Known& known = of_this_round(name);
  if (known.unread) return Standing::unknown;
  const EnrolledAgent& agent = known.agent;
  if (agent.name.empty() || !has_key(agent, public_key)) return Standing::gone;
  return agent.revoked ? Standing::revoked : Standing::good;
}

std::shared_ptr<const Scope> Admission::scope(const std::string& name) {
  const std::lock_guard hold(mutex_);
  return of_this_round(name).scope;
}

std::optional<EnrolledAgent> Admission::agent(const std::string& name) {
  const std::lock_guard hold(mutex_);
  const EnrolledAgent& found = current(name).agent;
  return found.name.empty() ? std::nullopt : std::optional(found);
}

Result<EnrolledAgent> Admission::fresh(const std::string& name, std::optional<KeyLock>& lock) const {
  Result<KeyLock> taken = KeyLock::take(keys_, kPatience);
  if (!taken) return taken.error();
  lock.emplace(std::move(*taken));
  return read_agent(agent_file(keys_, name));
}

Result<void> Admission::write(const EnrolledAgent& agent) {
  // Whatever became of it: what this round found is not believed any more.
  by_name_[agent.name].round = 0;
  folder_settled_ = false;
  return write_agent(keys_, agent);
}

Result<void> Admission::take_next_key(const std::string& name, std::string_view current, std::string_view next) {
  const std::lock_guard hold(mutex_);
  refresh();
  std::optional<KeyLock> lock;
  Result<EnrolledAgent> agent = fresh(name, lock);
  if (!agent) return agent.error();
  if (agent->revoked || agent->public_key != current)
    return Error{"this connection's key is not the agent's any more", "", "connect again with the new one"};
  if (!next.empty() && agent->next_key == next) return {};  // it did not hear the answer the first time
  const auto owner = name_by_key_.find(std::string(next));
  if (!valid_public_key(next) || owner != name_by_key_.end() || stamp_of(invitation_file(keys_, next)).exists)
    return Error{"this cannot be the agent's next key: it is none, or was used before", "", "update the agent"};
  agent->next_key = next;
  if (Result<void> written = write(*agent); !written) return written.error();
  return {};
}

Result<bool> Admission::promote(const std::string& name, std::string_view key) {
  const std::lock_guard hold(mutex_);
  if (const EnrolledAgent& known = current(name).agent; known.next_key.empty() || known.next_key != key) return false;
  std::optional<KeyLock> lock;
  Result<EnrolledAgent> agent = fresh(name, lock);
  if (!agent) return agent.error();
  if (agent->revoked || agent->next_key != key) return false;
  agent->public_key = std::exchange(agent->next_key, {});
  agent->key_since = clock_();
  agent->rotate = false;
  if (Result<void> written = write(*agent); !written) return written.error();
  return true;
}

Result<EnrolledAgent> Admission::enrol(std::string_view one_time_key, const LinkMessage& request) {
  const std::lock_guard hold(mutex_);
  refresh();
  const Result<KeyLock> lock = KeyLock::take(keys_, kPatience);
  if (!lock) return lock.error();
  const std::filesystem::path file = invitation_file(keys_, one_time_key);
  Result<StoredInvitation> stored = read_invitation(file);
  if (!stored) return Error{"this invitation is not known any more", "", "ask for a new one"};
  Invitation& invitation = stored->invitation;
  if (invitation.expires < clock_())
    return Error{fmt::format("this invitation expired on {}", format_rfc3339(invitation.expires)), "",
                 "ask for a new one"};
  const std::string name = invitation.agent.empty() ? request.agent_name : invitation.agent;
  if (!valid_agent_name(name))
    return Error{"an agent's name is 1 to 32 of a-z, 0-9 and '-'", "", "choose such a name for this agent"};
  if (!valid_public_key(request.public_key)) return Error{"the agent's public key is none", "", "update the agent"};
  // A kind is a word as names are, so that it can stand in a table and a file.
  if (!valid_agent_name(request.agent_kind) || !listed(invitation.kinds, request.agent_kind))
    return Error{fmt::format("this invitation is for {} agents",
                             invitation.kinds.empty() ? std::string("known kinds of") : invitation.kinds),
                 "", "ask for one for this kind"};
  EnrolledAgent agent{name, request.agent_kind, request.public_key, clock_(), false, invitation.devices};
  agent.key_since = agent.enrolled;
  agent.invitation = file.stem().string();
  if (const auto owner = name_by_key_.find(request.public_key); owner != name_by_key_.end()) {
    const EnrolledAgent& known = current(owner->second).agent;
    if (known.name == name && !known.revoked) return known;  // it did not hear the answer the first time
    return Error{"this key is enrolled already, or was revoked", "", "remove the agent's state and enrol it again"};
  }
  if (request.public_key == one_time_key)
    return Error{"an agent cannot keep an invitation's key", "", "update the agent"};
  if (stamp_of(agent_file(keys_, name)).exists && !current(name).agent.revoked)
    return Error{fmt::format("an agent \"{}\" is enrolled already", name), "",
                 "choose another name, or revoke that agent first"};
  // A use is given to a key before its agent is written, so that no crash gives one use twice; the key may finish it.
  std::vector<std::string>& granted = stored->granted;
  if (std::find(granted.begin(), granted.end(), request.public_key) == granted.end()) {
    if (invitation.uses == 0) return Error{"this invitation is used up", "", "ask for a new one"};
    --invitation.uses;
    std::erase_if(granted, [&](const std::string& key) { return name_by_key_.contains(key); });
    granted.push_back(request.public_key);
    if (Result<void> written = write_invitation(keys_, *stored); !written) return written.error();
  }
  if (Result<void> written = write(agent); !written) return written.error();
  return agent;
}

std::vector<EnrolledAgent> Admission::agents() {
  const std::lock_guard hold(mutex_);
  refresh();
  std::vector<EnrolledAgent> out;
  for (const auto& [name, known] : by_name_)
    if (!known.agent.name.empty()) out.push_back(known.agent);
  return out;
}

}  // namespace wf::link
