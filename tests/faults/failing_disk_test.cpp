// EIO and ENOSPC: a shim makes the k-th change of a program's files fail, for k = 1, 2, 3…, once or from there on.
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "tests/faults/estate.hpp"
#include "tests/support/catch.hpp"

using namespace wf::test;
using std::chrono::milliseconds;

namespace {

struct Fault {
  long first = 0;  ///< 0: none, the acts are counted
  long count = 1;  ///< 0: from there on
  int reason = 0;
};

/// A person can read it: lines that are no trace of a broken program, and not hundreds of them.
std::string unclear(const std::string& said) {
  std::istringstream lines(said);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    if (line.size() > 500) return "a line of " + std::to_string(line.size()) + " characters";
    for (const char* trace : {"terminate called", "Assertion", "what():", "Aborted", "core dumped"})
      if (line.find(trace) != std::string::npos) return line;
  }
  return count > 40 ? std::to_string(count) + " lines" : "";
}

class Workload {
 public:
  Workload(bool engine, std::uint64_t seed) : engine_(engine), seed_(seed) {}

  /// One run with a fault, and one without it afterwards; how many acts were counted.
  long run(const Fault& fault) {
    Estate::Options options;
    options.agents = {"door-1"};
    Estate estate(seed_, options);
    const std::string counter = estate.scratch() / "acts";
    const std::string directory =
        engine_ ? estate.data() : std::filesystem::path(estate.state(0)).parent_path().string();
    const std::vector<std::string> shim{
        "LD_PRELOAD=" + (program_directory() / "libwf-shim-disk.so").string(), "WF_SHIM_DIRECTORY=" + directory,
        "WF_SHIM_FAIL=" + std::to_string(fault.first) + "," + std::to_string(fault.count) + "," +
            std::to_string(fault.reason) + "," + counter};
    Keeper& agent = *estate.agents()[0];
    Keeper& broken = engine_ ? estate.engine() : agent;
    estate.engine().start(engine_ ? shim : std::vector<std::string>{});
    agent.start(engine_ ? std::vector<std::string>{} : shim);
    // Three lots; what a fault keeps from being stored waits until it is gone.
    for (int lot = 0; lot < 3; ++lot) {
      estate.write(40);
      (void)eventually([&] { return !broken.running() || estate.settles(std::chrono::seconds(0)); },
                       milliseconds(fault.reason == 0 ? 10'000 : 600));
      if (!broken.running()) break;
    }
    // Ended by itself with a reason is right where it cannot begin; a signal is not.
    const bool ended = !broken.running();
    const int status = broken.stop();
    CHECK((status >= 0 && status < 128));
    const std::string trouble = unclear(broken.said());
    CHECK(trouble.empty());
    if (ended) CHECK(!broken.said().empty());
    const long acts = static_cast<long>(std::filesystem::exists(counter) ? std::filesystem::file_size(counter) : 0);
    // The disk is good again. Nobody does more than start the programs.
    broken.start();
    if (!agent.running()) agent.start();
    estate.write(40);
    const bool settled = estate.settles(std::chrono::seconds(150));
    estate.stop();
    const Figures figures = estate.figures();
    INFO(figures.text() << "\n" << estate.said());
    CHECK(settled);
    CHECK(figures.lost == 0);
    CHECK(figures.twice == 0);
    CHECK(figures.aborts == 0);
    CHECK(figures.verified);
    good_ &= settled && figures.good() && trouble.empty();
    return acts;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  bool engine_;
  std::uint64_t seed_;
  bool good_ = true;
};

void fail_in_turn(bool engine) {
  const std::uint64_t seed = fault_seed();
  const char* const who = engine ? "the engine" : "an agent";
  Workload workload(engine, seed);
  const long acts = workload.run({});
  REQUIRE(acts > 10);
  const long samples = amount("WF_FAULTS_ACTS", 1, static_cast<int>(acts));
  std::printf("%s makes %ld changes to files, %ld of which fail in turn, seed %llu\n", who, acts, samples,
              static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  int runs = 0;
  for (const Fault& kind : {Fault{0, 1, EIO}, Fault{0, 0, EIO}, Fault{0, 0, ENOSPC}}) {
    for (long i = 0; i < samples; ++i) {
      Fault fault = kind;
      fault.first = samples >= acts ? i + 1 : 1 + static_cast<long>(random() % static_cast<std::uint64_t>(acts));
      INFO(who << ": " << std::strerror(fault.reason) << " at change " << fault.first
               << (fault.count == 0 ? " and after" : "") << ", seed " << seed);
      workload.run(fault);
      ++runs;
    }
  }
  std::printf("%s: %d runs with a failing disk: %s\n", who, runs,
              workload.good() ? "lost 0, stored twice 0, aborts 0, repairs by hand 0" : "not good");
}

}  // namespace

TEST_CASE("an agent whose disk fails at any change loses nothing and says why") { fail_in_turn(false); }
TEST_CASE("the engine whose disk fails at any change loses nothing, never aborts and says why") { fail_in_turn(true); }
