#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "console/link/private_file.hpp"
#include "proto/result.hpp"

namespace wf::link {

// keys/changes.jsonl: what commands did to agents and keys, one JSON line each, until an engine has put it into its
// audit. A command has no way to the database of a running engine, and needs none.

/// Says what was done about an agent (may be empty), with the time and this process's user. The caller holds the
/// KeyLock.
[[nodiscard]] Result<void> note_change(const std::filesystem::path& keys, const std::string& agent,
                                       const std::string& line);

/// Tells an engine what commands left, each line once; after a crash of the engine perhaps twice, never not at all.
/// One thread.
class Changes {
 public:
  using Tell = std::function<void(const std::string& agent, const std::string& line)>;
  Changes(std::filesystem::path keys, Tell tell) : keys_(std::move(keys)), tell_(std::move(tell)) {}
  /// Call it about once a second; `mono` in monotonic nanoseconds.
  void look(std::int64_t mono);

 private:
  const std::filesystem::path keys_;
  const Tell tell_;
  FileStamp seen_;
  std::uint64_t told_ = 0;  ///< bytes of the file that were told
  std::int64_t told_at_ = 0;
};

}  // namespace wf::link
