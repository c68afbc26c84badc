#pragma once
#include <string>
#include <vector>

#include "agents/kit/source.hpp"

namespace wf::test {

/// Keeps what sources hand over; full after `room` events until taken() empties it.
class Collected final : public kit::Sink {
 public:
  void take(Event&& event) override { events.push_back(std::move(event)); }
  [[nodiscard]] bool full() const override { return events.size() >= room; }

  std::vector<Event> events;
  std::size_t room = static_cast<std::size_t>(-1);
};

/// Everything that a source gives with `once`; `problem` is what its status says at the end.
struct ReadOnce {
  std::vector<Event> events;
  SourceStatus status;
};
inline ReadOnce read_once(kit::Source& source, const kit::Moment& moment = {}) {
  Collected sink;
  if (const Result<void> started = source.start("", true, moment); !started)
    source.set_state("failed", started.error().text());
  while (!source.over()) source.step(sink, moment);
  return {std::move(sink.events), source.status()};
}

/// The problems of a spec that cannot be used, one a line.
inline std::string problems_of(const kit::SourceMade& made) {
  std::string out;
  for (const Error& problem : made.problems) out += problem.text() + "\n";
  return out;
}

}  // namespace wf::test
