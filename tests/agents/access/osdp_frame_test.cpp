#include "agents/access/osdp/frame.hpp"

#include <random>

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/support/catch.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

std::vector<std::uint8_t> built(const Outgoing& frame) {
  std::array<std::uint8_t, kLargestFrame + 8> out{};
  const std::size_t begun = begin_frame(frame, out);
  REQUIRE(begun > 0);
  const std::size_t size = end_frame(frame.check, out, begun);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

// Everything that the reader finds in bytes that come in pieces of `step`.
std::vector<std::string> found(FrameReader& reader, Bytes bytes, std::size_t step) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const Bytes part = bytes.subspan(at, std::min(step, bytes.size() - at));
    REQUIRE(reader.push(part) == part.size());
    while (const std::optional<Frame> frame = reader.next()) out.push_back(to_hex(frame->whole));
  }
  return out;
}

std::vector<std::uint8_t> operator+(std::vector<std::uint8_t> one, const std::vector<std::uint8_t>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

TEST_CASE("CRC and checksum are those that the standard's Annex E prints") {
  CHECK(crc16(from_hex("537f0d00046e0080250000")) == 0x386e);
  CHECK(crc16(from_hex("53000900046100")) == 0x66c0);
  CHECK(checksum8(from_hex("537f0c00006e0080250000")) == 0x0f);
  CHECK(checksum8(from_hex("53000800006100")) == 0x44);
}

TEST_CASE("a frame is built as the standard's Annex E prints it and read again") {
  const std::uint8_t zero = 0;
  CHECK(to_hex(built({0, false, 0, Check::crc, 0, {}, command::kId, Bytes(&zero, 1)})) == "ff53000900046100c066");
  CHECK(to_hex(built({0, false, 0, Check::checksum, 0, {}, command::kId, Bytes(&zero, 1)})) == "ff5300080000610044");
  const std::vector<std::uint8_t> comset = from_hex("537f0d00046e00802500006e38");
  const std::optional<Frame> frame = parse_frame(comset);
  REQUIRE(frame);
  CHECK(frame->address == kBroadcast);
  CHECK_FALSE(frame->reply);
  CHECK(frame->code == command::kComset);
  CHECK(to_hex(frame->data) == "0080250000");
  CHECK(frame->block == 0);
}

TEST_CASE("frames of every shape come back as they were built") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> data(random() % 200), block_data(random() % 4);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random());
    for (std::uint8_t& byte : block_data) byte = static_cast<std::uint8_t>(random());
    Outgoing out;
    out.address = static_cast<std::uint8_t>(random() % 128);
    out.reply = random() % 2 == 0;
    out.sequence = static_cast<std::uint8_t>(random() % 4);
    out.check = random() % 2 == 0 ? Check::crc : Check::checksum;
    out.block = static_cast<std::uint8_t>(random() % 5 == 0 ? 0 : 0x11 + random() % 4);
    if (out.block != 0) out.block_data = block_data;
    out.code = static_cast<std::uint8_t>(random());
    out.data = data;
    const std::vector<std::uint8_t> bytes = built(out);
    const std::optional<Frame> in = parse_frame(Bytes(bytes).subspan(1));
    REQUIRE(in);
    CHECK(in->address == out.address);
    CHECK(in->reply == out.reply);
    CHECK(in->sequence == out.sequence);
    CHECK(in->check == out.check);
    CHECK(in->block == out.block);
    CHECK(in->code == out.code);
    CHECK(to_hex(in->data) == to_hex(out.data));
    CHECK(to_hex(in->block_data) == to_hex(out.block_data));
    // No single damaged byte passes.
    std::vector<std::uint8_t> bad(bytes.begin() + 1, bytes.end());
    bad[random() % bad.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    CHECK_FALSE(parse_frame(bad));
  }
}

TEST_CASE("a frame with a right check and a wrong inside is refused") {
  const auto refused = [](std::string_view body) {
    std::vector<std::uint8_t> bytes = from_hex(body);
    bytes[2] = static_cast<std::uint8_t>(bytes.size() + 2);
    const std::uint16_t crc = crc16(bytes);
    bytes.push_back(static_cast<std::uint8_t>(crc));
    bytes.push_back(static_cast<std::uint8_t>(crc >> 8U));
    INFO(body);
    CHECK_FALSE(parse_frame(bytes));
    FrameReader reader;
    CHECK(found(reader, bytes, bytes.size()).empty());
    CHECK(reader.broken() == 1);
  };
  refused("530000000c 01 15 40");  // a block shorter than itself
  refused("530000000c 00 15 40");  // of no size
  refused("530000000c ff 15 40");  // longer than the frame
  refused("530000000c 03 11 00");  // and then no code
  refused("530000000c 02 10 40");  // of no known type
  refused("530000000c 02 19 40");
  refused("530000000c 02 15 40 010203");  // no room for the MAC
  refused("530000000c 02 15 01020304");   // a MAC and no code
}

TEST_CASE("frames are found in noise, however their bytes come") {
  const std::vector<std::uint8_t> ack = from_hex("ff5385080006406ce9"), poll = from_hex("ff530508000660deef");
  const std::vector<std::uint8_t> noise = from_hex("00 53 53 ff 41 53 85 08 00 53 85 00 00 04 ff");
  const std::vector<std::uint8_t> line = noise + ack + poll + from_hex("53") + ack + noise;
  for (std::size_t step = 1; step <= line.size(); ++step) {
    FrameReader reader;
    CHECK(found(reader, line, step) ==
          std::vector<std::string>{"5385080006406ce9", "530508000660deef", "5385080006406ce9"});
    CHECK(reader.noise() >= 10);
  }
}

TEST_CASE("what looked like a long frame hides the next one only until it is given up") {
  FrameReader reader;
  CHECK(found(reader, from_hex("53 80 40 00 04"), 1).empty());
  CHECK(reader.partial());
  CHECK(found(reader, from_hex("ff5385080006406ce9"), 1).empty());
  reader.reset();
  CHECK_FALSE(reader.partial());
  CHECK(found(reader, from_hex("ff5385080006406ce9"), 1).size() == 1);
}

TEST_CASE("behind a frame whose check is wrong the next one is found in the same bytes") {
  FrameReader reader;
  CHECK(found(reader, from_hex("ff5385080006406cea ff5385080006406ce9"), 100) ==
        std::vector<std::string>{"5385080006406ce9"});
  CHECK(reader.broken() == 1);
}

TEST_CASE("any bytes are taken, none is kept for ever") {
  std::mt19937 random(11);
  FrameReader reader;
  for (int i = 0; i < 20'000; ++i) {
    std::array<std::uint8_t, 97> part{};
    for (std::uint8_t& byte : part) byte = static_cast<std::uint8_t>(random() % 3 == 0 ? kStart : random() % 8);
    REQUIRE(reader.push(part) == part.size());
    while (reader.next()) {
    }
  }
  reader.reset();
  CHECK_FALSE(reader.partial());
}

TEST_CASE("a frame that is too long for the line is not built") {
  std::array<std::uint8_t, 16> small{};
  const std::vector<std::uint8_t> data(20), huge(kLargestFrame);
  std::array<std::uint8_t, 2 * kLargestFrame> large{};
  CHECK(begin_frame({0, false, 0, Check::crc, 0, {}, 1, data}, small) == 0);
  CHECK(begin_frame({0, false, 0, Check::crc, 0, {}, 1, huge}, large) == 0);
}

}  // namespace
}  // namespace wf::access::osdp
