#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace wf::http {

/// Unpacks what comes by gzip (RFC 1952) piece by piece: one member or several, whose contents are one text. One
/// thread.
class Gunzip {
 public:
  /// Bytes that one takes beside what it unpacks: the window of 32 KiB, and zlib's tables.
  static constexpr std::size_t kOwnBytes = 40U << 10U;

  enum class Form : bool { gzip, gzip_or_zlib };
  /// An error: zlib is not there, or has no memory. `form`: whether RFC 1950 will do as well.
  [[nodiscard]] static Result<std::unique_ptr<Gunzip>> open(Form form = Form::gzip);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// Appends to `out` what the next piece unpacks to. False: that would be more than `most` bytes in `out`, which has
  /// no more than these. An error: it is damaged, or no gzip, in one line. After either nothing more may be given.
  [[nodiscard]] Result<bool> take(std::string_view piece, std::size_t most, std::string& out);
  /// Whether what came is whole: nothing at all, or members to their ends. An error: it ends before.
  [[nodiscard]] Result<void> end() const;

 private:
  struct Stream;
  explicit Gunzip(std::unique_ptr<Stream> stream);
  std::unique_ptr<Stream> stream_;
};

}  // namespace wf::http
