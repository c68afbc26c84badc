#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/time.hpp"

namespace wf::link {

/// Where a peer comes from: an IPv4 address, or the first 64 bits of an IPv6 address, of which one house has as many
/// as it likes.
struct Origin {
  bool six = false;
  std::array<std::uint32_t, 2> words{};  ///< in the machine's order; of IPv4 the first only
  auto operator<=>(const Origin&) const = default;
};
/// Of an address as text, an IPv4 one in an IPv6 one too; nothing: it is none.
[[nodiscard]] std::optional<Origin> origin_of(const std::string& address);

/// Addresses from which more connections come to nothing than by mistake. Times are CLOCK_MONOTONIC in nanoseconds.
/// One thread.
class Crowds {
 public:
  /// A connection from there ended and had said nothing that was understood. `agents` counts the connections from there
  /// that belong to agents, whose house is given more; it is asked when that matters. True: it is a crowd from now on.
  bool failed(const std::string& address, const std::function<std::size_t()>& agents, std::int64_t mono);
  /// Forgets who is quiet again. True: crowds() is not what it was at the last look.
  [[nodiscard]] bool look(std::int64_t mono);
  [[nodiscard]] std::vector<Origin> crowds() const;

  /// Failures that are borne at once and each second, and how many times that with agents there, at most.
  static constexpr std::int64_t kAtOnce = 512, kEachSecond = 64, kMostShares = 4;
  static constexpr std::size_t kMostCrowds = 64, kMostKnown = 1024;

 private:
  struct Known {
    double failures = 0;  ///< less what was forgiven since
    std::int64_t at = 0, shares = 1;
    bool crowd = false;
  };
  void forgive(Known& known, std::int64_t mono) const;

  std::map<Origin, Known> known_;
  std::size_t crowds_ = 0;
  bool changed_ = false;
};

}  // namespace wf::link
