#include <signal.h>

#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;

namespace {

std::string line_with(const std::string& text, const std::string& word) {
  const std::size_t at = text.find(word);
  if (at == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', at) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

}  // namespace

TEST_CASE("the demo's four stories travel through the real agents to the wall, and nothing is lost on the way") {
  const Scratch scratch;
  ::setenv("TMPDIR", scratch.path().c_str(), 1);
  Program demo("watchfloor", {"demo", "--offscreen", "--for", "60s", "--for", "20s", "--size", "960x540", "--out",
                              scratch / "pictures"});
  const int status = demo.wait(std::chrono::seconds(120));
  ::unsetenv("TMPDIR");
  INFO(demo.out());
  INFO(demo.err());
  REQUIRE(status == 0);
  const std::string out = demo.out();
  for (const char* agent : {"acs-1", "acs-ant", "cam-gw-1", "net-1", "host-1", "host-hv-07"}) {
    INFO(agent);
    CHECK(out.find(std::string("\n") + agent + " ") != std::string::npos);
  }
  CHECK(line_with(out, "hv-07 after tailgating").find("critical") != std::string::npos);
  CHECK(line_with(out, "forced after its camera").find("high") != std::string::npos);
  CHECK(line_with(out, "fin-03").find("high") != std::string::npos);
  CHECK(line_with(out, "at HQ and Depot within").find("high") != std::string::npos);
  CHECK(demo.err().empty());  // everything that the demo comes with can be used
  CHECK(out.find("ledger and audit chain: whole") != std::string::npos);
  CHECK(out.find("gap:") == std::string::npos);
  for (const char* picture : {"wall.png", "map.png"})
    CHECK(read_text(scratch.path() / "pictures" / picture).substr(1, 3) == "PNG");
}

TEST_CASE("a demo that is stopped ends its agents and leaves nothing behind") {
  const Scratch scratch;
  ::setenv("TMPDIR", scratch.path().c_str(), 1);
  Program demo("watchfloor", {"demo", "--offscreen", "--for", "600s", "--out", scratch / "pictures"});
  const auto folders = [&] {
    std::size_t out = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path()))
      out += entry.path().filename().string().starts_with("watchfloor-demo-") ? 1 : 0;
    return out;
  };
  REQUIRE(eventually([&] { return demo.out().find("recording evening") != std::string::npos; }));
  ::unsetenv("TMPDIR");
  CHECK(folders() == 1);
  demo.signal(SIGTERM);
  CHECK(demo.wait() == 1);
  CHECK(folders() == 0);
}

TEST_CASE("a demo that cannot be given says why") {
  const Scratch scratch;
  const Outcome absent = run("watchfloor", {"demo", "--offscreen", "--recording", scratch / "absent"});
  CHECK(absent.status == 1);
  CHECK(absent.err.find("recording.yaml: cannot read it: No such file") != std::string::npos);
  const Outcome late = run("watchfloor", {"demo", "--offscreen", "--at", "2h"});
  CHECK(late.status == 1);
  CHECK(late.err.find("the recording is over by then") != std::string::npos);
  CHECK(run("watchfloor", {"demo", "--speed", "0"}).status == 2);
}

TEST_CASE("a picture of a moment of the recording is the same each time") {
  const Scratch scratch;
  for (const char* name : {"a.png", "b.png"}) {
    const Outcome made =
        run("watchfloor", {"shot", "--view", "wall", "--at", "5min", "--size", "960x540", "--out", scratch / name});
    INFO(made.err);
    REQUIRE(made.status == 0);
    CHECK(made.err.empty());
  }
  CHECK(read_text(scratch.path() / "a.png") == read_text(scratch.path() / "b.png"));
}
