#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace wf::shell {

/// Which window asked what: each counts its questions from one, and all share one seat.
class Questions {
 public:
  struct Asked {
    const void* window = nullptr;
    std::uint64_t token = 0;  ///< the window's own
    bool operator==(const Asked&) const = default;
  };
  /// Takes a question down; gives the token under which the seat is asked.
  std::uint64_t put(const void* window, std::uint64_t token) {
    if (asked_.size() >= kMost) asked_.erase(asked_.begin());
    asked_[++last_] = {window, token};
    return last_;
  }
  /// Who asked what is answered now; nothing: nobody waits for it any more.
  [[nodiscard]] std::optional<Asked> take(std::uint64_t token) {
    const auto found = asked_.find(token);
    if (found == asked_.end()) return std::nullopt;
    const Asked out = found->second;
    asked_.erase(found);
    return out;
  }
  /// It was closed, or its console made anew, which counts from one again.
  void forget(const void* window) {
    std::erase_if(asked_, [&](const auto& one) { return one.second.window == window; });
  }
  static constexpr std::size_t kMost = 256;  ///< that wait; the oldest is given up

 private:
  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t last_ = 0;
};

}  // namespace wf::shell
