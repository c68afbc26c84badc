#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "console/link/fact.hpp"

namespace wf::link {

/// Keeps a flood of like facts from flooding the audit: the first of a subject and topic is told at once, what
/// follows within a minute is counted and told as one line. Nothing is left out uncounted. One thread.
class AuditThrottle {
 public:
  using Tell = std::function<void(const Fact&)>;
  explicit AuditThrottle(Tell tell) : tell_(std::move(tell)) {}

  /// Facts of one topic about one agent (where none is known: of one address) are alike; `now` in monotonic
  /// nanoseconds.
  void say(Fact fact, std::int64_t now);
  /// Tells what was counted and is due; call it about once a second.
  void flush(std::int64_t now);

 private:
  /// Subjects told apart; beyond it, strangers who vary their names share one count.
  static constexpr std::size_t kMostSubjects = 256;
  struct Held {
    std::int64_t since = 0;
    std::uint32_t more = 0;
    Fact newest;  ///< of those that were held back
  };
  Tell tell_;
  std::map<std::pair<Topic, std::string>, Held> held_;
};

}  // namespace wf::link
