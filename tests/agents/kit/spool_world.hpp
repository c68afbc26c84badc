#pragma once
#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "agents/kit/spool/spool.hpp"
#include "memory_disk.hpp"

namespace wf::kit::test {

/// A spool on a disk that fails and forgets, worked at random, beside a plain record of what it owes. Every check
/// that fails throws a std::string that says what, with the seed.
class SpoolWorld {
 public:
  explicit SpoolWorld(unsigned seed);

  /// Works until `steps` are done. PowerLoss passes through.
  void work(int steps);
  /// Opens the spool again, as often as it takes once failures are over, and compares.
  void reopen();
  void compare();
  void close() { spool_.reset(); }
  [[nodiscard]] MemoryDisk& disk() { return disk_; }
  [[nodiscard]] std::uint64_t appended() const { return appended_; }
  [[nodiscard]] std::uint64_t gave_up() const { return gave_up_; }

 private:
  struct Batch {
    std::uint8_t lane = 1;
    std::uint32_t count = 1;
    std::string text;
  };
  struct Commit {
    std::vector<Batch> batches;
    std::string position;
  };
  using Numbers = std::map<std::uint64_t, Batch>;  ///< by first number

  void append();
  void note(const Commit& commit);
  void renewed();
  [[noreturn]] void broken(const std::string& what) const;
  [[nodiscard]] unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  unsigned seed_;
  std::mt19937 random_;
  MemoryDisk disk_;
  std::optional<Spool> spool_;
  Moment time_{1'800'000'000 * kSecond, 1'000 * kSecond};
  // What it owes: all that append() took, by lane and number in the epoch of now.
  std::uint64_t epoch_ = 0;
  std::array<Numbers, kLanes> owed_;
  std::array<std::uint64_t, kLanes> next_{1, 1, 1}, acknowledged_{};
  std::array<std::vector<std::pair<std::uint64_t, std::uint64_t>>, kLanes> settled_;
  std::string position_;
  /// Commits that failed or were cut off since the last that was taken: at most one of them may be found whole.
  std::vector<Commit> perhaps_;
  bool renewing_ = false;
  std::uint64_t texts_ = 0, appended_ = 0, gave_up_ = 0;
};

}  // namespace wf::kit::test
