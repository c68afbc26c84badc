// A restart replays the log and goes on: what was said before is not said again, and nothing is forgotten.
#include <variant>

#include "console/model/incident_json.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

using Input = std::variant<Event, Command, UtcNs>;

struct Log {
  std::vector<Input> inputs;
  std::uint64_t n = 0;

  void event(double at, const char* kind, const char* field, const char* value) {
    Event e;
    e.id = "e" + std::to_string(++n);
    e.kind = kind;
    e.time = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    e.agent = "agent";
    e.logsource.product = "watchfloor";
    e.add(field, value);
    inputs.emplace_back(e);
  }
  void tick(double at) { inputs.emplace_back(kStart + static_cast<UtcNs>(at * 1000) * kMillisecond); }
  Command& command(double at, CommandKind kind, std::vector<std::uint64_t> incidents) {
    Command c;
    c.id = "c" + std::to_string(++n);
    c.kind = kind;
    c.time = kStart + static_cast<UtcNs>(at * 1000) * kMillisecond;
    c.actor = "M. Okafor";
    c.role = "Supervisor";
    c.text = "words";
    c.seen_revisions.assign(incidents.size(), 1);
    c.incidents = std::move(incidents);
    inputs.emplace_back(c);
    return std::get<Command>(inputs.back());
  }
};

/// What one input made known: each published revision as JSON, each reply.
std::string play(const Input& input, fusion::Fusion& f) {
  fusion::Changes changes;
  if (const Event* e = std::get_if<Event>(&input)) {
    Event copy = *e;
    f.on_event(copy, copy.time, changes);
  } else if (const Command* c = std::get_if<Command>(&input)) {
    f.on_command(*c, changes);
  } else {
    f.on_tick(std::get<UtcNs>(input), changes);
  }
  std::string out;
  for (const auto& i : changes.incidents) out += incident_to_json(*i) + "\n";
  for (const Ticket& t : f.tickets()) {
    out += ticket_name(t.id) + " " + std::string(name_of(t.state)) + " " + t.owner + " " + std::to_string(t.target) +
           " " + std::to_string(t.patrol_due) + " " + std::to_string(t.patrols_missed);
    for (const LogLine& l : t.log) out += "|" + l.actor + ": " + l.text;
    out += "\n";
  }
  for (const AlarmFigures::Week& week : f.figures().weeks) {
    out += std::to_string(week.counted) + " " + std::to_string(week.flood_time) + " " + std::to_string(week.floods);
    for (const AlarmFigures::Part& part : week.rules)
      out += "|" + part.id + " " + std::to_string(part.calls) + " " + std::to_string(part.repeats) + " " +
             std::to_string(part.acknowledged.total()) + " " + std::to_string(part.stale) + " " +
             std::to_string(part.over.total());
    for (const AlarmFigures::Worst& worst : week.worst) out += "|" + worst.name + " " + worst.fix;
    out += "\n";
  }
  for (const CommandReply& r : changes.replies)
    out += r.command_id + (r.accepted ? " yes " : " no ") + r.message + "\n";
  return out;
}

/// A night with one of each: chattering, fleeting, a shelf until it clears, escalation, a row that becomes stale.
Log night() {
  Log log;
  log.event(0, "door.forced", "door.id", "D-231");
  log.command(5, CommandKind::acknowledge, {1});
  for (int n = 0; n < 6; ++n) {
    log.event(10 + n * 15, "door.closed", "door.id", "D-231");
    log.event(18 + n * 15, "door.forced", "door.id", "D-231");
    log.tick(19 + n * 15);
  }
  log.tick(180);
  log.event(300, "camera.covered", "camera.id", "C-28");
  Command& shelf = log.command(310, CommandKind::shelve, {2});
  shelf.action = "until_clear";
  shelf.until = kStart + 2 * kHour;
  log.event(320, "camera.covered", "camera.id", "C-28");
  log.event(400, "camera.restored", "camera.id", "C-28");
  log.event(500, "camera.covered", "camera.id", "C-28");
  for (int n = 0; n < 5; ++n) {
    log.event(600 + n * 200, "door.forced", "door.id", "D-900");
    log.event(603 + n * 200, "door.closed", "door.id", "D-900");
    log.tick(700 + n * 200);
  }
  const auto works = [&](CommandKind kind, const char* target, double until) {
    Command& c = log.command(
        1500, kind, kind == CommandKind::inhibit ? std::vector<std::uint64_t>{1} : std::vector<std::uint64_t>{});
    c.target = target;
    c.action = "J. Smit";
    c.until = kStart + static_cast<UtcNs>(until) * kSecond;
  };
  works(CommandKind::suppress, "D-2", 1700);
  works(CommandKind::test, "U-server", 1800);
  works(CommandKind::inhibit, "U-slobby", 1900);
  log.event(1510, "door.forced", "door.id", "D-2");
  log.event(1520, "camera.covered", "camera.id", "C-27");
  log.event(1530, "camera.restored", "camera.id", "C-27");
  log.event(1540, "door.forced", "door.id", "D-1");
  log.tick(1650);
  log.tick(1701);
  log.event(1702, "camera.offline", "camera.id", "C-26");
  log.tick(1760);
  log.tick(2003);
  Command& ticket = log.command(2004, CommandKind::ticket, {});
  ticket.action = "take";
  ticket.target = "MT-1";
  for (int n = 2; n < 12; ++n) log.tick(1800 + n * 120);
  log.tick(3199);
  log.event(3200, "camera.online", "camera.id", "C-26");
  log.event(3300, "camera.offline", "camera.id", "C-26");
  log.tick(3700);
  for (int n = 0; n < 14; ++n) {  // a flood of low ones from one host's room
    const std::string host = "x-" + std::to_string(n);
    log.event(3800 + n, "host.usb", "host.name", host.c_str());
    std::get<Event>(log.inputs.back()).logsource.product = "linux";
  }
  for (int n = 0; n < 14; ++n) log.tick(7200 + n * 7200);
  return log;
}

/// The night's rules and a plan for its forced doors, whose steps are done, skipped, late and shelved.
std::shared_ptr<const fusion::PlanBook> plans() {
  static const auto book = test::plans_of(
      "v: 1\nid: forced\ntitle: Forced\nfor: {rules: [r-forced]}\nsteps:\n"
      "  - {do: Look, role: Operator, minutes: 1}\n  - {do: Send, role: Operator, minutes: 2}\n"
      "  - {do: Check, role: Guard, minutes: 15}\n");
  return book;
}

Log steps() {
  Log log;
  const auto step = [&](double at, CommandKind kind, std::uint32_t index, const char* text, const char* action = "") {
    Command& c = log.command(at, kind, {1});
    c.step = index;
    c.text = text;
    c.action = action;
    c.role = *action == 0 ? "Operator" : "Supervisor";
    c.seen_revisions = {0};
  };
  log.event(0, "door.forced", "door.id", "D-231");
  log.tick(30);
  log.tick(61);
  log.tick(62);
  step(70, CommandKind::plan_step, 0, "");
  step(80, CommandKind::skip_step, 1, "Nobody is free");
  step(90, CommandKind::plan_step, 1, "undo");
  log.tick(121);
  step(130, CommandKind::skip_step, 1, "Nobody is free");
  step(140, CommandKind::skip_step, 1, "", "seen");
  log.event(150, "host.login", "user.name", "root");
  Command& shelf = log.command(200, CommandKind::shelve, {1});
  shelf.until = kStart + 1000 * kSecond;
  shelf.seen_revisions = {99};
  log.tick(950);
  log.tick(1001);
  log.tick(1901);
  log.tick(1902);
  return log;
}

}  // namespace

TEST_CASE("Steps of a plan go on after a restart as if nothing had been cut, and nothing is said twice") {
  const Log log = steps();
  fusion::Fusion whole(test::small_estate(), test::small_rules(), {}, plans());
  std::vector<std::string> said;
  for (const Input& input : log.inputs) said.push_back(play(input, whole));
  for (std::size_t cut = 0; cut <= log.inputs.size(); ++cut) {
    INFO("cut before input " << cut);
    fusion::Fusion after(test::small_estate(), test::small_rules(), {}, plans());
    for (std::size_t i = 0; i < cut; ++i) (void)play(log.inputs[i], after);
    for (std::size_t i = cut; i < log.inputs.size(); ++i) REQUIRE(play(log.inputs[i], after) == said[i]);
  }
  const std::shared_ptr<const Incident> last = whole.open_incidents().front();
  const auto times = [&](std::string_view part) {
    return std::count_if(last->log.begin(), last->log.end(),
                         [&](const LogLine& l) { return l.text.find(part) != std::string::npos; });
  };
  CHECK(times("Overdue, not done within 1 min: Look") == 1);
  CHECK(times("Overdue, not done within 2 min: Send") == 1);
  CHECK(times("Overdue, not done within 15 min: Check") == 1);
  CHECK(times("Supervisor told: a step was skipped") == 2);
  CHECK(times("Skipped step seen") == 1);
}

TEST_CASE("A log that is cut anywhere and replayed goes on as if nothing had been cut") {
  const Log log = night();
  fusion::Fusion whole(test::small_estate(), test::small_rules(), {});
  std::vector<std::string> said;
  for (const Input& input : log.inputs) said.push_back(play(input, whole));
  for (std::size_t cut = 0; cut <= log.inputs.size(); ++cut) {
    INFO("cut before input " << cut);
    fusion::Fusion before(test::small_estate(), test::small_rules(), {});
    for (std::size_t i = 0; i < cut; ++i) (void)play(log.inputs[i], before);
    const bool pending = before.timer_pending();
    fusion::Fusion after(test::small_estate(), test::small_rules(), {});
    for (std::size_t i = 0; i < cut; ++i) (void)play(log.inputs[i], after);
    REQUIRE(after.timer_pending() == pending);
    for (std::size_t i = cut; i < log.inputs.size(); ++i) REQUIRE(play(log.inputs[i], after) == said[i]);
  }
  std::string all;
  for (const std::string& s : said) all += s;
  for (const char* word :
       {"\"chattering\":true", "\"fleeting\":true", "\"stale\":true", "Escalated to Administrator", "armed again",
        "\"state\":\"Cleared\"", "Maintenance ended and it still stands", "Test ended: 1 of 5 points heard",
        "Inhibition ended", "It works again", "Again: Camera C-26 offline", "Nobody walked past", "A flood runs"}) {
    INFO(word);
    CHECK(all.find(word) != std::string::npos);
  }
}
