#include "proto/utf8.hpp"

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

}  // namespace
}  // namespace wf
