#include "agents/kit/read/framing.hpp"

namespace wf::kit {
namespace {

// What lines and CSV share: the end of a physical line, and skipping what is left of a line that was too long.
class TextFraming : public Framing {
 public:
  bool next(std::string_view buffer, bool final, Frame& frame) override {
    if (skipping_) {
      const std::size_t newline = buffer.find('\n', looked_);
      if (newline == std::string_view::npos && !final) {
        looked_ = buffer.size();
        return false;
      }
      const std::size_t all = newline == std::string_view::npos ? buffer.size() : newline + 1;
      frame = {all, all, all, false};
      restart();
      skipping_ = false;
      return all > 0;
    }
    const std::size_t newline = find_end(buffer);
    if (newline == std::string_view::npos) {
      if (!final || buffer.empty()) return false;
      frame = {0, trimmed(buffer, buffer.size()), buffer.size(), true};
    } else {
      frame = {0, trimmed(buffer, newline), newline + 1, true};
    }
    restart();
    return true;
  }

  std::size_t overflow(std::string_view buffer) override {
    const std::size_t newline = first_line_end(buffer);
    restart();
    if (newline != std::string_view::npos) return newline + 1;
    skipping_ = true;
    return buffer.size();
  }

 protected:
  [[nodiscard]] virtual std::size_t find_end(std::string_view buffer) = 0;
  [[nodiscard]] virtual std::size_t first_line_end(std::string_view) { return std::string_view::npos; }
  virtual void restart() { looked_ = 0; }
  std::size_t looked_ = 0;

 private:
  static std::size_t trimmed(std::string_view buffer, std::size_t end) {
    return end > 0 && buffer[end - 1] == '\r' ? end - 1 : end;
  }
  bool skipping_ = false;
};

class LineFraming final : public TextFraming {
  std::size_t find_end(std::string_view buffer) override {
    const std::size_t newline = buffer.find('\n', looked_);
    if (newline == std::string_view::npos) looked_ = buffer.size();
    return newline;
  }
};

class CsvFraming final : public TextFraming {
 public:
  explicit CsvFraming(char separator) : separator_(separator) {}

 private:
  std::size_t find_end(std::string_view buffer) override {
    for (; looked_ < buffer.size(); ++looked_) {
      const char c = buffer[looked_];
      if (quoted_) {
        // A doubled quote leaves and enters again, which comes to the same.
        if (c == '"') quoted_ = false, after_quote_ = true;
      } else if (c == '"' && (field_start_ || after_quote_)) {
        quoted_ = true;
        field_start_ = after_quote_ = false;
      } else if (c == '\n') {
        return looked_;
      } else {
        field_start_ = c == separator_;
        after_quote_ = false;
      }
    }
    return std::string_view::npos;
  }
  // A quote that is never closed would swallow the rest of the file: give up its first line only.
  std::size_t first_line_end(std::string_view buffer) override { return buffer.find('\n'); }
  void restart() override {
    looked_ = 0;
    quoted_ = after_quote_ = false;
    field_start_ = true;
  }

  char separator_;
  bool quoted_ = false, after_quote_ = false, field_start_ = true;
};

class JsonArrayFraming final : public Framing {
 public:
  bool next(std::string_view buffer, bool final, Frame& frame) override {
    if (skipping_ && !skip(buffer, final)) return false;
    while (!inside_ && looked_ < buffer.size() && is_between(buffer[looked_])) ++looked_;
    if (looked_ == buffer.size() && !inside_) {
      if (buffer.empty()) return false;
      frame = {looked_, looked_, looked_, false};
      restart();
      return true;
    }
    if (!inside_) {
      inside_ = true;
      begin_ = looked_;
    }
    for (; looked_ < buffer.size(); ++looked_) {
      const char c = buffer[looked_];
      if (in_string_) {
        if (escaped_)
          escaped_ = false;
        else if (c == '\\')
          escaped_ = true;
        else if (c == '"')
          in_string_ = false;
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        // The array ends behind a bare value; a bracket that closes nothing is a record that nobody can use.
        if (depth_ == 0) return found(frame, looked_, looked_ == begin_ ? looked_ + 1 : looked_);
        if (--depth_ == 0) return found(frame, looked_ + 1, looked_ + 1);
      } else if (depth_ == 0 && c == '\n') {
        return found(frame, looked_, looked_ + 1);  // what is no object ends with its line
      } else if (depth_ == 0 && c == ',') {
        return found(frame, looked_, looked_ + 1);
      }
    }
    if (!final) return false;
    return found(frame, buffer.size(), buffer.size());
  }

  std::size_t overflow(std::string_view buffer) override {
    restart();
    skipping_ = true;
    return buffer.size();
  }

 private:
  static bool is_between(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == '[' || c == ']';
  }
  bool found(Frame& frame, std::size_t end, std::size_t consumed) {
    frame = {begin_, end, consumed, true};
    restart();
    return true;
  }
  // After an element that was too long nothing is known of the nesting; go on at a line that begins an object.
  bool skip(std::string_view buffer, bool final) {
    for (; looked_ < buffer.size(); ++looked_) {
      const char c = buffer[looked_];
      if (c == '\n')
        line_start_ = true;
      else if (c == '{' && line_start_)
        break;
      else if (c != ' ' && c != '\t' && c != '\r')
        line_start_ = false;
    }
    if (looked_ == buffer.size() && !final) return false;
    skipping_ = line_start_ = false;
    return true;
  }
  void restart() {
    looked_ = begin_ = 0;
    depth_ = 0;
    inside_ = in_string_ = escaped_ = false;
  }

  std::size_t looked_ = 0, begin_ = 0, depth_ = 0;
  bool inside_ = false, in_string_ = false, escaped_ = false, skipping_ = false, line_start_ = false;
};

}  // namespace

std::unique_ptr<Framing> line_framing() { return std::make_unique<LineFraming>(); }
std::unique_ptr<Framing> csv_framing(char separator) { return std::make_unique<CsvFraming>(separator); }
std::unique_ptr<Framing> json_array_framing() { return std::make_unique<JsonArrayFraming>(); }

}  // namespace wf::kit
