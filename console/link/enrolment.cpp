#include "console/link/enrolment.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "console/link/address.hpp"
#include "console/link/agent_files.hpp"
#include "console/link/changes.hpp"
#include "console/link/scope.hpp"

namespace wf::link {
namespace {

Result<void> check_kinds(std::string_view kinds) {
  while (!kinds.empty()) {
    const std::size_t comma = std::min(kinds.find(','), kinds.size());
    const std::string_view kind = kinds.substr(0, comma);
    if (kind != "access" && kind != "camera" && kind != "network" && kind != "host")
      return Error{fmt::format("\"{}\" is no kind of agent", kind), "invitation", "use access, camera, network, host"};
    kinds.remove_prefix(std::min(comma + 1, kinds.size()));
  }
  return {};
}

/// How long a command waits for another one, or for the engine.
constexpr std::int64_t kPatience = 10 * kSecond;

/// Reads an agent, lets `change` change it, writes it, and leaves a line for the audit. The line first: a change
/// that nobody hears of is worse than one that is told and was not made.
template <class Change>
Result<EnrolledAgent> change_agent(const std::filesystem::path& keys, const std::string& name, Change&& change) {
  if (!valid_agent_name(name) || !stamp_of(agent_file(keys, name)).exists)
    return Error{fmt::format("no agent \"{}\" is enrolled", name), (keys / "agents").string(),
                 "see `watchfloor agent list`"};
  const Result<KeyLock> lock = KeyLock::take(keys, kPatience);
  if (!lock) return lock.error();
  Result<EnrolledAgent> agent = read_agent(agent_file(keys, name));
  if (!agent) return agent.error();
  const Result<std::string> line = change(*agent);
  if (!line) return line.error();
  if (Result<void> noted = note_change(keys, name, *line); !noted) return noted.error();
  if (Result<void> written = write_agent(keys, *agent); !written) return written.error();
  return agent;
}

/// What the uses that are left of an invitation were; none of them from now on.
std::uint32_t take_back(const std::filesystem::path& keys, const std::string& invitation) {
  if (invitation.empty() || invitation.find_first_not_of("0123456789abcdef") != std::string::npos) return 0;
  Result<StoredInvitation> stored = read_invitation(keys / "invitations" / (invitation + ".json"));
  if (!stored || stored->invitation.uses == 0) return 0;
  const std::uint32_t left = std::exchange(stored->invitation.uses, 0);
  return write_invitation(keys, *stored) ? left : 0;
}

std::string in_words(const std::vector<std::string>& devices) {
  std::string out;
  for (const std::string& device : devices) out += (out.empty() ? "" : ", ") + device;
  return out.empty() ? "any device" : out;
}

}  // namespace

Result<std::string> engine_public_key(const std::filesystem::path& keys) {
  Result<KeyPair> pair = engine_keys(keys);
  if (!pair) return pair.error();
  return std::move(pair->public_key);
}

Result<std::string> make_invitation(const std::filesystem::path& keys, const std::string& endpoint,
                                    const Invitation& invitation) {
  if (!can_reach(endpoint))
    return Error{"agents cannot reach this address", endpoint,
                 "name the engine as its agents see it: tcp://HOST:PORT, no wildcard, a port from 1 to 65535"};
  if (!invitation.agent.empty() && !valid_agent_name(invitation.agent))
    return Error{fmt::format("\"{}\" cannot be an agent's name", invitation.agent), "invitation",
                 "use 1 to 32 of a-z, 0-9 and '-'"};
  if (Result<void> kinds = check_kinds(invitation.kinds); !kinds) return kinds.error();
  if (invitation.uses == 0) return Error{"an invitation needs at least one use", "invitation", "ask for 1 or more"};
  if (!invitation.agent.empty() && invitation.uses > 1)
    return Error{"an invitation for one named agent has one use", "invitation", "leave the name or the uses away"};
  if (!valid_scope(invitation.devices))
    return Error{"these are no names or patterns of devices", "invitation", "use names with * and ?"};
  Result<KeyPair> engine = engine_keys(keys);
  if (!engine) return engine.error();
  Result<KeyPair> once = make_key_pair();
  if (!once) return once.error();
  const Result<std::optional<EngineKey>> next = find_engine_key(keys, kNextEngineKey);
  if (!next) return next.error();
  const Result<KeyLock> lock = KeyLock::take(keys, kPatience);
  if (!lock) return lock.error();
  const std::string whom = invitation.agent.empty() ? fmt::format("{} agents", invitation.uses) : invitation.agent;
  if (Result<void> noted = note_change(keys, invitation.agent,
                                       fmt::format("an invitation was made for {} of kind {}, for {}, until {}", whom,
                                                   invitation.kinds.empty() ? std::string("any") : invitation.kinds,
                                                   in_words(invitation.devices), format_rfc3339(invitation.expires)));
      !noted)
    return noted.error();
  if (Result<void> written = write_invitation(keys, {once->public_key, invitation}); !written) return written.error();
  const std::string json = fmt::format(
      R"({{"v":1,"engine":{},"engine_key":{},"next_engine_key":{},"public":{},"secret":{},"agent":{},"expires":{}}})",
      json_text(endpoint), json_text(engine->public_key), json_text(*next ? (*next)->pair.public_key : std::string()),
      json_text(once->public_key), json_text(once->secret_key), json_text(invitation.agent),
      json_text(format_rfc3339(invitation.expires)));
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(json.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(json.data()), json.size(),
                    kVariant);
  text.pop_back();  // the terminating zero
  return "wf1." + text;
}

Result<std::vector<EnrolledAgent>> enrolled_agents(const std::filesystem::path& keys,
                                                   std::vector<std::string>* unreadable) {
  std::vector<EnrolledAgent> out;
  std::error_code failed;
  const std::filesystem::path folder = keys / "agents";
  if (!std::filesystem::exists(folder, failed)) return out;
  for (std::filesystem::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    if (it->path().extension() != ".json") continue;
    // A file that cannot be read admits nobody; the link says so when it meets it.
    if (Result<EnrolledAgent> agent = read_agent(it->path()))
      out.push_back(std::move(*agent));
    else if (unreadable != nullptr)
      unreadable->push_back(agent.error().text());
  }
  if (failed)
    return Error{fmt::format("cannot read the directory: {}", failed.message()), folder.string(),
                 "check its owner and mode"};
  std::sort(out.begin(), out.end(), [](const EnrolledAgent& a, const EnrolledAgent& b) { return a.name < b.name; });
  return out;
}

Result<std::uint32_t> revoke_agent(const std::filesystem::path& keys, const std::string& name) {
  std::string invitation;
  const Result<EnrolledAgent> agent = change_agent(keys, name, [&](EnrolledAgent& it) -> Result<std::string> {
    it.revoked = true;
    it.rotate = false;
    it.next_key.clear();
    return name + " was revoked";
  });
  if (!agent) return agent.error();
  const Result<KeyLock> lock = KeyLock::take(keys, kPatience);
  if (!lock) return lock.error();
  return take_back(keys, agent->invitation);
}

Result<void> allow_devices(const std::filesystem::path& keys, const std::string& name,
                           const std::vector<std::string>& devices) {
  if (!valid_scope(devices))
    return Error{"these are no names or patterns of devices", "--devices", "use names with * and ?"};
  const Result<EnrolledAgent> agent = change_agent(keys, name, [&](EnrolledAgent& it) -> Result<std::string> {
    const std::vector<std::string> before = std::exchange(it.devices, devices);
    return fmt::format("{} may speak for {}; before: {}", name, in_words(devices), in_words(before));
  });
  if (!agent) return agent.error();
  return {};
}

Result<void> ask_rotation(const std::filesystem::path& keys, const std::string& name) {
  const Result<EnrolledAgent> agent = change_agent(keys, name, [&](EnrolledAgent& it) -> Result<std::string> {
    if (it.revoked) return Error{fmt::format("{} is revoked", name), "", "invite it again: that gives it a new key"};
    it.rotate = true;
    return name + " is to make a new key";
  });
  if (!agent) return agent.error();
  return {};
}

}  // namespace wf::link
