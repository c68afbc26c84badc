// Disks that are really full: a small tmpfs for the agents' state, one for the engine's data. As root only.
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/faults/estate.hpp"
#include "tests/support/catch.hpp"

using namespace wf::test;
using std::chrono::milliseconds;

namespace {

/// A file system of its own in memory.
class SmallDisk {
 public:
  explicit SmallDisk(std::string place) : place_(std::move(place)) { std::filesystem::create_directory(place_); }
  ~SmallDisk() {
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mount(int megabytes) {
    mounted_ = ::mount("tmpfs", place_.c_str(), "tmpfs", 0, options(megabytes).c_str()) == 0;
    return mounted_;
  }
  /// Takes what room there is; give() makes it free again.
  void take() const {
    std::FILE* const out = std::fopen((place_ + "/ballast").c_str(), "wb");
    const std::string block(4096, 'x');
    while (out != nullptr && std::fwrite(block.data(), block.size(), 1, out) == 1 && std::fflush(out) == 0) {
    }
    if (out != nullptr) std::fclose(out);
  }
  void give() const { std::filesystem::remove(place_ + "/ballast"); }

 private:
  static std::string options(int megabytes) { return "mode=0700,size=" + std::to_string(megabytes) + "m"; }
  std::string place_;
  bool mounted_ = false;
};

void fill(bool engine, std::uint64_t seed) {
  const Scratch place;
  SmallDisk disk(place / "disk");
  if (::geteuid() != 0 || !disk.mount(24)) {
    WARN("this user may not mount a small disk, skipped: " << std::strerror(errno));
    return;
  }
  const int rounds = amount("WF_FAULTS_FULL", 2, 12);
  std::printf("full disk of %s: %d rounds, seed %llu\n", engine ? "the engine" : "the agents", rounds,
              static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  Estate::Options options;
  (engine ? options.data : options.state) = (place / "disk") + std::string("/house");
  if (!engine) std::filesystem::create_directory(options.state);
  Estate estate(seed, options);
  estate.engine().start();
  for (auto& agent : estate.agents()) agent->start();
  estate.write(100);
  REQUIRE(estate.settles(std::chrono::seconds(30)));
  for (int round = 0; round < rounds; ++round) {
    disk.take();
    for (int i = 0; i < 10; ++i) {
      estate.write(60);
      until_moment(milliseconds(50));
    }
    // Some are killed in their trouble; they may not be able to start while it lasts, which is no fault.
    Keeper& one = engine ? estate.engine() : *estate.agents()[random() % 3];
    if (round % 2 == 1) {
      one.kill();
      one.start();
      until_moment(milliseconds(300));
    }
    disk.give();
    if (!one.running()) one.start();
    estate.write(60);
    const bool settled = estate.settles(std::chrono::seconds(90));
    INFO("seed " << seed << "\n" << estate.said());
    REQUIRE(settled);
  }
  estate.stop();
  const Figures figures = estate.figures();
  std::printf("full disk of %s: %s\n", engine ? "the engine" : "the agents", figures.text().c_str());
  INFO("seed " << seed << "\n" << figures.text() << "\n" << estate.said());
  CHECK(figures.good());
}

}  // namespace

TEST_CASE("agents whose disk is full lose nothing and go on when there is room") { fill(false, fault_seed()); }
TEST_CASE("an engine whose disk is full loses nothing and goes on when there is room") { fill(true, fault_seed()); }
