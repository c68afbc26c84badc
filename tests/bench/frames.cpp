// Benchmark 10: the CPU time of building one frame, without drawing it.
#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "console/site/load.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/hidden_window.hpp"
#include "tests/bench/load.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::bench {
namespace {

constexpr int kFrames = 600, kWarm = 60;

/// The sample estate with devices scattered over its first site's rooms until there are `count`.
std::shared_ptr<const Estate> estate_with(std::size_t count) {
  site::SiteReport report;
  auto estate = std::make_shared<Estate>(
      *must(site::load_estate(std::filesystem::path(WF_SOURCE_DIR) / "assets" / "site", report)));
  Site* largest = &estate->sites.front();
  for (Site& s : estate->sites)
    if (s.devices.size() > largest->devices.size()) largest = &s;
  Site& site = *largest;
  const std::string level = site.devices.front().level_id;
  std::vector<const Unit*> units;
  for (const Unit& unit : site.units)
    if (unit.level_id == level) units.push_back(&unit);
  const DeviceKind kinds[] = {DeviceKind::host, DeviceKind::camera, DeviceKind::reader, DeviceKind::sensor};
  for (std::size_t i = site.devices.size(); i < count; ++i) {
    const Unit& unit = *units[i % units.size()];
    Device d;
    d.id = fmt::format("bench-{}", i);
    d.name = fmt::format("B-{}", i);
    d.kind = kinds[i % 4];
    d.level_id = level;
    d.unit_id = unit.id;
    const float golden = 0.618034F * static_cast<float>(i);
    const auto fraction = [](float x) { return x - std::floor(x); };
    d.position = {unit.bounds.min.x + (unit.bounds.max.x - unit.bounds.min.x) * fraction(golden),
                  unit.bounds.min.y + (unit.bounds.max.y - unit.bounds.min.y) * fraction(golden * 1.3247F)};
    d.placed = true;
    d.heading = static_cast<float>(i % 360);
    d.field_of_view = 70;
    d.range = 12;
    site.devices.push_back(std::move(d));
  }
  estate->index();
  return estate;
}

std::shared_ptr<const Snapshot> busy(std::size_t incidents, std::size_t devices) {
  const std::shared_ptr<Snapshot> s = sample::crowd(incidents);
  s->estate = estate_with(devices);
  s->events_total = 1'000'000;
  s->histogram.assign(60, 1'000'000 / 60);
  auto states = std::make_shared<std::map<std::string, DeviceState>>();
  for (const Site& site : s->estate->sites)
    for (const Device& device : site.devices) {
      DeviceState& state = (*states)[device.id];
      state.state = device.kind == DeviceKind::door ? "closed" : "online";
      state.last_event = sample::kNow - kMinute;
    }
  s->devices = std::move(states);
  return s;
}

Row row(const char* number, std::string figure, double value, double goal) {
  return {number, std::move(figure), value, "ms", "", 0, goal, false, true, "p99 of CPU time"};
}

/// p99 of a still picture, and of one that the engine renews 30 times a second.
Rows measure(const char* number, const std::string& what, ui::View view, float width, float height,
             const std::shared_ptr<const Snapshot>& snapshot, double goal) {
  std::vector<double> still, renewed;
  for (int run = 0; run < kRuns; ++run) {
    HiddenWindow window(view, width, height);
    std::vector<double> times;
    for (int i = 0; i < kWarm; ++i) window.frame(snapshot);
    for (int i = 0; i < kFrames; ++i) times.push_back(window.frame(snapshot));
    still.push_back(percentile(std::move(times), 0.99));
    times.clear();
    std::shared_ptr<const Snapshot> now = snapshot;
    for (int i = 0; i < kFrames; ++i) {
      if (i % 2 == 0) {
        auto next = std::make_shared<Snapshot>(*now);
        ++next->version;
        ++next->events_total;
        now = std::move(next);
      }
      times.push_back(window.frame(now));
    }
    renewed.push_back(percentile(std::move(times), 0.99));
  }
  Row second = row(number, what + ", new snapshots", median(renewed), 0);
  second.judged = false;
  return {row(number, what, median(still), goal), second};
}

}  // namespace

Rows frames() {
  Rows out;
  const auto add = [&](Rows rows) { out.insert(out.end(), rows.begin(), rows.end()); };
  const auto thousand = busy(10'000, 1000), ten_thousand = busy(10'000, 10'000);
  add(measure("10a", "frame build, wall, 10,000 incidents", ui::View::wall, 1920, 1080, thousand, 1));
  add(measure("10b", "frame build, map, 1,000 devices", ui::View::map, 1920, 1080, thousand, 0.5));
  add(measure("10c", "frame build, map, 10,000 devices", ui::View::map, 1920, 1080, ten_thousand, 1));
  return out;
}

}  // namespace wf::bench
