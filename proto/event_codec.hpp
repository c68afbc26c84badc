#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf {

/// Version of the batch encoding that this build writes. A reader accepts newer ones and skips what it does
/// not know; see proto/event.proto.
inline constexpr std::uint32_t kBatchVersion = 1;

/// Most bytes and events that a reader accepts in one batch; a larger one is refused, not truncated.
inline constexpr std::size_t kMaxBatchBytes = 4U << 20U;
inline constexpr std::size_t kMaxBatchEvents = 16'384;
/// Most bytes of a batch that the link takes: all agents wait while one is decrypted. An agent's batch is 256 KiB at
/// most, or one event that is larger; those of earlier releases may have such an event at their end. An event is 1 MiB
/// at most (agents/kit), 1.6 encoded at worst.
inline constexpr std::size_t kMaxSentBytes = 2U << 20U;

/// Encodes events as one frame: one table of strings for the whole batch, events as numbers into it.
/// Event::id and Event::agent are not encoded per event: the link's header carries agent, epoch, lane and
/// first sequence, from which the engine makes both. Appends to `out` after clearing it. Not thread-safe
/// per object; keep one encoder a thread to reuse its memory.
class BatchEncoder {
 public:
  BatchEncoder();
  ~BatchEncoder();
  BatchEncoder(BatchEncoder&&) noexcept;
  BatchEncoder& operator=(BatchEncoder&&) noexcept;
  void encode(std::span<const Event> events, std::string& out);

 private:
  struct Impl;
  Impl* impl_;
};

/// Who sent a batch and which numbers its events have.
struct BatchOrigin {
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint8_t lane = 1;  ///< 0 life safety, 1 normal, 2 bulk
  std::uint64_t first_sequence = 0;
};

/// Decodes a batch and fills id and agent from the origin. Refuses: not protobuf, an index outside the
/// table, more than kMaxBatchEvents. Never throws, never reads outside `bytes`.
[[nodiscard]] Result<std::vector<Event>> decode_batch(std::string_view bytes, const BatchOrigin& origin);

/// The same for who decodes many batches: it keeps the memory of one batch for the next, so that in steady state an
/// event takes nothing from the heap. Not thread-safe; one a thread.
class BatchDecoder {
 public:
  BatchDecoder();
  ~BatchDecoder();
  BatchDecoder(BatchDecoder&&) noexcept;
  BatchDecoder& operator=(BatchDecoder&&) noexcept;
  /// As decode_batch(). The events are the caller's to change and live until the next call.
  [[nodiscard]] Result<std::span<Event>> decode(std::string_view bytes, const BatchOrigin& origin);
  /// Gives back what unusually large batches took; call it when the events are done with.
  void trim();

 private:
  struct Impl;
  Impl* impl_;
  friend Result<std::vector<Event>> decode_batch(std::string_view bytes, const BatchOrigin& origin);
};

/// Range of event times and number of events without decoding the fields.
struct BatchSummary {
  std::uint32_t events = 0;
  UtcNs min_time = 0;
  UtcNs max_time = 0;
};
[[nodiscard]] Result<BatchSummary> summarise_batch(std::string_view bytes);

/// The names that a batch's events have, each once.
struct BatchNames {
  std::vector<std::string> sources, kinds;
};
[[nodiscard]] Result<BatchNames> names_in_batch(std::string_view bytes);

/// "agent:epoch:lane:sequence".
[[nodiscard]] std::string event_id(std::string_view agent, std::uint64_t epoch, std::uint8_t lane,
                                   std::uint64_t sequence);

}  // namespace wf
