#include "agents/access/osdp/secure_channel.hpp"

#include <random>

#include "tests/agents/access/osdp_samples.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

// SIA OSDP, Annex E: the secure channel's example.
const Nonce kPanelRandom = array_from_hex<8>("b0b1b2b3b4b5b6b7");
const Nonce kReaderRandom = array_from_hex<8>("a0a1a2a3a4a5a6a7");

TEST_CASE("session keys, cryptograms and the first MAC are those that the standard's Annex E prints") {
  const SessionKeys keys = session_keys(kDefaultKey, kPanelRandom);
  CHECK(to_hex(kDefaultKey) == "303132333435363738393a3b3c3d3e3f");
  CHECK(to_hex(keys.enc) == "bf8dc2a8329acb8c67c6d0cd9a451682");
  CHECK(to_hex(keys.mac1) == "5e86c676603bdee2d8beafe178637332");
  CHECK(to_hex(keys.mac2) == "6fda86e857777e81132035758239172e");
  CHECK(to_hex(reader_cryptogram(keys, kPanelRandom, kReaderRandom)) == "fde5d2f428ec16312471ea3c02bd7796");
  const Block panel = panel_cryptogram(keys, kPanelRandom, kReaderRandom);
  CHECK(to_hex(panel) == "26d3356e07762d262801fc8e6665a891");
  CHECK(to_hex(first_mac(keys, panel)) == "b2a30057eb98ba2229ec1f875662b524");
}

TEST_CASE("the vectors that were handed over are the same") {
  const std::filesystem::path file = osdp_sample("sia_annex_e_vectors.json");
  if (absent(file)) return;
  std::ifstream in(file);
  const nlohmann::json all = nlohmann::json::parse(in);
  for (const auto& one : all.at("crc16")) {
    const std::uint16_t crc = crc16(from_hex(one.at("msg").get<std::string>()));
    const std::array<std::uint8_t, 2> little{static_cast<std::uint8_t>(crc), static_cast<std::uint8_t>(crc >> 8U)};
    CHECK(to_hex(little) == one.at("crc_le").get<std::string>());
  }
  for (const auto& one : all.at("checksum8")) {
    const std::uint8_t sum = checksum8(from_hex(one.at("msg").get<std::string>()));
    CHECK(to_hex({&sum, 1}) == one.at("sum").get<std::string>());
  }
  const auto& channel = all.at("secure_channel");
  const auto text = [&](const char* name) { return channel.at(name).get<std::string>(); };
  const Nonce a = array_from_hex<8>(text("cp_random")), b = array_from_hex<8>(text("pd_random"));
  const SessionKeys keys = session_keys(array_from_hex<16>(text("scbk_d")), a);
  CHECK(to_hex(keys.enc) == text("s_enc"));
  CHECK(to_hex(keys.mac1) == text("s_mac1"));
  CHECK(to_hex(keys.mac2) == text("s_mac2"));
  CHECK(to_hex(panel_cryptogram(keys, a, b)) == text("cp_cryptogram"));
  CHECK(to_hex(reader_cryptogram(keys, a, b)) == text("pd_cryptogram"));
  CHECK(to_hex(first_mac(keys, panel_cryptogram(keys, a, b))) == text("rmac_i"));
}

struct Pair {
  SessionKeys keys = session_keys(kDefaultKey, kPanelRandom);
  Block first = first_mac(keys, panel_cryptogram(keys, kPanelRandom, kReaderRandom));
  SecureSession panel{keys, first}, reader{keys, first};
};

std::vector<std::uint8_t> sent(SecureSession& session, bool reply, std::uint8_t code, Bytes data) {
  std::array<std::uint8_t, kLargestFrame + 1> out{};
  const std::size_t size = build_frame({5, reply, 1, Check::crc, 0, {}, code, data}, &session, out);
  REQUIRE(size > 0);
  return {out.begin() + 1, out.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST_CASE("both sides of a session understand each other, data of any size") {
  Pair pair;
  std::mt19937 random(3);
  std::array<std::uint8_t, kLargestFrame> scratch{};
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::uint8_t> data(size);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random() % 3 == 0 ? 0 : random());
    for (const bool reply : {false, true}) {
      const std::vector<std::uint8_t> bytes = sent(reply ? pair.reader : pair.panel, reply, 0x68, data);
      const std::optional<Frame> frame = parse_frame(bytes);
      REQUIRE(frame);
      CHECK(frame->block == (reply ? 0x16 : 0x15) + (size > 0 ? 2 : 0));
      const Opened opened = open_frame(*frame, reply ? pair.panel : pair.reader, scratch);
      REQUIRE(opened.verdict == Opened::Verdict::good);
      CHECK(to_hex(opened.data) == to_hex(data));
    }
  }
}

TEST_CASE("what is not the other side's next message is forged, and changes nothing") {
  Pair pair;
  std::array<std::uint8_t, kLargestFrame> scratch{};
  const std::vector<std::uint8_t> data = from_hex("010203");
  const std::vector<std::uint8_t> first = sent(pair.panel, false, 0x68, data);
  std::vector<std::uint8_t> changed = first;
  changed[10] ^= 1;
  const std::uint16_t crc = crc16(Bytes(changed).first(changed.size() - 2));
  changed[changed.size() - 2] = static_cast<std::uint8_t>(crc);
  changed[changed.size() - 1] = static_cast<std::uint8_t>(crc >> 8U);
  REQUIRE(parse_frame(changed));
  CHECK(open_frame(*parse_frame(changed), pair.reader, scratch).verdict == Opened::Verdict::forged);
  CHECK(open_frame(*parse_frame(first), pair.reader, scratch).verdict == Opened::Verdict::good);
  // Said again, it is not the next one.
  sent(pair.reader, true, 0x40, {});
  CHECK(open_frame(*parse_frame(first), pair.reader, scratch).verdict == Opened::Verdict::forged);
}

TEST_CASE("a message without a security block is plain, whatever it says") {
  Pair pair;
  std::array<std::uint8_t, kLargestFrame> scratch{};
  const std::vector<std::uint8_t> bytes = from_hex("5385080006406ce9");
  CHECK(open_frame(*parse_frame(bytes), pair.panel, scratch).verdict == Opened::Verdict::plain);
}

TEST_CASE("padding is one mark and noughts within the last block") {
  Pair pair;
  std::array<std::uint8_t, 64> out{};
  const auto text_of = [&](std::string_view clear) {
    // Of data that already ends as padding does, the last block is left off.
    std::vector<std::uint8_t> text(from_hex(clear).size() + 16);
    REQUIRE(pair.panel.encrypt(From::panel, from_hex(clear), text) == text.size());
    return std::vector<std::uint8_t>(text.begin(), text.end() - 16);
  };
  CHECK(pair.reader.decrypt(From::panel, text_of("0102 8000000000000000000000000000"), out) == 2);
  CHECK(pair.reader.decrypt(From::panel, text_of("80000000000000000000000000000000"), out) == 0);
  CHECK_FALSE(pair.reader.decrypt(From::panel, text_of("01020300000000000000000000000000"), out));
  CHECK_FALSE(pair.reader.decrypt(From::panel, text_of("00000000000000000000000000000000"), out));
  CHECK_FALSE(pair.reader.decrypt(From::panel,
                                  text_of("01020380000000000000000000000000 00000000000000000000000000000000"), out));
  CHECK_FALSE(pair.reader.decrypt(From::panel, from_hex("0102"), out));
  CHECK(pair.reader.decrypt(From::panel, {}, out) == 0);
}

// The key of the recording, a public example key: whoever recorded it chose the bytes 00 11 22 … ff.
const Key kRecordedKey = array_from_hex<16>("00112233445566778899aabbccddeeff");

TEST_CASE("every message of a recorded session has the MAC that ours has") {
  const std::filesystem::path file = osdp_sample("libosdp32_cp_pd_scbk.bytes.jsonl");
  if (absent(file)) return;
  std::optional<SecureSession> session;
  Nonce a{}, b{};
  int messages = 0;
  std::string said;
  std::array<std::uint8_t, kLargestFrame> scratch{};
  for (const Recorded& record : recorded(file)) {
    const std::optional<Frame> frame = parse_frame(Bytes(record.bytes).subspan(1));
    REQUIRE(frame);
    if (frame->block == block::kChallenge) std::copy_n(frame->data.begin(), 8, a.begin());
    if (frame->block == block::kCcrypt) {
      std::copy_n(frame->data.begin() + 8, 8, b.begin());
      CHECK(same(frame->data.subspan(16), reader_cryptogram(session_keys(kRecordedKey, a), a, b)));
    }
    if (frame->block == block::kRmacI) {
      const SessionKeys keys = session_keys(kRecordedKey, a);
      const Block first = first_mac(keys, panel_cryptogram(keys, a, b));
      CHECK(same(frame->data, first));
      session.emplace(keys, first);
    }
    if (frame->mac.empty()) continue;
    REQUIRE(session);
    const Opened opened = open_frame(*frame, *session, scratch);
    REQUIRE(opened.verdict == Opened::Verdict::good);
    ++messages;
    if (!opened.data.empty()) said += to_hex({&frame->code, 1}) + ":" + to_hex(opened.data) + " ";
  }
  CHECK(messages == 598);
  CHECK(said ==
        "50:00011a00a1b2c340 50:000125000123456780 53:0006313233343523 49:01000100 48:0100 "
        "69:000000000000000000010a0a0100 68:00051e00 6a:0002010102 49:00010000 ");
}

}  // namespace
}  // namespace wf::access::osdp
