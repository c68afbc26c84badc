#include "tests/support/sample_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "tests/support/sample_snapshot.hpp"

namespace wf::sample {
namespace {

using Part = AlarmFigures::Part;

struct Made {
  const char* id;
  const char* title;
  Priority level;
  const char* file;
  const char* service;
  const char* tags;                     ///< separated by spaces
  std::array<std::uint32_t, 4> rows;    ///< of the last four weeks, the running one first
  std::array<std::uint32_t, 5> causes;  ///< true, false, nuisance, authorised, equipment fault, of each week with rows
  std::int64_t seen;                    ///< seconds to acknowledge
  std::uint32_t restless;
  char kind;  ///< r rule, c correlation, b base rule, i informational, l life safety
};

constexpr Priority kL = Priority::low, kM = Priority::medium, kH = Priority::high, kC = Priority::critical;

constexpr Made kRules[] = {
    {"door-forced",
     "Door forced",
     kH,
     "door/door_forced.yml",
     "access",
     "attack.initial-access attack.t1200",
     {12, 9, 14, 11},
     {6, 1, 3, 1, 0},
     17,
     0,
     'r'},
    {"door-held",
     "Door held open",
     kM,
     "door/door_held_open.yml",
     "access",
     "",
     {96, 121, 88, 104},
     {4, 2, 71, 12, 0},
     95,
     34,
     'r'},
    {"denied-often",
     "Badge denied repeatedly at one door",
     kM,
     "door/door_denied_repeatedly.yml",
     "access",
     "attack.initial-access",
     {8, 6, 9, 4},
     {3, 2, 1, 0, 0},
     41,
     0,
     'c'},
    {"denied", "Badge denied", kL, "door/door_denied_repeatedly.yml", "access", "", {0, 0, 0, 0}, {}, 0, 0, 'b'},
    {"duress",
     "Duress code entered",
     kC,
     "door/duress.yml",
     "access",
     "watchfloor.life-safety",
     {0, 1, 0, 0},
     {1, 0, 0, 0, 0},
     6,
     0,
     'l'},
    {"holdup",
     "Hold-up button pressed",
     kC,
     "door/holdup.yml",
     "access",
     "watchfloor.life-safety",
     {0, 0, 0, 0},
     {},
     0,
     0,
     'l'},
    {"granted-noted", "Badges granted", kL, "door/access_noted.yml", "access", "", {0, 0, 0, 0}, {}, 0, 0, 'i'},
    {"camera-offline",
     "Camera offline",
     kM,
     "camera/camera_offline.yml",
     "camera",
     "",
     {7, 5, 22, 6},
     {0, 0, 1, 0, 5},
     312,
     6,
     'r'},
    {"camera-covered",
     "Camera covered or turned away",
     kH,
     "camera/camera_covered.yml",
     "camera",
     "attack.t1562 attack.defense-evasion",
     {1, 0, 2, 0},
     {1, 0, 0, 0, 0},
     22,
     0,
     'r'},
    {"motion-empty",
     "Motion in a secure zone that nobody is in",
     kH,
     "camera/motion_in_empty_secure_zone.yml",
     "camera",
     "",
     {19, 23, 17, 20},
     {2, 14, 2, 0, 0},
     28,
     3,
     'r'},
    {"blinded-forced",
     "Camera blinded, then the door it watches forced",
     kH,
     "together/camera_blinded_then_door_forced.yml",
     "",
     "attack.initial-access attack.t1562",
     {0, 0, 0, 0},
     {},
     0,
     0,
     'c'},
    {"root-login",
     "Login as root",
     kH,
     "host/root_login.yml",
     "sshd",
     "attack.privilege-escalation attack.t1078.003",
     {3, 2, 4, 2},
     {1, 0, 0, 1, 0},
     12,
     0,
     'r'},
    {"ssh-brute",
     "Many failed logins over SSH from one address",
     kM,
     "host/ssh_brute_force.yml",
     "sshd",
     "attack.credential-access attack.t1110.003",
     {14, 31, 9, 16},
     {5, 0, 8, 0, 0},
     74,
     0,
     'c'},
    {"brute-success",
     "Login after many failed ones",
     kH,
     "host/login_after_brute_force.yml",
     "sshd",
     "attack.credential-access attack.t1110",
     {1, 0, 0, 0},
     {},
     33,
     0,
     'c'},
    {"usb-vital",
     "USB storage plugged into a vital host",
     kH,
     "host/usb_on_vital_host.yml",
     "journal",
     "attack.t1091",
     {2, 1, 0, 1},
     {0, 0, 0, 1, 0},
     19,
     0,
     'r'},
    {"port-scan",
     "Port scan from inside",
     kM,
     "network/port_scan.yml",
     "suricata",
     "attack.discovery attack.t1046",
     {41, 44, 39, 52},
     {1, 3, 28, 9, 0},
     210,
     0,
     'r'},
    {"trojan",
     "Traffic of a known trojan",
     kH,
     "network/trojan_traffic.yml",
     "suricata",
     "attack.command-and-control attack.t1071",
     {0, 0, 0, 0},
     {},
     0,
     0,
     'r'},
    {"sensor-alert",
     "Alert of the network sensor",
     kM,
     "network/sensor_alert.yml",
     "suricata",
     "",
     {63, 58, 71, 66},
     {11, 20, 24, 2, 0},
     130,
     2,
     'r'},
    {"agent-silent",
     "An agent is silent",
     kM,
     "link/agent_silent.yml",
     "link",
     "",
     {2, 1, 3, 1},
     {0, 0, 0, 0, 2},
     55,
     0,
     'r'},
    {"forged",
     "A command to a device with a forged signature",
     kC,
     "link/forged_command.yml",
     "link",
     "attack.t1565",
     {0, 0, 0, 0},
     {},
     0,
     0,
     'r'},
    {"tailgate",
     "Somebody followed through a door without a badge",
     kM,
     "camera/tailgate.yml",
     "camera",
     "",
     {5, 8, 6, 7},
     {3, 1, 1, 0, 0},
     48,
     0,
     'r'},
    {"impossible",
     "One badge at two sites faster than anybody travels",
     kH,
     "door/impossible_travel.yml",
     "access",
     "attack.t1078",
     {1, 0, 1, 0},
     {1, 0, 0, 0, 0},
     25,
     0,
     'r'},
    {"after-hours",
     "Secure zone entered after hours",
     kL,
     "door/after_hours_secure_access.yml",
     "access",
     "",
     {22, 18, 25, 21},
     {0, 0, 3, 19, 0},
     620,
     0,
     'r'}};

constexpr std::array<UtcNs, 5> kWeeks{kNow - 26 * kHour, kNow - 26 * kHour - 7 * kDay, kNow - 26 * kHour - 14 * kDay,
                                      kNow - 26 * kHour - 21 * kDay, kNow - 26 * kHour - 28 * kDay};

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find(' ', i), text.size());
    if (end > i) out.emplace_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

Part part_of(const Made& made, std::size_t week) {
  Part part;
  part.id = made.id;
  part.name = made.title;
  const std::uint32_t n = week < made.rows.size() ? made.rows[week] : made.rows[3];
  part.rows = n;
  part.calls = n + n / 8;
  part.repeats = n / 2;
  part.priorities[static_cast<std::size_t>(made.level)] = part.calls;
  for (std::uint32_t k = 0; k < n && made.seen > 0; ++k) {
    // Some are quicker, some slower.
    const std::int64_t seen = made.seen * (40 + static_cast<std::int64_t>(k * 37 % 120)) / 100 * kSecond;
    part.acknowledged.add(seen);
    if (made.level >= Priority::high) part.acknowledged_high.add(seen);
    if (seen < 10 * kMinute) ++part.in_target;
  }
  part.missed = n / 10;
  part.chattering = made.restless / 2;
  part.fleeting = made.restless - made.restless / 2;
  part.stale = made.restless / 10;
  if (n > 0)
    for (std::size_t k = 0; k < made.causes.size(); ++k) part.causes[k + 1] = made.causes[k];
  part.operator_time = static_cast<std::int64_t>(n) * 5 * kMinute;
  if (n > 5) {
    part.point = "D-231";
    part.of_point = n * 3 / 4;
  }
  return part;
}

std::string fix_of(std::string_view id) {
  if (id == "door-held")
    return "Give it a deadband or an off-delay of 30 s: 61 of 88 were back within 30 s; Add a filter for what sets it "
           "off, or make it informational: 71 of 89 were “nuisance”";
  if (id == "port-scan") return "Add a filter for what sets it off, or make it informational: 28 of 41 were “nuisance”";
  if (id == "motion-empty") return "Narrow the rule or move the sensor: it tells what is not so: 14 of 18 were “false”";
  return "Nothing in its figures says what would help";
}

}  // namespace

AlarmFigures figures() {
  AlarmFigures out;
  for (std::size_t n = 0; n < kWeeks.size(); ++n) {
    AlarmFigures::Week& week = out.weeks.emplace_back();
    week.begins = kWeeks[n];
    week.counted = n == 0 ? kDay : 7 * kDay;
    week.flood_time = n == 0 ? 6 * kMinute : static_cast<std::int64_t>(n * 41) * kMinute;
    week.floods = static_cast<std::uint32_t>(n == 0 ? 1 : n);
    week.most = n == 0 ? 34 : 14 + static_cast<std::uint32_t>(n) * 3;
    week.desks_on_duty = 2;
    for (const Made& made : kRules) {
      const Part part = part_of(made, n);
      if (part.rows == 0) continue;
      week.all.add(part);
      week.rules.push_back(part);
    }
    Part gone = part_of(kRules[0], n);
    gone.id = "old-lobby";
    gone.name = "Lobby turnstile jammed";
    if (n > 0) week.rules.push_back(gone);
    for (const char* desk : {"Seat 1", "Seat 2"}) {
      Part part = part_of(kRules[desk[5] == '1' ? 0 : 10], n);
      part.id = part.name = desk;
      week.desks.push_back(part);
    }
    for (const char* id : {"door-held", "port-scan", "sensor-alert", "motion-empty", "after-hours"})
      for (const Part& part : week.rules)
        if (part.id == id)
          week.worst.push_back(
              {part.id, part.name, part.calls, part.calls + part.operator_time / kMinute * 8 / 10, fix_of(id)});
  }
  for (AlarmFigures::Week& week : out.weeks)
    std::stable_sort(week.worst.begin(), week.worst.end(),
                     [](const auto& a, const auto& b) { return a.minutes > b.minutes; });
  out.stale_now = 2;
  out.chattering_now = 1;
  out.fleeting_now = 1;
  return out;
}

std::shared_ptr<const RuleList> rule_list() {
  auto out = std::make_shared<RuleList>();
  out->version = 7;
  out->since = kNow - 61 * kDay;
  std::int64_t age = 4;
  for (const Made& made : kRules) {
    RuleSummary& rule = out->rules.emplace_back();
    rule.id = made.id;
    rule.title = made.title;
    rule.file = std::string("/usr/share/watchfloor/rules/") + made.file + ":1";
    rule.tags = words(made.tags);
    rule.level = made.level;
    rule.informational = made.kind == 'i';
    rule.life_safety = made.kind == 'l';
    rule.correlation = made.kind == 'c';
    rule.hidden = made.kind == 'b';
    if (!rule.correlation) rule.logsource = {"watchfloor", made.service, ""};
    const std::uint32_t rows = made.rows[0] + made.rows[1] + made.rows[2] + made.rows[3];
    if (rows > 0 || rule.informational || rule.hidden)
      out->firings.push_back({rule.id,
                              rule.informational ? 61'204
                              : rule.hidden      ? 912
                                                 : rows * 3,
                              kNow - age * kMinute});
    age = age * 2 % 9973;
    rule.off = rule.id == "after-hours";
    rule.changed = rule.id == "usb-vital";
  }
  out->roles = {"Supervisor", "Administrator"};
  out->changes = {
      {"after-hours", "Secure zone entered after hours", true, kNow + 5 * kDay, false, "G. Silva", kNow - 2 * kDay,
       "the cleaning shift is known now; see the plan of October", ""},
      {"usb-vital", "USB storage plugged into a vital host", false, 0, true, "A. Lindqvist", kNow - 9 * kDay,
       "the backup station's own stick is no alarm", ""},
      {"port-scan", "Port scan from inside", false, kNow - 3 * kDay, false, "A. Lindqvist", kNow - 12 * kDay,
       "the scanner of the network team", "its file was changed: what the file says judges"}};
  out->problems = {
      "/etc/watchfloor/rules/net_connection_win_rdp.yml:20: field 'Computer': placeholder not configured: "
      "'domain_controller_hostnames'; give it values under 'placeholders' in a document of settings, or leave the rule "
      "out",
      "/etc/watchfloor/rules/own/lobby.yml:14: the condition names 'selection2', which is not there; correct the name"};
  for (const AlarmFigures::Week& week : figures().weeks)
    out->weeks.push_back({week.begins, week.counted, week.rules, week.worst});
  return out;
}

std::shared_ptr<const RuleDetail> rule_detail(const std::string& id) {
  auto out = std::make_shared<RuleDetail>();
  out->id = id;
  out->version = 7;
  for (const Made& made : kRules) {
    if (id != made.id) continue;
    out->description =
        "A door opened although nobody was let through and its lock was not released: it was forced, or its contact is "
        "broken.";
    out->path = std::string("/usr/share/watchfloor/rules/") + made.file;
    out->line = 1;
    out->text = "title: " + std::string(made.title) + "\nid: " + id +
                "\nstatus: stable\ndescription: >-\n    A door opened although nobody was let through and its lock\n"
                "    was not released: it was forced, or its contact is broken.\nauthor: Watchfloor\nlogsource:\n"
                "    product: watchfloor\n    service: access\ndetection:\n    forced:\n        kind: door.forced\n"
                "    condition: forced\nlevel: " +
                std::string(name_of(made.level)) +
                "\nwatchfloor:\n    title: '{door} forced'\n    plan:\n        - Look at the camera there\n";
    if (id == "usb-vital") {
      out->path += " (changed here)";
      out->file_text = out->text;
      out->text.replace(out->text.find("condition: forced"), 17,
                        "known:\n        device: BK-0231\n    condition: forced and not known");
    }
    if (made.rows[0] == 0) return out;
    out->rows = {{2417, "Server room forced after 4 denied badges", Priority::critical, kNow - 38 * kSecond,
                  IncidentState::fresh, Cause::none},
                 {2398, "D-214 forced", Priority::high, kNow - 3 * kHour, IncidentState::resolved, Cause::true_alarm},
                 {2371, "Loading bay door forced during a delivery", Priority::high, kNow - 2 * kDay,
                  IncidentState::resolved, Cause::nuisance}};
    return out;
  }
  out->text_absent = "This rule is not loaded";
  return out;
}

std::shared_ptr<const Trial> trial(Trial::State state) {
  auto out = std::make_shared<Trial>();
  out->state = state;
  out->number = 3;
  out->edit = {"door-held", true, {}};
  out->title = "Door held open";
  out->by = "G. Silva";
  out->asked = kNow - 2 * kMinute;
  out->from = kNow - 30 * kDay;
  out->share = state == Trial::State::done ? 1 : 0.42;
  out->at = kNow - 17 * kDay;
  out->took = 38 * kSecond;
  if (state != Trial::State::done) return out;
  auto report = std::make_shared<BacktestReport>();
  report->from = out->from;
  report->to = kNow;
  report->events = 1'204'332;
  report->then = {1'290, 1'452, {88, 1'071, 130, 1}, 16, 6'810};
  report->candidate = {869, 981, {88, 650, 130, 1}, 12, 4'702};
  report->confirmed = 41;
  report->minutes_a_row = 5;
  const auto row = [](std::uint64_t id, const char* title, Priority priority, std::int64_t age, Cause cause) {
    BacktestReport::NamedRow out;
    out.id = id;
    out.rule_id = "door-held";
    out.rule_title = "Door held open";
    out.title = title;
    out.priority = priority;
    out.opened = kNow - age;
    out.cause = cause;
    return out;
  };
  report->missed = {row(2204, "Loading bay held open during the break-in of 3 November", Priority::medium, 21 * kDay,
                        Cause::true_alarm)};
  report->weaker = {row(2317, "Lab B forced after it was held open", Priority::high, 6 * kDay, Cause::true_alarm)};
  report->weaker[0].note = "2 min later";
  report->lost = {row(2411, "D-214 held open", Priority::medium, 6 * kHour, Cause::nuisance),
                  row(2388, "Lobby door held open by a delivery", Priority::medium, 2 * kDay, Cause::authorised),
                  report->missed[0]};
  report->lost[1].other = 12;
  report->gained = {row(88, "D-119 forced", Priority::high, 9 * kDay, Cause::none)};
  report->gained[0].rule_title = "Door forced";
  BacktestReport::RuleLine line;
  line.id = "door-held";
  line.title = "Door held open";
  line.then = 421;
  line.lost = 421;
  report->rules = {line};
  line.id = "door-forced";
  line.title = "Door forced";
  line.then = 46;
  line.candidate = 47;
  line.lost = 0;
  line.gained = 1;
  report->rules.push_back(line);
  out->lost = 422;
  out->gained = 1;
  out->missed = 1;
  out->weaker = 1;
  out->report = std::move(report);
  return out;
}

QueryPage answer(const Query& query) {
  QueryPage page;
  if (query.what == Query::What::rules) {
    auto list = std::make_shared<RuleList>(*rule_list());
    list->same = query.known == list->version;
    if (list->same) {
      list->rules.clear();
      list->problems.clear();
    }
    page.rules = std::move(list);
  } else if (query.what == Query::What::rule) {
    page.rule = rule_detail(query.where);
  } else if (query.what == Query::What::check) {
    auto check = std::make_shared<RuleCheck>();
    std::uint32_t line = 1;
    for (std::size_t at = 0; at < query.edit.text.size(); ++line) {
      const std::size_t end = std::min(query.edit.text.find('\n', at), query.edit.text.size());
      if (query.edit.text.substr(at, end - at).find("urgent") != std::string::npos)
        check->problems.push_back(
            {line, "level 'urgent' is not known; use informational, low, medium, high or critical"});
      at = end + 1;
    }
    page.check = std::move(check);
  } else if (about_trials(query.what)) {
    page.trial = std::make_shared<const Trial>();
  } else {
    page.error = "nothing is stored here";
  }
  return page;
}

}  // namespace wf::sample
