#include "console/cli/lines.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace wf::cli {
namespace {
constexpr std::size_t kPiece = 1U << 20U;
}

Lines::Lines(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

Lines::Lines(Lines&& o) noexcept
    : descriptor_(std::exchange(o.descriptor_, -1)),
      name_(std::move(o.name_)),
      problem_(std::move(o.problem_)),
      buffer_(std::move(o.buffer_)),
      capacity_(std::exchange(o.capacity_, 0)),
      begin_(o.begin_),
      end_(o.end_),
      looked_(o.looked_),
      number_(o.number_),
      over_(o.over_) {}

Lines::~Lines() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

Result<Lines> Lines::open(const std::string& file) {
  if (file == "-") return Lines(STDIN_FILENO, "standard input");
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return Error{std::string("cannot read it: ") + std::strerror(errno), file, "check the path and who may read it"};
  return Lines(descriptor, file);
}

bool Lines::fill() {
  if (over_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    looked_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (capacity_ - end_ < kPiece) {
    const std::size_t capacity = capacity_ == 0 ? 2 * kPiece : 2 * capacity_;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > 0) std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }
  ssize_t n = 0;
  do {
    n = ::read(descriptor_, buffer_.get() + end_, kPiece);
  } while (n < 0 && errno == EINTR);
  if (n < 0) problem_ = name_ + ": cannot read on: " + std::strerror(errno);
  if (n <= 0) {
    over_ = true;
    return false;
  }
  end_ += static_cast<std::size_t>(n);
  return true;
}

bool Lines::next(std::string_view& line) {
  for (;;) {
    const char* const base = buffer_.get();
    const void* const found = end_ > looked_ ? std::memchr(base + looked_, '\n', end_ - looked_) : nullptr;
    std::size_t stop = 0;
    if (found != nullptr) {
      stop = static_cast<std::size_t>(static_cast<const char*>(found) - base);
    } else {
      looked_ = end_;
      if (fill()) continue;
      if (begin_ == end_) return false;
      stop = end_;
    }
    line = {buffer_.get() + begin_, stop - begin_};
    begin_ = looked_ = stop < end_ ? stop + 1 : end_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    return true;
  }
}

}  // namespace wf::cli
