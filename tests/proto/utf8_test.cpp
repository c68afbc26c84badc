#include "proto/utf8.hpp"

#include <algorithm>

#include "tests/proto/generator.hpp"
#include "tests/support/catch.hpp"

namespace wf {
namespace {

std::string clean(std::string_view text) {
  std::string out;
  append_utf8(text, out);
  return out;
}

TEST_CASE("each maximal part that is not UTF-8 becomes one replacement character") {
  const std::string r = "\xef\xbf\xbd";
  CHECK(clean("plain \xc3\xa9") == "plain \xc3\xa9");
  CHECK(clean("\xff") == r);
  CHECK(clean("a\xc3") == "a" + r);
  CHECK(clean("\xc0\xaf") == r + r);                                  // overlong
  CHECK(clean("\xed\xa0\x80") == r + r + r);                          // a surrogate
  CHECK(clean("\xf0\x9f\x98z") == r + "z");                           // a character cut short is one part
  CHECK(clean("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf") == r + r + r + r);  // Unicode 15, table 3-8's like
}

TEST_CASE("whatever the bytes, the result is UTF-8 and cleaning it again changes nothing") {
  test::EventGenerator generator(41);
  for (int i = 0; i < 20'000; ++i) {
    const std::string once = clean(generator.mutated(generator.text()));
    REQUIRE(is_utf8(once));
    REQUIRE(clean(once) == once);
  }
}

TEST_CASE("a text from outside is one line that cannot steer a terminal") {
  const std::string r = "\xef\xbf\xbd";
  CHECK(one_line("plain \xc3\xa9 \xe2\x80\x9cquoted\xe2\x80\x9d") == "plain \xc3\xa9 \xe2\x80\x9cquoted\xe2\x80\x9d");
  CHECK(one_line("a\nb\rc") == "a" + r + "b" + r + "c");
  CHECK(one_line("\x1b]0;title\x07") == r + "]0;title" + r);
  CHECK(one_line("\xc2\x9b"
                 "2J") == r + "2J");  // C1 control sequence introducer
  CHECK(one_line("x\xff\x7f") == "x" + r + r);
  CHECK(one_line(std::string("a\0b", 3)) == "a" + r + "b");
  test::EventGenerator generator(43);
  for (int i = 0; i < 5'000; ++i) {
    const std::string line = one_line(generator.mutated(generator.text()));
    REQUIRE(is_utf8(line));
    REQUIRE(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
  }
}

}  // namespace
}  // namespace wf
