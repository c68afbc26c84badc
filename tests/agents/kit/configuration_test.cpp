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
      "spool: {limit_mib: 64}\n"
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
  REQUIRE(read.sources.size() == 2);
  CHECK(read.sources[0].name == "ids");
  CHECK(read.sources[0].where == "agent.yaml:8");
  CHECK(read.sources[0].options == std::map<std::string, std::string>{{"map", "a.yaml"}, {"tz", "UTC"}});
  CHECK(read.sources[1].address == "0.0.0.0:514");
  CHECK(read.sources[1].name == "syslog:0.0.0.0:514");
  CHECK(read.sources[1].where == "agent.yaml:12");
}

TEST_CASE("every problem of a configuration is named with its line") {
  CHECK(problems_of("v: 2\n"
                    "nam: x\n"
                    "name: Gate 7\n"
                    "engines: [udp://x:1, tcp://h:99999, tcp://ok:1]\n"
                    "spool: {limit_mib: 3, colour: red}\n"
                    "sources:\n"
                    "  - address: /x\n"
                    "  - kind: suricata\n"
                    "    adress: /y\n"
                    "    options: {tz: [1]}\n"
                    "  - nonsense\n"
                    "name: again\n") ==
        std::vector<std::string>{
            "agent.yaml:2: unknown key 'nam'; known here: v, name, engines, invite, state, spool, sources",
            "agent.yaml:12: key 'name' comes twice; remove one of the two",
            "agent.yaml:1: this build reads version 1; write 'v: 1', or use a newer agent",
            "agent.yaml:3: 'Gate 7' cannot be an agent's name; use 1 to 32 of a-z, 0-9 and '-'",
            "agent.yaml:4: 'udp://x:1' is no address of an engine; write tcp://HOST:PORT or ipc://PATH",
            "agent.yaml:4: 'tcp://h:99999' is no address of an engine; write tcp://HOST:PORT or ipc://PATH",
            "agent.yaml:5: unknown key 'colour'; known here: limit_mib",
            "agent.yaml:5: '3' is no size for the spool; give MiB as a whole number from 16 to 1048576",
            "agent.yaml:7: this source has no kind; add 'kind:'",
            "agent.yaml:9: unknown key 'adress'; known here: kind, address, name, options",
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
