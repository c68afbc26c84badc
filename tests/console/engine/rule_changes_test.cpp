// Rules that people change from a console: over the files, in the log, and never silently in the way of either.
#include <algorithm>

#include "console/engine/command_codec.hpp"
#include "console/engine/rule_commands.hpp"
#include "console/engine/rule_documents.hpp"
#include "console/engine/watch.hpp"
#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;

namespace {

constexpr UtcNs kAt = 1'772'000'000 * kSecond;

Command change(const std::string& action, const std::string& rule, UtcNs at = kAt) {
  static int number = 0;
  Command c;
  c.id = "rule-" + std::to_string(++number);
  c.kind = CommandKind::rule;
  c.time = at;
  c.actor = "M. Okafor";
  c.role = "Supervisor";
  c.seat = "Seat 1";
  c.target = rule;
  c.action = action;
  c.text = "too noisy";
  return c;
}

Command text(const std::string& rule, const std::string& document, const std::string& shown, UtcNs at = kAt) {
  Command c = change("text", rule, at);
  c.document = document;
  c.basis = text_sum(shown);
  return c;
}

/// A watch without an engine: what it is told is what it would find in the log.
struct Desk {
  Watch watch{nullptr};
  fusion::Changes changes;
  std::uint64_t number = 0;

  explicit Desk(const std::string& rules) { configure(rules); }
  void configure(const std::string& rules) {
    Configuration configuration;
    configuration.rules = {{"rules.yml", rules}};
    sigma::LoadReport report;
    watch.take_configuration(configuration, report);
  }
  CommandReply give(const Command& command) {
    changes.clear();
    watch.take_command(command, changes);
    REQUIRE(changes.replies.size() == 1);
    CHECK(changes.replies[0].command_id == command.id);
    return changes.replies[0];
  }
  /// Rows that an event of a host of its own opened.
  std::size_t rows(const std::string& what, UtcNs at) {
    changes.clear();
    ++number;
    std::vector<Event> events{event(number, what, "host-" + std::to_string(number))};
    events[0].time = at;
    events[0].id = "e" + std::to_string(number);
    watch.take_events("net-1", events, at, changes);
    return changes.incidents.size();
  }
  const RulesInForce& rules() {
    shown = watch.rules().in_force;
    return *shown;
  }
  std::shared_ptr<const RulesInForce> shown;
};

const std::string kAttack = rule("r1", "attack"), kScan = rule("r2", "scan");
const std::string kBoth = kAttack + "---\n" + kScan;

}  // namespace

TEST_CASE("a document is found by its id, and another text leaves the lines of its file as they were") {
  std::vector<sigma::RuleFile> files{{"a.yml", "# one\nid: 'r1' # its own\ntitle: x\n---\nid: r2\n"},
                                     {"b.yml", "title: y\nrelated:\n    - id: r2\nid: \"r3\"\n"}};
  REQUIRE(find_document(files, "r1"));
  CHECK(find_document(files, "r1")->text.line == 1);
  REQUIRE(find_document(files, "r2"));
  CHECK(find_document(files, "r2")->file == 0);  // what is indented is another rule's mention
  CHECK(find_document(files, "r3")->file == 1);
  CHECK_FALSE(find_document(files, ""));
  CHECK_FALSE(find_document(files, "r"));
  put_document(files, *find_document(files, "r1"), "id: r1\ntitle: z\n");
  REQUIRE(files.size() == 3);
  CHECK(std::count(files[0].text.begin(), files[0].text.end(), '\n') == 5);
  CHECK(files[1].path == "a.yml (changed here)");
  CHECK(find_document(files, "r1")->file == 1);
  CHECK(find_document(files, "r2")->text.line == 5);
  files.push_back({"c.yml", "id: r2\n"});
  CHECK_FALSE(find_document(files, "r2"));  // two have it
}

TEST_CASE("a rule that is off makes no row until it is on again, and a correlation over it goes on") {
  Desk desk(kBoth +
            "---\ntitle: Many\nid: many\nlevel: high\ncorrelation: {type: event_count, rules: [r1], timespan: 1h, "
            "condition: {gte: 2}, generate: true}\n");
  CHECK(desk.rows("attack", kAt) == 1);
  const CommandReply off = desk.give(change("off", "r1"));
  CHECK(off.accepted);
  CHECK(off.message == "“Test attack” is off");
  CHECK(desk.rules().off == std::set<std::string>{"r1"});
  CHECK(desk.rows("scan", kAt + kSecond) == 1);
  (void)desk.rows("attack", kAt + 2 * kSecond);
  REQUIRE(desk.changes.alerts.size() == 1);
  CHECK(desk.changes.alerts[0].rule_id == "many");
  CHECK(desk.give(change("on", "r1")).accepted);
  CHECK(desk.rules().changes.size() == 0);
  (void)desk.rows("attack", kAt + 2 * kHour);
  CHECK(std::any_of(desk.changes.alerts.begin(), desk.changes.alerts.end(),
                    [](const Alert& alert) { return alert.rule_id == "r1"; }));
}

TEST_CASE("a rule is off until its time is over, by the log's clock") {
  Desk desk(kBoth);
  Command off = change("off", "r1");
  off.until = kAt + kHour;
  REQUIRE(desk.give(off).accepted);
  CHECK(desk.rows("attack", kAt + 59 * kMinute) == 0);
  CHECK(desk.rows("attack", kAt + kHour) == 1);
  const auto shown = desk.rules().changes.shown();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].ended == "its time was over: it is on again");
  Command past = change("off", "r1", kAt + 2 * kHour);
  past.until = kAt + kHour;
  CHECK(desk.give(past).message == "That time is over");
}

TEST_CASE("another text judges from now on, and is taken back") {
  Desk desk(kBoth);
  const std::string other = rule("r1", "login", "low");
  const CommandReply done = desk.give(text("r1", other, kAttack));
  CHECK(done.message == "“Test attack” judges with its new text");
  REQUIRE(done.accepted);
  CHECK(desk.rows("attack", kAt + kSecond) == 0);
  CHECK(desk.rows("login", kAt + 2 * kSecond) == 1);
  CHECK(desk.rows("scan", kAt + 3 * kSecond) == 1);
  // A second change goes by what is shown now, and what is taken back is what the file says.
  CHECK(desk.give(text("r1", rule("r1", "third"), kAttack)).message ==
        "“Test login” was changed after what you saw; look again");
  REQUIRE(desk.give(text("r1", rule("r1", "third"), other)).accepted);
  CHECK(desk.rows("third", kAt + 4 * kSecond) == 1);
  CHECK(desk.give(change("restore", "r1")).message == "“Test third” is as its file says again");
  CHECK(desk.rows("attack", kAt + 5 * kSecond) == 1);
  CHECK(desk.give(change("restore", "r1")).message == "“Test attack” is as its file says already");
}

TEST_CASE("a change is refused in one line by whoever may not, and where it would lose what works") {
  Desk desk(
      kBoth +
      "---\ntitle: Duress\nid: duress\ntags: [watchfloor.life-safety]\nlogsource: {category: test}\n"
      "detection: {s: {what: duress}, condition: s}\n---\ntitle: Many\nid: many\nlevel: high\ncorrelation: {type: "
      "event_count, rules: [r2], timespan: 1h, condition: {gte: 2}, generate: true}\n");
  const auto refused = [&](Command c) {
    const std::uint64_t version = desk.rules().version;
    const CommandReply reply = desk.give(c);
    CHECK_FALSE(reply.accepted);
    CHECK(reply.message.find('\n') == std::string::npos);
    CHECK(desk.rules().version == version);
    return reply.message;
  };
  Command c = change("off", "r1");
  c.role = "Operator";
  CHECK(refused(c) == "The role Operator may not change rules");
  c = change("off", "r1");
  c.role.clear();
  CHECK(refused(c) == "The role of nobody may not change rules");
  c = change("off", "r1");
  c.text.clear();
  CHECK(refused(c) == "Switching a rule off needs a reason");
  CHECK(refused(change("off", "r9")) == "No rule r9 is loaded");
  CHECK(refused(change("on", "r1")) == "“Test attack” is not off");
  CHECK(refused(change("delete", "r1")) == "A rule is switched off or on, has another text, or is restored");
  CHECK(refused(change("off", "duress")) == "“Duress” is life safety and cannot be switched off here");
  const std::string duress(text_of(*desk.rules().base, *find_document(*desk.rules().base, "duress")));
  std::string tame = duress;
  tame.replace(tame.find("watchfloor.life-safety"), 22, "something.else");
  CHECK(refused(text("duress", tame, duress)).find("it is life safety and stays so") != std::string::npos);
  CHECK(refused(text("r1", "title: x\nid: r1\nlogsource: {category: test}\ndetection: {s: {what: y}, condition: t}\n",
                     kAttack))
            .starts_with("Not put in force: line 4: "));
  CHECK(refused(text("r1", rule("r7", "attack"), kAttack)).find("it is no rule with the id r1") != std::string::npos);
  CHECK(refused(text("r1", kBoth, kAttack)).find("a second document begins here") != std::string::npos);
  CHECK(refused(text("r1", "# nothing\n", kAttack)).find("there is no rule in it") != std::string::npos);
  // What stands on a rule must still stand.
  std::string other = kScan;
  other.replace(other.find("id: r2"), 6, "id: r3");
  const std::string why = refused(text("r2", other, kScan));
  CHECK(why.find("'r2'") != std::string::npos);
}

TEST_CASE("what is checked is told with its lines, and changes nothing") {
  Desk desk(kBoth);
  const std::uint64_t version = desk.rules().version;
  const RuleCheck good = check_text(desk.rules(), "r1", rule("r1", "login", "low"));
  CHECK(good.problems.empty());
  CHECK(good.title == "Test login");
  CHECK(good.level == Priority::low);
  const RuleCheck bad = check_text(desk.rules(), "r1",
                                   "# mine\ntitle: x\nid: r1\nlevel: urgent\nlogsource: {category: test}\n"
                                   "detection: {s: {what: y}, condition: s}\n");
  REQUIRE(bad.problems.size() == 1);
  CHECK(bad.problems[0].line == 4);
  CHECK(bad.problems[0].text.starts_with("level 'urgent' is not known"));
  const RuleCheck broken = check_text(desk.rules(), "r1", "title: x\nid: r1\n  bad: [\n");
  REQUIRE_FALSE(broken.problems.empty());
  CHECK(broken.problems[0].line > 0);
  CHECK(desk.rules().version == version);
}

TEST_CASE("a newer file wins over a text that was changed here, and a rule that is off stays off") {
  Desk desk(kBoth);
  REQUIRE(desk.give(text("r1", rule("r1", "login"), kAttack)).accepted);
  REQUIRE(desk.give(change("off", "r1")).accepted);
  // Another rule of the file changes: nothing of this one ends.
  desk.configure(kAttack + "---\n" + rule("r2", "scan", "low"));
  CHECK(desk.rules().changes.find("r1")->text);
  desk.configure(rule("r1", "attack", "low") + "---\n" + kScan);
  const auto shown = desk.rules().changes.shown();
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].off);
  CHECK_FALSE(shown[0].text);
  CHECK(shown[1].ended == "its file was changed: what the file says judges");
  CHECK(shown[1].by == "M. Okafor");
  CHECK(desk.rows("login", kAt + kSecond) == 0);
  CHECK(desk.rows("attack", kAt + 2 * kSecond) == 0);  // off
  REQUIRE(desk.give(change("on", "r1")).accepted);
  CHECK(desk.rows("attack", kAt + 3 * kSecond) == 1);
}

TEST_CASE("a rule command is in the log and the audit, survives a restart and is answered once") {
  Rig rig(kBoth);
  rig.options.role = "Supervisor";
  rig.start();
  const auto agent = rig.agent("net-1");
  Command off = change("off", "r1");
  off.role.clear();
  CHECK(rig.command(off).accepted);
  REQUIRE(rig.command(text("r2", rule("r2", "login"), kScan)).accepted);
  rig.deliver(*agent, 1, {event(1, "attack", "a"), event(2, "scan", "b"), event(3, "login", "c")});
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.events_total == 3 && !s.incidents.empty(); });
  REQUIRE(snapshot->incidents.size() == 1);
  CHECK(snapshot->incidents[0]->rule_id == "r2");
  const std::uint64_t version = rig.engine().rules().in_force->version;

  rig.stop();
  rig.start();
  CHECK(rig.engine().snapshot()->incidents.size() == 1);
  CHECK(rig.engine().rules().in_force->version == version);
  const auto shown = rig.engine().rules().in_force->changes.shown();
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].by == "M. Okafor");
  CHECK(shown[0].reason == "too noisy");
  CHECK(shown[0].at != 0);
  // The same id again is answered, not carried out.
  CHECK(rig.command(off).accepted);
  CHECK(rig.engine().rules().in_force->changes.shown() == shown);
  Command forbidden = change("restore", "r1");
  forbidden.role = "Operator";
  CHECK(rig.command(forbidden).message == "The role Operator may not change rules");
  rig.stop();
  const auto lines = must(must(store::Reader::open(rig.data()))->audit(0, std::numeric_limits<UtcNs>::max(), 100));
  std::size_t rules = 0, refused = 0;
  for (const store::AuditLine& line : lines) {
    if (line.action == "refused rule") ++refused;
    if (line.action != "rule") continue;
    ++rules;
    CHECK(line.detail.find("\"action\"") != std::string::npos);
    CHECK((line.subject == "r1" || line.subject == "r2"));
  }
  CHECK(rules >= 3);
  CHECK(refused == 1);
}

TEST_CASE("a command about a rule comes back from the log as it was") {
  Command before = text("r1", "title: \"ä\"\n---\n", "shown");
  before.until = kAt;
  const Result<Command> after = command_from_json(command_to_json(before));
  REQUIRE(after.ok());
  CHECK(*after == before);
}
