#include "proto/event_codec.hpp"

#include <algorithm>

#include "proto/wire.hpp"
#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

using test::EventGenerator;
using test::hex;

const BatchOrigin kOrigin{"door-1", 7, 1, 100};

std::string encoded(const std::vector<Event>& events) {
  BatchEncoder encoder;
  std::string out;
  encoder.encode(events, out);
  return out;
}

// What decoding must add to what was encoded.
std::vector<Event> numbered(std::vector<Event> events, const BatchOrigin& origin) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].id = event_id(origin.agent, origin.epoch, origin.lane, origin.first_sequence + i);
    events[i].agent = origin.agent;
  }
  return events;
}

TEST_CASE("what was encoded is decoded, whatever it holds") {
  EventGenerator generator(1);
  BatchEncoder encoder;  // one for all, as an agent keeps it
  std::string bytes;
  for (int round = 0; round < 400; ++round) {
    const std::vector<Event> events = generator.events(20);
    encoder.encode(events, bytes);
    const auto decoded = decode_batch(bytes, kOrigin);
    REQUIRE(decoded);
    REQUIRE(*decoded == numbered(events, kOrigin));
  }
}

TEST_CASE("bytes that are not UTF-8 pass through a batch unchanged") {
  Event event;
  event.add("raw", std::string("\xff\xfe\x00\x80", 4));
  const auto decoded = decode_batch(encoded({event}), kOrigin);
  REQUIRE(decoded);
  CHECK(decoded->front().fields == event.fields);
}

TEST_CASE("the same events give the same bytes from every encoder") {
  EventGenerator generator(2);
  for (int round = 0; round < 50; ++round) {
    const std::vector<Event> events = generator.events(30);
    REQUIRE(encoded(events) == encoded(events));
  }
}

TEST_CASE("a moved encoder encodes on") {
  const std::vector<Event> events = EventGenerator(3).events(5);
  BatchEncoder first;
  BatchEncoder second = std::move(first);
  BatchEncoder third;
  third = std::move(second);
  std::string bytes;
  third.encode(events, bytes);
  CHECK(bytes == encoded(events));
}

TEST_CASE("a string that many events share is written once") {
  Event event;
  event.add("message", std::string(1000, 'm'));
  CHECK(encoded(std::vector<Event>(100, event)).size() < 4000);
}

TEST_CASE("a batch cut short anywhere is refused or is whole messages, and never crashes") {
  EventGenerator generator(4);
  for (int round = 0; round < 8; ++round) {
    const std::string bytes = encoded(generator.events(6));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      // A copy of exactly this length, so that a sanitizer sees a read past its end.
      const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const std::string_view view(cut.data(), cut.size());
      const auto decoded = decode_batch(view, kOrigin);
      const auto summary = summarise_batch(view);
      if (decoded) {
        REQUIRE(summary);
        REQUIRE(summary->events == decoded->size());
      } else {
        REQUIRE_FALSE(decoded.error().what.empty());
      }
    }
  }
}

TEST_CASE("random damage to a batch never crashes, and what is still read is a batch again") {
  EventGenerator generator(5);
  std::vector<std::string> batches;
  for (int i = 0; i < 20; ++i) batches.push_back(encoded(generator.events(8)));
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string bytes = generator.mutated(batches[generator.below(batches.size())]);
    const auto decoded = decode_batch(bytes, kOrigin);
    static_cast<void>(summarise_batch(bytes));
    if (!decoded) continue;
    ++read;
    const auto again = decode_batch(encoded(*decoded), kOrigin);
    REQUIRE(again);
    REQUIRE(*again == *decoded);
  }
  CHECK(read > 0);
}

TEST_CASE("random bytes never crash the decoder") {
  EventGenerator generator(6);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(generator.below(64), '\0');
    for (char& c : bytes) c = static_cast<char>(generator.below(256));
    static_cast<void>(decode_batch(bytes, kOrigin));
    static_cast<void>(summarise_batch(bytes));
  }
}

TEST_CASE("an index outside the table is refused with the event that has it") {
  const std::string bytes =
      hex("12 00           # strings[0] = \"\"\n"
          "22 02 18 01     # event: kind = strings[1], which is not there\n");
  const auto decoded = decode_batch(bytes, kOrigin);
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().what.find("event 1 of 1") != std::string::npos);
  CHECK_FALSE(decode_batch(hex("12 00  22 04 52 02 00 05"), kOrigin));  // a field's value
  CHECK_FALSE(decode_batch(hex("12 00  22 03 52 01 00"), kOrigin));     // a field's name without a value
}

TEST_CASE("a batch over the limits is refused, not truncated") {
  CHECK_FALSE(decode_batch(std::string(kMaxBatchBytes + 1, '\0'), kOrigin));
  std::string many;
  for (std::size_t i = 0; i < kMaxBatchEvents; ++i) many += hex("22 00");
  CHECK(decode_batch(many, kOrigin));
  many += hex("22 00");
  const auto refused = decode_batch(many, kOrigin);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("more than 16384 events") != std::string::npos);
}

TEST_CASE("a small frame that stands for gigabytes is refused") {
  // One string of a megabyte, named four hundred times by one event.
  std::string bytes = hex("12 00  12 80 80 40") + std::string(1U << 20U, 'x');
  std::string record = hex("52 a0 06");
  for (int i = 0; i < 400; ++i) record += hex("00 04");
  bytes += hex("22 a3 06") + record;
  const auto decoded = decode_batch(bytes, kOrigin);
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().what.find("too large once decoded") != std::string::npos);
}

TEST_CASE("a newer version and fields that this build does not know are survived") {
  const std::string bytes =
      hex("08 63           # version = 99\n"
          "12 00           # strings[0] = \"\"\n"
          "12 05 6f 74 68 65 72  # strings[1] = \"other\"\n"
          "a2 06 03 61 62 63     # field 100, bytes: unknown\n"
          "a8 06 07        # field 101, varint: unknown\n"
          "b1 06 01 02 03 04 05 06 07 08  # field 102, fixed64: unknown\n"
          "bd 06 01 02 03 04     # field 103, fixed32: unknown\n"
          "22 0b           # event\n"
          "   18 01        #   kind = strings[1]\n"
          "   20 06        #   severity = 6, OCSF's fatal\n"
          "   f8 01 2a     #   field 31, varint: unknown\n"
          "   fa 01 01 00  #   field 31, bytes: unknown\n");
  const auto decoded = decode_batch(bytes, kOrigin);
  REQUIRE(decoded);
  REQUIRE(decoded->size() == 1);
  CHECK(decoded->front().kind == "other");
  CHECK(decoded->front().severity == 5);
}

TEST_CASE("the summary is what decoding finds, without decoding the fields") {
  EventGenerator generator(7);
  for (int round = 0; round < 100; ++round) {
    const std::vector<Event> events = generator.events(10);
    const auto summary = summarise_batch(encoded(events));
    REQUIRE(summary);
    REQUIRE(summary->events == events.size());
    if (events.empty()) continue;
    const auto by_time = [](const Event& a, const Event& b) { return a.time < b.time; };
    REQUIRE(summary->min_time == std::min_element(events.begin(), events.end(), by_time)->time);
    REQUIRE(summary->max_time == std::max_element(events.begin(), events.end(), by_time)->time);
  }
}

TEST_CASE("an event's id names agent, epoch, lane and sequence") {
  CHECK(event_id("door-1", 18'446'744'073'709'551'615U, 0, 42) == "door-1:18446744073709551615:0:42");
}

// ---- the wire format, byte by byte ----

TEST_CASE("wire: an empty batch is a version and the empty string") {
  const std::string bytes =
      hex("08 01  # version = 1\n"
          "12 00  # strings[0] = \"\"\n");
  CHECK(encoded({}) == bytes);
  CHECK(decode_batch(bytes, kOrigin)->empty());
}

TEST_CASE("wire: a denied badge") {
  Event event;
  event.time = 1'000'000'000;
  event.seen = 1'000'000'001;
  event.source = "s";
  event.kind = "access.denied";
  event.severity = 3;
  event.logsource = {"watchfloor", "access", "access"};
  event.add("door.id", "D1");
  event.add("tries", "2", ValueType::number);
  event.add("armed", "true", ValueType::boolean);
  event.add("note", "", ValueType::null);
  const std::string bytes =
      hex("08 01                       # version = 1\n"
          "12 00                       # strings[0] = \"\"\n"
          "12 0d 61 63 63 65 73 73 2e 64 65 6e 69 65 64  # [1] = \"access.denied\"\n"
          "12 01 73                    # [2] = \"s\"\n"
          "12 0a 77 61 74 63 68 66 6c 6f 6f 72  # [3] = \"watchfloor\"\n"
          "12 06 61 63 63 65 73 73     # [4] = \"access\"\n"
          "12 07 64 6f 6f 72 2e 69 64  # [5] = \"door.id\"\n"
          "12 02 44 31                 # [6] = \"D1\"\n"
          "12 05 74 72 69 65 73        # [7] = \"tries\"\n"
          "12 01 32                    # [8] = \"2\"\n"
          "12 05 61 72 6d 65 64        # [9] = \"armed\"\n"
          "12 04 74 72 75 65           # [10] = \"true\"\n"
          "12 04 6e 6f 74 65           # [11] = \"note\"\n"
          "18 80 a8 d6 b9 07           # base_time = 1 s, zigzag\n"
          "22 18                       # event\n"
          "   10 04                    #   seen_delta = 1 + 1, zigzag\n"
          "   18 01                    #   kind = [1]\n"
          "   20 03                    #   severity = 3\n"
          "   28 02                    #   source = [2]\n"
          "   30 03  38 04  40 04      #   product, service, category\n"
          "   52 08                    #   fields, packed\n"
          "      05 18                 #     [5]: [6], string\n"
          "      07 21                 #     [7]: [8], number\n"
          "      09 2a                 #     [9]: [10], boolean\n"
          "      0b 03                 #     [11]: \"\", null\n");
  CHECK(encoded({event}) == bytes);
  const auto decoded = decode_batch(bytes, {"door-1", 1, 0, 5});
  REQUIRE(decoded);
  event.agent = "door-1";
  event.id = "door-1:1:0:5";
  CHECK(decoded->front() == event);
  CHECK(encoded(*decoded) == bytes);
}

TEST_CASE("wire: an event seen before it happened, by a clock that is behind") {
  Event event;
  event.time = 100;
  event.seen = 98;
  event.kind = "other";
  const std::string bytes =
      hex("08 01  12 00\n"
          "12 05 6f 74 68 65 72  # [1] = \"other\"\n"
          "18 c8 01              # base_time = 100\n"
          "22 04\n"
          "   10 03              #   seen_delta = -2\n"
          "   18 01\n");
  CHECK(encoded({event}) == bytes);
  CHECK(decode_batch(bytes, kOrigin)->front().seen == 98);
}

TEST_CASE("wire: fields may come unpacked, as every reader of protobuf must accept") {
  const std::string bytes =
      hex("12 00  12 01 61  12 01 62\n"
          "22 04  50 01  50 08   # fields = 1, fields = 8\n");
  const auto decoded = decode_batch(bytes, kOrigin);
  REQUIRE(decoded);
  CHECK(decoded->front().fields == std::vector<Field>{{"a", "b", ValueType::string}});
}

TEST_CASE("an event of 1 MiB fits into a batch as the link takes it, whatever it consists of") {
  // The worst: names and values as short as so many different ones can be. 10 bytes as agents/kit counts them.
  const auto text = [](std::size_t n) {
    std::string out;
    for (; out.size() < 3; n /= 60) out += static_cast<char>('0' + n % 60);
    return out;
  };
  Event event;
  event.kind = "network.flow";
  constexpr std::size_t kFields = (1U << 20U) / 10;
  for (std::size_t i = 0; i < kFields; ++i) event.add(text(2 * i), text(2 * i + 1));
  std::string bytes;
  BatchEncoder().encode({&event, 1}, bytes);
  CHECK(bytes.size() > 3U << 19U);  // or it would not be the worst
  CHECK(bytes.size() < kMaxSentBytes);
}

TEST_CASE("wire: varints are read up to ten bytes and no further") {
  const auto read = [](std::string bytes, std::uint64_t& out) { return wire::Reader(bytes).varint(out); };
  std::uint64_t value = 0;
  CHECK((read(hex("ff ff ff ff ff ff ff ff ff 01"), value) && value == ~std::uint64_t{0}));
  CHECK_FALSE(read(hex("ff ff ff ff ff ff ff ff ff ff 01"), value));
  CHECK_FALSE(read(hex("80"), value));
  CHECK_FALSE(read("", value));
  for (const std::int64_t v : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN})
    CHECK(wire::unzigzag(wire::zigzag(v)) == v);
}

}  // namespace
}  // namespace wf
