#pragma once
#include <poll.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agents/kit/source.hpp"

namespace wf::kit {

/// The sources of one agent, stepped in turn on its one thread.
class SourceSet {
 public:
  explicit SourceSet(std::vector<std::unique_ptr<Source>> sources) : sources_(std::move(sources)) {}

  /// Starts each source behind its position; one that can never start is failed from now on, the others go on.
  void start(const std::function<std::string(const std::string& source)>& position, bool once, const Moment& moment);
  /// Steps each source that is not over, unless the sink is full. A source that cannot wait is stepped even then,
  /// into `last_resort` if there is one. Returns true when there is more to read at once.
  bool step(Sink& sink, const Moment& moment, Sink* last_resort = nullptr);
  /// `between` is called in step() behind each of several sources, which together may take a while.
  void set_between(std::function<void()> between) { between_ = std::move(between); }
  /// The agent ends: sources hand over what they hold back.
  void finish(Sink& sink, const Moment& moment);
  /// Descriptors and the next moment at which step() has work. `full`: of those that cannot wait only.
  void add_fds(bool full, std::vector<pollfd>& fds) const;
  [[nodiscard]] std::int64_t next_wake(bool full) const;

  [[nodiscard]] bool over() const;    ///< none will give more
  [[nodiscard]] bool failed() const;  ///< at least one failed for good
  [[nodiscard]] const std::vector<std::unique_ptr<Source>>& all() const { return sources_; }
  /// Lines read, events, refused with the last reason: one line a source, and one for each rule that sheds.
  [[nodiscard]] std::vector<std::string> summary() const;

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::function<void()> between_;
};

}  // namespace wf::kit
