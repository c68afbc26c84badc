// Conditions: identifiers, 1/all of, not, and, or, parentheses (Sigma rules specification 2.1, "Condition").
#include <algorithm>
#include <cctype>

#include "console/fusion/sigma/parse.hpp"

namespace wf::sigma {
namespace {

constexpr int kDeepest = 200;

bool matches_name(std::string_view pattern, std::string_view name) {
  return TextMatcher(
             [&] {
               Pattern p;
               for (const char c : pattern) {
                 if (c == '*')
                   p.push_back({Token::Kind::any_run, {}});
                 else
                   append_literal(p, std::string_view(&c, 1));
               }
               return p;
             }(),
             true)
      .matches(name, name);
}

class Reader {
 public:
  Reader(std::string_view text, const std::vector<std::pair<std::string, Expr>>& names, int line)
      : names_(names), line_(line) {
    std::string word;
    auto close = [&] {
      if (!word.empty()) words_.push_back(std::move(word));
      word.clear();
    };
    for (const char c : text) {
      if (c == '(' || c == ')') {
        close();
        words_.emplace_back(1, c);
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        close();
      } else if (c == '|') {
        fail("the old aggregation syntax with '|'", "write a correlation rule");
      } else {
        word += c;
      }
    }
    close();
  }

  Expr read() {
    if (words_.empty()) fail("an empty condition", "name a search identifier");
    Expr out = any_of();
    if (at_ != words_.size())
      fail("unexpected '" + words_[at_] + "' in the condition", "join the parts with 'and' or 'or'");
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& to_do) const { throw Refusal{line_, what, to_do}; }

  [[nodiscard]] const Expr* named(const std::string& word) const {
    for (const auto& [name, expr] : names_)
      if (name == word) return &expr;
    return nullptr;
  }

  /// True and consumed if the next word is this operator, and no identifier of that name exists.
  bool take(std::string_view op) {
    if (at_ >= words_.size() || named(words_[at_]) != nullptr) return false;
    std::string lower = words_[at_];
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower != op) return false;
    ++at_;
    return true;
  }

  Expr any_of() {
    std::vector<Expr> parts;
    parts.push_back(all_of());
    while (take("or")) parts.push_back(all_of());
    return Expr::join(Expr::Kind::any, std::move(parts));
  }

  Expr all_of() {
    std::vector<Expr> parts;
    parts.push_back(unary());
    while (take("and")) parts.push_back(unary());
    return Expr::join(Expr::Kind::all, std::move(parts));
  }

  Expr unary() {
    if (++depth_ > kDeepest) fail("a condition nested too deeply", "simplify it");
    Expr out = take("not") ? Expr::negated(unary()) : primary();
    --depth_;
    return out;
  }

  Expr primary() {
    if (at_ >= words_.size()) fail("the condition ends too early", "complete it");
    if (take("(")) {
      Expr out = any_of();
      if (!take(")")) fail("a parenthesis is not closed", "add ')'");
      return out;
    }
    const std::string word = words_[at_];
    if (at_ + 1 < words_.size() && words_[at_ + 1] == "of" && named(word) == nullptr) return selector(word);
    ++at_;
    const Expr* expr = named(word);
    if (expr == nullptr)
      fail("the condition names '" + word + "', which the detection does not define", "define it or correct the name");
    return *expr;
  }

  Expr selector(const std::string& amount) {
    std::string lower = amount;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower != "1" && lower != "any" && lower != "all")
      fail("'" + amount + " of' in the condition", "use '1 of' or 'all of'");
    at_ += 2;
    if (at_ >= words_.size()) fail("the condition ends after 'of'", "name a pattern or 'them'");
    const std::string pattern = words_[at_++];
    std::vector<Expr> parts;
    for (const auto& [name, expr] : names_) {
      if (pattern == "them" ? !name.starts_with('_') : matches_name(pattern, name)) parts.push_back(expr);
    }
    if (parts.empty()) fail("no search identifier matches '" + pattern + "'", "correct the pattern");
    return Expr::join(lower == "all" ? Expr::Kind::all : Expr::Kind::any, std::move(parts));
  }

  std::vector<std::string> words_;
  const std::vector<std::pair<std::string, Expr>>& names_;
  std::size_t at_ = 0;
  int line_ = 0, depth_ = 0;
};

}  // namespace

Expr parse_condition(std::string_view text, const std::vector<std::pair<std::string, Expr>>& names, int line) {
  return Reader(text, names, line).read();
}

}  // namespace wf::sigma
