#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/http/gunzip.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::network {

/// Makes messages of datagrams in Graylog's extended log format that are chunked, packed by gzip or zlib, or both
/// (GELF, "GELF via UDP"). What is neither is a message as it came, and not for here. One thread.
class GelfDatagrams {
 public:
  static constexpr std::size_t kMostPending = 64;           ///< messages of which chunks are missing
  static constexpr std::size_t kMostHeld = 1U << 20U;       ///< bytes of theirs
  static constexpr std::size_t kMostMessage = 256U << 10U;  ///< unpacked
  static constexpr std::int64_t kPatience = 5'000'000'000;  ///< ns from a message's first chunk to its last

  /// By a datagram's first bytes.
  [[nodiscard]] static bool is_one(std::string_view bytes);
  /// True: `message` is whole. False: more of its chunks have to come. An error: it cannot be used.
  [[nodiscard]] Result<bool> take(std::string_view bytes, const std::string& peer, std::int64_t mono,
                                  std::string& message);
  /// Messages that were given up since the last call: chunks did not come in time, or too many were missing some.
  [[nodiscard]] std::uint64_t given_up(std::int64_t mono);
  [[nodiscard]] bool waiting() const { return !pending_.empty(); }

 private:
  struct Pending {
    std::string id, peer;
    std::int64_t since = 0;
    std::vector<std::string> parts;
    std::size_t there = 0, bytes = 0;
  };
  [[nodiscard]] Result<bool> unpack(std::string_view bytes, std::string& message);
  void drop(std::size_t index);

  std::vector<Pending> pending_;  ///< by age
  std::size_t held_ = 0;
  std::uint64_t given_up_ = 0;
};

/// Names what a record in GELF says (version, host, short_message, level, timestamp; "_own" as own) and reads its time.
/// False, and nothing changed: it is none. `level` becomes syslog's severity, or -1.
[[nodiscard]] bool read_gelf(Event& event, int& level);

}  // namespace wf::network
