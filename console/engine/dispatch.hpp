#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "console/link/command_key.hpp"
#include "console/link/link_server.hpp"
#include "console/model/snapshot.hpp"
#include "proto/device_command.hpp"

namespace wf::engine {

/// The agent that a command to a device goes to; empty: none. First one that offers the action at that device in its
/// report (connected before silent, then by name); where none offers anything there, the agent whose event named the
/// device last, so that a command to an agent that is away says so.
[[nodiscard]] std::string agent_for(const Snapshot& seen, const std::string& device, std::string_view action);

/// Signs what fusion ordered and sends it, as soon as its agent is connected and before its time has passed; after
/// that it is forgotten, and fusion says that it expired. What became of sending is told, and logged as a command of
/// the engine. Nothing here is durable: after a restart fusion gives again what was not sent. Any thread.
class CommandDispatch {
 public:
  /// `tell`: sent (empty `why`), or why it never can be.
  using Tell = std::function<void(const DeviceCommand& command, const std::string& why)>;
  using Send = std::function<void(const std::string& agent, const std::string& id, std::string payload)>;
  static constexpr std::int64_t kTryEvery = kSecond / 4;

  CommandDispatch(link::CommandKey key, Send send, Tell tell);

  void add(const DeviceCommand& command);
  /// Sends what was not sent yet. `now`: engine clock.
  void step(UtcNs now, std::int64_t mono);
  /// What became of sending; the link's thread.
  void on_fate(const std::string& id, link::CommandFate fate);
  [[nodiscard]] bool empty() const;

 private:
  struct Waiting {
    DeviceCommand command;
    bool asked = false;  ///< the link has it and has not said what became of it
    std::int64_t tried = 0;
  };
  const link::CommandKey key_;
  const Send send_;
  const Tell tell_;
  mutable std::mutex mutex_;
  std::map<std::string, Waiting> waiting_;  ///< by id; guarded by mutex_
};

}  // namespace wf::engine
