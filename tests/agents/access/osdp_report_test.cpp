// What happens on a line, as the events that leave the agent.
#include "agents/access/osdp/line_report.hpp"

#include "tests/agents/access/osdp_line.hpp"
#include "tests/support/catch.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

constexpr const char* kLine = R"(v: 1
device: /dev/null
readers:
  - address: 0
    reader: R-1
    door: D-1
    plain_text: true
    inputs:
      - {input: 0, is: contact}
      - {input: 1, is: rex}
      - {input: 2, is: tamper, when: inactive}
    locks: [0]
doors:
  - {door: D-1, held_after: 10s, grant_lasts: 2s}
)";

// Kind, and the fields that matter here.
std::string short_of(const Event& event) {
  std::string out = event.kind;
  for (const char* name : {"reason", "credential.id", "door.open_s", "card.format", "keys", "message"})
    if (const std::string_view value = event.field(name); !value.empty())
      out += " " + std::string(name) + "=" + std::string(value);
  return out;
}

struct Reported {
  Reported()
      : file(parsed()),
        report(
            file, [this](Event&& e) { events.push_back(std::move(e)); },
            [this](const Error& e) { refused.push_back(e.text()); }) {
    at(0);
  }
  static LineFile parsed() {
    std::vector<Error> problems;
    LineFile out = LineFile::parse(kLine, "line.yaml", problems);
    for (const Error& problem : problems) FAIL(problem.text());
    return out;
  }
  void at(std::int64_t later) {
    now += later;
    report.at({1'700'000'000 * kSecond + now, now});
    report.step_doors();
  }
  void says(std::uint8_t code, std::string_view hex) {
    const std::vector<std::uint8_t> data = from_hex(hex);
    report.said(0, code, data);
  }
  std::vector<std::string> take() {
    std::vector<std::string> out;
    for (const Event& event : events) out.push_back(short_of(event));
    events.clear();
    return out;
  }
  std::int64_t now = kHour;
  std::vector<Event> events;
  std::vector<std::string> refused;
  LineFile file;
  LineReport report;
};
using Lines = std::vector<std::string>;

TEST_CASE("a card at a reader that opens its door itself") {
  Reported r;
  r.says(reply::kIstatr, "000001");
  r.says(reply::kOstatr, "00");
  CHECK(r.take().empty());
  r.says(reply::kRaw, "00 01 2000 DEADBEEF");
  r.at(kSecond);
  r.says(reply::kOstatr, "01");
  r.says(reply::kIstatr, "010001");
  r.at(3 * kSecond);
  r.says(reply::kOstatr, "00");
  r.says(reply::kIstatr, "000001");
  REQUIRE(r.events.size() == 4);
  CHECK(r.events[0].field("reader.id") == "R-1");
  CHECK(r.events[0].field("door.id") == "D-1");
  CHECK(r.events[0].field("card.raw") == "DEADBEEF");
  CHECK(r.events[0].logsource == Logsource{"watchfloor", "access", "access"});
  CHECK(r.events[0].time == 1'700'000'000 * kSecond + kHour);
  CHECK(r.take() == Lines{"access.read credential.id=DEADBEEF", "access.granted credential.id=DEADBEEF",
                          "door.opened reason=granted credential.id=DEADBEEF", "door.closed door.open_s=3.0"});
  r.says(reply::kIstatr, "010001");
  r.at(10 * kSecond);
  CHECK(r.take() == Lines{"door.forced", "door.held door.open_s=10.0"});
}

TEST_CASE("which keys were pressed is nobody's business") {
  Reported r;
  r.says(reply::kKeypad, "00 04 31323334");
  REQUIRE(r.events.size() == 1);
  for (const Field& field : r.events[0].fields) CHECK(field.value.find("1234") == std::string::npos);
  CHECK(r.take() == Lines{"access.read keys=4"});
}

TEST_CASE("characters of an FMT are the credential") {
  Reported r;
  r.says(reply::kFmt, "00 00 05 3132333435");
  CHECK(r.take() == Lines{"access.read credential.id=12345"});
  r.says(reply::kFmt, "00 00 06 3132333435");
  CHECK(r.take().empty());
  CHECK(r.refused == Lines{"/dev/null: reader R-1: a card of another length than it says"});
}

TEST_CASE("tamper, power, an input that is cut, a wired tamper: told when they change") {
  Reported r;
  r.says(reply::kIstatr, "000001");
  r.says(reply::kLstatr, "0000");
  r.says(reply::kLstatr, "0100");
  r.says(reply::kLstatr, "0101");
  r.says(reply::kLstatr, "0101");
  r.says(reply::kLstatr, "0000");
  CHECK(r.take() == Lines{"door.tamper reason=tamper message=its housing",
                          "door.power reason=power message=its power fails", "door.restored reason=tamper",
                          "door.restored reason=power"});
  r.says(reply::kIstatr, "020001");
  r.says(reply::kIstatr, "020000");
  r.says(reply::kIstatr, "000001");
  CHECK(r.take() == Lines{"door.tamper reason=input line message=input 0 is cut or short",
                          "door.tamper reason=tamper message=its tamper input",
                          "door.restored reason=input line message=input 0",
                          "door.restored reason=tamper message=its tamper input"});
  r.says(reply::kRstatr, "02");
  r.says(reply::kRstatr, "00");
  r.says(reply::kRstatr, "01");
  CHECK(r.take() == Lines{"door.tamper reason=tamper message=reader head 0 was tampered with",
                          "door.restored reason=tamper message=reader head 0",
                          "door.fault reason=reader head message=reader head 0 is not connected"});
}

TEST_CASE("when one thing is well again what is not is told once more") {
  Reported r;
  r.says(reply::kIstatr, "000001");
  r.says(reply::kOstatr, "00");
  r.says(reply::kLstatr, "0101");
  r.says(reply::kIstatr, "010001");
  r.at(10 * kSecond);
  r.take();
  r.says(reply::kLstatr, "0100");
  r.at(0);
  CHECK(r.take() == Lines{"door.restored reason=power", "door.tamper reason=tamper message=its housing",
                          "door.held door.open_s=10.0"});
  // Also when its reader was away meanwhile.
  r.report.offline(0, "it does not answer");
  r.report.online(0, {}, PanelObserver::Channel::plain);
  r.says(reply::kIstatr, "010001");
  r.at(10 * kSecond);
  CHECK(r.take() == Lines{"door.fault reason=reader offline message=it does not answer",
                          "door.restored reason=reader online", "door.tamper reason=tamper message=its housing",
                          "door.held door.open_s=10.0"});
}

TEST_CASE("what does not fit is refused with what it is, and harms nothing") {
  Reported r;
  r.says(reply::kRaw, "00 00 1a00 00");
  r.says(reply::kRaw, "00");
  r.says(reply::kKeypad, "00 05 31");
  r.says(reply::kLstatr, "00");
  r.says(reply::kIstatr, "00");
  r.says(reply::kOstatr, "");
  r.says(0x90, "0102");
  CHECK(r.take().empty());
  CHECK(r.refused ==
        Lines{"/dev/null: reader R-1: a card of 26 bits in 1 bytes", "/dev/null: reader R-1: a card without its bits",
              "/dev/null: reader R-1: keys of another number than it says",
              "/dev/null: reader R-1: a state of another length than it has",
              "/dev/null: reader R-1: it has no input 1", "/dev/null: reader R-1: it has no input 2",
              "/dev/null: reader R-1: it has no output 0", "/dev/null: reader R-1: answer 90 is not known here"});
}

TEST_CASE("health: on line once, off line with why, back, insecure, another one in its place") {
  Reported r;
  Identity identity;
  identity.known = true;
  identity.serial = 7;
  r.report.online(0, identity, PanelObserver::Channel::plain);
  r.report.online(0, identity, PanelObserver::Channel::plain);  // only its session began anew
  CHECK(r.take() == Lines{"door.restored reason=reader online"});
  r.report.offline(0, "it does not answer");
  CHECK(r.report.trouble(0) == "it does not answer");
  r.report.online(0, identity, PanelObserver::Channel::secure);
  CHECK(r.events.back().field("osdp.channel") == "secure");
  CHECK(r.take() ==
        Lines{"door.fault reason=reader offline message=it does not answer", "door.restored reason=reader online"});
  identity.serial = 8;
  r.report.online(0, identity, PanelObserver::Channel::secure);
  CHECK(r.events.back().severity == 3);
  CHECK(r.take() ==
        Lines{"door.restored reason=reader online message=another reader answers at this address than before"});
  r.report.insecure(0, "it has another key than the one here", true);
  r.report.online(0, identity, PanelObserver::Channel::plain);
  CHECK(r.events.back().severity == 4);
  CHECK(r.take() ==
        Lines{"door.tamper reason=no secure channel message=it has another key than the one here: it is spoken to in "
              "plain text, as its installer allowed"});
}

TEST_CASE("a contact that changed while the reader was off line is told as found") {
  Reported r;
  r.says(reply::kIstatr, "000001");
  r.report.offline(0, "it does not answer");
  r.take();
  r.says(reply::kIstatr, "010001");
  REQUIRE(r.events.size() == 1);
  CHECK(r.events[0].kind == "door.opened");
  CHECK(r.events[0].field("reason") == "found open");
  CHECK(r.events[0].severity == 3);
}

TEST_CASE("a line with many errors is told once a minute, and when it is well again") {
  Reported r;
  PeripheralOptions options;
  options.plain_text = true;
  Line line({options});
  line.add(0);
  Identity identity;
  r.report.online(0, identity, PanelObserver::Channel::plain);
  const auto minute = [&](bool lossy) {
    line.trouble = [&, lossy](bool, std::vector<std::uint8_t>& bytes) {
      if (lossy && line.random() % 20 == 0) bytes.clear();
    };
    line.run(kMinute);
    r.at(kMinute);
    r.report.step(line.panel);
  };
  minute(false);
  minute(false);
  r.take();
  minute(true);
  minute(true);
  REQUIRE(r.events.size() == 1);
  CHECK(r.events[0].kind == "door.fault");
  CHECK(r.events[0].field("reason") == "communication errors");
  r.take();
  minute(false);
  minute(false);
  CHECK(r.take() == Lines{"door.restored reason=communication errors"});
}

}  // namespace
}  // namespace wf::access::osdp
