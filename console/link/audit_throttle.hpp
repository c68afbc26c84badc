#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace wf::link {

/// Keeps a flood of like facts from flooding the audit: the first of a subject and topic is told at once, what
/// follows within a minute is counted and told as one line. Nothing is left out uncounted. One thread.
class AuditThrottle {
 public:
  using Tell = std::function<void(const std::string& agent, const std::string& line)>;
  explicit AuditThrottle(Tell tell) : tell_(std::move(tell)) {}

  /// `topic` is what makes facts alike ("refused key"); `agent` may be empty; `now` in monotonic nanoseconds.
  void say(const std::string& topic, const std::string& agent, const std::string& line, std::int64_t now);
  /// Tells what was counted and is due; call it about once a second.
  void flush(std::int64_t now);

 private:
  /// Subjects told apart; beyond it, strangers who vary their names share one count.
  static constexpr std::size_t kMostSubjects = 256;
  struct Held {
    std::int64_t since = 0;
    std::uint64_t more = 0;
    std::string line;  ///< the newest that was held back
  };
  Tell tell_;
  std::map<std::pair<std::string, std::string>, Held> held_;
};

}  // namespace wf::link
