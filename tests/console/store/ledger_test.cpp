#include "console/store/ledger.hpp"

#include <random>
#include <set>

#include "tests/support/catch.hpp"

using namespace wf::store;

TEST_CASE("a set of ranges agrees with a plain set of numbers") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    RangeSet set;
    std::set<std::uint64_t> plain;
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t first = random() % 120 + 1;
      const std::uint64_t last = first + random() % 12;
      std::set<std::uint64_t> expected;
      for (std::uint64_t n = first; n <= last; ++n)
        if (!plain.contains(n)) expected.insert(n);
      std::set<std::uint64_t> missing;
      for (const Range& range : set.missing({first, last}))
        for (std::uint64_t n = range.first; n <= range.last; ++n) missing.insert(n);
      REQUIRE(missing == expected);
      set.insert({first, last});
      for (std::uint64_t n = first; n <= last; ++n) plain.insert(n);
      REQUIRE(set.size() == plain.size());
      REQUIRE(set.missing({first, last}).empty());
      std::uint64_t before = 0;
      for (const auto& [a, b] : set.ranges()) {
        REQUIRE(a <= b);
        REQUIRE((before == 0 || a > before + 1));  // ascending, and never touching
        before = b;
      }
      std::uint64_t whole = 0;
      while (plain.contains(whole + 1)) ++whole;
      REQUIRE(set.whole_up_to() == whole);
    }
  }
}

TEST_CASE("ranges that touch a range are given with those that overlap it") {
  RangeSet set;
  for (const Range range : {Range{1, 2}, Range{5, 6}, Range{9, 9}, Range{20, 30}}) set.insert(range);
  const std::vector<Range> expected = {{1, 2}, {5, 6}, {9, 9}};
  CHECK(set.touching({3, 8}) == expected);
  CHECK(set.touching({11, 18}).empty());
}
