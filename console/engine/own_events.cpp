#include "console/engine/own_events.hpp"

#include <sodium.h>

#include <algorithm>

#include "console/link/key_files.hpp"

namespace wf::engine {
namespace {

constexpr std::uint8_t kLane = 1;

}  // namespace

Event event_of(const link::Fact& fact, UtcNs now) {
  Event out;
  out.time = out.seen = now;
  out.kind = link::kind_of(fact.topic);
  out.severity = link::severity_of(fact.topic);
  out.source = "link";
  out.logsource = {"watchfloor", "link", ""};
  if (!fact.agent.empty()) out.add("agent.name", fact.agent);
  if (!fact.remote.empty()) out.add("src.ip", fact.remote);
  out.add("message", fact.line);
  out.add("count", std::to_string(fact.times), ValueType::number);
  for (const Field& field : fact.fields) out.fields.push_back(field);
  return out;
}

OwnEvents::OwnEvents(const store::Store& store) {
  for (const LaneStored& lane : store.stored(std::string(link::kEngineName))) {
    if (lane.lane != kLane) continue;
    epoch_ = lane.epoch;
    next_ = lane.sequence + 1;
  }
  while (epoch_ == 0) randombytes_buf(&epoch_, sizeof epoch_);
}

store::Record OwnEvents::record_of(const std::vector<Event>& events) {
  store::Record out;
  out.kind = store::RecordKind::batch;
  out.origin = {std::string(link::kEngineName), epoch_, kLane, next_};
  out.count = static_cast<std::uint32_t>(events.size());
  const auto [first, last] =
      std::minmax_element(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
  out.min_time = first->time;
  out.max_time = last->time;
  BatchEncoder().encode(events, out.payload);
  next_ += events.size();
  return out;
}

}  // namespace wf::engine
