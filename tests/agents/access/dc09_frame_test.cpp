#include "agents/access/dc09_frame.hpp"

#include "panel_sender.hpp"
#include "tests/support/catch.hpp"

namespace wf::access {
namespace {

using namespace test;
using What = Dc09Cut::What;

Dc09Frame frame_of(const std::string& bytes) {
  const Dc09Cut cut = cut_frame(bytes);
  REQUIRE(cut.what == What::frame);
  CHECK(cut.consumed == bytes.size());
  Result<Dc09Frame> frame = parse_frame(cut.body);
  if (!frame) FAIL(frame.error().text());
  return std::move(*frame);
}

TEST_CASE("the CRC is the one that its definition gives for 123456789") { CHECK(crc16_arc("123456789") == 0xBB3D); }

TEST_CASE("a message of a panel is read field by field") {
  const Dc09Frame sia = frame_of("\n97E50039\"SIA-DCS\"0042L0#1234[#1234|Nri1/BA12]_22:31:05,03-12-2026\r");
  CHECK(sia.id == "SIA-DCS");
  CHECK_FALSE(sia.encrypted);
  CHECK(sia.sequence == "0042");
  CHECK(sia.receiver.empty());
  CHECK(sia.prefix == "0");
  CHECK(sia.account == "1234");
  CHECK(sia.data == "#1234|Nri1/BA12");
  CHECK(sia.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
  const Dc09Frame cid = frame_of("\n54E9003C\"ADM-CID\"0007R5L9#ABC123[#ABC123|1110 01 015][X4.43][Y51.89]\r");
  CHECK(cid.id == "ADM-CID");
  CHECK(cid.receiver == "5");
  CHECK(cid.prefix == "9");
  CHECK(cid.account == "ABC123");
  CHECK(cid.data == "#ABC123|1110 01 015");
  CHECK(cid.extended == std::vector<std::string>{"X4.43", "Y51.89"});
  CHECK_FALSE(cid.time);
  const Dc09Frame null = frame_of("\n1EF20013\"NULL\"0000L0#1234[]\r");
  CHECK(null.id == "NULL");
  CHECK(null.data.empty());
}

// Made with `openssl enc -aes-…-cbc -nopad -iv 0`, padding of x.
TEST_CASE("what another program encrypted opens with each size of key") {
  const auto [hex, bytes] = GENERATE(table<const char*, const char*>({
      {"00112233445566778899AABBCCDDEEFF",
       "\n0E4D0078\"*SIA-DCS\"0042R1L0#1234["
       "B2FA0CFE02375330E14698C57441270B9CB4D2841AEB0C19B54C223570D95577057EC26D90912"
       "10B86C224062217EDA4\r"},
      {"00112233445566778899AABBCCDDEEFF0011223344556677",
       "\n14CD0078\"*SIA-DCS\"0042R1L0#1234[B5BF982D0F8BD4E76159FFF359CB3BF45F1948EC1DC9B2A76FB1997BA2332D466A766245552"
       "45A52E6FBD4F349A711C9\r"},
      {"00112233445566778899AABBCCDDEEFFFFEEDDCCBBAA99887766554433221100",
       "\n59BA0078\"*SIA-DCS\"0042R1L0#1234["
       "1244CB03B32B8B49F12FA3E06ECEBB110851A3EBB7D578EC35CADECD7F673D5539E23EA0377E3"
       "7AAAB0D5D73ACE1B47E\r"},
  }));
  Dc09Frame frame = frame_of(bytes);
  CHECK(frame.encrypted);
  CHECK(frame.id == "SIA-DCS");
  CHECK(frame.data.empty());
  const Result<void> wrong = open_frame(frame, key_of("00112233445566778899AABBCCDDEEFE"));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().what.find("key") != std::string::npos);
  CHECK(frame.data.empty());
  REQUIRE(open_frame(frame, key_of(hex)));
  CHECK(frame.data == "#1234|Nri1/BA12");
  CHECK(frame.extended == std::vector<std::string>{"VCAM-3"});
  CHECK(frame.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
}

TEST_CASE("what is built is read the same, in clear and with each key, whatever the length of its data") {
  const Dc09Key keys[] = {key_of("00112233445566778899AABBCCDDEEFF"),
                          key_of("00112233445566778899AABBCCDDEEFF0011223344556677"),
                          key_of("00112233445566778899AABBCCDDEEFFFFEEDDCCBBAA99887766554433221100")};
  for (int size = 0; size <= 40; ++size)
    for (int which = -1; which < 3; ++which) {
      Message message;
      message.data = "#1234|A" + std::string(static_cast<std::size_t>(size), 'a');
      message.extended = {"VCAM-1", "X4.4"};
      message.time = utc_from_civil(2026, 2, 28, 23, 59, 59);
      message.key = which < 0 ? nullptr : &keys[which];
      const std::string bytes = message.bytes();
      Dc09Frame frame = frame_of(bytes);
      if (which >= 0) {
        // 5.4.4.3: at least one byte of padding, at most sixteen.
        CHECK(frame.sealed.size() % 16 == 0);
        const std::size_t inside = message.data.size() + std::string("|][VCAM-1][X4.4]_22:31:05,03-12-2026").size();
        CHECK(frame.sealed.size() > inside);
        CHECK(frame.sealed.size() <= inside + 16);
        REQUIRE(open_frame(frame, keys[which]));
      }
      CHECK(frame.data == message.data);
      CHECK(frame.extended == message.extended);
      CHECK(frame.time == message.time);
    }
}

TEST_CASE("padding holds none of the characters that end it") {
  Message message;
  const Dc09Key key = key_of("00112233445566778899AABBCCDDEEFF");
  message.key = &key;
  // The tests' padding counts through all 256 values, so it meets them.
  for (int i = 0; i < 300; ++i) {
    Dc09Frame frame = frame_of(message.bytes());
    REQUIRE(open_frame(frame, key));
    CHECK(frame.data == "#1234|Nri1/BA12");
  }
}

TEST_CASE("a stream is cut into its frames however its bytes come") {
  Message first, second;
  second.sequence = "0002";
  const std::string all = "\r\n" + first.bytes() + "\n" + second.bytes();
  for (std::size_t step = 1; step <= all.size(); ++step) {
    std::string buffer;
    std::vector<std::string> sequences;
    for (std::size_t at = 0; at < all.size(); at += step) {
      buffer += all.substr(at, step);
      for (;;) {
        const Dc09Cut cut = cut_frame(buffer);
        CHECK(cut.what != What::broken);
        if (cut.what == What::frame) sequences.push_back(parse_frame(cut.body)->sequence);
        buffer.erase(0, cut.consumed);
        if (cut.what == What::more && cut.consumed == 0) break;
      }
    }
    INFO(step);
    CHECK(sequences == std::vector<std::string>{"0001", "0002"});
    CHECK(buffer.empty());
  }
}

TEST_CASE("what is no frame is passed over up to the next one, and said once with its reason") {
  const std::string good = Message().bytes();
  std::string crc = good, longer = good, shorter = good;
  crc[1] = crc[1] == '0' ? '1' : '0';
  longer.insert(longer.size() - 1, "]");
  shorter.erase(shorter.size() - 2, 1);
  const auto [bytes, why] = GENERATE_COPY(table<std::string, std::string>({
      {"GET / HTTP/1.1 ", "belong to no message"},
      {crc, "CRC is wrong"},
      {longer, "longer than it says"},
      {shorter, "shorter than it says"},
      {good.substr(0, 30), "breaks off"},
      {"\nABCDFFFF\"SIA-DCS\"0001", "longer than a message may be"},
      {"\nABCD00ZZ\"SIA-DCS\"0001", "no hexadecimal number"},
      {"\nthis is something else", "no message of DC-09"},
  }));
  INFO(why);
  std::string stream = bytes + good;
  const Dc09Cut broken = cut_frame(stream);
  REQUIRE(broken.what == What::broken);
  CHECK(broken.error.what.find(why) != std::string::npos);
  stream.erase(0, broken.consumed);
  const Dc09Cut next = cut_frame(stream);
  REQUIRE(next.what == What::frame);
  CHECK(next.consumed == stream.size());
}

TEST_CASE("a frame that says it is as long as may be needs no more room than promised") {
  Message message;
  message.data = "#1234|A" + std::string(0xFFF - std::string("\"SIA-DCS\"0001L0#1234[#1234|A]").size(), 'x');
  const std::string bytes = message.bytes();
  CHECK(bytes.size() == kDc09Longest);
  CHECK(cut_frame(bytes).what == What::frame);
  CHECK(cut_frame(bytes.substr(0, bytes.size() - 1)).what == What::more);
}

TEST_CASE("the CRC may stand as two bytes, even as a line feed") {
  for (int i = 0; i < 5000; ++i) {
    Dc09Frame frame;
    frame.id = "SIA-DCS";
    frame.sequence = "0001";
    frame.prefix = "0";
    frame.account = "1234";
    frame.data = "#1234|NBA" + std::to_string(i);
    frame.binary_crc = true;
    const std::string bytes = build_frame(frame);
    const Dc09Cut cut = cut_frame(bytes);
    INFO(i);
    REQUIRE(cut.what == What::frame);
    CHECK(cut.binary_crc);
    CHECK(parse_frame(cut.body)->data == frame.data);
  }
}

TEST_CASE("a name in the data may hold brackets") {
  const Dc09Frame frame =
      *parse_frame("\"SIA-DCS\"0001L0#1234[#1234|Nri1/BA12^Door [A] left^][VCAM-3]_22:31:05,03-12-2026");
  CHECK(frame.problem.empty());
  CHECK(frame.data == "#1234|Nri1/BA12^Door [A] left^");
  CHECK(frame.extended == std::vector<std::string>{"VCAM-3"});
  CHECK(frame.time == utc_from_civil(2026, 3, 12, 22, 31, 5));
}

TEST_CASE("who sent a message is known though its time stamp or what it says cannot be read") {
  const Dc09Frame stamp = *parse_frame("\"SIA-DCS\"0001L0#1234[#1234|Nri1/BA12]_9:05:01,4-1-2026");
  CHECK(stamp.problem.empty());
  CHECK(stamp.unreadable_time);
  CHECK_FALSE(stamp.time);
  CHECK(stamp.data == "#1234|Nri1/BA12");
  for (const char* text : {"25:00:00,01-01-2026", "14:12:04,09-25-201"})
    CHECK(parse_frame("\"SIA-DCS\"0001L0#1234[abc]_" + std::string(text))->unreadable_time);
  const Dc09Frame rest = *parse_frame("\"SIA-DCS\"0001L0#1234[#1234|Nri1/BA12]and more");
  CHECK(rest.account == "1234");
  CHECK(rest.sequence == "0001");
  CHECK(rest.problem.find("have no end") != std::string::npos);
  CHECK(rest.data == "#1234|Nri1/BA12]and more");
  CHECK(parse_frame("\"SIA-DCS\"0001L0#1234[abc")->problem.find("have no end") != std::string::npos);
  CHECK(parse_frame("\"SIA-DCS\"0001L0#1234[abc][Vx")->problem.find("field has no end") != std::string::npos);
}

TEST_CASE("a key may be characters, as panels without hexadecimal keys have them") {
  const Result<Dc09Key> key = Dc09Key::from_text("Wachtwoord van paneel nummer een");
  REQUIRE(key);
  CHECK(key->bytes().size() == 32);
  CHECK(key->bytes()[0] == 'W');
  for (const char* text : {"", "short", "seventeen letters"}) CHECK_FALSE(Dc09Key::from_text(text));
}

TEST_CASE("a body that is no message is refused with its reason") {
  const auto [body, why] = GENERATE(table<std::string, std::string>({
      {"", "no id"},
      {"\"\"0001L0#1234[]", "id cannot be read"},
      {"\"SIA-DCS0001L0#1234[]", "id cannot be read"},
      {"\"SIA-DCS\"L0#1234[]", "no sequence number"},
      {"\"SIA-DCS\"00012L0#1234[]", "account cannot be read"},
      {"\"SIA-DCS\"0001L0#1234", "account cannot be read"},
      {"\"SIA-DCS\"0001L0#12_34[]", "account cannot be read"},
      {"\"*SIA-DCS\"0001L0#1234[ABCD", "whole number of blocks"},
      {"\"*SIA-DCS\"0001L0#1234[", "whole number of blocks"},
      {"\"*SIA-DCS\"0001L0#1234[ZZ112233445566778899AABBCCDDEEFF", "not hexadecimal"},
  }));
  const Result<Dc09Frame> frame = parse_frame(body);
  INFO(body);
  REQUIRE_FALSE(frame);
  CHECK(frame.error().what.find(why) != std::string::npos);
}

TEST_CASE("a time stamp is written and read in UTC, month first") {
  const UtcNs time = utc_from_civil(2026, 1, 31, 8, 7, 6);
  CHECK(format_stamp(time + 999 * kMillisecond) == "08:07:06,01-31-2026");
  CHECK(parse_stamp("08:07:06,01-31-2026") == time);
  for (const char* bad :
       {"", "08:07:06,31-01-2026", "8:07:06,01-31-2026", "08:07:06 01-31-2026", "08:07:06,02-30-2026"})
    CHECK_FALSE(parse_stamp(bad));
}

TEST_CASE("a key has the size of one of the three AES keys") {
  CHECK(Dc09Key::from_hex(std::string(32, 'a')));
  CHECK(Dc09Key::from_hex(std::string(48, '0')));
  CHECK(Dc09Key::from_hex(std::string(64, 'F')));
  CHECK_FALSE(Dc09Key::from_hex(""));
  CHECK_FALSE(Dc09Key::from_hex(std::string(34, 'a')));
  CHECK_FALSE(Dc09Key::from_hex(std::string(32, 'g')));
}

}  // namespace
}  // namespace wf::access
