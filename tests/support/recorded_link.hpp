#pragma once
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "proto/link_message.hpp"

namespace wf::test {

/// One message of a recorded conversation (tests/golden/README.md).
struct RecordedMessage {
  bool from_agent = false;
  std::vector<std::string> frames;
  LinkMessage header;
};

/// Reads tests/golden/<name>; throws when it is not what README.md says.
inline std::vector<RecordedMessage> recorded_conversation(const std::string& name) {
  const std::string path = std::string(WF_SOURCE_DIR) + "/tests/golden/" + name;
  std::ifstream file(path);
  std::vector<RecordedMessage> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string who, hex;
    words >> who;
    RecordedMessage message;
    message.from_agent = who == "agent";
    if (!message.from_agent && who != "engine") throw std::runtime_error(path + ": neither agent nor engine: " + who);
    while (words >> hex) {
      std::string frame;
      for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        frame += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
      message.frames.push_back(std::move(frame));
    }
    Result<LinkMessage> header = decode_link(message.frames.at(0));
    if (!header) throw std::runtime_error(path + ": " + header.error().text());
    message.header = std::move(*header);
    out.push_back(std::move(message));
  }
  if (out.empty()) throw std::runtime_error(path + " is absent or empty");
  return out;
}

/// The conversation as its connections, each of which begins with the agent's HELLO.
inline std::vector<std::vector<RecordedMessage>> recorded_connections(const std::string& name) {
  std::vector<std::vector<RecordedMessage>> out;
  for (RecordedMessage& message : recorded_conversation(name)) {
    if (message.header.kind == LinkKind::hello) out.emplace_back();
    out.back().push_back(std::move(message));
  }
  return out;
}

/// The last kind of wire version 1.
inline constexpr LinkKind kLastKindOfVersion1 = LinkKind::enrolled;

}  // namespace wf::test
