// Whom the site wants told: who is next, who was reached, by mouse and by key.
#include "console/ui/incident/call_list.hpp"

#include <functional>

#include "console/model/call.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

constexpr std::uint64_t kServerRoom = 2417;

Site site() {
  Site out;
  out.calls = {{"Duty manager", "1", Priority::high, {true, true, true}},
               {"IT", "2", Priority::low, {false, false, true}},
               {"Doors", "3", Priority::low, {true, false, false}},
               {"Chief", "4", Priority::critical, {true, true, true}}};
  return out;
}

Incident incident(Priority priority, std::array<bool, 3> domains) {
  Incident out;
  out.priority = priority;
  out.domains = domains;
  return out;
}

void log(Incident& i, const Contact& to, bool reached, UtcNs at) {
  i.log.push_back({at, "Ann Lee", words_of_call(contact_name(to), reached)});
}

std::vector<std::string> names(const std::vector<Called>& all) {
  std::vector<std::string> out;
  for (const Called& c : all) out.push_back(c.contact->who);
  return out;
}

/// The night with somebody to call at its site, and what its log says of that.
std::shared_ptr<const Snapshot> night(const std::function<void(Incident&, const Site&)>& change = {}) {
  auto s = sample::night();
  auto estate = std::make_shared<Estate>(*s->estate);
  auto i = std::make_shared<Incident>(*s->incidents.front());
  REQUIRE(i->id == kServerRoom);
  for (Site& one : estate->sites)
    if (one.id == i->site_id) {
      one.calls = site().calls;
      if (change) change(*i, one);
    }
  s->estate = estate;
  s->incidents.front() = i;
  return s;
}

}  // namespace

TEST_CASE("An incident's calls are the site's, by priority and by what it touches, in their order") {
  const Site s = site();
  CHECK(names(call_list(s, incident(Priority::critical, {true, true, true}))) ==
        std::vector<std::string>{"Duty manager", "IT", "Doors", "Chief"});
  CHECK(names(call_list(s, incident(Priority::medium, {false, false, true}))) == std::vector<std::string>{"IT"});
  CHECK(names(call_list(s, incident(Priority::high, {true, true, false}))) ==
        std::vector<std::string>{"Duty manager", "Doors"});
  CHECK(names(call_list(s, incident(Priority::medium, {false, true, false}))).empty());
  // Nobody knows what it touches: all are told.
  CHECK(names(call_list(s, incident(Priority::low, {}))) == std::vector<std::string>{"IT", "Doors"});
}

TEST_CASE("Who is next: the first who was not reached and was tried least") {
  const Site s = site();
  Incident i = incident(Priority::critical, {true, true, true});
  const auto next = [&] { return next_call(call_list(s, i)); };
  CHECK(next() == 0);
  log(i, s.calls[0], false, 1);
  CHECK(next() == 1);
  log(i, s.calls[1], true, 2);
  CHECK(next() == 2);
  log(i, s.calls[2], false, 3);
  log(i, s.calls[3], false, 4);
  CHECK(next() == 0);  // from the beginning
  log(i, s.calls[0], false, 5);
  const std::vector<Called> all = call_list(s, i);
  CHECK(all[0].tries == 2);
  CHECK(all[0].at == 5);
  CHECK(all[1].reached);
  CHECK(all[1].actor == "Ann Lee");
  CHECK(next() == 2);
  for (const Contact& c : s.calls) log(i, c, true, 6);
  CHECK(next() == s.calls.size());
  // What somebody wrote about a call is no call.
  i.log = {{7, "Ann Lee", "Note: Called IT, 2: reached"}};
  CHECK(next() == 0);
}

TEST_CASE("A click says who was reached and who did not answer") {
  DeskDriver desk(night());
  desk.console().select(kServerRoom);
  desk.frames(4);
  (void)desk.commands();
  CHECK(desk.wrote("0/4"));
  REQUIRE(desk.click("panel/calls"));  // the plan is above it
  desk.frames(3);
  CHECK(desk.wrote("Whom to call"));
  CHECK(desk.wrote("0 of 4 reached"));
  CHECK(desk.wrote("Duty manager"));
  REQUIRE(desk.click("call/0/missed"));
  auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == CommandKind::call);
  CHECK(sent[0].action == kCallMissed);
  CHECK(sent[0].target == "Duty manager, 1");
  CHECK(sent[0].incidents == std::vector<std::uint64_t>{kServerRoom});
}

TEST_CASE("Who is called out of turn is chosen by a click") {
  DeskDriver desk(night());
  desk.console().select(kServerRoom);
  desk.frames(4);
  (void)desk.commands();
  REQUIRE(desk.click("panel/calls"));
  desk.frames(3);
  REQUIRE(desk.has("call/0/reached"));
  CHECK_FALSE(desk.has("call/1/reached"));
  REQUIRE(desk.click("call/1"));
  desk.frames(2);
  REQUIRE(desk.click("call/1/reached"));
  const auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].target == "IT, 2");
  desk.frames(2);
  CHECK(desk.has("call/0/reached"));
}

TEST_CASE("P and 0 speak of whoever is next, and of nobody once everybody was reached") {
  DeskDriver desk(night([](Incident& i, const Site& s) {
    log(i, s.calls[0], false, sample::kNow - kMinute);
    log(i, s.calls[1], true, sample::kNow);
  }));
  desk.console().select(kServerRoom);
  desk.frames(4);
  (void)desk.commands();
  CHECK(desk.wrote("1/4"));
  desk.type("p");
  auto sent = desk.commands();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].target == "Doors, 3");
  CHECK(sent[0].action == kCallReached);

  DeskDriver done(night([](Incident& i, const Site& s) {
    for (const Contact& c : s.calls) log(i, c, true, sample::kNow);
  }));
  done.console().select(kServerRoom);
  done.frames(4);
  (void)done.commands();
  done.type("0");
  done.frames(2);
  CHECK(done.commands().empty());
  CHECK(done.wrote("Everybody was reached"));
  CHECK_FALSE(done.has("call/0/reached"));
}

TEST_CASE("A site that names nobody has no list") {
  auto s = sample::night();
  auto estate = std::make_shared<Estate>(*s->estate);
  for (Site& one : estate->sites) one.calls.clear();
  s->estate = estate;
  DeskDriver desk(s);
  desk.console().select(kServerRoom);
  desk.frames(4);
  CHECK_FALSE(desk.has("panel/calls"));
  (void)desk.commands();
  desk.type("p");
  desk.frames(2);
  CHECK(desk.commands().empty());
  CHECK(desk.wrote("The site names nobody for it"));
}
