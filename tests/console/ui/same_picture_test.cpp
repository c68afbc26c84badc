// Which snapshots look the same: an engine with nothing to say costs no frame, and nothing that is seen is left out.
#include "console/ui/same_picture.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// What an engine sends when nothing happened.
Snapshot a_little_later(const Snapshot& s) {
  Snapshot out = s;
  ++out.version;
  out.now += 5 * kSecond;
  out.clock_offset += 1234;
  out.health.log_position += 5;
  out.health.fused_position += 5;
  out.health.queue_depth = 1;
  if (out.figures) {
    AlarmFigures figures = *out.figures;
    for (AlarmFigures::Week& week : figures.weeks) week.counted += kMinute;
    out.figures = std::make_shared<const AlarmFigures>(std::move(figures));
  }
  for (AgentState& a : out.agents) {
    a.last_heard += 5 * kSecond;
    a.clock_skew += 17;
    a.report.resident_bytes += 4096;
    std::shift_left(a.recent.begin(), a.recent.end(), 1);
    a.per_minute /= 2;
    for (SourceStatus& source : a.report.sources) ++source.read;
  }
  return out;
}

}  // namespace

TEST_CASE("A snapshot in which only clocks went on looks the same in every view that tells no seconds") {
  for (const auto& s : {sample::night(), sample::quiet(), sample::post()})
    for (const View view : {View::wall, View::map, View::rules, View::guard, View::settings})
      CHECK(same_picture(*s, a_little_later(*s), view));
}

TEST_CASE("The agents' view tells when each was heard, so there it does not") {
  const auto s = sample::night();
  CHECK_FALSE(same_picture(*s, a_little_later(*s), View::agents));
}

TEST_CASE("Whatever is seen makes another picture") {
  const auto s = sample::night();
  const auto differs = [&](auto&& change) {
    Snapshot next = a_little_later(*s);
    change(next);
    return !same_picture(*s, next, View::wall) && !same_picture(*s, next, View::map);
  };
  CHECK(differs([](Snapshot& n) { ++n.events_total; }));
  CHECK(differs([](Snapshot& n) { n.incidents.pop_back(); }));
  CHECK(differs([](Snapshot& n) { n.incidents[0] = std::make_shared<const Incident>(*n.incidents[0]); }));
  CHECK(
      differs([](Snapshot& n) { n.devices = std::make_shared<const std::map<std::string, DeviceState>>(*n.devices); }));
  CHECK(differs([](Snapshot& n) { n.agents[0].health = AgentState::Health::silent; }));
  CHECK(differs([](Snapshot& n) { n.events_per_second += 1; }));
  CHECK(differs([](Snapshot& n) { n.agents[0].report.spooled += 10; }));
  CHECK(differs([](Snapshot& n) { n.agents.pop_back(); }));
  CHECK(differs([](Snapshot& n) { n.eps_history[3] = 9; }));
  CHECK(differs([](Snapshot& n) { n.health.problem = "the disk is full"; }));
  CHECK(differs([](Snapshot& n) { n.health.fused_position -= 5; }));
  CHECK(differs([](Snapshot& n) { n.health.ledger_gaps = 1; }));
  CHECK(differs([](Snapshot& n) { n.threat_level = 4; }));
  CHECK(differs([](Snapshot& n) { n.posts = std::make_shared<const std::vector<GuardPost>>(1); }));
  CHECK(differs([](Snapshot& n) {
    auto figures = n.figures ? *n.figures : AlarmFigures{};
    figures.weeks.emplace_back();
    n.figures = std::make_shared<const AlarmFigures>(std::move(figures));
  }));
}

TEST_CASE("The first picture of an engine is another than none") {
  Snapshot none = *sample::quiet();
  none.version = 0;
  CHECK_FALSE(same_picture(none, *sample::quiet(), View::wall));
}
