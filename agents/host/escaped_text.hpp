#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace wf::host {

/// Texts of any bytes as one word without blanks, for positions; separated() reads it back.
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> texts);
/// False: the word was not made by joined().
[[nodiscard]] bool separated(std::string_view word, std::vector<std::string>& texts);

}  // namespace wf::host
