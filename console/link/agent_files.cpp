#include "console/link/agent_files.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <sodium.h>

#include <array>

#include "console/link/scope.hpp"

namespace wf::link {
namespace {

namespace fs = std::filesystem;
using Element = simdjson::dom::element;

Error damaged(std::string_view member) {
  return {fmt::format("\"{}\" is missing or cannot be read", member), "",
          "remove the file and invite the agent again, or restore it from a backup"};
}

Error placed(const Error& error, const fs::path& file) { return {error.what, file.string(), error.to_do}; }

bool take(const Element& root, const char* member, std::string& out) {
  std::string_view text;
  if (root[member].get(text) != simdjson::SUCCESS) return false;
  out = text;
  return true;
}

/// Like take(), but a member that is missing is none.
bool take_if(const Element& root, const char* member, std::string& out) {
  Element found;
  return root[member].get(found) == simdjson::NO_SUCH_FIELD || take(root, member, out);
}

bool take_if(const Element& root, const char* member, UtcNs& out) {
  std::string text;
  if (!take_if(root, member, text)) return false;
  if (text.empty()) return true;
  const Result<UtcNs> time = parse_rfc3339(text);
  if (time) out = *time;
  return time.ok();
}

bool take_if(const Element& root, const char* member, bool& out) {
  const simdjson::error_code found = root[member].get(out);
  return found == simdjson::SUCCESS || found == simdjson::NO_SUCH_FIELD;
}

bool take_if(const Element& root, const char* member, std::vector<std::string>& out) {
  simdjson::dom::array list;
  const simdjson::error_code found = root[member].get(list);
  if (found == simdjson::NO_SUCH_FIELD) return true;
  if (found != simdjson::SUCCESS) return false;
  for (const Element entry : list) {
    std::string_view text;
    if (entry.get(text) != simdjson::SUCCESS) return false;
    out.emplace_back(text);
  }
  return true;
}

std::string list_text(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& entry : list) out += (out.empty() ? "" : ",") + json_text(entry);
  return "[" + out + "]";
}

std::string time_text(UtcNs time) { return json_text(time == 0 ? std::string() : format_rfc3339(time)); }

}  // namespace

fs::path agent_file(const fs::path& keys, std::string_view name) {
  return keys / "agents" / (std::string(name) + ".json");
}

Result<EnrolledAgent> parse_agent(std::string_view text) {
  simdjson::dom::parser parser;
  Element root;
  if (parser.parse(simdjson::padded_string(text)).get(root) != simdjson::SUCCESS)
    return Error{"this is no JSON", "", "remove it and invite the agent again"};
  EnrolledAgent out;
  if (!take(root, "name", out.name) || !valid_agent_name(out.name)) return damaged("name");
  if (!take(root, "kind", out.kind)) return damaged("kind");
  if (!take(root, "public_key", out.public_key) || !valid_public_key(out.public_key)) return damaged("public_key");
  if (root["revoked"].get(out.revoked) != simdjson::SUCCESS) return damaged("revoked");
  std::string enrolled;
  const bool dated = take(root, "enrolled", enrolled);
  const Result<UtcNs> time = parse_rfc3339(enrolled);
  if (!dated || !time) return damaged("enrolled");
  out.enrolled = out.key_since = *time;
  // What is there and says something else than it may is damage: who may speak for three devices must not come to
  // speak for all.
  if (!take_if(root, "devices", out.devices) || !valid_scope(out.devices)) return damaged("devices");
  if (!take_if(root, "next_key", out.next_key) || (!out.next_key.empty() && !valid_public_key(out.next_key)))
    return damaged("next_key");
  if (!take_if(root, "key_since", out.key_since)) return damaged("key_since");
  if (!take_if(root, "rotate", out.rotate)) return damaged("rotate");
  if (!take_if(root, "invitation", out.invitation)) return damaged("invitation");
  return out;
}

Result<EnrolledAgent> read_agent(const fs::path& file) {
  Result<std::string> text = read_private(file);
  if (!text) return text.error();
  Result<EnrolledAgent> out = parse_agent(*text);
  if (!out) return placed(out.error(), file);
  if (file.filename() != out->name + ".json") return placed(damaged("name"), file);
  return out;
}

Result<void> write_agent(const fs::path& keys, const EnrolledAgent& agent) {
  if (Result<void> made = make_key_folders(keys); !made) return made;
  return write_private(
      agent_file(keys, agent.name),
      fmt::format(R"({{"v":1,"name":{},"kind":{},"public_key":{},"enrolled":{},"revoked":{},"devices":{},)"
                  R"("next_key":{},"key_since":{},"rotate":{},"invitation":{}}})"
                  "\n",
                  json_text(agent.name), json_text(agent.kind), json_text(agent.public_key),
                  json_text(format_rfc3339(agent.enrolled)), agent.revoked, list_text(agent.devices),
                  json_text(agent.next_key), time_text(agent.key_since), agent.rotate, json_text(agent.invitation)));
}

fs::path invitation_file(const fs::path& keys, std::string_view public_key) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(public_key.data()),
                     public_key.size(), nullptr, 0);
  std::string name;
  for (const unsigned char byte : hash) name += fmt::format("{:02x}", byte);
  return keys / "invitations" / (name + ".json");
}

Result<StoredInvitation> parse_stored_invitation(std::string_view text) {
  simdjson::dom::parser parser;
  Element root;
  if (parser.parse(simdjson::padded_string(text)).get(root) != simdjson::SUCCESS)
    return Error{"this is no JSON", "", "remove it and make a new invitation"};
  StoredInvitation out;
  Invitation& invitation = out.invitation;
  std::uint64_t uses = 0;
  std::string expires;
  if (!take(root, "public", out.public_key) || !valid_public_key(out.public_key)) return damaged("public");
  if (!take(root, "agent", invitation.agent)) return damaged("agent");
  if (!take(root, "kinds", invitation.kinds)) return damaged("kinds");
  if (root["uses"].get(uses) != simdjson::SUCCESS || uses > UINT32_MAX) return damaged("uses");
  const bool dated = take(root, "expires", expires);
  const Result<UtcNs> time = parse_rfc3339(expires);
  if (!dated || !time) return damaged("expires");
  if (!take_if(root, "devices", invitation.devices) || !valid_scope(invitation.devices)) return damaged("devices");
  if (!take_if(root, "granted", out.granted)) return damaged("granted");
  invitation.expires = *time;
  invitation.uses = static_cast<std::uint32_t>(uses);
  return out;
}

Result<StoredInvitation> read_invitation(const fs::path& file) {
  Result<std::string> text = read_private(file);
  if (!text) return text.error();
  Result<StoredInvitation> out = parse_stored_invitation(*text);
  if (!out) return placed(out.error(), file);
  return out;
}

Result<void> write_invitation(const fs::path& keys, const StoredInvitation& stored) {
  if (Result<void> made = make_key_folders(keys); !made) return made;
  const Invitation& i = stored.invitation;
  return write_private(
      invitation_file(keys, stored.public_key),
      fmt::format(R"({{"v":1,"public":{},"agent":{},"kinds":{},"expires":{},"uses":{},"devices":{},"granted":{}}})"
                  "\n",
                  json_text(stored.public_key), json_text(i.agent), json_text(i.kinds),
                  json_text(format_rfc3339(i.expires)), i.uses, list_text(i.devices), list_text(stored.granted)));
}

HeardOf heard_of(const fs::path& keys, const std::string& name) {
  HeardOf out;
  Result<std::string> text = read_private(keys / "heard" / (name + ".json"));
  simdjson::dom::parser parser;
  Element root;
  if (!text || parser.parse(*text).get(root) != simdjson::SUCCESS) return out;
  std::uint64_t wire = 0;
  if (root["wire"].get(wire) != simdjson::SUCCESS || wire > UINT32_MAX) return out;
  if (!take_if(root, "version", out.version) || !take_if(root, "next_engine_key", out.next_engine_key) ||
      !take_if(root, "next_command_key", out.next_command_key))
    return {};
  out.wire_version = static_cast<std::uint32_t>(wire);
  return out;
}

Result<void> write_heard_of(const fs::path& keys, const std::string& name, const HeardOf& heard) {
  if (Result<void> made = make_directory(keys / "heard"); !made) return made;
  return write_private(keys / "heard" / (name + ".json"),
                       fmt::format(R"({{"v":1,"wire":{},"version":{},"next_engine_key":{},"next_command_key":{}}})"
                                   "\n",
                                   heard.wire_version, json_text(heard.version), json_text(heard.next_engine_key),
                                   json_text(heard.next_command_key)));
}

}  // namespace wf::link
