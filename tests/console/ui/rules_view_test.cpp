// The rules and what they are worth: nothing is said that is not known, and everything can be sorted, found and opened.
#include "console/ui/rules/rules_view.hpp"

#include <imgui.h>

#include <algorithm>
#include <string>

#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// A desk that shows the rules of the sample night.
struct Rules : DeskDriver {
  explicit Rules(float width = 1920, float height = 1080) : DeskDriver(sample::night(), width, height) {
    answer_by(&sample::answer);
    console().set_view(View::rules);
    frames(4);
  }
  /// Ids of the rows that are drawn, from top to bottom.
  [[nodiscard]] std::vector<std::string> shown() {
    std::vector<std::pair<float, std::string>> found;
    for (const Hits::Area& area : look().hits.areas()) {
      const std::string_view name = look().hits.name(area);
      if (name.starts_with("rule/")) found.emplace_back(area.rect.y, name.substr(5));
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> out;
    for (auto& [y, id] : found) out.push_back(std::move(id));
    return out;
  }
};

const RuleRow& row(const std::vector<RuleRow>& rows, std::string_view id) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const RuleRow& r) { return r.id == id; });
  REQUIRE(at != rows.end());
  return *at;
}

}  // namespace

TEST_CASE("What nobody knows of a rule is no number") {
  const auto list = sample::rule_list();
  const std::vector<RuleRow> rows = rows_of(*list);
  const RuleRow& never = row(rows, "blinded-forced");
  CHECK(precision_text(never) == "–");
  CHECK(acknowledged_text(never) == "–");
  CHECK(minutes_text(never) == "–");
  CHECK(a_day_text(never) == "0");
  CHECK(last_text(never, sample::kNow) == "never");
  // Seen, but nobody said what it was.
  const RuleRow& unjudged = row(rows, "brute-success");
  CHECK(unjudged.month.rows == 1);
  CHECK(precision_text(unjudged) == "–");
  CHECK(acknowledged_text(unjudged) != "–");
  CHECK(minutes_text(unjudged) == "–");
  CHECK(precision_text(row(rows, "door-forced")) == "54 %");
}

TEST_CASE("A rule's month is its running week and the three before, and a rule that left the files keeps its figures") {
  const auto list = sample::rule_list();
  const std::vector<RuleRow> rows = rows_of(*list);
  const RuleRow& forced = row(rows, "door-forced");
  CHECK(forced.week.rows == 12);
  CHECK(forced.month.rows == 12 + 9 + 14 + 11);
  CHECK(forced.a_day == Approx(46.0 / 22).margin(0.001));
  const RuleRow& gone = row(rows, "old-lobby");
  CHECK(gone.rule == nullptr);
  CHECK(gone.title == "Lobby turnstile jammed");
  CHECK(gone.week.rows == 0);
  CHECK(gone.month.rows > 0);
  CHECK_FALSE(passes({RuleFilter::Base::never, -1, {}}, gone));
}

TEST_CASE("Of less than an hour nothing is said of a day") {
  RuleList list;
  list.rules.resize(1);
  list.rules[0].id = "r";
  list.weeks.resize(1);
  list.weeks[0].counted = 59 * kMinute;
  AlarmFigures::Part part;
  part.id = "r";
  part.rows = 3;
  list.weeks[0].rules = {part};
  CHECK(a_day_text(rows_of(list)[0]) == "–");
  list.weeks[0].counted = kDay;
  CHECK(a_day_text(rows_of(list)[0]) == "3.0");
}

TEST_CASE("Whatever the column and its direction, what is unknown stands last") {
  const auto list = sample::rule_list();
  const std::vector<RuleRow> rows = rows_of(*list);
  for (const RuleColumn by : {RuleColumn::precision, RuleColumn::acknowledged, RuleColumn::minutes, RuleColumn::last})
    for (const bool descending : {false, true}) {
      const auto order = ordered(rows, {}, by, descending);
      REQUIRE(order.size() == rows.size());
      bool unknown = false;
      for (const std::uint32_t i : order) {
        const bool known = by == RuleColumn::precision      ? rows[i].precision() >= 0
                           : by == RuleColumn::acknowledged ? rows[i].acknowledged() >= 0
                           : by == RuleColumn::minutes      ? rows[i].minutes() >= 0
                                                            : rows[i].last != 0;
        CHECK_FALSE((known && unknown));
        unknown = unknown || !known;
      }
      CHECK(unknown);
    }
}

TEST_CASE("A rule is found by every word of its title, tags, logsource and file") {
  const auto list = sample::rule_list();
  const std::vector<RuleRow> rows = rows_of(*list);
  const auto found = [&](const char* text) {
    return ordered(rows, {RuleFilter::Base::all, -1, text}, RuleColumn::title, false).size();
  };
  CHECK(found("t1110") == 2);
  CHECK(found("T1110 SSH") == 1);
  CHECK(found("credential access") == 2);
  CHECK(found("suricata") == 3);
  CHECK(found("door_forced.yml") == 2);
  CHECK(found("no such rule") == 0);
  CHECK(ordered(rows, {RuleFilter::Base::never, -1, {}}, RuleColumn::title, false).size() == 4);
  CHECK(ordered(rows, {RuleFilter::Base::all, static_cast<int>(Priority::critical), {}}, RuleColumn::title, false)
            .size() == 3);
  CHECK(row(rows, "door-held").noisy);
  CHECK(row(rows, "port-scan").noisy);
  CHECK_FALSE(row(rows, "root-login").noisy);
}

TEST_CASE("Tags of ATT&CK are told as people write them") {
  CHECK(tag_text("attack.t1110.003") == "T1110.003");
  CHECK(tag_text("attack.credential-access") == "Credential access");
  CHECK(tag_text("cve.2021-44228") == "cve.2021-44228");
}

TEST_CASE("The rules are asked for while the view is shown, and the list itself once") {
  DeskDriver d(sample::night());
  d.frames(5);
  CHECK(d.questions().empty());
  d.type("t");
  REQUIRE(d.look().view == View::rules);
  auto asked = d.questions();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].query.what == Query::What::rules);
  CHECK(asked[0].query.known == 0);
  CHECK(d.wrote("Asking the engine for its rules"));
  d.frames(3, 20);
  CHECK(d.questions().empty());  // one is under way
  d.input.answers = {{asked[0].token, std::make_shared<const QueryPage>(sample::answer(asked[0].query))}};
  d.answer_by(&sample::answer);
  d.frames(2, 20);
  asked = d.questions();
  REQUIRE_FALSE(asked.empty());
  CHECK(asked[0].query.known == 7);
  d.frames(2);
  CHECK(d.wrote("Door held open"));  // though the last answer left the list out
}

TEST_CASE("Without anybody who answers the view says so") {
  DeskDriver d(sample::night());
  d.input.can_ask = false;
  d.console().set_view(View::rules);
  d.frames(3);
  CHECK(d.questions().empty());
  CHECK(d.wrote("The list of rules comes from a running engine"));
}

TEST_CASE("An engine that does not tell of its rules is told with its reason") {
  DeskDriver d(sample::night());
  d.answer_by([](const Query&) {
    QueryPage page;
    page.error = "the engine is older than this seat";
    return page;
  });
  d.console().set_view(View::rules);
  d.frames(3);
  CHECK(d.wrote("The engine tells nothing of its rules"));
  CHECK(d.wrote("the engine is older than this seat"));
}

TEST_CASE("The table is sorted by the head that is clicked, and the other way round by the next click") {
  Rules d;
  CHECK(d.shown().front() == "door-held");  // the most rows
  REQUIRE(d.click("rules/by/True"));
  CHECK(d.shown().front() == "agent-silent");
  REQUIRE(d.click("rules/by/True"));
  CHECK(d.shown().front() == "camera-covered");
  REQUIRE(d.click("rules/by/Rule"));
  CHECK(d.shown().front() == "forged");
}

TEST_CASE("By the keys alone the table is sorted, walked and filtered") {
  Rules d;
  d.press(Key::right);  // a day
  d.press(Key::right);  // true
  CHECK(d.shown().front() == "agent-silent");
  d.type("o");
  CHECK(d.shown().front() == "camera-covered");
  d.press(Key::left);
  d.press(Key::left);
  CHECK(d.shown().front() == "door-held");
  d.frames(3);
  CHECK(d.wrote("door_held_open.yml:1"));  // the first is selected from the start
  d.press(Key::down);
  d.frames(3);
  CHECK(d.wrote("sensor_alert.yml:1"));
  d.press(Key::end);
  d.frames(3);
  CHECK_FALSE(d.wrote("door_held_open.yml:1"));
  d.press(Key::home);
  d.frames(3);
  CHECK(d.wrote("door_held_open.yml:1"));
  d.type("f");
  d.frames(2);
  d.type("t1110 ssh");
  d.frames(2);
  CHECK(d.shown() == std::vector<std::string>{"ssh-brute"});
  CHECK(d.look().view == View::rules);  // letters were the field's
}

TEST_CASE("Keys that act on an incident do nothing where the incident is not seen") {
  Rules d;
  d.console().select(2417);
  d.frames(2);
  d.press(Key::space);
  d.type("d");
  d.type("o");
  CHECK(d.commands().empty());
  CHECK_FALSE(d.has("form/ground"));
}

TEST_CASE("Chips show what never matched, what is noisy, one level, and what cannot be used") {
  Rules d;
  REQUIRE(d.click("rules/never"));
  CHECK(d.shown().size() == 4);
  REQUIRE(d.click("rules/noisy"));
  const auto noisy = d.shown();
  CHECK(std::find(noisy.begin(), noisy.end(), "door-held") != noisy.end());
  CHECK(std::find(noisy.begin(), noisy.end(), "root-login") == noisy.end());
  REQUIRE(d.click("rules/all"));
  REQUIRE(d.click("rules/level/C"));
  CHECK(d.shown().size() == 3);
  REQUIRE(d.click("rules/level/C"));
  REQUIRE(d.click("rules/problems"));
  CHECK(d.shown().empty());
  CHECK(d.wrote("the condition names 'selection2', which is not there"));
}

TEST_CASE("A selected rule tells its file, tags, figures, proposal, rows and text") {
  Rules d;
  REQUIRE(d.click("rule/door-forced"));
  d.frames(3);
  CHECK(d.wrote("door_forced.yml:1"));
  CHECK(d.wrote("Initial access, T1200"));
  CHECK(d.wrote("watchfloor, access"));
  CHECK(d.wrote("12 this week, 46 in four, 2.1 a day"));
  CHECK(d.wrote("54 %, of 44 judged"));
  CHECK(d.wrote("D-231: 10 of a week's calls"));
  CHECK(d.wrote("kind: door.forced"));
  REQUIRE(d.click("rules/file"));
  CHECK(std::string(ImGui::GetClipboardText()) == "/usr/share/watchfloor/rules/door/door_forced.yml:1");
  REQUIRE(d.click("rule/door-held"));
  d.frames(3);
  CHECK(d.wrote("What would help"));
  CHECK(d.wrote("Give it a deadband or an off-delay of 30 s"));
  REQUIRE(d.click("rule/brute-success"));
  d.frames(3);
  CHECK(d.wrote("not known: no row was resolved with a cause that says so"));
}

TEST_CASE("A rule's open row is a link to the wall, one that is over copies how to read it") {
  Rules d;
  REQUIRE(d.click("rule/door-forced"));
  d.frames(3);
  REQUIRE(d.click("rules/row/2371"));
  CHECK(std::string(ImGui::GetClipboardText()) == "watchfloor explain INC-2371");
  CHECK(d.look().view == View::rules);
  REQUIRE(d.click("rules/row/2417"));
  CHECK(d.look().view == View::wall);
  CHECK(d.look().selection.incident == 2417);
}

TEST_CASE("The worst ten name what would help and lead to their rule") {
  Rules d;
  REQUIRE(d.click("rules/tab/Worst ten"));
  CHECK(d.wrote("Add a filter for what sets it off"));
  REQUIRE(d.click("rules/worst/port-scan"));
  d.frames(3);
  CHECK(d.wrote("port_scan.yml:1"));
}

TEST_CASE("The alarm numbers stand against their limits, week by week and desk by desk") {
  Rules d;
  REQUIRE(d.click("rules/tab/Limits"));
  CHECK(d.wrote("Alarms in ten minutes at a desk, on average"));
  CHECK(d.wrote("1, 2 at most"));
  CHECK(d.wrote("0.42 %"));  // six minutes of a day in flood
  CHECK(d.wrote("Now: 2 chattering or fleeting (limit 0), 2 stale (under 5). 2 desks on duty."));
  CHECK(d.wrote("Seat 2"));
}

TEST_CASE("A list of thousands of rules draws what is visible and stays quick to walk") {
  auto list = std::make_shared<RuleList>(*sample::rule_list());
  for (int n = 0; n < 3800; ++n) {
    RuleSummary rule;
    rule.id = "public-" + std::to_string(n);
    rule.title = "Public rule " + std::to_string(n);
    rule.file = "/etc/rules/" + rule.id + ".yml:1";
    list->rules.push_back(rule);
  }
  DeskDriver d(sample::night());
  d.answer_by([&](const Query& query) {
    QueryPage page = sample::answer(query);
    if (query.what == Query::What::rules) page.rules = list;
    return page;
  });
  d.console().set_view(View::rules);
  d.frames(4);
  std::size_t drawn = 0;
  for (const Hits::Area& area : d.look().hits.areas()) drawn += d.look().hits.name(area).starts_with("rule/") ? 1 : 0;
  CHECK(drawn < 60);
  d.press(Key::end);
  d.frames(2);
  CHECK(d.wrote("Public rule 999"));  // the last by its title, among those without a row
}
