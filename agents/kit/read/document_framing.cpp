#include "agents/kit/read/document_framing.hpp"

#include <algorithm>

namespace wf::kit {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t npos = std::string_view::npos;

/// What documents share: blanks between them are skipped, and what is left of one that was too long up to a new line.
class DocumentFraming : public Framing {
 public:
  bool next(std::string_view buffer, bool final, Frame& frame) override {
    const std::size_t begin = std::min(buffer.find_first_not_of(kBlank), buffer.size());
    if (begin > 0) {
      frame = {begin, begin, begin, false};
      restart();
      return true;
    }
    if (buffer.empty()) return false;
    std::size_t end = find_end(buffer);
    if (end == npos && !final) return false;
    if (end == npos) end = buffer.size();
    frame = {0, end, end, true};
    restart();
    return true;
  }
  std::size_t overflow(std::string_view buffer) override {
    restart();
    return buffer.size();
  }

 protected:
  /// Where the document at the front ends; npos: not in this buffer.
  [[nodiscard]] virtual std::size_t find_end(std::string_view buffer) = 0;
  virtual void restart() { looked_ = depth_ = 0; }
  std::size_t looked_ = 0, depth_ = 0;
};

/// XML 1.0: a document ends with its root element.
class XmlFraming final : public DocumentFraming {
  std::size_t find_end(std::string_view buffer) override {
    while (looked_ < buffer.size()) {
      const std::size_t open = buffer.find('<', looked_);
      if (open == npos) return looked_ = buffer.size(), npos;
      looked_ = open;
      const std::size_t close = end_of_markup(buffer, open);
      if (close == npos) return npos;
      const std::string_view markup = buffer.substr(open, close - open);
      looked_ = close;
      if (markup.starts_with("<!") || markup.starts_with("<?")) continue;
      if (markup.starts_with("</"))
        depth_ -= depth_ > 0 ? 1 : 0;
      else if (!markup.ends_with("/>"))
        ++depth_;
      if (depth_ == 0) return close;
    }
    return npos;
  }

  /// Behind the markup that begins at `open`.
  static std::size_t end_of_markup(std::string_view buffer, std::size_t open) {
    const auto behind = [&](std::string_view mark) {
      const std::size_t at = buffer.find(mark, open);
      return at == npos ? npos : at + mark.size();
    };
    const std::string_view rest = buffer.substr(open, 9);
    if (rest.starts_with("<!--")) return behind("-->");
    if (rest.starts_with("<![CDATA[")) return behind("]]>");
    if (rest.starts_with("<?")) return behind("?>");
    // A quoted value may hold what would end the tag.
    char quote = 0;
    for (std::size_t at = open; at < buffer.size(); ++at) {
      const char c = buffer[at];
      if (quote != 0)
        quote = c == quote ? 0 : quote;
      else if (c == '"' || c == '\'')
        quote = c;
      else if (c == '>')
        return at + 1;
    }
    return npos;
  }
};

/// RFC 8259: an object ends with its last brace.
class ObjectFraming final : public DocumentFraming {
  std::size_t find_end(std::string_view buffer) override {
    for (; looked_ < buffer.size(); ++looked_) {
      const char c = buffer[looked_];
      if (escaped_) {
        escaped_ = false;
      } else if (quoted_) {
        escaped_ = c == '\\';
        quoted_ = c != '"';
      } else if (c == '"') {
        quoted_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        if (depth_ > 0) --depth_;
        if (depth_ == 0) return looked_ + 1;
      } else if (depth_ == 0 && c == '\n') {
        return looked_ + 1;  // no object: a line of something else
      }
    }
    return npos;
  }
  void restart() override {
    DocumentFraming::restart();
    quoted_ = escaped_ = false;
  }
  bool quoted_ = false, escaped_ = false;
};

}  // namespace

std::unique_ptr<Framing> document_framing(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(kBlank);
  const char c = first == npos ? '\0' : head[first];
  if (c == '<') return std::make_unique<XmlFraming>();
  if (c == '{') return std::make_unique<ObjectFraming>();
  if (c == '[') return json_array_framing();
  return line_framing();
}

}  // namespace wf::kit
