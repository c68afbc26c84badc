#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/model/command.hpp"
#include "console/model/query.hpp"
#include "console/model/snapshot.hpp"

namespace wf::seat {

using wf::Query;
using wf::QueryPage;

/// One console's connection to an engine: in this process, or over the wire. The ui knows nothing else of
/// the engine. All calls from the ui's thread; `on_change` may be called from any thread.
class Seat {
 public:
  virtual ~Seat() = default;
  /// The newest snapshot; never null.
  [[nodiscard]] virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  /// Sends a command; the reply comes with replies(). Id, actor and seat are filled in when empty.
  virtual void send(Command command) = 0;
  /// Replies that came since the last call.
  [[nodiscard]] virtual std::vector<CommandReply> replies() = 0;
  /// Asks; `answer` is called on an internal thread. Returns a token for cancel().
  virtual std::uint64_t ask(Query query, std::function<void(std::shared_ptr<const QueryPage>)> answer) = 0;
  virtual void cancel(std::uint64_t token) = 0;
  /// Called whenever a new snapshot or reply is there; must return at once, and not set another. Once this returns
  /// nobody is in the call of the one before, and none comes any more.
  virtual void set_on_change(std::function<void()> on_change) = 0;
  /// Empty while connected; else one line for the banner ("Engine not reached for 8 s").
  [[nodiscard]] virtual std::string connection_problem() const = 0;
};

}  // namespace wf::seat
