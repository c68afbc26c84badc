#include "agents/access/osdp/set_tool.hpp"

#include <sys/stat.h>

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/agents/access/osdp_terminal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access::osdp {
namespace {

using namespace wf::test;

constexpr const char* kKey = "5a01c37711ee94020b38d6f0a2647c19";

struct Outcome {
  int status = -1;
  std::string said;
};

Outcome set(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const to = ::open_memstream(&text, &size);
  Outcome out;
  out.status = run_set_tool(static_cast<int>(argv.size()), argv.data(), to, to);
  std::fclose(to);
  out.said.assign(text, size);
  std::free(text);
  return out;
}

void fails(std::vector<std::string> words, const char* why) {
  const Outcome out = set(std::move(words));
  INFO(out.said);
  CHECK(out.status == 1);
  CHECK(out.said.find(why) != std::string::npos);
}

void unusable(std::vector<std::string> words, const char* why) {
  const Outcome out = set(std::move(words));
  INFO(out.said);
  CHECK(out.status == 2);
  CHECK(out.said.find(why) != std::string::npos);
}

TEST_CASE("a reader is given another address, in plain text, with its key, or with the default one") {
  const std::string how = GENERATE("plain", "key", "default");
  TemporaryFolder folder;
  const std::string file = folder.write("r.key", kKey);
  ::chmod(file.c_str(), 0600);
  LiveTerminal bus([&](Terminal& line) {
    SimulatedReader& reader = line.add(0, how == "key" ? std::optional<Key>(array_from_hex<16>(kKey)) : std::nullopt);
    reader.default_key = how == "default";
    reader.demands_security = how != "plain";
  });
  std::vector<std::string> words{bus.name(), "--address", "0", "--to-address", "5", "--to-baud", "38400"};
  if (how != "plain") words.insert(words.end(), {"--key", how == "key" ? file : "default"});
  const Outcome out = set(words);
  INFO(out.said);
  CHECK(out.status == 0);
  CHECK(out.said.find(how == "plain" ? "in plain text" : "in its secure channel") != std::string::npos);
  CHECK(out.said.find("it answers at address 5 and 38400 baud") != std::string::npos);
  bus.with([&](Terminal& line) {
    CHECK(line.readers[0]->address == 5);
    if (how != "plain") CHECK(line.readers[0]->plain_polls == 0);
  });
}

TEST_CASE("nothing is changed where somebody has the address, the reader is not there, or another key is needed") {
  LiveTerminal bus([&](Terminal& line) {
    line.add(0);
    line.add(5);
    line.add(6, array_from_hex<16>(kKey)).demands_security = true;
  });
  fails({bus.name(), "--address", "0", "--to-address", "5"}, "somebody answers at address 5 already");
  fails({bus.name(), "--address", "3", "--to-address", "4"}, "nothing was changed: at address 3 and 9600 baud");
  fails({bus.name(), "--address", "6", "--to-address", "4", "--key", "default"}, "it refuses a secure channel");
  bus.with([](Terminal& line) {
    CHECK(line.readers[0]->address == 0);
    CHECK(line.readers[1]->address == 5);
    CHECK(line.readers[2]->address == 6);
    line.readers[0]->moves = false;
  });
  // One that says that it keeps its own.
  fails({bus.name(), "--address", "0", "--to-address", "7"}, "it says that it has address 0 and 9600 baud now");
}

TEST_CASE("a command line of the tool that cannot be used is said to be none, and touches no line") {
  unusable({}, "name the line's device");
  unusable({"/dev/none"}, "--address");
  unusable({"/dev/none", "--address", "0"}, "say what to change");
  unusable({"/dev/none", "--address", "127", "--to-address", "1"}, "'127' is no address");
  unusable({"/dev/none", "--address", "0", "--to-address"}, "--to-address says nothing");
  unusable({"/dev/none", "--address", "0", "--to-baud", "1200"}, "'1200' is no speed");
  unusable({"/dev/none", "--address", "0", "--to-address", "1", "--key", "/none"}, "the key cannot be read");
  unusable({"/dev/none", "--address", "0", "--to-address", "1", "--speed", "1"}, "'--speed' is not known");
  unusable({"/dev/none", "/dev/two", "--address", "0", "--to-address", "1"}, "named twice");
  fails({"/dev/none", "--address", "0", "--to-address", "1"}, "the line cannot be opened");
}

}  // namespace
}  // namespace wf::access::osdp
