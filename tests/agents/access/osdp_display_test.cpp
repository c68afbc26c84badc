#include "agents/access/osdp/display.hpp"

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/support/catch.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

struct Shown final : LineCommands {
  bool give(std::size_t reader, std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t) override {
    CHECK(code == command::kText);
    CHECK(data[5] == data.size() - 6);
    all.push_back(std::to_string(reader) + " " + to_hex(data.first(5)) + " " +
                  std::string(data.begin() + 6, data.end()));
    last = ticket;
    return true;
  }
  std::string trouble(std::size_t) const override { return {}; }
  void switched(std::size_t, std::uint32_t, bool) override {}
  std::vector<std::string> all;
  std::uint32_t last = 0;
};
using Lines = std::vector<std::string>;

struct Rig {
  Rig() {
    std::vector<Error> problems;
    file = LineFile::parse(
        "v: 1\ndevice: /dev/null\nreaders:\n"
        "  - {address: 1, reader: R-1, door: D-1, plain_text: true, locks: [0],"
        " display: {idle: Show card, granted: Welcome, denied: Access denied}}\n"
        "  - {address: 2, reader: R-2, door: D-2, plain_text: true, locks: [0]}\n",
        "line.yaml", problems);
    REQUIRE(problems.empty());
    display.emplace(
        file, line, [this](std::size_t) { return free; }, [this](const Error& e) { refused.push_back(e.text()); });
  }
  void event(const char* kind, const char* reader, const char* credential, std::int64_t now) {
    Event event;
    event.kind = kind;
    event.add("reader.id", reader);
    if (credential != nullptr) event.add("credential.id", credential);
    display->observe(event, now);
  }
  LineFile file;
  Shown line;
  bool free = false;
  Lines refused;
  std::optional<Display> display;
};

TEST_CASE("a display says what stands in the line's file, and readers without words say nothing") {
  Rig rig;
  rig.display->online(0, 0);
  rig.display->online(1, 0);
  CHECK(rig.line.all == Lines{"0 0002000101 Show card"});
  rig.line.all.clear();
  rig.event("access.read", "R-1", "12-34567", kSecond);
  CHECK(rig.display->next_wake() == kSecond + Display::kDeniedAfter);
  rig.event("access.granted", "R-1", "12-34567", 2 * kSecond);
  rig.display->step(10 * kSecond);
  CHECK(rig.line.all == Lines{"0 0004030101 Welcome"});
  CHECK(rig.display->next_wake() == kit::kNever);
}

TEST_CASE("a card that nothing releases the lock for is denied, keys and other readers' cards are not") {
  Rig rig;
  rig.event("access.read", "R-1", nullptr, 0);
  rig.event("access.read", "R-2", "1", 0);
  rig.display->step(kMinute);
  CHECK(rig.line.all.empty());
  rig.event("access.read", "R-1", "12-34567", kMinute);
  rig.display->step(kMinute + kSecond);
  CHECK(rig.line.all.empty());
  rig.display->step(kMinute + 2 * kSecond);
  rig.display->step(kHour);
  CHECK(rig.line.all == Lines{"0 0004030101 Access denied"});
  // Where the door is free anyway nobody is denied.
  rig.free = true;
  rig.event("access.read", "R-1", "12-34567", kHour);
  rig.display->step(2 * kHour);
  CHECK(rig.line.all.back() == "0 0004030101 Welcome");
  rig.free = false;
  rig.event("access.read", "R-1", "12-34567", 2 * kHour);
  rig.display->granted(0, 2 * kHour + kSecond);
  rig.display->step(3 * kHour);
  CHECK(rig.line.all.size() == 3);
}

TEST_CASE("a reader that refuses text is not told any more until it is on line again") {
  Rig rig;
  rig.display->online(0, 0);
  rig.display->ended(rig.line.last, "the reader is off line");
  CHECK(rig.refused.empty());
  rig.display->ended(rig.line.last, kRefusedByReader);
  CHECK(rig.refused == Lines{"line.yaml:4: reader R-1 shows no text; remove its 'display:'"});
  rig.display->granted(0, 0);
  CHECK(rig.line.all.size() == 1);
  rig.display->online(0, 0);
  CHECK(rig.line.all.size() == 2);
}

TEST_CASE("words that a reader cannot show, and a denial that nothing can tell, are named") {
  const auto problem = [](const std::string& entry) {
    std::vector<Error> problems;
    (void)LineFile::parse(
        "v: 1\ndevice: /dev/null\nreaders:\n  - {address: 1, reader: R-1, plain_text: true, " + entry + "}\n",
        "line.yaml", problems);
    return problems.empty() ? std::string() : problems[0].text();
  };
  CHECK(problem("display: {idle: \"123456789012345678901234567890123\"}").find("at most 32 characters") !=
        std::string::npos);
  CHECK(problem("display: {idle: \"Grüezi\"}").find("of ASCII") != std::string::npos);
  CHECK(problem("display: {held: x}").find("held") != std::string::npos);
  CHECK(problem("display: no").find("must be a mapping") != std::string::npos);
  CHECK(problem("door: D-1, display: {denied: No}").find("nothing shows whether this reader's door is released") !=
        std::string::npos);
  CHECK(problem("display: {denied: No}").find("nothing shows whether") != std::string::npos);
  CHECK(problem("door: D-1, inputs: [{input: 1, is: release}], display: {denied: No}").empty());
}

}  // namespace
}  // namespace wf::access::osdp
