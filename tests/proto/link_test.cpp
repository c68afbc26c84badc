#include "proto/link_message.hpp"
#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

using test::EventGenerator;
using test::hex;

std::string encoded(const LinkMessage& message) {
  std::string out;
  encode_link(message, out);
  return out;
}

LinkMessage any_message(EventGenerator& generator) {
  LinkMessage m;
  m.kind = static_cast<LinkKind>(generator.below(static_cast<std::uint64_t>(kLastLinkKind) + 1));
  m.wire_version = static_cast<std::uint32_t>(generator.below(3));
  m.agent_version = generator.text();
  m.epoch = generator.below(2) == 0 ? ~std::uint64_t{0} : generator.below(1000);
  m.lane = static_cast<std::uint8_t>(generator.below(3));
  m.first_sequence = generator.below(1U << 30U);
  m.count = static_cast<std::uint32_t>(generator.below(1U << 20U));
  m.window = static_cast<std::uint32_t>(generator.below(64));
  m.reason = generator.text();
  m.agent_name = generator.text();
  m.public_key = generator.text();
  m.agent_kind = generator.text();
  for (std::uint64_t n = generator.below(4); n > 0; --n)
    m.stored.push_back({generator.below(1000), static_cast<std::uint8_t>(generator.below(3)), generator.below(1000)});
  m.clock = generator.time();
  m.last_sequence = generator.below(1U << 30U);
  m.lease = generator.text();
  m.renew = generator.below(2) == 0;
  m.window_bytes = generator.below(1U << 30U);
  m.command_key = generator.text();
  m.next_engine_key = generator.text();
  m.next_command_key = generator.text();
  m.next_command_proof = generator.text();
  for (std::uint64_t n = generator.below(4); n > 0; --n) m.devices.push_back(generator.text());
  m.attachment = generator.text();
  m.offset = generator.below(1U << 30U);
  m.total = generator.below(1U << 30U);
  m.media_type = generator.text();
  return m;
}

TEST_CASE("a link message that was encoded is decoded") {
  EventGenerator generator(21);
  for (int round = 0; round < 500; ++round) {
    const LinkMessage message = any_message(generator);
    const auto decoded = decode_link(encoded(message));
    REQUIRE(decoded);
    REQUIRE(*decoded == message);
  }
}

TEST_CASE("a link message cut short or damaged never crashes") {
  EventGenerator generator(22);
  for (int round = 0; round < 100; ++round) {
    const std::string bytes = encoded(any_message(generator));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      static_cast<void>(decode_link({cut.data(), cut.size()}));
    }
    for (int i = 0; i < 100; ++i) {
      const auto decoded = decode_link(generator.mutated(bytes));
      if (!decoded) continue;
      REQUIRE(decode_link(encoded(*decoded)));
    }
  }
}

TEST_CASE("a kind of message from a newer peer decodes as none") {
  const auto decoded = decode_link(hex("08 7b  # kind = 123\n fa 07 01 61  # field 127: unknown\n"));
  REQUIRE(decoded);
  CHECK(decoded->kind == LinkKind::none);
}

TEST_CASE("an unknown lane in a header is refused, in what is stored it is passed over") {
  CHECK_FALSE(decode_link(hex("08 03  28 03  # lane = 3\n")));
  const auto decoded =
      decode_link(hex("08 02                 # WELCOME\n"
                      "6a 06 08 01 10 09 18 02  # stored: epoch 1, lane 9\n"
                      "6a 06 08 01 10 02 18 05  # stored: epoch 1, lane 2, sequence 5\n"));
  REQUIRE(decoded);
  CHECK(decoded->stored == std::vector<LaneStored>{{1, 2, 5}});
}

TEST_CASE("a header over the limit is refused unread") {
  const auto decoded = decode_link(std::string(kMaxHeaderBytes + 1, '\0'));
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().what.find("over the limit") != std::string::npos);
}

TEST_CASE("a bad character costs that character and not the message") {
  LinkMessage message;
  message.kind = LinkKind::refuse;
  message.reason = "revoked \xff today";
  const auto decoded = decode_link(encoded(message));
  REQUIRE(decoded);
  CHECK(decoded->reason == "revoked \xef\xbf\xbd today");
}

TEST_CASE("wire: an acknowledgement") {
  LinkMessage ack;
  ack.kind = LinkKind::ack;
  ack.wire_version = 1;  // as the first releases wrote it
  ack.epoch = 5;
  ack.lane = 2;
  ack.first_sequence = 300;
  ack.count = 64;
  const std::string bytes =
      hex("08 04     # ACK\n"
          "10 01     # wire_version = 1\n"
          "20 05     # epoch\n"
          "28 02     # lane\n"
          "30 ac 02  # first_sequence = 300\n"
          "38 40     # count = 64\n");
  CHECK(encoded(ack) == bytes);
  CHECK(*decode_link(bytes) == ack);
}

TEST_CASE("an agent's report that was encoded is decoded, and damage to it never crashes") {
  EventGenerator generator(23);
  for (int round = 0; round < 200; ++round) {
    AgentReport report;
    for (std::uint64_t n = generator.below(4); n > 0; --n)
      report.sources.push_back({generator.text(), "running", generator.below(1U << 30U), generator.below(1U << 30U),
                                generator.below(9), generator.text(), generator.time()});
    report.spooled = generator.below(1U << 30U);
    report.spool_bytes = ~std::uint64_t{0};
    report.resident_bytes = generator.below(1U << 30U);
    for (std::uint64_t n = generator.below(3); n > 0; --n)
      report.outputs.push_back({generator.text(), {"unlock", generator.text()}, 30});
    std::string bytes;
    encode_report(report, bytes);
    const auto decoded = decode_report(bytes);
    REQUIRE(decoded);
    REQUIRE(*decoded == report);
    for (int i = 0; i < 20; ++i) static_cast<void>(decode_report(generator.mutated(bytes)));
  }
}

}  // namespace
}  // namespace wf
