#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::demo {

/// A native line and when, after the recording's start, the device wrote it.
struct RecordedLine {
  std::int64_t offset = 0;  ///< nanoseconds
  std::string text;         ///< without its end
};

/// One file that an agent follows.
struct RecordedSource {
  std::string kind;  ///< of the source: suricata, mapped…
  std::string file;  ///< name of the live file that it is played into
  std::map<std::string, std::string> options;
  std::vector<RecordedLine> lines;  ///< by offset
};

struct RecordedAgent {
  std::string name;
  std::string kind;  ///< access, camera, network, host
  std::vector<RecordedSource> sources;
};

/// What devices wrote during some minutes at a site, to be played to the real agents. README.md describes the files.
struct Recording {
  std::string name;
  UtcNs start = 0;
  std::int64_t length = 0;     ///< nanoseconds
  std::filesystem::path site;  ///< estate folder
  std::vector<RecordedAgent> agents;
  [[nodiscard]] std::size_t lines() const;
};

/// Loads a recording's folder as a whole; every problem is appended as "file:line: what; what to do". With any of
/// them the recording is not to be used.
[[nodiscard]] Recording load_recording(const std::filesystem::path& folder, const std::filesystem::path& mappings,
                                       std::vector<std::string>& problems);

}  // namespace wf::demo
