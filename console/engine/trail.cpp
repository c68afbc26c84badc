#include "console/engine/trail.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <nlohmann/json.hpp>

#include "console/model/incident_json.hpp"

namespace wf::engine {
namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string out;
  out.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

std::string hash_of(const std::string& text) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  return hex(hash.data(), hash.size());
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string names_of(const Command& command) {
  if (command.kind == CommandKind::rule) return command.target;
  std::string out;
  for (std::size_t i = 0; i < command.incidents.size(); ++i) {
    if (i > 0) out += ", ";
    out += incident_name(command.incidents[i]);
    if (i < command.seen_revisions.size()) out += fmt::format(" r{}", command.seen_revisions[i]);
  }
  return out;
}

}  // namespace

store::AuditLine audit_line_of(const Command& command, const Snapshot& seen) {
  nlohmann::ordered_json detail;
  detail["command"] = command.id;
  detail["seat"] = command.seat;
  if (!command.text.empty()) detail["text"] = command.text;
  if (!command.target.empty()) detail["target"] = command.target;
  if (command.cause != Cause::none) detail["cause"] = name_of(command.cause);
  if (command.until != 0) detail["until"] = format_rfc3339(command.until);
  if (command.kind == CommandKind::suppress || command.kind == CommandKind::test ||
      command.kind == CommandKind::inhibit || command.kind == CommandKind::end_works) {
    if (command.kind == CommandKind::test) detail["technician"] = command.action;
    if (command.seconds != 0) detail["begins_in_s"] = command.seconds;
    detail["role"] = command.role;
  }
  if (command.kind == CommandKind::ticket) {
    detail["action"] = command.action;
    detail["role"] = command.role;
  }
  if (command.kind == CommandKind::progress) detail["action"] = command.action;
  if (!command.post.empty()) detail["post"] = command.post;
  if (command.kind == CommandKind::shelve && !command.action.empty()) detail["action"] = command.action;
  if (command.kind == CommandKind::plan_step || command.kind == CommandKind::skip_step) detail["step"] = command.step;
  if (command.kind == CommandKind::skip_step) {
    if (!command.action.empty()) detail["action"] = command.action;
    detail["role"] = command.role;
  }
  if (command.kind == CommandKind::device) {
    detail["action"] = command.action;
    if (command.seconds != 0) detail["seconds"] = command.seconds;
    detail["agent"] = command.agent;
    detail["role"] = command.role;
  }
  if (command.kind == CommandKind::rule) {
    detail["action"] = command.action;
    detail["role"] = command.role;
    // The text itself is in the log.
    if (!command.document.empty())
      detail["document"] = {{"bytes", command.document.size()}, {"blake2b", hash_of(command.document)}};
  }
  nlohmann::ordered_json acts_on = nlohmann::ordered_json::array();
  for (const std::uint64_t id : command.incidents)
    if (const Incident* incident = seen.incident(id))
      acts_on.push_back({{"incident", incident_name(id)},
                         {"revision", incident->revision},
                         {"blake2b", hash_of(incident_to_json(*incident))}});
  detail["acts_on"] = std::move(acts_on);
  return {0, 0, command.actor, std::string(name_of(command.kind)), names_of(command), dump(detail), ""};
}

store::AuditLine audit_line_of_refusal(const Command& command, const CommandReply& reply, UtcNs time) {
  const nlohmann::ordered_json detail = {{"command", command.id}, {"why", reply.message}};
  return {0, time, "Engine", fmt::format("refused {}", name_of(command.kind)), names_of(command), dump(detail), ""};
}

store::AuditLine audit_line_of_configuration(const std::string& actor, std::size_t rule_files, const std::string& site,
                                             const std::string& json) {
  const nlohmann::ordered_json detail = {{"rule_files", rule_files}, {"site", site}, {"blake2b", hash_of(json)}};
  return {0, 0, actor, "configuration", "", dump(detail), ""};
}

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return hex(bytes.data(), bytes.size());
}

}  // namespace wf::engine
