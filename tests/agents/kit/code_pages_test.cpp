#include "agents/kit/code_pages.hpp"

#include <algorithm>
#include <vector>

#include "agents/kit/agent.hpp"
#include "tests/support/catch.hpp"

namespace wf::kit {
namespace {

TEST_CASE("code that was used leaves memory, and runs again when it is called") {
  std::vector<int> numbers(1000);
  const auto use = [&] {
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i * 7919 % 1009);
    std::sort(numbers.begin(), numbers.end());
    return std::is_sorted(numbers.begin(), numbers.end());
  };
  REQUIRE(use());
  const std::uint64_t before = resident_bytes();
  REQUIRE(before > 0);
  release_code_pages();
  CHECK(resident_bytes() < before);
  for (int i = 0; i < 10; ++i) {
    CHECK(use());
    release_code_pages();
  }
}

}  // namespace
}  // namespace wf::kit
