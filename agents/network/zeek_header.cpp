#include "agents/network/zeek_header.hpp"

#include <algorithm>

#include "proto/utf8.hpp"

namespace wf::network {
namespace {

// More is no log of Zeek, and would take memory for every record.
constexpr std::size_t kMostColumns = 512;
constexpr std::size_t kMostMark = 16;  ///< of a separator or a mark, in bytes

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "\xHH" at the front of `text` stands for; -1: it is none.
int escaped_byte(std::string_view text) {
  if (text.size() < 4 || text[0] != '\\' || text[1] != 'x') return -1;
  const int high = hex(text[2]), low = hex(text[3]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// In a header every escape is undone, whatever byte it stands for.
std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const int byte = escaped_byte(text);
    out.push_back(byte < 0 ? text.front() : static_cast<char>(byte));
    text.remove_prefix(byte < 0 ? 1 : 4);
  }
  return out;
}

bool is_text(int byte) { return byte >= 0x20 ? byte != 0x7f : byte == '\t' || byte == '\n' || byte == '\r'; }

ZeekColumn::Type type_of(std::string_view name) {
  static constexpr std::string_view kNumbers[] = {"count", "int", "double", "time", "interval", "port", "counter"};
  if (name == "bool") return ZeekColumn::Type::boolean;
  return std::find(std::begin(kNumbers), std::end(kNumbers), name) != std::end(kNumbers) ? ZeekColumn::Type::number
                                                                                         : ZeekColumn::Type::text;
}

/// "2026-03-12-22-00-00", of any separator's making.
UtcNs open_time(std::string_view text) {
  std::string iso(text.substr(0, 19));
  if (iso.size() < 19 || iso[10] != '-') return 0;
  iso[10] = 'T';
  iso[13] = iso[16] = ':';
  const Result<UtcNs> time = parse_rfc3339(iso + "Z");
  return time ? *time : 0;
}

}  // namespace

bool ZeekPieces::next(std::string_view& piece) {
  if (over_) return false;
  const std::size_t at = separator_.size() == 1 ? rest_.find(separator_.front()) : rest_.find(separator_);
  if (at == std::string_view::npos) {
    piece = rest_;
    over_ = true;
  } else {
    piece = rest_.substr(0, at);
    rest_.remove_prefix(at + separator_.size());
  }
  return true;
}

void append_zeek_text(std::string_view escaped, std::string& out) {
  for (;;) {
    const std::size_t at = escaped.find('\\');
    out.append(escaped.substr(0, at));
    if (at == std::string_view::npos) return;
    escaped.remove_prefix(at);
    if (escaped.starts_with("\\\\")) {
      out.push_back('\\');
      escaped.remove_prefix(2);
      continue;
    }
    const int byte = escaped_byte(escaped);
    if (byte < 0) {
      out.push_back('\\');
      escaped.remove_prefix(1);
    } else if (byte < 0x80) {
      if (is_text(byte))
        out.push_back(static_cast<char>(byte));
      else
        out.append(escaped.substr(0, 4));
      escaped.remove_prefix(4);
    } else {
      // Bytes above ASCII are text if they are whole UTF-8 together.
      std::string bytes;
      std::string_view rest = escaped;
      for (int b = byte; b >= 0x80; b = escaped_byte(rest)) {
        bytes.push_back(static_cast<char>(b));
        rest.remove_prefix(4);
      }
      if (is_utf8(bytes))
        out.append(bytes);
      else
        out.append(escaped.substr(0, escaped.size() - rest.size()));
      escaped = rest;
    }
  }
}

Result<void> ZeekHeader::take(std::string_view line) {
  const auto bad = [](std::string what) { return Error{std::move(what), "", "is this a log of Zeek?"}; };
  if (begins(line)) {
    // The one line whose own separator is a blank.
    const std::size_t blank = line.find_first_of(" \t");
    const std::string separator = blank == std::string_view::npos ? "" : unescaped(line.substr(blank + 1));
    if (separator.empty() || separator.size() > kMostMark) return bad("'#separator' names no separator");
    *this = {};
    separator_ = separator;
    return {};
  }
  const std::size_t at = line.find(separator_);
  const std::string_view name = line.substr(0, at);
  const std::string_view value = at == std::string_view::npos ? "" : line.substr(at + separator_.size());
  const auto mark = [&](std::string& to) -> Result<void> {
    std::string text = unescaped(value);
    if (text.size() > kMostMark) return bad("'" + std::string(name) + "' is longer than 16 bytes");
    to = std::move(text);
    return {};
  };
  if (name == "#set_separator") {
    if (value.empty()) return bad("'#set_separator' names no separator");
    return mark(set_separator_);
  }
  if (name == "#empty_field") return mark(empty_);
  if (name == "#unset_field") return mark(unset_);
  if (name == "#path") {
    path_ = unescaped(value.substr(0, 128));
  } else if (name == "#fields") {
    std::vector<ZeekColumn> columns;
    ZeekPieces pieces(value, separator_);
    for (std::string_view piece; pieces.next(piece);) {
      if (columns.size() == kMostColumns) return bad("more than 512 fields");
      if (piece.empty() || piece.size() > 256) return bad("a field without a name, or with a very long one");
      columns.push_back({std::string(piece)});
    }
    columns_ = std::move(columns);
    types_ = false;
  } else if (name == "#types") {
    ZeekPieces pieces(value, separator_);
    typed_ = 0;
    types_ = true;
    for (std::string_view piece; pieces.next(piece); ++typed_) {
      if (typed_ >= columns_.size()) continue;
      ZeekColumn& column = columns_[typed_];
      const std::size_t open = piece.find('[');
      column.many = open != std::string_view::npos && piece.ends_with(']');
      column.type = type_of(column.many ? piece.substr(open + 1, piece.size() - open - 2) : piece);
      column.time = piece == "time";
    }
  } else if (name == "#open") {
    opened_ = open_time(value);
  }
  return {};  // #close, remarks of people
}

std::string ZeekHeader::missing() const {
  if (columns_.empty()) return "no '#fields' came before it";
  if (types_ && typed_ != columns_.size())
    return "the header has " + std::to_string(columns_.size()) + " fields and " + std::to_string(typed_) + " types";
  return {};
}

}  // namespace wf::network
