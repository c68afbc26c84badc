#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/event_codec.hpp"

namespace wf::link {

/// How many batches and bytes each agent may have unacknowledged, and how many it has. An agent's account outlives its
/// connections, so that connecting again gives no new credit. One thread.
class Credits {
 public:
  /// `window`: batches of one agent; `budget`: bytes of all agents together.
  Credits(std::uint32_t window, std::size_t budget) : window_(window), budget_(budget) {}

  /// The window in bytes that each of so many agents is told: its share of a quarter of the budget, within sensible
  /// bounds. It is not for memory alone: all windows may come at once, and everybody waits until they are decrypted.
  [[nodiscard]] std::uint64_t window_bytes(std::size_t agents) const;
  /// The window in batches. One that was told no bytes (version 1) gets as many as its share of them can hold.
  [[nodiscard]] std::uint32_t window(std::uint64_t window_bytes, bool told_bytes) const;

  enum class Verdict {
    good,
    batches,  ///< more of them than the window
    bytes,    ///< more bytes than the window
    earlier   ///< within the window, but too much of earlier connections is not stored yet
  };
  /// Accounts for a batch on a connection that was told `window` and `window_bytes`. A batch that stands alone may have
  /// any size, and so may one of life safety while none of its lane is unacknowledged on the connection, or one large
  /// batch would shut it out. What the agent sent on earlier connections counts once more beside the window, not on top
  /// of each.
  [[nodiscard]] Verdict take(const BatchOrigin& origin, std::size_t bytes, std::uint64_t connection,
                             std::uint32_t window, std::uint64_t window_bytes);
  /// The batch was acknowledged, or thrown away.
  void give_back(const BatchOrigin& origin);
  /// HELLO: what the connection sent before counts as an earlier connection's.
  void begin_anew(const std::string& agent, std::uint64_t connection);
  [[nodiscard]] std::size_t bytes_of(const std::string& agent) const;
  /// Of a batch that was taken and not given back; 0: there is none.
  [[nodiscard]] std::size_t bytes_of(const BatchOrigin& origin) const;

 private:
  struct Outstanding {
    std::uint64_t epoch = 0, first = 0;
    std::uint64_t connection = 0;  ///< 0: an earlier one
    std::size_t bytes = 0;
    std::uint8_t lane = 0;
  };
  struct Account {
    std::vector<Outstanding> batches;
    std::size_t bytes = 0;
    [[nodiscard]] std::vector<Outstanding>::const_iterator find(const BatchOrigin& origin) const;
  };
  const std::uint32_t window_;
  const std::size_t budget_;
  std::map<std::string, Account> accounts_;
};

}  // namespace wf::link
