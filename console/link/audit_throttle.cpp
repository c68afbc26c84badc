#include "console/link/audit_throttle.hpp"

#include <fmt/format.h>

#include <utility>

#include "proto/time.hpp"

namespace wf::link {
namespace {
constexpr std::int64_t kSpan = kMinute;
}

void AuditThrottle::say(Fact fact, std::int64_t now) {
  std::pair<Topic, std::string> key{fact.topic, fact.agent.empty() ? fact.remote : fact.agent};
  auto found = held_.find(key);
  if (found == held_.end() && held_.size() >= kMostSubjects) {
    key.second = "others";
    found = held_.find(key);
  }
  if (found == held_.end()) {
    held_.emplace(std::move(key), Held{now, 0, {}});
    tell_(fact);
    return;
  }
  ++found->second.more;
  found->second.newest = std::move(fact);
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
    held.newest.times = held.more;
    if (held.more > 1) held.newest.line += fmt::format(" ({} times in a minute)", held.more);
    tell_(held.newest);
    held = {now, 0, {}};
    ++it;
  }
}

}  // namespace wf::link
