// What comes by gzip, cut anywhere.
#include "agents/http/gunzip.hpp"

#include "agents/http/zlib_library.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/gzip.hpp"

using namespace wf;

namespace {

/// What comes of it in pieces of `size` bytes: the text, or the reason against a '!'.
std::string unpacked(std::string_view packed, std::size_t size, std::size_t most = 1U << 20U) {
  Result<std::unique_ptr<http::Gunzip>> gunzip = http::Gunzip::open();
  REQUIRE(gunzip.ok());
  std::string out;
  for (; !packed.empty(); packed.remove_prefix(std::min(size, packed.size()))) {
    const Result<bool> taken = (*gunzip)->take(packed.substr(0, size), most, out);
    CHECK(out.size() <= most);
    if (!taken) return "!" + taken.error().what;
    if (!*taken) return "!too large";
  }
  const Result<void> end = (*gunzip)->end();
  return end ? out : "!" + end.error().what;
}

}  // namespace

TEST_CASE("gzip is unpacked the same wherever it is cut") {
  std::string text;
  for (int n = 0; n < 3'000; ++n) text += "door " + std::to_string(n * n % 1'009) + "\n";
  const std::string packed =
      test::gzipped(text.substr(0, 9'000), 9) + test::gzipped("") + test::gzipped(text.substr(9'000), 0);
  for (const std::size_t size : {1UL, 2UL, 3UL, 7UL, 8'192UL, packed.size()}) {
    INFO(size);
    CHECK(unpacked(packed, size) == text);
    CHECK(unpacked(packed, size, text.size()) == text);
    CHECK(unpacked(packed, size, text.size() - 1) == "!too large");
    CHECK(unpacked(packed, size, 0) == "!too large");
    CHECK(unpacked(packed + "no", size) == "!what follows the end of the body's gzip is no gzip");
    CHECK(unpacked(test::gzipped(""), size, 0).empty());
    CHECK(unpacked("", size).empty());
  }
}

TEST_CASE("gzip that ends at any byte before its end is not whole") {
  const std::string packed = test::gzipped("the north gate was opened, and opened, and opened");
  for (std::size_t n = 1; n < packed.size(); ++n)
    CHECK(unpacked(packed.substr(0, n), 5) == "!the body's gzip ends before it is whole");
  CHECK(unpacked("no gzip at all", 5) == "!the body cannot be unpacked by gzip: incorrect header check");
}
