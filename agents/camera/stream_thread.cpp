#include "agents/camera/stream_thread.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "agents/kit/clock.hpp"
#include "agents/kit/code_pages.hpp"
#include "agents/kit/descriptor.hpp"

namespace wf::camera {
namespace {

constexpr std::size_t kMostPictures = 8;
constexpr std::chrono::seconds kShortest{1}, kLongest{10};
constexpr std::chrono::seconds kPatience{2};  ///< with a thread that is to end

}  // namespace

struct StreamThread::State {
  ReadPictures read = nullptr;
  StreamSettings settings;
  Transport transport = Transport::either;
  StreamControl control;
  kit::Descriptor wake;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<SmallPicture> pictures;
  std::string problem;
  bool ended = false;

  void signal() const {
    const std::uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof one);
  }

  void run() {
    std::chrono::seconds delay = kShortest;
    settings.udp = transport == Transport::udp;
    std::unique_lock lock(mutex);
    while (!control.stop) {
      bool showed = false;
      lock.unlock();
      std::string why = read(settings, control, [&](SmallPicture&& picture) {
        // What it took to begin.
        if (!showed) kit::release_code_pages();
        std::unique_lock inner(mutex);
        showed = true;
        problem.clear();
        // A camera does not wait; a file does.
        if (settings.file) changed.wait(inner, [&] { return control.stop || pictures.size() < kMostPictures; });
        if (pictures.size() >= kMostPictures) pictures.erase(pictures.begin());
        pictures.push_back(std::move(picture));
        signal();
      });
      lock.lock();
      if (control.stop) break;
      problem = std::move(why);
      signal();
      if (settings.file) break;
      delay = showed ? kShortest : std::min(2 * delay, kLongest);
      // Some servers refuse TCP, some networks UDP.
      if (!showed && transport == Transport::either) settings.udp = !settings.udp;
      changed.wait_for(lock, delay, [&] { return control.stop.load(); });
    }
    ended = true;
    signal();
    changed.notify_all();
  }
};

StreamThread::StreamThread(ReadPictures read, StreamSettings settings, Transport transport)
    : state_(std::make_shared<State>()) {
  state_->read = read;
  state_->settings = std::move(settings);
  state_->transport = transport;
  state_->wake = kit::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  std::thread([state = state_] { state->run(); }).detach();
}

StreamThread::~StreamThread() {
  std::unique_lock lock(state_->mutex);
  state_->control.stop = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, kPatience, [&] { return state_->ended; });
}

int StreamThread::fd() const { return state_->wake.get(); }

std::vector<SmallPicture> StreamThread::take() {
  std::uint64_t count = 0;
  (void)!::read(state_->wake.get(), &count, sizeof count);
  const std::lock_guard lock(state_->mutex);
  state_->changed.notify_all();
  return std::exchange(state_->pictures, {});
}

bool StreamThread::over() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ended && state_->pictures.empty();
}

std::int64_t StreamThread::last_packet() const { return state_->control.last_packet; }

std::string StreamThread::problem() const {
  const std::lock_guard lock(state_->mutex);
  return state_->problem;
}

}  // namespace wf::camera
