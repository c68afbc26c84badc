#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "console/demo/playback.hpp"

namespace wf::demo {
namespace {
/// A full disk is tried again after it.
constexpr std::int64_t kRetry = kSecond;
}  // namespace

struct Player::Impl {
  Impl(Playback p, UtcNs s, std::function<UtcNs()> n, double rate, std::function<void(const std::string&)> tell)
      : playback(std::move(p)), start(s), now(std::move(n)), speed(rate), on_problem(std::move(tell)) {}

  Playback playback;
  const UtcNs start;
  const std::function<UtcNs()> now;
  const double speed;
  const std::function<void(const std::string&)> on_problem;
  std::atomic<bool> over{false};
  std::atomic<std::size_t> written{0};
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;

  void run() {
    std::string last_problem;
    std::unique_lock hold(mutex);
    while (!stopping) {
      const std::int64_t offset = now() - start;
      const Result<void> played = playback.advance(offset);
      written = playback.written();
      if (!played && played.error().text() != last_problem) on_problem(last_problem = played.error().text());
      if (played) last_problem.clear();
      const std::int64_t next = playback.next();
      if (next < 0) break;
      const double wait = played ? static_cast<double>(next - offset) / speed : static_cast<double>(kRetry);
      wake.wait_for(hold, std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(wait, 1e6, 60e9))),
                    [this] { return stopping; });
    }
    over = playback.next() < 0;
  }
};

Player::Player(Playback playback, UtcNs start, std::function<UtcNs()> now, double speed,
               std::function<void(const std::string&)> on_problem)
    : impl_(std::make_unique<Impl>(std::move(playback), start, std::move(now), speed, std::move(on_problem))) {
  impl_->thread = std::thread([this] { impl_->run(); });
}

Player::~Player() {
  {
    const std::lock_guard hold(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

bool Player::over() const { return impl_->over; }
std::size_t Player::written() const { return impl_->written; }

}  // namespace wf::demo
