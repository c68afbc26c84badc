#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "console/link/connections.hpp"
#include "console/link/credits.hpp"
#include "console/link/fact.hpp"
#include "console/link/fair_queue.hpp"
#include "console/link/link_server.hpp"

namespace wf::link {

/// Batches on their way into the engine: judges each by its numbers and its agent's credit, and keeps those that the
/// engine has no room for, each line's (line.hpp) in its order and life safety before all others, within the budget.
/// One thread.
class Batches {
 public:
  Batches(const LinkOptions& options, const LinkHandlers& handlers)
      : handlers_(handlers), budget_(options.budget), credits_(options.window, options.budget) {}

  /// Gives a connection its window, as one of so many agents.
  void grant(Connection& connection, std::size_t agents) const;
  /// HELLO: the agent counts its window anew.
  void begin_anew(const Connection& connection) { credits_.begin_anew(connection.agent, connection.number); }

  struct Refusal {
    Topic topic = Topic::numbers;
    std::string_view why;  ///< "… was refused"
    bool retry = false;    ///< the agent is not to blame for certain: it may connect again at once
  };
  /// What is wrong with a batch in itself; nothing: nothing is.
  [[nodiscard]] static std::optional<Refusal> judge(const LinkMessage& header, const std::string& payload);
  /// Takes over what a connection may send now; nothing: it was taken.
  std::optional<Refusal> take(Connection& connection, ReceivedBatch batch);
  void acknowledged(const BatchOrigin& origin) { credits_.give_back(origin); }
  [[nodiscard]] std::size_t bytes_of(const BatchOrigin& origin) const { return credits_.bytes_of(origin); }
  /// Offers the engine what is kept.
  void offer();
  [[nodiscard]] bool holding() const { return !held_.empty(); }
  [[nodiscard]] std::size_t held_bytes() const { return held_.bytes(); }
  /// Throws away what is kept of the agent that has the most in it, if all of it is more than the budget: its name, or
  /// nothing. It is not acknowledged, so its agent has it still.
  std::optional<std::string> shed();

 private:
  /// Asks so many lines of those that may, each until it is told no.
  template <class May>
  void offer(std::size_t lines, May&& may);

  const LinkHandlers& handlers_;
  const std::size_t budget_;
  Credits credits_;
  FairQueue<ReceivedBatch> held_;
  ReceivedBatch next_;  ///< reused
};

}  // namespace wf::link
