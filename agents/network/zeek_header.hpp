#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::network {

/// One column of a Zeek log.
struct ZeekColumn {
  enum class Type : std::uint8_t { text, number, boolean };
  std::string name;
  Type type = Type::text;
  bool many = false;  ///< set, vector or table: several values
  bool time = false;
};

/// What the lines that begin with '#' say of those that follow (Zeek's ASCII log writer). They come at the front of a
/// file, and again when a Zeek that was started anew appends to it.
class ZeekHeader {
 public:
  /// Takes such a line. An error means that it cannot be understood; what was known before stays.
  [[nodiscard]] Result<void> take(std::string_view line);
  /// Whether `line` begins a header anew.
  [[nodiscard]] static bool begins(std::string_view line) { return line.starts_with("#separator"); }
  /// Why records cannot be read; empty: they can.
  [[nodiscard]] std::string missing() const;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// When the log was begun, its stamp without an offset taken as UTC; 0: it does not say.
  [[nodiscard]] UtcNs opened() const { return opened_; }
  [[nodiscard]] const std::vector<ZeekColumn>& columns() const { return columns_; }
  [[nodiscard]] std::string_view separator() const { return separator_; }
  [[nodiscard]] std::string_view set_separator() const { return set_separator_; }
  [[nodiscard]] std::string_view empty_field() const { return empty_; }
  [[nodiscard]] std::string_view unset_field() const { return unset_; }

 private:
  std::string separator_ = "\t", set_separator_ = ",", empty_ = "(empty)", unset_ = "-", path_;
  std::vector<ZeekColumn> columns_;
  std::size_t typed_ = 0;  ///< columns that have a type
  bool types_ = false;     ///< a line of types came
  UtcNs opened_ = 0;
};

/// Undoes the writer's escapes: "\\" is a backslash, "\xHH" a byte. A byte that is no text (a control character but
/// tab and line end, or part of no UTF-8) stays as it is written, which is also how Zeek's JSON has it, and what
/// public rules look for. Appends to `out`.
void append_zeek_text(std::string_view escaped, std::string& out);

/// The first piece of `text` up to `separator`, which is taken off with it. False: nothing is left.
class ZeekPieces {
 public:
  ZeekPieces(std::string_view text, std::string_view separator) : rest_(text), separator_(separator) {}
  bool next(std::string_view& piece);

 private:
  std::string_view rest_, separator_;
  bool over_ = false;
};

}  // namespace wf::network
