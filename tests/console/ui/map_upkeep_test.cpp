// Maintenance, tests and tickets from the card of a device: what is asked for, and what the card says meanwhile.
#include <cstdlib>
#include <string>
#include <vector>

#include "console/ui/map/map_upkeep.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::ui {
namespace {

/// The map with the card of `device` open.
DeskDriver& open_card(DeskDriver& desk, const std::string& device) {
  desk.console().set_view(View::map);
  desk.console().open_card(device);
  desk.frames(4);
  return desk;
}

std::shared_ptr<Snapshot> with_works(bool test) {
  auto s = sample::night();
  auto row = std::make_shared<Incident>(*s->incidents.back());
  row->id = 4'001;
  row->rule_id = test ? "works:test" : "works:maintenance";
  row->suppressed = !test;
  row->in_test = test;
  row->state = IncidentState::shelved;
  row->owner = test ? "J. Smit" : "M. Okafor";
  row->shelved_until = sample::kNow + 30 * kMinute;
  row->shelf_reason = "work order 12";
  row->entities = {{EntityKind::door, "D-231", "D-231"}};
  s->incidents.push_back(row);
  return s;
}

}  // namespace

TEST_CASE("Maintenance of a device is asked for from its card, with a reason and an end") {
  DeskDriver desk(sample::night());
  open_card(desk, "D-231");
  REQUIRE(desk.click("map/upkeep/maintenance"));
  desk.frames(2);
  CHECK(desk.wrote("Say why."));
  // Without a reason nothing goes.
  (void)desk.click("map/upkeep/go");
  CHECK(desk.commands().empty());
  REQUIRE(desk.click("map/upkeep/30 min"));
  REQUIRE(desk.click("map/upkeep/text"));
  desk.type("work order 12");
  desk.frames(2);
  CHECK(desk.wrote("it calls nobody, but for life safety"));
  REQUIRE(desk.click("map/upkeep/go"));
  const std::vector<Command> sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::suppress);
  CHECK(sent[0].target == "D-231");
  CHECK(sent[0].text == "work order 12");
  CHECK(std::abs(sent[0].until - desk.input.now - 30 * kMinute) < kSecond);
  // Until the next snapshot it is not asked for twice.
  desk.frames(2);
  REQUIRE(desk.click("map/upkeep/maintenance"));
  CHECK_FALSE(desk.has("map/upkeep/go"));
}

TEST_CASE("A test needs its technician; Enter begins it") {
  DeskDriver desk(sample::night());
  open_card(desk, "C-27");
  REQUIRE(desk.click("map/upkeep/test"));
  desk.frames(3);
  CHECK(desk.wrote("Say which technician tests."));
  desk.type("J. Smit");
  REQUIRE(desk.click("map/upkeep/text"));
  desk.type("yearly");
  desk.press(Key::enter);
  desk.frames(2);
  const std::vector<Command> sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::test);
  CHECK(sent[0].action == "J. Smit");
  CHECK(sent[0].text == "yearly");
  CHECK(std::abs(sent[0].until - desk.input.now - kHour) < kSecond);
}

TEST_CASE("What is a symptom of the selected incident is said from the card, and ended there") {
  {
    DeskDriver desk(sample::night());
    desk.console().select(2417);
    open_card(desk, "C-24");
    REQUIRE(desk.click("map/upkeep/symptom"));
    desk.frames(3);
    desk.type("one supply");
    desk.press(Key::enter);
    desk.frames(2);
    const std::vector<Command> sent = desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].kind == CommandKind::inhibit);
    CHECK(sent[0].target == "C-24");
    CHECK(sent[0].text == "one supply");
    CHECK(sent[0].incidents == std::vector<std::uint64_t>{2417});
    CHECK(sent[0].seen_revisions.size() == 1);
    CHECK(std::abs(sent[0].until - desk.input.now - kHour) < kSecond);
  }
  auto s = sample::night();
  for (auto& i : s->incidents)
    if (i->id == 2417) {
      auto cause = std::make_shared<Incident>(*i);
      cause->inhibits = {"C-24"};
      i = cause;
    }
  DeskDriver desk(s);
  open_card(desk, "C-24");
  CHECK(desk.wrote("Symptom of"));
  CHECK_FALSE(desk.has("map/upkeep/symptom"));
  REQUIRE(desk.click("map/upkeep/no-symptom"));
  const std::vector<Command> sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::end_works);
  CHECK(sent[0].incidents == std::vector<std::uint64_t>{2417});
  // Without a selected incident nobody knows the cause.
  DeskDriver other(sample::night());
  other.console().select(0);
  open_card(other, "C-24");
  CHECK_FALSE(other.has("map/upkeep/symptom"));
}

TEST_CASE("A card says what goes on at its device until when, and ends it") {
  for (const bool test : {false, true}) {
    DeskDriver desk(with_works(test));
    open_card(desk, "D-231");
    CHECK(desk.wrote(test ? "Test" : "Maintained"));
    CHECK(desk.wrote(test ? ", J. Smit" : ", M. Okafor"));
    CHECK(desk.wrote("work order 12"));
    CHECK_FALSE(desk.has("map/upkeep/maintenance"));
    REQUIRE(desk.click("map/upkeep/end"));
    const std::vector<Command> sent = desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].kind == CommandKind::end_works);
    CHECK(sent[0].incidents == std::vector<std::uint64_t>{4'001});
  }
}

TEST_CASE("A fault is reported, and a ticket taken, walked past and closed with a word") {
  {
    DeskDriver desk(sample::night());
    open_card(desk, "D-231");
    REQUIRE(desk.click("map/upkeep/report"));
    desk.frames(3);
    desk.type("closer broken");
    desk.press(Key::enter);
    desk.frames(2);
    const std::vector<Command> sent = desk.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].kind == CommandKind::ticket);
    CHECK(sent[0].action == "open");
    CHECK(sent[0].target == "D-231");
    CHECK(sent[0].text == "closer broken");
  }
  auto s = sample::night();
  REQUIRE(open_ticket(*s, "C-24") != nullptr);
  auto tickets = std::make_shared<std::vector<Ticket>>(*s->tickets);
  for (Ticket& ticket : *tickets)
    if (ticket.device == "C-24") {
      ticket.state = Ticket::State::open;
      ticket.patrol_due = sample::kNow + kHour;
    }
  s->tickets = tickets;
  DeskDriver desk(s);
  open_card(desk, "C-24");
  CHECK_FALSE(desk.has("map/upkeep/report"));
  REQUIRE(desk.click("map/upkeep/take"));
  desk.frames(1, 6);
  REQUIRE(desk.click("map/upkeep/patrol"));
  desk.frames(1, 6);
  REQUIRE(desk.click("map/upkeep/close"));
  desk.frames(3);
  desk.type("lens cleaned");
  desk.press(Key::enter);
  desk.frames(2);
  const std::vector<Command> sent = desk.commands();
  REQUIRE(sent.size() == 3);
  const std::string name = ticket_name(open_ticket(*s, "C-24")->id);
  const char* const actions[] = {"take", "patrol", "close"};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(sent[i].kind == CommandKind::ticket);
    CHECK(sent[i].action == actions[i]);
    CHECK(sent[i].target == name);
  }
  CHECK(sent[2].text == "lens cleaned");
}

TEST_CASE("A form belongs to its device: another card does not show it, Cancel forgets it") {
  DeskDriver desk(sample::night());
  open_card(desk, "D-231");
  REQUIRE(desk.click("map/upkeep/maintenance"));
  desk.frames(2);
  REQUIRE(desk.has("map/upkeep/text"));
  open_card(desk, "C-27");
  CHECK_FALSE(desk.has("map/upkeep/text"));
  open_card(desk, "D-231");
  REQUIRE(desk.click("map/upkeep/cancel"));
  desk.frames(2);
  CHECK_FALSE(desk.has("map/upkeep/text"));
  CHECK(desk.has("map/upkeep/maintenance"));
  CHECK(desk.commands().empty());
}

}  // namespace wf::ui
