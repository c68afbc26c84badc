#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace wf::network {

/// Cuts the bytes of one syslog connection into messages: octet counting ("57 <34>1 …") or one a line, which each
/// message's first bytes tell (RFC 6587, section 3.4; RFC 5425, section 4.3); an object in JSON may end with a NUL
/// (GELF). Holds at most one unfinished message of `limit` bytes; what is longer is passed over and said.
class SyslogFraming {
 public:
  explicit SyslogFraming(std::size_t limit) : limit_(limit) {}

  enum class Next {
    message,   ///< `message` is filled, valid until the next call
    too_long,  ///< a message over the limit was given up
    broken,    ///< the connection ended within a message that said how long it is
    more,      ///< needs more bytes
  };
  /// Adds what was received.
  void feed(std::string_view bytes);
  /// `ended`: no more bytes will come.
  [[nodiscard]] Next next(bool ended, std::string_view& message);
  [[nodiscard]] std::size_t held() const { return buffer_.capacity(); }
  /// After next() asked for more: a message has begun that says how long it is.
  [[nodiscard]] bool waits_for_counted() const { return counted_; }

 private:
  [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }

  std::size_t limit_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t looked_ = 0;    ///< of the rest, for its line end
  std::size_t skip_ = 0;      ///< octets still to be passed over
  bool skip_line_ = false;    ///< to the line's end
  bool skip_object_ = false;  ///< which may be a NUL
  bool counted_ = false;
};

}  // namespace wf::network
