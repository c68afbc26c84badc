// A thread that owns the sound device: opens it, plays on it, notices when it is gone.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "console/sound/device.hpp"
#include "console/sound/output.hpp"
#include "console/sound/tones.hpp"

namespace wf::sound {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLookAgain{5};          ///< for a device, while there is none
constexpr seconds kTryEvery{1};           ///< the same, while something wants to sound
constexpr seconds kProbeEvery{20};        ///< a device that rests is asked whether it is still there
constexpr milliseconds kProbe{120};       ///< long enough for a driver to find out that it is not
constexpr milliseconds kWatchEvery{200};  ///< while a tone plays
constexpr milliseconds kGrace{800};       ///< that a tone may take longer than it is
constexpr seconds kStillWanted{2};  ///< a tone that was cut off is played again within this time, then not any more
constexpr seconds kHangs{3};        ///< a driver's call that takes longer

struct Wish {
  Priority tone = Priority::low;
  float volume = 1;
  Clock::time_point at{};
};

/// What the speaker and its thread share. The thread outlives the speaker if a driver never returns.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Wish> wish;
  bool hush = false, over = false, ended = false;
  std::atomic<bool> available{false};
  std::atomic<Clock::rep> busy_since{0};  ///< 0: the thread waits

  std::mutex listener_mutex;
  std::function<void()> on_change;

  void set_available(bool yes) {
    if (available.exchange(yes) == yes) return;
    const std::lock_guard hold(listener_mutex);
    if (on_change) on_change();
  }
};

class Work {
 public:
  explicit Work(std::shared_ptr<Shared> shared) : s_(std::move(shared)) {}

  void run() {
    std::unique_lock hold(s_->mutex);
    while (!s_->over) {
      std::optional<Wish> wish = std::exchange(s_->wish, std::nullopt);
      const bool hush = std::exchange(s_->hush, false);
      hold.unlock();
      s_->busy_since = Clock::now().time_since_epoch().count();
      const Clock::time_point next = step(wish, hush);
      s_->busy_since = 0;
      hold.lock();
      s_->changed.wait_until(hold, next, [this] { return s_->over || s_->wish || s_->hush; });
    }
    hold.unlock();
    device_.reset();
    hold.lock();
    s_->ended = true;
    s_->changed.notify_all();
  }

 private:
  /// Does what is due; returns when something is again.
  Clock::time_point step(const std::optional<Wish>& wish, bool hush) {
    if (wish) wanted_ = wish;
    if (hush) {
      wanted_.reset();
      if (device_ && plays_) device_->fade_out();
    }
    const Clock::time_point now = Clock::now();
    if (wanted_ && now - wanted_->at > kStillWanted) wanted_.reset();
    if (!device_ && now >= look_at_) {
      device_ = Device::open();
      look_at_ = now + (wanted_ ? kTryEvery : kLookAgain);
      if (device_) {
        device_->rest();
        probe_at_ = now + kProbeEvery;
      }
      s_->set_available(device_ != nullptr);
    }
    if (!device_) {
      if (wanted_) look_at_ = std::min(look_at_, now + kTryEvery);
      return look_at_;
    }
    if (wanted_) return begin(now);
    if (plays_) return watch(now);
    if (probing_) return probed(now);
    if (now >= probe_at_) {
      device_->wake();
      probing_ = true;
      return now + kProbe;
    }
    return probe_at_;
  }

  Clock::time_point begin(Clock::time_point now) {
    probing_ = false;
    device_->wake();
    if (!device_->connected()) return lost();
    device_->play(wanted_->tone, wanted_->volume);
    plays_ = std::exchange(wanted_, std::nullopt);
    over_at_ = now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(length(plays_->tone)));
    return now + kWatchEvery;
  }

  Clock::time_point watch(Clock::time_point now) {
    // A tone that does not come to its end is not heard either.
    const bool stuck = now > over_at_ + kGrace;
    if (!device_->connected() || (device_->playing() && stuck)) {
      wanted_ = std::exchange(plays_, std::nullopt);
      return lost();
    }
    if (device_->playing()) return now + kWatchEvery;
    plays_.reset();
    // What was mixed last is still on its way to the loudspeaker.
    probing_ = true;
    return now + kProbe;
  }

  Clock::time_point probed(Clock::time_point now) {
    probing_ = false;
    if (!device_->connected()) return lost();
    device_->rest();
    probe_at_ = now + kProbeEvery;
    return probe_at_;
  }

  Clock::time_point lost() {
    device_.reset();
    plays_.reset();
    s_->set_available(false);
    look_at_ = Clock::now();
    return look_at_;
  }

  std::shared_ptr<Shared> s_;
  std::unique_ptr<Device> device_;
  std::optional<Wish> wanted_, plays_;
  Clock::time_point look_at_{}, probe_at_{}, over_at_{};
  bool probing_ = false;  ///< awake without a tone
};

class Speaker final : public Output {
 public:
  Speaker() : shared_(std::make_shared<Shared>()), thread_([shared = shared_] { Work(shared).run(); }) {}

  ~Speaker() override {
    set_on_change({});
    std::unique_lock hold(shared_->mutex);
    shared_->over = true;
    shared_->changed.notify_all();
    const bool ended = shared_->changed.wait_for(hold, kHangs, [this] { return shared_->ended; });
    hold.unlock();
    ended ? thread_.join() : thread_.detach();
  }

  void play(Priority tone, float volume) override {
    const std::lock_guard hold(shared_->mutex);
    shared_->wish = Wish{tone, std::clamp(volume, 0.0F, 1.0F), Clock::now()};
    shared_->hush = false;
    shared_->changed.notify_all();
  }

  void hush() override {
    const std::lock_guard hold(shared_->mutex);
    shared_->wish.reset();
    shared_->hush = true;
    shared_->changed.notify_all();
  }

  [[nodiscard]] bool available() const override {
    const Clock::rep busy = shared_->busy_since;
    const bool hangs = busy != 0 && Clock::now() - Clock::time_point(Clock::duration(busy)) > kHangs;
    return shared_->available && !hangs;
  }

  void set_on_change(std::function<void()> on_change) override {
    const std::lock_guard hold(shared_->listener_mutex);
    shared_->on_change = std::move(on_change);
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Output> open_speaker() { return std::make_unique<Speaker>(); }

void quiet_library() { (void)::setenv("ALSOFT_LOGLEVEL", "0", 0); }

}  // namespace wf::sound
