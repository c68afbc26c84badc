// Fields of the site are added only where something asks for them; who asks must not notice.
#include <algorithm>
#include <random>
#include <tuple>

#include "console/fusion/enrich.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;

namespace {

struct Item {
  const char* name;
  std::vector<const char*> values;
};

Event random_event(std::mt19937& dice) {
  static const std::vector<const char*> kKinds{"network.flow", "access.granted",    "camera.line_crossed",
                                               "host.process", "camera.motion_end", "host.login",
                                               "network.dns",  "door.forced"};
  static const std::vector<Item> kItems{{"door.id", {"D-231", "D-900", "D-none"}},
                                        {"camera.id", {"C-26", "C-27"}},
                                        {"host.name", {"hv-07", "ws-14", "elsewhere"}},
                                        {"src.ip", {"10.2.0.7", "10.2.1.14", "198.51.100.7"}},
                                        {"dst.ip", {"10.2.0.3"}},
                                        {"credential.id", {"88-1042", "88-0900", "88-0666", "none"}},
                                        {"user.name", {"avos", "boda", "root"}},
                                        {"zone.id", {"U-server", "panel zone 7"}},
                                        {"zone.name", {"as the source says"}},
                                        {"local.hour", {"25"}},
                                        {"place", {"as the source says"}}};
  Event e;
  e.time = test::kStart + static_cast<UtcNs>(dice() % 100'000) * kSecond;
  e.kind = kKinds[dice() % kKinds.size()];
  e.agent = "net-1";
  for (const Item& item : kItems)
    if (dice() % 3 == 0) e.add(item.name, item.values[dice() % item.values.size()]);
  return e;
}

auto sorted(Event e) {
  std::sort(e.fields.begin(), e.fields.end(), [](const Field& a, const Field& b) {
    return std::tie(a.name, a.value, a.type) < std::tie(b.name, b.value, b.type);
  });
  return e;
}

}  // namespace

TEST_CASE("an event has the fields that were asked for, and with the rest it has what all at once would have given") {
  std::mt19937 dice(3);
  const auto estate = test::small_estate();
  fusion::Enricher enricher(estate);
  fusion::Presence presence;
  presence.use(estate);
  std::size_t added = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Event source = random_event(dice);
    Event whole = source, part = source;
    const fusion::Facts facts = enricher.apply(whole, presence);
    const fusion::SiteFields which = (fusion::SiteFields{dice()} << 32U | dice()) & dice();
    const fusion::Facts same = enricher.apply(part, presence, which);
    CHECK(same.unit == facts.unit);
    for (std::size_t n = 0; n < fusion::Enricher::names().size(); ++n)
      if ((which >> n & 1U) != 0) {
        const std::string_view name = fusion::Enricher::names()[n];
        INFO(source.kind << ' ' << name);
        REQUIRE(part.field(name) == whole.field(name));
      }
    added += part.fields.size() - source.fields.size();
    enricher.complete(part, same, presence);
    REQUIRE(sorted(part) == sorted(whole));
    // Once more adds nothing.
    (void)enricher.apply(part, presence);
    REQUIRE(sorted(part) == sorted(whole));
    presence.take(whole, facts);
  }
  CHECK(added > 1'000);
}

TEST_CASE("a rule of an event that is not remembered may ask for any field of the site, and its words have all") {
  Watch w(test::small_estate(), test::rules_of(R"(
title: Flow out of hours
id: late-flow
level: high
logsource: {product: suricata}
detection: {s: {local.after_hours: true, host.criticality|lte: 4, kind: network.flow}, condition: s}
watchfloor: {title: "Flow in {zone.name} after hours"}
---
title: Many flows from a room
id: many
level: high
logsource: {product: suricata}
detection: {s: {dst.port: 22}, condition: s}
---
title: Many from there
id: many-there
level: high
correlation: {type: event_count, rules: [many], group-by: [zone.id], timespan: 60s, condition: {gte: 3}}
)"));
  const auto flow = [&](double at, const char* port) {
    Event e;
    e.kind = "network.flow";
    e.logsource.product = "suricata";
    e.agent = "net-1";
    e.id = "n" + std::to_string(at);
    e.time = test::kStart + static_cast<UtcNs>(at * 1e9);
    e.add("host.name", "hv-07");
    e.add("dst.port", port, ValueType::number);
    w.event(e);
  };
  flow(43'200, "80");  // a quarter past seven in the evening
  CHECK(w.open().size() == 1);
  CHECK(w.one()->title.find("Server room") != std::string::npos);
  for (const double at : {43201.0, 43202.0, 43203.0}) flow(at, "22");
  CHECK(w.json().find("many-there") != std::string::npos);
}
