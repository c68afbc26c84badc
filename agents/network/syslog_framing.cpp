#include "agents/network/syslog_framing.hpp"

#include <algorithm>

namespace wf::network {
namespace {

constexpr std::size_t kMostDigits = 9;

enum class Count { none, unknown, here };
/// "LENGTH SP <" at the front: that is octet counting; a line that begins with a number (a date) has no '<' there.
Count counted(std::string_view text, std::size_t& length, std::size_t& head) {
  if (text[0] < '1' || text[0] > '9') return Count::none;
  std::size_t i = 0;
  length = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    if (i == kMostDigits) return Count::none;
    length = length * 10 + static_cast<std::size_t>(text[i] - '0');
  }
  if (i == text.size()) return Count::unknown;
  if (text[i] != ' ') return Count::none;
  if (i + 1 == text.size()) return Count::unknown;
  head = i + 1;
  return text[head] == '<' ? Count::here : Count::none;
}

/// GELF ends its messages with a NUL, which no JSON contains.
std::size_t line_end(std::string_view text, std::size_t from, bool object) {
  const std::size_t end = text.find('\n', from);
  const std::size_t nul = object ? text.substr(0, end).find('\0', from) : std::string_view::npos;
  return std::min(end, nul);
}

}  // namespace

void SyslogFraming::feed(std::string_view bytes) {
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  } else if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes);
}

SyslogFraming::Next SyslogFraming::next(bool ended, std::string_view& message) {
  counted_ = false;
  for (;;) {
    std::string_view text = rest();
    if (skip_ > 0) {
      const std::size_t take = std::min(skip_, text.size());
      begin_ += take;
      skip_ -= take;
      text = rest();
    }
    if (skip_line_) {
      const std::size_t end = line_end(text, 0, skip_object_);
      begin_ += end == std::string_view::npos ? text.size() : end + 1;
      skip_line_ = end == std::string_view::npos;
      text = rest();
    }
    // Some that count put a line end behind it all the same.
    while (looked_ == 0 && !text.empty() && (text.front() == '\n' || text.front() == '\0')) {
      ++begin_;
      text.remove_prefix(1);
    }
    if (text.empty()) {
      counted_ = skip_ > 0;
      looked_ = 0;
      std::string().swap(buffer_);
      begin_ = 0;
      return Next::more;
    }
    std::size_t length = 0, head = 0;
    const Count count = looked_ > 0 ? Count::none : counted(text, length, head);
    counted_ = count != Count::none && !ended;
    if (count == Count::unknown && !ended) return Next::more;
    if (count == Count::here) {
      if (length > limit_) {
        begin_ += head;
        skip_ = length;
        return Next::too_long;
      }
      if (text.size() - head >= length) {
        message = text.substr(head, length);
        begin_ += head + length;
        return Next::message;
      }
      if (!ended) return Next::more;
      begin_ = buffer_.size();
      return Next::broken;
    }
    const std::size_t end = line_end(text, looked_, text.front() == '{');
    if (end != std::string_view::npos || (ended && text.size() <= limit_)) {
      message = text.substr(0, std::min(end, text.size()));
      begin_ += std::min(end == std::string_view::npos ? text.size() : end + 1, text.size());
      looked_ = 0;
      if (message.size() <= limit_) return Next::message;
      return Next::too_long;
    }
    if (text.size() > limit_) {
      begin_ = buffer_.size();
      looked_ = 0;
      skip_line_ = true;
      skip_object_ = text.front() == '{';
      return Next::too_long;
    }
    looked_ = text.size();
    return Next::more;
  }
}

}  // namespace wf::network
