// Power cuts: a shim writes down what the programs did to their files and what they synced; after SIGKILL their
// directory becomes what a disk could hold then.
#include <cerrno>
#include <cstdio>
#include <fstream>

#include "tests/faults/estate.hpp"
#include "tests/faults/power_cut.hpp"
#include "tests/support/catch.hpp"

using namespace wf::test;
using std::chrono::milliseconds;

namespace {

/// A program whose directory can be cut off from power.
class Powered {
 public:
  Powered(Keeper& keeper, std::string directory, std::string journal)
      : keeper_(keeper), directory_(std::move(directory)), journal_(std::move(journal)) {}
  /// `failing_sync`: the number of the sync that fails; 0: none.
  void start(int failing_sync = 0) {
    before_ = std::make_unique<PowerCut>(directory_);
    std::vector<std::string> environment{"LD_PRELOAD=" + (program_directory() / "libwf-shim-disk.so").string(),
                                         "WF_SHIM_DIRECTORY=" + directory_, "WF_SHIM_JOURNAL=" + journal_};
    if (failing_sync > 0) {
      environment.push_back("WF_SHIM_FAIL=" + std::to_string(failing_sync) + ",1," + std::to_string(EIO));
      environment.emplace_back("WF_SHIM_FAIL_ACTS=s");
    }
    keeper_.start(environment);
  }
  std::string cut(std::mt19937_64& random) {
    keeper_.kill();
    return before_->strike(journal_, random);
  }
  /// Starts it again if it ended by itself, as a supervisor does; the power goes then too.
  void keep_running(std::mt19937_64& random) {
    if (keeper_.running()) return;
    (void)cut(random);
    start();
  }

 private:
  Keeper& keeper_;
  std::string directory_, journal_;
  std::unique_ptr<PowerCut> before_;
};

void cut_power(int cuts, std::uint64_t seed, bool engine, bool agents, bool syncs_fail = false) {
  std::printf("power cuts: %d, seed %llu\n", cuts, static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Estate::Options options;
  options.site = engine;
  Estate estate(seed, options);
  std::vector<Powered> powered;
  if (engine)
    powered.emplace_back(estate.engine(), estate.data(), estate.scratch() / "engine.journal");
  else
    estate.engine().start();
  for (std::size_t i = 0; i < estate.agents().size(); ++i) {
    const std::string directory = std::filesystem::path(estate.state(i)).parent_path();
    if (agents)
      powered.emplace_back(*estate.agents()[i], directory, directory + ".journal");
    else
      estate.agents()[i]->start();
  }
  for (Powered& one : powered) one.start();
  // An enrolment that the engine's disk refuses is tried again after a minute: enrolled first.
  if (syncs_fail) {
    estate.write(20);
    REQUIRE(estate.settles(std::chrono::seconds(60)));
  }
  for (int done = 0; done < cuts;) {
    for (const int until = std::min(cuts, done + 50); done < until; ++done) {
      for (int i = up_to(6); i >= 0; --i) {
        estate.write(1 + up_to(60));
        until_moment(milliseconds(up_to(up_to(3) == 0 ? 400 : 40)));
      }
      // One of them, or the whole house.
      const bool all = up_to(4) == 0;
      const std::size_t one = static_cast<std::size_t>(up_to(static_cast<int>(powered.size())));
      for (std::size_t i = 0; i < powered.size(); ++i) {
        if (!all && i != one) continue;
        const std::string lost = powered[i].cut(random);
        if (std::getenv("WF_FAULTS_TELL") != nullptr) std::printf("cut %d of %zu: %s\n", done, i, lost.c_str());
        if (up_to(2) == 0) until_moment(milliseconds(up_to(100)));
        powered[i].start(syncs_fail ? 1 + up_to(12) : 0);
      }
    }
    const bool settled = eventually(
        [&] {
          for (Powered& one : powered) one.keep_running(random);
          return estate.settles(std::chrono::seconds(1));
        },
        std::chrono::seconds(150));
    const Figures figures = estate.figures();
    std::printf("%d power cuts: %s\n", done, figures.text().c_str());
    std::fflush(stdout);
    INFO("seed " << seed << "\n" << figures.text() << "\n" << estate.said());
    REQUIRE(settled);
    REQUIRE(figures.good());
  }
  estate.stop();
}

}  // namespace

TEST_CASE("what an agent's spool said is durable is delivered once though power is cut") {
  cut_power(amount("WF_FAULTS_CUTS", 6, 300), fault_seed(), false, true);
}

TEST_CASE("what the engine acknowledged is there once though power is cut") {
  cut_power(amount("WF_FAULTS_CUTS", 6, 300), fault_seed(), true, false);
}

TEST_CASE("nothing is lost or stored twice though power is cut in the whole house") {
  cut_power(amount("WF_FAULTS_CUTS", 6, 300), fault_seed(), true, true);
}

TEST_CASE("a sync that failed is never taken for one that succeeded") {
  cut_power(amount("WF_FAULTS_CUTS", 6, 300), fault_seed(), true, true, true);
}

TEST_CASE("the model of a power cut loses what was not synced, and nothing else") {
  const Scratch scratch;
  const std::string directory = scratch / "disk", journal = scratch / "journal";
  std::filesystem::create_directory(directory);
  write_text(directory + "/old", "old");
  std::mt19937_64 random(1);
  bool lost = false, kept = false;
  for (int i = 0; i < 40; ++i) {
    PowerCut cut(directory);
    // sh writes without sync; `sync FILE` is fsync of it, and of a directory where that is what is named.
    Program writer("/bin/sh",
                   {"-c", "cd " + directory +
                              " && echo synced >s.new && sync s.new && mv s.new s && sync . && "
                              "echo unsynced >u && kill -9 $$"},
                   "",
                   {"LD_PRELOAD=" + (program_directory() / "libwf-shim-disk.so").string(),
                    "WF_SHIM_DIRECTORY=" + directory, "WF_SHIM_JOURNAL=" + journal});
    (void)writer.wait();
    (void)cut.strike(journal, random);
    CHECK(read_text(directory + "/old") == "old");
    const std::string unsynced = read_text(directory + "/u");
    CHECK((unsynced.empty() || unsynced == "unsynced\n"));
    (unsynced.empty() ? lost : kept) = true;
    std::filesystem::remove(directory + "/u");
  }
  CHECK(lost);
  CHECK(kept);
}
