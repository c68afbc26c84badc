#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/demo/recording.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::demo {

/// How to start the real agents on a recording's live files.
struct AgentsOptions {
  std::filesystem::path programs;  ///< folder of wf-agent-*
  std::filesystem::path folder;    ///< of the demo; gets agents/NAME/ (state) and agents/NAME.log, mode 0700
  std::filesystem::path live;      ///< folder of the live files
  std::string engine;              ///< address to send to
  std::string clock;               ///< START,ANCHOR,SPEED
  /// Makes an invitation for an agent; the token goes into a file of mode 0600.
  std::function<Result<std::string>(const RecordedAgent&)> invite;
  /// One line when an agent ended by itself; on a thread of Agents.
  std::function<void(const std::string&)> on_problem;
};

/// The agents' processes. They end with this object, and with this process however it ends. start() and the
/// destructor: one thread, which must live as long as the agents are to.
class Agents {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Agents>> start(const Recording& recording, const AgentsOptions& options);
  virtual ~Agents() = default;  ///< SIGTERM, three seconds, SIGKILL; reaps
  [[nodiscard]] virtual std::size_t running() const = 0;
};

/// Runs the agents with --once --print over the live files and gives their events by time, each agent's numbered
/// from 1 as "NAME:1:1:N" and seen when they happened. What they could not use is appended to `notes`.
[[nodiscard]] Result<std::vector<Event>> read_once(const Recording& recording, const AgentsOptions& options,
                                                   std::vector<std::string>& notes);

}  // namespace wf::demo
