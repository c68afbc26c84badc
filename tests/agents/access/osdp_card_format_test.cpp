#include "agents/access/osdp/card_format.hpp"

#include <fstream>
#include <iterator>

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/support/catch.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

CardFormats shipped() {
  const std::string file = WF_SOURCE_DIR "/assets/osdp/card-formats.yaml";
  std::ifstream in(file);
  std::vector<Error> problems;
  CardFormats out = CardFormats::read({std::istreambuf_iterator<char>(in), {}}, file, problems);
  for (const Error& problem : problems) FAIL(problem.text());
  return out;
}

// Left-justified bytes of a text of bits; blanks are left out.
std::vector<std::uint8_t> bits(std::string_view text, unsigned& count) {
  std::vector<std::uint8_t> out;
  count = 0;
  for (const char c : text) {
    if (c != '0' && c != '1') continue;
    if (count % 8 == 0) out.push_back(0);
    if (c == '1') out.back() |= static_cast<std::uint8_t>(0x80U >> count % 8);
    ++count;
  }
  return out;
}

Card card(const CardFormats& formats, std::string_view text) {
  unsigned count = 0;
  const std::vector<std::uint8_t> bytes = bits(text, count);
  const Result<Card> out = formats.read_bits(bytes, count);
  REQUIRE(out);
  return *out;
}

TEST_CASE("the shipped formats read cards that were worked out by hand") {
  const CardFormats formats = shipped();
  CHECK(formats.size() == 5);
  // 26 bits: facility 12, card 34567. Of the first twelve three are set, one more is even; of the last twelve six, one
  // more is odd.
  const Card a = card(formats, "1 00001100 1000011100000111 1");
  CHECK(a.format == "H10301");
  CHECK(a.id == "12-34567");
  CHECK_FALSE(a.bad_parity);
  CHECK(a.numbers == std::vector<std::pair<std::string, std::uint64_t>>{{"facility", 12}, {"card", 34567}});
  // 34 bits: facility 4660 has five bits set, card 22136 eight.
  const Card b = card(formats, "1 0001001000110100 0101011001111000 1");
  CHECK(b.format == "H10306");
  CHECK(b.id == "4660-22136");
  // 37 bits: card 1.
  const Card c = card(formats, "0 00000000000000000000000000000000001 0");
  CHECK(c.format == "H10302");
  CHECK(c.id == "1");
  // 35 bits: company 1, card 1: bits 14 and 34. Even over bit 34 alone: set; bit 35 over bits 2 and 14: even so far,
  // so it is set; all others have four set, so bit 1 is set.
  const Card d = card(formats, "1 1 000000000001 00000000000000000001 1");
  CHECK(d.format == "Corporate1000");
  CHECK(d.id == "1-1");
}

TEST_CASE("cards that others published are read as they read them") {
  const CardFormats formats = shipped();
  struct Published {
    const char* hex;
    unsigned bits;
    const char *format, *id;
  };
  // What tools for Prox cards print for their raw numbers 2006F623AE, 2006EC0C86 and 2D4A64FB8E.
  for (const Published& one : {Published{"bd88eb80", 26, "H10301", "123-4567"},
                               {"bb032180", 26, "H10301", "118-1603"},
                               {"a94c9f71c0", 35, "Corporate1000", "2643-163271"}}) {
    const Result<Card> card = formats.read_bits(from_hex(one.hex), one.bits);
    REQUIRE(card);
    CHECK(card->format == one.format);
    CHECK(card->id == one.id);
    CHECK_FALSE(card->bad_parity);
  }
}

TEST_CASE("wrong parity is said, and the card is called by its bits") {
  const CardFormats formats = shipped();
  const Card a = card(formats, "0 00001100 1000011100000111 1");
  CHECK(a.bad_parity);
  CHECK(a.format.empty());
  CHECK(a.id == "064383C0");
  CHECK(a.raw == a.id);
}

TEST_CASE("every single wrong bit of a card of 26 bits breaks its parity") {
  const CardFormats formats = shipped();
  const std::string good = "10000110010000111000001111";
  REQUIRE_FALSE(card(formats, good).bad_parity);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '0' ? '1' : '0';
    INFO("bit " << i + 1);
    CHECK(card(formats, bad).bad_parity);
  }
}

TEST_CASE("a card of an unknown length is its bits") {
  const Card a = card(shipped(), "1010 1010 1111 0000 1");
  CHECK(a.id == "AAF080");
  CHECK(a.bits == 17);
  CHECK_FALSE(a.bad_parity);
}

TEST_CASE("bits that a reader put right are put left") {
  const CardFormats formats = shipped();
  // The 26 bits of 12-34567, with six unused ones in front.
  const Result<Card> right = formats.read_bits(from_hex("02 19 0E 0F"), 26);
  REQUIRE(right);
  CHECK(right->right_aligned);
  CHECK(right->id == "12-34567");
  const Result<Card> left = formats.read_bits(from_hex("86 43 83 C0"), 26);
  REQUIRE(left);
  CHECK_FALSE(left->right_aligned);
  CHECK(left->id == "12-34567");
  CHECK_FALSE(formats.read_bits(from_hex("80 43 83 C1"), 26));
}

TEST_CASE("sizes that do not fit are refused") {
  const CardFormats formats = shipped();
  CHECK_FALSE(formats.read_bits({}, 0));
  CHECK_FALSE(formats.read_bits(from_hex("0000"), 26));
  CHECK_FALSE(formats.read_bits(from_hex("0000000000"), 26));
  CHECK_FALSE(formats.read_bits(std::vector<std::uint8_t>(65), 513));
}

TEST_CASE("characters are digits, unless they can only be bits") {
  const CardFormats formats = shipped();
  const auto read = [&](std::string_view text) {
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    return formats.read_characters(bytes);
  };
  CHECK(read("0012345")->id == "0012345");
  CHECK(read("10000110010000111000001111")->id == "12-34567");
  CHECK(read("00000110010000111000001111")->id == "00000110010000111000001111");  // wrong parity: a number
  CHECK(read("0110")->id == "0110");
  CHECK_FALSE(read(""));
  CHECK_FALSE(read("12\n"));
}

TEST_CASE("what is wrong in a table is said with its line") {
  const auto problems_of = [](const std::string& text) {
    std::vector<Error> problems;
    (void)CardFormats::read(text, "f.yaml", problems);
    std::string out;
    for (const Error& problem : problems) out += problem.text() + "\n";
    return out;
  };
  const std::string head = "v: 1\nformats:\n";
  CHECK(problems_of(head + "  - {name: A, bits: 8, numbers: {card: 1-9}, id: \"{card}\"}\n")
            .find("f.yaml:3: '1-9' are no bits of this format; count from 1 to 8") == 0);
  CHECK(problems_of(head + "  - {name: A, bits: 8, id: \"{card}\"}\n")
            .find("f.yaml:3: '{card}' is no number of this format") == 0);
  CHECK(problems_of(head + "  - {name: A, bits: 8, id: \"{raw}\", parity: [{bit: 9, over: 1-2, is: even}]}\n")
            .find("'9' is no bit") != std::string::npos);
  CHECK(problems_of(head + "  - {name: A, bits: 8, id: \"{raw}\", parity: [{bit: 1, over: 2-3, is: maybe}]}\n")
            .find("a parity is odd or even") != std::string::npos);
  CHECK(problems_of(head + "  - {name: A, bits: 600, id: \"{raw}\"}\n").find("'600' is no bits") != std::string::npos);
  CHECK(problems_of(head + "  - {name: A, bits: 8, id: x}\n  - {name: A, bits: 9, id: x}\n")
            .find("f.yaml:4: format 'A' comes twice") == 0);
  CHECK(problems_of("v: 1\n").find("'formats' must be a list") != std::string::npos);
  CHECK(problems_of("a: [").find("this is no YAML") != std::string::npos);
  CHECK(problems_of(head + "  - {name: A, bits: 8, id: \"{raw}\"}\n").empty());
}

}  // namespace
}  // namespace wf::access::osdp
