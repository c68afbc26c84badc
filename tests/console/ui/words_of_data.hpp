#pragma once
#include <set>
#include <string>
#include <string_view>

#include "console/model/query.hpp"
#include "console/model/snapshot.hpp"

namespace wf::ui {

/// Words of ASCII letters in whatever a snapshot and answers to questions carry: what a view may show untranslated.
class WordsOfData {
 public:
  explicit WordsOfData(const Snapshot& snapshot);
  /// All words of a text; anything may be in it.
  void add(std::string_view text);
  [[nodiscard]] bool has(const std::string& word) const { return words_.contains(word); }
  /// For what is cut: is there one that begins so?
  [[nodiscard]] bool begins(const std::string& word) const {
    const auto at = words_.lower_bound(word);
    return at != words_.end() && at->starts_with(word);
  }

 private:
  std::set<std::string> words_;
};

/// Gives `take` each run of two or more ASCII letters that stands alone in a text, "hv" and "sda" of "hv-07 sda1", and
/// whether its end was cut off.
template <class Take>
void each_word(std::string_view text, Take take) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t i = 0; i < text.size();) {
    if (!letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && letter(text[end])) ++end;
    // Beside letters that are not ASCII it is part of a longer word.
    const bool alone = (i == 0 || static_cast<unsigned char>(text[i - 1]) < 0x80) &&
                       (end == text.size() || static_cast<unsigned char>(text[end]) < 0x80 ||
                        text.substr(end).starts_with("…") || text.substr(end).starts_with("–"));
    if (alone && end - i >= 2) take(std::string(text.substr(i, end - i)), text.substr(end).starts_with("…"));
    i = end;
  }
}

}  // namespace wf::ui
