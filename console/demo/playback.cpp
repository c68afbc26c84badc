#include "console/demo/playback.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wf::demo {

Result<Playback> Playback::start(const Recording& recording, const std::filesystem::path& folder) {
  Playback out;
  for (const RecordedAgent& agent : recording.agents)
    for (const RecordedSource& source : agent.sources) {
      Live live;
      live.source = &source;
      live.path = (folder / source.file).string();
      std::error_code failed;  // the file's own failure says it
      std::filesystem::create_directories((folder / source.file).parent_path(), failed);
      live.descriptor = ::open(live.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
      if (live.descriptor < 0)
        return Error{fmt::format("cannot make it: {}", std::strerror(errno)), live.path,
                     "check the folder and its disk"};
      out.live_.push_back(std::move(live));
    }
  return out;
}

Playback::Playback(Playback&& o) noexcept : live_(std::move(o.live_)), written_(o.written_) { o.live_.clear(); }

Playback::~Playback() {
  for (const Live& live : live_)
    if (live.descriptor >= 0) ::close(live.descriptor);
}

Result<void> Playback::append(Live& live, std::string text) {
  live.rest += text;
  while (!live.rest.empty()) {
    const ssize_t n = ::write(live.descriptor, live.rest.data(), live.rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return Error{fmt::format("the recording cannot be played into it: {}", std::strerror(errno)), live.path,
                   "free space on that disk"};
    live.rest.erase(0, static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> Playback::advance(std::int64_t offset) {
  Result<void> out;
  for (Live& live : live_) {
    std::string due;
    const std::vector<RecordedLine>& lines = live.source->lines;
    // After a failed write the rest goes first, and no more is taken until it went.
    if (live.rest.empty())
      for (; live.next < lines.size() && lines[live.next].offset <= offset; ++live.next, ++written_)
        (due += lines[live.next].text) += '\n';
    if (due.empty() && live.rest.empty()) continue;
    if (Result<void> written = append(live, std::move(due)); !written) out = written;
  }
  return out;
}

std::int64_t Playback::next() const {
  std::int64_t out = -1;
  for (const Live& live : live_) {
    if (!live.rest.empty()) return 0;
    if (live.next < live.source->lines.size()) {
      const std::int64_t offset = live.source->lines[live.next].offset;
      out = out < 0 ? offset : std::min(out, offset);
    }
  }
  return out;
}

std::size_t Playback::written() const { return written_; }

}  // namespace wf::demo
