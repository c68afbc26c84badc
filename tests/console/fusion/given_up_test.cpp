#include "console/fusion/given_up.hpp"

#include "proto/attachment.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using namespace wf::test;

namespace {

const std::string kClip(64, 'a'), kStill(64, 'b');

Event forced(double at, const std::string& hash) {
  Event e;
  e.id = "gate-7:1:1:" + std::to_string(static_cast<int>(at) + 1);
  e.agent = "gate-7";
  e.time = kStart + static_cast<UtcNs>(at) * kSecond;
  e.kind = "door.forced";
  e.logsource.product = "watchfloor";
  e.add("door.id", "D-231");
  e.add("attachment", hash);
  return e;
}

/// What an agent says of itself when it had to make room.
Event gave_up(double at, const std::string& agent, const std::string& hash) {
  Event e;
  e.id = agent + ":1:1:99";
  e.agent = agent;
  e.time = kStart + static_cast<UtcNs>(at) * kSecond;
  e.kind = "agent.problem";
  e.add("message", "1 attachment was given up before the engine had it");
  e.add(std::string(kGivenUpField), hash);
  return e;
}

}  // namespace

TEST_CASE("An attachment that its agent gave up after its event is told as given up in the event's line") {
  Watch w;
  w.event(forced(0, kClip));
  w.event(forced(3, kStill));
  REQUIRE(w.one()->why.at(0).attachments == std::vector<std::string>{kClip, kStill});
  const std::uint32_t before = w.one()->revision;
  w.event(gave_up(5, "gate-8", kClip));  // it is not that one's to say
  w.event(gave_up(6, "gate-7", "no hash"));
  CHECK(w.one()->why.at(0).given_up.empty());
  CHECK(w.one()->revision == before);
  w.event(gave_up(7, "gate-7", kClip));
  CHECK(w.one()->why.at(0).given_up == std::vector<std::string>{kClip});
  CHECK(w.one()->revision == before + 1);
  CHECK_FALSE(w.changes.incidents.empty());
  w.event(gave_up(8, "gate-7", kClip));
  CHECK(w.one()->revision == before + 1);
  CHECK(w.json().find("\"given_up\":[\"" + kClip + "\"]") != std::string::npos);
}

TEST_CASE("An agent's word that overtakes the event is remembered until the event comes") {
  Watch w;
  w.event(gave_up(0, "gate-7", kClip));
  w.event(forced(1, kClip));
  CHECK(w.one()->why.at(0).given_up == std::vector<std::string>{kClip});
}

TEST_CASE("What is remembered of attachments that were given up has a bound") {
  fusion::GivenUpAttachments memory;
  const auto name = [](std::size_t n) {
    std::string digits = std::to_string(n);
    return std::string(64 - digits.size(), '0') + digits;
  };
  for (std::size_t i = 0; i <= fusion::GivenUpAttachments::kMost; ++i) memory.add("gate-7", name(i));
  Contribution line;
  line.event_id = "gate-7:1:1:1";
  line.attachments = {name(0), name(1)};
  CHECK(memory.mark(line));
  CHECK(line.given_up == std::vector<std::string>{name(1)});
  line.attachments = {name(0)};
  CHECK_FALSE(memory.mark(line));
  CHECK(line.given_up.empty());
}
