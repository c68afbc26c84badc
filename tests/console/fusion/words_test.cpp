#include "console/fusion/words.hpp"

#include "console/fusion/enrich.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::Watch;

namespace {

using Fields = std::vector<std::pair<const char*, const char*>>;

std::string say(const char* kind, const Fields& fields, std::uint32_t n = 1) {
  static const auto estate = test::small_estate();
  fusion::Enricher enricher(estate);
  Event e;
  e.kind = kind;
  e.time = test::kStart;
  e.agent = "acs-1";
  for (const auto& [name, value] : fields) e.add(name, value);
  const fusion::Facts facts = enricher.apply(e, fusion::Presence());
  const fusion::Words words = fusion::describe(e, facts);
  return fusion::repeated(words.once, words.many, n);
}

std::string in_brief(const char* kind, const Fields& fields) {
  static const auto estate = test::small_estate();
  fusion::Enricher enricher(estate);
  Event e;
  e.kind = kind;
  e.time = test::kStart;
  e.agent = "acs-1";
  for (const auto& [name, value] : fields) e.add(name, value);
  return fusion::brief(e, enricher.apply(e, fusion::Presence()));
}

}  // namespace

TEST_CASE("Events in few words, for a column of eighteen letters") {
  const struct {
    const char* kind;
    Fields fields;
    const char* words;
  } golden[] = {
      {"access.granted", {{"credential.id", "88-1042"}, {"door.id", "D-231"}}, "Badge granted"},
      {"door.forced", {{"door.id", "D-231"}}, "D-231 forced"},
      {"door.held", {{"door.id", "Door 14"}}, "14 held open"},
      {"door.opened", {}, "Door opened"},
      {"camera.motion", {{"camera.id", "C-26"}}, "Motion on C-26"},
      {"camera.object", {{"camera.id", "C-26"}, {"object", "person"}}, "Person on C-26"},
      {"camera.object", {{"camera.id", "C-26"}, {"object", "person"}, {"count", "2"}}, "Two people, C-26"},
      {"camera.object", {{"camera.id", "C-26"}, {"object", "vehicle"}}, "Vehicle, C-26"},
      {"camera.offline", {{"camera.id", "C-26"}}, "C-26 offline"},
      {"camera.offline", {}, "Camera offline"},
      {"camera.recording_gap", {{"camera.id", "C-26"}}, "C-26 not recorded"},
      {"camera.recorded", {{"camera.id", "C-26"}}, "C-26 recorded"},
      {"host.login", {{"host.name", "hv-07"}, {"user.name", "root"}}, "Login on hv-07"},
      {"host.login_failed", {{"dst.ip", "203.0.113.9"}, {"user.name", "root"}}, "Login failed"},
      {"network.alert", {{"src.ip", "198.51.100.7"}, {"dst.ip", "203.0.113.9"}}, "Alert"},
      {"fire.alarm", {}, "Fire alarm"},
  };
  for (const auto& g : golden) {
    INFO(g.kind);
    CHECK(in_brief(g.kind, g.fields) == g.words);
    CHECK(std::string(g.words).size() <= 18);
  }
}

TEST_CASE("Events in plain words") {
  const struct {
    const char* kind;
    Fields fields;
    const char* once;
    const char* thrice;
  } golden[] = {
#define BADGE {"credential.id", "88-1042"}
#define DOOR \
  { "door.id", "D-231" }
      {"access.read", {BADGE, DOOR}, "Badge 88-1042 read, Server room", "Badge 88-1042 read 3 times, Server room"},
      {"access.read", {DOOR}, "Keys pressed, Server room", "Keys pressed 3 times, Server room"},
      {"device.fault",
       {{"device.id", "panel-1"}, {"reason", "mains power"}},
       "Trouble at panel-1: mains power",
       "Trouble at panel-1: mains power, 3 times"},
      {"device.tamper",
       {{"device.id", "panel-1"}, {"alarm.point", "1234/7"}},
       "Tamper at panel-1, 1234/7",
       "Tamper at panel-1, 1234/7, 3 times"},
      {"device.offline",
       {{"device.id", "panel-1"}},
       "Nothing is heard of panel-1",
       "Nothing is heard of panel-1, 3 times"},
      {"device.restored", {}, "A device is well again", "A device is well again, 3 times"},
      {"access.granted",
       {BADGE, DOOR},
       "Badge 88-1042 granted, Server room",
       "Badge 88-1042 granted 3 times, Server room"},
      {"access.granted",
       {{"person.name", "Ben Oda"}, DOOR},
       "Ben Oda granted, Server room",
       "Ben Oda granted 3 times, Server room"},
      {"access.denied",
       {BADGE, DOOR, {"reason", "not authorised"}},
       "Badge 88-1042 denied: not authorised, Server room",
       "Denied 3 times: not authorised"},
      {"access.denied", {{"reader.id", "new-reader"}}, "Badge denied", "Denied 3 times"},
      {"access.entered",
       {BADGE, DOOR},
       "Badge 88-1042 entered Server room",
       "Badge 88-1042 entered Server room 3 times"},
      {"access.not_taken",
       {BADGE, DOOR},
       "Badge 88-1042 granted, nobody passed, Server room",
       "Badge 88-1042 granted, nobody passed, Server room, 3 times"},
      {"access.duress",
       {BADGE, DOOR},
       "Duress code of Badge 88-1042 at door D-231, Server room",
       "Duress code of Badge 88-1042 at door D-231, Server room, 3 times"},
      {"access.mode",
       {DOOR, {"mode", "unlocked"}},
       "Door D-231 set to unlocked",
       "Door D-231 set to unlocked, 3 times"},
      {"access.remote_open",
       {DOOR, {"user.name", "mokafor"}},
       "Door D-231 opened remotely by mokafor",
       "Door D-231 opened remotely by mokafor, 3 times"},
      {"door.forced", {DOOR}, "Door D-231 forced", "Door D-231 forced 3 times"},
      {"door.forced", {}, "A door forced", "A door forced 3 times"},
      {"door.held", {DOOR}, "Door D-231 held open", "Door D-231 held open 3 times"},
      {"door.rex", {DOOR}, "Exit button at door D-231", "Exit button at door D-231, 3 times"},
      {"door.tamper", {{"reader.id", "R-231"}}, "Tamper at reader R-231", "Tamper at reader R-231, 3 times"},
      {"door.fault",
       {DOOR, {"reason", "lock does not engage"}},
       "Fault at door D-231: lock does not engage",
       "Fault at door D-231: lock does not engage, 3 times"},
      {"intrusion.holdup", {{"zone.id", "U-office"}}, "Hold-up button, Office", "Hold-up button, Office, 3 times"},
      {"fire.alarm", {}, "Fire alarm", "Fire alarm, 3 times"},
      {"camera.motion",
       {{"camera.id", "C-27"}, {"object", "person"}},
       "Motion on C-27, one person",
       "Motion on C-27 3 times, one person"},
      {"camera.motion", {{"camera.id", "C-27"}}, "Motion on C-27", "Motion on C-27 3 times"},
      {"camera.line_crossed",
       {{"camera.id", "C-26"}, {"object", "person"}, {"count", "2"}},
       "Two people crossed the line on C-26",
       "Two people crossed the line on C-26, 3 times"},
      {"camera.line_crossed", {{"camera.id", "C-26"}}, "Line crossed on C-26", "Line crossed on C-26, 3 times"},
      {"camera.covered", {{"camera.id", "C-27"}}, "Camera C-27 covered", "Camera C-27 covered 3 times"},
      {"camera.offline", {{"camera.id", "C-27"}}, "Camera C-27 offline", "Camera C-27 offline 3 times"},
      {"camera.recording_gap",
       {{"camera.id", "C-27"}},
       "Camera C-27 is not recorded",
       "Camera C-27 is not recorded 3 times"},
      {"camera.recorded",
       {{"camera.id", "C-27"}},
       "Camera C-27 is recorded again",
       "Camera C-27 is recorded again 3 times"},
      {"network.alert",
       {{"alert.title", "WF SCAN SMB"}, {"src.ip", "10.9.0.66"}, {"dst.ip", "10.2.1.14"}},
       "WF SCAN SMB, 10.9.0.66 → ws-14",
       "WF SCAN SMB, 3 times, 10.9.0.66 → ws-14"},
      {"network.flow", {{"src.ip", "10.9.0.66"}}, "Network flow, 10.9.0.66", "Network flow, 10.9.0.66, 3 times"},
      {"host.login",
       {{"host.name", "hv-07"}, {"user.name", "root"}},
       "root login on hv-07",
       "root login on hv-07 3 times"},
      {"host.login",
       {{"host.name", "hv-07"}, {"user.name", "avos"}, {"src.ip", "10.2.1.14"}},
       "avos login on hv-07 from ws-14",
       "avos login on hv-07 3 times from ws-14"},
      {"host.login",
       {{"host.name", "hv-07"}, {"user.name", "root"}, {"session.remote", "false"}},
       "root login at the console of hv-07",
       "root login at the console of hv-07 3 times"},
      {"host.login",
       {{"host.name", "hv-07"}, {"user.name", "avos"}, {"session.remote", "true"}, {"rhost", "desk.example"}},
       "avos login on hv-07 from desk.example",
       "avos login on hv-07 3 times from desk.example"},
      {"host.login_failed",
       {{"host.name", "hv-07"}, {"user.name", "root"}},
       "Login failed for root on hv-07",
       "Login failed 3 times on hv-07"},
      {"host.sudo",
       {{"host.name", "hv-07"}, {"user.name", "avos"}, {"process.command_line", "/bin/sh"}},
       "avos ran as root on hv-07: /bin/sh",
       "avos ran as root on hv-07: /bin/sh, 3 times"},
      {"host.usb",
       {{"host.name", "ws-14"}, {"message", "Mass Storage"}},
       "USB device plugged into ws-14: Mass Storage",
       "USB device plugged into ws-14: Mass Storage, 3 times"},
      {"host.log", {{"host.name", "ws-14"}, {"message", "oops"}}, "oops on ws-14", "oops on ws-14, 3 times"},
      {"agent.problem",
       {{"message", "bus is silent"}},
       "Agent acs-1: bus is silent",
       "Agent acs-1: bus is silent, 3 times"},
      {"other", {{"message", "something"}}, "something", "something, 3 times"},
      {"never.heard.of", {}, "never.heard.of", "never.heard.of, 3 times"},
  };
  for (const auto& g : golden) {
    CHECK(say(g.kind, g.fields) == g.once);
    CHECK(say(g.kind, g.fields, 3) == g.thrice);
  }
}

TEST_CASE("A kind that ends with its dot has words too, as any that nobody knows") {
  for (const char* const kind :
       {"camera.", "door.", "access.", "intrusion.", "fire.", "network.", "host.", "device.", "agent."}) {
    CAPTURE(kind);
    CHECK_FALSE(say(kind, {{"camera.id", "C-27"}}).empty());
    CHECK_FALSE(in_brief(kind, {{"camera.id", "C-27"}}).empty());
  }
}

TEST_CASE("Foreign text fits on one line and is cut between characters") {
  CHECK(fusion::one_line("a\nb\tc\x7f") == "a b c ");
  CHECK(fusion::one_line("äöü", 3) == "ä…");
  CHECK(fusion::one_line("äöü", 4) == "äö…");
  CHECK(fusion::one_line("äöü", 6) == "äöü");
  CHECK(fusion::one_line("", 0).empty());
}

TEST_CASE("Titles are filled from the event, with alternatives, or not at all") {
  const auto estate = test::small_estate();
  fusion::Enricher enricher(estate);
  Event e;
  e.kind = "access.denied";
  e.time = test::kStart;
  e.add("door.id", "D-231");
  e.add("credential.id", "88-1042");
  const fusion::Facts facts = enricher.apply(e, fusion::Presence());
  const auto fill = [&](const char* pattern) { return fusion::fill_title(pattern, e, facts, 4); };
  CHECK(fill("{zone} forced after {count} denied badges") == "Server room forced after 4 denied badges");
  CHECK(fill("{door} and {badge}") == "Door D-231 and Badge 88-1042");
  CHECK(fill("{nothing|credential.id}!") == "88-1042!");
  CHECK(fill("{nothing}").empty());
  CHECK(fill("{nothing|neither} x").empty());
  CHECK(fill("unclosed {door") == "Unclosed {door");
  CHECK(fill("{event}") == "Badge 88-1042 denied, Server room");
}

TEST_CASE("a title does not name an unknown door twice") {
  fusion::Enricher enricher(test::small_estate());
  Event e;
  e.kind = "access.duress";
  e.time = test::kStart;
  e.add("door.id", "Haupteingang");
  const fusion::Facts facts = enricher.apply(e, fusion::Presence());
  CHECK(fusion::fill_title("Duress at {door}, {zone}", e, facts, 1) == "Duress at door Haupteingang");
  CHECK(fusion::fill_title("{zone} door held open", e, facts, 1) == "Door Haupteingang held open");
}
