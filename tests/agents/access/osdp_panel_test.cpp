// The panel against readers of our own making, in simulated time.
#include "agents/access/osdp/panel.hpp"

#include "tests/agents/access/osdp_line.hpp"
#include "tests/agents/access/osdp_samples.hpp"
#include "tests/support/allocations.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

const Key kKey = array_from_hex<16>("5a01c37711ee94020b38d6f0a2647c19");
const Key kOther = array_from_hex<16>("ffeeddccbbaa99887766554433221100");

PeripheralOptions plain(std::uint8_t address) {
  PeripheralOptions out;
  out.address = address;
  out.plain_text = true;
  return out;
}

PeripheralOptions keyed(std::uint8_t address, const Key& key = kKey) {
  PeripheralOptions out;
  out.address = address;
  out.key = key;
  return out;
}

TEST_CASE("a reader in plain text is found, asked what it is, and polled") {
  Line line({plain(5)});
  SimulatedReader& reader = line.add(5);
  line.told.quiet = false;
  line.run(kSecond);
  REQUIRE(line.told.all.size() >= 4);
  CHECK(line.told.all[0] == "0 online plain");
  CHECK(line.told.all[1] == "0 said 48 0000");
  CHECK(line.told.all[2] == "0 said 49 00000000");
  CHECK(line.told.all[3] == "0 said 4a 0000");
  CHECK(to_hex(line.told.identities[0].vendor) == "697a99");
  CHECK(line.told.identities[0].serial == 0x01000005);
  CHECK(line.told.identities[0].capabilities[1].count == 4);
  CHECK(reader.polls >= 15);
  // 0, then 1, 2, 3, 1, …
  for (std::size_t i = 1; i < reader.sequences.size(); ++i) CHECK(reader.sequences[i] == (i - 1) % 3 + 1);
  reader.queue(reply::kRaw, from_hex("00001a00a1b2c340"));
  line.run(kSecond / 10);
  CHECK(line.told.has("0 said 50 00001a00a1b2c340"));
}

TEST_CASE("with its key a reader is spoken to in the secure channel alone") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  reader.demands_security = true;
  reader.plain_blocks = GENERATE(false, true);
  reader.says_crc = GENERATE(true, false);  // the handshake has a CRC whatever it says
  line.run(kSecond);
  CHECK(line.told.all == std::vector<std::string>{"0 online secure"});
  CHECK(reader.plain_polls == 0);
  CHECK(reader.polls >= 12);
  reader.queue(reply::kKeypad, from_hex("000431323334"));
  line.run(kSecond / 10);
  CHECK(line.told.has("0 said 53 000431323334"));
  CHECK(line.panel.reader(0).counters().forged == 0);
}

TEST_CASE("a wrong key never ends in plain text") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kOther);
  line.run(kMinute);
  CHECK(line.told.all == std::vector<std::string>{"0 insecure: it has another key than the one here"});
  CHECK(reader.polls == 0);
  CHECK_FALSE(line.panel.reader(0).online());
  SECTION("and once it has the right one it comes by itself") {
    reader.key = kKey;
    line.run(kMinute + kSecond);
    CHECK(line.told.all.back() == "0 online secure");
  }
}

TEST_CASE("a reader without a secure channel is refused if it has a key here") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5);
  line.run(kMinute);
  CHECK(line.told.all == std::vector<std::string>{"0 insecure: it refuses a secure channel"});
  CHECK(reader.polls == 0);
}

TEST_CASE("with plain text allowed a wrong key is said, and the reader goes on in plain text") {
  PeripheralOptions options = keyed(5);
  options.plain_text = true;
  Line line({options});
  SimulatedReader& reader = line.add(5, kOther);
  line.run(kMinute);
  CHECK(line.told.all ==
        std::vector<std::string>{"0 insecure: it has another key than the one here, goes on", "0 online plain"});
  CHECK(reader.plain_polls > 1000);
  reader.key = kKey;
  line.run(11 * kMinute);
  CHECK(line.told.all.back() == "0 online secure");
  CHECK(line.panel.reader(0).secure());
}

TEST_CASE("a reader with the default key is refused unless it may be paired") {
  PeripheralOptions options = keyed(5);
  options.pair = GENERATE(false, true);
  Line line({options});
  SimulatedReader& reader = line.add(5);
  reader.default_key = true;
  reader.demands_security = true;
  reader.forgets_at_keyset = GENERATE(false, true);
  line.run(kSecond);
  if (!options.pair) {
    CHECK(line.told.all == std::vector<std::string>{"0 insecure: it refuses a secure channel"});
    CHECK_FALSE(reader.key);
    return;
  }
  CHECK(line.told.all == std::vector<std::string>{"0 paired", "0 online secure"});
  CHECK(reader.key == kKey);
  CHECK(reader.plain_polls == 0);
  // Each handshake, with the own key, the default one and the own one again, began with sequence 0.
  CHECK(std::count(reader.sequences.begin(), reader.sequences.end(), 0) == 4);
  // One that was paired is not paired again: another one in its place does not get the key.
  reader.key.reset();
  reader.default_key = true;
  reader.reset();
  line.run(kMinute);
  CHECK(line.told.all.back() == "0 insecure: it refuses a secure channel");
  CHECK_FALSE(reader.key);
}

TEST_CASE("a reader that may be paired and has neither key is refused") {
  PeripheralOptions options = keyed(5);
  options.pair = true;
  Line line({options});
  SimulatedReader& reader = line.add(5, kOther);
  reader.default_key = false;
  line.run(kMinute);
  CHECK(line.told.all == std::vector<std::string>{"0 insecure: it has neither its own key nor the default one"});
  CHECK(reader.polls == 0);
}

TEST_CASE("a lost answer is asked for again with the same sequence, and nothing is told twice") {
  const bool secure = GENERATE(false, true);
  Line line({secure ? keyed(5) : plain(5)});
  SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
  line.run(kSecond);
  int lose = 0;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    if (!from_panel && lose > 0) {
      --lose;
      bytes.clear();
    }
  };
  for (int i = 0; i < 20; ++i) {
    reader.queue(reply::kKeypad, {0, 1, static_cast<std::uint8_t>('a' + i)});
    lose = 1 + i % 3;
    line.run(2 * kSecond);
  }
  CHECK(reader.repeats == 39);
  CHECK(line.told.all.size() == 21);
  CHECK(line.told.all[20] == "0 said 53 000174");
  CHECK(line.panel.reader(0).counters().restarts == 0);
}

TEST_CASE("a lost command is said again, byte for byte") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  line.run(kSecond);
  std::vector<std::vector<std::uint8_t>> sent;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    if (!from_panel) return;
    sent.push_back(bytes);
    if (sent.size() <= 3) bytes.clear();
  };
  line.run(2 * kSecond);
  REQUIRE(sent.size() > 4);
  CHECK(sent[0] == sent[1]);
  CHECK(sent[0] == sent[3]);
  CHECK(sent[0] != sent[4]);
  CHECK(reader.secure());
  CHECK(line.panel.reader(0).counters().restarts == 0);
}

TEST_CASE("frames that come twice and late are passed over") {
  const bool secure = GENERATE(false, true);
  Line line({secure ? keyed(5) : plain(5)});
  SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
  std::vector<std::uint8_t> before;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    if (from_panel) return;
    const std::vector<std::uint8_t> now = bytes;
    bytes.insert(bytes.end(), now.begin(), now.end());          // doubled
    bytes.insert(bytes.begin(), before.begin(), before.end());  // and the one before once more in front
    before = now;
  };
  line.run(kSecond);
  reader.queue(reply::kKeypad, from_hex("000131"));
  line.run(kMinute);
  CHECK(line.told.all == std::vector<std::string>{secure ? "0 online secure" : "0 online plain", "0 said 53 000131"});
  CHECK(line.panel.reader(0).counters().strays > 1000);
  CHECK(line.panel.reader(0).counters().restarts == 0);
}

TEST_CASE("noise costs time, never the reader or what it says") {
  const bool secure = GENERATE(false, true);
  Line line({secure ? keyed(5) : plain(5)});
  SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
  line.trouble = [&](bool, std::vector<std::uint8_t>& bytes) {
    const auto kind = line.random() % 10;
    if (kind == 0) bytes.clear();
    if (kind == 1) bytes[line.random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << line.random() % 8);
    if (kind == 2) bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(line.random() % bytes.size()));
    if (kind == 3)
      for (int i = 0; i < 5; ++i) bytes.insert(bytes.begin(), static_cast<std::uint8_t>(line.random()));
    if (kind == 4) bytes.push_back(0x53);
  };
  for (int i = 0; i < 100; ++i) {
    reader.queue(reply::kKeypad, {0, 1, static_cast<std::uint8_t>(i)});
    line.run(3 * kSecond);
  }
  CHECK(line.told.count(secure ? "0 online secure" : "0 online plain") >= 1);
  std::vector<std::string> keys;
  for (const std::string& one : line.told.all)
    if (one.starts_with("0 said")) keys.push_back(one);
  REQUIRE(keys.size() == 100);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    CHECK(keys[i] == "0 said 53 0001" + to_hex({&byte, 1}));
  }
  CHECK(line.panel.noise() > 0);
  CHECK(line.panel.broken() > 0);
  for (const std::string& one : line.told.all) CHECK_FALSE(one.starts_with("0 offline"));
}

TEST_CASE("a reader that is gone for 8 seconds is off line, and back as soon as it answers") {
  const bool secure = GENERATE(false, true);
  Line line({secure ? keyed(5) : plain(5)});
  SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
  line.run(kSecond);
  reader.off = true;
  line.run(7 * kSecond);
  CHECK(line.told.all.size() == 1);
  line.run(3 * kSecond);
  CHECK(line.told.all.back() == "0 offline: it does not answer");
  line.run(kHour);
  CHECK(line.told.all.size() == 2);
  reader.off = false;
  line.run(7 * kSecond);
  CHECK(line.told.all.back() == (secure ? "0 online secure" : "0 online plain"));
  CHECK(line.told.all.size() == 3);
}

TEST_CASE("a reader whose power comes back has its session again at once") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  reader.demands_security = true;
  line.run(kSecond);
  reader.reset();
  line.run(kSecond);
  CHECK(line.told.all == std::vector<std::string>{"0 online secure", "0 online secure"});
  CHECK(reader.secure());
  CHECK(reader.plain_polls == 0);
}

TEST_CASE("a reader that loses its session again and again has another one at once each time") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  line.run(kSecond);
  // As some do at each damaged frame on the line.
  for (int i = 0; i < 60; ++i) {
    reader.reset();
    line.run(kSecond / 2);
    reader.queue(reply::kKeypad, from_hex("000131"));
    line.run(kSecond);
    CHECK(line.told.count("0 said 53 000131") == i + 1);
  }
  CHECK(line.told.count("0 online secure") == 61);
  CHECK(reader.plain_polls == 0);
}

TEST_CASE("one that never came is said once, with that") {
  Line line({plain(5)});
  line.run(kMinute);
  CHECK(line.told.all == std::vector<std::string>{"0 offline: it does not answer"});
}

TEST_CASE("an absent reader among four does not keep the others waiting") {
  Line line({plain(1), plain(2), plain(3), plain(4)});
  for (const int address : {1, 3, 4}) line.add(static_cast<std::uint8_t>(address));
  line.run(kMinute);
  CHECK(line.told.has("1 offline: it does not answer"));
  const auto polls = [&] { return line.readers[0]->polls + line.readers[1]->polls + line.readers[2]->polls; };
  const std::uint64_t before = polls();
  line.run(kMinute);
  // At 9600 baud a poll and its answer take 22 ms; one look in 5 s costs 200 ms.
  CHECK(polls() - before > 3 * 60'000 / 80);
  // A card is never told later than a look at the absent one and a round of the others take.
  for (int i = 0; i < 100; ++i) {
    line.readers[1]->queue(reply::kKeypad, from_hex("000131"));
    const long had = line.told.count("2 said 53 000131");
    line.run(400 * kMillisecond);
    CHECK(line.told.count("2 said 53 000131") == had + 1);
  }
}

TEST_CASE("many absent readers together cost the line no more than one") {
  std::vector<PeripheralOptions> options;
  for (std::uint8_t address = 0; address < 16; ++address) options.push_back(plain(address));
  Line line(options);
  SimulatedReader& reader = line.add(7);
  line.run(kMinute);
  CHECK(line.told.all.size() == 16);
  const std::uint64_t before = reader.polls;
  line.run(kMinute);
  CHECK(reader.polls - before > 700);
}

TEST_CASE("a busy reader is asked again with the same sequence, and the others meanwhile") {
  Line line({keyed(1), keyed(2)});
  SimulatedReader& busy = line.add(1, kKey);
  SimulatedReader& other = line.add(2, kKey);
  line.run(kSecond);
  busy.queue(reply::kKeypad, from_hex("000131"));
  busy.busy = 10;
  const std::uint64_t before = other.polls;
  line.run(3 * kSecond);
  CHECK(line.told.has("0 said 53 000131"));
  CHECK(busy.secure());
  CHECK(line.panel.reader(0).counters().restarts == 0);
  CHECK(line.panel.reader(0).counters().busy == 10);
  CHECK(other.polls - before > 40);
  busy.busy = 1'000'000;
  line.run(10 * kSecond);
  CHECK(line.told.has("0 offline: it is busy all the time"));
}

TEST_CASE("a reader that says busy within its session gets the command anew, and does it once") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  reader.busy_in_session = true;
  line.run(kSecond);
  CHECK(line.panel.give(0, command::kOut, from_hex("00051e00"), 7, line.now));
  reader.busy = 3;
  line.run(3 * kSecond);
  CHECK(reader.taken.size() == 1);
  CHECK(line.told.has("0 done 7"));
  CHECK(line.panel.reader(0).counters().restarts == 0);
  CHECK(line.panel.reader(0).counters().busy == 3);
}

TEST_CASE("one NAK takes no reader off line, whatever its reason") {
  const bool secure = GENERATE(false, true);
  for (std::uint8_t reason = 1; reason <= 9; ++reason) {
    INFO("NAK " << int(reason));
    Line line({secure ? keyed(5) : plain(5)});
    SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
    line.run(kSecond);
    reader.refusal = reason;
    reader.refuses = 1;
    line.run(kSecond / 2);
    reader.queue(reply::kKeypad, from_hex("000131"));
    // Who wants a secure channel and has none here is let alone for 5 s.
    line.run(!secure && (reason == 5 || reason == 6) ? 6 * kSecond : kSecond);
    CHECK(line.told.all.back() == "0 said 53 000131");
    for (const std::string& one : line.told.all) CHECK_FALSE(one.starts_with("0 offline"));
  }
}

TEST_CASE("a NAK with sequence 0 begins anew at once, whatever its reason") {
  const bool secure = GENERATE(false, true);
  for (std::uint8_t reason = 0; reason <= 9; ++reason) {
    INFO("NAK " << int(reason));
    Line line({secure ? keyed(5) : plain(5)});
    SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
    line.run(kSecond);
    reader.refuses_with_zero = true;
    reader.refusal = reason;
    reader.refuses = 1;
    line.run(kSecond / 2);
    reader.refuses_with_zero = false;
    reader.queue(reply::kKeypad, from_hex("000131"));
    line.run(kSecond / 2);
    CHECK(line.told.all.back() == "0 said 53 000131");
    CHECK(line.panel.reader(0).counters().restarts >= 1);
  }
}

TEST_CASE("a reader that says what it is only after it was polled is found") {
  const bool secure = GENERATE(false, true);
  Line line({secure ? keyed(5) : plain(5)});
  SimulatedReader& reader = line.add(5, secure ? std::optional<Key>(kKey) : std::nullopt);
  reader.waits_for_poll = true;
  line.run(8 * kSecond);
  CHECK(line.told.all == std::vector<std::string>{secure ? "0 online secure" : "0 online plain"});
}

TEST_CASE("a reader that is too slow for a handshake has more time for it") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  std::vector<std::int64_t> challenges;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    // Behind mark, header and security block.
    if (!from_panel || bytes.size() < 10 || bytes[7] != block::kChallenge || bytes[9] != command::kChlng) return;
    challenges.push_back(line.now);
    if (challenges.size() <= 2) reader.deaf = 1;
  };
  line.run(3 * kSecond);
  REQUIRE(challenges.size() == 3);
  CHECK(challenges[1] - challenges[0] < 250 * kMillisecond);
  CHECK(challenges[2] - challenges[1] >= 400 * kMillisecond);
  CHECK(line.told.all == std::vector<std::string>{"0 online secure"});
}

TEST_CASE("what a reader cannot is not asked for again, and does not harm it") {
  Line line({plain(5)});
  SimulatedReader& reader = line.add(5);
  line.run(kMinute);
  // RSTAT is unknown to it.
  CHECK(line.panel.reader(0).counters().refused == 1);
  CHECK(reader.polls > 900);
}

TEST_CASE("a reader of old that knows checksums only is spoken to with them") {
  Line line({plain(5)});
  SimulatedReader& reader = line.add(5);
  reader.knows_crc = false;
  reader.says_crc = false;
  line.run(2 * kSecond);
  CHECK(line.told.all == std::vector<std::string>{"0 online plain"});
  CHECK(reader.polls > 20);
}

TEST_CASE("a reader that demands a secure channel and has no key here is said") {
  Line line({plain(5)});
  SimulatedReader& reader = line.add(5, kKey);
  reader.demands_security = true;
  line.run(kMinute);
  // Once, though it is tried again now and then, and never called on line.
  CHECK(line.told.all == std::vector<std::string>{"0 insecure: it wants a secure channel, and has no key here"});
  reader.demands_security = false;
  line.run(kMinute);
  CHECK(line.told.all.back() == "0 online plain");
}

TEST_CASE("a reader that refuses to be polled from the beginning is off line, which is said once") {
  Line line({plain(5)});
  SimulatedReader& reader = line.add(5);
  reader.refuses_polls = true;
  line.run(kMinute);
  CHECK(line.told.all == std::vector<std::string>{"0 offline: it refuses to be polled"});
  reader.refuses_polls = false;
  line.run(10 * kSecond);
  CHECK(line.told.all.back() == "0 online plain");
}

TEST_CASE("what is given to a reader goes out as soon as it may, and its end is told") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  reader.shows_text = false;
  CHECK_FALSE(line.panel.give(0, command::kOut, from_hex("00051e00"), 1, line.now));
  line.run(kSecond);
  CHECK(line.panel.give(0, command::kOut, from_hex("00051e00"), 7, line.now));
  CHECK(line.panel.give(0, command::kText, from_hex("000100"), 8, line.now));
  line.run(kSecond / 10);
  REQUIRE(reader.taken.size() == 1);
  CHECK(to_hex(reader.taken[0].data) == "00051e00");
  CHECK(line.told.has("0 done 7"));
  CHECK(line.told.has("0 done 8: the reader refuses it"));
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(line.panel.give(0, command::kBuz, from_hex("0002010102"), i, line.now));
  CHECK_FALSE(line.panel.give(0, command::kBuz, from_hex("0002010102"), 9, line.now));
  reader.off = true;
  line.run(10 * kSecond);
  CHECK(line.told.count("0 done 3: the reader is off line") == 1);
}

TEST_CASE("a command whose session ends before the answer is told as not known, and not done again") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  line.run(kSecond);
  CHECK(line.panel.give(0, command::kOut, from_hex("00051e00"), 7, line.now));
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    if (from_panel || reader.taken.empty()) return;
    bytes.clear();
    reader.reset();
    line.trouble = nullptr;
  };
  line.run(2 * kSecond);
  CHECK(reader.taken.size() == 1);
  CHECK(line.told.has("0 done 7: the session ended before it was answered"));
}

TEST_CASE("what another panel says on the line is counted, an echo of our own is not") {
  Line line({plain(5)});
  line.add(5);
  line.run(kSecond);
  line.trouble = [](bool from_panel, std::vector<std::uint8_t>& bytes) {
    static std::vector<std::uint8_t> said;
    if (from_panel)
      said = bytes;
    else
      bytes.insert(bytes.begin(), said.begin(), said.end());
  };
  line.run(kSecond);
  CHECK(line.panel.foreign() == 0);
  line.panel.receive(from_hex("ff53000900046100c066"), line.now);
  CHECK(line.panel.foreign() == 1);
  CHECK(line.told.all.size() == 1);
}

TEST_CASE("answers that do not prove themselves end the session, and another one begins") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  reader.demands_security = true;
  line.run(kSecond);
  bool once = true;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    if (from_panel || !once) return;
    once = false;
    // An acknowledgement with the right check and a MAC of one's own.
    bytes[bytes.size() - 3] ^= 1;
    const std::uint16_t crc = crc16(Bytes(bytes).subspan(1, bytes.size() - 3));
    bytes[bytes.size() - 2] = static_cast<std::uint8_t>(crc);
    bytes[bytes.size() - 1] = static_cast<std::uint8_t>(crc >> 8U);
  };
  line.run(kSecond);
  CHECK(line.panel.reader(0).counters().forged == 1);
  CHECK(line.panel.reader(0).secure());
  CHECK(reader.plain_polls == 0);
}

TEST_CASE("plain text within a session is not taken, whoever says it") {
  Line line({keyed(5)});
  SimulatedReader& reader = line.add(5, kKey);
  line.run(kSecond);
  bool once = true;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    if (from_panel || !once) return;
    once = false;
    std::array<std::uint8_t, 64> forged{};
    const std::vector<std::uint8_t> card = from_hex("00001a00a1b2c340");
    const std::uint8_t sequence = bytes[5] & 3U;
    const std::size_t size = build_frame({5, true, sequence, Check::crc, 0, {}, reply::kRaw, card}, nullptr, forged);
    bytes.insert(bytes.begin(), forged.begin(), forged.begin() + static_cast<std::ptrdiff_t>(size));
  };
  line.run(kSecond);
  CHECK(line.told.all == std::vector<std::string>{"0 online secure"});
  CHECK(line.panel.reader(0).counters().forged == 1);
  CHECK(line.panel.reader(0).secure());
  CHECK(reader.secure());
}

TEST_CASE("eight readers for an hour: every card is told, in order, within a quarter of a second") {
  std::vector<PeripheralOptions> options;
  for (std::uint8_t address = 0; address < 8; ++address)
    options.push_back(address % 2 == 0 ? keyed(address) : plain(address));
  Line line(options, 38'400);
  for (std::uint8_t address = 0; address < 8; ++address)
    line.add(address, address % 2 == 0 ? std::optional<Key>(kKey) : std::nullopt);
  line.run(5 * kSecond);
  REQUIRE(line.told.all.size() == 8);
  std::uint32_t cards = 0;
  for (int second = 0; second < 3600 * 4; ++second) {
    const std::size_t at = line.random() % 8;
    line.told.all.clear();
    line.readers[at]->queue(
        reply::kRaw, {0, 0, 32, 0, static_cast<std::uint8_t>(cards >> 24U), static_cast<std::uint8_t>(cards >> 16U),
                      static_cast<std::uint8_t>(cards >> 8U), static_cast<std::uint8_t>(cards)});
    line.run(kSecond / 4);
    const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(cards >> 24U),
                                            static_cast<std::uint8_t>(cards >> 16U),
                                            static_cast<std::uint8_t>(cards >> 8U), static_cast<std::uint8_t>(cards)};
    INFO("second " << second);
    REQUIRE(line.told.all == std::vector<std::string>{std::to_string(at) + " said 50 00002000" + to_hex(bytes)});
    ++cards;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(line.panel.reader(i).counters().restarts == 0);
    CHECK(line.panel.reader(i).counters().silent == 0);
    CHECK(line.readers[i]->polls > 3600 * 12);
  }
}

TEST_CASE("a poll takes nothing from the heap, in plain text or sealed") {
  const bool secure = GENERATE(false, true);
  Told told;
  std::mt19937 random(1);
  Panel panel({9600,
               {secure ? keyed(5) : plain(5)},
               [&](std::span<std::uint8_t> out) {
                 for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random());
               }},
              told);
  SimulatedReader reader(5, secure ? std::optional<Key>(kKey) : std::nullopt);
  std::uint64_t taken = 0;
  for (std::int64_t now = kSecond; now < kMinute; now += kMillisecond) {
    if (now > 2 * kSecond) told.keep = false;
    const std::uint64_t before = heap::of_mine();
    const Bytes out = panel.next(now);
    (void)panel.next_wake();
    if (now > 2 * kSecond) taken += heap::of_mine() - before;
    if (out.empty()) continue;
    const std::vector<std::uint8_t> answer = reader.answer(*parse_frame(out.subspan(1)));
    const std::uint64_t again = heap::of_mine();
    panel.receive(answer, now);
    if (now > 2 * kSecond) taken += heap::of_mine() - again;
  }
  CHECK(reader.polls > 900);
  CHECK(reader.secure() == secure);
  CHECK(taken == 0);
}

// The control panel that was recorded asks for no state by itself.
PeripheralOptions recorded_reader(std::optional<Key> key) {
  PeripheralOptions out = key ? keyed(5, *key) : plain(5);
  out.asks = false;
  return out;
}

void replay(const std::string& name, std::optional<Key> key, Nonce random, std::vector<std::string> told) {
  const std::filesystem::path file = osdp_sample(name);
  if (absent(file)) return;
  Told observer;
  observer.quiet = false;
  Panel panel({9600,
               {recorded_reader(key)},
               [&](std::span<std::uint8_t> out) { std::copy(random.begin(), random.end(), out.begin()); }},
              observer);
  // What its user asked for came through its program.
  const std::vector<std::pair<std::uint8_t, std::string>> given{{command::kLed, "000000000000000000010a0a0100"},
                                                                {command::kOut, "00051e00"},
                                                                {command::kBuz, "0002010102"},
                                                                {command::kIstat, ""}};
  std::size_t next = 0, compared = 0;
  const std::vector<Recorded> all = recorded(file);
  const std::int64_t first = all.front().ms;
  for (const Recorded& record : all) {
    const std::int64_t now = (record.ms - first + 1000) * kMillisecond;
    if (!record.from_panel) {
      panel.receive(record.bytes, now);
      continue;
    }
    if (record.ms - first >= 14'000 && next < given.size()) {
      const std::vector<std::uint8_t> data = from_hex(given[next].second);
      REQUIRE(panel.give(0, given[next].first, data, static_cast<std::uint32_t>(next), now));
      ++next;
    }
    // Time stamps are in milliseconds; the line rests for two characters before it is spoken on again.
    Bytes ours = panel.next(now);
    if (ours.empty()) ours = panel.next(now + 3 * kMillisecond);
    INFO("at " << record.ms - first << " ms");
    REQUIRE(to_hex(ours) == to_hex(record.bytes));
    ++compared;
  }
  CHECK(compared > 250);
  CHECK(next == given.size());
  CHECK(observer.all == told);
}

TEST_CASE("a recorded session in plain text is replayed byte for byte") {
  replay(
      "libosdp32_cp_pd_plain.bytes.jsonl", {}, {},
      {"0 online plain", "0 said 50 00011a00a1b2c340", "0 said 50 000125000123456780", "0 said 53 0006313233343523",
       "0 said 49 01000100", "0 said 48 0100", "0 done 0", "0 done 1", "0 done 2", "0 done 3", "0 said 49 00010000"});
}

TEST_CASE("a recorded session of the secure channel is replayed byte for byte") {
  replay(
      "libosdp32_cp_pd_scbk.bytes.jsonl", array_from_hex<16>("00112233445566778899aabbccddeeff"),
      array_from_hex<8>("fa5b11389479a7fa"),
      {"0 online secure", "0 said 50 00011a00a1b2c340", "0 said 50 000125000123456780", "0 said 53 0006313233343523",
       "0 said 49 01000100", "0 said 48 0100", "0 done 0", "0 done 1", "0 done 2", "0 done 3", "0 said 49 00010000"});
}

TEST_CASE("the frames that were written down beside the sessions are those of the sessions") {
  for (const char* name : {"libosdp32_cp_pd_plain", "libosdp32_cp_pd_scbk"}) {
    const std::filesystem::path file = osdp_sample(std::string(name) + ".frames.txt");
    if (absent(file)) return;
    const std::vector<Recorded> bytes = recorded(osdp_sample(std::string(name) + ".bytes.jsonl"));
    std::ifstream in(file);
    std::size_t count = 0;
    for (std::string ms, direction, hex; in >> ms >> direction >> hex; ++count) {
      REQUIRE(count < bytes.size());
      const std::vector<std::uint8_t> frame = from_hex(hex);
      CHECK(parse_frame(frame));
      CHECK(to_hex(Bytes(bytes[count].bytes).subspan(1)) == hex);
    }
    CHECK(count == bytes.size());
  }
}

}  // namespace
}  // namespace wf::access::osdp
