// Real chattering: two hundred runs of a process' alarms ("NR": returned to normal), where the samples are there.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;
namespace fs = std::filesystem;

namespace {

struct Signal {
  UtcNs time = 0;
  std::string point, text;
  bool normal = false;
};

std::vector<Signal> read_run(const fs::path& file) {
  std::vector<Signal> out;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::array<std::string, 5> part;
    std::size_t from = 0;
    for (std::size_t k = 0; k < part.size(); ++k) {
      const std::size_t to = k + 1 == part.size() ? line.size() : line.find(',', from);
      REQUIRE(to != std::string::npos);
      part[k] = line.substr(from, to - from);
      from = to + 1;
    }
    Signal s;
    std::string when = part[1].substr(0, 19) + "Z";
    when[10] = 'T';
    const auto time = parse_rfc3339(when);
    REQUIRE(time);
    s.time = *time;
    s.point = part[2];
    s.normal = part[3].ends_with(" NR");
    s.text = part[4];
    out.push_back(std::move(s));
  }
  return out;
}

struct Count {
  std::size_t signals = 0, rows = 0, calls = 0, bins = 0, flood_bins = 0, damped = 0, floods = 0;
  std::int64_t counted = 0, flood_time = 0;
};

/// The instrument that a point is a channel of, as the plant's tags name it: AIR003_5 is channel 5 of AIR003.
std::string unit_of(const std::string& point) { return point.substr(0, point.find('_')); }

/// A desk where somebody acknowledges at once, which makes it call as often as it can.
void run(const std::vector<Signal>& signals, const fusion::Policy& policy, bool units, Count& count) {
  static const auto rules = test::rules_of(
      "title: Process alarm\nid: r-process\nlevel: medium\nlogsource: {product: watchfloor}\n"
      "detection: {s: {kind: device.alarm}, condition: s}\n");
  fusion::Fusion f(nullptr, rules, policy);
  fusion::Changes changes;
  std::map<std::int64_t, std::size_t> bins;
  std::size_t n = 0;
  for (const Signal& s : signals) {
    Event e;
    e.id = "e" + std::to_string(++n);
    e.time = s.time;
    e.agent = "process";
    e.kind = s.normal ? "device.normal" : "device.alarm";
    e.logsource.product = "watchfloor";
    e.add("alarm.point", s.point);
    if (units) e.add("alarm.unit", unit_of(s.point));
    e.add("message", s.text);
    changes.clear();
    f.on_tick(s.time, changes);
    f.on_event(e, s.time, changes);
    const std::vector<std::shared_ptr<const Incident>> published = changes.incidents;
    for (const auto& i : published) {
      const auto newest =
          std::find_if(published.rbegin(), published.rend(), [&](const auto& o) { return o->id == i->id; });
      if (!i->needs_acknowledgement() || *newest != i) continue;
      ++count.calls;
      ++bins[s.time / (10 * kMinute)];
      Command c;
      c.id = "c" + std::to_string(++n);
      c.kind = CommandKind::acknowledge;
      c.time = s.time;
      c.actor = "desk";
      c.incidents = {i->id};
      c.seen_revisions = {i->revision};
      f.on_command(c, changes);
    }
  }
  count.signals += signals.size();
  for (const auto& i : f.open_incidents()) count.damped += i->chattering || i->fleeting ? 1 : 0;
  count.rows += f.incidents_since(0).size();
  for (const AlarmFigures::Week& week : f.figures().weeks) {
    count.counted += week.counted;
    count.flood_time += week.flood_time;
    count.floods += week.floods;
  }
  count.bins += bins.size();
  for (const auto& [bin, alarms] : bins) count.flood_bins += alarms > policy.flood_begins ? 1 : 0;
}

}  // namespace

TEST_CASE("Chattering process alarms become few rows and few calls") {
  const fs::path data = fs::path(WF_SHARED_DATA) / "alarms";
  if (!fs::exists(data)) {
    std::printf("the process alarms of shared/data/alarms are absent: not tested\n");
    return;
  }
  fusion::Policy before;
  before.chatter_times = 0;
  before.judging = 0;
  before.repeat_window = before.join_window;
  const fusion::Policy after;
  fusion::Policy site = after;  // as a process plant would set it
  site.chatter_within = 10 * kMinute;
  site.chatter_calm = kHour;
  for (const char* folder : {"text_alarms_filter", "text_alarms_deadband"}) {
    Count raw, out, tuned, grouped;
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(data / folder)) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const std::vector<Signal> signals = read_run(file);
      run(signals, before, false, raw);
      run(signals, after, false, out);
      run(signals, site, false, tuned);
      run(signals, site, true, grouped);
    }
    std::printf("%s: %zu runs, %zu signals\n", folder, files.size(), raw.signals);
    const auto say = [](const char* name, const Count& c) {
      std::printf(
          "  %-28s %6zu rows, %6zu calls, %6zu bins of ten minutes with a call, %zu of them a flood; %zu floods, %.2f "
          "%% of "
          "the time\n",
          name, c.rows, c.calls, c.bins, c.flood_bins, c.floods,
          100.0 * static_cast<double>(c.flood_time) / static_cast<double>(c.counted));
    };
    say("without alarm management", raw);
    say("by default", out);
    say("three in ten minutes", tuned);
    say("and points know their unit", grouped);
    CHECK(out.rows < raw.rows);
    CHECK(out.calls <= raw.calls);
    CHECK(tuned.calls <= out.calls);
    CHECK(out.flood_bins <= raw.flood_bins);
    // One instrument whose channels all go off is one cause: what was a flood is a few rows.
    CHECK(grouped.flood_bins * 2 <= raw.flood_bins);
    CHECK(grouped.rows < out.rows);
    CHECK(grouped.flood_time <= raw.flood_time);
  }
}
