#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "agents/kit/outputs/output.hpp"
#include "agents/kit/source.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

/// Runs a shell script as an output's program, to its end.
struct Bench {
  Result<void> run(const std::string& script, std::int64_t timeout = 20 * kSecond, bool undo = false) {
    OutputSpec spec;
    (undo ? spec.undo : spec.run) = {"/bin/sh", "-c", script, "name", "an argument with blanks; $(and) `signs`"};
    spec.timeout = timeout;
    return to_end(*make_program_output(spec), undo);
  }
  static Result<void> to_end(Output& output, bool undo = false) {
    output.begin({"unlock", 5, undo}, {0, monotonic_ns()});
    for (;;) {
      if (const auto outcome = output.outcome({0, monotonic_ns()})) return *outcome;
      std::vector<pollfd> fds;
      output.add_fds(fds);
      REQUIRE_FALSE(fds.empty());
      const std::int64_t left = std::max<std::int64_t>(output.next_wake() - monotonic_ns(), 0);
      (void)::poll(fds.data(), static_cast<nfds_t>(fds.size()), static_cast<int>(left / kMillisecond + 1));
    }
  }
  [[nodiscard]] std::string text(const char* name) const {
    std::ifstream in(scratch / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::string path(const char* name) const { return (scratch / name).string(); }
  kit::test::Scratch scratch;
};

}  // namespace

TEST_CASE("a program gets its fixed arguments, an empty environment, no descriptors and no blocked signals") {
  Bench b;
  ::setenv("WF_SECRET", "key", 1);
  REQUIRE(b.run("echo \"$1\" > " + b.path("arguments") + "; /usr/bin/env > " + b.path("env") + "; ls /proc/self/fd > " +
                b.path("fds") + "; pwd > " + b.path("cwd") + "; grep SigBlk /proc/self/status > " + b.path("blocked")));
  CHECK(b.text("arguments") == "an argument with blanks; $(and) `signs`\n");
  CHECK(b.text("env").find("WF_SECRET") == std::string::npos);
  CHECK(b.text("fds").size() <= 8);  // 0, 1, 2 and the one that ls reads
  CHECK(b.text("cwd") == "/\n");
  CHECK(b.text("blocked").find("0000000000000000") != std::string::npos);
  ::unsetenv("WF_SECRET");
}

TEST_CASE("a program that fails, dies or is not there is told with its reason") {
  Bench b;
  CHECK(b.run("exit 0"));
  const Result<void> failed = b.run("echo no such line >&2; exit 3");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text() == "/bin/sh: ended with status 3: no such line");
  CHECK(b.run("kill -9 $$").error().what == "ended by signal 9");
  CHECK(b.run("exit 4", 20 * kSecond, true).error().what == "ended with status 4");
  OutputSpec spec;
  spec.run = {b.path("absent")};
  const auto output = make_program_output(spec);
  output->begin({"unlock", 5, false}, {0, monotonic_ns()});
  const auto outcome = output->outcome({0, monotonic_ns()});
  REQUIRE(outcome);
  CHECK(outcome->error().what.find("cannot be started") == 0);
}

TEST_CASE("a program that does not end is killed with all that it started") {
  Bench b;
  const Result<void> killed = b.run("tail -f /dev/null & echo $! > " + b.path("child") + "; wait", 300 * kMillisecond);
  REQUIRE_FALSE(killed);
  CHECK(killed.error().what == "did not end in time and was killed");
  const int child = std::stoi(b.text("child"));
  bool gone = false;
  for (int i = 0; i < wf::test::patience_ms(1000) && !gone; ++i) {
    std::ifstream status("/proc/" + std::to_string(child) + "/stat");
    std::string pid, name, state;
    gone = !(status >> pid >> name >> state) || state == "Z";
    (void)::poll(nullptr, 0, 5);
  }
  CHECK(gone);
}

TEST_CASE("a program that writes without end is neither believed nor kept") {
  Bench b;
  const Result<void> failed = b.run("yes 0123456789 | head -c 10000000; exit 5");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "ended with status 5: 0123456789");
  CHECK_FALSE(b.run("exec yes", 300 * kMillisecond));
}
