// What makes the link's trust visible: pictures that came with events, what an agent may do, its ledger, what is late.
#include <imgui.h>

#include <string>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/incident/attachment_look.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

TEST_CASE("A picture that came with an event is told with its state and how to get it") {
  DeskDriver d(sample::night());
  d.console().select(2417);
  d.frames(3);
  CHECK(d.wrote("3 here, 1 given up, 1 arriving"));
  CHECK(d.wrote("3f9c2a77e01b"));
  CHECK(d.wrote("JPEG, 411.9 KiB"));
  CHECK(d.wrote("arriving, 61 %"));
  CHECK(d.wrote("3.2 MiB of 5.2 MiB"));
  REQUIRE(d.hover("kept/2"));
  CHECK(d.wrote("watchfloor attachment get 3f9c2a77e01b --out 3f9c2a77e01b"));
  REQUIRE(d.click("kept/2"));
  for (int k = 0; k < 4; ++k) d.wheel(-1);
  d.frames(20);
  CHECK(d.wrote("Not drawn here"));
  CHECK(std::string(ImGui::GetClipboardText()) == "watchfloor attachment get 3f9c2a77e01b --out 3f9c2a77e01b");
  CHECK(d.commands().empty());
}

TEST_CASE("What became of a picture is never said better than it is") {
  using Where = AttachmentState::Where;
  Snapshot s;
  Incident i;
  i.why.resize(1);
  i.why[0].attachments = {"aa", "bb", "cc", "dd", "ee"};
  CHECK(sum_of(attachments_of(s, i)) == "5 not known");
  s.attachments = std::make_shared<const std::map<std::string, AttachmentState>>(
      std::map<std::string, AttachmentState>{{"aa", {Where::arriving, 999, 1000, 0, "", ""}},
                                             {"bb", {Where::refused, 0, 0, 0, "", "it is no JPEG, PNG or MP4"}},
                                             {"cc", {Where::removed, 0, 0, 0, "", ""}},
                                             {"dd", {}}});
  const auto all = attachments_of(s, i);
  REQUIRE(all.size() == 5);
  CHECK(all[0].state == "arriving, 99 %");
  CHECK(all[1].state == "refused");
  CHECK(all[1].detail == "it is no JPEG, PNG or MP4");
  CHECK(all[1].bad);
  CHECK(all[2].state == "removed");
  CHECK(all[2].bad);
  CHECK(all[3].state == "not here yet");
  CHECK_FALSE(all[3].bad);
  CHECK(all[4].state == "being looked for");
  CHECK(sum_of(all) == "1 arriving, 1 refused, 1 removed, 1 not here yet, 1 being looked for");
  // Its agent's word counts only for what did not come.
  i.why[0].given_up = {"aa", "dd"};
  const auto told = attachments_of(s, i);
  CHECK(told[0].state == "arriving, 99 %");
  CHECK(told[3].state == "given up");
  CHECK(told[3].bad);
}

TEST_CASE("An agent's panel says what it may do, how old its key is, what the ledger holds and what came late") {
  DeskDriver d(sample::night());
  d.console().set_view(View::agents);
  d.frames(3);
  REQUIRE(d.click("agent/acs-1"));
  d.frames(2);
  CHECK(d.wrote("connected from 10.2.1.11"));
  CHECK(d.wrote("D-2*, D-1-09, gate-*"));
  CHECK(d.wrote("D-231: unlock, lock, release, 30 s at most"));
  CHECK(d.wrote("21 d old, changes Mon 1 Feb"));
  CHECK(d.wrote("no number is missing"));
  CHECK(d.wrote("12 over 15 min late, 3 over 72 h, history only"));
  REQUIRE(d.click("agent/sensor-2"));
  d.frames(2);
  CHECK(d.wrote("its change is overdue"));
  CHECK(d.wrote("119 of 188"));
  CHECK(d.wrote("69 given up, no other missing"));
  CHECK(d.wrote("120–188"));
  CHECK(d.wrote("any device"));
  REQUIRE(d.click("agent/edge-fw"));
  d.frames(2);
  CHECK(d.wrote("edge-fw: sends more than its window allows; 3 batches wait"));
}

TEST_CASE("An agent's connection and key are told in words") {
  SiteTime time;
  time.set_zone("UTC");
  AgentState a;
  CHECK(connection_in_words(a) == "it has not come yet");
  a.health = AgentState::Health::revoked;
  CHECK(connection_in_words(a) == "refused: it was revoked");
  a.health = AgentState::Health::silent;
  a.remote = "10.2.1.7";
  CHECK(connection_in_words(a) == "ended; it was from 10.2.1.7");
  CHECK(key_in_words(a, time, kDay) == "not known");
  a.key_since = 1;
  CHECK(key_in_words(a, time, 3 * kDay) == "2 d old, changed by hand only");
  a.key_asked = true;
  CHECK(key_in_words(a, time, 3 * kDay) == "2 d old, a new one was asked for");
}

TEST_CASE("An agent that is kept out because it flooded is told so with the time, in its row and its panel") {
  auto s = sample::night();
  AgentState& a = s->agents[1];
  a.kept_out_until = s->now + 25 * kSecond;
  SiteTime time;
  time.set_zone("UTC");
  CHECK(kept_out_in_words(a, time, a.kept_out_until).empty());
  CHECK(kept_out_in_words(a, time, a.kept_out_until - kSecond) ==
        "kept out until " + time.clock(a.kept_out_until) + " because it flooded");
  a.health = AgentState::Health::revoked;
  CHECK(kept_out_in_words(a, time, 0).empty());
  a.health = AgentState::Health::silent;
  DeskDriver d(s);
  d.console().set_view(View::agents);
  d.frames(3);
  REQUIRE(d.click("agent/" + a.name));
  d.frames(3);
  CHECK(d.wrote("kept out until "));
  CHECK(d.wrote("because it flooded"));
}

TEST_CASE("An event that came late says so where nothing cuts it") {
  auto s = sample::night();
  auto i = std::make_shared<Incident>(*s->incidents[0]);
  i->why.back().text = "root login on console of hv-07 (came 3 h late)";
  s->incidents[0] = i;
  DeskDriver d(s);
  d.console().select(i->id);
  d.frames(3);
  CHECK(d.wrote("came 3 h late"));
  CHECK_FALSE(d.wrote("(came"));
}

TEST_CASE("A late incident says how late on its row and its panel, and keeps its title whole") {
  auto s = sample::night();
  auto i = std::make_shared<Incident>(*s->incidents[1]);
  i->late = true;
  i->first = i->last = i->opened - 3 * kHour;
  s->incidents[1] = i;
  DeskDriver d(s, 1366, 768);
  d.console().select(i->id);
  d.frames(3);
  std::size_t badges = 0, whole = 0;
  for (const WrittenText& t : d.texts()) {
    badges += t.text == "LATE 3 h" ? 1 : 0;
    whole += t.text == i->title && !t.cut ? 1 : 0;
  }
  CHECK(badges == 2);
  CHECK(whole >= 1);
}
