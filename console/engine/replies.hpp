#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/model/command.hpp"

namespace wf::engine {

/// Who waits for an answer to which command. A command whose id comes twice is answered twice. Any thread.
class Replies {
 public:
  using Reply = std::function<void(CommandReply)>;
  /// `reply` may be null.
  void expect(const Command& command, Reply reply);
  /// Calls all who wait for it, in this thread; nobody may.
  void answer(const CommandReply& reply);
  /// The command that somebody waits for.
  [[nodiscard]] std::optional<Command> command(const std::string& id) const;

 private:
  struct Waiting {
    Command command;
    std::vector<Reply> replies;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;  ///< by command id; guarded by mutex_
};

}  // namespace wf::engine
