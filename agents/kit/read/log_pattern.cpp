#include "agents/kit/read/log_pattern.hpp"

#include <algorithm>
#include <array>

namespace wf::kit {
namespace {

// Longer messages are nobody's login; it bounds what a hostile one costs.
constexpr std::size_t kMaxMessage = 2048;
constexpr std::size_t kMaxCaptures = 8;

struct Capture {
  std::string_view name, value;
  ValueType type = ValueType::string;
};

class Matcher {
 public:
  bool run(std::string_view text, std::string_view pattern) {
    const std::size_t open = pattern.find('{');
    const std::string_view literal = pattern.substr(0, open);
    if (!text.starts_with(literal)) return false;
    text.remove_prefix(literal.size());
    if (open == std::string_view::npos) return text.empty();
    const std::size_t close = pattern.find('}', open);
    std::string_view name = pattern.substr(open + 1, close - open - 1);
    return capture(text, name, pattern.substr(close + 1));
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const Capture& at(std::size_t i) const { return captures_[i]; }

 private:
  bool capture(std::string_view text, std::string_view name, std::string_view rest) {
    const bool any = name == "*" || name.ends_with('~');
    const bool digits = name.ends_with('#');
    if (name != "*" && (any || digits)) name.remove_suffix(1);
    std::size_t most = text.size(), least = any ? 0 : 1;
    if (!any) {
      const auto allowed = [&](char c) { return digits ? c >= '0' && c <= '9' : c != ' ' && c != '\t'; };
      most = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), allowed) - text.begin());
    }
    if (count_ == kMaxCaptures) return false;
    const std::size_t mine = count_++;
    // Only where the literal behind it stands can it end.
    const std::string_view literal = rest.substr(0, rest.find('{'));
    for (std::size_t end = most + 1; end-- > least;) {
      if (rest.empty() && end != text.size()) break;
      if (!literal.empty()) {
        end = text.substr(0, std::min(text.size(), end + literal.size())).rfind(literal);
        if (end == std::string_view::npos || end < least) break;
      }
      captures_[mine] = {name, text.substr(0, end), digits ? ValueType::number : ValueType::string};
      if (run(text.substr(end), rest)) return true;
      count_ = mine + 1;
    }
    count_ = mine;
    return false;
  }

  std::array<Capture, kMaxCaptures> captures_{};
  std::size_t count_ = 0;
};

}  // namespace

bool match(std::string_view message, std::string_view pattern, std::vector<Field>& fields) {
  if (message.size() > kMaxMessage) return false;
  Matcher matcher;
  if (!matcher.run(message, pattern)) return false;
  for (std::size_t i = 0; i < matcher.count(); ++i) {
    const Capture& c = matcher.at(i);
    if (c.name != "*" && !c.value.empty()) fields.push_back({std::string(c.name), std::string(c.value), c.type});
  }
  return true;
}

}  // namespace wf::kit
