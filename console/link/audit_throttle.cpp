#include "console/link/audit_throttle.hpp"

#include <fmt/format.h>

#include "proto/time.hpp"

namespace wf::link {
namespace {
constexpr std::int64_t kSpan = kMinute;
}

void AuditThrottle::say(const std::string& topic, const std::string& agent, const std::string& line, std::int64_t now) {
  std::pair<std::string, std::string> key{topic, agent};
  auto found = held_.find(key);
  if (found == held_.end() && held_.size() >= kMostSubjects) {
    key = {topic, "others"};
    found = held_.find(key);
  }
  if (found == held_.end()) {
    held_.emplace(std::move(key), Held{now, 0, {}});
    tell_(agent, line);
    return;
  }
  ++found->second.more;
  found->second.line = line;
}

void AuditThrottle::flush(std::int64_t now) {
  for (auto it = held_.begin(); it != held_.end();) {
    Held& held = it->second;
    if (now - held.since < kSpan) {
      ++it;
      continue;
    }
    if (held.more == 0) {
      it = held_.erase(it);
      continue;
    }
    // The last one stands for the rest; its count says how many there were.
    tell_(it->first.second,
          held.more == 1 ? held.line : fmt::format("{} ({} times in a minute)", held.line, held.more));
    held = {now, 0, {}};
    ++it;
  }
}

}  // namespace wf::link
