#include "tests/support/sample_snapshot.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/support/sample_rules.hpp"

namespace wf::sample {
namespace {

constexpr std::int64_t kTarget[] = {60 * kMinute, 10 * kMinute, 2 * kMinute, kMinute};

struct Row {
  Priority priority;
  const char* title;
  std::vector<std::string> place;
  const char* unit;
  bool door, camera, network;
  std::uint32_t events;
  IncidentState state;
  const char* owner;
  const char* change;
  std::int64_t changed_ago, age, acknowledged_after;  // seconds; acknowledged_after 0: not
  std::array<std::uint8_t, 16> minutes;               // events, oldest first, two minutes each
};

using P = Priority;
using S = IncidentState;

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {{P::critical,
                                          "Server room forced after 4 denied badges",
                                          {"HQ", "Level 2", "Server room"},
                                          "k15",
                                          true,
                                          true,
                                          true,
                                          9,
                                          S::fresh,
                                          "",
                                          "Login on hv-07",
                                          16,
                                          38,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 2, 3}},
                                         {P::high,
                                          "SSH logins from a new country, 2 accounts",
                                          {"HQ", "Network", "VPN gateway"},
                                          "",
                                          false,
                                          false,
                                          true,
                                          14,
                                          S::acknowledged,
                                          "M. Okafor",
                                          "Note added",
                                          240,
                                          1085,
                                          24,
                                          {1, 0, 2, 3, 1, 0, 0, 2, 1, 0, 1, 0, 2, 1, 0, 0}},
                                         {P::high,
                                          "Lab B door held open, two people inside",
                                          {"HQ", "Level 2", "Lab B"},
                                          "k3",
                                          true,
                                          true,
                                          false,
                                          5,
                                          S::dispatched,
                                          "G. Silva",
                                          "Guard under way",
                                          60,
                                          372,
                                          31,
                                          {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1}},
                                         {P::high,
                                          "One badge in HQ and Antwerp within 9 min",
                                          {"Antwerp", "Main entrance"},
                                          "ant-entrance",
                                          true,
                                          false,
                                          false,
                                          2,
                                          S::fresh,
                                          "",
                                          "Badge granted",
                                          124,
                                          184,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0}},
                                         {P::medium,
                                          "Camera gateway cam-gw-2 silent, 3 views lost",
                                          {"HQ", "Level 2"},
                                          "",
                                          false,
                                          true,
                                          true,
                                          3,
                                          S::acknowledged,
                                          "M. Okafor",
                                          "Agent still silent",
                                          12,
                                          1900,
                                          72,
                                          {3, 3, 2, 3, 3, 2, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
                                         {P::medium,
                                          "Port scan from guest Wi-Fi to door controllers",
                                          {"HQ", "Network", "Guest Wi-Fi"},
                                          "",
                                          false,
                                          false,
                                          true,
                                          212,
                                          S::escalated,
                                          "J. Lindqvist",
                                          "Host isolated",
                                          540,
                                          1491,
                                          123,
                                          {0, 1, 2, 6, 9, 7, 8, 9, 6, 4, 5, 3, 2, 2, 1, 1}},
                                         {P::medium,
                                          "Fence line crossed at gate 3, no badge after",
                                          {"HQ", "Yard", "Gate 3"},
                                          "",
                                          true,
                                          true,
                                          false,
                                          4,
                                          S::on_scene,
                                          "R. Haddad",
                                          "Guard on scene",
                                          180,
                                          860,
                                          250,
                                          {0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}},
                                         {P::medium,
                                          "Reader 1-14 tamper opened, then restored",
                                          {"HQ", "Level 1", "Goods in"},
                                          "",
                                          true,
                                          false,
                                          false,
                                          2,
                                          S::cleared,
                                          "",
                                          "Tamper restored",
                                          480,
                                          542,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
                                         {P::medium,
                                          "Tailgating at main turnstile, 3 in 10 min",
                                          {"HQ", "Level 0", "Main entrance"},
                                          "",
                                          true,
                                          true,
                                          false,
                                          3,
                                          S::fresh,
                                          "",
                                          "Two on one badge",
                                          60,
                                          500,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0}},
                                         {P::low,
                                          "Door 1-07 held open while cleaning",
                                          {"HQ", "Level 1", "Corridor east"},
                                          "",
                                          true,
                                          false,
                                          false,
                                          6,
                                          S::acknowledged,
                                          "M. Okafor",
                                          "Still open",
                                          120,
                                          3137,
                                          400,
                                          {1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0}},
                                         {P::low,
                                          "Failed logins on printer PR-3-02",
                                          {"HQ", "Level 3", "Print room"},
                                          "",
                                          false,
                                          false,
                                          true,
                                          31,
                                          S::acknowledged,
                                          "T. Novak",
                                          "Owner changed",
                                          1200,
                                          2828,
                                          555,
                                          {2, 1, 2, 0, 2, 1, 3, 2, 2, 1, 0, 1, 2, 3, 2, 1}},
                                         {P::low,
                                          "Expired badge denied twice, visitor desk",
                                          {"HQ", "Level 0", "Visitor desk"},
                                          "",
                                          true,
                                          false,
                                          false,
                                          2,
                                          S::fresh,
                                          "",
                                          "Badge denied",
                                          660,
                                          693,
                                          0,
                                          {0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
                                         {P::low,
                                          "Camera C-012 out of focus",
                                          {"HQ", "Level 0", "Loading dock"},
                                          "",
                                          false,
                                          true,
                                          false,
                                          1,
                                          S::fresh,
                                          "",
                                          "Picture blurred",
                                          240,
                                          251,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}},
                                         {P::low,
                                          "Certificate of acs-2 ends in 6 days",
                                          {"HQ", "Network"},
                                          "",
                                          false,
                                          false,
                                          true,
                                          1,
                                          S::fresh,
                                          "",
                                          "Host warned",
                                          1500,
                                          1500,
                                          0,
                                          {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
                                         {P::low,
                                          "Reader 0-03 offline for 4 min",
                                          {"HQ", "Level 0", "Goods entrance"},
                                          "",
                                          true,
                                          false,
                                          false,
                                          2,
                                          S::cleared,
                                          "",
                                          "Reader online",
                                          420,
                                          660,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0}},
                                         {P::low,
                                          "New device on the building network",
                                          {"HQ", "Network", "Building nets"},
                                          "",
                                          false,
                                          false,
                                          true,
                                          1,
                                          S::fresh,
                                          "",
                                          "Unknown address",
                                          900,
                                          900,
                                          0,
                                          {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}}};
  return kRows;
}

Contribution line(std::int64_t ago, const char* kind, Domain domain, const char* text, const char* joined,
                  const char* effect, bool changed, Priority priority, const char* unit, const char* device) {
  Contribution c;
  c.time = kNow - ago * kSecond;
  c.event_id = std::string("e-") + std::to_string(ago);
  c.kind = kind;
  c.domain = domain;
  c.text = text;
  c.joined_by = joined;
  c.effect = effect;
  c.changed_priority = changed;
  c.priority = priority;
  c.site_id = "rotterdam";
  c.level_id = "rotterdam-2";
  c.unit_id = unit;
  c.device_id = device;
  return c;
}

constexpr const char* kStill = "3f9c2a77e01b8d64c5f2a90b17e3d8465b1c0f9e7a2d83641c5e90fb27a6d318";
constexpr const char* kLobby = "91c3e07a5b2d48f6a09c7e15d3b8246fa1e05c79db3486210f9ae7c4d5b28136";
constexpr const char* kLater = "d4408be2917fa36c05e8d1b7429ac3f86e70b5192dca4873f6018e5bd9c2a741";
constexpr const char* kClip = "a07714be9d52c6083fe1b97a4d20c8f5613e0b7d92a84cf157e6039db8412c6f";

void tell_server_room(Incident& i) {
  i.rule_id = "PA-014";
  i.rule_title = "Door forced after denials";
  i.rule_description =
      "Door forced within 2 minutes of 3 or more denials at its reader, then motion and a login behind that door.";
  i.why = {
      line(265, "access.granted", Domain::door, "Badge 88-1042 granted, lobby", "", "context", false, P::low, "k6",
           "C-21"),
      line(85, "access.denied", Domain::door, "Denied at the lobby reader", "same badge", "opens", true, P::medium,
           "k14", "D-231"),
      line(38, "door.forced", Domain::door, "Door D-231 forced", "same door", "raises", true, P::high, "k15", "D-231"),
      line(33, "camera.motion", Domain::camera, "Motion on C-27, one person", "camera of that room", "confirms", false,
           P::high, "k15", "C-27"),
      line(16, "host.login", Domain::network, "root login on console of hv-07", "host in that room", "raises", true,
           P::critical, "k15", "hv-07")};
  i.why[1].repeats = 4;
  i.why[2].not_kept = "it has 71.2 MiB, and an attachment may have 64.0 MiB";
  i.why[1].attachments = {kLobby};
  i.why[3].attachments = {kStill, kClip};
  i.why[4].attachments = {kLater};
  using How = JoinLink::How;
  i.why[1].link = {How::shared, {EntityKind::credential, "88-1042", "88-1042"}, 95, 97, 1, 180 * kSecond};
  i.why[2].link = {How::shared, {EntityKind::door, "D-231", "Door D-231"}, 100, 100, 0, 47 * kSecond};
  i.why[3].link = {How::adjacent, {EntityKind::zone, "k15", "Server room"}, 65, 70, 1, 5 * kSecond};
  i.why[4].link = {How::adjacent, {EntityKind::zone, "k15", "Server room"}, 65, 65, 0, 17 * kSecond};
  i.evidence = {{Evidence::Role::would_confirm,
                 "somebody on a camera there",
                 Evidence::State::came,
                 "Motion on C-27, 5 s after",
                 kNow - 48 * kSecond,
                 kNow + 22 * kSecond,
                 "e-33",
                 {"C-26", "C-27"}},
                {Evidence::Role::would_refute,
                 "a badge or the exit button just before",
                 Evidence::State::absent,
                 "nothing from D-231",
                 kNow - 48 * kSecond,
                 kNow - 23 * kSecond,
                 "",
                 {"D-231"}},
                {Evidence::Role::would_refute,
                 "the owner's badge soon after",
                 Evidence::State::awaited,
                 "",
                 kNow - 76 * kSecond,
                 kNow + 284 * kSecond,
                 "",
                 {"P-1004"}},
                {Evidence::Role::would_confirm,
                 "somebody on a camera in the lobby",
                 Evidence::State::unknown,
                 "C-25 was offline",
                 kNow - 48 * kSecond,
                 kNow + 22 * kSecond,
                 "",
                 {"C-25"}},
                {Evidence::Role::would_confirm, "face or badge seen inside"},
                {Evidence::Role::would_refute, "work order for this room: none found"},
                {Evidence::Role::missing, "contact of lobby door D-230, silent"}};
  i.entities = {{EntityKind::person, "p-brandt", "S. Brandt"},
                {EntityKind::door, "D-231", "Door D-231"},
                {EntityKind::camera, "C-27", "C-27"},
                {EntityKind::host, "hv-07", "hv-07"}};
  const auto step = [&](const char* text, const char* role, int minutes, const char* needs = "") {
    PlanStep s;
    s.text = text;
    s.role = role;
    s.needs = needs;
    s.within = minutes * kMinute;
    s.due = kNow - 38 * kSecond + s.within;
    i.plan.push_back(s);
  };
  i.plan_id = "server-room";
  i.plan_title = "Somebody at the servers";
  i.plan.clear();
  step("Look at camera C-27", "Operator", 1);
  step("Acknowledge", "Operator", 1);
  step("Send two guards to the room", "Operator", 2, "Tell them what is seen, and the way in.");
  step("Call the owner of the badge", "Operator", 4, "By the number of the directory.");
  step("End sessions nobody explains", "IT", 10);
  step("See racks, cables and ports", "Guard", 20);
  i.plan[0].done = true;
  i.plan[0].actor = "M. Okafor";
  i.plan[0].time = kNow - 6 * kSecond;
  i.log = {{kNow - 38 * kSecond, "Engine", "opened it as high"},
           {kNow - 16 * kSecond, "Engine", "raised it to critical"},
           {kNow - 6 * kSecond, "M. Okafor", "looked at camera C-27"}};
  i.revision = 7;
}

AgentState agent(const char* name, const char* kind, std::uint64_t events, std::uint32_t per_minute, std::int64_t ms,
                 std::vector<std::pair<std::string, std::uint64_t>> sources) {
  AgentState a;
  a.name = name;
  a.kind = kind;
  a.version = "0.1.0";
  a.health = AgentState::Health::live;
  a.last_heard = kNow - ms * kMillisecond;
  a.events = events;
  a.per_minute = per_minute;
  for (std::size_t i = 0; i < a.recent.size(); ++i)
    a.recent[i] = static_cast<std::uint16_t>(per_minute / 20 + (i * 7 + events) % 5);
  a.remote = "10.2.0." + std::to_string(20 + events % 90);
  a.report.resident_bytes = (6U << 20U) + events % 900'000;
  for (auto& [source, count] : sources)
    a.report.sources.push_back({source, "running", count + count / 500, count, 0, "", kNow - ms * kMillisecond});
  return a;
}

std::vector<AgentState> agents() {
  std::vector<AgentState> out = {agent("acs-1", "access", 4210, 212, 400, {{"osdp:ttyS0", 3900}, {"panel.log", 310}}),
                                 agent("acs-2", "access", 1980, 96, 900, {{"osdp:ttyS0", 1980}}),
                                 agent("acs-3", "access", 1404, 71, 1600, {{"osdp:ttyS1", 1404}}),
                                 agent("acs-yard", "access", 760, 38, 2200, {{"gates.csv", 760}}),
                                 agent("cam-gw-1", "camera", 9180, 418, 300, {{"onvif:10.2.4.0/24", 9180}}),
                                 agent("cam-gw-2", "camera", 3904, 0, 1900'000, {{"onvif:10.2.5.0/24", 3904}}),
                                 agent("cam-gw-3", "camera", 2611, 261, 500, {{"onvif:10.2.6.0/24", 2611}}),
                                 agent("edge-fw", "network", 6140, 614, 300, {{"eve.json", 6140}}),
                                 agent("sensor-1", "network", 7022, 302, 300, {{"eve.json", 6022}, {"conn.log", 1000}}),
                                 agent("sensor-2", "network", 2388, 88, 1100, {{"conn.log", 2388}}),
                                 agent("srv-a", "host", 1240, 40, 700, {{"journal", 1240}}),
                                 agent("srv-b", "host", 1032, 31, 800, {{"journal", 1032}})};
  for (AgentState& a : out) {
    a.remote = "10.2.1." + std::to_string(11 + (&a - out.data()));
    a.enrolled = kNow - 190 * kDay;
    a.key_since = kNow - 21 * kDay;
    a.key_due = kNow + 69 * kDay;
    a.ledger = {{0x51c07a, 1, a.events - a.events / 5, a.events - a.events / 5, 0, 0},
                {0x51c07a, 2, a.events / 5, a.events / 5, 0, 0}};
  }
  out[0].devices = {"D-2*", "D-1-09", "gate-*"};
  out[0].report.outputs = {{"D-231", {"unlock", "lock", "release"}, 30}, {"D-230", {"unlock"}, 10}};
  out[0].late_events = 12;
  out[0].old_events = 3;
  out[7].remarks = {{kNow - 40 * kMinute, "link.flood", "edge-fw: sends more than its window allows; 3 batches wait"},
                    {kNow - 3 * kDay, "link.key_rotated", "edge-fw: its key was exchanged for a new one"}};
  out[7].health = AgentState::Health::silent;
  out[7].kept_out_until = kNow + 52 * kSecond;
  AgentState& silent = out[5];
  silent.health = AgentState::Health::silent;
  silent.recent = {7, 8, 7, 9, 8, 6, 3, 1};
  silent.report.spooled = 0;
  silent.report.sources[0].state = "waiting";
  silent.report.sources[0].problem = "10.2.5.0/24 does not answer since 03:39";
  out[8].report.sources[1].refused = 3;
  out[9].epochs = 2;
  out[9].ledger = {{0x51c07a, 1, 1910, 1910, 0, 0}, {0x51c07a, 2, 188, 119, 0, 69}, {0xe2094b, 1, 359, 359, 0, 0}};
  out[9].key_due = kNow - 2 * kDay;
  out[9].key_since = kNow - 92 * kDay;
  out[9].given_up_events = 69;
  out[9].numbers = {{7, 2, 120, 188, true, "spool full"}};
  out[9].clock_skew = -3 * kSecond;
  out[9].report.spooled = 412;
  out[9].report.spool_bytes = 118'000;
  return out;
}

void history(Snapshot& s) {
  std::uint32_t seed = 7;
  const auto next = [&] { return seed = (seed * 16807U) % 2147483647U; };
  for (int i = 0; i < 60; ++i)
    s.histogram.push_back(280 + next() % 170 + (i > 47 && i < 56 ? 160U : 0U) + (i > 57 ? 240U : 0U));
  struct Old {
    int domain;
    double begin, end;
  };
  static constexpr Old kOld[] = {{0, 4, 9},   {0, 21, 23}, {0, 33, 47}, {0, 40, 44}, {0, 52, 56}, {0, 86, 91},
                                 {1, 12, 13}, {1, 41, 60}, {1, 27, 29}, {1, 71, 73}, {1, 84, 87}, {2, 2, 6},
                                 {2, 30, 31}, {2, 58, 70}, {2, 17, 19}, {2, 44, 45}};
  const UtcNs start = kNow - 2 * kHour;
  for (const Old& o : kOld)
    s.bars.push_back({0, static_cast<Domain>(o.domain), Priority::low, true, true,
                      start + static_cast<std::int64_t>(o.begin * 60) * kSecond,
                      start + static_cast<std::int64_t>(o.end * 60) * kSecond});
  for (const auto& i : s.incidents) {
    if (i->state == S::shelved) continue;
    const Domain d = i->domains[0] ? Domain::door : i->domains[1] ? Domain::camera : Domain::network;
    s.bars.push_back({i->id, d, i->priority, !i->needs_acknowledgement(), false, i->opened, kNow});
  }
}

std::shared_ptr<Snapshot> base() {
  auto s = std::make_shared<Snapshot>();
  s->version = 41;
  s->now = kNow;
  s->estate = estate();
  s->resolved_today = 11;
  s->quiet_since = kNow - 28 * kMinute - 20 * kSecond;
  s->agents = agents();
  for (const AgentState& a : s->agents) s->events_total += a.events;
  s->events_per_second = 348;
  for (std::size_t i = 0; i < s->eps_history.size(); ++i)
    s->eps_history[i] = static_cast<std::uint16_t>(310 + (i * 37) % 70);
  s->health.log_position = s->health.fused_position = s->events_total;
  s->health.ledger_checked = kNow - 7 * kSecond;
  s->user = "M. Okafor";
  s->role = "operator";
  s->seat = "Seat 2";
  return s;
}

}  // namespace

Incident incident(std::uint64_t id, Priority priority, std::string title, std::vector<std::string> place,
                  IncidentState state, std::string owner, std::int64_t age) {
  Incident i;
  i.id = id;
  i.revision = 3;
  i.priority = priority;
  i.title = std::move(title);
  i.site_id = !place.empty() && place[0] == "Antwerp" ? "antwerp" : "rotterdam";
  i.place = std::move(place);
  i.domains = {true, false, false};
  i.event_count = 1;
  i.opened = i.first = kNow - age * kSecond;
  i.last = i.changed = i.opened;
  i.last_change = "Opened";
  i.state = state;
  i.owner = std::move(owner);
  i.respond_by = i.opened + kTarget[static_cast<std::size_t>(priority)];
  i.rule_id = "PA-031";
  i.rule_title = i.title;
  i.alert_ids = {id};
  if (state != S::fresh && state != S::cleared) i.acknowledged_revision = 2;
  i.log = {{i.opened, "Engine", "opened it"}};
  return i;
}

std::shared_ptr<Snapshot> night() {
  auto s = base();
  std::uint64_t id = 2417;
  for (const Row& r : rows()) {
    Incident i = incident(id, r.priority, r.title, r.place, r.state, r.owner, r.age);
    i.unit_id = r.unit;
    if (!i.unit_id.empty() && i.site_id == "rotterdam") i.level_id = "rotterdam-2";
    if (i.site_id == "antwerp") i.level_id = "antwerp-0";
    i.domains = {r.door, r.camera, r.network};
    i.event_count = r.events;
    i.last_change = r.change;
    if (std::string_view(r.title).starts_with("Reader 0-03 offline")) i.explains = 3;
    i.last = i.changed = kNow - r.changed_ago * kSecond;
    i.rule_id = "PA-0" + std::to_string(20 + id % 60);
    if (r.acknowledged_after > 0) {
      i.acknowledged_at = i.opened + r.acknowledged_after * kSecond;
      i.log.push_back({i.acknowledged_at, r.owner, "acknowledged it"});
    }
    if (r.state == S::dispatched || r.state == S::on_scene) i.dispatched_to = r.owner;
    const std::int64_t minute = kNow / kMinute;
    for (std::size_t m = 0; m < r.minutes.size(); ++m)
      if (r.minutes[m] > 0) i.per_minute.emplace_back(minute - 30 + static_cast<std::int64_t>(m) * 2, r.minutes[m]);
    if (id == 2417)
      tell_server_room(i);
    else
      i.why = {line(r.age,
                    r.door     ? "access.denied"
                    : r.camera ? "camera.offline"
                               : "network.alert",
                    r.door     ? Domain::door
                    : r.camera ? Domain::camera
                               : Domain::network,
                    r.change, "", "opens", true, r.priority, r.unit, "")};
    s->incidents.push_back(std::make_shared<Incident>(std::move(i)));
    --id;
  }
  std::stable_sort(s->incidents.begin(), s->incidents.end(), [](const auto& a, const auto& b) {
    return a->priority != b->priority ? a->priority > b->priority : a->opened < b->opened;
  });
  for (const std::uint64_t shelved : {2390U, 2391U}) {
    Incident i = incident(shelved, P::low, shelved == 2390 ? "Door 1-09 held open" : "Gate 3 beam trips on foxes",
                          {"HQ", "Level 1"}, S::shelved, "M. Okafor", 5000);
    i.shelved_until = kNow + (shelved == 2390 ? 50 : 110) * kMinute;
    i.shelf_reason = "repair is ordered";
    s->incidents.push_back(std::make_shared<Incident>(std::move(i)));
  }
  auto devices = std::make_shared<std::map<std::string, DeviceState>>();
  (*devices)["D-231"] = {"forced",
                         kNow - 38 * kSecond,
                         kNow - kSecond,
                         P::critical,
                         true,
                         {{kNow - 38 * kSecond, "Forced"},
                          {kNow - 66 * kSecond, "Denied, badge 88-1042"},
                          {kNow - 73 * kSecond, "Denied, badge 88-1042"}}};
  (*devices)["D-214"] = {"held", kNow - 372 * kSecond, kNow - 60 * kSecond, P::high, true, {}};
  (*devices)["D-246"] = {"open", kNow - 9 * kSecond, kNow - 9 * kSecond, P::low, false, {}};
  (*devices)["C-27"] = {"motion", kNow - 33 * kSecond, kNow - 3 * kSecond, P::critical, true, {}};
  for (const char* c : {"C-20", "C-24", "C-29"})
    (*devices)[c] = {"offline", kNow - 1900 * kSecond, kNow - 1900 * kSecond, P::medium, true, {}};
  (*devices)["hv-07"] = {"online", kNow - kDay, kNow - 16 * kSecond, P::critical, true, {}};
  std::vector<Ticket> tickets(2);
  for (std::size_t n = 0; n < tickets.size(); ++n) {
    Ticket& t = tickets[n];
    t.id = 7 + n;
    t.device = t.name = n == 0 ? "C-24" : "C-20";
    t.what = "Camera " + t.device + " offline";
    t.owner = n == 0 ? "J. Smit" : "Maintenance";
    t.state = n == 0 ? Ticket::State::taken : Ticket::State::open;
    t.overdue = n == 0;
    t.since = t.opened = kNow - 1900 * kSecond;
    t.target = n == 0 ? kNow - kMinute : kNow + 7 * kHour;
  }
  s->tickets = std::make_shared<const std::vector<Ticket>>(std::move(tickets));
  s->figures = std::make_shared<const AlarmFigures>(sample::figures().shown());
  using Where = AttachmentState::Where;
  s->attachments =
      std::make_shared<const std::map<std::string, AttachmentState>>(std::map<std::string, AttachmentState>{
          {kStill, {Where::here, 421'804, 421'804, kNow - 30 * kSecond, "image/jpeg", ""}},
          {kLobby, {Where::here, 187'204, 187'204, kNow - 80 * kSecond, "image/jpeg", ""}},
          {kLater, {Where::here, 398'112, 398'112, kNow - 12 * kSecond, "image/jpeg", ""}},
          {kClip, {Where::arriving, 3'407'872, 5'498'200, kNow - kSecond, "", ""}}});
  s->devices = devices;
  auto people = std::make_shared<std::map<std::string, std::uint32_t>>();
  *people = {{"n1", 3}, {"n3", 2}, {"k3", 2}, {"k15", 1}, {"s5", 4}, {"s7", 1}};
  s->zone_people = people;
  s->alarms_10min = 9;
  history(*s);
  return s;
}

std::shared_ptr<Snapshot> quiet() {
  auto s = base();
  s->agents[7].health = AgentState::Health::live;
  s->agents[7].kept_out_until = 0;
  s->agents[5].health = AgentState::Health::live;
  s->agents[5].last_heard = kNow - 300 * kMillisecond;
  s->agents[5].per_minute = 390;
  s->agents[5].report.sources[0] = {"onvif:10.2.5.0/24", "running", 3911, 3904, 0, "", kNow - 300 * kMillisecond};
  s->agents[5].recent.fill(19);
  s->threat_level = 1;
  s->threat_name = "Normal";
  s->devices = std::make_shared<std::map<std::string, DeviceState>>();
  s->zone_people = std::make_shared<std::map<std::string, std::uint32_t>>();
  s->resolved_today = 14;
  history(*s);
  return s;
}

std::shared_ptr<Snapshot> flood() {
  auto s = night();
  static constexpr const char* kZones[] = {"Level 0", "Level 1", "Level 2", "Level 3", "Yard", "Network"};
  for (std::uint64_t n = 0; n < 61; ++n) {
    Incident i = incident(3000 + n, P::low, "Door " + std::to_string(100 + n) + " lost its supply",
                          {"HQ", kZones[n * n % 6]}, n % 4 == 0 ? S::acknowledged : S::fresh,
                          n % 4 == 0 ? "M. Okafor" : "", 60 + static_cast<std::int64_t>(n) * 7);
    i.domains = {n % 3 != 2, n % 3 == 1, n % 5 == 0};
    i.per_minute = {{kNow / kMinute - static_cast<std::int64_t>(n % 9), 1 + n % 4}};
    s->incidents.insert(s->incidents.end() - 2, std::make_shared<Incident>(std::move(i)));
  }
  s->flood = true;
  s->alarms_10min = 34;
  s->threat_level = 3;
  s->threat_name = "High";
  return s;
}

std::shared_ptr<Snapshot> crowd(std::size_t n) {
  auto s = base();
  for (std::size_t k = 0; k < n; ++k) {
    const auto priority = static_cast<Priority>(k < n / 100 ? 3 : k < n / 20 ? 2 : k < n / 5 ? 1 : 0);
    Incident i = incident(10'000 + k, priority, "Door D-" + std::to_string(k) + " held open",
                          {"HQ", "Level " + std::to_string(k % 5), "Corridor"}, k % 3 == 0 ? S::acknowledged : S::fresh,
                          k % 3 == 0 ? "M. Okafor" : "", static_cast<std::int64_t>(n - k));
    i.per_minute = {{kNow / kMinute - 3, 2}, {kNow / kMinute - 1, 1}};
    s->incidents.push_back(std::make_shared<Incident>(std::move(i)));
  }
  s->devices = std::make_shared<std::map<std::string, DeviceState>>();
  s->zone_people = std::make_shared<std::map<std::string, std::uint32_t>>();
  history(*s);
  return s;
}

}  // namespace wf::sample
