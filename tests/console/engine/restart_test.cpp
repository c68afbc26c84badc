#include <sqlite3.h>

#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;

namespace {

Command note(std::uint64_t incident, const std::string& id) {
  Command c;
  c.id = id;
  c.kind = CommandKind::note;
  c.incidents = {incident};
  c.text = "looked at it";
  return c;
}

}  // namespace

TEST_CASE("after a restart the picture is what it was: incidents, revisions, acknowledgements, agents, bars") {
  Rig rig(rule("r1", "attack") + "---\n" + rule("r2", "scan", "medium"));
  rig.start();
  const auto agent = rig.agent("net-1");
  for (std::uint64_t n = 1; n <= 20; ++n)
    rig.deliver(*agent, n, {event(n, n % 3 == 0 ? "scan" : "attack", "h" + std::to_string(n % 5))});
  auto before = rig.wait([](const Snapshot& s) { return s.events_total == 20 && s.incidents.size() == 5; });
  const CommandReply reply = rig.command(rig.acknowledge(*before->incidents[1]));
  CHECK(reply.accepted);
  CHECK(rig.command(note(before->incidents[2]->id, "n1")).accepted);
  // Quiet changes are published by a tick: wait until nothing is pending but the targets.
  before = rig.wait(
      [](const Snapshot& s) { return s.health.fused_position == s.health.log_position && s.incidents.size() == 5; });
  rig.stop();
  rig.start();
  const auto after = rig.engine().snapshot();
  std::uint32_t acknowledged = 0;
  for (const auto& incident : after->incidents) acknowledged += incident->acknowledged_revision != 0 ? 1 : 0;
  CHECK(acknowledged == 1);
  REQUIRE(after->incidents.size() == 5);
  for (const auto& incident : before->incidents) {
    const Incident* again = after->incident(incident->id);
    REQUIRE(again != nullptr);
    CHECK(again->revision >= incident->revision);
    CHECK(again->acknowledged_revision == incident->acknowledged_revision);
    CHECK(again->owner == incident->owner);
    CHECK(again->opened == incident->opened);
    CHECK(again->title == incident->title);
  }
  // Targets go on running after a restart: a tick comes without any event. Once it has published what was still
  // quiet, a restart gives the same picture byte for byte.
  const auto settled = [&] {
    const std::uint64_t start = rig.engine().snapshot()->health.log_position;
    return lasting(*rig.wait([&](const Snapshot& s) {
      return s.health.log_position > start && s.health.fused_position == s.health.log_position;
    }));
  };
  const std::string first = settled();
  rig.stop();
  rig.start();
  CHECK(settled() == first);
}

TEST_CASE("a reply comes after the command is durable and the picture shows it") {
  Rig rig;
  rig.start();
  const auto agent = rig.agent("net-1");
  rig.deliver(*agent, 1, events(1, 1, "attack"));
  const auto snapshot = rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; });
  const CommandReply reply = rig.command(rig.acknowledge(*snapshot->incidents[0], "c1"));
  CHECK(reply.command_id == "c1");
  CHECK(reply.accepted);
  CHECK_FALSE(rig.engine().snapshot()->incidents[0]->needs_acknowledgement());

  std::vector<store::AuditLine> acknowledgements;
  for (store::AuditLine& line : must(must(store::Reader::open(rig.data()))->audit(0, INT64_MAX, 100)))
    if (line.action == "acknowledge") acknowledgements.push_back(std::move(line));
  REQUIRE(acknowledgements.size() == 1);
  CHECK(acknowledgements[0].actor == "operator");
  CHECK(acknowledgements[0].subject == "INC-0001 r1");
  CHECK(acknowledgements[0].detail.find("\"blake2b\":\"") != std::string::npos);
}

TEST_CASE("a command that comes twice is carried out once and answered twice, also across a restart") {
  Rig rig;
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    rig.deliver(*agent, 1, events(1, 1, "attack"));
  }
  const std::uint64_t id = rig.wait([](const Snapshot& s) { return s.incidents.size() == 1; })->incidents[0]->id;
  const CommandReply first = rig.command(note(id, "same"));
  CHECK(first.accepted);
  const std::size_t lines = rig.engine().snapshot()->incident(id)->log.size();
  const CommandReply second = rig.command(note(id, "same"));
  CHECK(second.accepted);
  CHECK(second.message == first.message);
  rig.stop();
  rig.start();
  CHECK(rig.command(note(id, "same")).message == first.message);
  std::size_t notes = 0;
  const std::shared_ptr<const Snapshot> now = rig.engine().snapshot();
  for (const LogLine& line : now->incident(id)->log)
    notes += line.text.find("looked at it") != std::string::npos ? 1 : 0;
  CHECK(notes == 1);
  CHECK(lines >= 1);
}

TEST_CASE("a command that is refused says why, and the audit keeps both") {
  Rig rig;
  rig.start();
  const CommandReply reply = rig.command(note(99, "c9"));
  CHECK_FALSE(reply.accepted);
  CHECK(reply.message == "There is no INC-0099");
  rig.stop();
  bool asked = false, refused = false;
  for (const store::AuditLine& line : must(must(store::Reader::open(rig.data()))->audit(0, INT64_MAX, 100))) {
    asked |= line.action == "note" && line.subject == "INC-0099";
    refused |= line.action == "refused note" && line.detail.find("There is no INC-0099") != std::string::npos;
  }
  CHECK(asked);
  CHECK(refused);
}

TEST_CASE("what an incident came to be is stored, and what a crash kept from it comes with the next start") {
  Rig rig;
  rig.start();
  {
    const auto agent = rig.agent("net-1");
    for (std::uint64_t n = 1; n <= 5; ++n) rig.deliver(*agent, n, {event(n, "attack")});
    rig.wait([](const Snapshot& s) { return s.events_total == 5; });
  }
  rig.stop();
  const auto incidents = [&] {
    return must(must(store::Reader::open(rig.data()))->incidents(INT64_MIN, INT64_MAX, 100));
  };
  const std::vector<store::StoredIncident> stored = incidents();
  const std::vector<store::StoredAlert> alerts =
      must(must(store::Reader::open(rig.data()))->alerts(INT64_MIN, INT64_MAX, 100));
  REQUIRE(stored.size() == 1);
  REQUIRE_FALSE(alerts.empty());
  // As a crash between log and findings leaves it.
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((rig.data() / "watchfloor.db").c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, "DELETE FROM incidents; DELETE FROM alerts", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  REQUIRE(incidents().empty());
  rig.start();
  rig.stop();
  const std::vector<store::StoredIncident> again = incidents();
  REQUIRE(again.size() == 1);
  CHECK(again[0].revision >= stored[0].revision);
  CHECK(must(must(store::Reader::open(rig.data()))->alerts(INT64_MIN, INT64_MAX, 100)).size() == alerts.size());
}

TEST_CASE("a start is told how far the log is read, may be stopped on the way, and loses nothing by it") {
  Rig rig;
  rig.start();
  const auto agent = rig.agent("net-1");
  for (std::uint64_t n = 1; n <= 200; ++n) rig.deliver(*agent, n, {event(n, n == 7 ? "attack" : "nothing")});
  rig.wait([](const Snapshot& s) { return s.events_total == 200 && s.incidents.size() == 1; });
  rig.stop();

  std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
  engine::EngineOptions options = rig.options;
  options.reading = [&](std::uint64_t position, std::uint64_t newest) {
    told.emplace_back(position, newest);
    return told.size() < 3;
  };
  std::vector<std::string> notes;
  const auto stopped = engine::Engine::start(options, notes);
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().what.find("stopped") != std::string::npos);
  REQUIRE(told.size() == 3);  // it goes on no further than it may
  CHECK(told[0].first == 0);
  CHECK(told[0].second >= 200);
  CHECK(told[1].first > told[0].first);
  CHECK(told[2].first > told[1].first);
  CHECK(told[2].first <= told[2].second);

  rig.start();
  CHECK(rig.engine().snapshot()->events_total == 200);
  CHECK(rig.engine().snapshot()->incidents.size() == 1);
}
