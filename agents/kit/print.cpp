#include "agents/kit/print.hpp"

#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "proto/event_json.hpp"

namespace wf::kit {

void PrintSink::take(Event&& event) {
  if (event.agent.empty()) event.agent = agent_;
  append_json_line(event, text_);
  text_ += '\n';
  if (text_.size() >= 4 * kFlushBytes) flush();
}

void PrintSink::flush() {
  std::string_view rest = text_;
  while (failure_ == 0 && !rest.empty()) {
    const ssize_t n = ::write(fd_, rest.data(), rest.size());
    if (n >= 0)
      rest.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      failure_ = errno;
  }
  text_.clear();
}

}  // namespace wf::kit
