#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::cli {

/// Lines of a file or of standard input, read in large pieces. One thread.
class Lines {
 public:
  /// "-" is standard input.
  [[nodiscard]] static Result<Lines> open(const std::string& file);
  Lines(Lines&& o) noexcept;
  Lines& operator=(Lines&&) = delete;
  ~Lines();

  /// The next line without its end (LF or CRLF), valid until the next call. False at the end, or after a read
  /// error (see problem()). The last line needs no end.
  bool next(std::string_view& line);
  /// Number of the line that next() gave, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Why reading ended early; empty at a proper end.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  Lines(int descriptor, std::string name);
  bool fill();

  int descriptor_ = -1;
  std::string name_, problem_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0, looked_ = 0, number_ = 0;
  bool over_ = false;
};

}  // namespace wf::cli
