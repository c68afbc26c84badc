#include "console/link/inbox.hpp"

#include <array>
#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace wf::link;

namespace {
constexpr std::array<int, 2> kTwo{1, 2};
}  // namespace

TEST_CASE("who sleeps is woken once for all that waits, and gets it in its order") {
  Inbox<int> inbox;
  CHECK(inbox.put(kTwo));
  CHECK_FALSE(inbox.put(kTwo));
  CHECK(inbox.take() == std::vector<int>{1, 2, 1, 2});
  CHECK(inbox.take().empty());
  CHECK_FALSE(inbox.put({}));
  CHECK(inbox.put(kTwo));
}

TEST_CASE("after a taker that failed in the midst, what comes wakes it again and is all that it gets") {
  Inbox<int> inbox;
  REQUIRE(inbox.put(kTwo));
  const auto fail = [&] {
    for (const int item : inbox.take())
      if (item == 2) throw std::runtime_error("a send failed");
  };
  CHECK_THROWS(fail());
  for (int i = 0; i < 3; ++i) {
    CHECK(inbox.put(kTwo));
    CHECK(inbox.take() == std::vector<int>{1, 2});
  }
}
