#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

namespace wf::kit {

/// Where a record lies in a buffer.
struct Frame {
  std::size_t begin = 0, end = 0;  ///< the record, without its end mark
  std::size_t consumed = 0;        ///< bytes that belong to it, its end mark and what is to be skipped included
  bool record = false;             ///< false: nothing but bytes to skip
};

/// Cuts bytes into records. The buffer always begins where the last frame ended and only grows until a frame
/// is found, so that an implementation may remember how far it has looked.
class Framing {
 public:
  virtual ~Framing() = default;
  /// Finds the next record. `final`: no more bytes will come, so an unfinished record counts. False: needs more.
  [[nodiscard]] virtual bool next(std::string_view buffer, bool final, Frame& frame) = 0;
  /// The record is longer than the limit: how many bytes of the buffer to drop. What remains of the broken
  /// record is skipped by later calls of next().
  [[nodiscard]] virtual std::size_t overflow(std::string_view buffer) = 0;
};

/// Lines that end in LF or CRLF.
[[nodiscard]] std::unique_ptr<Framing> line_framing();
/// RFC 4180 records: a field that begins with a quote may hold separators and line ends.
[[nodiscard]] std::unique_ptr<Framing> csv_framing(char separator);
/// The elements of one or several JSON arrays (RFC 8259), however they are laid out.
[[nodiscard]] std::unique_ptr<Framing> json_array_framing();

}  // namespace wf::kit
