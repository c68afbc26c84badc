// The source over a pseudo terminal, whose other end are readers of our own making; real time, as on a real line.
#include "agents/access/osdp/source.hpp"

#include <poll.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "agents/kit/outputs/output.hpp"
#include "tests/agents/access/osdp_line.hpp"
#include "tests/agents/access/osdp_samples.hpp"
#include "tests/agents/access/osdp_terminal.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access {
namespace {

using namespace wf::test;

constexpr const char* kKey = "5a01c37711ee94020b38d6f0a2647c19";

/// Steps the source as an agent does until something is so.
bool run_until(kit::Source& source, Collected& sink, Terminal& terminal, const std::function<bool()>& so) {
  const std::int64_t end = kit::monotonic_ns() + patience_ms(60'000) * kMillisecond;
  for (;;) {
    const std::int64_t now = kit::monotonic_ns();
    source.step(sink, {1'700'000'000 * kSecond + now, now});
    terminal.serve();
    if (so()) return true;
    if (now > end || source.over()) return false;
    std::vector<pollfd> fds;
    source.add_fds(fds);
    if (terminal.fd() >= 0) fds.push_back({terminal.fd(), POLLIN, 0});
    const std::int64_t left = std::clamp<std::int64_t>(source.next_wake() - kit::monotonic_ns(), 0, kSecond);
    ::poll(fds.data(), static_cast<nfds_t>(fds.size()), static_cast<int>((left + kMillisecond - 1) / kMillisecond));
  }
}

struct Installed {
  explicit Installed(const std::string& readers) {
    ::chmod(folder.write("r.key", kKey).c_str(), 0600);
    file = folder.write("line.yaml", "v: 1\ndevice: " + terminal.name +
                                         "\nbaud: 115200\ncard_formats: " WF_SOURCE_DIR
                                         "/assets/osdp/card-formats.yaml\nreaders:\n" +
                                         readers);
    made = make_osdp(*kit::parse_source_spec("osdp:" + file));
    INFO(problems_of(made));
    REQUIRE(made.source);
  }
  bool run_until(const std::function<bool()>& so) { return access::run_until(*made.source, sink, terminal, so); }
  /// What --check says while the readers answer.
  std::vector<Error> checked() {
    std::atomic<bool> over = false;
    std::thread readers([&] {
      while (!over) {
        pollfd fd{terminal.fd(), POLLIN, 0};
        ::poll(&fd, 1, 20);
        terminal.serve();
      }
    });
    std::vector<Error> problems = made.source->check();
    over = true;
    readers.join();
    return problems;
  }
  [[nodiscard]] long count(std::string_view kind, std::string_view reader, std::string_view reason = {}) const {
    return std::count_if(sink.events.begin(), sink.events.end(), [&](const Event& event) {
      return event.kind == kind && event.field("reader.id") == reader &&
             (reason.empty() || event.field("reason") == reason);
    });
  }
  TemporaryFolder folder;
  Terminal terminal;
  std::string file;
  kit::SourceMade made;
  Collected sink;
};

TEST_CASE("over a terminal: plain, keyed, paired, with a wrong key, and one that is absent") {
  Installed line(
      "  - {address: 1, reader: R-1, door: D-1, plain_text: true, inputs: [{input: 0, is: contact}], locks: [0]}\n"
      "  - {address: 2, reader: R-2, key_file: r.key}\n"
      "  - {address: 3, reader: R-3, key_file: r.key, pair: true}\n"
      "  - {address: 4, reader: R-4, key_file: r.key}\n"
      "  - {address: 5, reader: R-5, plain_text: true}\n");
  SimulatedReader& plain = line.terminal.add(1);
  SimulatedReader& keyed = line.terminal.add(2, array_from_hex<16>(kKey));
  keyed.demands_security = true;
  SimulatedReader& paired = line.terminal.add(3);
  paired.default_key = true;
  SimulatedReader& wrong = line.terminal.add(4, array_from_hex<16>("00"));
  REQUIRE(line.made.source->start("", false, {0, kit::monotonic_ns()}));
  REQUIRE(line.run_until([&] {
    return line.count("door.restored", "R-1") == 1 && line.count("door.restored", "R-2") == 1 &&
           line.count("door.restored", "R-3", "reader online") == 1 && line.count("door.tamper", "R-4") == 1 &&
           plain.polls > 5;  // it was asked for its inputs, which stand between polls
  }));
  CHECK(line.made.source->status().state == "running");
  CHECK(line.count("door.restored", "R-3", "reader paired") == 1);
  CHECK(paired.key == array_from_hex<16>(kKey));
  CHECK(wrong.polls == 0);
  keyed.queue(osdp::reply::kRaw, from_hex("00001a00864383c0"));
  plain.queue(osdp::reply::kIstatr, from_hex("01000000"));
  REQUIRE(line.run_until([&] { return line.count("access.read", "R-2") == 1; }));
  const auto read = std::find_if(line.sink.events.begin(), line.sink.events.end(),
                                 [](const Event& event) { return event.kind == "access.read"; });
  CHECK(read->field("credential.id") == "12-34567");
  CHECK(read->field("card.format") == "H10301");
  CHECK(read->source == "osdp:" + line.file);
  REQUIRE(line.run_until([&] { return line.count("door.fault", "R-5", "reader offline") == 1; }));
  REQUIRE(line.run_until([&] {
    return std::any_of(line.sink.events.begin(), line.sink.events.end(), [](const Event& event) {
      return event.kind == "door.forced" && event.field("door.id") == "D-1";
    });
  }));
  // Whose key is wrong was never polled, whatever happened meanwhile.
  CHECK(wrong.polls == 0);
}

TEST_CASE("an output through the source reaches the reader, and the door is not forced") {
  Installed line(
      "  - {address: 1, reader: R-1, door: D-1, key_file: r.key, inputs: [{input: 0, is: contact}], locks: [0]}\n");
  SimulatedReader& reader = line.terminal.add(1, array_from_hex<16>(kKey));
  REQUIRE(line.made.source->start("", false, {0, kit::monotonic_ns()}));
  kit::OutputSpec spec;
  spec.actions = {"unlock"};
  spec.through = line.made.source->spec().name;
  spec.to = {{"reader", "R-1"}, {"output", "0"}};
  Result<std::unique_ptr<kit::Output>> made = line.made.source->output(spec);
  REQUIRE(made);
  kit::Output& output = **made;
  output.begin({"unlock", 5, false}, {0, kit::monotonic_ns()});
  CHECK(output.outcome({0, 0})->error().what == "it has not answered yet");
  REQUIRE(line.run_until([&] { return line.count("door.restored", "R-1") == 1 && reader.polls > 3; }));
  output.begin({"unlock", 5, false}, {0, kit::monotonic_ns()});
  std::optional<Result<void>> outcome;
  REQUIRE(line.run_until([&] {
    if (!outcome) outcome = output.outcome({0, kit::monotonic_ns()});
    return outcome.has_value();
  }));
  CHECK(outcome->ok());
  REQUIRE(reader.taken.size() == 1);
  CHECK(to_hex(reader.taken[0].data) == "00020000");
  reader.outs[0] = 1;
  reader.inputs[0] = 1;
  reader.queue(osdp::reply::kIstatr, reader.inputs);
  const auto opened = [](const Event& event) { return event.kind == "door.opened" || event.kind == "door.forced"; };
  REQUIRE(line.run_until([&] { return std::any_of(line.sink.events.begin(), line.sink.events.end(), opened); }));
  const auto event = std::find_if(line.sink.events.begin(), line.sink.events.end(), opened);
  CHECK(event->kind == "door.opened");
  CHECK(event->field("reason") == "granted");
}

TEST_CASE("a line that is pulled out is said, and so are its readers") {
  Installed line("  - {address: 1, reader: R-1, plain_text: true}\n");
  line.terminal.add(1);
  REQUIRE(line.made.source->start("", false, {0, kit::monotonic_ns()}));
  REQUIRE(line.run_until([&] { return line.count("door.restored", "R-1") == 1; }));
  line.terminal.unplug();
  REQUIRE(line.run_until([&] { return line.made.source->status().state == "waiting"; }));
  CHECK(line.made.source->status().problem.find(line.terminal.name) == 0);
  REQUIRE(line.run_until([&] { return line.count("door.fault", "R-1", "reader offline") == 1; }));
}

TEST_CASE("once ends when every reader was found") {
  Installed line("  - {address: 1, reader: R-1, plain_text: true}\n");
  line.terminal.add(1);
  REQUIRE(line.made.source->start("", true, {0, kit::monotonic_ns()}));
  REQUIRE(line.run_until([&] { return line.made.source->over(); }));
  CHECK(line.made.source->status().state == "ended");
  CHECK(line.count("door.restored", "R-1") == 1);
}

TEST_CASE("a line has one control panel, and must be one") {
  const TemporaryFolder folder;
  const auto problem = [&](const std::string& device) {
    const std::string file = folder.write(
        "line.yaml", "v: 1\ndevice: " + device + "\nreaders: [{address: 1, reader: R-1, plain_text: true}]\n");
    kit::SourceMade made = make_osdp(*kit::parse_source_spec("osdp:" + file));
    REQUIRE(made.source);
    const std::vector<Error> problems = made.source->check();
    return problems.empty() ? std::string() : problems.front().text();
  };
  CHECK(problem("/dev/null") == "/dev/null: this is no serial line; name the device of an RS-485 adapter");
  CHECK(problem("/dev/none").find("/dev/none: the line cannot be opened: No such file or directory; plug") == 0);
  Installed line("  - {address: 1, reader: R-1, plain_text: true}\n");
  REQUIRE(line.made.source->start("", false, {0, kit::monotonic_ns()}));
  CHECK(problem(line.terminal.name).find("another program uses the line; stop it") != std::string::npos);
}

TEST_CASE("--check says which reader does not answer") {
  Installed line("  - {address: 1, reader: R-1, plain_text: true}\n");
  const std::vector<Error> problems = line.made.source->check();
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text() == line.file +
                                  ":6: reader R-1 at address 1: it has not answered yet; look at its cable, "
                                  "its address, the line's speed and its key");
}

TEST_CASE("--check finds nothing wrong with a line whose readers answer, and names a wrong key") {
  const bool wrong = GENERATE(false, true);
  Installed line(
      "  - {address: 1, reader: R-1, plain_text: true}\n"
      "  - {address: 2, reader: R-2, key_file: r.key}\n");
  line.terminal.add(1);
  line.terminal.add(2, array_from_hex<16>(wrong ? "00" : kKey));
  const std::vector<Error> problems = line.checked();
  CHECK(line.terminal.whole());
  REQUIRE(problems.size() == (wrong ? 1 : 0));
  if (wrong)
    CHECK(problems[0].text().find("reader R-2 at address 2: it has another key than the one here") !=
          std::string::npos);
  CHECK(line.made.source->remarks() == std::vector<std::string>{"reader R-1 is spoken to in plain text"});
}

TEST_CASE("--check pairs nobody") {
  Installed line("  - {address: 3, reader: R-3, key_file: r.key, pair: true}\n");
  SimulatedReader& reader = line.terminal.add(3);
  reader.default_key = true;
  const std::vector<Error> problems = line.checked();
  CHECK_FALSE(reader.key);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].to_do == "if it still has the default key, it is paired when the agent runs");
}

TEST_CASE("a line's file that cannot be used makes no source") {
  CHECK(problems_of(make_osdp(*kit::parse_source_spec("osdp:"))).find("write osdp:FILE") != std::string::npos);
  CHECK(problems_of(make_osdp(*kit::parse_source_spec("osdp:/none.yaml"))).find("/none.yaml") != std::string::npos);
  CHECK(problems_of(make_osdp(*kit::parse_source_spec("osdp:/none.yaml,baud=1"))).find("no option 'baud'") !=
        std::string::npos);
}

// Kinds of what a capture says, with the credential or the reason.
std::vector<std::string> captured(const std::string& spec, SourceStatus* status = nullptr) {
  kit::SourceMade made = make_osdp_capture(*kit::parse_source_spec(spec));
  INFO(problems_of(made));
  REQUIRE(made.source);
  const ReadOnce read = read_once(*made.source);
  if (status != nullptr) *status = read.status;
  std::vector<std::string> out;
  for (const Event& event : read.events) {
    std::string line = event.kind;
    for (const char* name : {"credential.id", "reason"})
      if (const std::string_view value = event.field(name); !value.empty()) line += " " + std::string(value);
    out.push_back(line);
  }
  return out;
}
using Lines = std::vector<std::string>;

TEST_CASE("recorded lines are read") {
  const Lines session{"door.restored reader online", "access.read A1B2C340", "access.read 0123456780", "access.read",
                      "door.tamper tamper"};
  for (const char* name : {"1-poll-cycle.osdpcap", "2-lstatr-power.osdpcap", "libosdp32_cp_pd_plain.bytes.jsonl",
                           "libosdp32_cp_pd_plain.frames.txt"}) {
    const std::filesystem::path file = osdp_sample(name);
    if (absent(file)) return;
    INFO(name);
    SourceStatus status;
    const Lines got = captured("osdp_capture:" + file.string(), &status);
    CHECK(status.refused == 0);
    CHECK(status.state == "ended");
    CHECK(got == (file.extension() == ".osdpcap" ? Lines{"door.restored reader online", "door.power power"} : session));
  }
  const TemporaryFolder folder;
  const std::string key = folder.write("r.key", "00112233445566778899aabbccddeeff");
  ::chmod(key.c_str(), 0600);
  for (const char* name : {"libosdp32_cp_pd_scbk.bytes.jsonl", "libosdp32_cp_pd_scbk.frames.txt"}) {
    const std::string file = osdp_sample(name).string();
    INFO(name);
    SourceStatus status;
    CHECK(captured("osdp_capture:" + file + ",key=" + key, &status) == session);
    CHECK(status.refused == 0);
    // Without the key what was sealed is refused, with the reason.
    CHECK(captured("osdp_capture:" + file, &status).empty());
    CHECK(status.refused == 9);
    CHECK(status.problem.find("a message of a secure channel that cannot be read; give key=FILE") != std::string::npos);
  }
}

TEST_CASE("with the line's file a recording tells what the other panel did to the doors") {
  const std::filesystem::path file = osdp_sample("libosdp32_cp_pd_plain.bytes.jsonl");
  if (absent(file)) return;
  const TemporaryFolder folder;
  const std::string line = folder.write("line.yaml", R"(v: 1
device: /dev/null
readers:
  - address: 5
    reader: R-5
    door: D-5
    key_file: none.key
    inputs: [{input: 0, is: contact}, {input: 1, is: rex}]
    locks: [0]
)");
  kit::SourceMade made = make_osdp_capture(
      *kit::parse_source_spec("osdp_capture:" + file.string() + ",line=" + line + ",start=2026-03-01T12:00:00Z"));
  INFO(problems_of(made));
  REQUIRE(made.source);
  const ReadOnce read = read_once(*made.source);
  Lines got;
  for (const Event& event : read.events) got.push_back(event.kind + " " + std::string(event.field("door.id")));
  // The door stood open when its contact was first told; the other panel released it 5 s after the card.
  CHECK(got == Lines{"door.restored D-5", "access.read D-5", "access.read D-5", "access.read D-5", "door.tamper D-5",
                     "access.granted D-5", "door.rex D-5", "door.closed D-5"});
  CHECK(read.events[0].field("reader.id") == "R-5");
  CHECK(format_rfc3339(read.events[1].time) == "2026-03-01T12:00:08.025Z");
}

TEST_CASE("bytes of a recording may be apart by blanks, hyphens, colons or commas, and its times be numbers") {
  const std::string poll =
      GENERATE("53-00-08-00-04-60-EB-AA", "53:00:08:00:04:60:eb:aa", "53, 00, 08, 00, 04, 60, eb, aa",
               " ff 53 00 08 00 04 60 eb aa", "530008000460EBAA");
  const std::string answer = "53-80-0A-00-04-48-00-01-0F-A1";
  const std::string time = GENERATE("\"timeSec\":\"1689599213\",\"timeNano\":\"141793300\"",
                                    "\"timeSec\":1689599213,\"timeNano\":141793300");
  const TemporaryFolder folder;
  const std::string file =
      folder.write("hyphens.osdpcap", "{" + time + ",\"io\":\"output\",\"data\":\"" + poll + "\"}\n{" + time +
                                          ",\"io\":\"input\",\"data\":\"" + answer + "\"}\n");
  SourceStatus status;
  CHECK(captured("osdp_capture:" + file, &status) == Lines{"door.restored reader online", "door.power power"});
  CHECK(status.refused == 0);
}

TEST_CASE("a recording in which a reader is paired is read on with the key that it was given") {
  osdp::PeripheralOptions options;
  options.address = 5;
  options.key = array_from_hex<16>("00112233445566778899aabbccddeeff");
  options.pair = true;
  Line line({options});
  SimulatedReader& reader = line.add(5);
  reader.default_key = true;
  std::string recorded;
  line.trouble = [&](bool from_panel, std::vector<std::uint8_t>& bytes) {
    recorded += std::to_string(line.now / kMillisecond) + (from_panel ? " cp2pd " : " pd2cp ") + to_hex(bytes) + "\n";
  };
  line.run(2 * kSecond);
  reader.queue(osdp::reply::kRaw, from_hex("00 01 20 00 a1 b2 c3 40"));
  line.run(kSecond);
  REQUIRE(line.told.has("0 said 50 00012000a1b2c340"));
  const TemporaryFolder folder;
  SourceStatus status;
  CHECK(captured("osdp_capture:" + folder.write("paired.txt", recorded), &status) ==
        Lines{"door.restored reader online", "access.read A1B2C340"});
  CHECK(status.refused == 0);
}

TEST_CASE("lines of captures that are none are refused with why") {
  const TemporaryFolder folder;
  const std::string file = folder.write("bad",
                                        "{\"t_ms\":1,\"dir\":\"x\",\"hex\":\"ff53\"}\n"
                                        "{\"t_ms\":-1,\"hex\":\"ff53\"}\n"
                                        "{\"t_ms\":1,\"hex\":\"ff5\"}\n"
                                        "{\"timeSec\":\"1\",\"data\":\"ff\"}\n"
                                        "{nothing\n"
                                        "12 cp2pd zz\n"
                                        "word cp2pd ff\n"
                                        "  0 cp2pd 530508000660deef\n");
  SourceStatus status;
  CHECK(captured("osdp_capture:" + file, &status).empty());
  CHECK(status.read == 8);
  CHECK(status.refused == 7);
  CHECK(status.problem ==
        file + ":7: no record of a capture; write osdpcap, JSON with t_ms and hex, or: MILLISECONDS DIRECTION HEX");
}

}  // namespace
}  // namespace wf::access
