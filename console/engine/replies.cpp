#include "console/engine/replies.hpp"

#include <utility>

namespace wf::engine {

void Replies::expect(const Command& command, Reply reply) {
  const std::lock_guard hold(mutex_);
  Waiting& waiting = waiting_[command.id];
  waiting.command = command;
  if (reply) waiting.replies.push_back(std::move(reply));
}

void Replies::answer(const CommandReply& reply) {
  Waiting waiting;
  {
    const std::lock_guard hold(mutex_);
    const auto it = waiting_.find(reply.command_id);
    if (it == waiting_.end()) return;
    waiting = std::move(it->second);
    waiting_.erase(it);
  }
  for (const Reply& tell : waiting.replies) tell(reply);
}

std::optional<Command> Replies::command(const std::string& id) const {
  const std::lock_guard hold(mutex_);
  const auto it = waiting_.find(id);
  return it != waiting_.end() ? std::optional(it->second.command) : std::nullopt;
}

}  // namespace wf::engine
