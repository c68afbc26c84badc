#include "agents/access/osdp/line_file.hpp"

#include <sys/stat.h>

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

std::string problems_of(const std::string& text, LineFile* out = nullptr) {
  std::vector<Error> problems;
  LineFile file = LineFile::parse(text, "line.yaml", problems);
  if (out != nullptr) *out = std::move(file);
  std::string all;
  for (const Error& problem : problems) all += problem.text() + "\n";
  return all;
}

constexpr const char* kGood = R"(v: 1
device: /dev/ttyUSB0
baud: 38400
readers:
  - address: 0
    reader: R-231
    door: D-231
    key_file: r-231.key
    inputs:
      - {input: 0, is: contact}
      - {input: 1, is: rex, when: inactive}
    locks: [0]
  - {address: 1, reader: R-232, door: D-231, plain_text: true}
doors:
  - {door: D-231, held_after: 45s, grant_lasts: 3s}
)";

TEST_CASE("a line's file says who is on it and what is wired") {
  LineFile file;
  REQUIRE(problems_of(kGood, &file) == "");
  CHECK(file.baud == 38'400);
  REQUIRE(file.readers.size() == 2);
  CHECK(file.readers[0].options.has_inputs);
  CHECK(file.readers[0].options.watches_outputs);
  CHECK_FALSE(file.readers[0].inputs[1].active);
  REQUIRE(file.doors.size() == 1);
  CHECK(file.doors[0].held_after == 45 * kSecond);
  CHECK(file.doors[0].has_contact);
  CHECK(file.doors[0].shows_release);
  std::string notes;
  for (const std::string& note : file.notes()) notes += note + "\n";
  CHECK(notes ==
        "reader R-232 is spoken to in plain text\nthere are no card_formats: cards are called by their bits\n");
}

TEST_CASE("each mistake is named with its line and what to do") {
  const auto with = [](std::string_view old, std::string_view text) {
    std::string out = kGood;
    out.replace(out.find(old), old.size(), text);
    return problems_of(out);
  };
  CHECK(with("baud: 38400", "baud: 12345") ==
        "line.yaml:3: 12345 is no speed of OSDP; give 9600, 19200, 38400, 57600, 115200 or 230400\n");
  CHECK(with("device: /dev/ttyUSB0", "device:") == "line.yaml:1: the line has no device; add 'device: /dev/ttyUSB0'\n");
  CHECK(with("address: 1,", "address: 0,") == "line.yaml:13: address 0 comes twice; each reader has its own\n");
  CHECK(with("address: 1,", "address: 127,")
            .find("line.yaml:13: '127' is no address; give a whole number from 0 to 126") == 0);
  CHECK(with("R-232", "R-231") == "line.yaml:13: reader R-231 comes twice; each reader has its own name\n");
  CHECK(with(", plain_text: true", "") ==
        "line.yaml:13: reader R-232 has no key; add 'key_file:', or say 'plain_text: true' if it cannot do better\n");
  CHECK(with("plain_text: true", "plain_text: true, pair: true").find("there is no key to pair with") !=
        std::string::npos);
  CHECK(with("is: rex", "is: window")
            .find("line.yaml:11: 'window' is nothing that an input can be; it is contact, rex, release or tamper") ==
        0);
  CHECK(with("input: 1", "input: 0").find("input 0 comes twice") != std::string::npos);
  CHECK(with("locks: [0]", "locks: [x]").find("'x' is no output") != std::string::npos);
  CHECK(with("    door: D-231\n", "").find("inputs and locks need a door") != std::string::npos);
  CHECK(with("held_after: 45s", "held_after: soon").find("line.yaml:15: 'soon' is no held_after") == 0);
  CHECK(with("v: 1", "v: 2").find("this build reads version 1") != std::string::npos);
  CHECK(with("readers:", "readerz:").find("unknown key 'readerz'") != std::string::npos);
  CHECK(problems_of("[").find("this is no YAML") != std::string::npos);
  CHECK(problems_of("").find("this describes no line") != std::string::npos);
  for (const char* recorded : {R"({ "timeSec" : "1693167786", "data" : "ff 53", "osdpTraceVersion":"1" })"
                               "\n",
                               R"({"t_ms":12,"dir":"cp2pd","hex":"ff53"})"
                               "\n"
                               R"({"t_ms":13,"dir":"pd2cp","hex":"ff53"})"
                               "\n"})
    CHECK(problems_of(recorded) ==
          "line.yaml:1: this is what was recorded on a line; read it with osdp_capture:FILE\n");
}

TEST_CASE("a door with a contact and nothing that shows its lock is said") {
  LineFile file;
  std::string text = kGood;
  text.replace(text.find("    locks: [0]\n"), 15, "");
  REQUIRE(problems_of(text, &file) == "");
  CHECK(file.notes()[1].find("forced openings cannot be told") != std::string::npos);
}

TEST_CASE("a key file is read only if nobody else may") {
  const TemporaryFolder folder;
  const std::string path = folder.write("r.key", "5a01c37711ee9402 0b38d6f0a2647c19\n");
  ::chmod(path.c_str(), 0600);
  REQUIRE(read_key_file(path));
  CHECK(to_hex(*read_key_file(path)) == "5a01c37711ee94020b38d6f0a2647c19");
  ::chmod(path.c_str(), 0400);
  CHECK(read_key_file(path));
  for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
    ::chmod(path.c_str(), mode);
    INFO(mode);
    REQUIRE_FALSE(read_key_file(path));
    CHECK(read_key_file(path).error().text().find("others may read this key") != std::string::npos);
  }
  const auto refused = [&](const std::string& text) {
    const std::string bad = folder.write("bad.key", text);
    ::chmod(bad.c_str(), 0600);
    const Result<Key> key = read_key_file(bad);
    return key ? std::string("taken") : key.error().what;
  };
  CHECK(refused("") == "a key has 32 hexadecimal digits");
  CHECK(refused("5a01") == "a key has 32 hexadecimal digits");
  CHECK(refused("5a01c37711ee94020b38d6f0a2647c1900") == "a key has 32 hexadecimal digits");
  CHECK(refused("5a01c37711ee94020b38d6f0a2647c1g") == "a key has 32 hexadecimal digits");
  CHECK(refused("303132333435363738393a3b3c3d3e3f") == "this is the default key, which everybody knows");
  CHECK_FALSE(read_key_file(folder.file("none")));
  CHECK_FALSE(read_key_file(folder.path().string()));
  std::vector<Error> problems;
  folder.write("line.yaml", kGood);
  (void)LineFile::read(folder.file("line.yaml"), true, problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text().find("r-231.key: the key cannot be read: No such file or directory") != std::string::npos);
}

}  // namespace
}  // namespace wf::access::osdp
