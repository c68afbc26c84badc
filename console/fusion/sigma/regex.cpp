#include "console/fusion/sigma/regex.hpp"

#include <re2/re2.h>

#include <string_view>

namespace wf::sigma {
namespace {

constexpr std::string_view kSpaces = "\\t-\\r ";
constexpr std::string_view kNoSpaces = "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{10ffff}";
constexpr std::string_view kLineEnds = "\\n-\\r\\x{85}\\x{2028}\\x{2029}";

/// Copies an expression sign by sign and writes for RE2 what PCRE means.
class Rewriter {
 public:
  Rewriter(std::string_view pattern, bool lines, const RegexFault& fault)
      : in_(pattern), lines_(lines), fault_(fault) {}

  std::string run() {
    while (at_ < in_.size()) {
      if (in_[at_] == '\\')
        escape();
      else if (class_)
        class_sign();
      else
        sign();
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t n) {
    out_ += in_.substr(at_, n);
    at_ += std::min(n, in_.size() - at_);
  }
  void replace(std::string_view inner, std::size_t n) {
    if (class_)
      out_ += inner;
    else
      out_.append("[").append(inner).append("]");
    at_ += n;
  }

  void escape() {
    const char next = at_ + 1 < in_.size() ? in_[at_ + 1] : '\0';
    if (next == 's')  // RE2 leaves the vertical tab out
      replace(kSpaces, 2);
    else if (next == 'S')
      replace(kNoSpaces, 2);
    else if (next == 'v')  // RE2: the vertical tab alone
      replace(kLineEnds, 2);
    else if (next == 'Q')
      copy(std::min(in_.find("\\E", at_), in_.size()) - at_);
    else
      copy(2);
  }

  void class_sign() {
    if (in_.substr(at_, 2) == "[:") {
      const std::size_t end = in_.find(":]", at_ + 2);
      copy(end == std::string_view::npos ? 1 : end + 2 - at_);
      return;
    }
    if (in_[at_] == ']') class_ = false;
    copy(1);
  }

  void sign() {
    if (in_[at_] == '[') {
      class_ = true;
      copy(1);
      if (at_ < in_.size() && in_[at_] == '^') copy(1);
      if (at_ < in_.size() && in_[at_] == ']') copy(1);  // the first is itself
      return;
    }
    if (in_.substr(at_, 2) == "(?") flags();
    if (at_ < in_.size() && in_[at_] == '$' && !lines_) {
      out_ += "(?:\\n?\\z)";  // PCRE's also stands before a last newline
      ++at_;
    } else if (at_ < in_.size() && in_[at_] != '\\' && in_[at_] != '[') {
      copy(1);
    }
  }

  /// `(?i)` or `(?m-s:`. What `m` means for `$` must be known for the whole expression.
  void flags() {
    const std::size_t end = in_.find_first_not_of("imsU-", at_ + 2);
    if (end == std::string_view::npos || (in_[end] != ')' && in_[end] != ':')) {
      copy(2);
      return;
    }
    if (in_.substr(at_, end - at_).find('m') != std::string_view::npos) {
      if (at_ != 0 || in_[end] != ')' || in_.substr(0, end).find('-') != std::string_view::npos)
        fault_("the flag m in the middle of it", "use the modifier 'm', as in '|re|m'");
      lines_ = true;
    }
    copy(end - at_ + 1);
  }

  std::string_view in_;
  std::size_t at_ = 0;
  bool class_ = false, lines_ = false;
  const RegexFault& fault_;
  std::string out_;
};

}  // namespace

std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern, const std::string& flags,
                                              const RegexFault& fault) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  options.set_case_sensitive(flags.find('i') == std::string::npos);
  const bool lines = flags.find('m') != std::string::npos;
  std::string prefix;
  if (lines) prefix += 'm';
  if (flags.find('s') != std::string::npos) prefix += 's';
  auto regex = std::make_shared<re2::RE2>(
      (prefix.empty() ? "" : "(?" + prefix + ")") + Rewriter(pattern, lines, fault).run(), options);
  if (!regex->ok())
    fault(regex->error(), "rewrite it without look-around and back references, which cannot run in linear time");
  return regex;
}

}  // namespace wf::sigma
