#include "console/link/changes.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <simdjson.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "console/link/key_files.hpp"
#include "proto/utf8.hpp"

namespace wf::link {
namespace {

/// What was told is in the engine's database by then, or the engine is gone and will read the file again.
constexpr std::int64_t kKeepFor = 5 * kSecond;
/// Many commands may run before an engine does.
constexpr std::int64_t kMostBytes = 64 << 20;

std::filesystem::path file_of(const std::filesystem::path& keys) { return keys / "changes.jsonl"; }

/// Who runs this process: the user, and who became it.
std::string user() {
  std::array<char, 4096> memory{};
  passwd entry{};
  passwd* found = nullptr;
  std::string out = ::getpwuid_r(::geteuid(), &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr
                        ? std::string(entry.pw_name)
                        : fmt::format("uid {}", ::geteuid());
  if (const char* const by = std::getenv("SUDO_USER"); by != nullptr && *by != '\0') out += fmt::format(" ({})", by);
  return one_line(out);
}

UtcNs system_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

}  // namespace

Result<void> note_change(const std::filesystem::path& keys, const std::string& agent, const std::string& line) {
  return append_private(file_of(keys), fmt::format(R"({{"v":1,"time":{},"user":{},"agent":{},"line":{}}})"
                                                   "\n",
                                                   json_text(format_rfc3339(system_now())), json_text(user()),
                                                   json_text(agent), json_text(one_line(line))));
}

void Changes::look(std::int64_t mono) {
  const FileStamp now = stamp_of(file_of(keys_));
  if (!now.exists) {
    told_ = 0;
    seen_ = now;
    return;
  }
  const bool finished = told_ > 0 && static_cast<std::uint64_t>(now.size) == told_;
  if (finished && mono - told_at_ < kKeepFor) return;
  if (!finished && now == seen_) return;
  const Result<KeyLock> lock = KeyLock::take(keys_, 0);
  if (!lock) return;  // a command writes it; soon again
  if (finished) {
    // Nothing was added: under the lock nothing can be.
    if (stamp_of(file_of(keys_)).size == now.size && remove_private(file_of(keys_))) told_ = 0;
    return;
  }
  Result<std::string> text = read_private(file_of(keys_), kMostBytes);
  seen_ = now;
  if (!text) {
    tell_("", text.error().text());
    return;
  }
  std::string_view rest(*text);
  rest.remove_prefix(std::min<std::size_t>(told_, rest.size()));
  simdjson::dom::parser parser;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    simdjson::dom::element root;
    std::string_view time, who, agent, what;
    if (parser.parse(line).get(root) != simdjson::SUCCESS || root["time"].get(time) != simdjson::SUCCESS ||
        root["user"].get(who) != simdjson::SUCCESS || root["agent"].get(agent) != simdjson::SUCCESS ||
        root["line"].get(what) != simdjson::SUCCESS) {
      tell_("", "a line of keys/changes.jsonl cannot be read: something was done to agents or keys that is not told");
      continue;
    }
    tell_(std::string(agent), fmt::format("{} (by {} at {})", what, who, time));
  }
  told_ = text->size();
  told_at_ = mono;
}

}  // namespace wf::link
