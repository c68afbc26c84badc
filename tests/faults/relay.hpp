#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace wf::test {

/// A TCP relay on the loopback that is as bad as a network can be. One thread moves the bytes; any thread may say how.
class Relay {
 public:
  /// How bytes pass. All of it may be combined.
  struct Line {
    int delay_ms = 0, jitter_ms = 0;  ///< of each piece, in order
    std::size_t piece = 65536;        ///< most bytes at once
    bool frozen = false;              ///< connections stand, nothing passes
    bool refuse = false;              ///< who connects is let go at once
    std::size_t cut_after = 0;        ///< each connection ends, by reset, behind so many bytes; 0: never
  };

  explicit Relay(int target_port, std::uint64_t seed);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  [[nodiscard]] int port() const { return port_; }
  void set(const Line& line);
  /// Ends all connections by reset.
  void cut() { cut_ = true; }
  /// Ends one direction of all connections: towards the target, or from it.
  void half_close(bool towards_target) { half_close_ = towards_target ? 1 : 2; }
  [[nodiscard]] std::size_t connections() const { return accepted_; }
  [[nodiscard]] std::size_t resets() const { return resets_; }

 private:
  struct Flow;
  struct Pair;
  void run();
  void accept_one(const Line& line);
  bool move(Pair& pair, const Line& line, std::int64_t now);

  int listener_ = -1, port_ = 0, target_port_;
  std::mt19937_64 random_;
  std::mutex mutex_;
  Line line_;  ///< guarded by mutex_
  std::atomic<bool> stop_{false}, cut_{false};
  std::atomic<int> half_close_{0};
  std::atomic<std::size_t> accepted_{0}, resets_{0};
  std::vector<std::unique_ptr<Pair>> pairs_;
  std::thread thread_;
};

}  // namespace wf::test
