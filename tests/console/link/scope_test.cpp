#include "console/link/scope.hpp"

#include <cctype>
#include <random>
#include <regex>

#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

constexpr UtcNs kNow = 1'700'000'000 * kSecond;

/// The reference: the pattern as a regular expression.
bool plain_match(const std::string& pattern, const std::string& name) {
  std::string text;
  for (const char c : pattern) {
    if (c == '*')
      text += "[^]*";
    else if (c == '?')
      text += "[^]";
    else if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      text += c;
    else
      (text += '\\') += c;
  }
  return std::regex_match(name, std::regex(text));
}

Event event(std::string kind, std::vector<Field> fields) {
  Event out;
  out.time = 1'600'000'000 * kSecond;
  out.seen = out.time + kSecond;
  out.kind = std::move(kind);
  out.source = "controller";
  out.severity = 2;
  out.logsource = {"watchfloor", "access", "access"};
  out.fields = std::move(fields);
  return out;
}

std::string encoded(const std::vector<Event>& events) {
  std::string out;
  BatchEncoder().encode(events, out);
  return out;
}

const BatchOrigin kOrigin{"door-agent", 7, 1, 41};

}  // namespace

TEST_CASE("a pattern matches what the same regular expression matches") {
  std::minstd_rand random(3);
  const auto text = [&](std::string_view letters, std::size_t most) {
    std::string out(random() % (most + 1), ' ');
    for (char& c : out) c = letters[random() % letters.size()];
    return out;
  };
  std::size_t matched = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = text("ab-*?", 7), name = text("ab-.", 9);
    CAPTURE(pattern, name);
    REQUIRE(matches(pattern, name) == plain_match(pattern, name));
    matched += matches(pattern, name) ? 1 : 0;
  }
  CHECK(matched > 200);
  CHECK(matches("t?r-1", "tür-1"));  // a character, not a byte
  CHECK_FALSE(matches("t?r-1", "tuer-1"));
  // Many stars cost no more than pattern times name.
  CHECK_FALSE(matches(std::string(60, '*') + "b", std::string(20'000, 'a')));
  std::string stars;
  for (int i = 0; i < 60; ++i) stars += "*a";
  CHECK_FALSE(matches(stars + "b", std::string(20'000, 'a')));
}

TEST_CASE("patterns of devices are read from a command line, and what cannot be one is named") {
  const auto read = parse_scope("door-3, door-4,cam-*");
  REQUIRE(read);
  CHECK(*read == std::vector<std::string>{"door-3", "door-4", "cam-*"});
  for (const char* bad : {"door-3,,door-4", ",", "door\n3", "\xff"}) {
    const auto refused = parse_scope(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text().find("cannot be a device's name or pattern") != std::string::npos);
  }
  CHECK_FALSE(parse_scope(std::string(129, 'a')));
}

TEST_CASE("an event for a foreign device is replaced, with its number, by one that says so") {
  const Scope scope({"door-3", "cam-*"}, "access");
  std::vector<Event> events{event("access.granted", {{"door.id", "door-3"}, {"credential.id", "4711"}}),
                            event("access.granted", {{"door.id", "vault"}, {"credential.id", "4711"}}),
                            event("camera.motion", {{"camera.id", "cam-9"}}), event("agent.started", {})};
  events[1].drill = true;
  std::string payload = encoded(events);
  const Scope::Verdict verdict = scope.enforce(payload, kOrigin, kNow, {});
  CHECK(verdict.readable);
  CHECK(verdict.claims == 1);
  CHECK(verdict.device == "vault");
  CHECK(verdict.kind == "access.granted");
  const auto after = decode_batch(payload, kOrigin);
  REQUIRE(after);
  REQUIRE(after->size() == 4);
  const Event& claim = (*after)[1];
  CHECK(claim.id == event_id("door-agent", 7, 1, 42));
  CHECK(claim.kind == "link.claim");
  CHECK(claim.severity == 4);
  CHECK(claim.time == kNow);
  CHECK_FALSE(claim.drill);
  CHECK(claim.field("claim.device") == "vault");
  CHECK(claim.field("claim.field") == "door.id");
  CHECK(claim.field("claim.kind") == "access.granted");
  CHECK(claim.field("agent.kind") == "access");
  CHECK(claim.field("credential.id").empty());
  CHECK(claim.field("door.id").empty());
}

TEST_CASE("a second device in one event does not hide behind the first, and a number is a name too") {
  const Scope scope({"door-3"}, "access");
  for (const Event& sly :
       {event("door.forced", {{"door.id", "door-3"}, {"door.id", "vault"}}),
        event("door.forced", {{"door.id", "door-3"}, {"reader.id", "r-9"}}),
        event("door.forced", {{"door.id", "", ValueType::null}, {"door.id", "7", ValueType::number}}),
        event("host.login", {{"host.name", "srv-1"}}), event("host.login", {{"host.id", "srv-1"}})}) {
    std::string payload = encoded({sly});
    CHECK(scope.enforce(payload, kOrigin, kNow, {}).claims == 1);
  }
  // A network sensor sees hosts and speaks for none.
  std::string payload = encoded({event("network.dns", {{"host.name", "srv-1"}})});
  CHECK(Scope({"sensor"}, "network").enforce(payload, kOrigin, kNow, {}).claims == 0);
}

TEST_CASE("a device counts by the site's name as well as by the source's") {
  const DeviceNames names = [](std::string_view name) -> std::string {
    if (name == "Door 3" || name == "door-3" || name == "D3") return "door-3";
    return name == "Vault" ? "vault" : std::string();
  };
  CHECK(Scope({"door-3"}, "access").allows("Door 3", names));
  CHECK(Scope({"Door 3"}, "access").allows("Door 3", names));
  CHECK(Scope({"Door 3"}, "access").allows("D3", names));
  CHECK_FALSE(Scope({"door-3"}, "access").allows("Door 3", {}));
  CHECK_FALSE(Scope({"door-3"}, "access").allows("Vault", names));
  CHECK_FALSE(Scope({"door-3"}, "access").allows("nowhere", names));
}

TEST_CASE("random batches keep every honest event as it was, and lose every foreign one, as a plain reference says") {
  std::minstd_rand random(11);
  const std::vector<std::string> devices{"door-1", "door-2", "door-10", "cam-1", "cam-2", "vault", "srv-1", ""};
  const std::vector<std::string> fields{"door.id", "reader.id", "camera.id", "host.name",
                                        "host.id", "src.ip",    "message"};
  const auto any = [&](const std::vector<std::string>& of) { return of[random() % of.size()]; };
  std::size_t replaced = 0, kept = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string agent_kind = random() % 2 == 0 ? "network" : "access";
    std::vector<std::string> patterns;
    for (std::size_t i = 1 + random() % 3; i > 0; --i) patterns.push_back(random() % 3 == 0 ? "cam-?" : any(devices));
    std::erase(patterns, "");
    if (patterns.empty()) patterns.push_back("door-*");
    std::vector<Event> events;
    for (std::size_t i = 1 + random() % 20; i > 0; --i) {
      Event made = event("door.opened", {});
      made.time += static_cast<std::int64_t>(random() % 1000);
      for (std::size_t f = random() % 4; f > 0; --f)
        made.fields.push_back({any(fields), any(devices), random() % 5 == 0 ? ValueType::null : ValueType::string});
      for (Field& f : made.fields)
        if (f.type == ValueType::null) f.value.clear();
      events.push_back(std::move(made));
    }
    const auto foreign = [&](const Event& e) {
      for (const Field& f : e.fields) {
        const bool device = f.name == "door.id" || f.name == "reader.id" || f.name == "camera.id" ||
                            (agent_kind != "network" && (f.name == "host.name" || f.name == "host.id"));
        if (!device || f.value.empty()) continue;
        bool allowed = false;
        for (const std::string& p : patterns) allowed |= plain_match(p, f.value);
        if (!allowed) return true;
      }
      return false;
    };
    const std::string before = encoded(events);
    std::string payload = before;
    const Scope::Verdict verdict = Scope(patterns, agent_kind).enforce(payload, kOrigin, kNow, {});
    const auto was = decode_batch(before, kOrigin), is = decode_batch(payload, kOrigin);
    REQUIRE(was);
    REQUIRE(is);
    REQUIRE(is->size() == was->size());
    std::uint32_t expected = 0;
    for (std::size_t i = 0; i < is->size(); ++i) {
      if (foreign((*was)[i])) {
        ++expected;
        REQUIRE((*is)[i].kind == "link.claim");
        REQUIRE((*is)[i].id == (*was)[i].id);
      } else {
        REQUIRE((*is)[i] == (*was)[i]);
        ++kept;
      }
    }
    REQUIRE(verdict.claims == expected);
    if (expected == 0) REQUIRE(payload == before);
    replaced += expected;
  }
  CHECK(replaced > 100);
  CHECK(kept > 100);
}

TEST_CASE("a batch of nothing but tiny claims stays below the limit of a batch") {
  std::vector<Event> events;
  for (std::size_t i = 0; i + 1 < kMaxBatchEvents; ++i) {
    Event tiny;
    tiny.add("door.id", "v");
    events.push_back(std::move(tiny));
  }
  Event large;
  large.add("message", std::string(kMaxBatchBytes - encoded(events).size() - 200, 'x'));
  events.push_back(large);
  std::string payload = encoded(events);
  REQUIRE(payload.size() <= kMaxBatchBytes);
  const Scope::Verdict verdict = Scope({"door-3"}, "access").enforce(payload, kOrigin, kNow, {});
  CHECK(verdict.claims == kMaxBatchEvents - 1);
  const auto after = decode_batch(payload, kOrigin);
  // Either it can be read and says so, or nobody can read it: it is never believed.
  if (after)
    CHECK(std::all_of(after->begin(), after->end() - 1, [](const Event& e) { return e.kind == "link.claim"; }));
}

TEST_CASE(
    "a restricted agent's claim arrives as a claim with its number, and is a fact; a batch that is none stays as it "
    "came") {
  const Folder folder;
  Engine engine(folder.path() / "keys");
  const KeyPair keys = engine.enrol("net-1");
  REQUIRE(allow_devices(engine.keys, "net-1", {"door-3"}));
  Client agent = engine.connect(keys);
  agent.send(hello());
  REQUIRE(agent.receive(LinkKind::welcome));
  agent.send(batch(42, 2), encoded({event("access.granted", {{"door.id", "door-3"}}),
                                    event("access.granted", {{"door.id", "vault"}})}));
  agent.send(batch(44, 1), "no batch");
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 2; }));
  const ReceivedBatch got = engine.taken()[0];
  CHECK(got.count == 2);
  const auto events = decode_batch(got.payload, got.origin);
  REQUIRE(events);
  CHECK((*events)[0].kind == "access.granted");
  CHECK((*events)[1].kind == "link.claim");
  CHECK((*events)[1].time == engine.now);
  CHECK(engine.taken()[1].payload == "no batch");
  CHECK(
      engine.audited("net-1: spoke for a device that it may not speak for: access.granted of vault, in 1 of 2 events"));
  // What is allowed may change at any time.
  REQUIRE(allow_devices(engine.keys, "net-1", {"door-3", "vault"}));
  agent.send(batch(45, 1), encoded({event("access.granted", {{"door.id", "vault"}})}));
  REQUIRE(engine.wait([](const Engine& e) { return e.batches.size() == 3; }));
  CHECK(decode_batch(engine.taken()[2].payload, got.origin)->front().kind == "access.granted");
  CHECK(engine.audited("net-1 may speak for door-3, vault; before: door-3"));
}
