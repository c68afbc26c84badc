#include "console/watchdog/caller.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace wf::watchdog {

std::string to_json(const Message& message) {
  const nlohmann::json json{{"v", 1},
                            {"kind", name_of(message.call.kind)},
                            {"trouble", name_of(message.call.trouble)},
                            {"text", message.call.text},
                            {"engine", message.engine},
                            {"since", format_rfc3339(message.time - message.call.lasts)},
                            {"time", format_rfc3339(message.time)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Caller::Caller(std::unique_ptr<Helper> helper, Tell tell, Times times)
    : helper_(std::move(helper)), tell_(std::move(tell)), times_(times), thread_([this] { run(); }) {}

Caller::~Caller() {
  {
    const std::lock_guard hold(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Caller::put(Message message) {
  {
    const std::lock_guard hold(mutex_);
    // A helper who was away needs to know how it stands, not all that was said meanwhile.
    if (waiting_.size() >= kMostWaiting) {
      waiting_.pop_front();
      ++left_out_;
    }
    waiting_.push_back(std::move(message));
  }
  changed_.notify_all();
}

bool Caller::drained(std::chrono::milliseconds limit) {
  std::unique_lock hold(mutex_);
  const bool empty = changed_.wait_for(hold, limit, [&] { return failing_ || (waiting_.empty() && !calling_); });
  return empty && !failing_;
}

void Caller::say(std::string problem) {
  if (stop_ || problem == problem_) return;
  problem_ = std::move(problem);
  if (tell_.problem) tell_.problem(helper_->name(), problem_);
}

bool Caller::look() {
  const Result<std::string> found = helper_->check(stop_);
  say(found ? std::string() : found.error().text());
  if (found && !stop_ && *found != soon_) {
    soon_ = *found;
    if (tell_.soon) tell_.soon(helper_->name(), soon_);
  }
  return found.ok();
}

void Caller::run() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point look_at = Clock::now();
  std::unique_lock hold(mutex_);
  while (!stop_) {
    if (waiting_.empty()) {
      if (Clock::now() < look_at) {
        changed_.wait_until(hold, look_at, [&] { return stop_ || !waiting_.empty(); });
        continue;
      }
      hold.unlock();
      const bool well = look();
      hold.lock();
      look_at = Clock::now() + (well ? times_.check : times_.check_again);
      continue;
    }
    Message message = waiting_.front();
    if (left_out_ > 0) message.call.text += fmt::format(" ({} earlier calls were left out)", left_out_);
    calling_ = true;
    hold.unlock();
    const Result<void> done = helper_->call(message, stop_);
    say(done ? std::string() : done.error().text());
    hold.lock();
    calling_ = false;
    failing_ = !done;
    if (done) {
      left_out_ = 0;
      // put() may have dropped it meanwhile to make room.
      if (!waiting_.empty() && waiting_.front().time == message.time && waiting_.front().call.kind == message.call.kind)
        waiting_.pop_front();
    }
    changed_.notify_all();
    if (!done) changed_.wait_for(hold, times_.again, [&] { return stop_.load(); });
  }
}

}  // namespace wf::watchdog
