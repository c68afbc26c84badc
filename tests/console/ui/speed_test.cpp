// How long a frame takes to build. Hidden, because shared machines are no place for absolute times:
//   test_ui "[speed]"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// CPU time of one frame each, sorted, in microseconds. `change`: a new snapshot every frame.
std::vector<double> measure(std::shared_ptr<const Snapshot> s, bool change, View view, int frames = 400) {
  DeskDriver desk(s);
  desk.console().set_view(view);
  desk.console().select(s->incidents.empty() ? 0 : s->incidents[s->incidents.size() / 2]->id);
  desk.frames(30);
  std::vector<double> out;
  for (int k = 0; k < frames; ++k) {
    if (change) {
      auto n = std::make_shared<Snapshot>(*s);
      n->version = static_cast<std::uint64_t>(1000 + k);
      desk.show(n);
    }
    const auto begin = std::chrono::steady_clock::now();
    desk.frames(1);
    out.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void tell(const char* what, const std::vector<double>& t) {
  std::printf("%-40s p50 %7.0f us   p99 %7.0f us\n", what, t[t.size() / 2], t[t.size() * 99 / 100]);
}

}  // namespace

TEST_CASE("Frames are built in under a millisecond", "[.][speed]") {
  tell("night, wall", measure(sample::night(), false, View::wall));
  tell("night, map", measure(sample::night(), false, View::map));
  tell("night, agents", measure(sample::night(), false, View::agents));
  const auto crowd = measure(sample::crowd(10'000), false, View::wall);
  tell("10,000 open, wall", crowd);
  tell("10,000 open, a new snapshot each frame", measure(sample::crowd(10'000), true, View::wall));
  CHECK(crowd[crowd.size() / 2] < 1000);
}
