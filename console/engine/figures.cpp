#include "console/engine/figures.hpp"

#include <algorithm>
#include <limits>

namespace wf::engine {
namespace {

std::uint16_t clamp16(std::uint32_t n) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(n, std::numeric_limits<std::uint16_t>::max()));
}

}  // namespace

template <std::size_t N>
void Figures::Ring<N>::add(std::int64_t span, std::uint32_t n) {
  if (newest < 0 || span > newest + static_cast<std::int64_t>(N)) {
    counts.fill(0);
    newest = span;
  }
  for (; newest < span; ++newest) counts[static_cast<std::size_t>(newest + 1) % N] = 0;
  if (span <= newest - static_cast<std::int64_t>(N)) return;  // a clock that was set back: too old to show
  counts[static_cast<std::size_t>(span) % N] += n;
}

template <std::size_t N>
std::uint32_t Figures::Ring<N>::at(std::int64_t span) const {
  if (newest < 0 || span > newest || span <= newest - static_cast<std::int64_t>(N)) return 0;
  return counts[static_cast<std::size_t>(span) % N];
}

void Figures::add(const std::string& agent, std::uint32_t events, UtcNs time) {
  if (time < 0) return;
  total_ += events;
  seconds_.add(time / kSecond, events);
  spans_.add(time / kSpan, events);
  Agent& a = agents_[agent];
  a.events += events;
  a.recent.add(time / kShortSpan, events);
}

void Figures::fill(Snapshot& snapshot, UtcNs now) const {
  snapshot.events_total = total_;
  const std::int64_t second = now / kSecond;
  for (std::size_t i = 0; i < snapshot.eps_history.size(); ++i)
    snapshot.eps_history[i] = clamp16(seconds_.at(second - static_cast<std::int64_t>(snapshot.eps_history.size() - i)));
  // The last five whole seconds: one alone jumps too much to read.
  double sum = 0;
  for (int i = 1; i <= 5; ++i) sum += seconds_.at(second - i);
  snapshot.events_per_second = sum / 5;
  snapshot.histogram_span = kSpan;
  snapshot.histogram.resize(kSpans);
  const std::int64_t span = now / kSpan;
  for (std::size_t i = 0; i < kSpans; ++i)
    snapshot.histogram[i] = spans_.at(span - static_cast<std::int64_t>(kSpans - 1 - i));
}

void Figures::fill(AgentState& agent, UtcNs now) const {
  const auto it = agents_.find(agent.name);
  if (it == agents_.end()) return;
  agent.events = it->second.events;
  const std::int64_t span = now / kShortSpan;
  std::uint32_t minute = 0;
  for (std::size_t i = 0; i < agent.recent.size(); ++i) {
    const std::uint32_t n = it->second.recent.at(span - static_cast<std::int64_t>(agent.recent.size() - 1 - i));
    agent.recent[i] = clamp16(n);
    minute += n;
  }
  agent.per_minute = minute;
}

std::vector<std::string> Figures::agents() const {
  std::vector<std::string> names;
  for (const auto& [name, agent] : agents_) names.push_back(name);
  return names;
}

}  // namespace wf::engine
