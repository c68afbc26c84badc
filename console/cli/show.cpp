#include "console/cli/show.hpp"

#include "console/cli/command.hpp"
#include "console/cli/view.hpp"
#include "console/ui/guard/post_calls.hpp"

namespace wf::cli {

void Waker::set(std::function<void()> wake) {
  const std::lock_guard hold(mutex_);
  wake_ = std::move(wake);
}

void Waker::wake() {
  const std::lock_guard hold(mutex_);
  if (wake_) wake_();
}

int show(seat::Seat& seat, const shell::WindowOptions& window, const Signals& signals, Waker& waker) {
  shell::Feed feed = feed_of(seat);
  if (window.view == ui::View::guard)
    feed.heard = [&seat, calls = std::make_shared<ui::PostCalls>(window.post)] { return calls->of(seat.snapshot()); };
  feed.set_on_change = [&waker, told = feed.set_on_change](std::function<void()> on_change) {
    waker.set(on_change);
    told(std::move(on_change));
  };
  feed.quit = [&signals] { return signals.stopped(); };
  const Result<void> shown = shell::run_window(window, feed);
  feed.set_on_change({});
  if (shown) return kGood;
  fail(shown.error());
  return shown.error().where == "display" ? kNoDisplay : kFailed;
}

}  // namespace wf::cli
