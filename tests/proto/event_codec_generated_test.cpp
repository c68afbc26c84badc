// The codec is written by hand; protobuf's own code is its witness.
#include "proto/event.pb.h"
#include "proto/event_codec.hpp"
#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

std::vector<Event> events_of(const pb::EventBatch& batch, const BatchOrigin& origin) {
  std::vector<Event> out;
  for (const pb::EventRecord& record : batch.events()) {
    const auto at = [&](std::uint32_t i) { return batch.strings(static_cast<int>(i)); };
    Event e;
    e.agent = origin.agent;
    e.id = event_id(origin.agent, origin.epoch, origin.lane, origin.first_sequence + out.size());
    // Unsigned, because differences of extreme times wrap.
    e.time = static_cast<std::int64_t>(static_cast<std::uint64_t>(batch.base_time()) +
                                       static_cast<std::uint64_t>(record.time_delta()));
    if (record.seen_delta() != 0) {
      const std::int64_t delta = record.seen_delta() > 0 ? record.seen_delta() - 1 : record.seen_delta();
      e.seen = static_cast<std::int64_t>(static_cast<std::uint64_t>(e.time) + static_cast<std::uint64_t>(delta));
    }
    e.kind = at(record.kind());
    e.severity = static_cast<std::uint8_t>(record.severity());
    e.source = at(record.source());
    e.logsource = {at(record.product()), at(record.service()), at(record.category())};
    e.drill = record.drill();
    for (int i = 0; i + 1 < record.fields_size(); i += 2)
      e.fields.push_back(
          {at(record.fields(i)), at(record.fields(i + 1) / 4), static_cast<ValueType>(record.fields(i + 1) % 4)});
    out.push_back(std::move(e));
  }
  return out;
}

TEST_CASE("protobuf's own code reads what the encoder writes, as the same events") {
  test::EventGenerator generator(11);
  const BatchOrigin origin{"agent", 3, 2, 9};
  BatchEncoder encoder;
  std::string bytes;
  for (int round = 0; round < 200; ++round) {
    encoder.encode(generator.events(12), bytes);
    pb::EventBatch batch;
    REQUIRE(batch.ParseFromString(bytes));
    const auto decoded = decode_batch(bytes, origin);
    REQUIRE(decoded);
    REQUIRE(*decoded == events_of(batch, origin));
  }
}

TEST_CASE("what protobuf's own code writes, the decoder reads as the same events, and both are the same size") {
  test::EventGenerator generator(12);
  const BatchOrigin origin{"agent", 3, 2, 9};
  BatchEncoder encoder;
  std::string bytes, rewritten;
  for (int round = 0; round < 200; ++round) {
    encoder.encode(generator.events(12), bytes);
    pb::EventBatch batch;
    REQUIRE(batch.ParseFromString(bytes));
    REQUIRE(batch.SerializeToString(&rewritten));
    REQUIRE(rewritten.size() == bytes.size());  // only the order of table and base time differs
    const auto from_generated = decode_batch(rewritten, origin);
    REQUIRE(from_generated);
    REQUIRE(*from_generated == *decode_batch(bytes, origin));
  }
}

TEST_CASE("protobuf's own code and the decoder agree on which damaged batches are protobuf") {
  test::EventGenerator generator(13);
  BatchEncoder encoder;
  std::string bytes;
  for (int round = 0; round < 5000; ++round) {
    encoder.encode(generator.events(4), bytes);
    const std::string damaged = generator.mutated(bytes);
    if (!decode_batch(damaged, {"a", 1, 1, 1})) continue;
    INFO("round " << round);
    pb::EventBatch batch;
    REQUIRE(batch.ParseFromString(damaged));
  }
}

}  // namespace
}  // namespace wf
