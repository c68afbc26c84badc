// Which doors a person used is looked up for an incident, for a reason, where an agreement allows it; and the record
// says so.
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;

namespace {

fusion::Policy agreed() {
  fusion::Policy policy;
  policy.people_agreement = "works council, 2026-02-01";
  return policy;
}

CommandReply look_up(Watch& w, std::string who, std::string why, const std::string& role = "Operator") {
  return w.act(CommandKind::look_up, 1, [&](Command& c) {
    c.target = std::move(who);
    c.text = std::move(why);
    c.role = role;
  });
}

}  // namespace

TEST_CASE("Looking a person up stands in the incident's log with the reason, and acknowledges nothing") {
  Watch w(test::small_estate(), test::small_rules(), agreed());
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  const auto estate = test::small_estate();
  const Person& person = estate->people.front();
  const CommandReply r = look_up(w, person.id, "was seen where the badge was not");
  CHECK(r.accepted);
  const auto i = w.one();
  CHECK(i->log.back().text == look_up_words(person) + ": was seen where the badge was not");
  CHECK(i->log.back().actor == "M. Okafor");
  CHECK(i->needs_acknowledgement());
}

TEST_CASE("Without an agreement, a reason, a person or an incident nobody is looked up") {
  Watch w;
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  const std::string id = test::small_estate()->people.front().id;
  const auto before = w.one()->revision;
  const CommandReply off = look_up(w, id, "why");
  CHECK_FALSE(off.accepted);
  CHECK(off.message == "Looking up where a person was is off: no agreement allows it (figures: people)");
  CHECK(w.one()->revision == before);

  Watch allowed(test::small_estate(), test::small_rules(), agreed());
  allowed.event(0, "door.forced", {{"door.id", "D-231"}});
  CHECK(look_up(allowed, id, "").message == "Looking up a person needs a reason");
  CHECK(look_up(allowed, "", "why").message == "Say whose doors");
  CHECK(look_up(allowed, "nobody", "why").message == "Nobody in the directory is nobody");
  CHECK_FALSE(look_up(allowed, id, "why", "Guard").accepted);
  CHECK(allowed
            .command(CommandKind::look_up, {},
                     [&](Command& c) {
                       c.target = id;
                       c.text = "why";
                     })
            .message == "No incident is named");
}
