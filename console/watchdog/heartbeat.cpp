#include "console/watchdog/heartbeat.hpp"

#include <algorithm>
#include <utility>

namespace wf::watchdog {
namespace {

/// After a failure it is tried again sooner than the next beat is due: who waits there has a limit.
constexpr std::chrono::seconds kAgain{10};

}  // namespace

Heartbeat::Heartbeat(Options options) : options_(std::move(options)), thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard hold(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::run() {
  std::string problem;
  const auto say = [&](std::string text) {
    if (text == problem) return;
    problem = std::move(text);
    if (options_.report) options_.report(problem);
  };
  while (!stop_) {
    auto pause = options_.every;
    if (const std::string why = options_.unwell(); !why.empty()) {
      // Silence is the message. It is looked at again soon, so that the calls go on when all is well.
      say("held back from " + options_.address + ": " + why);
      pause = std::min<std::chrono::nanoseconds>(pause, std::chrono::seconds(1));
    } else if (const Result<void> done = options_.beat(stop_); done) {
      say({});
    } else {
      if (stop_) return;
      say("the heartbeat does not arrive: " + done.error().text());
      pause = std::min<std::chrono::nanoseconds>(pause, kAgain);
    }
    std::unique_lock hold(mutex_);
    changed_.wait_for(hold, pause, [&] { return stop_.load(); });
  }
}

}  // namespace wf::watchdog
