#include "tests/console/fusion/scene.hpp"

#include "console/model/incident_json.hpp"

namespace wf::test {
namespace {

Device device(const char* id, DeviceKind kind, const char* unit, const char* opening = "") {
  Device d;
  d.id = d.name = id;
  d.kind = kind;
  d.level_id = "L2";
  d.unit_id = unit;
  d.opening_id = opening;
  return d;
}

Unit unit(const char* id, const char* name, const char* category, std::uint8_t criticality) {
  Unit u;
  u.id = id;
  u.name = name;
  u.category = category;
  u.level_id = "L2";
  u.criticality = criticality;
  return u;
}

Opening opening(const char* id, const char* a, const char* b) {
  Opening o;
  o.id = id;
  o.unit_a = a;
  o.unit_b = b;
  o.level_id = "L2";
  o.has_door = true;
  return o;
}

Person person(const char* id, const char* name, const char* badge, const char* account) {
  Person p;
  p.id = id;
  p.name = name;
  p.site_id = "hq";
  p.credentials = {badge};
  p.accounts = {account};
  return p;
}

Level level() {
  Level l;
  l.id = "L2";
  l.name = "Level 2";
  return l;
}

}  // namespace

std::shared_ptr<const Estate> small_estate() {
  auto estate = std::make_shared<Estate>();
  Site hq;
  hq.id = "hq";
  hq.name = "Head office";
  hq.short_name = "HQ";
  hq.time_zone = "Europe/Amsterdam";
  hq.origin = {4.47, 51.92};
  hq.levels = {level()};
  hq.units = {unit("U-lobby", "Lift lobby", "lobby", 1), unit("U-slobby", "Server lobby", "room", 2),
              unit("U-server", "Server room", "room", 4), unit("U-office", "Office", "office", 1)};
  hq.openings = {opening("O-1", "U-lobby", "U-slobby"), opening("O-231", "U-slobby", "U-server"),
                 opening("O-2", "U-lobby", "U-office"), opening("O-0", "U-lobby", "")};
  hq.units[1].within = "U-lobby";
  hq.units[2].within = "U-slobby";
  hq.units[2].aliases = {"panel zone 7"};
  hq.units[2].limit = 2;
  hq.devices = {device("D-1", DeviceKind::door, "U-slobby", "O-1"),
                device("R-1", DeviceKind::reader, "U-lobby", "O-1"),
                device("D-231", DeviceKind::door, "U-server", "O-231"),
                device("R-231", DeviceKind::reader, "U-slobby", "O-231"),
                device("D-2", DeviceKind::door, "U-office", "O-2"),
                device("C-26", DeviceKind::camera, "U-slobby"),
                device("C-27", DeviceKind::camera, "U-server"),
                device("hv-07", DeviceKind::host, "U-server"),
                device("hv-03", DeviceKind::host, "U-server"),
                device("ws-14", DeviceKind::host, "U-office"),
                device("C-28", DeviceKind::camera, "U-office"),
                device("D-0", DeviceKind::door, "U-lobby", "O-0"),
                device("R-0", DeviceKind::reader, "", "O-0"),
                device("R-0X", DeviceKind::reader, "U-lobby", "O-0"),
                device("R-1X", DeviceKind::reader, "U-slobby", "O-1"),
                device("R-231X", DeviceKind::reader, "U-server", "O-231")};
  for (Device& d : hq.devices) d.placed = d.opening_id == "O-0" || d.opening_id == "O-231";
  hq.devices[2].position = hq.devices[3].position = {120, 0};
  hq.devices[5].covers = {"D-231"};
  hq.devices[6].covers = {"U-server"};
  hq.devices[7].address = "10.2.0.7";
  hq.devices[8].address = "10.2.0.3";
  hq.devices[9].address = "10.2.1.14";
  hq.devices[9].owner = "P-1";
  Site antwerp;
  antwerp.id = "antwerp";
  antwerp.name = antwerp.short_name = "Antwerp";
  antwerp.time_zone = "Europe/Brussels";
  antwerp.origin = {4.40, 51.22};
  antwerp.levels = {level()};
  antwerp.units = {unit("A-main", "Main entrance", "room", 2)};
  antwerp.openings = {opening("A-1", "A-main", "")};
  antwerp.devices = {device("D-900", DeviceKind::door, "A-main", "A-1")};
  estate->sites = {hq, antwerp};
  estate->people = {person("P-1", "Ann Vos", "88-1042", "avos"), person("P-2", "Ben Oda", "88-2000", "boda")};
  Issued replaced{"88-0900", {"0x384"}, "P-1", 0, 0, 0, "88-1042", kStart},
      revoked{"88-0666", {}, "P-2", 0, 0, kStart, "", 0};
  estate->credentials = {replaced, revoked};
  estate->index();
  return estate;
}

std::shared_ptr<const sigma::RuleSet> rules_of(const std::string& yaml) {
  sigma::LoadReport report;
  auto rules = sigma::RuleSet::compile({{"rules.yml", yaml}}, report);
  for (const std::string& problem : report.problems) FAIL(problem);
  return rules;
}

std::shared_ptr<const fusion::PlanBook> plans_of(const std::string& yaml) {
  sigma::LoadReport report;
  auto plans = fusion::PlanBook::compile({{"plans.yaml", yaml}}, report);
  for (const std::string& problem : report.problems) FAIL(problem);
  return plans;
}

std::shared_ptr<const sigma::RuleSet> small_rules() {
  static const std::shared_ptr<const sigma::RuleSet> rules = rules_of(R"(
title: Door forced
id: r-forced
level: high
description: A door opened without a grant.
logsource: {product: watchfloor}
detection: {s: {kind: door.forced}, condition: s}
watchfloor:
  title: "{zone} forced"
  confirm: [somebody seen inside]
  refute: [a work order]
  plan: [Look at the camera, Send a guard]
---
title: Denied
id: r-denied
name: denied
level: low
logsource: {product: watchfloor}
detection: {s: {kind: access.denied}, condition: s}
---
title: Denied often
id: r-denied-often
level: medium
correlation:
  type: event_count
  rules: [denied]
  group-by: [door.id]
  timespan: 2m
  condition: {gte: 4}
watchfloor:
  title: "{count} denied badges at {door}"
---
title: Passback
id: r-passback
level: low
logsource: {product: watchfloor}
detection: {s: {kind: access.passback}, condition: s}
---
title: Camera covered
id: r-covered
level: medium
logsource: {product: watchfloor}
detection: {s: {kind: camera.covered}, condition: s}
watchfloor: {title: "{camera} covered"}
---
title: Tailgate
id: r-tailgate
level: medium
logsource: {product: watchfloor}
detection: {s: {kind: camera.line_crossed, 'count|gte': 2}, condition: s}
---
title: Root login
id: r-root
level: high
logsource: {product: linux}
detection: {s: {kind: host.login, user.name: root}, condition: s}
watchfloor: {title: "Root login on {host}"}
---
title: Network alert
id: r-alert
level: medium
logsource: {product: suricata}
detection: {s: {kind: network.alert}, condition: s}
watchfloor: {title: "{alert.title}", join: [address, host]}
---
title: Account used
id: r-account
level: low
logsource: {product: linux}
detection: {s: {kind: host.usb}, condition: s}
---
title: Motion
id: r-motion
level: informational
logsource: {product: watchfloor}
detection: {s: {kind: camera.motion}, condition: s}
---
title: Duress
id: r-duress
level: critical
tags: [watchfloor.life-safety]
logsource: {product: watchfloor}
detection: {s: {kind: access.duress}, condition: s}
)");
  return rules;
}

Watch::Watch() : Watch(small_estate(), small_rules()) {}

Watch::Watch(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, fusion::Policy policy,
             std::shared_ptr<const fusion::PlanBook> plans)
    : fusion(std::move(estate), std::move(rules), policy, std::move(plans)) {}

Event& Watch::event(double at, const std::string& kind,
                    std::initializer_list<std::pair<const char*, const char*>> fields) {
  Event e;
  e.id = "e" + std::to_string(++events_);
  e.time = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
  e.agent = "agent";
  e.kind = kind;
  const std::string_view first = std::string_view(kind).substr(0, kind.find('.'));
  e.logsource.product = first == "network" ? "suricata" : first == "host" ? "linux" : "watchfloor";
  for (const auto& [name, value] : fields) e.add(name, value);
  event(std::move(e));
  return last_;
}

void Watch::event(Event e) {
  last_ = std::move(e);
  changes.clear();
  now = std::max(now, last_.time);
  fusion.on_event(last_, now, changes);
}

CommandReply Watch::command(CommandKind kind, std::vector<std::uint64_t> incidents,
                            const std::function<void(Command&)>& more) {
  Command c;
  c.id = "c" + std::to_string(++commands_);
  c.kind = kind;
  c.time = now;
  c.actor = "M. Okafor";
  c.seat = "Seat 1";
  c.incidents = std::move(incidents);
  if (more) more(c);
  changes.clear();
  fusion.on_command(c, changes);
  REQUIRE(changes.replies.size() == 1);
  return changes.replies.front();
}

CommandReply Watch::act(CommandKind kind, std::uint64_t id, const std::function<void(Command&)>& more) {
  return command(kind, {id}, [&](Command& c) {
    c.seen_revisions = {incident(id)->revision};
    if (more) more(c);
  });
}

void Watch::tick(double at) {
  now = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
  changes.clear();
  fusion.on_tick(now, changes);
}

std::shared_ptr<const Incident> Watch::one() const {
  auto all = open();
  std::string titles;
  for (const auto& i : all) titles += "\n" + i->title + "\n" + why(*i);
  INFO(titles);
  REQUIRE(all.size() == 1);
  return all.front();
}

std::shared_ptr<const Incident> Watch::incident(std::uint64_t id) const {
  for (auto& i : fusion.incidents_since(0))
    if (i->id == id) return i;
  FAIL("no incident " << id);
  return nullptr;
}

std::string Watch::json() const {
  std::string out;
  for (const auto& i : fusion.incidents_since(0)) out += incident_to_json(*i) + "\n";
  return out;
}

std::string Watch::why(const Incident& incident) {
  std::string out;
  for (const Contribution& c : incident.why) out += c.effect + " | " + c.text + " | " + c.joined_by + "\n";
  return out;
}

}  // namespace wf::test
