#pragma once
#include <fstream>
#include <string>

namespace wf::test {

/// The native lines of a recording's source file: what the device wrote, without the seconds before it.
inline std::string recording_lines(const std::string& rec) {
  std::ifstream in(rec, std::ios::binary);
  std::string out;
  for (std::string line; std::getline(in, line);)
    if (const std::size_t tab = line.find('\t'); tab != std::string::npos) out += line.substr(tab + 1) + "\n";
  return out;
}

}  // namespace wf::test
