#include "proto/event_json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <memory>
#include <numeric>

#include "proto/utf8.hpp"

namespace wf {
namespace {

namespace od = simdjson::ondemand;

// What one line may cost. A few bytes of JSON can stand for much more memory once flattened: each leaf repeats
// the names of everything around it.
constexpr std::size_t kMaxLineBytes = 4U << 20U;
constexpr std::size_t kMaxFields = 8192;
constexpr std::size_t kMaxNameBytes = 1024;
constexpr int kMaxDepth = 64;
// A parser keeps its buffers for the next line; above this size it gives them back.
constexpr std::size_t kKeptBytes = 256U << 10U;

// ---- writing ----

/// What is written of one line, to be taken over whole: room is looked for once a piece, and nothing is filled twice.
class Line {
 public:
  void clear() { size_ = 0; }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
  /// Gives an unusual line's memory back.
  void trim() {
    if (room_ <= kKeptBytes) return;
    bytes_.reset();
    size_ = room_ = 0;
  }
  /// Room for as many bytes, to be filled at once.
  char* take(std::size_t count) {
    if (room_ - size_ < count) grow(count);
    char* const out = bytes_.get() + size_;
    size_ += count;
    return out;
  }
  void append(std::string_view text) {
    if (!text.empty()) std::memcpy(take(text.size()), text.data(), text.size());
  }
  void push_back(char c) { *take(1) = c; }

 private:
  void grow(std::size_t count) {
    const std::size_t room = std::max<std::size_t>(2 * room_, std::bit_ceil(size_ + count + 4096));
    std::unique_ptr<char[]> bytes(new char[room]);  // not filled
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    room_ = room;
  }
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, room_ = 0;
};

/// Each byte's highest bit where one of eight characters is to be escaped or no ASCII.
std::uint64_t odd_of(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U, kHigh = 0x8080808080808080U;
  const auto zero = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t control = (eight - 0x20 * kOnes) & ~eight;
  return (control | zero(eight ^ ('"' * kOnes)) | zero(eight ^ ('\\' * kOnes)) | zero(eight ^ (0x7f * kOnes)) | eight) &
         kHigh;
}

/// ASCII in which nothing is to be escaped, as most of what sensors say is.
bool is_plain(std::string_view text) {
  std::uint64_t eight = 0x2020202020202020U;
  if (text.size() < sizeof eight) {
    std::memcpy(&eight, text.data(), text.size());
    return odd_of(eight) == 0;
  }
  std::uint64_t odd = 0;
  const char* const last = text.data() + text.size() - sizeof eight;
  for (const char* at = text.data(); at < last; at += sizeof eight) {
    std::memcpy(&eight, at, sizeof eight);
    odd |= odd_of(eight);
  }
  std::memcpy(&eight, last, sizeof eight);
  return (odd | odd_of(eight)) == 0;
}

void append_string(std::string_view text, Line& out) {
  if (is_plain(text)) {
    char* const at = out.take(text.size() + 2);
    *at = '"';
    std::memcpy(at + 1, text.data(), text.size());
    at[text.size() + 1] = '"';
    return;
  }
  if (!is_utf8(text)) {
    std::string clean;
    append_utf8(text, clean);
    append_string(clean, out);
    return;
  }
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    out.append(text.substr(from, i - from));
    from = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out.push_back(static_cast<char>(c));
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      default: {
        static constexpr char kHex[] = "0123456789abcdef";
        out.append("u00");
        out.push_back(kHex[c >> 4U]);
        out.push_back(kHex[c & 15U]);
      }
    }
  }
  out.append(text.substr(from));
  out.push_back('"');
}

// RFC 8259, section 6.
bool is_number(std::string_view text) {
  std::size_t i = 0;
  const auto digit = [&] { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  const auto digits = [&] {
    if (!digit()) return false;
    while (digit()) ++i;
    return true;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0')
    ++i;
  else if (!digits())
    return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

void append_value(const Field& field, Line& out) {
  switch (field.type) {
    case ValueType::null:
      out.append("null");
      return;
    case ValueType::boolean:
      if (field.value == "true" || field.value == "false") {
        out.append(field.value);
        return;
      }
      break;
    case ValueType::number:
      if (is_number(field.value)) {
        out.append(field.value);
        return;
      }
      break;
    case ValueType::string:
      break;
  }
  append_string(field.value, out);
}

template <class Number>
void append_number(Number number, Line& out) {
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append({digits, static_cast<std::size_t>(end - digits)});
}

/// Times of one second share all but their decimals.
void append_time(UtcNs time, Line& out) {
  constexpr std::size_t kToSecond = 19;  // 2026-01-31T08:00:00
  thread_local std::int64_t second = 0;
  thread_local std::string known;
  std::int64_t rest = time % kSecond;
  if (time < 0) return append_string(format_rfc3339(time), out);
  if (known.empty() || second != time / kSecond) {
    known = format_rfc3339(time - rest);
    second = time / kSecond;
  }
  out.push_back('"');
  out.append(std::string_view(known).substr(0, kToSecond));
  if (rest > 0) {
    const int decimals = rest % kMillisecond == 0 ? 3 : rest % 1000 == 0 ? 6 : 9;
    if (decimals < 9) rest /= decimals == 3 ? kMillisecond : 1000;
    char* const at = out.take(static_cast<std::size_t>(decimals) + 1);
    *at = '.';
    for (int i = decimals; i > 0; --i) {
      at[i] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    }
  }
  out.append("Z\"");
}

/// Of a field's name, for a table of few.
std::size_t hash_of(std::string_view name) {
  std::uint64_t first = name.size(), last = 0;
  if (name.size() >= sizeof first) {
    std::memcpy(&first, name.data(), sizeof first);
    std::memcpy(&last, name.data() + name.size() - sizeof last, sizeof last);
  } else {
    std::memcpy(&last, name.data(), name.size());
  }
  const std::uint64_t mixed = (first * 0x9e3779b97f4a7c15U) ^ ((last + name.size()) * 0xc2b2ae3d27d4eb4fU);
  return static_cast<std::size_t>(mixed >> 32U);
}

/// Chains fields of one name, in order, behind the first of them: `next` is the one that follows, an index beyond the
/// end ends a chain; `first` whether one begins a chain.
void chain_by_sorting(const std::vector<Field>& fields, std::vector<std::uint32_t>& next, std::vector<bool>& first) {
  thread_local std::vector<std::uint32_t> order;
  const auto count = static_cast<std::uint32_t>(fields.size());
  order.resize(count);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int c = fields[a].name.compare(fields[b].name);
    return c != 0 ? c < 0 : a < b;
  });
  for (std::uint32_t i = 1; i < count; ++i) {
    if (fields[order[i]].name != fields[order[i - 1]].name) continue;
    next[order[i - 1]] = order[i];
    first[order[i]] = false;
  }
}

/// The same with a table of hashes: quicker for the usual number of fields, but names can be chosen that collide.
constexpr std::size_t kMostHashed = 128;
void chain_by_hash(const std::vector<Field>& fields, std::vector<std::uint32_t>& next, std::vector<bool>& first) {
  std::array<std::uint32_t, 2 * kMostHashed> table;
  std::array<std::uint32_t, kMostHashed> last;
  const auto count = static_cast<std::uint32_t>(fields.size());
  const std::size_t mask = std::bit_ceil(2 * std::size_t{count}) - 1;
  std::fill_n(table.begin(), mask + 1, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string& name = fields[i].name;
    std::size_t slot = hash_of(name) & mask;
    while (table[slot] != count && fields[table[slot]].name != name) slot = (slot + 1) & mask;
    const std::uint32_t head = table[slot];
    if (head == count) {
      table[slot] = last[i] = i;
    } else {
      next[last[head]] = i;
      last[head] = i;
      first[i] = false;
    }
  }
}

void append_fields(const std::vector<Field>& fields, Line& out) {
  thread_local std::vector<std::uint32_t> next;
  thread_local std::vector<bool> first;
  const auto count = static_cast<std::uint32_t>(fields.size());
  if (count == 0) return;
  next.assign(count, count);
  first.assign(count, true);
  if (count <= kMostHashed)
    chain_by_hash(fields, next, first);
  else
    chain_by_sorting(fields, next, first);
  bool comma = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!first[i]) continue;
    if (comma) out.push_back(',');
    comma = true;
    append_string(fields[i].name, out);
    out.push_back(':');
    if (next[i] == count) {
      append_value(fields[i], out);
      continue;
    }
    out.push_back('[');
    for (std::uint32_t j = i; j != count; j = next[j]) {
      if (j != i) out.push_back(',');
      append_value(fields[j], out);
    }
    out.push_back(']');
  }
}

// ---- reading ----

Error bad_line(std::string what) { return {std::move(what), "", ""}; }

Error bad_json(simdjson::error_code code) {
  std::string_view reason = simdjson::error_message(code);
  if (code == simdjson::EMPTY) reason = "it is empty";
  while (!reason.empty() && (reason.back() == '.' || reason.back() == ' ')) reason.remove_suffix(1);
  return bad_line("not a JSON object (" + std::string(reason) + ")");
}

bool hex4(const char* at, std::uint32_t& code) {
  const auto [end, error] = std::from_chars(at, at + 4, code, 16);
  return error == std::errc{} && end == at + 4;
}

/// Each byte's highest bit, from the first that is a quote or a backslash on; those behind it may be wrong.
std::uint64_t end_of_plain(std::uint64_t eight) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101U, kHigh = 0x8080808080808080U;
  const std::uint64_t quote = eight ^ ('"' * kOnes), backslash = eight ^ ('\\' * kOnes);
  return (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash)) & kHigh;
}

// Unescapes a string whose raw text follows `at`. The parser's first stage has made sure that a closing quote
// comes; the escapes are checked here, so that half a surrogate pair costs one character and not the line.
bool unescape(const char* at, std::string& out) {
  for (;;) {
    const char* from = at;
    // The buffer is padded: eight bytes may be looked at wherever a string begins.
    for (std::uint64_t eight = 0;; at += sizeof eight) {
      std::memcpy(&eight, at, sizeof eight);
      if (const std::uint64_t ends = end_of_plain(eight); ends != 0) {
        at += static_cast<std::size_t>(std::countr_zero(ends)) / 8;
        break;
      }
    }
    out.append(from, at);
    if (*at == '"') return true;
    ++at;
    const char escape = *at++;
    switch (escape) {
      case '"':
      case '\\':
      case '/':
        out.push_back(escape);
        break;
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        std::uint32_t code = 0, low = 0;
        if (!hex4(at, code)) return false;
        at += 4;
        if (code >= 0xd800 && code < 0xdc00 && at[0] == '\\' && at[1] == 'u' && hex4(at + 2, low) && low >= 0xdc00 &&
            low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
          at += 6;
        }
        append_code_point(code, out);
        break;
      }
      default:
        return false;
    }
  }
}

std::string_view trimmed(std::string_view token) {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
    token.remove_suffix(1);
  return token;
}

// A parser and the padded copy of the line that it needs; one a thread, to reuse their memory.
class Document {
 public:
  Result<od::object> open(std::string_view text) {
    if (text.size() > kMaxLineBytes)
      return bad_line("line of " + std::to_string(text.size()) + " bytes is over the limit of " +
                      std::to_string(kMaxLineBytes));
    buffer_.clear();
    append_utf8(text, buffer_);
    const std::size_t length = buffer_.size();
    buffer_.append(simdjson::SIMDJSON_PADDING, '\0');
    if (auto error = parser_.iterate(buffer_.data(), length, buffer_.size()).get(document_)) return bad_json(error);
    od::object object;
    if (auto error = document_.get_object().get(object)) return bad_json(error);
    return object;
  }
  /// What stands behind the object.
  Result<void> close() {
    if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return bad_line("not a JSON object (text follows it)");
    return {};
  }
  void trim() {
    if (buffer_.size() <= kKeptBytes) return;
    buffer_ = {};
    document_ = {};
    parser_ = od::parser();
  }

 private:
  od::parser parser_;
  std::string buffer_;
  od::document document_;
};

Document& document_of_thread() {
  thread_local Document document;
  return document;
}

struct Trim {
  Document& document;
  ~Trim() { document.trim(); }
};

// A scalar as text and type; false with an error if it is none or is malformed.
Result<void> read_scalar(od::value value, od::json_type type, std::string& out, ValueType& kind) {
  out.clear();
  if (type == od::json_type::string) {
    kind = ValueType::string;
    od::raw_json_string raw;
    if (auto error = value.get_raw_json_string().get(raw)) return bad_json(error);
    if (!unescape(raw.raw(), out)) return bad_line("not a JSON object (a string holds an escape that does not exist)");
    return {};
  }
  const std::string_view token = trimmed(value.raw_json_token());
  if (type == od::json_type::number && is_number(token)) {
    kind = ValueType::number;
  } else if (token == "true" || token == "false") {
    kind = ValueType::boolean;
  } else if (token == "null") {
    kind = ValueType::null;
    return {};
  } else {
    return bad_line("not a JSON object (a value is neither text, number, true, false nor null)");
  }
  out.assign(token);
  return {};
}

// Walks a value and appends its leaves. `name` is the path so far and is left as it was.
class Flattener {
 public:
  Flattener(std::vector<Field>& fields, std::string_view prefix) : fields_(fields), name_(prefix) {}

  Result<void> object(od::object object, int depth) {
    if (depth > kMaxDepth) return bad_line("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    const std::size_t length = name_.size();
    for (auto entry : object) {
      od::field field;
      if (auto error = std::move(entry).get(field)) return bad_json(error);
      if (!unescape(field.key().raw(), name_))
        return bad_line("not a JSON object (a name holds an escape that does not exist)");
      if (name_.size() > kMaxNameBytes)
        return bad_line("a field's name is longer than " + std::to_string(kMaxNameBytes) + " bytes");
      if (auto done = value(field.value(), depth); !done) return done;
      name_.resize(length);
    }
    return {};
  }

  Result<void> value(od::value value, int depth) {
    od::json_type type{};
    if (auto error = value.type().get(type)) return bad_json(error);
    if (type == od::json_type::object) {
      od::object inner;
      if (auto error = value.get_object().get(inner)) return bad_json(error);
      const std::size_t length = name_.size();
      name_.push_back('.');
      auto done = object(inner, depth + 1);
      name_.resize(length);
      return done;
    }
    if (type == od::json_type::array) return array(value, depth + 1);
    if (fields_.size() >= kMaxFields) return bad_line("more than " + std::to_string(kMaxFields) + " fields");
    Field& field = fields_.emplace_back();
    field.name = name_;
    return read_scalar(value, type, field.value, field.type);
  }

 private:
  Result<void> array(od::value value, int depth) {
    if (depth > kMaxDepth) return bad_line("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    od::array inner;
    if (auto error = value.get_array().get(inner)) return bad_json(error);
    for (auto element : inner) {
      od::value item;
      if (auto error = std::move(element).get(item)) return bad_json(error);
      if (auto done = this->value(item, depth); !done) return done;
    }
    return {};
  }

  std::vector<Field>& fields_;
  std::string name_;
};

// What stands at the top of a line.
struct Top {
  Event event;
  bool has_time = false;
};

Result<void> text_of(const Field& field, std::string& to) {
  if (field.type == ValueType::null) return {};
  if (field.type != ValueType::string) return bad_line("'" + field.name + "' is not text");
  to = field.value;
  return {};
}

Result<void> time_of(const Field& field, UtcNs& to) {
  if (field.type == ValueType::number) {
    const char* end = field.value.data() + field.value.size();
    const auto [at, error] = std::from_chars(field.value.data(), end, to);
    if (error == std::errc{} && at == end) return {};
    return bad_line("'" + field.name + "' is not a whole number of nanoseconds since 1970");
  }
  if (field.type != ValueType::string) return bad_line("'" + field.name + "' is not a time");
  auto time = parse_rfc3339(field.value);
  if (!time) return time.error();
  to = *time;
  return {};
}

Result<void> set_top(const Field& field, Top& top) {
  Event& event = top.event;
  if (field.name == "time") {
    top.has_time = true;
    return time_of(field, event.time);
  }
  if (field.name == "seen") return field.type == ValueType::null ? Result<void>{} : time_of(field, event.seen);
  if (field.name == "id") return text_of(field, event.id);
  if (field.name == "agent") return text_of(field, event.agent);
  if (field.name == "source") return text_of(field, event.source);
  if (field.name == "kind") return text_of(field, event.kind);
  if (field.name == "logsource.product") return text_of(field, event.logsource.product);
  if (field.name == "logsource.service") return text_of(field, event.logsource.service);
  if (field.name == "logsource.category") return text_of(field, event.logsource.category);
  if (field.name == "drill") {
    event.drill = field.value == "true";
    return {};
  }
  if (field.name == "severity") {
    if (field.type != ValueType::number) return bad_line("'severity' is not a number");
    // As in a batch: OCSF's 6 (fatal) is critical, what is unheard of is unknown.
    const std::string_view v = field.value;
    event.severity = v.size() == 1 && v[0] >= '0' && v[0] <= '6'
                         ? std::min<std::uint8_t>(static_cast<std::uint8_t>(v[0] - '0'), 5)
                         : 0;
  }
  return {};  // what a newer version adds
}

Result<Event> read_event(Document& document, std::string_view line) {
  auto opened = document.open(line);
  if (!opened) return opened.error();
  Top top;
  std::vector<Field> outer;
  std::string name;
  for (auto entry : *opened) {
    od::field field;
    if (auto error = std::move(entry).get(field)) return bad_json(error);
    name.clear();
    if (!unescape(field.key().raw(), name))
      return bad_line("not a JSON object (a name holds an escape that does not exist)");
    if (name == "fields") {
      od::json_type type{};
      if (auto error = field.value().type().get(type)) return bad_json(error);
      if (type != od::json_type::object) return bad_line("'fields' is not an object");
      od::object inner;
      if (auto error = field.value().get_object().get(inner)) return bad_json(error);
      if (auto done = Flattener(top.event.fields, "").object(inner, 2); !done) return done.error();
      continue;
    }
    outer.clear();
    if (name.size() > kMaxNameBytes)
      return bad_line("a field's name is longer than " + std::to_string(kMaxNameBytes) + " bytes");
    if (auto done = Flattener(outer, name).value(field.value(), 1); !done) return done.error();
    for (const Field& f : outer)
      if (auto done = set_top(f, top); !done) return done.error();
  }
  if (auto closed = document.close(); !closed) return closed.error();
  if (!top.has_time) return bad_line("has no 'time'");
  if (top.event.kind.empty()) top.event.kind = "other";
  return std::move(top.event);
}

}  // namespace

void append_json_line(const Event& event, std::string& out) {
  thread_local Line line;
  line.clear();
  const auto text = [&](std::string_view name, std::string_view value) {
    line.append(name);
    append_string(value, line);
  };
  line.append("{\"v\":1");
  if (!event.id.empty()) text(",\"id\":", event.id);
  line.append(",\"time\":");
  append_time(event.time, line);
  if (event.seen != 0) {
    // The same for all that was read at once.
    thread_local UtcNs seen = 0;
    thread_local std::string said;
    if (event.seen != seen || said.empty()) {
      seen = event.seen;
      said = format_rfc3339(seen);
    }
    text(",\"seen\":", said);
  }
  if (!event.agent.empty()) text(",\"agent\":", event.agent);
  if (!event.source.empty()) text(",\"source\":", event.source);
  text(",\"kind\":", event.kind);
  line.append(",\"severity\":");
  append_number(static_cast<unsigned>(event.severity), line);
  text(",\"logsource\":{\"product\":", event.logsource.product);
  text(",\"service\":", event.logsource.service);
  text(",\"category\":", event.logsource.category);
  line.append(event.drill ? "},\"drill\":true,\"fields\":{" : "},\"fields\":{");
  append_fields(event.fields, line);
  line.append("}}");
  out.append(line.text());
  line.trim();
}

Result<Event> parse_json_line(std::string_view line) {
  Document& document = document_of_thread();
  const Trim trim{document};
  return read_event(document, line);
}

Result<void> flatten_json(std::string_view object, std::string_view prefix, std::vector<Field>& fields) {
  Document& document = document_of_thread();
  const Trim trim{document};
  const std::size_t before = fields.size();
  auto opened = document.open(object);
  if (!opened) return opened.error();
  auto done = Flattener(fields, prefix).object(*opened, 1);
  if (done) done = document.close();
  if (!done) fields.resize(before);
  return done;
}

}  // namespace wf
