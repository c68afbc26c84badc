#include <malloc.h>

#include "proto/event_codec.hpp"
#include "tests/proto/generator.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

using test::EventGenerator;

const BatchOrigin kOrigin{"an-agent-with-a-long-name", 7, 1, 1'000'000'000'000};

std::string encoded(const std::vector<Event>& events) {
  std::string out;
  BatchEncoder().encode(events, out);
  return out;
}

TEST_CASE("a decoder that is kept gives what a fresh one does, also after damaged batches and changed events") {
  EventGenerator generator(11);
  BatchDecoder kept;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = encoded(generator.events(20));
    if (generator.one_in(4)) bytes = generator.mutated(std::move(bytes));
    const Result<std::vector<Event>> fresh = decode_batch(bytes, kOrigin);
    const Result<std::span<Event>> events = kept.decode(bytes, kOrigin);
    REQUIRE(events.ok() == fresh.ok());
    if (!events) {
      CHECK(events.error().what == fresh.error().what);
      continue;
    }
    REQUIRE(std::vector<Event>(events->begin(), events->end()) == *fresh);
    for (Event& event : *events) {  // as fusion does
      event.add("zone.name", generator.text());
      if (generator.one_in(3)) event.kind = std::move(event.source);
    }
    kept.trim();
  }
}

TEST_CASE("a decoder that is kept takes nothing from the heap for events like those before") {
  if (!heap::kCounted) return;
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) {
    Event& event = events.emplace_back();
    event.time = i;
    event.kind = "network.flow";
    event.source = "suricata:/var/log/suricata/eve.json";
    for (const char* const name : {"src.ip", "payload_printable", "alert.signature_id"})
      event.add(name, "a value that is too long for a short string");
  }
  const std::string bytes = encoded(events);
  BatchDecoder kept;
  REQUIRE(kept.decode(bytes, kOrigin));
  const std::uint64_t before = heap::of_mine();
  const bool decoded = kept.decode(bytes, kOrigin).ok();
  const std::uint64_t taken = heap::of_mine() - before;
  CHECK(decoded);
  CHECK(taken <= 3);  // the agent's part of the events' names
  const std::uint64_t summing = heap::of_mine();
  const bool summed = summarise_batch(bytes).ok();
  CHECK(heap::of_mine() == summing);
  CHECK(summed);
}

TEST_CASE("batches with one huge event, each at another place, do not fill a decoder that is kept") {
  if (!heap::kCounted) return;
  constexpr std::size_t kHuge = 3U << 20U, kPlaces = 100;
  const std::size_t before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
  BatchDecoder kept;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    std::vector<Event> events(kPlaces);
    events[place].add("x", std::string(kHuge, 'x'));
    REQUIRE(kept.decode(encoded(events), kOrigin));
    kept.trim();
  }
  CHECK(::mallinfo2().uordblks + ::mallinfo2().hblkhd - before < 40U << 20U);
}

TEST_CASE("what a decoder keeps of a batch's table of strings and of an event's fields is bounded too") {
  if (!heap::kCounted) return;
  const auto held = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
  std::string strings, pairs;
  while (strings.size() + 2 <= kMaxBatchBytes) strings += std::string("\x12\x00", 2);  // empty texts
  // One event of 4,096,000 bytes of fields that are numbers of no field: refused, but read before that.
  pairs = std::string("\x22\x85\x80\xfa\x01\x52\x80\x80\xfa\x01", 10) + std::string(4'096'000, '\x7f');
  const std::size_t before = held();
  BatchDecoder kept;
  for (const std::string* const bytes : {&strings, &pairs}) {
    CHECK(kept.decode(*bytes, kOrigin).ok() == (bytes == &strings));
    kept.trim();
    CHECK(held() - before < 40U << 20U);
  }
}

}  // namespace
}  // namespace wf
