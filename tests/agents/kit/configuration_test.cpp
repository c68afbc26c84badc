#include "agents/kit/configuration.hpp"

#include "fake_source.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

AgentProgram fake_program() {
  AgentProgram program{"network", "wf-agent-fake", "9.9", {}};
  program.sources["fake"] = {
      [](const SourceSpec& spec) {
        static test::FakeInput nothing;
        return SourceMade{std::make_unique<test::FakeSource>(spec, nothing), spec.unknown_options({"tz"})};
      },
      "an address; tz=ZONE"};
  return program;
}

std::vector<std::string> problems_of(std::string_view yaml) {
  std::vector<Error> problems;
  (void)read_configuration(yaml, "agent.yaml", problems);
  std::vector<std::string> out;
  for (const Error& problem : problems) out.push_back(problem.text());
  return out;
}

ParsedCommandLine parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "wf-agent-fake");
  return read_command_line(static_cast<int>(arguments.size()), arguments.data(), fake_program());
}

}  // namespace

TEST_CASE("a whole configuration is read") {
  std::vector<Error> problems;
  const Configuration read = read_configuration(
      "v: 1\n"
      "name: gate-7\n"
      "engines: [tcp://one:7710, 'ipc:///run/seat.ipc']\n"
      "invite: /etc/invitation\n"
      "state: /var/lib/gate\n"
      "spool: {limit_mib: 64, max_age: 7d}\n"
      "attachments: {limit_mib: 128, each_mib: 32}\n"
      "sources:\n"
      "  - kind: suricata\n"
      "    address: /var/log/eve.json\n"
      "    name: ids\n"
      "    options: {tz: UTC, map: a.yaml}\n"
      "  - syslog:0.0.0.0:514,tz=UTC\n",
      "agent.yaml", problems);
  REQUIRE(problems.empty());
  CHECK(read.name == "gate-7");
  CHECK(read.engines == std::vector<std::string>{"tcp://one:7710", "ipc:///run/seat.ipc"});
  CHECK(read.invite == "/etc/invitation");
  CHECK(read.state == "/var/lib/gate");
  CHECK(read.spool_limit == 64ULL << 20U);
  CHECK(read.attachments_limit == 128ULL << 20U);
  CHECK(read.attachment_bytes == 32ULL << 20U);
  CHECK(read.spool_max_age == 7 * 86'400 * kSecond);
  REQUIRE(read.sources.size() == 2);
  CHECK(read.sources[0].name == "ids");
  CHECK(read.sources[0].where == "agent.yaml:9");
  CHECK(read.sources[0].options == std::map<std::string, std::string>{{"map", "a.yaml"}, {"tz", "UTC"}});
  CHECK(read.sources[1].address == "0.0.0.0:514");
  CHECK(read.sources[1].name == "syslog:0.0.0.0:514");
  CHECK(read.sources[1].where == "agent.yaml:13");
}

TEST_CASE("every problem of a configuration is named with its line") {
  CHECK(problems_of("v: 2\n"
                    "nam: x\n"
                    "name: Gate 7\n"
                    "engines: [udp://x:1, tcp://h:99999, tcp://ok:1]\n"
                    "spool: {limit_mib: 3, colour: red, max_age: 7 weeks}\n"
                    "sources:\n"
                    "  - address: /x\n"
                    "  - kind: suricata\n"
                    "    adress: /y\n"
                    "    options: {tz: [1]}\n"
                    "  - nonsense\n"
                    "name: again\n") ==
        std::vector<std::string>{
            "agent.yaml:2: unknown key 'nam'; known here: v, name, engines, invite, state, spool, attachments, "
            "sources, outputs",
            "agent.yaml:12: key 'name' comes twice; remove one of the two",
            "agent.yaml:1: this build reads version 1; write 'v: 1', or use a newer agent",
            "agent.yaml:3: 'Gate 7' cannot be an agent's name; use 1 to 32 of a-z, 0-9 and '-'",
            "agent.yaml:4: 'udp://x:1' is no address of an engine; write tcp://HOST:PORT or ipc://PATH",
            "agent.yaml:4: 'tcp://h:99999' is no address of an engine; write tcp://HOST:PORT or ipc://PATH",
            "agent.yaml:5: unknown key 'colour'; known here: limit_mib, max_age",
            "agent.yaml:5: '7 weeks' is no age for the spool; give whole hours or days: 12h, 7d",
            "agent.yaml:5: '3' is no size for the spool; give MiB as a whole number from 16 to 1048576",
            "agent.yaml:7: this source has no kind; add 'kind:'",
            "agent.yaml:9: unknown key 'adress'; known here: kind, address, name, options, shed",
            "agent.yaml:10: an option must be one word with one value; write key: value",
            "agent.yaml:11: 'nonsense' names no source; write KIND:ADDRESS[,key=value…]",
        });
}

TEST_CASE("what is no configuration at all is said in one line") {
  CHECK(problems_of("").size() == 1);
  CHECK(problems_of("- a\n- b\n").size() == 1);
  const std::vector<std::string> broken = problems_of("v: 1\nsources: [\n");
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].starts_with("agent.yaml:"));
  CHECK(broken[0].find("this is no YAML") != std::string::npos);
  CHECK(problems_of("v: 1\n") ==
        std::vector<std::string>{"agent.yaml:1: no sources are named; add 'sources:' with at least one entry"});
}

TEST_CASE("cutting a configuration anywhere never throws") {
  const std::string whole =
      "v: 1\nname: a\nengines: [tcp://h:1]\nspool: {limit_mib: 64}\nsources:\n  - kind: x\n    options: {a: b}\n";
  for (std::size_t length = 0; length <= whole.size(); ++length) (void)problems_of(whole.substr(0, length));
}

TEST_CASE("the command line names sources, engines and the rest") {
  const ParsedCommandLine parsed = parse({"--source", "fake:/a,tz=UTC", "--source", "fake:/b", "--engine",
                                          "tcp://e1:7710", "--engine", "tcp://e2:7710", "--invite", "-", "--state",
                                          "/s", "--name", "n1", "--print", "--once", "--clock", "1000,5,2"});
  REQUIRE(parsed.problems.empty());
  CHECK(parsed.command.print);
  CHECK(parsed.command.once);
  CHECK_FALSE(parsed.command.check);
  CHECK(parsed.command.clock.at(15) == 1020);
  const Configuration& c = parsed.command.configuration;
  CHECK(c.engines == std::vector<std::string>{"tcp://e1:7710", "tcp://e2:7710"});
  CHECK(c.invite == "-");
  CHECK(c.state == "/s");
  CHECK(c.name == "n1");
  REQUIRE(c.sources.size() == 2);
  CHECK(c.sources[0].address == "/a");
  CHECK(c.sources[1].name == "fake:/b");
}

TEST_CASE("what is wrong with a command line is said all at once") {
  CHECK(parse({}).problems.size() == 1);
  CHECK(parse({"--sourc", "x"}).problems.size() == 1);
  CHECK(parse({"--source", "fake:/a", "--config", "x"}).problems.size() == 1);
  CHECK(parse({"--source", "nothing", "--engine", "host", "--name", "X", "--clock", "1"}).problems.size() == 4);
  const ParsedCommandLine missing = parse({"--config", "/nonexistent/agent.yaml"});
  REQUIRE(missing.problems.size() == 1);
  CHECK(missing.problems[0].text() ==
        "/nonexistent/agent.yaml: cannot read it: No such file or directory; check that it exists, its owner and its "
        "mode");
}

TEST_CASE("help lists each kind of source, and the version is the program's") {
  const ParsedCommandLine help = parse({"--help"});
  CHECK(help.stop);
  CHECK(help.out.find("fake:  an address; tz=ZONE") != std::string::npos);
  CHECK(parse({"--version"}).out == "wf-agent-fake 9.9\n");
}

TEST_CASE("sources that cannot be made are all named") {
  std::vector<SourceSpec> specs;
  for (const char* text : {"fake:/a", "fake:/a", "odd:/b", "fake:/c,colour=red"}) {
    Result<SourceSpec> spec = parse_source_spec(text);
    REQUIRE(spec);
    specs.push_back(*spec);
  }
  std::vector<Error> problems;
  CHECK(make_sources(specs, fake_program(), problems).size() == 3);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].text() ==
        "--source fake:/a: two sources are called 'fake:/a'; give one of them a name, so that each keeps its own "
        "position");
  CHECK(problems[1].text() == "--source odd:/b: wf-agent-fake reads no source of kind 'odd'; it reads: fake");
  CHECK(problems[2].text().find("colour") != std::string::npos);
}

TEST_CASE("an agent that was given no name gets a valid one") {
  CHECK(valid_agent_name(default_agent_name("network")));
  CHECK_FALSE(valid_agent_name(""));
  CHECK_FALSE(valid_agent_name("a_b"));
  CHECK_FALSE(valid_agent_name(std::string(33, 'a')));
}

TEST_CASE("a source's specification keeps commas that are its address's") {
  const Result<SourceSpec> spec = parse_source_spec("files:/a,b/c,name=etc,depth=2");
  REQUIRE(spec);
  CHECK(spec->address == "/a,b/c");
  CHECK(spec->name == "etc");
  CHECK(spec->options == std::map<std::string, std::string>{{"depth", "2"}});
  CHECK_FALSE(parse_source_spec("nocolon"));
  CHECK_FALSE(parse_source_spec(":x"));
  CHECK_FALSE(parse_source_spec("Bad Kind:x"));
}

TEST_CASE("a source's name cannot be empty") {
  const Result<SourceSpec> spec = parse_source_spec("files:/a,depth=2,name=");
  REQUIRE_FALSE(spec);
  CHECK(spec.error().text() ==
        "--source files:/a,depth=2,name=: the name of this source is empty; write name=NAME, or leave it out");
  const auto problems = problems_of("v: 1\nsources:\n  - {kind: fake, address: a, name: ''}\n  - 'fake:b,name='\n");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].starts_with("agent.yaml:3: the name of this source is empty"));
  CHECK(problems[1].starts_with("agent.yaml:4: the name of this source is empty"));
}

TEST_CASE("sizes of attachments that cannot be are named") {
  const auto problems = problems_of("v: 1\nattachments: {limit_mib: 0, each_mib: many, most: 1}\nsources: [fake:a]\n");
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].starts_with("agent.yaml:2: unknown key 'most'"));
  CHECK(problems[1].starts_with("agent.yaml:2: '0' is no size for attachments"));
  CHECK(problems[2].starts_with("agent.yaml:2: 'many' is no size for attachments"));
}

TEST_CASE("outputs are read with how they end and what confirms them") {
  std::vector<Error> problems;
  const Configuration read = read_configuration(
      "v: 1\n"
      "sources: [fake:x]\n"
      "outputs:\n"
      "  - device: door-3\n"
      "    actions: [unlock, release]\n"
      "    run: [/usr/bin/gpioset, gpiochip0, 17=1]\n"
      "    undo: [/usr/bin/gpioset, gpiochip0, 17=0]\n"
      "    timeout: 500ms\n"
      "    max_seconds: 30\n"
      "    confirm: {kind: door.opened, device: D-231, within: 2min}\n"
      "  - {device: door-3, actions: lock, run: [/bin/lock], entry_only: true, fail_safe_egress: true}\n"
      "  - {device: exit-1, actions: [unlock], run: [/bin/pulse], ends_itself: true, emergency_exit: true}\n",
      "agent.yaml", problems);
  for (const Error& problem : problems) FAIL_CHECK(problem.text());
  REQUIRE(read.outputs.size() == 3);
  const OutputSpec& door = read.outputs[0];
  CHECK(door.actions == std::vector<std::string>{"unlock", "release"});
  CHECK(door.run == std::vector<std::string>{"/usr/bin/gpioset", "gpiochip0", "17=1"});
  CHECK(door.timeout == 500 * kMillisecond);
  CHECK(door.max_seconds == 30);
  CHECK(door.confirm.device == "D-231");
  CHECK(door.confirm.within == 2 * kMinute);
  CHECK(read.outputs[1].timeout == 5 * kSecond);
  CHECK(offered(read.outputs)[0] == OfferedOutput{"door-3", {"unlock", "release"}, 30});
  CHECK(read_configuration("v: 1\nsources: [fake:x]\n", "agent.yaml", problems).outputs.empty());
}

TEST_CASE("every problem of an output is named, and a lock that could shut somebody in is one") {
  const auto first = [](const std::string& output) {
    const std::vector<std::string> all = problems_of("v: 1\nsources: [fake:x]\noutputs:\n  - {" + output + "}\n");
    return all.empty() ? std::string("none") : all.front();
  };
  CHECK(first("device: d, actions: [unlock], run: [/bin/x]") == "none");
  CHECK(first("actions: [unlock], run: [/bin/x]").find("has no device") != std::string::npos);
  CHECK(first("device: d, actions: [explode], run: [/bin/x]").find("'explode' is no action") != std::string::npos);
  CHECK(first("device: d, actions: [unlock]").find("does nothing") != std::string::npos);
  CHECK(first("device: d, actions: [unlock], through: line, to: {reader: R-1, output: 0}") == "none");
  CHECK(first("device: d, actions: [unlock], through: line, run: [/bin/x]").find("driven by a source or by programs") !=
        std::string::npos);
  CHECK(first("device: d, actions: [unlock], through: line, to: [a]").find("'to' must be a mapping") !=
        std::string::npos);
  CHECK(first("device: d, actions: [unlock], run: [gpioset]").find("no absolute path") != std::string::npos);
  CHECK(first("device: d, actions: [unlock], run: [/bin/x], timeout: 2min").find("is no timeout") != std::string::npos);
  CHECK(first("device: d, actions: [unlock], run: [/bin/x], shell: true").find("unknown key 'shell'") !=
        std::string::npos);
  CHECK(first("device: d, actions: [lock], run: [/bin/x]").find("a lock must leave the way out free") !=
        std::string::npos);
  CHECK(first("device: d, actions: [lock], run: [/bin/x], entry_only: true").find("must leave the way out free") !=
        std::string::npos);
  const std::string good = "device: d, actions: [lock], run: [/bin/x], entry_only: true, fail_safe_egress: true";
  CHECK(first(good) == "none");
  CHECK(first(good + ", emergency_exit: true").find("an emergency exit is never locked") != std::string::npos);
  CHECK(first(good + "}\n  - {device: d, actions: [unlock], run: [/bin/x], emergency_exit: true")
            .find("an emergency exit is never locked") != std::string::npos);
  CHECK(first("device: d, actions: [unlock, unlock], run: [/bin/x]").find("comes twice") != std::string::npos);
  CHECK(first("device: d, actions: [unlock], run: [/bin/x], confirm: {kind: door.open}").find("did you mean") !=
        std::string::npos);
}
