#include "console/link/batches.hpp"

#include <utility>

#include "console/link/line.hpp"

namespace wf::link {
namespace {

constexpr std::uint64_t kLastSequence = (std::uint64_t{1} << 63U) - 1;
constexpr std::uint8_t kLastLane = 2;
/// What a batch costs beside its events, roughly; one that gives up a range has none.
constexpr std::size_t kBesideEvents = 256;

}  // namespace

void Batches::grant(Connection& connection, std::size_t agents) const {
  const bool told = connection.wire_version >= 2;
  const std::uint64_t bytes = credits_.window_bytes(agents);
  connection.window = credits_.window(bytes, told);
  // Version 1 knows no window in bytes: its agents are given the benefit of batches larger than usual.
  connection.window_bytes = told ? bytes : 2 * bytes;
}

std::optional<Batches::Refusal> Batches::judge(const LinkMessage& header, const std::string& payload) {
  if (payload.empty() || payload.size() > kMaxSentBytes)
    return Refusal{Topic::numbers, "a batch of no bytes or too many"};
  if (header.count == 0 || header.count > kMaxBatchEvents)
    return Refusal{Topic::numbers, "a batch of no events or too many"};
  if (header.lane > kLastLane) return Refusal{Topic::numbers, "a batch of a lane that is none"};
  if (header.first_sequence == 0 || header.first_sequence > kLastSequence - header.count)
    return Refusal{Topic::numbers, "a batch with impossible numbers"};
  return std::nullopt;
}

std::optional<Batches::Refusal> Batches::take(Connection& connection, ReceivedBatch batch) {
  batch.reply_to = connection.number;
  const std::size_t bytes = batch.payload.size();
  switch (credits_.take(batch.origin, bytes, connection.number, connection.window, connection.window_bytes)) {
    case Credits::Verdict::good:
      break;
    case Credits::Verdict::batches:
      return Refusal{Topic::flood, "more unacknowledged batches than the window allows"};
    case Credits::Verdict::bytes:
      return Refusal{Topic::flood, "more unacknowledged bytes than the window allows"};
    case Credits::Verdict::earlier:
      return Refusal{Topic::flood, "more than can be kept before what came earlier is stored", true};
  }
  ++connection.in_flight;
  // Behind what waits already, or a lane's batches would change places.
  const std::string line = line_of(batch.origin);
  if (held_.bytes_of(line) == 0 && handlers_.on_batch(batch)) return std::nullopt;
  held_.push(line, bytes + kBesideEvents, std::move(batch));
  return std::nullopt;
}

void Batches::offer() {
  // The engine may have room for one line and none for another: each is asked until it was told no, life safety first.
  const auto first = [](const std::string& line, std::size_t = 0) { return urgent(line); };
  const auto any = [](const std::string&, std::size_t = 0) { return true; };
  offer(held_.owners(first), first);
  offer(held_.owners(any), any);
}

template <class May>
void Batches::offer(std::size_t lines, May&& may) {
  while (lines > 0 && held_.pop(next_, may)) {
    if (handlers_.on_batch(next_)) continue;
    const std::string line = line_of(next_.origin);
    const std::size_t bytes = next_.payload.size() + kBesideEvents;
    held_.put_back(line, bytes, std::move(next_));
    --lines;
  }
}

std::optional<std::string> Batches::shed() {
  if (held_.bytes() <= budget_) return std::nullopt;
  std::string agent(agent_of(held_.largest()));
  ReceivedBatch dropped;
  while (held_.pop(dropped, [&](const std::string& line, std::size_t) { return agent_of(line) == agent; }))
    credits_.give_back(dropped.origin);
  return agent;
}

}  // namespace wf::link
