// Clocks that jump by years, both ways, while all runs: a shim moves the wall clock of each program on its own.
#include <cstdio>
#include <cstring>

#include "tests/faults/estate.hpp"
#include "tests/support/catch.hpp"

using namespace wf::test;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kDayNs = 86'400LL * 1'000'000'000;

/// A clock's offset that a program under the shim follows. Written in place: the program has it mapped.
class Offset {
 public:
  explicit Offset(std::string file) : file_(std::move(file)) { write_text(file_, std::string(8, '\0')); }
  void set(std::int64_t ns) const {
    std::FILE* const out = std::fopen(file_.c_str(), "r+b");
    REQUIRE(out != nullptr);
    std::fwrite(&ns, sizeof ns, 1, out);
    std::fclose(out);
  }
  [[nodiscard]] std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" + (program_directory() / "libwf-shim-clock.so").string(), "WF_SHIM_CLOCK=" + file_};
  }

 private:
  std::string file_;
};

}  // namespace

TEST_CASE("clocks that jump by years cost no event, and no program") {
  const int jumps = amount("WF_FAULTS_JUMPS", 6, 100);
  const std::uint64_t seed = fault_seed();
  std::printf("clocks: %d jumps, seed %llu\n", jumps, static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Estate estate(seed);
  std::vector<Offset> offsets;
  std::vector<Keeper*> programs{&estate.engine()};
  for (auto& agent : estate.agents()) programs.push_back(agent.get());
  for (std::size_t i = 0; i < programs.size(); ++i)
    offsets.emplace_back(estate.scratch() / ("clock" + std::to_string(i)));
  for (std::size_t i = 0; i < programs.size(); ++i) programs[i]->start(offsets[i].environment());
  // Invitations have a time of their own: enrolled first.
  estate.write(20);
  REQUIRE(estate.settles(std::chrono::seconds(30)));
  for (int done = 0; done < jumps; ++done) {
    const auto who = static_cast<std::size_t>(up_to(static_cast<int>(programs.size())));
    // Up to twenty years either way; now and then to 1970 or back to now.
    const int kind = up_to(6);
    std::int64_t offset = (up_to(14'600) - 7300) * kDayNs;
    if (kind == 0) offset = 0;
    if (kind == 1) offset = -20'000 * kDayNs;
    offsets[who].set(offset);
    estate.write(1 + up_to(60));
    until_moment(milliseconds(up_to(300)));
    if (up_to(3) == 0) {
      programs[who]->kill();
      programs[who]->start(offsets[who].environment());
    }
  }
  const bool settled = estate.settles(std::chrono::seconds(120));
  estate.stop();
  const Figures figures = estate.figures();
  std::printf("clocks: %s\n", figures.text().c_str());
  INFO("seed " << seed << "\n" << figures.text() << "\n" << estate.said());
  CHECK(settled);
  CHECK(figures.good());
  for (const Keeper* program : programs) CHECK(program->ends().empty());
}
