#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "console/link/address.hpp"
#include "console/link/key_files.hpp"
#include "console/link/link_server.hpp"

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
  Result<KeyPair> engine = engine_keys(keys);
  if (!engine) return engine.error();
  Result<KeyPair> once = make_key_pair();
  if (!once) return once.error();
  if (Result<void> written = write_invitation(keys, {once->public_key, invitation}); !written) return written.error();
  const std::string json = fmt::format(
      R"({{"v":1,"engine":{},"engine_key":{},"public":{},"secret":{},"agent":{},"expires":{}}})", json_text(endpoint),
      json_text(engine->public_key), json_text(once->public_key), json_text(once->secret_key),
      json_text(invitation.agent), json_text(format_rfc3339(invitation.expires)));
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

Result<void> revoke_agent(const std::filesystem::path& keys, const std::string& name) {
  if (!valid_agent_name(name) || !stamp_of(agent_file(keys, name)).exists)
    return Error{fmt::format("no agent \"{}\" is enrolled", name), (keys / "agents").string(),
                 "see `watchfloor agent list`"};
  Result<EnrolledAgent> agent = read_agent(agent_file(keys, name));
  if (!agent) return agent.error();
  agent->revoked = true;
  return write_agent(keys, *agent);
}

}  // namespace wf::link
