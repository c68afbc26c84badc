#include "console/link/watchers.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace wf::link {
namespace {

/// A folder that was changed less than this before it was read may change again without a new time: file systems
/// stamp with the kernel's tick.
constexpr std::int64_t kTick = 100 * kMillisecond;
constexpr std::uintmax_t kMostBytes = 64 << 10;

}  // namespace

bool is_watch_role(std::string_view role) {
  return std::equal(role.begin(), role.end(), kWatchRole.begin(), kWatchRole.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool Watchers::admits(const std::string& public_key) {
  const FileStamp now = stamp_of(folder_);
  if (!settled_ || !(now == stamp_)) {
    const std::int64_t wall = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    stamp_ = now;
    starved_ = false;
    std::set<std::string> found;
    std::error_code failed;
    for (std::filesystem::directory_iterator it(folder_, failed), end; !failed && it != end; it.increment(failed)) {
      std::error_code unknown;
      if (it->path().extension() != ".json" || it->file_size(unknown) > kMostBytes || unknown) continue;
      simdjson::dom::parser parser;
      simdjson::dom::element root;
      std::string_view role, key;
      errno = 0;
      const bool loaded = parser.load(it->path().string()).get(root) == simdjson::SUCCESS;
      starved_ |= !loaded && no_descriptors(errno);
      if (!loaded || root["role"].get(role) != simdjson::SUCCESS || root["public_key"].get(key) != simdjson::SUCCESS)
        continue;
      if (is_watch_role(role) && valid_public_key(key)) found.emplace(key);
    }
    // Whom nobody can look up now stays who he was.
    starved_ |= no_descriptors(failed.value());
    settled_ = !starved_ && wall - now.modified > kTick;
    if (!starved_) keys_ = std::move(found);
  }
  return keys_.contains(public_key);
}

}  // namespace wf::link
