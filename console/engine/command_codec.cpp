#include "console/engine/command_codec.hpp"

#include <nlohmann/json.hpp>

namespace wf::engine {

std::string command_to_json(const Command& command) {
  nlohmann::ordered_json j;
  j["v"] = 1;
  j["id"] = command.id;
  j["kind"] = static_cast<int>(command.kind);
  j["name"] = name_of(command.kind);
  j["time"] = command.time;
  j["actor"] = command.actor;
  j["seat"] = command.seat;
  j["incidents"] = command.incidents;
  j["seen_revisions"] = command.seen_revisions;
  if (!command.text.empty()) j["text"] = command.text;
  if (!command.target.empty()) j["target"] = command.target;
  if (command.cause != Cause::none) j["cause"] = static_cast<int>(command.cause);
  if (command.until != 0) j["until"] = command.until;
  if (command.step != 0) j["step"] = command.step;
  if (!command.action.empty()) j["action"] = command.action;
  if (command.seconds != 0) j["seconds"] = command.seconds;
  if (command.valid_seconds != 0) j["valid_seconds"] = command.valid_seconds;
  if (!command.agent.empty()) j["agent"] = command.agent;
  if (!command.role.empty()) j["role"] = command.role;
  if (!command.post.empty()) j["post"] = command.post;
  if (!command.document.empty()) j["document"] = command.document;
  if (command.basis != 0) j["basis"] = command.basis;
  return j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<Command> command_from_json(std::string_view text) {
  const auto j = nlohmann::json::parse(text, nullptr, false);
  if (!j.is_object()) return Error{"a logged command is not a JSON object", "log", "run watchfloor verify"};
  try {
    Command c;
    c.id = j.value("id", "");
    const int kind = j.at("kind").get<int>();
    if (kind < 0 || kind > static_cast<int>(kLastCommand))
      return Error{"a logged command has the unknown kind " + std::to_string(kind), "log",
                   "open this data directory with the newer version that wrote it"};
    c.kind = static_cast<CommandKind>(kind);
    c.time = j.value("time", UtcNs{0});
    c.actor = j.value("actor", "");
    c.seat = j.value("seat", "");
    c.incidents = j.value("incidents", std::vector<std::uint64_t>{});
    c.seen_revisions = j.value("seen_revisions", std::vector<std::uint32_t>{});
    c.text = j.value("text", "");
    c.target = j.value("target", "");
    c.cause = static_cast<Cause>(j.value("cause", 0));
    c.until = j.value("until", UtcNs{0});
    c.step = j.value("step", 0U);
    c.action = j.value("action", "");
    c.seconds = j.value("seconds", 0U);
    c.valid_seconds = j.value("valid_seconds", 0U);
    c.agent = j.value("agent", "");
    c.role = j.value("role", "");
    c.post = j.value("post", "");
    c.document = j.value("document", "");
    c.basis = j.value("basis", std::uint64_t{0});
    return c;
  } catch (const nlohmann::json::exception& e) {
    return Error{std::string("a logged command cannot be read: ") + e.what(), "log", "run watchfloor verify"};
  }
}

}  // namespace wf::engine
