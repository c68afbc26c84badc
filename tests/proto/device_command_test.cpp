#include "proto/device_command.hpp"
#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

using test::EventGenerator;
using test::hex;

std::string encoded(const DeviceCommand& command) {
  std::string out;
  encode_device_command(command, out);
  return out;
}

DeviceCommand any_command(EventGenerator& generator) {
  const auto word = [&] {
    std::string out = generator.text();
    return out.empty() ? std::string("x") : out;
  };
  DeviceCommand c;
  c.id = word();
  c.agent = generator.text();
  c.device = word();
  c.action = word();
  c.seconds = static_cast<std::uint32_t>(generator.below(1U << 30U));
  c.issued = generator.time();
  c.expires = generator.time();
  c.actor = generator.text();
  c.reason = generator.text();
  c.incident = generator.below(2) == 0 ? ~std::uint64_t{0} : generator.below(1000);
  return c;
}

TEST_CASE("a command that was encoded is decoded") {
  EventGenerator generator(31);
  for (int round = 0; round < 300; ++round) {
    const DeviceCommand command = any_command(generator);
    const std::string bytes = encoded(command);
    if (bytes.size() > (16U << 10U)) continue;
    const auto decoded = decode_device_command(bytes);
    REQUIRE(decoded);
    REQUIRE(*decoded == command);
    const SignedCommand whole{bytes, std::string(64, '\x5a')};
    std::string frame;
    encode_signed_command(whole, frame);
    if (frame.size() > (16U << 10U)) continue;
    const auto back = decode_signed_command(frame);
    REQUIRE(back);
    CHECK(back->command == whole.command);
    CHECK(back->signature == whole.signature);
  }
}

TEST_CASE("damage to a command never crashes and never makes one without id, device or action") {
  EventGenerator generator(37);
  for (int round = 0; round < 100; ++round) {
    const std::string bytes = encoded(any_command(generator));
    std::string frame;
    encode_signed_command({bytes, std::string(64, 's')}, frame);
    for (std::size_t length = 0; length < std::min<std::size_t>(bytes.size(), 200); ++length) {
      const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      static_cast<void>(decode_device_command({cut.data(), cut.size()}));
    }
    for (int i = 0; i < 100; ++i) {
      const auto decoded = decode_device_command(generator.mutated(bytes));
      if (decoded) {
        REQUIRE_FALSE(decoded->id.empty());
        REQUIRE_FALSE(decoded->device.empty());
        REQUIRE_FALSE(decoded->action.empty());
      }
      const auto whole = decode_signed_command(generator.mutated(frame));
      if (whole) REQUIRE(whole->signature.size() == 64);
    }
  }
}

TEST_CASE("a command over the limit, or with a signature of another length, is refused") {
  DeviceCommand command{"1", "gate-7", "door-3", "unlock", 5, 1, 2, "", std::string(17U << 10U, 'r'), 0};
  CHECK_FALSE(decode_device_command(encoded(command)));
  std::string frame;
  encode_signed_command({"x", std::string(63, 's')}, frame);
  CHECK_FALSE(decode_signed_command(frame));
  encode_signed_command({"x", std::string(65, 's')}, frame);
  CHECK_FALSE(decode_signed_command(frame));
}

TEST_CASE("what is signed says its purpose first, so that no signature of another kind fits") {
  using namespace std::string_literals;
  CHECK(signed_text("abc") == "watchfloor device command 1\0abc"s);
}

TEST_CASE("wire: unlock a door for five seconds") {
  const DeviceCommand command{"c1", "gate-7", "door-3", "unlock", 5, 1000, 2000, "ann", "courier", 42};
  const std::string bytes =
      hex("0a 02 63 31              # id = c1\n"
          "12 06 67 61 74 65 2d 37  # agent = gate-7\n"
          "1a 06 64 6f 6f 72 2d 33  # device = door-3\n"
          "22 06 75 6e 6c 6f 63 6b  # action = unlock\n"
          "28 05                    # seconds\n"
          "30 d0 0f                 # issued = 1000, zigzag\n"
          "38 a0 1f                 # expires = 2000, zigzag\n"
          "42 03 61 6e 6e           # actor = ann\n"
          "4a 07 63 6f 75 72 69 65 72  # reason = courier\n"
          "50 2a                    # incident = 42\n");
  CHECK(encoded(command) == bytes);
  CHECK(*decode_device_command(bytes) == command);
  std::string frame;
  encode_signed_command({"\x01\x02", std::string(64, '\x07')}, frame);
  CHECK(frame == hex("0a 02 01 02  # command\n"
                     "12 40       # signature, 64 bytes\n") +
                     std::string(64, '\x07'));
}

}  // namespace
}  // namespace wf
