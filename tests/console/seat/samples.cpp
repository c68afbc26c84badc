#include "tests/console/seat/samples.hpp"

#include <sstream>

#include "console/model/incident_json.hpp"

namespace wf::seat::samples {
namespace {

Polygon polygon(float at) {
  return {{{at, 1}, {at + 4, 1}, {at + 4, 5}, {at, 5}}, {{{at + 1, 2}, {at + 2, 2}, {at + 2, 3}}}, {0, 1, 4, 1, 2, 5}};
}

std::shared_ptr<const Estate> estate() {
  auto out = std::make_shared<Estate>();
  Site s;
  s.id = "north";
  s.name = "North works";
  s.short_name = "NW";
  s.locality = "Delft";
  s.time_zone = "Europe/Amsterdam";
  s.origin = {4.35, 52.01};
  s.bounds = {{-1, -2}, {30, 40}};
  s.venue = {polygon(0)};
  s.buildings = {{"b1", "Main", "unspecified", {polygon(1)}, {{1, 1}, {9, 9}}}};
  Level level;
  level.id = "l2";
  level.name = "Level 2";
  level.short_name = "2";
  level.building_id = "b1";
  level.ordinal = -2;
  level.outdoor = true;
  level.polygons = {polygon(2)};
  level.bounds = {{2, 2}, {8, 8}};
  s.levels = {level};
  Unit unit;
  unit.id = "u1";
  unit.name = "Server room";
  unit.category = "server";
  unit.level_id = "l2";
  unit.polygons = {polygon(3)};
  unit.label = {4.5F, 3.5F};
  unit.label_width = 3.25F;
  unit.bounds = {{3, 1}, {7, 5}};
  unit.criticality = 4;
  s.units = {unit};
  Opening opening;
  opening.id = "o1";
  opening.name = "Gap";
  opening.category = "emergencyexit";
  opening.level_id = "l2";
  opening.a = {3, 2};
  opening.b = {3, 3};
  opening.unit_a = "u1";
  opening.unit_b = "u2";
  opening.has_door = true;
  opening.door_type = "swinging";
  s.openings = {opening};
  s.fixtures = {{"f1", "furniture", "l2", {polygon(5)}}};
  Device device;
  device.id = "C-27";
  device.name = "Camera 27";
  device.kind = DeviceKind::camera;
  device.level_id = "l2";
  device.unit_id = "u1";
  device.opening_id = "o1";
  device.position = {3.5F, 4.5F};
  device.placed = true;
  device.heading = 270;
  device.field_of_view = 92;
  device.range = 14;
  device.address = "10.1.2.3";
  device.aliases = {"cam27", "c-27"};
  device.covers = {"u1", "D-231"};
  device.owner = "p1";
  device.criticality = 3;
  device.egress = true;
  s.devices = {device};
  out->sites = {s};
  Person person;
  person.id = "p1";
  person.name = "Zoë Ångström";
  person.role = "Engineer";
  person.department = "IT";
  person.site_id = "north";
  person.credentials = {"88-1042", "88-2000"};
  person.accounts = {"zoe", "zoe.admin"};
  out->people = {person};
  out->index();
  return out;
}

void say(std::ostream& o, const std::vector<Polygon>& polygons) {
  for (const Polygon& p : polygons) {
    for (const Point& q : p.outer) o << q.x << ',' << q.y << ' ';
    for (const Ring& hole : p.holes) {
      o << '(';
      for (const Point& q : hole) o << q.x << ',' << q.y << ' ';
      o << ')';
    }
    for (const std::uint32_t t : p.triangles) o << t << ' ';
  }
}

void say(std::ostream& o, const Bounds& b) {
  o << '[' << b.min.x << ' ' << b.min.y << ' ' << b.max.x << ' ' << b.max.y << ']';
}

void say(std::ostream& o, const std::vector<std::string>& texts) {
  for (const std::string& t : texts) o << t << '+';
}

void say(std::ostream& o, const Estate& e) {
  for (const Site& s : e.sites) {
    o << s.id << '|' << s.name << '|' << s.short_name << '|' << s.locality << '|' << s.time_zone << '|' << s.origin.lon
      << '|' << s.origin.lat;
    say(o, s.bounds);
    say(o, s.venue);
    for (const Building& b : s.buildings) {
      o << "\nbuilding " << b.id << '|' << b.name << '|' << b.category;
      say(o, b.footprint);
      say(o, b.bounds);
    }
    for (const Level& l : s.levels) {
      o << "\nlevel " << l.id << '|' << l.name << '|' << l.short_name << '|' << l.building_id << '|' << l.ordinal << '|'
        << l.outdoor;
      say(o, l.polygons);
      say(o, l.bounds);
    }
    for (const Unit& u : s.units) {
      o << "\nunit " << u.id << '|' << u.name << '|' << u.category << '|' << u.level_id << '|' << u.label.x << ','
        << u.label.y << '|' << u.label_width << '|' << int{u.criticality};
      say(o, u.polygons);
      say(o, u.bounds);
    }
    for (const Opening& p : s.openings) {
      o << "\nopening " << p.id << '|' << p.name << '|' << p.category << '|' << p.level_id << '|' << p.a.x << ','
        << p.a.y << ',' << p.b.x << ',' << p.b.y << '|' << p.unit_a << '|' << p.unit_b << '|' << p.has_door << '|'
        << p.door_type;
    }
    for (const Fixture& f : s.fixtures) {
      o << "\nfixture " << f.id << '|' << f.category << '|' << f.level_id;
      say(o, f.polygons);
    }
    for (const Device& d : s.devices) {
      o << "\ndevice " << d.id << '|' << d.name << '|' << static_cast<int>(d.kind) << '|' << d.level_id << '|'
        << d.unit_id << '|' << d.opening_id << '|' << d.position.x << ',' << d.position.y << '|' << d.placed << '|'
        << d.heading << '|' << d.field_of_view << '|' << d.range << '|' << d.address << '|' << d.owner << '|'
        << int{d.criticality} << '|' << d.egress;
      say(o, d.aliases);
      say(o, d.covers);
    }
  }
  for (const Person& p : e.people) {
    o << "\nperson " << p.id << '|' << p.name << '|' << p.role << '|' << p.department << '|' << p.site_id;
    say(o, p.credentials);
    say(o, p.accounts);
  }
}

}  // namespace

std::shared_ptr<const Incident> full_incident(std::uint64_t id) {
  auto out = std::make_shared<Incident>();
  Incident& i = *out;
  i.id = id;
  i.revision = 7;
  i.acknowledged_revision = 5;
  i.priority = Priority::high;
  i.life_safety = true;
  i.drill = true;
  i.title = "Server room forced";
  i.place = {"NW", "Level 2", "Server room"};
  i.site_id = "north";
  i.level_id = "l2";
  i.unit_id = "u1";
  i.domains = {true, false, true};
  i.event_count = 12;
  i.opened = 101;
  i.first = 102;
  i.last = 103;
  i.changed = 104;
  i.last_change = "Login on hv-07";
  i.state = IncidentState::dispatched;
  i.owner = "M. Okafor";
  i.dispatched_to = "T. Novak";
  i.acknowledged_at = 105;
  i.respond_by = 106;
  i.shelved_until = 107;
  i.shelf_reason = "work order 12";
  i.cause = Cause::authorised;
  i.rule_id = "rule-1";
  i.rule_title = "Door forced";
  i.rule_description = "A door opened without a grant.";
  i.alert_ids = {3, 4, 5};
  Contribution c;
  c.time = 108;
  c.event_id = "acs-1:1:1:9";
  c.kind = "door.forced";
  c.domain = Domain::camera;
  c.text = "Door D-231 forced";
  c.joined_by = "same door";
  c.effect = "raises";
  c.changed_priority = true;
  c.priority = Priority::critical;
  c.repeats = 4;
  c.site_id = "north";
  c.level_id = "l2";
  c.unit_id = "u1";
  c.device_id = "D-231";
  i.why = {c, Contribution{}};
  i.evidence = {{Evidence::Role::would_refute, "a work order"}, {Evidence::Role::missing, "a face"}};
  i.entities = {{EntityKind::door, "D-231", "Server room door"}, {EntityKind::account, "root", "root"}};
  i.plan = {{"Look at C-27", true, "M. Okafor", 109}, {"Go there", false, "", 0}};
  i.log = {{110, "Engine", "opened"}, {111, "M. Okafor", "acknowledged"}};
  i.per_minute = {{28'000'000, 3}, {28'000'002, 9}};
  return out;
}

std::shared_ptr<const Snapshot> full_snapshot() {
  auto out = std::make_shared<Snapshot>();
  Snapshot& s = *out;
  s.version = 41;
  s.now = 1001;
  s.clock_offset = -1002;
  s.clock_rate = 20.5;
  s.estate = estate();
  s.incidents = {full_incident(9), full_incident(2)};
  s.resolved_today = 11;
  s.quiet_since = 1003;
  auto devices = std::make_shared<std::map<std::string, DeviceState>>();
  (*devices)["C-27"] = {"covered", 1004, 1005, Priority::medium, true, {{1006, "Covered"}, {1007, "Motion"}}};
  (*devices)["D-231"] = {};
  s.devices = devices;
  s.zone_people = std::make_shared<std::map<std::string, std::uint32_t>>(
      std::map<std::string, std::uint32_t>{{"u1", 3}, {"u2", 1}});
  AgentState a;
  a.name = "acs-1";
  a.kind = "access";
  a.version = "0.1.0";
  a.health = AgentState::Health::late;
  a.last_heard = 1008;
  a.clock_skew = -1009;
  a.events = 1010;
  a.per_minute = 1011;
  a.recent[0] = 5;
  a.recent[19] = 6;
  a.gap_events = 1012;
  a.remote = "10.0.0.7:5555";
  a.report.sources = {{"mapped:/x", "running", 1, 2, 3, "line 4 is broken", 1013}};
  a.report.spooled = 1014;
  a.report.spool_bytes = 1015;
  a.report.resident_bytes = 1016;
  a.refused_batches = 1017;
  a.problem = "a batch cannot be read";
  s.agents = {a, AgentState{}};
  s.events_total = 1018;
  s.events_per_second = 348.25;
  s.eps_history[0] = 7;
  s.eps_history[23] = 8;
  s.alarms_10min = 9;
  s.alarm_limit = 12;
  s.flood = true;
  s.histogram = {1, 0, 5};
  s.histogram_span = 60;
  s.bars = {{9, Domain::camera, Priority::high, true, false, 1019, 1020},
            {2, Domain::door, Priority::low, false, true, 1, 2}};
  s.health = {"disk full", 1021, 1022, 1023, 1024, 1025, 1026};
  s.user = "M. Okafor";
  s.role = "Operator";
  s.seat = "Seat 2";
  s.threat_level = 3;
  s.threat_name = "High";
  s.demo = true;
  return out;
}

std::string text_of(const Snapshot& s) {
  std::ostringstream o;
  o.precision(9);
  o << s.version << '|' << s.now << '|' << s.clock_offset << '|' << s.clock_rate << '\n';
  if (s.estate) say(o, *s.estate);
  for (const auto& i : s.incidents) o << '\n' << incident_to_json(*i);
  o << '\n' << s.resolved_today << '|' << s.quiet_since;
  if (s.devices) {
    for (const auto& [id, d] : *s.devices) {
      o << '\n'
        << id << '|' << d.state << '|' << d.since << '|' << d.last_event << '|' << name_of(d.worst) << '|'
        << d.in_incident;
      for (const auto& line : d.recent) o << '|' << line.time << ' ' << line.text;
    }
  }
  if (s.zone_people)
    for (const auto& [unit, n] : *s.zone_people) o << '\n' << unit << '=' << n;
  for (const AgentState& a : s.agents) {
    o << '\n'
      << a.name << '|' << a.kind << '|' << a.version << '|' << static_cast<int>(a.health) << '|' << a.last_heard << '|'
      << a.clock_skew << '|' << a.events << '|' << a.per_minute << '|' << a.gap_events << '|' << a.remote << '|'
      << a.refused_batches << '|' << a.problem << '|';
    for (const auto n : a.recent) o << n << ' ';
    std::string report;
    encode_report(a.report, report);
    for (const char c : report) o << std::hex << (static_cast<unsigned>(c) & 0xFFU) << std::dec << '.';
  }
  o << '\n' << s.events_total << '|' << s.events_per_second << '|';
  for (const auto n : s.eps_history) o << n << ' ';
  o << '|' << s.alarms_10min << '|' << s.alarm_limit << '|' << s.flood << '|';
  for (const auto n : s.histogram) o << n << ' ';
  o << '|' << s.histogram_span;
  for (const auto& b : s.bars) {
    o << "\nbar " << b.incident << '|' << static_cast<int>(b.domain) << '|' << name_of(b.priority) << '|'
      << b.acknowledged << '|' << b.resolved << '|' << b.begin << '|' << b.end;
  }
  o << "\nhealth " << s.health.problem << '|' << s.health.refused_batches << '|' << s.health.queue_depth << '|'
    << s.health.log_position << '|' << s.health.fused_position << '|' << s.health.ledger_checked << '|'
    << s.health.ledger_gaps;
  o << '\n'
    << s.user << '|' << s.role << '|' << s.seat << '|' << int{s.threat_level} << '|' << s.threat_name << '|' << s.demo;
  return o.str();
}

}  // namespace wf::seat::samples
