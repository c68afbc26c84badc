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
  device.tailgating = "dispatch";
  s.devices = {device};
  s.calls = {{"Duty manager", "+31 20 555 0110", Priority::high, {true, false, true}}, {"Chief", "7", {}, {}}};
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
    for (const Contact& c : s.calls)
      o << "\ncall " << c.who << '|' << c.number << '|' << static_cast<int>(c.from) << '|' << c.domains[0]
        << c.domains[1] << c.domains[2];
    for (const Device& d : s.devices) {
      o << "\ndevice " << d.id << '|' << d.name << '|' << static_cast<int>(d.kind) << '|' << d.level_id << '|'
        << d.unit_id << '|' << d.opening_id << '|' << d.position.x << ',' << d.position.y << '|' << d.placed << '|'
        << d.heading << '|' << d.field_of_view << '|' << d.range << '|' << d.address << '|' << d.owner << '|'
        << int{d.criticality} << '|' << d.egress << '|' << d.tailgating;
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
  i.late = true;
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
  i.dispatch.steps = {{{201, "M. Okafor"}, {202, "novak"}, {}, {204, "novak"}, {205, "novak"}}};
  i.dispatch.due = 206;
  i.dispatch.overdue = true;
  i.dispatch.found = "a cat";
  i.acknowledged_at = 105;
  i.respond_by = 106;
  i.shelved_until = 107;
  i.shelf_reason = "work order 12";
  i.shelf_until_clear = true;
  i.cleared_at = 108;
  i.chattering = true;
  i.fleeting = true;
  i.stale = true;
  i.escalated_to = "Supervisor";
  i.suppressed = true;
  i.in_test = true;
  i.inhibits = {"C-24", "k15"};
  i.explains = 40;
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
  c.attachments = {"aa", "bb"};
  c.not_kept = "too large";
  c.given_up = {"bb"};
  c.link = {JoinLink::How::adjacent, {EntityKind::zone, "u1", "Server room"}, 65, -71, 2, 9 * kSecond, "M. Okafor", 7};
  i.why = {c, Contribution{}};
  i.evidence = {{Evidence::Role::would_refute, "a work order"},
                {Evidence::Role::missing, "a face"},
                {Evidence::Role::would_confirm,
                 "motion",
                 Evidence::State::unknown,
                 "C-27 was silent",
                 -5,
                 115,
                 "e-9",
                 {"C-27", "C-28"}}};
  i.entities = {{EntityKind::door, "D-231", "Server room door"}, {EntityKind::account, "root", "root"}};
  i.plan = {{"Look at C-27", true, "M. Okafor", 109}, {"Go there", false, "", 0}};
  PlanStep skipped;
  skipped.text = "Call the owner";
  skipped.skipped = true;
  skipped.actor = "M. Okafor";
  skipped.time = 110;
  skipped.reason = "She stands here";
  i.plan.push_back(skipped);
  i.plan[1].role = "Guard";
  i.plan[1].needs = "Key 14";
  i.plan[1].within = 5 * kMinute;
  i.plan[1].due = 400;
  i.plan[1].overdue = true;
  i.plan_id = "door-forced";
  i.plan_title = "Door forced";
  i.skips_told = "Supervisor";
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
  (*devices)["D-231"].agent = "gate-7";
  (*devices)["D-231"].order = {
      "c1", "unlock", "gate-7", "ann", 5, 1008, 1018, "sent", {{1008, "asked"}, {1009, "sent"}}};
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
  a.given_up_events = 1020;
  a.epochs = 2;
  a.copies = 3;
  a.last_copy = 1021;
  a.clock_ahead = 1022;
  a.numbers = {{7, 1, 120, 188, true, "spool full"}, {7, 2, 5, 6, false, {}}};
  a.ledger = {{7, 1, 200, 180, 1, 19}, {7, 2, 6, 4, 2, 0}};
  a.late_events = 1030;
  a.old_events = 1031;
  a.remarks = {{1032, "link.flood", "sends more than it may"}, {1033, "link.enrolled", ""}};
  a.enrolled = 1034;
  a.devices = {"D-2*", "gate-7"};
  a.key_since = 1035;
  a.key_due = 1036;
  a.key_asked = true;
  a.kept_out_until = 1037;
  a.remote = "10.0.0.7:5555";
  a.report.sources = {{"mapped:/x", "running", 1, 2, 3, "line 4 is broken", 1013}};
  a.report.spooled = 1014;
  a.report.spool_bytes = 1015;
  a.report.resident_bytes = 1016;
  a.refused_batches = 1017;
  a.problem = "a batch cannot be read";
  s.agents = {a, AgentState{}};
  using Where = AttachmentState::Where;
  s.attachments = std::make_shared<const std::map<std::string, AttachmentState>>(
      std::map<std::string, AttachmentState>{{"aa", {Where::here, 10, 10, 1040, "image/jpeg", ""}},
                                             {"bb", {Where::arriving, 4, 10, 1041, "", ""}},
                                             {"cc", {Where::refused, 0, 0, 1042, "", "it is no JPEG"}},
                                             {"dd", {Where::removed, 0, 0, 1043, "", ""}},
                                             {"ee", {}}});
  Ticket t{Ticket::Why::reported,
           Ticket::State::taken,
           7,
           "D-2",
           true,
           "Door 2",
           "hq",
           "u",
           "HQ, Office",
           "the strike sticks",
           "J. Smit",
           true,
           1050,
           1051,
           1052,
           true,
           3,
           1053,
           1054,
           4,
           5,
           1055,
           {{1056, "Engine", "Overdue"}}};
  s.tickets = std::make_shared<const std::vector<Ticket>>(std::vector<Ticket>{t, Ticket{}});
  AlarmFigures figures;
  AlarmFigures::Part part{
      "r", "Rule", 1,  2,     3, {4, 5, 6, 7}, {}, {}, 8, 9, 10, 11, 12, 13, {1, 2, 3, 4, 5, 6, 7, 8},
      14,  {},     {}, "D-2", 15};
  part.acknowledged.add(kMinute);
  part.acknowledged_high.add(kSecond);
  part.over.add(2 * kDay);
  part.back.add(kHour);
  AlarmFigures::Week week{
      16, 17, 18, 19, 20, 21, part, {part}, {part, part}, {part}, {{"r", "Rule", 22, 23, "mend it"}}};
  figures.weeks = {week, {}};
  figures.stale_now = 24;
  figures.chattering_now = 25;
  figures.fleeting_now = 26;
  s.figures = std::make_shared<const AlarmFigures>(figures);
  s.posts = std::make_shared<const std::vector<GuardPost>>(
      std::vector<GuardPost>{{"avos", "Guard", "Gate 3", "gate-pc"}, {"boda", "Guard", "", "pc-2"}});
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
  s.health = {"disk full", 1021, 1022, 1023, 1024, 1025, 1026, false, "heartbeat refused"};
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
      const DeviceOrder& order = d.order;
      o << '|' << d.agent << '|' << order.id << '|' << order.action << '|' << order.agent << '|' << order.actor << '|'
        << order.seconds << '|' << order.asked << '|' << order.expires << '|' << order.state;
      for (const auto& [time, text] : order.lines) o << '|' << time << ' ' << text;
    }
  }
  if (s.zone_people)
    for (const auto& [unit, n] : *s.zone_people) o << '\n' << unit << '=' << n;
  if (s.attachments)
    for (const auto& [hash, at] : *s.attachments)
      o << '\n'
        << hash << '|' << static_cast<int>(at.where) << '|' << at.have << '|' << at.bytes << '|' << at.time << '|'
        << at.media_type << '|' << at.why;
  if (s.posts)
    for (const GuardPost& p : *s.posts) o << '\n' << p.user << '|' << p.role << '|' << p.name << '|' << p.seat;
  for (const AgentState& a : s.agents) {
    o << '\n'
      << a.name << '|' << a.kind << '|' << a.version << '|' << static_cast<int>(a.health) << '|' << a.last_heard << '|'
      << a.clock_skew << '|' << a.events << '|' << a.per_minute << '|' << a.gap_events << '|' << a.remote << '|'
      << a.refused_batches << '|' << a.problem << '|' << a.given_up_events << '|' << a.epochs << '|' << a.copies << '|'
      << a.last_copy << '|' << a.clock_ahead << '|';
    for (const AgentState::Numbers& n : a.numbers)
      o << n.epoch << ' ' << static_cast<int>(n.lane) << ' ' << n.first << ' ' << n.last << ' ' << n.given_up << ' '
        << n.reason << '|';
    for (const AgentState::Lane& l : a.ledger)
      o << l.epoch << ' ' << static_cast<int>(l.lane) << ' ' << l.up_to << ' ' << l.stored << ' ' << l.missing << ' '
        << l.given_up << '|';
    for (const AgentState::Remark& r : a.remarks) o << r.time << ' ' << r.kind << ' ' << r.text << '|';
    say(o, a.devices);
    o << a.late_events << '|' << a.old_events << '|' << a.enrolled << '|' << a.key_since << '|' << a.key_due << '|'
      << a.key_asked << '|' << a.kept_out_until << '|';
    for (const auto n : a.recent) o << n << ' ';
    std::string report;
    encode_report(a.report, report);
    for (const char c : report) o << std::hex << (static_cast<unsigned>(c) & 0xFFU) << std::dec << '.';
  }
  if (s.tickets)
    for (const Ticket& t : *s.tickets) {
      o << "\nticket " << t.id << '|' << name_of(t.why) << '|' << name_of(t.state) << '|' << t.device << '|' << t.agent
        << '|' << t.name << '|' << t.site_id << '|' << t.unit_id << '|' << t.place << '|' << t.what << '|' << t.owner
        << '|' << t.vital << '|' << t.since << '|' << t.opened << '|' << t.target << '|' << t.overdue << '|' << t.times
        << '|' << t.patrol << '|' << t.patrol_due << '|' << t.patrols << '|' << t.patrols_missed << '|' << t.closed;
      for (const LogLine& l : t.log) o << '|' << l.time << ' ' << l.actor << ' ' << l.text;
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
    << s.health.ledger_gaps << '|' << s.health.heartbeat;
  o << '\n'
    << s.user << '|' << s.role << '|' << s.seat << '|' << int{s.threat_level} << '|' << s.threat_name << '|' << s.demo;
  return o.str();
}

}  // namespace wf::seat::samples
