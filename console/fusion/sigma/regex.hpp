#pragma once
#include <functional>
#include <memory>
#include <string>

namespace re2 {
class RE2;
}

namespace wf::sigma {

/// Calls back with why an expression cannot be used and what to do; must not return.
using RegexFault = std::function<void(const std::string& why, const std::string& to_do)>;

/// A regular expression of Sigma, which means PCRE, for RE2, which runs in linear time. Where the two read the same
/// sign differently (`$`, `\s`, `\v`), it is rewritten; what RE2 does not have is a fault. `flags` are of "ims".
[[nodiscard]] std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern, const std::string& flags,
                                                            const RegexFault& fault);

}  // namespace wf::sigma
