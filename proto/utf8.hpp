#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace wf {

/// True if the text is UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Appends `text` to `out`, each maximal part that is not UTF-8 replaced by U+FFFD (Unicode 15, section 3.9,
/// "U+FFFD Substitution of Maximal Subparts").
void append_utf8(std::string_view text, std::string& out);

/// A text that came from outside, fit for one line of a log or a terminal: what is not UTF-8 and every control
/// character (C0, DEL, C1) becomes U+FFFD, so that no input can write a second line or steer the terminal.
[[nodiscard]] std::string one_line(std::string_view text);

/// Appends one code point; a surrogate or a value beyond U+10FFFF becomes U+FFFD.
void append_code_point(std::uint32_t code, std::string& out);

/// Length of the UTF-8 character at the front of a text that is not empty, or 0 if there is none; `bad` is
/// then how many bytes to pass over.
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t& bad);

}  // namespace wf
