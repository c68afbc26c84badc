#include "console/link/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace wf::link {
namespace {

/// A directory that was changed less than this before it was read may change again without a new time: file
/// systems stamp with the kernel's tick.
constexpr std::int64_t kTick = 100 * kMillisecond;

std::int64_t file_system_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
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
    : keys_(std::move(keys)), clock_(std::move(clock)) {}

void Admission::refresh() {
  const FileStamp now = stamp_of(keys_ / "agents");
  if (folder_settled_ && now == folder_) return;
  folder_settled_ = file_system_now() - now.modified > kTick;
  folder_ = now;
  name_by_key_.clear();
  std::map<std::string, Known> found;
  std::error_code failed;
  for (std::filesystem::directory_iterator it(keys_ / "agents", failed), end; !failed && it != end;
       it.increment(failed)) {
    if (it->path().extension() != ".json") continue;
    const std::string name = it->path().stem().string();
    found[name] = current(name);
    if (!found[name].agent.name.empty()) name_by_key_[found[name].agent.public_key] = name;
  }
  by_name_ = std::move(found);
}

const Admission::Known& Admission::current(const std::string& name) {
  const std::filesystem::path file = agent_file(keys_, name);
  Known& known = by_name_[name];
  const FileStamp now = stamp_of(file);
  if (now == known.stamp) return known;
  known = {};
  if (now.exists)
    if (Result<EnrolledAgent> agent = read_agent(file)) known.agent = std::move(*agent);
  known.stamp = now;
  return known;
}

Admission::Verdict Admission::admit(std::string_view public_key) {
  const std::lock_guard hold(mutex_);
  refresh();
  if (const auto name = name_by_key_.find(std::string(public_key)); name != name_by_key_.end()) {
    const EnrolledAgent& agent = current(name->second).agent;
    if (agent.public_key == public_key)
      return agent.revoked ? Verdict{false, {}, fmt::format("the key of the revoked agent {}", agent.name)}
                           : Verdict{true, agent.name, {}};
  }
  const std::filesystem::path file = invitation_file(keys_, public_key);
  if (!stamp_of(file).exists) return {false, {}, "an unknown key"};
  const Result<StoredInvitation> stored = read_invitation(file);
  if (!stored || stored->public_key != public_key) return {false, {}, "an invitation whose file cannot be read"};
  if (stored->invitation.expires < clock_()) return {false, {}, "an invitation that has expired"};
  // One that is used up is let in too: the agent that used it may not have heard the answer and ask again.
  return {true, std::string(kInvitedPrefix) + file.stem().string(), {}};
}

Admission::Standing Admission::standing(const std::string& name, std::string_view public_key) {
  const std::lock_guard hold(mutex_);
  const EnrolledAgent& agent = current(name).agent;
  if (agent.name.empty() || agent.public_key != public_key) return Standing::gone;
  return agent.revoked ? Standing::revoked : Standing::good;
}

Result<EnrolledAgent> Admission::enrol(std::string_view one_time_key, const LinkMessage& request) {
  const std::lock_guard hold(mutex_);
  refresh();
  Result<StoredInvitation> stored = read_invitation(invitation_file(keys_, one_time_key));
  if (!stored) return Error{"this invitation is not known any more", "", "ask for a new one"};
  Invitation& invitation = stored->invitation;
  if (invitation.expires < clock_()) return Error{"this invitation has expired", "", "ask for a new one"};
  const std::string name = invitation.agent.empty() ? request.agent_name : invitation.agent;
  if (!valid_agent_name(name))
    return Error{"an agent's name is 1 to 32 of a-z, 0-9 and '-'", "", "choose such a name for this agent"};
  if (!valid_public_key(request.public_key)) return Error{"the agent's public key is none", "", "update the agent"};
  // A kind is a word as names are, so that it can stand in a table and a file.
  if (!valid_agent_name(request.agent_kind) || !listed(invitation.kinds, request.agent_kind))
    return Error{fmt::format("this invitation is for {} agents",
                             invitation.kinds.empty() ? std::string("known kinds of") : invitation.kinds),
                 "", "ask for one for this kind"};
  EnrolledAgent agent{name, request.agent_kind, request.public_key, clock_(), false};
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
  if (invitation.uses == 0) return Error{"this invitation is used up", "", "ask for a new one"};
  // The agent first: after a crash in between the same agent asks again and gets the same answer.
  if (Result<void> written = write_agent(keys_, agent); !written) return written.error();
  --invitation.uses;
  if (Result<void> written = write_invitation(keys_, *stored); !written) return written.error();
  folder_settled_ = false;
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
