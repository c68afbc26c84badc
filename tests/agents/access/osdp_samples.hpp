#pragma once
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

/// The recorded sessions, which are not part of the project.
inline std::filesystem::path osdp_sample(const std::string& name) {
  return std::filesystem::path(WF_SHARED_DATA) / "field/osdp" / name;
}

/// Says so when a sample is not on this machine.
inline bool absent(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return false;
  WARN("the recorded sessions are not on this machine: " << file.string() << " is absent");
  return true;
}

struct Recorded {
  std::int64_t ms = 0;
  bool from_panel = false;
  std::vector<std::uint8_t> bytes;
};

/// A `*.bytes.jsonl`.
inline std::vector<Recorded> recorded(const std::filesystem::path& file) {
  std::vector<Recorded> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json record = nlohmann::json::parse(line);
    out.push_back({record.at("t_ms").get<std::int64_t>(), record.at("dir").get<std::string>() == "cp2pd",
                   from_hex(record.at("hex").get<std::string>())});
  }
  return out;
}

}  // namespace wf::test
